"""What the reading worker promises: each photo ends once, with an outcome; what it cannot read goes to a person; the report follows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from accounts.services.consent import withdraw_consent
from core import clock
from core.blobs import blob_exists
from screening.classifiers import retina
from screening.classifiers.outcome import Outcome
from screening.classifiers.registry import ModelCard
from screening.models import Encounter, Photo, Reading, Report, ReportVersion
from screening.retina.symptoms import symptom_of
from screening.services import reading, reports
from screening.services.intake import accept_photo
from screening.services.storage import store_original
from tests import photos
from tests.factories import answered, make_encounter, make_patient, make_photo

pytestmark = pytest.mark.django_db

GRADED = Outcome(
    outcome="graded",
    reason=None,
    quality="good",
    p_reject=0.01,
    probabilities={"p_any_dr": 0.1, "p_referable": 0.05, "p_sight_threatening": 0.01},
    intervals={"p_referable": (0.02, 0.09)},
    grade=0,
    referable=False,
    grade_set=(0,),
    laterality_seen=None,
    model_version="retina-dr 0.0",
    width=320,
    height=240,
    view=b"view",
    attention=b"map",
)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Outcome]:
    """What the classifier says next; the last one repeats."""
    script = [GRADED]
    monkeypatch.setattr(retina, "read_photo", lambda *_: script.pop(0) if len(script) > 1 else script[0])
    monkeypatch.setattr(retina, "view_only", lambda _: (b"view", 320, 240))
    return script


def send(patient: Any, laterality: str = "OD", photo: bytes | None = None) -> Photo:
    return accept_photo(
        patient=patient, by=patient.user, upload=store_original(photo or photos.jpeg()), kind="retina", laterality=laterality, taken_at=clock.now()
    ).photo


def test_a_photo_is_read_once_and_its_pictures_are_kept_encrypted(said: list[Outcome]) -> None:
    photo = send(make_patient())
    assert reading.read_queued() == 1
    assert reading.read_queued() == 0
    found = Reading.objects.get(photo=photo)
    assert (found.state, found.outcome, found.grade, found.model_version) == ("done", "graded", 0, "retina-dr 0.0")
    assert found.intervals == {"p_referable": [0.02, 0.09]}
    assert blob_exists(photo.pk, "view")
    assert blob_exists(photo.pk, "attention")


def test_the_real_classifier_refuses_what_is_no_retina() -> None:
    photo = send(make_patient(), photo=photos.document())
    reading.read_queued()
    found = Reading.objects.get(photo=photo)
    assert found.outcome == "refused"
    assert found.grade is None
    assert found.probabilities == {}


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        ({"consents": ("care", "share_clinic")}, "no_automatic_reading"),
        ({"birth_year": clock.now().year - 10}, "outside_age"),
        ({"diabetes": "none"}, "outside_diabetes"),
    ],
    ids=["without consent", "a child", "without diabetes"],
)
def test_outside_the_programme_a_photo_is_kept_for_a_doctor_without_a_grade(said: list[Outcome], person: dict[str, Any], reason: str) -> None:
    photo = send(make_patient(**person))
    reading.read_queued()
    found = Reading.objects.get(photo=photo)
    assert (found.outcome, found.reason, found.grade, found.probabilities) == ("unread", reason, None, {})
    assert blob_exists(photo.pk, "view")


def test_consent_withdrawn_between_sending_and_reading_counts(said: list[Outcome]) -> None:
    patient = make_patient()
    photo = send(patient)
    withdraw_consent(patient=patient, purpose="automatic_reading", by=patient.user)
    reading.read_queued()
    assert Reading.objects.get(photo=photo).outcome == "unread"


def test_unknown_diabetes_is_read(said: list[Outcome]) -> None:
    photo = send(make_patient(diabetes=None))
    reading.read_queued()
    assert Reading.objects.get(photo=photo).outcome == "graded"


def test_a_photo_that_breaks_the_reader_ends_with_a_person_and_takes_no_neighbour_along(monkeypatch: pytest.MonkeyPatch) -> None:
    patient = make_patient()
    poison, neighbour = photos.jpeg(), photos.png()

    def read(photo: bytes, card: ModelCard) -> Outcome:
        if photo == poison:
            raise MemoryError
        return GRADED

    monkeypatch.setattr(retina, "read_photo", read)
    broken, fine = send(patient, "OD", poison), send(patient, "OS", neighbour)
    for _ in range(8):
        reading.read_queued()
        Reading.objects.filter(state="queued").update(due_at=clock.now() - timedelta(seconds=1))
    assert Reading.objects.get(photo=fine).outcome == "graded"
    failed = Reading.objects.get(photo=broken)
    assert (failed.state, failed.outcome) == ("failed", "failed")
    assert failed.last_error == "MemoryError"
    assert patient.tasks.filter(about=failed.pk).exists() or patient.tasks.exists()


def test_both_eyes_read_make_one_report(said: list[Outcome]) -> None:
    patient = make_patient()
    send(patient, "OD", photos.jpeg())
    send(patient, "OS", photos.png())
    reading.read_queued()
    version = ReportVersion.objects.get()
    assert (version.kind, version.number) == ("preliminary", 1)
    assert version.finding["urgency"] == "routine"
    assert version.model_versions == ["retina-dr 0.0"]


def test_one_eye_waits_for_the_other_half_an_hour_and_is_then_reported(said: list[Outcome]) -> None:
    photo = send(make_patient())
    reading.read_queued()
    assert not Report.objects.exists()
    Photo.objects.filter(pk=photo.pk).update(accepted_at=clock.now() - timedelta(minutes=31))
    Encounter.objects.update(compose_after=clock.now() - timedelta(minutes=1))
    reports.compose_due()
    version = ReportVersion.objects.get()
    assert version.finding["incomplete"]
    assert version.finding["left"]["state"] == "missing"


def test_an_urgent_eye_is_reported_at_once(said: list[Outcome]) -> None:
    said[0] = replace(GRADED, grade=4, referable=True, probabilities={"p_referable": 0.98})
    send(make_patient())
    reading.read_queued()
    assert ReportVersion.objects.get().finding["urgency"] == "urgent"


def test_an_unreadable_photo_makes_no_report_until_the_third(said: list[Outcome]) -> None:
    said[0] = replace(GRADED, outcome="retake", reason="blur", quality="reject", grade=None, referable=None, probabilities={"p_referable": 0.02})
    patient = make_patient()
    for number in range(3):
        assert not Report.objects.exists()
        for laterality in ("OD", "OS"):
            send(patient, laterality, photos.jpeg(320 + number, 240))
        reading.read_queued()
    version = ReportVersion.objects.latest("number")
    assert version.finding["right"]["state"] == "ungradable"
    assert version.finding["worst_grade"] is None


def test_a_suspicion_on_an_unreadable_photo_goes_to_a_doctor_at_once_without_a_grade(said: list[Outcome]) -> None:
    said[0] = replace(GRADED, outcome="retake", reason="blur", quality="reject", grade=None, referable=None, probabilities={"p_referable": 0.9})
    send(make_patient())
    reading.read_queued()
    version = ReportVersion.objects.get()
    assert version.finding["suspected_referable_ungradable"]
    assert version.finding["worst_grade"] is None


def test_a_photo_after_the_report_makes_the_next_version(said: list[Outcome]) -> None:
    patient = make_patient()
    encounter = make_encounter(patient)
    make_photo(encounter, "OD")
    make_photo(encounter, "OS")
    first = reports.compose_if_due(encounter)
    assert first is not None
    assert reports.compose_if_due(encounter) is None, "nothing new was said"
    make_photo(encounter, "OD", grade=3)
    second = reports.compose_if_due(encounter)
    assert second is not None
    assert (second.number, second.finding["worst_grade"]) == (2, 3)


def test_the_symptom_of_an_earlier_sitting_is_not_carried_over(said: list[Outcome]) -> None:
    patient = make_patient()
    answered(patient, symptom=True)
    patient.facts.filter(code="symptom").update(recorded_at=clock.now() - timedelta(days=3))
    assert symptom_of(make_encounter(patient)) is None
    answered(patient, symptom=False)
    assert symptom_of(make_encounter(patient)) is False
