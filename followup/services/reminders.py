"""What is owed to be said: a row for every rung of a step's ladder, and one for every answer of a doctor."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from accounts.models import Patient
from core import bell, clock
from followup.models import Reminder, Reply, Step
from followup.rules.reminders import Booking, ReminderRung, has_ladder, ladder


class Matter(NamedTuple):
    """What a step is about, whichever rule stood behind it then: its successor on another day is the same matter."""

    kind: str
    encounter_id: UUID | None
    laterality: str


class Told(NamedTuple):
    """The latest booking of a matter and when it was told."""

    booking: Booking
    at: datetime


def owe_reminders(patient: Patient, steps: Iterable[Step], now: datetime) -> None:
    """A row for every rung that is not yet said or owed for the same matter and day.

    Asked again each time, because a rung that repeats shows only its next turn.
    """
    matter_and_day = ("step__kind", "step__encounter", "step__laterality", "step__due_on")
    # What was taken back with its step may be said by the next one; what was taken back of an open step was answered.
    rows = Reminder.objects.filter(patient=patient, step__isnull=False).exclude(Q(outcome="cancelled") & ~Q(step__state=Step.State.OPEN))
    said = set(rows.values_list(*matter_and_day, "code"))
    booked = bookings_of(patient)
    Reminder.objects.bulk_create(
        Reminder(patient=patient, step=step, code=rung.code, channel=rung.channel, about=step.pk, due_at=rung.due_at, created_at=now)
        for step in steps
        if has_ladder(step.kind)
        for rung in _rungs(step, booked.get(matter_of(step)), now)
        if (*matter_of(step), step.due_on, rung.code) not in said
    )


def matter_of(step: Step) -> Matter:
    """The matter of a step."""
    return Matter(step.kind, step.encounter_id, step.laterality)


def bookings_of(patient: Patient) -> dict[Matter, Told]:
    """The appointment of each matter that was told last, with its number (1 query)."""
    booked: dict[Matter, Told] = {}
    for reply in Reply.objects.filter(patient=patient, kind=Reply.Kind.BOOKED).select_related("step").order_by("at", "id"):
        matter = matter_of(reply.step)
        earlier = booked.get(matter)
        assert reply.on is not None
        booked[matter] = Told(Booking(reply.on, earlier.booking.number + 1 if earlier else 1), reply.at)
    return booked


def _rungs(step: Step, told: Told | None, now: datetime) -> list[ReminderRung]:
    """She learns of a step when it opens, on the page or by *a doctor has answered*: what was due before that is not said again."""
    learned = max(step.opened_at, told.at) if told else step.opened_at
    rungs = ladder(step.kind, step.due_on, told.booking if told else None, now, zone=step.patient.zone, told_at=learned)
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
