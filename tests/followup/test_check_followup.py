"""`check_followup` is clean when all is well, and names everybody who is lost: each invariant is shown able to fail."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q

from accounts.models import Membership, Patient, User
from accounts.services.consent import withdraw_consent
from core import clock, leases
from core.ids import new_id
from core.models import JobState
from followup.invariants import INVARIANTS, Moment
from followup.models import Attempt, Reminder, Step, Sweep, Task
from followup.services.delivery import deliver_due
from followup.services.reconcile import reconcile_patient
from followup.services.sweep import reconcile_stale
from screening.models import Encounter, Photo, Reading
from tests.factories import make_encounter, make_patient, make_photo, make_skin_photo, make_spot
from tests.followup.conftest import composed, signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("card", "daytime", "clinician")]
LONG_AGO = timedelta(days=2)


def lost() -> set[str]:
    """The invariants that somebody breaks now."""
    moment = Moment(now=clock.now(), patience=timedelta(minutes=30))
    return {name for name, (_, check) in INVARIANTS.items() if list(check(moment))}


@pytest.fixture
def patient(clinician: User) -> Patient:
    """Somebody whose way is whole: one eye pair signed, another waiting, one message handed to a person."""
    found = make_patient()
    signed(composed(found, 0, 1), clinician)
    composed(found, 0, 2)
    deliver_due()
    reconcile_stale()
    return found


def test_a_whole_way_is_clean_and_says_so(patient: Patient) -> None:
    out = StringIO()
    call_command("check_followup", stdout=out)
    lines = out.getvalue().splitlines()
    assert len([line for line in lines if line.startswith("ok ")]) == len(INVARIANTS)
    assert lines[-1] == "Nobody is lost."


def test_every_stage_of_a_way_is_clean(clinician: User) -> None:
    patient = make_patient()
    assert lost() == set()
    encounter = make_encounter(patient)
    make_photo(encounter, "OD", outcome=None)
    reconcile_patient(patient)
    assert lost() == set()
    encounter.photos.get().readings.update(outcome="retake", state="done", finished_at=clock.now())
    reconcile_patient(patient)
    assert lost() == set()
    make_photo(make_encounter(patient), "OD", outcome="failed")
    reconcile_patient(patient)
    assert lost() == set()
    refused = make_patient()
    make_photo(make_encounter(refused), "OD", outcome="refused")
    reconcile_patient(refused)
    assert lost() == set()
    private = make_patient(consents=("care",))
    assert private.user is not None
    assert lost() == set()
    withdraw_consent(patient=private, purpose="care", by=private.user)
    assert lost() == set()


def test_somebody_lost_ends_the_command_with_one_and_an_id_that_says_no_name(patient: Patient) -> None:
    Reminder.objects.all().delete()
    Step.objects.all().delete()
    out = StringIO()
    with pytest.raises(CommandError) as ended:
        call_command("check_followup", stdout=out)
    assert ended.value.returncode == 1
    assert str(patient.pk) in out.getvalue()
    assert patient.name not in out.getvalue()


def _two_readings(_: Patient) -> None:
    photo = Photo.objects.earliest("pk")
    now = clock.now()
    Reading.objects.create(photo=photo, programme="other", outcome="graded", grade=0, state="done", due_at=now, created_at=now, finished_at=now)


def _no_reading(_: Patient) -> None:
    Photo.objects.earliest("pk").readings.all().delete()


def _left_in_the_queue(_: Patient) -> None:
    photo = Photo.objects.earliest("pk")
    Photo.objects.filter(pk=photo.pk).update(accepted_at=clock.now() - timedelta(hours=1))
    photo.readings.update(outcome=None, grade=None, state="claimed", finished_at=None, due_at=clock.now() - timedelta(hours=1))


def _failed_unseen(_: Patient) -> None:
    Photo.objects.earliest("pk").readings.update(outcome="failed", grade=None, state="failed")


def _no_step(patient: Patient) -> None:
    _open_steps(patient).update(state="superseded", closed_at=clock.now(), is_next=False)


def _no_next(patient: Patient) -> None:
    _open_steps(patient).update(is_next=False)


def _no_review(patient: Patient) -> None:
    _open_steps(patient).filter(kind="clinician_review").update(state="superseded", closed_at=clock.now(), is_next=False)


def _review_without_an_hour(patient: Patient) -> None:
    _open_steps(patient).filter(kind="clinician_review").update(due_at=None)


def _not_composed(_: Patient) -> None:
    Encounter.objects.update(compose_after=clock.now() - timedelta(hours=1))


def _silent_encounter(patient: Patient) -> None:
    photo = make_photo(make_encounter(patient, opened_at=clock.now() + timedelta(seconds=1)), "OD", outcome="retake")
    Photo.objects.filter(pk=photo.pk).update(accepted_at=clock.now() - timedelta(hours=1))


def _nobody_rings(patient: Patient) -> None:
    make_spot(patient, answers={"q0a": True})
    _open_steps(patient).filter(kind="emergency_today").update(kind="doctor_today")


def _silent_answers(patient: Patient) -> None:
    spot = make_spot(patient)
    spot.answers.update(recorded_at=clock.now() - timedelta(hours=1))
    Encounter.objects.filter(pk=spot.pk).update(compose_after=None)


def _silent_spot_before_the_eyes(patient: Patient) -> None:
    spot = make_spot(patient)
    photo = make_skin_photo(spot)
    Photo.objects.filter(pk=photo.pk).update(accepted_at=clock.now() - timedelta(hours=1))
    Encounter.objects.filter(pk=spot.pk).update(compose_after=None)
    make_encounter(patient, opened_at=clock.now() + timedelta(seconds=1))


def _private_photo_of_a_minor(patient: Patient) -> None:
    make_skin_photo(make_spot(patient, body_site="genitals", side=""), intimate=True)
    Patient.objects.filter(pk=patient.pk).update(birth_year=clock.now().year - 15)


def _stuck_reminder(patient: Patient) -> None:
    queued = Reminder.objects.filter(patient=patient, state=JobState.QUEUED)[:1]
    Reminder.objects.filter(pk__in=queued).update(state="claimed", lease_token=new_id(), lease_until=leases.DatabaseClock() - LONG_AGO)


def _lying_reminder(patient: Patient) -> None:
    queued = Reminder.objects.filter(patient=patient, state=JobState.QUEUED)[:1]
    Reminder.objects.filter(pk__in=queued).update(due_at=clock.now() - LONG_AGO)


def _nobody_calls(_: Patient) -> None:
    Task.objects.all().delete()


def _attempt_left_open(patient: Patient) -> None:
    done = Reminder.objects.filter(patient=patient, outcome="person").earliest("pk")
    Attempt.objects.create(reminder=done, channel="wechat", started_at=clock.now())


def _said_twice(patient: Patient) -> None:
    recall = Step.objects.filter(patient=patient, kind="recall").earliest("pk")
    recall.reminders.filter(code="before_28").update(state="done", outcome="sent")
    twin = Step.objects.get(pk=recall.pk)
    twin.pk, twin.state, twin.closed_at, twin.is_next = new_id(), "superseded", clock.now(), False
    twin.save(force_insert=True)
    Reminder.objects.create(
        patient=patient, step=twin, about=twin.pk, code="before_28", state="done", outcome="sent", due_at=clock.now(), created_at=clock.now()
    )


def _nobody_on_duty(_: Patient) -> None:
    Membership.objects.update(ends_at=clock.now())


def _forgotten_task(_: Patient) -> None:
    Task.objects.update(due_at=clock.now() - timedelta(days=8))


def _no_dermatologist(patient: Patient) -> None:
    make_spot(patient, answers={"q0a": True})


def _sample_followed(patient: Patient) -> None:
    Patient.objects.filter(pk=patient.pk).update(is_sample=True, erase_at=clock.now())


def _no_sweep(patient: Patient) -> None:
    Patient.objects.filter(pk=patient.pk).update(created_at=clock.now() - timedelta(days=9))
    Sweep.objects.update(at=clock.now() - LONG_AGO)


def _open_steps(patient: Patient):
    return Step.objects.filter(Q(state="open"), patient=patient)


@pytest.mark.parametrize(
    ("name", "plant"),
    [
        ("photos_without_one_reading", _two_readings),
        ("photos_without_one_reading", _no_reading),
        ("readings_stuck", _left_in_the_queue),
        ("failed_photos_without_a_person", _failed_unseen),
        ("patients_without_a_step", _no_step),
        ("patients_without_one_next_step", _no_next),
        ("reports_without_a_review", _no_review),
        ("reports_without_a_review", _review_without_an_hour),
        ("encounters_overdue_for_a_report", _not_composed),
        ("encounters_without_report_or_step", _silent_encounter),
        ("encounters_without_report_or_step", _silent_spot_before_the_eyes),
        ("emergencies_without_a_call", _nobody_rings),
        ("answers_without_report_or_step", _silent_answers),
        ("private_photos_of_minors", _private_photo_of_a_minor),
        ("reminders_past_their_lease", _stuck_reminder),
        ("reminders_left_lying", _lying_reminder),
        ("reminders_without_the_promised_person", _nobody_calls),
        ("attempts_without_an_outcome", _attempt_left_open),
        ("messages_said_twice", _said_twice),
        ("steps_without_a_person", _nobody_on_duty),
        ("reviews_that_nobody_may_sign", _no_dermatologist),
        ("tasks_overdue", _forgotten_task),
        ("sample_patients_followed", _sample_followed),
        ("patients_not_swept", _no_sweep),
    ],
)
def test_each_invariant_finds_what_breaks_it(patient: Patient, name: str, plant: Callable[[Patient], None]) -> None:
    assert lost() == set()
    plant(patient)
    assert name in lost()


def test_every_invariant_has_such_a_test() -> None:
    (mark,) = (mark for mark in test_each_invariant_finds_what_breaks_it.pytestmark if mark.name == "parametrize")
    assert {name for name, _ in mark.args[1]} == set(INVARIANTS)
