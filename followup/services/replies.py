"""One tap answers a reminder: what it changes for messages and lists. The step stays open; only a recorded outcome ends it."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Patient, User
from accounts.selectors import active_consents
from accounts.services.consent import withdraw_consent
from core import clock
from core.models import JobState
from core.problems import Problem
from followup.models import Reminder, Reply, Step, WechatAccount
from followup.rules.replies import PAUSE, REPLIES, SILENCING, fault_of, task_of
from followup.selectors import steps_to_reply_to
from followup.services.credits import forfeit
from followup.services.reconcile import reconcile_patient
from followup.services.tasks import open_task
from screening.models import Fact
from screening.selectors import EYE
from screening.services.facts import Answer, record_facts

FAULTS = {
    "unknown_reply": ("/kind", _("This answer is not one of those offered.")),
    "day_missing": ("/on", _("Please give the day.")),
    "day_in_past": ("/on", _("This day has passed.")),
    "day_in_future": ("/on", _("This day has not come yet.")),
    "day_too_far": ("/on", _("Please give a day within one year.")),
    "place_missing": ("/place", _("Please say where you have been.")),
    "why_missing": ("/why", _("Please choose what keeps you from coming.")),
}
PLACE_LENGTH = 80


def reply_to_step(*, step_id: UUID, by: User, reply_id: UUID, kind: str, on: date | None = None, place: str = "", why: str = "") -> Reply:
    """Note the answer of a patient or her guardian to one of her steps; the same `reply_id` is one answer.

    Raises Http404 for a step that is not hers to answer, Problem `step_closed` (409) when it is over, and 422 with a pointer for an answer that is
    not complete (codes of rules.replies.fault_of).
    """
    found = steps_to_reply_to(by).filter(pk=step_id).first()
    if found is None:
        raise Http404
    fault = fault_of(kind, on=on, place=place, why=why, today=clock.today(found.patient.zone))
    if fault:
        pointer, words = FAULTS[fault]
        raise Problem(fault, words, status_code=422, pointer=pointer)
    with transaction.atomic():
        patient = Patient.objects.select_for_update().get(pk=found.patient_id)
        earlier = Reply.objects.filter(pk=reply_id).first()
        if earlier is not None:
            if earlier.step_id != found.pk:
                raise Http404
            return earlier
        step = Step.objects.get(pk=found.pk)
        if step.state != Step.State.OPEN:
            raise Problem("step_closed", _("This has been settled meanwhile. Your home page shows what comes next."), status_code=409)
        rule = REPLIES[kind]
        reply = _note(
            Reply(
                pk=reply_id,
                step=step,
                kind=kind,
                on=on if rule.wants_day else None,
                place=place.strip()[:PLACE_LENGTH] or None if rule.wants_place else None,
                why=why if rule.wants_reason else "",
                given_by=by,
            ),
            patient,
        )
        _follow(reply, patient, by)
        return reply


def reply_by_link(*, reminder: Reminder, kind: str) -> Reply:
    """*Not me* or *stop*, from the phone that got the message, without signing in: it shows nothing and only ever silences.

    Raises Problem `unknown_reply` (422) for any other answer.
    """
    if kind not in SILENCING or reminder.step is None:
        pointer, words = FAULTS["unknown_reply"]
        raise Problem("unknown_reply", words, status_code=422, pointer=pointer)
    with transaction.atomic():
        patient = Patient.objects.select_for_update().get(pk=reminder.patient_id)
        earlier = Reply.objects.filter(step=reminder.step, kind=kind, given_by=None).first()
        if earlier is not None:
            return earlier
        reply = _note(Reply(step=reminder.step, kind=kind), patient)
        _follow(reply, patient, None)
        return reply


def _note(reply: Reply, patient: Patient) -> Reply:
    reply.patient, reply.at = patient, clock.now()
    reply.save(force_insert=True)
    audit.record("reply_to_step", actor=reply.given_by, subject=reply, patient=patient, kind=reply.kind, step=reply.step_id)
    return reply


def _follow(reply: Reply, patient: Patient, by: User | None) -> None:
    """Lists first, then what is known of her, then messages, then the plan: none of it closes the step."""
    step = reply.step
    task = task_of(reply.kind, on=reply.on, due=step.due_on, step_kind=step.kind)
    if task is not None:
        open_task(patient=patient, kind=task, about=reply.pk)
    if reply.kind == Reply.Kind.UNDER_DOCTOR and by is not None and (step.encounter is None or step.encounter.programme == EYE):
        record_facts(patient=patient, answers=[Answer("under_eye_doctor", True, clock.today(patient.zone))], source=Fact.Source.SELF, by=by)
    # By matter: what was just learned may have replaced the step by its successor.
    same = {"step__kind": step.kind, "step__encounter": step.encounter_id, "step__laterality": step.laterality}
    queued = Reminder.objects.filter(patient=patient, state=JobState.QUEUED, **same).exclude(channel="person")
    match REPLIES[reply.kind].messages:
        case "rebooked":
            queued.update(state=JobState.DONE, outcome="cancelled", finished_at=reply.at)
        case "paused":
            queued.update(due_at=Greatest(F("due_at"), Value(reply.at + PAUSE)))
        case "ended":
            _end_messages(reply, patient, by)
    reconcile_patient(patient)


def _end_messages(reply: Reply, patient: Patient, by: User | None) -> None:
    """*Not me* unlinks the phone that got the message; *stop* ends every consent to be reminded."""
    if reply.kind == Reply.Kind.NOT_ME:
        forfeit(patient)
        WechatAccount.objects.filter(patient=patient).delete()
        return
    decides = by or patient.user
    if decides is None:
        return
    for consent in active_consents(patient):
        if consent.purpose.startswith("reminder_"):
            withdraw_consent(patient=patient, purpose=consent.purpose, by=decides)
