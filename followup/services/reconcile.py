"""The open steps of a patient are always what the rules want: here the difference is written, and nothing else opens or closes a plan.

Asked twice it writes once. Events call it in their own transaction; the sweep calls it again within a day for everybody, so that a lost
event, an expired fact or a date gone by costs hours and never a patient.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts import audit
from accounts.models import Organisation, Patient, User
from core import clock
from core.models import JobState
from followup.models import Step, Task
from followup.patient_state import patient_state
from followup.rules.protocol import NEEDS_SHARING, next_step, wanted_steps
from followup.rules.state import LesionState, PatientState
from followup.rules.steps import WantedStep
from followup.selectors import owner_of
from followup.services.reminders import owe_reminders
from followup.services.tasks import open_task, withdraw_task
from screening.models import Reading

Key = tuple[str, str | None, str | None]


@transaction.atomic
def reconcile_patient(patient: Patient, now: datetime | None = None) -> None:
    """Make the patient's open steps, their reminders and the photos that failed her what they should be at `now`.

    Takes the patient's row lock. Sample patients are not followed.
    """
    locked = Patient.objects.select_for_update().get(pk=patient.pk)
    if locked.is_sample:
        return
    now = now or clock.now()
    _put_people_on_failed_photos(locked)
    state = patient_state(locked, now)
    wanted = {step.key: step for step in wanted_steps(state, now)}
    owner = owner_of(locked)
    kept: dict[Key, Step] = {}
    for step in Step.objects.filter(patient=locked, state=Step.State.OPEN):
        want = wanted.get(key_of(step))
        if want is not None and _says(step) == _wants(want) and step.owner_id == owner.pk:
            kept[key_of(step)] = step
        else:
            ended, reason = closing(step, want, state)
            close_step(step, ended, reason, now)
    steps = kept | {key: _open(locked, want, owner, now) for key, want in wanted.items() if key not in kept}
    owe_reminders(locked, steps.values(), now)
    if wanted:
        _mark_next(locked, steps[next_step(list(wanted.values())).key])


def key_of(step: Step) -> Key:
    """What makes an open row and a wanted step the same step."""
    return step.kind, str(step.encounter_id) if step.encounter_id else None, step.laterality or None


def _says(step: Step) -> tuple[object, ...]:
    return step.due_on, step.due_at, step.urgency, step.rule_id, step.rule_version, step.source, step.reason, tuple(step.reasons)


def _wants(want: WantedStep) -> tuple[object, ...]:
    return want.due, want.due_at, want.urgency, want.rule_id, want.rule_version, want.source, want.reason, want.reasons


def closing(step: Step, want: WantedStep | None, state: PatientState) -> tuple[Step.State, str]:
    """How a step ends that is not wanted as it stands: done where what it asked for happened, else superseded, each with why."""
    superseded, done = Step.State.SUPERSEDED, Step.State.DONE
    if want is not None:
        return superseded, "plan_changed"
    if "care" not in state.consents:
        return superseded, "care_withdrawn"
    if step.kind in NEEDS_SHARING and "share_clinic" not in state.consents:
        return superseded, "sharing_withdrawn"
    lesion = next((seen for seen in state.lesions if seen.encounter_id == str(step.encounter_id)), None)
    if lesion is not None:
        return _closing_of_spot(step, lesion, state)
    encounter = next((seen for seen in state.encounters if seen.encounter_id == str(step.encounter_id)), None)
    match step.kind:
        case "clinician_review" if encounter and encounter.signed and encounter.signed.signed_at >= step.opened_at:
            return done, "signed"
        case "clinician_review" if step.laterality:
            return done, "photo_settled"
        case "first_screen" | "second_eye" | "retake" if any(seen.accepted_at >= step.opened_at for seen in state.encounters):
            return done, "photo_received"
        case "recall" if any(seen.signed and seen is not encounter and seen.signed.signed_at >= step.opened_at for seen in state.encounters):
            return done, "screened_again"
        case "recheck" if any(visit.encounter_id != str(step.encounter_id) and visit.taken_at >= step.opened_at for visit in state.visits):
            return done, "measured_again"
        case "symptom_today":
            return superseded, "taken_back"
    return superseded, "plan_changed"


def _closing_of_spot(step: Step, lesion: LesionState, state: PatientState) -> tuple[Step.State, str]:
    later = [seen for seen in state.lesions if seen.lesion_id == lesion.lesion_id and seen.opened_at > lesion.opened_at]
    match step.kind:
        case "clinician_review" if lesion.signed and lesion.signed.signed_at >= step.opened_at:
            return Step.State.DONE, "signed"
        case "retake" if any(seen.accepted_at >= step.opened_at for seen in [lesion, *later]):
            return Step.State.DONE, "photo_received"
        case "recall" if later:
            return Step.State.DONE, "screened_again"
    return Step.State.SUPERSEDED, "plan_changed"


def close_step(step: Step, state: Step.State, reason: str, now: datetime, *, by: User | None = None) -> None:
    """Write a step's end and take back what was still to be said about it. The caller holds the patient's row lock and plans anew."""
    step.state, step.closed_at, step.closed_reason, step.is_next = state, now, reason, False
    step.save()
    step.reminders.filter(state=JobState.QUEUED).update(state=JobState.DONE, outcome="cancelled", finished_at=now)
    audit.record("close_step", actor=by, subject=step, patient=step.patient_id, kind=step.kind, state=state.value, reason=reason)


def _open(patient: Patient, want: WantedStep, owner: Organisation, now: datetime) -> Step:
    step = Step.objects.create(
        patient=patient,
        encounter_id=UUID(want.encounter_id) if want.encounter_id else None,
        kind=want.kind,
        laterality=want.laterality or "",
        due_on=want.due,
        due_at=want.due_at,
        urgency=want.urgency,
        rule_id=want.rule_id,
        rule_version=want.rule_version,
        source=want.source,
        reason=want.reason,
        reasons=list(want.reasons),
        owner=owner,
        opened_at=now,
    )
    audit.record("open_step", actor=None, subject=step, patient=patient, kind=step.kind, due=step.due_on, rule=step.rule_id)
    return step


def _mark_next(patient: Patient, chosen: Step) -> None:
    if chosen.is_next:
        return
    Step.objects.filter(patient=patient, is_next=True).update(is_next=False)
    Step.objects.filter(pk=chosen.pk).update(is_next=True)


def _put_people_on_failed_photos(patient: Patient) -> None:
    """Each photo that failed by our fault has a person; one that was read after all needs her no more."""
    task = Task.objects.filter(kind="photo_failed", about=OuterRef("photo"))
    failed = Reading.objects.filter(photo__patient=patient, outcome=Reading.Outcome.FAILED)
    answered = task.filter(Q(done_at__isnull=True) | Q(done_at__gte=OuterRef("finished_at")))
    for photo in failed.exclude(Exists(answered)).values_list("photo", flat=True):
        open_task(patient=patient, kind="photo_failed", about=photo)
    read = Reading.objects.filter(photo__patient=patient, outcome__isnull=False).exclude(outcome=Reading.Outcome.FAILED)
    settled = read.filter(Exists(task.filter(done_at__isnull=True)))
    for photo in settled.values_list("photo", flat=True):
        withdraw_task(kind="photo_failed", about=photo)
