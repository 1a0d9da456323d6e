"""A spot through the one pipeline: close-ups are read, overviews only looked at, some are for a person's eyes; answers and photos make the report."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.services.consent import give_consents, withdraw_consent
from core import clock
from core.blobs import blob_exists
from screening.classifiers import skin
from screening.classifiers.outcome import Outcome
from screening.findings import finding_document, finding_of
from screening.models import Answers, Encounter, Lesion, Photo, Reading, ReportVersion
from screening.own_data import erase
from screening.rules.skin.decision import LesionDecision
from screening.services import reading, reports
from screening.services.intake import accept_photo
from screening.services.storage import store_original
from screening.skin.services import answer_questions, open_spot
from screening.skin.signing import sign_spot
from tests import photos
from tests.factories import make_child, make_clinician, make_patient
from tests.spots import CALM, NO_EMERGENCY, make_skin_photo, make_spot

pytestmark = pytest.mark.django_db


def outcome(**columns: Any) -> Outcome:
    told = {
        "outcome": "graded",
        "reason": None,
        "quality": None,
        "p_reject": None,
        "grade": None,
        "referable": None,
        "model_version": "skin-lesion 0.0",
        "width": 320,
        "height": 240,
        "view": b"view",
        "attention": None,
    }
    return Outcome(**told | columns)


MELANOMA = outcome(
    probabilities={"p_MEL": 0.7, "p_NEV": 0.3, "p_suspicious": 0.8},
    intervals={"p_suspicious": (0.6, 0.9)},
    lesion_class="MEL",
    class_set=("MEL", "NEV"),
    suspicious=True,
    in_scope=True,
)


@pytest.fixture(autouse=True)
def said(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def says(close_up: Outcome) -> None:
        monkeypatch.setattr(skin, "read_photo", lambda *_: close_up)

    says(MELANOMA)
    monkeypatch.setattr(skin, "view_with_gate", lambda *_: outcome())
    return says


def send(spot: Encounter, slot: str, width: int = 320) -> Photo:
    upload = store_original(photos.jpeg(width))
    return accept_photo(
        patient=spot.patient, by=spot.patient.user, upload=upload, kind="skin", slot=slot, taken_at=clock.now(), encounter=spot.pk
    ).photo


def both(spot: Encounter) -> tuple[Reading, Reading]:
    sent = send(spot, "overview"), send(spot, "close_up", 400)
    reading.read_queued()
    overview, close_up = (Reading.objects.get(photo=photo) for photo in sent)
    return overview, close_up


def test_a_close_up_is_read_and_an_overview_only_looked_at() -> None:
    overview, close_up = both(make_spot(make_patient(), answers=CALM))
    assert (overview.outcome, overview.lesion_class, overview.probabilities, overview.in_scope) == ("graded", "", {}, None)
    assert (close_up.outcome, close_up.lesion_class, close_up.class_set, close_up.suspicious, close_up.in_scope) == (
        "graded",
        "MEL",
        ["MEL", "NEV"],
        True,
        True,
    )
    assert close_up.intervals == {"p_suspicious": [0.6, 0.9]}
    assert blob_exists(close_up.photo_id, "view")
    version = ReportVersion.objects.latest("number")
    assert (version.finding["urgency"], version.finding["lesion_class"]) == ("urgent", "MEL")
    assert finding_document(finding_of(version)) == version.finding


@pytest.mark.parametrize(
    ("birth_year", "consents", "reason"),
    [(None, ("care", "share_clinic"), "no_automatic_reading"), (11, ("care", "share_clinic", "automatic_reading"), "outside_age")],
    ids=["without consent", "eleven years old"],
)
def test_what_the_program_may_not_read_is_kept_for_a_dermatologist(birth_year: int | None, consents: tuple[str, ...], reason: str) -> None:
    person = make_patient(consents=consents, birth_year=clock.now().year - (birth_year or 60))
    overview, close_up = both(make_spot(person, answers=CALM))
    for found in (overview, close_up):
        assert (found.outcome, found.reason, found.lesion_class, found.probabilities) == ("unread", reason, "", {})
        assert blob_exists(found.photo_id, "view")
    assert ReportVersion.objects.get().finding["state"] == "unread"


def test_a_private_place_is_for_a_persons_eyes_and_its_photos_are_hidden() -> None:
    person = make_patient()
    give_consents(patient=person, purposes=["intimate_photo"], by=person.user, language="zh-hans")
    overview, close_up = both(make_spot(person, "genitals", answers=CALM))
    assert {found.reason for found in (overview, close_up)} == {"intimate_site"}
    assert set(Photo.objects.values_list("intimate", flat=True)) == {True}


def test_consent_to_private_photos_withdrawn_hides_what_is_there_all_the_same() -> None:
    person = make_patient()
    give_consents(patient=person, purposes=["intimate_photo"], by=person.user, language="zh-hans")
    spot = make_spot(person, "genitals", answers=CALM)
    send(spot, "overview")
    withdraw_consent(patient=person, purpose="intimate_photo", by=person.user)
    assert Photo.objects.get().intimate


def test_an_emergency_is_reported_at_once_without_any_photo() -> None:
    make_spot(make_patient(), answers=NO_EMERGENCY | {"q0a": True})
    finding = ReportVersion.objects.get().finding
    assert (finding["urgency"], finding["emergency"], finding["state"]) == ("emergency", "q0a", "answers_only")


def test_a_place_without_answers_is_nobodys_case() -> None:
    patient = make_patient()
    spot = open_spot(patient=patient, by=patient.user, encounter_id=Encounter().pk, body_site="back")
    Encounter.objects.filter(pk=spot.pk).update(compose_after=clock.now() - timedelta(minutes=1))
    reports.compose_due()
    assert not ReportVersion.objects.exists()
    assert Encounter.objects.get().compose_after is None


def test_a_child_whose_private_place_is_told_of_has_a_report_from_the_answers_alone() -> None:
    child = make_child()
    guardian = child.guardianships.get().guardian
    answers = CALM | {"c1": False, "q1": "my_child"}
    open_spot(patient=child, by=guardian, encounter_id=Encounter().pk, body_site="genitals", answers=answers)
    finding = ReportVersion.objects.get().finding
    assert (finding["state"], "skin_in_person" in finding["row_ids"], finding["class_shown"]) == ("answers_only", True, False)


def signed(spot: Encounter, **decision: Any) -> ReportVersion:
    version = reports.compose_if_due(spot)
    assert version is not None
    told = LesionDecision(**{"lesion_class": "SEK", "urgency": "short"} | decision)
    return sign_spot(encounter_id=spot.pk, by=make_clinician(specialty="skin"), base_number=version.number, decision=told)


def calm_and_read() -> Encounter:
    spot = make_spot(make_patient(), answers=CALM)
    make_skin_photo(spot, "overview")
    make_skin_photo(spot)
    return spot


def test_a_signature_stands_until_something_new_is_told() -> None:
    spot = calm_and_read()
    signed(spot)
    assert reports.compose_if_due(spot) is None
    answer_questions(encounter=spot, by=spot.patient.user, answers={"n2": True})
    latest = ReportVersion.objects.latest("number")
    assert (latest.kind, latest.finding["urgency"]) == ("preliminary", "urgent")
    assert reports.compose_if_due(spot) is None, "nothing new was said"


def test_what_was_signed_is_never_lowered_by_a_later_photo() -> None:
    spot = calm_and_read()
    signed(spot, lesion_class="MEL", urgency="urgent")
    make_skin_photo(spot)
    reports.compose_if_due(spot)
    assert ReportVersion.objects.latest("number").finding["urgency"] == "urgent"


def test_erasing_a_person_takes_spots_and_answers_along() -> None:
    spot = make_spot(make_patient(), answers=CALM)
    make_skin_photo(spot)
    erase(spot.patient)
    assert not any(model.objects.exists() for model in (Answers, Lesion, Encounter, Photo))
