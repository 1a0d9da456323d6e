"""What an eye without a grade asks for, from acceptance until somebody has looked at it."""

from datetime import datetime

import pytest

from followup.rules.eye_steps import eye_steps
from followup.rules.state import PatientState, RecordedOutcome
from screening.rules.diabetic_retinopathy import PersonFinding
from tests.rule_cases import NOW, TODAY, days, encounter, eye, patient, person, report


def asked(state: PatientState, at: datetime = NOW) -> list[tuple[str, str | None, int]]:
    return [(step.kind, step.laterality, (step.due - TODAY).days) for step in eye_steps(state, at)]


ONE_EYE = person(0, "missing")
UNREADABLE = person(0, "ungradable")
EXHAUSTED = person(0, eye("OS", "ungradable", retakes=3))


def test_second_eye_is_asked_for_from_acceptance_on_even_while_the_first_is_queued() -> None:
    assert asked(patient(encounter(person("pending", "missing")))) == [("second_eye", "OS", 7)]


@pytest.mark.parametrize(("finding", "kind"), [(ONE_EYE, "second_eye"), (UNREADABLE, "retake")])
def test_eye_is_photographed_within_7_days_then_also_examined_and_in_the_end_only_that(finding: PersonFinding, kind: str) -> None:
    state = patient(encounter(finding))
    photo, examination = (kind, "OS", 7), ("examination_in_person", "OS", 28)
    assert asked(state, NOW + days(7)) == [photo]
    assert asked(state, NOW + days(8)) == [photo, examination]
    assert asked(state, NOW + days(28)) == [photo, examination]
    assert asked(state, NOW + days(29)) == [examination]


def test_third_ungradable_photo_leads_to_an_examination_at_once() -> None:
    assert asked(patient(encounter(EXHAUSTED))) == [("examination_in_person", "OS", 28)]


def test_rules_behind_the_steps_are_the_tables_rows() -> None:
    steps = [*eye_steps(patient(encounter(ONE_EYE)), NOW + days(8)), *eye_steps(patient(encounter(UNREADABLE)), NOW + days(8))]
    assert [step.rule_id for step in steps] == ["eye_missing", "eye_missing_examination", "ungradable", "ungradable_after_retakes"]
    assert {step.rule_version for step in steps} == {"2026-11"}
    assert [step.urgency for step in steps] == ["incomplete", "refer_soon", "retake", "refer_soon"]


def test_clinician_who_asks_for_a_photo_is_the_reason() -> None:
    (step,) = eye_steps(patient(encounter(UNREADABLE, retake_asked=frozenset({"OS"}))), NOW)
    assert (step.kind, step.reason, step.rule_id) == ("retake", "clinician_asked", "ungradable")


@pytest.mark.parametrize("state", ["graded", "unread", "pending"])
def test_answered_or_queued_eyes_ask_for_nothing(state: str) -> None:
    assert asked(patient(encounter(person(0, state)))) == []


def test_examined_eye_asks_for_nothing_more() -> None:
    done = RecordedOutcome("examination_in_person", NOW, "sitting", "OS")
    assert asked(patient(encounter(EXHAUSTED), outcomes=(done,)), NOW + days(9)) == []
    assert asked(patient(encounter(person("missing", "ungradable")), outcomes=(done,)))[0][:2] == ("second_eye", "OD")


def test_what_a_clinician_signed_holds_until_a_later_photo_comes() -> None:
    signed = report(person(0, 1))
    assert asked(patient(encounter(UNREADABLE, signed=signed))) == []
    assert asked(patient(encounter(UNREADABLE, accepted=NOW + days(1), signed=signed))) == [("retake", "OS", 8)]


def test_sitting_of_refused_photos_alone_hides_no_older_question() -> None:
    refused = encounter(person("missing", "missing"), encounter_id="refused", accepted=NOW + days(1))
    assert asked(patient(encounter(ONE_EYE), refused), NOW + days(1)) == [("second_eye", "OS", 7)]
    assert asked(patient(refused), NOW + days(1)) == []


def test_newer_sitting_asks_anew_but_takes_no_examination_back() -> None:
    newer = encounter(person("missing", 0), encounter_id="newer", accepted=NOW + days(3))
    exhausted = encounter(person(eye("OD", "ungradable", retakes=3), 0))
    assert asked(patient(exhausted, newer), NOW + days(3)) == [("second_eye", "OD", 10), ("examination_in_person", "OD", 28)]


def test_queued_photo_of_a_newer_sitting_takes_no_examination_back() -> None:
    newer = encounter(person(0, "pending"), encounter_id="newer", accepted=NOW + days(3))
    assert asked(patient(encounter(EXHAUSTED), newer), NOW + days(3)) == [("examination_in_person", "OS", 28)]


def test_eye_graded_in_a_newer_sitting_closes_what_an_older_one_asked() -> None:
    newer = encounter(person(0, 0), encounter_id="newer", accepted=NOW + days(3))
    assert asked(patient(encounter(EXHAUSTED), newer), NOW + days(30)) == []


def test_eye_is_examined_once_for_all_sittings() -> None:
    newer = encounter(EXHAUSTED, encounter_id="newer", accepted=NOW + days(40))
    assert asked(patient(encounter(EXHAUSTED), newer), NOW + days(40)) == [("examination_in_person", "OS", 28)]
