"""Dated answers become the facts that count, and *don't know* never makes anything calmer."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from followup.rules.facts import CODES, Facts, facts_on
from tests.rule_cases import TODAY, days, fact


def test_what_was_never_asked_is_told_apart_from_what_nobody_knows() -> None:
    facts = facts_on([fact("pregnant", "unknown")], TODAY)
    assert facts.not_asked == frozenset(CODES) - {"pregnant"}
    assert facts.unsure == {"pregnant"}
    assert facts_on([], TODAY) == Facts()


def test_later_answer_replaces_an_earlier_one_whatever_the_order_of_the_list() -> None:
    answers = [fact("diabetes", "type2"), fact("diabetes", "type1", on=TODAY - days(9))]
    assert facts_on(answers, TODAY).diabetes == facts_on(answers[::-1], TODAY).diabetes == "type2"


@pytest.mark.parametrize(("code", "value", "valid"), [("pregnant", True, 300), ("hba1c", 9.5, 180)])
def test_pregnancy_ends_after_300_days_and_hba1c_after_180(code: str, value: object, valid: int) -> None:
    answer = fact(code, value)
    assert getattr(facts_on([answer], TODAY + days(valid)), code) is not None
    assert getattr(facts_on([answer], TODAY + days(valid + 1)), code) is None


def test_other_facts_do_not_end() -> None:
    answers = [fact("diabetes", "type1"), fact("diabetes_year", 2012), fact("eye_treatment", True), fact("under_eye_doctor", False)]
    facts = facts_on(answers, TODAY + days(9999))
    assert (facts.diabetes, facts.diagnosed_year, facts.eye_treatment, facts.under_eye_doctor) == ("type1", 2012, True, False)


def test_do_not_know_keeps_the_last_known_value() -> None:
    facts = facts_on([fact("hba1c", 9.5, on=TODAY - days(30)), fact("hba1c", "unknown")], TODAY)
    assert (facts.hba1c, facts.unsure) == (Decimal("9.5"), {"hba1c"})


def test_no_diabetes_that_is_no_longer_certain_is_unknown() -> None:
    assert facts_on([fact("diabetes", "none", on=TODAY - days(5)), fact("diabetes", "unknown")], TODAY).diabetes == "unknown"
    assert facts_on([fact("diabetes", "type2", on=TODAY - days(5)), fact("diabetes", "unknown")], TODAY).diabetes == "type2"
    assert facts_on([fact("diabetes", "unknown")], TODAY).diabetes == "unknown"
    assert facts_on([fact("diabetes", "none")], TODAY).diabetes == "none"


@pytest.mark.parametrize(("value", "unit", "percent"), [(9, "%", "9"), (75, "mmol/mol", "9.0"), (74, "mmol/mol", "8.9"), (8.0, "%", "8.0")])
def test_hba1c_meets_its_thresholds_exactly_in_either_unit(value: float, unit: str, percent: str) -> None:
    assert facts_on([fact("hba1c", value, unit=unit)], TODAY).hba1c == Decimal(percent)


@pytest.mark.parametrize(
    ("before", "apart", "fast"),
    [(10.0, 90, True), (9.9, 90, False), (10.0, 91, False), (10.0, 1, True), (10.0, 0, False)],
)
def test_fall_of_two_points_within_90_days_is_fast(before: float, apart: int, fast: bool) -> None:
    answers = [fact("hba1c", before, on=TODAY - days(apart)), fact("hba1c", "unknown", on=TODAY - days(1)), fact("hba1c", 8.0)]
    assert facts_on(answers, TODAY).hba1c_fell_fast is fast


def test_rise_is_no_fall() -> None:
    assert not facts_on([fact("hba1c", 7.0, on=TODAY - days(30)), fact("hba1c", 10.0)], TODAY).hba1c_fell_fast


def test_pregnancy_counts_from_when_it_was_first_told() -> None:
    first = TODAY - days(100)
    told = [fact("pregnant", True, on=first), fact("pregnant", "unknown", on=first + days(9)), fact("pregnant", True)]
    assert facts_on(told, TODAY).pregnant_on == first


def test_earlier_pregnancy_is_another_one() -> None:
    ended = [fact("pregnant", True, on=TODAY - days(200)), fact("pregnant", False, on=TODAY - days(100))]
    assert facts_on(ended, TODAY).pregnant_on is None
    assert facts_on([*ended, fact("pregnant", True)], TODAY).pregnant_on == TODAY
    years_ago = fact("pregnant", True, on=TODAY - days(301))
    assert facts_on([years_ago, fact("pregnant", True)], TODAY).pregnant_on == TODAY


def test_symptom_is_no_fact_because_it_lives_with_its_encounter() -> None:
    with pytest.raises(ValueError, match="unknown fact"):
        fact("symptom", True, on=date(2026, 1, 1))


def test_answer_given_after_the_day_counts_for_it() -> None:
    assert facts_on([fact("pregnant", True, on=TODAY + timedelta(days=40))], TODAY).pregnant is True
