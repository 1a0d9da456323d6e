"""A dermatologist decides; below what the answers and the place ask for she says why."""

from dataclasses import replace

import pytest

from screening.rules.skin.decision import LesionDecision, fault_of_decision, least_urgency, lesion_as_decided
from tests.skin_cases import ALL_NO, close_up, spot

CHANGING = ALL_NO | {"m1": True, "m2": True}


@pytest.mark.parametrize(
    ("lesion_class", "urgency", "state", "row"),
    [
        ("MEL", "urgent", "graded", "skin_within_14_days"),
        ("BCC", "refer_soon", "graded", "skin_within_6_weeks"),
        ("ACK", "refer", "graded", "skin_within_12_weeks"),
        ("NEV", "short", "graded", "skin_watch"),
        ("other", "refer", "out_of_scope", "skin_within_12_weeks"),
        ("other", "same_day", "out_of_scope", "skin_same_day"),
        ("cannot_tell", "retake", "ungradable", "skin_ungradable"),
    ],
)
def test_decision_takes_the_place_of_what_the_program_said(lesion_class: str, urgency: str, state: str, row: str) -> None:
    decided = lesion_as_decided(spot(close_up("BCC", MEL=0.2)), LesionDecision(lesion_class, urgency))
    assert (decided.urgency, decided.state, decided.row_ids) == (urgency, state, (row,))
    assert decided.lesion_class == (lesion_class if state == "graded" else None)
    assert decided.class_shown is (state == "graded")


def test_answers_photos_and_score_stay_as_they_were() -> None:
    finding = spot(close_up("NEV"), told=CHANGING)
    decided = lesion_as_decided(finding, LesionDecision("MEL", "urgent"))
    assert (decided.seven_point, decided.red_flags, decided.photo_ids) == (finding.seven_point, finding.red_flags, finding.photo_ids)


def test_what_the_program_saw_may_be_lowered_without_a_reason() -> None:
    assert least_urgency(spot(close_up("MEL"))) == "retake"
    assert fault_of_decision(spot(close_up("MEL", MEL=0.9)), LesionDecision("SEK", "short")) is None


@pytest.mark.parametrize(("urgency", "fault"), [("refer_soon", "reason_missing"), ("short", "reason_missing"), ("urgent", None), ("same_day", None)])
def test_what_the_answers_ask_for_is_lowered_only_with_a_reason(urgency: str, fault: str | None) -> None:
    finding = spot(close_up("NEV"), told=CHANGING)
    assert least_urgency(finding) == "urgent"
    assert fault_of_decision(finding, LesionDecision("NEV", urgency)) == fault
    assert fault_of_decision(finding, LesionDecision("NEV", urgency, reason=" ")) == fault
    assert fault_of_decision(finding, LesionDecision("NEV", urgency, reason="Seen before, unchanged")) is None


def test_palm_sole_and_nail_are_lowered_only_with_a_reason() -> None:
    finding = spot(close_up("NEV"), site="sole")
    assert fault_of_decision(finding, LesionDecision("NEV", "refer")) == "reason_missing"
    assert fault_of_decision(finding, LesionDecision("NEV", "refer_soon")) is None


def test_what_raises_counts_for_the_least_as_well() -> None:
    finding = spot(close_up("NEV"), site="sole", told=ALL_NO | {"q3": ["immunosuppressed"]})
    assert least_urgency(finding) == "urgent"


@pytest.mark.parametrize(
    ("decision", "fault"),
    [
        (LesionDecision("wart", "refer"), "unknown_class"),
        (LesionDecision("", "refer"), "unknown_class"),
        (LesionDecision("NEV", "emergency"), "unknown_urgency"),
        (LesionDecision("NEV", "routine"), "unknown_urgency"),
        (LesionDecision("NEV", "retake"), "retake_with_class"),
        (LesionDecision("other", "retake"), "retake_with_class"),
    ],
)
def test_decision_that_cannot_be_signed_is_refused(decision: LesionDecision, fault: str) -> None:
    finding = spot(close_up("NEV"))
    assert fault_of_decision(finding, decision) == fault
    with pytest.raises(ValueError, match=fault):
        lesion_as_decided(finding, decision)


def test_emergency_is_not_signed_away_without_a_reason() -> None:
    finding = spot(told=ALL_NO | {"q0a": True})
    assert fault_of_decision(finding, LesionDecision("cannot_tell", "same_day")) == "reason_missing"
    assert lesion_as_decided(finding, LesionDecision("other", "same_day", reason="Phoned, seen at once")).emergency == "q0a"


def test_place_that_was_not_photographed_cannot_be_photographed_again_and_is_still_seen_in_person() -> None:
    finding = spot(site="genitals", age=15)
    assert fault_of_decision(finding, LesionDecision("cannot_tell", "retake")) == "no_photo_taken"
    watched = lesion_as_decided(finding, LesionDecision("cannot_tell", "short"))
    assert (watched.state, watched.row_ids) == ("answers_only", ("skin_watch", "skin_in_person"))
    assert lesion_as_decided(finding, LesionDecision("other", "refer")).row_ids == ("skin_within_12_weeks",)


def test_clinicians_retake_counts_as_one_ungradable_photo() -> None:
    assert lesion_as_decided(spot(close_up("NEV")), LesionDecision("cannot_tell", "retake")).retakes == 1
    twice = replace(spot(close_up(outcome="retake")), retakes=2)
    assert lesion_as_decided(twice, LesionDecision("cannot_tell", "retake")).retakes == 2
