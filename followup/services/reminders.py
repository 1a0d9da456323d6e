"""What is owed to be said: a row for every rung of a step's ladder, and one for every answer of a doctor."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from accounts.models import Patient
from core import bell, clock
from followup.models import Reminder, Step
from followup.rules.reminders import ReminderRung, has_ladder, ladder


def owe_reminders(patient: Patient, steps: Iterable[Step], now: datetime) -> None:
    """A row for every rung that is not yet said or owed for the same matter and day, whichever rule stood behind it then.

    Asked again each time, because a rung that repeats shows only its next turn.
    """
    matter = ("step__kind", "step__encounter", "step__laterality", "step__due_on")
    said = set(Reminder.objects.filter(patient=patient, step__isnull=False).exclude(outcome="cancelled").values_list(*matter, "code"))
    Reminder.objects.bulk_create(
        Reminder(patient=patient, step=step, code=rung.code, channel=rung.channel, about=step.pk, due_at=rung.due_at, created_at=now)
        for step in steps
        if has_ladder(step.kind)
        for rung in _rungs(step, now)
        if (step.kind, step.encounter_id, step.laterality, step.due_on, rung.code) not in said
    )


def _rungs(step: Step, now: datetime) -> list[ReminderRung]:
    """She learns of a step when it opens, on the page or by *a doctor has answered*: what was due before that is not said again."""
    rungs = ladder(step.kind, step.due_on, booked=False, now=now, zone=step.patient.zone, told_at=step.opened_at)
    by_wechat = {rung.due_at for rung in rungs if rung.channel == "wechat"}
    # There is no SMS yet: where it would only repeat the WeChat message of the same hour it stays unsaid.
    return [rung for rung in rungs if rung.channel != "sms" or rung.due_at not in by_wechat]


def owe_answer(patient: Patient, version_id: UUID, now: datetime | None = None) -> None:
    """One message, due at once, that a doctor has answered; the same report version is told once. Call it where the signature is written."""
    if patient.is_sample:
        return
    now = now or clock.now()
    owed = {"code": "doctor_answered", "about": version_id, "patient": patient}
    Reminder.objects.get_or_create(**owed, defaults={"due_at": now, "priority": 1, "created_at": now})
    bell.ring_on_commit("followup.tasks.deliver_due")
