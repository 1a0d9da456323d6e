"""The questions asked before a first photo, and what counts as an answer. "Don't know" is always one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

UNKNOWN = "unknown"
YES_NO = (True, False, UNKNOWN)
SYMPTOM_HOLDS = timedelta(hours=24)


@dataclass(frozen=True)
class Question:
    """`choices` lists the allowed words; `low`..`high` bound a number in `unit`; `dated` answers were true on a day of their own."""

    code: str
    choices: tuple[object, ...] = ()
    low: float | None = None
    high: float | None = None
    units: tuple[str, ...] = ()
    dated: bool = False


# HbA1c bounds: plausibility_ranges.csv (3-20 %; a larger number is probably mmol/mol, for which 9-195 is the same range).
QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        question.code: question
        for question in (
            Question("symptom", YES_NO),
            Question("diabetes", ("none", "type1", "type2", "gestational", UNKNOWN)),
            Question("diabetes_year", (UNKNOWN,), low=1900, high=2200),
            Question("hba1c", (UNKNOWN,), low=3, high=20, units=("%", "mmol/mol"), dated=True),
            Question("pregnant", YES_NO),
            Question("eye_treatment", YES_NO),
            Question("under_eye_doctor", YES_NO),
        )
    }
)


def hba1c_percent(value: float, unit: str) -> float:
    """HbA1c in % (NGSP); mmol/mol by percent = 0.0915 x + 2.15 (plausibility_ranges.csv, from memory)."""
    return round(0.0915 * value + 2.15, 1) if unit == "mmol/mol" else value


def fault_of(question: Question, value: object, unit: str, effective_on: date, today: date) -> str | None:
    """Why an answer cannot be taken: not_a_choice, out_of_range, unit_missing, probably_mmol, in_future – or None."""
    if effective_on > today:
        return "in_future"
    if any(value is choice or (isinstance(choice, str) and value == choice) for choice in question.choices):
        return None
    if question.low is None or question.high is None or isinstance(value, bool) or not isinstance(value, (int, float)):
        return "not_a_choice"
    if question.units and unit not in question.units:
        return "unit_missing"
    number = hba1c_percent(value, unit) if question.units else value
    if question.code == "hba1c" and unit == "%" and number > question.high:
        return "probably_mmol"
    if not question.low <= number <= question.high or (question.code == "diabetes_year" and number > today.year):
        return "out_of_range"
    return None


def symptom_answer_holds(told_at: datetime | None, *, other_sitting_at: datetime | None, now: datetime) -> bool:
    """Whether the symptom need not be asked before the next photo: told within the last day, and not before another sitting began.

    A symptom lives with its encounter, so every sitting asks anew. `other_sitting_at`: when the patient's newest other
    sitting was opened, if any. Source: issue 17 item 2.
    """
    if told_at is None or now - told_at > SYMPTOM_HOLDS:
        return False
    return other_sitting_at is None or told_at >= other_sitting_at
