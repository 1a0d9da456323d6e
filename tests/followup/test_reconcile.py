"""The open steps are always what the rules want, written once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Organisation, User
from accounts.services.consent import give_consents, withdraw_consent
from core import clock
from core.models import JobState
from followup.models import Reminder, Step, Sweep, Task
from followup.services.reconcile import reconcile_patient
from followup.services.sweep import reconcile_stale
from screening import events
from screening.models import Photo, Reading
from screening.services.signing import EyeDecision
from tests.factories import answered, make_encounter, make_patient, make_photo
from tests.followup.conftest import composed, signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinician")]


def open_kinds(patient: Any) -> list[str]:
    return sorted(Step.objects.filter(patient=patient, state="open").values_list("kind", flat=True))


def closed(patient: Any, kind: str) -> list[tuple[str, str]]:
    return list(Step.objects.filter(patient=patient, kind=kind).exclude(state="open").values_list("state", "closed_reason"))


def test_somebody_new_under_care_has_a_first_screen_with_owner_rule_and_reminders() -> None:
    patient = make_patient()
    (step,) = Step.objects.filter(patient=patient, state="open")
    assert (step.kind, step.is_next, step.owner.is_default) == ("first_screen", True, True)
    assert step.rule_id
    assert step.rule_version
    assert step.source
    assert step.due_on > clock.today(patient.zone)
    assert step.reminders.filter(state="queued").exists()


def test_without_care_there_is_no_step() -> None:
    assert open_kinds(make_patient(consents=())) == []


def test_a_second_run_writes_nothing() -> None:
    patient = make_patient()
    composed(patient, 0, 2)
    tables = (Step, Reminder, Task, AuditEvent)
    before = [list(model.objects.order_by("pk").values()) for model in tables]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        reconcile_patient(patient)
    assert [list(model.objects.order_by("pk").values()) for model in tables] == before
    assert [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []


def test_every_signal_plans_anew() -> None:
    patient = make_patient()
    wanted = list(Step.objects.filter(patient=patient, state="open").values_list("kind", "due_on"))
    signals = (events.photo_accepted, events.reading_finished, events.report_composed, events.facts_recorded)
    for signal in signals:
        Reminder.objects.all().delete()
        Step.objects.all().delete()
        signal.send(sender=Step, patient=patient, encounter=None, reading=None, version=None)
        assert list(Step.objects.filter(patient=patient, state="open").values_list("kind", "due_on")) == wanted


def test_one_eye_accepted_opens_a_step_for_the_other_from_acceptance_on() -> None:
    patient = make_patient()
    encounter = make_encounter(patient)
    make_photo(encounter, "OD", outcome=None)
    events.photo_accepted.send(sender=Photo, patient=patient, encounter=encounter)
    step = Step.objects.get(patient=patient, kind="second_eye", state="open")
    assert (step.laterality, step.encounter_id, step.is_next) == ("OS", encounter.pk, True)


def test_the_second_photo_closes_that_step_as_done() -> None:
    patient = make_patient()
    encounter = make_encounter(patient)
    make_photo(encounter, "OD")
    reconcile_patient(patient)
    make_photo(encounter, "OS")
    reconcile_patient(patient)
    assert closed(patient, "second_eye") == [("done", "photo_received")]


@pytest.mark.parametrize(("grades", "wait"), [((4, 0), timedelta(hours=24)), ((2, 0), timedelta(days=3)), ((0, 1), timedelta(days=7))])
def test_an_unsigned_report_has_a_review_with_owner_and_hour(grades: tuple[int, int], wait: timedelta) -> None:
    patient = make_patient()
    version = composed(patient, *grades)
    step = Step.objects.get(patient=patient, kind="clinician_review", state="open")
    assert step.owner.is_default
    assert step.due_at == min(Photo.objects.values_list("accepted_at", flat=True)) + wait
    assert step.encounter == version.report.encounter


def test_a_signature_replaces_the_review_by_a_recall_and_owes_one_message_now(clinician: User) -> None:
    patient = make_patient()
    version = signed(composed(patient, 0, 0), clinician)
    assert closed(patient, "clinician_review") == [("done", "signed")]
    recall = Step.objects.get(patient=patient, state="open")
    assert (recall.kind, recall.is_next, recall.reason) == ("recall", True, "no_dr")
    assert recall.due_on == clock.today(patient.zone) + timedelta(days=365)
    owed = Reminder.objects.get(patient=patient, code="doctor_answered")
    assert (owed.about, owed.step, owed.state) == (version.pk, None, JobState.QUEUED)
    assert owed.due_at <= clock.now()


def test_the_same_version_is_told_once(clinician: User) -> None:
    patient = make_patient()
    version = signed(composed(patient, 0, 0), clinician)
    events.report_finalised.send(sender=None, patient=patient, version=version)
    assert Reminder.objects.filter(code="doctor_answered").count() == 1


def test_a_referable_finding_gives_a_referral_that_only_an_outcome_ends(clinician: User) -> None:
    patient = make_patient()
    signed(composed(patient, 3, 0), clinician)
    assert open_kinds(patient) == ["referral"]
    reconcile_patient(patient, clock.now() + timedelta(days=400))
    assert open_kinds(patient) == ["referral"]


def test_a_photo_wanted_again_is_a_retake_and_not_a_review(clinician: User) -> None:
    patient = make_patient()
    signed(composed(patient, 0, 0), clinician, OS=EyeDecision("retake", reason="too dark"))
    step = Step.objects.get(patient=patient, state="open", kind="retake")
    assert (step.laterality, step.reason) == ("OS", "clinician_asked")


def test_other_findings_refer_by_the_date_the_clinician_gave(clinician: User) -> None:
    patient = make_patient()
    day = clock.today(patient.zone) + timedelta(days=20)
    signed(composed(patient, 0, 0), clinician, other_finding="large cup", recall_on=day)
    step = Step.objects.get(patient=patient, state="open", kind="referral")
    assert step.due_on == day


def test_a_symptom_opens_a_step_for_today_and_taking_it_back_closes_it() -> None:
    patient = make_patient()
    answered(patient, symptom=True)
    step = Step.objects.get(patient=patient, kind="symptom_today", state="open")
    assert (step.is_next, step.urgency, step.due_on) == (True, "same_day", clock.today(patient.zone))
    assert step.reminders.get().channel == "person"
    answered(patient, symptom=False)
    assert closed(patient, "symptom_today") == [("superseded", "taken_back")]


def test_an_answer_of_a_later_sitting_does_not_take_back_an_earlier_symptom(settings: Any) -> None:
    patient = make_patient()
    answered(patient, symptom=True)
    settings.CLOCK_SHIFT_SECONDS = 300 * 86400
    encounter = make_encounter(patient)
    answered(patient, symptom=False)
    make_photo(encounter, "OD")
    reconcile_patient(patient)
    assert Step.objects.filter(patient=patient, kind="symptom_today", state="open", encounter=None).exists()


def test_withdrawn_sharing_turns_open_reviews_into_an_examination_in_person() -> None:
    patient = make_patient()
    composed(patient, 0, 0)
    assert patient.user is not None
    withdraw_consent(patient=patient, purpose="share_clinic", by=patient.user)
    assert open_kinds(patient) == ["in_person_instead_of_photo"]
    assert closed(patient, "clinician_review") == [("superseded", "sharing_withdrawn")]


def test_withdrawn_care_closes_everything_and_takes_back_what_was_still_to_be_said() -> None:
    patient = make_patient()
    assert patient.user is not None
    withdraw_consent(patient=patient, purpose="care", by=patient.user)
    assert open_kinds(patient) == []
    assert not Reminder.objects.filter(state=JobState.QUEUED).exists()
    give_consents(patient=patient, purposes=["care", "share_clinic"], by=patient.user, language="en")
    assert open_kinds(patient) == ["first_screen"]


def test_a_failed_photo_has_a_person_and_a_step_until_it_is_read_after_all() -> None:
    patient = make_patient()
    photo = make_photo(make_encounter(patient), "OD", outcome="failed", reason="our_fault")
    events.reading_finished.send(sender=Reading, patient=patient, reading=photo.readings.get())
    task = Task.objects.get(kind="photo_failed", about=photo.pk)
    assert task.owner.is_default
    assert "clinician_review" in open_kinds(patient)
    photo.readings.update(outcome="graded", grade=0, state="done")
    reconcile_patient(patient)
    task.refresh_from_db()
    assert task.done_at is not None
    photo.readings.update(outcome="failed", grade=None, state="failed", finished_at=clock.now())
    reconcile_patient(patient)
    task.refresh_from_db()
    assert task.done_at is None


def test_a_sample_person_has_no_step_no_reminder_and_no_task(clinician: User) -> None:
    patient = make_patient(consents=(), is_sample=True, erase_at=clock.now() + timedelta(days=1))
    composed(patient, 2, 4)
    make_photo(make_encounter(patient), "OD", outcome="failed")
    reconcile_patient(patient)
    events.report_finalised.send(sender=None, patient=patient, version=composed(patient, 0, 1))
    assert not Step.objects.exists()
    assert not Reminder.objects.exists()
    assert not Task.objects.exists()


def test_a_plan_that_changes_its_reason_says_nothing_twice(clinician: User, clock_at: Callable[..., None]) -> None:
    patient = make_patient()
    signed(composed(patient, 0, 0), clinician)
    before = sorted(Reminder.objects.filter(step__kind="recall").values_list("code", flat=True))
    Reminder.objects.filter(code="before_28").update(state="done", outcome="sent")
    Step.objects.filter(kind="recall").update(source="an older edition")
    reconcile_patient(patient)
    recall = Step.objects.get(kind="recall", state="open")
    assert sorted(recall.reminders.values_list("code", flat=True)) == [code for code in before if code != "before_28"]
    assert not Reminder.objects.filter(step__state="superseded", state="queued").exists()


def test_a_rung_that_repeats_comes_back_each_time(clinician: User, settings: Any) -> None:
    patient = make_patient()
    signed(composed(patient, 3, 0), clinician)
    settings.CLOCK_SHIFT_SECONDS = (28 + 22) * 86400
    reconcile_patient(patient)
    reconcile_patient(patient)
    weekly = Reminder.objects.filter(code__startswith="owner_weekly").values_list("code", flat=True)
    assert sorted(weekly) == ["owner_weekly_1", "owner_weekly_2", "owner_weekly_3"]


def test_no_two_messages_of_one_step_are_due_at_the_same_hour() -> None:
    patient = make_patient()
    hours = list(Reminder.objects.filter(patient=patient, state="queued").exclude(channel="person").values_list("due_at", flat=True))
    assert len(hours) == len(set(hours)) > 0


def test_the_sweep_finds_whoever_an_event_missed_and_looks_at_all_within_a_day(settings: Any) -> None:
    patient = make_patient()
    reconcile_stale()
    assert reconcile_stale() == 0
    Reminder.objects.all().delete()
    Step.objects.all().delete()
    assert reconcile_stale() == 1
    assert open_kinds(patient) == ["first_screen"]
    settings.CLOCK_SHIFT_SECONDS = 25 * 3600
    assert reconcile_stale() == 1
    assert Sweep.objects.get(patient=patient).at > clock.now() - timedelta(minutes=1)


def test_one_broken_plan_does_not_keep_the_sweep_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, whole = make_patient(), make_patient()
    Reminder.objects.all().delete()
    Step.objects.all().delete()
    real = reconcile_patient

    def plan(patient: Any, now: Any = None) -> None:
        if patient.pk == broken.pk:
            raise ValueError("impossible facts")
        real(patient, now)

    monkeypatch.setattr("followup.services.sweep.reconcile_patient", plan)
    reconcile_stale()
    assert open_kinds(whole) == ["first_screen"]


def test_a_clinic_that_she_shares_with_owns_her_steps() -> None:
    patient = make_patient()
    clinic = Organisation.objects.create(kind="clinic", name_zh="市一院", name_en="First hospital", created_at=clock.now())
    patient.consents.filter(purpose="share_clinic").update(organisation=clinic)
    composed(patient, 0, 0)
    assert Step.objects.get(patient=patient, kind="clinician_review", state="open").owner == clinic
    patient.consents.filter(purpose="share_clinic").update(organisation=None)
    reconcile_patient(patient)
    assert Step.objects.get(patient=patient, kind="clinician_review", state="open").owner.is_default
