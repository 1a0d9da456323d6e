"""A clinician's word: a version each, never an edit; on the version that was looked at; by those who may."""

import pytest
from django.http import Http404

from accounts.models import AuditEvent, Organisation
from accounts.services.consent import withdraw_consent
from core import clock
from core.problems import Problem
from screening.models import Encounter, PhotoCorrection, ReportVersion
from screening.services.reports import compose_if_due
from screening.services.signing import EyeDecision, correct_photos, sign_report
from tests.factories import make_clinician, make_encounter, make_patient, make_photo

pytestmark = pytest.mark.django_db
BOTH_CLEAR = {"OD": EyeDecision("graded", 0), "OS": EyeDecision("graded", 0)}


@pytest.fixture
def case() -> Encounter:
    encounter = make_encounter(make_patient())
    make_photo(encounter, "OD", grade=2)
    make_photo(encounter, "OS", grade=0)
    assert compose_if_due(encounter)
    return encounter


def test_signing_appends_a_version_and_says_who_and_when(case: Encounter) -> None:
    doctor = make_clinician()
    version = sign_report(encounter_id=case.pk, by=doctor, base_number=1, decisions=BOTH_CLEAR, comment="清晰")
    assert (version.number, version.kind, version.signed_by) == (2, "signed", doctor)
    assert version.finding["worst_grade"] == 0
    assert ReportVersion.objects.get(number=1).finding["worst_grade"] == 2
    assert AuditEvent.objects.filter(verb="sign_report", actor=doctor.pk).exists()


def test_amending_is_another_version(case: Encounter) -> None:
    doctor = make_clinician()
    sign_report(encounter_id=case.pk, by=doctor, base_number=1, decisions=BOTH_CLEAR)
    amended = sign_report(encounter_id=case.pk, by=doctor, base_number=2, decisions=BOTH_CLEAR | {"OD": EyeDecision("graded", 3)})
    assert (amended.number, amended.finding["worst_grade"]) == (3, 3)
    assert ReportVersion.objects.count() == 3
    assert AuditEvent.objects.filter(verb="amend_report").exists()


def test_two_doctors_at_once_hear_of_each_other(case: Encounter) -> None:
    sign_report(encounter_id=case.pk, by=make_clinician(), base_number=1, decisions=BOTH_CLEAR)
    with pytest.raises(Problem) as refused:
        sign_report(encounter_id=case.pk, by=make_clinician(), base_number=1, decisions=BOTH_CLEAR)
    assert (refused.value.code, refused.value.status_code) == ("version_conflict", 409)


def test_every_eye_with_a_photo_needs_a_decision(case: Encounter) -> None:
    with pytest.raises(Problem) as refused:
        sign_report(encounter_id=case.pk, by=make_clinician(), base_number=1, decisions={"OD": EyeDecision("graded", 0)})
    assert refused.value.code == "decision_missing"
    assert refused.value.pointer == "/decisions/OS"


def test_patients_other_clinics_and_withdrawn_sharing_find_nothing(case: Encounter) -> None:
    elsewhere = Organisation.objects.create(kind="clinic", name_zh="别处", name_en="Elsewhere", created_at=clock.now())
    doctor = make_clinician()
    for nobody in (case.patient.user, make_clinician(elsewhere)):
        with pytest.raises(Http404):
            sign_report(encounter_id=case.pk, by=nobody, base_number=1, decisions=BOTH_CLEAR)
    withdraw_consent(patient=case.patient, purpose="share_clinic", by=case.patient.user)
    with pytest.raises(Http404):
        sign_report(encounter_id=case.pk, by=doctor, base_number=1, decisions=BOTH_CLEAR)


def test_asking_for_a_retake_leaves_the_eye_ungradable_and_the_other_decided(case: Encounter) -> None:
    asked = {"OD": EyeDecision("retake", reason="blur"), "OS": EyeDecision("graded", 0)}
    version = sign_report(encounter_id=case.pk, by=make_clinician(), base_number=1, decisions=asked)
    assert version.finding["right"]["state"] == "ungradable"
    assert version.finding["row_ids"] == ["ungradable"]
    assert version.finding["incomplete"]


def test_not_readable_leads_to_an_examination_not_to_more_photos(case: Encounter) -> None:
    said = {"OD": EyeDecision("not_readable", reason="media_opacity"), "OS": EyeDecision("graded", 0)}
    version = sign_report(encounter_id=case.pk, by=make_clinician(), base_number=1, decisions=said)
    assert "ungradable_after_retakes" in version.finding["row_ids"]


def test_a_suspected_oedema_raises_the_urgency(case: Encounter) -> None:
    version = sign_report(encounter_id=case.pk, by=make_clinician(), base_number=1, decisions=BOTH_CLEAR, dme="centre")
    assert version.finding["dme"] == "suspected"
    assert version.finding["urgency"] == "refer_soon"


def test_swapping_the_eyes_moves_the_finding_and_keeps_the_photo_as_it_was_sent(case: Encounter) -> None:
    both = list(case.photos.values_list("pk", flat=True))
    version = correct_photos(encounter_id=case.pk, by=make_clinician(), photo_ids=both, kind=PhotoCorrection.Kind.SWAP_EYE)
    assert version is not None
    assert (version.finding["left"]["grade"], version.finding["right"]["grade"]) == (2, 0)
    assert case.photos.get(readings__grade=2).laterality == "OD"


def test_another_persons_photo_counts_for_nothing(case: Encounter) -> None:
    referable = case.photos.get(readings__grade=2)
    version = correct_photos(encounter_id=case.pk, by=make_clinician(), photo_ids=[referable.pk], kind=PhotoCorrection.Kind.WRONG_PERSON)
    assert version is None or version.finding["worst_grade"] in (None, 0)
    everything = list(case.photos.values_list("pk", flat=True))
    emptied = correct_photos(encounter_id=case.pk, by=make_clinician(), photo_ids=everything, kind=PhotoCorrection.Kind.WRONG_PERSON)
    assert emptied is not None
    assert emptied.finding["worst_grade"] is None
    assert not emptied.finding["referable"]


def test_a_photo_of_another_case_cannot_be_corrected_from_here(case: Encounter) -> None:
    stranger = make_photo(make_encounter(make_patient()))
    with pytest.raises(Http404):
        correct_photos(encounter_id=case.pk, by=make_clinician(), photo_ids=[stranger.pk], kind=PhotoCorrection.Kind.SWAP_EYE)
