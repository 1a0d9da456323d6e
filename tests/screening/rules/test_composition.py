"""When an encounter becomes a report."""

from datetime import timedelta

import pytest

from screening.rules.composition import COMPOSE_WAIT, composition_state
from screening.rules.diabetic_retinopathy import PhotoFinding
from tests.rule_cases import NOW, THRESHOLD, photo


def state(*photos: PhotoFinding, after: timedelta = timedelta(0), **more: object) -> tuple[str, str]:
    found = composition_state(photos, NOW + after, referable_threshold=THRESHOLD, **more)  # type: ignore[arg-type]
    return found.state, found.reason


def unreadable(count: int, laterality: str = "OD") -> list[PhotoFinding]:
    return [photo(laterality, "retake", at=NOW - timedelta(minutes=count - number)) for number in range(count)]


def test_two_eyes_with_an_outcome_compose_at_once() -> None:
    assert state(photo("OD"), photo("OS", grade=1)) == ("compose", "both_eyes")
    assert state(photo("OD"), photo("OS", "retake")) == ("compose", "both_eyes")
    assert state(photo("OD", "unread"), photo("OS", "unread")) == ("compose", "both_eyes")


@pytest.mark.parametrize("other", ["refused", "failed", None])
def test_one_eye_waits_exactly_half_an_hour_after_the_last_acceptance(other: str | None) -> None:
    photos = [photo("OD"), photo("OS", other)]
    assert state(*photos, after=COMPOSE_WAIT - timedelta(microseconds=1)) == ("wait", "second_eye_awaited")
    assert state(*photos, after=COMPOSE_WAIT) == ("compose", "waited")
    assert timedelta(minutes=30) == COMPOSE_WAIT


def test_wait_starts_anew_with_each_photo_and_says_when_to_look_again() -> None:
    photos = [photo("OD"), photo("OD", at=NOW + timedelta(minutes=20))]
    found = composition_state(photos, NOW + COMPOSE_WAIT, referable_threshold=THRESHOLD)
    assert (found.state, found.again_at) == ("wait", NOW + timedelta(minutes=50))


def test_urgent_eye_does_not_wait_for_the_other() -> None:
    assert state(photo("OD", grade=4)) == ("compose", "urgent_eye")
    assert state(photo("OD", grade=3)) == ("wait", "second_eye_awaited")


def test_symptom_makes_any_graded_eye_urgent() -> None:
    assert state(photo("OD", grade=0), symptom=True) == ("compose", "urgent_eye")


def test_suspicion_on_an_unreadable_photo_opens_the_review_at_once() -> None:
    assert state(photo("OD", "retake", p=THRESHOLD)) == ("compose", "referable_suspected")
    assert state(photo("OD", "retake", p=THRESHOLD - 0.01)) == ("no_gradable_eye", "usable_photo_awaited")


def test_without_a_gradable_eye_nothing_is_composed_before_the_third_ungradable_photo() -> None:
    assert state(*unreadable(2), *unreadable(2, "OS"), after=timedelta(days=3)) == ("no_gradable_eye", "usable_photo_awaited")
    assert state(*unreadable(3), *unreadable(1, "OS")) == ("compose", "both_eyes")
    assert state(*unreadable(3)) == ("wait", "second_eye_awaited")
    assert state(*unreadable(3), after=timedelta(days=1)) == ("compose", "waited")


def test_refused_photos_alone_make_no_report_however_long_one_waits() -> None:
    assert state(photo("OD", "refused"), photo("OS", "failed"), after=timedelta(days=30)) == ("no_gradable_eye", "usable_photo_awaited")


def test_one_eyed_person_waits_for_no_second_eye() -> None:
    assert state(photo("OD"), eye_status={"OS": "prosthesis"}) == ("compose", "both_eyes")


def test_signed_grade_is_kept_when_the_report_is_made_anew() -> None:
    found = composition_state([photo("OD"), photo("OS")], NOW, referable_threshold=THRESHOLD, signed_grades={"OD": 3})
    assert found.finding.worst_grade == 3


def test_encounter_without_photos_has_no_report() -> None:
    with pytest.raises(ValueError, match="without photos"):
        composition_state([], NOW, referable_threshold=THRESHOLD)
