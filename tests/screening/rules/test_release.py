"""What a patient reads: every kind of finding, both switches, signed or not."""

from datetime import UTC, date, datetime
from itertools import product

import pytest

from screening.rules.diabetic_retinopathy import PersonFinding
from screening.rules.release import Sentence, always_shown, patient_sentence
from tests.rule_cases import NOW, ZONE, eye, person

DUE = date(2027, 2, 1)
WAITING = Sentence("doctor_will_answer", "blank", date=date(2026, 12, 1))
UNREADABLE = eye("OS", "ungradable")
EXHAUSTED = eye("OS", "ungradable", retakes=3)


def say(finding: PersonFinding, *, signed: bool = False, released: bool = False, reassure: bool = False, **more: object) -> Sentence:
    known: dict[str, object] = {"accepted_at": NOW, "zone": ZONE, "due": DUE} | more
    return patient_sentence(finding, signed=signed, release_unsigned=released, may_reassure=reassure, **known)  # type: ignore[arg-type]


# finding -> the code in production, in demo, in demo with weights that may reassure, and signed.
TABLE = {
    "nothing found": (person(0, 0), "doctor_will_answer", "doctor_will_answer", "nothing_found", "nothing_found"),
    "mild": (person(1, 0), "doctor_will_answer", "doctor_will_answer", "watch", "watch"),
    "moderate": (person(2, 0), "doctor_will_answer", "see_a_doctor", "see_a_doctor", "see_a_doctor"),
    "severe": (person(3, 0), "doctor_will_answer", "see_a_doctor", "see_a_doctor", "see_a_doctor"),
    "proliferative": (person(4, 0), "doctor_will_answer", "see_a_doctor", "see_a_doctor", "see_a_doctor"),
    "oedema": (person(0, 0, dme="centre"), "doctor_will_answer", "see_a_doctor", "see_a_doctor", "see_a_doctor"),
    "moderate, other unreadable": (person(2, UNREADABLE), "doctor_will_answer", "see_a_doctor", "see_a_doctor", "see_a_doctor"),
    "nothing found, other unreadable": (person(0, UNREADABLE), "doctor_will_answer", "doctor_will_answer", "not_readable", "not_readable"),
    "nothing found, other missing": (person(0, "missing"), "doctor_will_answer", "doctor_will_answer", "eye_missing", "eye_missing"),
    "nothing found, other exhausted": (
        person(0, EXHAUSTED),
        "doctor_will_answer",
        "doctor_will_answer",
        "examination_in_person",
        "examination_in_person",
    ),
    "nothing found, other unread": (person(0, "unread"), "doctor_will_answer", "doctor_will_answer", "doctor_will_answer", "doctor_will_answer"),
    "both unread": (person("unread", "unread"), *["doctor_will_answer"] * 4),
    "both unreadable": (person(eye("OD", "ungradable"), UNREADABLE), *["not_readable"] * 4),
    "both missing": (person("missing", "missing"), *["eye_missing"] * 4),
    "one exhausted": (person("missing", EXHAUSTED), *["examination_in_person"] * 4),
    "symptom, nothing found": (person(0, 0, symptom=True), *["now_eye"] * 4),
    "symptom, proliferative": (person(4, 0, symptom=True), *["now_eye"] * 4),
    "symptom, nothing readable": (person(eye("OD", "ungradable"), UNREADABLE, symptom=True), *["now_eye"] * 4),
    "suspicion beside a clear eye": (person(0, eye("OS", "ungradable", suspected=True)), *["doctor_will_answer"] * 3, "not_readable"),
    "suspicion on a graded eye": (person(0, eye("OS", suspected=True)), *["doctor_will_answer"] * 3, "nothing_found"),
}


@pytest.mark.parametrize("name", TABLE)
def test_texts_by_both_switches_and_signature(name: str) -> None:
    finding, production, demo, reassuring, signed = TABLE[name]
    for reassure in (False, True):
        assert say(finding, reassure=reassure).code == production
        for released in (False, True):
            assert say(finding, signed=True, released=released, reassure=reassure).code == signed
    assert say(finding, released=True).code == demo
    assert say(finding, released=True, reassure=True).code == reassuring


CALM = {"nothing_found", "watch"}


@pytest.mark.parametrize("name", TABLE)
def test_nothing_calm_is_said_before_a_signature_unless_the_weights_may_reassure(name: str) -> None:
    for released in (False, True):
        assert say(TABLE[name][0], released=released).code not in CALM


@pytest.mark.parametrize("name", TABLE)
def test_nothing_calm_is_ever_said_of_somebody_with_an_eye_without_a_grade(name: str) -> None:
    finding = TABLE[name][0]
    for signed, released, reassure in product((False, True), repeat=3):
        if finding.incomplete or finding.symptom or finding.referable:
            assert say(finding, signed=signed, released=released, reassure=reassure).code not in CALM


def test_waiting_date_tells_nothing_about_the_finding() -> None:
    said = {say(person(grade, 0), released=released) for grade, released in [(0, False), (2, False), (4, False), (0, True), (1, True)]}
    assert said == {WAITING}


def test_waiting_date_counts_from_the_first_photo_in_the_patients_calendar() -> None:
    late_evening = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    assert say(person(0, 0), accepted_at=late_evening).date == date(2026, 12, 2)
    assert say(person(0, 0), last_accepted_at=late_evening).date == date(2026, 12, 1)


def test_what_a_program_alone_says_is_marked_preliminary() -> None:
    assert say(person(2, 0), released=True).preliminary
    assert say(person(0, 0), released=True, reassure=True).preliminary
    assert say(person(1, 0), released=True, reassure=True).preliminary
    assert not say(person(2, 0), signed=True).preliminary
    assert not WAITING.preliminary


def test_open_referral_is_not_talked_away_by_a_program() -> None:
    assert say(person(0, 0), released=True, reassure=True, earlier_referable=True) == WAITING
    assert say(person(0, 0), signed=True, earlier_referable=True).code == "nothing_found"


def test_without_a_date_no_sentence_that_needs_one_is_said() -> None:
    for finding in (person(1, 0), person(2, 0)):
        for signed in (False, True):
            assert say(finding, signed=signed, released=True, reassure=True, due=None) == WAITING
    assert say(person(0, 0), released=True, reassure=True, due=None) == WAITING
    assert say(person(0, 0), signed=True, due=None).code == "nothing_found"


def test_sentence_carries_the_date_of_its_step() -> None:
    assert say(person(2, 0), signed=True).date == DUE
    assert say(person(1, 0), signed=True).date == DUE


@pytest.mark.parametrize(
    ("finding", "banner"),
    [
        (person(0, 0), "none"),
        (person(1, 0), "watch"),
        (person(2, 0), "see"),
        (person(0, 0, symptom=True), "now"),
        (person("missing", "missing"), "blank"),
    ],
)
def test_safety_net_stands_under_everything_that_is_not_urgent(finding: PersonFinding, banner: str) -> None:
    shown = say(finding, signed=True)
    assert shown.banner == banner
    assert shown.safety_net is (banner != "now")


def test_messages_about_photos_are_told_with_eye_and_date_the_most_pressing_first() -> None:
    shown = always_shown(person("missing", EXHAUSTED), accepted_at=NOW, zone=ZONE)
    assert [(one.code, one.laterality, one.date) for one in shown] == [
        ("examination_in_person", "OS", date(2026, 12, 22)),
        ("eye_missing", "OD", date(2026, 12, 1)),
    ]
    assert [one.code for one in always_shown(person(0, UNREADABLE), accepted_at=NOW, zone=ZONE)] == ["not_readable"]
    assert always_shown(person(0, "unread"), accepted_at=NOW, zone=ZONE) == ()
