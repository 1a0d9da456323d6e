"""A spot's way from answers and photos to its date, in rows: nobody is lost, nothing is told before a signature."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Patient, User
from core import clock
from followup.invariants import INVARIANTS, Moment
from followup.models import Step, Task
from followup.results import released_result
from followup.services.reconcile import reconcile_patient
from followup.services.steps import record_outcome
from screening.models import Encounter, ReportVersion
from screening.rules.skin.decision import LesionDecision
from screening.services.reports import compose_due, compose_if_due
from screening.services.signing import Remarks
from screening.skin.services import answer_questions
from screening.skin.signing import sign_spot
from tests.factories import calm_answers, make_clinician, make_patient, make_skin_photo, make_spot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("card", "daytime")]
OPEN = Step.State.OPEN


@pytest.fixture(autouse=True)
def _as_in_production(settings: Any) -> None:
    settings.RELEASE_UNSIGNED = False


def lost() -> set[str]:
    """The invariants that somebody breaks now."""
    moment = Moment(now=clock.now(), patience=timedelta(minutes=30))
    return {name for name, (_, check) in INVARIANTS.items() if list(check(moment))}


@pytest.fixture
def dermatologist(clinician: User) -> User:
    """Somebody at the reading centre who signs spots."""
    return make_clinician(specialty="skin")


@pytest.fixture
def patient(dermatologist: User) -> Patient:
    """Somebody who came for a spot: nothing is known of diabetes."""
    return make_patient(diabetes=None)


def photographed(patient: Patient, *, body_site: str = "forearm", answers: dict[str, object] | None = None, **reading: object) -> Encounter:
    """A sitting with an overview and one close-up, and the report that it makes."""
    side = "left" if body_site in ("forearm", "sole") else ""
    encounter = make_spot(patient, body_site=body_site, side=side, answers=answers)
    make_skin_photo(encounter, "overview")
    make_skin_photo(encounter, **reading)
    with transaction.atomic():
        compose_if_due(encounter)
    reconcile_patient(patient)
    return encounter


def sign(encounter: Encounter, by: User, lesion_class: str, urgency: str, **more: object) -> ReportVersion:
    number = encounter.report.versions.latest("number").number
    remarks = Remarks("Wart" if lesion_class == "other" else "", "", None)
    decision = LesionDecision(lesion_class, urgency, **more)  # type: ignore[arg-type]
    return sign_spot(encounter_id=encounter.pk, by=by, base_number=number, decision=decision, remarks=remarks)


def open_kinds(patient: Patient) -> set[str]:
    return set(Step.objects.filter(patient=patient, state=OPEN).values_list("kind", flat=True))


def the_step(patient: Patient, kind: str) -> Step:
    return Step.objects.get(patient=patient, kind=kind, state=OPEN)


class TestWayOfASpot:
    def test_read_spot_waits_for_a_dermatologist_and_the_patient_reads_no_more_than_that(self, patient: Patient) -> None:
        encounter = photographed(patient, lesion_class="MEL", probabilities={"p_MEL": 0.8})
        review = the_step(patient, "clinician_review")
        assert (review.rule_id, review.urgency, review.is_next) == ("review_critical", "urgent", True)
        assert open_kinds(patient) == {"clinician_review"}
        for language in ("zh-hans", "en"):
            shown = released_result(encounter, language)
            assert (shown.code, shown.banner, shown.reading_released) == ("doctor_will_answer", "blank", False)
            assert "MEL" not in shown.text
        assert lost() == set()

    def test_demo_tells_a_visit_as_preliminary_and_still_no_class(self, patient: Patient, settings: Any) -> None:
        settings.RELEASE_UNSIGNED = True
        shown = released_result(photographed(patient, answers=calm_answers(q7b=True), lesion_class="BCC"), "en")
        assert (shown.code, shown.date) == ("see_a_doctor", clock.today(patient.zone) + timedelta(days=42))
        assert shown.preliminary is not None
        assert not shown.reading_released
        calm = released_result(photographed(patient), "en")
        assert calm.code == "doctor_will_answer"

    def test_signed_visit_has_a_date_and_its_sentence(self, patient: Patient, dermatologist: User) -> None:
        encounter = photographed(patient, lesion_class="MEL")
        sign(encounter, dermatologist, "MEL", "urgent")
        referral = the_step(patient, "referral")
        assert (referral.due_on, referral.rule_id) == (clock.today(patient.zone) + timedelta(days=14), "skin_within_14_days")
        shown = released_result(encounter, "en")
        assert (shown.code, shown.date, shown.banner) == ("see_a_doctor", referral.due_on, "see")
        assert shown.signed is not None
        assert shown.safety_net is not None
        assert Step.objects.get(kind="clinician_review").closed_reason == "signed"
        assert lost() == set()

    def test_visit_stays_open_until_its_outcome_is_recorded(self, patient: Patient, dermatologist: User) -> None:
        sign(photographed(patient), dermatologist, "SCC", "urgent")
        referral = the_step(patient, "referral")
        reconcile_patient(patient, clock.now() + timedelta(days=60))
        assert the_step(patient, "referral").pk == referral.pk
        record_outcome(step=referral, by=dermatologist, outcome="attended")
        assert open_kinds(patient) == {"ask_again"}
        assert lost() == set()

    def test_lowest_outcome_is_another_photo_in_eight_weeks_with_the_safety_net(self, patient: Patient, dermatologist: User) -> None:
        encounter = photographed(patient)
        sign(encounter, dermatologist, "NEV", "short")
        assert the_step(patient, "recall").due_on == clock.today(patient.zone) + timedelta(days=56)
        shown = released_result(encounter, "en")
        assert (shown.code, shown.banner) == ("skin_watch", "watch")
        assert "dermatologist soon" in str(shown.safety_net)

    def test_new_sitting_of_the_spot_is_the_photo_that_was_asked_for(self, patient: Patient, dermatologist: User) -> None:
        encounter = photographed(patient)
        sign(encounter, dermatologist, "NEV", "short")
        make_spot(patient, lesion=encounter.lesion_id)
        reconcile_patient(patient)
        assert Step.objects.get(patient=patient, kind="recall").closed_reason == "screened_again"

    def test_unreadable_close_up_is_a_retake_and_never_a_result(self, patient: Patient) -> None:
        encounter = photographed(patient, outcome="retake", reason="blur")
        assert open_kinds(patient) == {"retake"}
        shown = released_result(encounter, "en")
        assert shown.code == "not_readable"
        assert "Tap the lesion to focus" in shown.text
        make_skin_photo(encounter)
        with transaction.atomic():
            compose_if_due(encounter)
        assert Step.objects.get(patient=patient, kind="retake").closed_reason == "photo_received"
        assert open_kinds(patient) == {"clinician_review"}
        assert lost() == set()

    def test_photo_that_failed_has_a_person(self, patient: Patient) -> None:
        photographed(patient, outcome="failed")
        assert Task.objects.filter(patient=patient, kind="photo_failed").exists()
        assert lost() == set()

    def test_out_of_scope_ends_in_a_doctors_answer(self, patient: Patient, dermatologist: User) -> None:
        encounter = photographed(patient, lesion_class="", in_scope=False)
        assert open_kinds(patient) == {"clinician_review"}
        sign(encounter, dermatologist, "other", "refer")
        assert the_step(patient, "referral").due_on == clock.today(patient.zone) + timedelta(days=84)

    def test_answers_without_any_photo_are_answered_after_half_an_hour(self, patient: Patient, clock_at: Callable[..., None]) -> None:
        make_spot(patient)
        assert open_kinds(patient) == {"ask_again"}
        clock_at(10, days=1)
        compose_due()
        assert "clinician_review" in open_kinds(patient)
        assert lost() - {"patients_not_swept", "reminders_left_lying"} == set()

    def test_photo_after_the_signature_adds_that_a_doctor_will_answer(self, patient: Patient, dermatologist: User) -> None:
        encounter = photographed(patient)
        sign(encounter, dermatologist, "NEV", "short")
        make_skin_photo(encounter, lesion_class="BCC")
        with transaction.atomic():
            compose_if_due(encounter)
        shown = released_result(encounter, "en")
        assert (shown.code, [message.code for message in shown.also]) == ("skin_watch", ["doctor_will_answer"])
        assert "clinician_review" in open_kinds(patient)


class TestToday:
    def test_emergency_has_its_step_before_any_photo(self, patient: Patient) -> None:
        encounter = make_spot(patient, answers={"q0a": True})
        step = the_step(patient, "emergency_today")
        assert (step.is_next, step.urgency, step.due_at is not None) == (True, "emergency", True)
        assert released_result(encounter, "en").code == "emergency_skin"
        assert lost() == set()

    def test_emergency_is_taken_back_by_no_later_answer(self, patient: Patient) -> None:
        encounter = make_spot(patient, answers={"q0a": True})
        answer_questions(encounter=encounter, by=patient.user, answers={"q0a": False})  # type: ignore[arg-type]
        assert "emergency_today" in open_kinds(patient)
        assert released_result(encounter, "en").code == "emergency_skin"

    def test_dont_know_on_an_emergency_question_is_a_doctor_today(self, patient: Patient) -> None:
        encounter = make_spot(patient, answers=calm_answers(q0b="unknown"))
        assert "doctor_today" in open_kinds(patient)
        assert released_result(encounter, "zh-hans").text.startswith("请今天就医")


class TestPlanOfTheEyes:
    def test_person_who_came_for_a_spot_has_no_eye_screen(self, patient: Patient) -> None:
        assert open_kinds(patient) == {"first_screen"}
        photographed(patient)
        assert open_kinds(patient) == {"clinician_review"}

    def test_person_with_diabetes_keeps_hers(self, dermatologist: User) -> None:
        both = make_patient(diabetes="type2")
        photographed(both)
        assert open_kinds(both) == {"clinician_review", "first_screen"}
        told = make_patient(diabetes=None)
        photographed(told, answers=calm_answers(q3=["diabetes"]))
        assert open_kinds(told) == {"clinician_review", "first_screen"}


class TestPrivateArea:
    def test_private_area_of_a_minor_is_seen_in_person(self, dermatologist: User) -> None:
        child = make_patient(birth_year=clock.now().year - 15, diabetes=None)
        encounter = make_spot(child, body_site="genitals", side="", answers=calm_answers(14))
        assert {"examination_in_person", "clinician_review"} <= open_kinds(child)
        assert "skin_in_person" in [message.code for message in released_result(encounter, "en").also]
        assert lost() == set()
