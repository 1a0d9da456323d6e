"""What is known of a person's diabetes and eyes: dated answers in, the facts that count on a day out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from followup.rules.policy import POLICY
from screening.rules.questions import QUESTIONS, UNKNOWN, hba1c_percent

CODES = tuple(code for code in QUESTIONS if code != "symptom")


@dataclass(frozen=True)
class FactRecord:
    """One answer as it was given to a question of screening.rules.questions: a word, a number, True, False or "unknown".

    `on` is the day it speaks of (for HbA1c the day of the blood test). The symptom is no fact: it lives with its
    encounter. Raises ValueError for another code.
    """

    code: str
    value: object
    on: date
    recorded_at: datetime
    unit: str = ""

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"unknown fact {self.code!r}")


@dataclass(frozen=True)
class Facts:
    """The facts that count on a day; None is unknown, expired or not asked.

    `pregnant_on` is when this pregnancy was first told. `not_asked` and `unsure` (the latest answer is *don't know*) hold
    codes; what is unsure keeps its last known value, so that *don't know* never lengthens an interval.
    """

    diabetes: str | None = None
    diagnosed_year: int | None = None
    hba1c: Decimal | None = None
    hba1c_fell_fast: bool = False
    pregnant: bool | None = None
    pregnant_on: date | None = None
    eye_treatment: bool | None = None
    under_eye_doctor: bool | None = None
    not_asked: frozenset[str] = frozenset(CODES)
    unsure: frozenset[str] = frozenset()


def facts_on(records: Sequence[FactRecord], day: date) -> Facts:
    """The facts that count on `day`, from all records whenever they were made; a later answer replaces an earlier one.

    Pregnancy ends after 300 days, HbA1c after 180. To judge an interval give the day of signing: a fact alive then, or
    told since, counts until another answer replaces it, so that its mere end lengthens nothing. Source: CLINICAL.md D1.
    """
    answers = {code: sorted((r for r in records if r.code == code), key=lambda r: (r.on, r.recorded_at)) for code in CODES}
    known = {code: _last_known(rows, day) for code, rows in answers.items()}
    unsure = frozenset(code for code, rows in answers.items() if rows and rows[-1].value == UNKNOWN)
    year, hba1c = known["diabetes_year"], known["hba1c"]
    return Facts(
        diabetes=_diabetes(known["diabetes"], unsure="diabetes" in unsure),
        diagnosed_year=int(float(str(year.value))) if year else None,
        hba1c=_percent(hba1c) if hba1c else None,
        hba1c_fell_fast=hba1c is not None and _fell_fast(hba1c, answers["hba1c"]),
        pregnant=_yes(known["pregnant"]),
        pregnant_on=_pregnant_on(answers["pregnant"], known["pregnant"]),
        eye_treatment=_yes(known["eye_treatment"]),
        under_eye_doctor=_yes(known["under_eye_doctor"]),
        not_asked=frozenset(code for code, rows in answers.items() if not rows),
        unsure=unsure,
    )


def _last_known(rows: Sequence[FactRecord], day: date) -> FactRecord | None:
    known = [row for row in rows if row.value != UNKNOWN]
    if not known:
        return None
    last = known[-1]
    valid = POLICY.get(f"{last.code}_valid")
    return last if valid is None or day - last.on <= timedelta(days=valid.value) else None


def _diabetes(known: FactRecord | None, *, unsure: bool) -> str | None:
    # "none" that is no longer certain must not keep a person out of screening.
    if unsure and (known is None or known.value == "none"):
        return UNKNOWN
    return str(known.value) if known else None


def _yes(record: FactRecord | None) -> bool | None:
    return None if record is None else record.value is True


def _pregnant_on(rows: Sequence[FactRecord], last: FactRecord | None) -> date | None:
    if last is None or last.value is not True:
        return None
    earliest = last.on - timedelta(days=POLICY["pregnant_valid"].value)
    said_no = max((row.on for row in rows if row.value is False), default=date.min)
    return min(row.on for row in rows if row.value is True and row.on >= max(earliest, said_no))


def _percent(record: FactRecord) -> Decimal:
    # Through text: 9.0 must meet the threshold 9 exactly.
    return Decimal(str(hba1c_percent(float(str(record.value)), record.unit)))


def _fell_fast(latest: FactRecord, rows: Sequence[FactRecord]) -> bool:
    window = timedelta(days=POLICY["hba1c_fall_within"].value)
    before = [row for row in rows if row.value != UNKNOWN and timedelta(0) < latest.on - row.on <= window]
    return any(_percent(row) - _percent(latest) >= POLICY["hba1c_fall"].value for row in before)
