"""When a step is spoken of, by which channel, until somebody came (CLINICAL.md E2)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.pure.tables import read_rows
from followup.rules.policy import DATA, POLICY

REMINDER_TIME = time(POLICY["reminder_hour"].value)

# A review is the clinician's to do; every other step has somebody to remind.
LADDER_OF_KIND = {
    "first_screen": "standard",
    "second_eye": "photo",
    "retake": "photo",
    "recall": "standard",
    "recheck": "standard",
    "ask_again": "standard",
    "examination_in_person": "standard",
    "in_person_instead_of_photo": "standard",
    "referral": "referral",
    "symptom_today": "same_day",
    "emergency_today": "same_day",
    "doctor_today": "same_day",
}


@dataclass(frozen=True)
class ReminderRung:
    """One thing to say: `code` is stable per step, `channel` is wechat, sms or person (a person's list)."""

    code: str
    due_at: datetime
    channel: str


@dataclass(frozen=True)
class Booking:
    """An appointment the patient told of: its day, and the how-many-eth she told of for this step, from 1."""

    on: date
    number: int


@dataclass(frozen=True)
class _Rung:
    code: str
    offset: int
    repeat: int | None
    channel: str
    when: str


def _ladders() -> dict[str, list[_Rung]]:
    ladders: dict[str, list[_Rung]] = {}
    for row in read_rows(DATA / "reminder_cadence.csv"):
        rung = _Rung(row["code"], int(row["offset_days"]), int(row["repeat_days"]) if row["repeat_days"] else None, row["channel"], row["when"])
        ladders.setdefault(row["ladder"], []).append(rung)
    return ladders


LADDERS = _ladders()


def ladder(step_kind: str, due: date, booking: Booking | None, now: datetime, *, zone: str, told_at: datetime | None = None) -> list[ReminderRung]:
    """The rungs of a step from now on, at 10:00 of the patient's `zone`, the earliest first; none for a step that is not hers.

    Rungs already past collapse into one, due now: the last of them, so that a late start says one thing and an
    escalation is not skipped. `told_at` is when the patient learned of the step (on the page, or by *a doctor has
    answered*): a message due before that is said already, a person's rung is not. A repeating rung carries its number
    and is given up to the next one. Of a booked step the messages count from the day booked and carry the booking's number;
    a person's rungs still count from the day it is due, and only an outcome ends the ladder.
    """
    rungs = sorted(_rungs(LADDER_OF_KIND.get(step_kind, ""), due, booking, now, zone), key=lambda rung: rung.due_at)
    if told_at is not None:
        rungs = [rung for rung in rungs if rung.channel == "person" or rung.due_at > told_at]
    past = [rung for rung in rungs if rung.due_at <= now]
    coming = [rung for rung in rungs if rung.due_at > now]
    return [*(replace(rung, due_at=now) for rung in past[-1:]), *coming]


def has_ladder(step_kind: str) -> bool:
    """Whether somebody is to be reminded of steps of this kind."""
    return step_kind in LADDER_OF_KIND


def channel_for(channel: str, *, consented: bool, credit: int) -> str:
    """ "wechat" with consent and a banked credit, else "person": no message is lost for want of a channel.

    There is no SMS yet: its rungs go to WeChat where that is possible.
    """
    return "wechat" if channel != "person" and consented and credit > 0 else "person"


def _rungs(name: str, due: date, booking: Booking | None, now: datetime, zone: str) -> Iterator[ReminderRung]:
    for rung in LADDERS.get(name, ()):
        if rung.when not in ("always", "booked" if booking else "not_booked"):
            continue
        if booking is None or rung.channel == "person":
            yield from _times(rung, due, now, zone)
        else:
            yield from _times(replace(rung, code=f"{rung.code}_b{booking.number}"), booking.on, now, zone)


def _times(rung: _Rung, due: date, now: datetime, zone: str) -> Iterator[ReminderRung]:
    at = _moment(due, rung.offset, zone)
    if rung.repeat is None:
        yield ReminderRung(rung.code, at, rung.channel)
        return
    count = 1
    while at <= now:
        yield ReminderRung(f"{rung.code}_{count}", at, rung.channel)
        count += 1
        at = _moment(due, rung.offset + rung.repeat * (count - 1), zone)
    yield ReminderRung(f"{rung.code}_{count}", at, rung.channel)


def _moment(due: date, offset: int, zone: str) -> datetime:
    return datetime.combine(due + timedelta(days=offset), REMINDER_TIME, tzinfo=ZoneInfo(zone)).astimezone(UTC)
