"""What counts as an answer: *don't know* always, a number within its bounds, a day that has come."""

from datetime import timedelta

import pytest

from screening.rules.questions import QUESTIONS, fault_of, symptom_answer_holds
from tests.rule_cases import NOW, TODAY, days


@pytest.mark.parametrize("code", QUESTIONS)
def test_do_not_know_is_always_an_answer(code: str) -> None:
    assert fault_of(QUESTIONS[code], "unknown", "", TODAY, TODAY) is None


@pytest.mark.parametrize(
    ("code", "value", "unit", "fault"),
    [
        ("symptom", True, "", None),
        ("symptom", 1, "", "not_a_choice"),
        ("symptom", "yes", "", "not_a_choice"),
        ("diabetes", "type2", "", None),
        ("diabetes", "sugar", "", "not_a_choice"),
        ("diabetes_year", 1899, "", "out_of_range"),
        ("diabetes_year", 1900, "", None),
        ("diabetes_year", TODAY.year, "", None),
        ("diabetes_year", TODAY.year + 1, "", "out_of_range"),
        ("hba1c", 3, "%", None),
        ("hba1c", 2.9, "%", "out_of_range"),
        ("hba1c", 20, "%", None),
        ("hba1c", 20.1, "%", "probably_mmol"),
        ("hba1c", 53, "mmol/mol", None),
        ("hba1c", 8, "mmol/mol", "out_of_range"),
        ("hba1c", 7.0, "", "unit_missing"),
        ("hba1c", True, "%", "not_a_choice"),
        ("hba1c", "7", "%", "not_a_choice"),
        ("hba1c", float("nan"), "%", "out_of_range"),
    ],
)
def test_answer_is_taken_or_its_fault_is_named(code: str, value: object, unit: str, fault: str | None) -> None:
    assert fault_of(QUESTIONS[code], value, unit, TODAY, TODAY) == fault


def test_answer_about_tomorrow_is_refused() -> None:
    assert fault_of(QUESTIONS["pregnant"], True, "", TODAY + days(1), TODAY) == "in_future"


def test_symptom_is_asked_anew_for_every_sitting_and_after_a_day() -> None:
    assert symptom_answer_holds(NOW, other_sitting_at=None, now=NOW + days(1))
    assert not symptom_answer_holds(NOW, other_sitting_at=None, now=NOW + days(1) + timedelta(microseconds=1))
    assert not symptom_answer_holds(None, other_sitting_at=None, now=NOW)
    assert symptom_answer_holds(NOW, other_sitting_at=NOW, now=NOW)
    assert not symptom_answer_holds(NOW, other_sitting_at=NOW + timedelta(microseconds=1), now=NOW + days(0.5))
