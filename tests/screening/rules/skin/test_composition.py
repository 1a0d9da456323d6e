"""When a spot becomes a report: at once for what cannot wait, else when its photos have outcomes, else after half an hour."""

from datetime import timedelta

import pytest

from screening.rules.skin.composition import LesionComposition, lesion_composition
from screening.rules.skin.questionnaire import missing
from screening.rules.skin.urgency import SkinPhoto
from tests.rule_cases import NOW
from tests.skin_cases import ALL_NO, FLOORS, close_up, overview

HALF_HOUR = timedelta(minutes=30)


def compose(
    *photos: SkinPhoto,
    told: dict[str, object] = ALL_NO,
    after: timedelta = timedelta(0),
    site: str = "back",
    age: int | None = 40,
    photo_allowed: bool = True,
) -> LesionComposition:
    return lesion_composition(photos, told, NOW + after, site=site, age=age, floors=FLOORS, opened_at=NOW, photo_allowed=photo_allowed)


def everything_answered(age: int) -> dict[str, object]:
    told: dict[str, object] = dict(ALL_NO)
    while questions := missing(told, age):
        told |= dict.fromkeys(questions, "unknown") | {code: "none" for code in questions if code == "q5"}
    return told


def test_emergency_composes_at_once_without_any_photo() -> None:
    found = compose(told=ALL_NO | {"q0c": True})
    assert (found.state, found.reason, found.finding.urgency) == ("compose", "emergency", "emergency")


def test_same_day_answer_composes_before_any_photo() -> None:
    assert compose(told=ALL_NO | {"q0c": "unknown"}).reason == "urgent"


@pytest.mark.parametrize("outcome", ["graded", "retake", "unread"])
def test_fourteen_days_compose_once_a_close_up_has_an_outcome(outcome: str) -> None:
    told = ALL_NO | {"n1": True}
    assert compose(close_up("NEV", outcome), told=told).reason == "urgent"
    assert compose(close_up("NEV", None), told=told).state == "wait"
    assert compose(overview(), told=told).state == "wait"
    assert compose(told=told).state == "wait"


def test_overview_and_close_up_with_outcomes_are_complete() -> None:
    assert compose(overview(), close_up("NEV")).reason == "complete"
    assert compose(overview(), close_up(in_scope=False)).reason == "complete"
    assert compose(overview("unread"), close_up(outcome="unread")).reason == "complete"


@pytest.mark.parametrize(
    "photos", [(), (overview(),), (close_up("NEV"),), (overview(), close_up(outcome=None)), (overview("retake"), close_up("NEV"))]
)
def test_what_is_not_complete_waits_half_an_hour_and_then_says_what_there_is(photos: tuple[SkinPhoto, ...]) -> None:
    early = compose(*photos, after=HALF_HOUR - timedelta(seconds=1))
    assert (early.state, early.again_at) == ("wait", NOW + HALF_HOUR)
    assert compose(*photos, after=HALF_HOUR).reason == "waited"


def test_clock_counts_from_the_last_photo() -> None:
    late = close_up("NEV", at=NOW + timedelta(minutes=20))
    assert compose(late, after=HALF_HOUR).again_at == NOW + timedelta(minutes=50)


def test_ungradable_close_up_waits_for_a_usable_one_until_the_third() -> None:
    poor = [close_up(outcome="retake", photo_id=str(number)) for number in range(3)]
    assert compose(overview(), *poor[:2], after=timedelta(days=20)).state == "no_usable_photo"
    third = compose(overview(), *poor)
    assert (third.state, third.finding.row_ids) == ("compose", ("skin_ungradable_after_retakes",))


def test_refused_photo_still_ends_in_a_report() -> None:
    assert compose(overview(), close_up(outcome="refused")).state == "wait"
    assert compose(overview(), close_up(outcome="refused"), after=HALF_HOUR).reason == "waited"


def test_place_that_is_not_photographed_composes_when_the_answers_are_complete() -> None:
    told = everything_answered(15) | {"c1": False}
    assert compose(told=told, site="genitals", age=15, photo_allowed=False).reason == "no_photo_taken"
    assert compose(site="genitals", age=15, photo_allowed=False).state == "wait"
