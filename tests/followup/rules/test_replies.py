"""What an answer to a reminder needs, and whose list it goes to."""

from datetime import timedelta

import pytest

from followup.rules.replies import REASONS, REPLIES, SILENCING, fault_of, task_of
from tests.rule_cases import TODAY, days


def fault(kind: str, on: int | None = None, place: str = "", why: str = "") -> str | None:
    return fault_of(kind, on=None if on is None else TODAY + days(on), place=place, why=why, today=TODAY)


@pytest.mark.parametrize("kind", ["under_doctor", "call_me", "not_me", "stop"])
def test_four_answers_are_one_tap_and_nothing_else(kind: str) -> None:
    assert fault(kind) is None


@pytest.mark.parametrize(("on", "found"), [(None, "day_missing"), (-1, "day_in_past"), (0, None), (365, None), (366, "day_too_far")])
def test_booking_is_between_today_and_a_year_ahead(on: int | None, found: str | None) -> None:
    assert fault("booked", on) == found


@pytest.mark.parametrize(("on", "found"), [(None, "day_missing"), (1, "day_in_future"), (0, None), (-365, None), (-366, "day_too_far")])
def test_visit_was_between_a_year_ago_and_today(on: int | None, found: str | None) -> None:
    assert fault("been", on, place="市一医院") == found


def test_visit_has_a_place_and_an_obstacle_a_reason() -> None:
    assert fault("been", 0, place="  ") == "place_missing"
    assert fault("cannot_come") == "why_missing"
    assert fault("cannot_come", why="weather") == "why_missing"
    assert all(fault("cannot_come", why=why) is None for why in REASONS)
    assert fault("closed") == "unknown_reply"


def test_booking_after_the_date_of_a_referral_goes_to_a_person() -> None:
    due = TODAY + days(10)
    assert task_of("booked", on=due, due=due, step_kind="referral") is None
    assert task_of("booked", on=due + timedelta(days=1), due=due, step_kind="referral") == "booked_late"
    assert task_of("booked", on=due + timedelta(days=1), due=due, step_kind="recall") is None


def test_all_that_keeps_somebody_from_coming_has_a_person() -> None:
    assert {kind for kind, rule in REPLIES.items() if rule.task} == {"been", "under_doctor", "cannot_come", "call_me", "not_me"}
    assert {"not_me", "stop"} == SILENCING
