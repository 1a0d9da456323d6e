"""The day of a store: its sittings with what is still open in each, and its people whose date has passed. Only its own, never the skin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q

from accounts.models import Consent, Organisation, Patient, User
from accounts.selectors import patients_visible_to
from core import clock
from core.models import JobState
from core.pure.days import local_day
from followup.models import Step
from screening.models import Encounter, Reading
from screening.selectors import SKIN

NOT_OF_THE_SKIN = ~Q(encounter__programme=SKIN) | Q(encounter__isnull=True)
MOST_OVERDUE = 100
WAITING_FOR_READING = "waiting_for_reading"
# What a person at the counter can still be asked to do, the most pressing first; the step's kind decides.
OPEN_MATTERS: Mapping[str, str] = {
    "symptom_today": "emergency_care_today",
    "retake": "retake_now",
    "second_eye": "photo_missing",
    "examination_in_person": "examination_to_arrange",
    "referral": "doctor_to_arrange",
    "clinician_review": "report_waiting",
}


@dataclass(frozen=True)
class DayLine:
    """One sitting of the day; `open` are codes of what is still to be done, the most pressing first, empty when nothing is."""

    encounter: Encounter
    patient: Patient
    open: tuple[str, ...]


@dataclass(frozen=True)
class OverdueLine:
    """A person whose step's date has passed; `may_call` where she agreed to be called about it."""

    step: Step
    patient: Patient
    may_call: bool


@dataclass(frozen=True)
class StoreDay:
    """`overdue` has one line a person, the longest overdue first."""

    day: date
    lines: tuple[DayLine, ...]
    overdue: tuple[OverdueLine, ...]


def day_of(user: User, store: Organisation) -> StoreDay:
    """Today's list as this member of staff may see it (5 queries however long the list)."""
    zone = ZoneInfo(settings.PATIENT_ZONE)
    today = local_day(clock.now(), settings.PATIENT_ZONE)
    midnight = datetime.combine(today, time.min, zone)
    return StoreDay(today, tuple(_lines(user, store, midnight)), tuple(_overdue(user, today)))


def _lines(user: User, store: Organisation, midnight: datetime) -> list[DayLine]:
    reading = Reading.objects.filter(photo__encounter=OuterRef("pk"), state__in=[JobState.QUEUED, JobState.CLAIMED])
    opened = Encounter.objects.filter(store=store, opened_at__gte=midnight) | Encounter.objects.filter(store=store, photos__accepted_at__gte=midnight)
    sittings = (
        opened.filter(patient__in=patients_visible_to(user))
        .exclude(programme=SKIN)
        .annotate(is_read=Exists(reading))
        .select_related("patient")
        .prefetch_related(Prefetch("steps", queryset=Step.objects.filter(state=Step.State.OPEN), to_attr="open_steps"))
        .distinct()
        .order_by("-opened_at", "-id")
    )
    return [DayLine(sitting, sitting.patient, _open(sitting.open_steps, is_read=sitting.is_read)) for sitting in sittings]


def _open(steps: Sequence[Step], *, is_read: bool) -> tuple[str, ...]:
    kinds = {step.kind for step in steps}
    waiting = (WAITING_FOR_READING,) if is_read else ()
    return waiting + tuple(matter for kind, matter in OPEN_MATTERS.items() if kind in kinds)


def _overdue(user: User, today: date) -> list[OverdueLine]:
    may_call = Consent.objects.filter(patient=OuterRef("patient"), purpose="reminder_phone", withdrawn_at__isnull=True)
    late = Step.objects.filter(NOT_OF_THE_SKIN, patient__in=patients_visible_to(user), state=Step.State.OPEN, due_on__lt=today)
    # A review is the clinic's to be late with.
    late = late.exclude(kind="clinician_review").annotate(may_call=Exists(may_call)).select_related("patient__user").order_by("due_on", "id")
    first: dict[UUID, OverdueLine] = {}
    for step in late[: 3 * MOST_OVERDUE]:
        first.setdefault(step.patient_id, OverdueLine(step, step.patient, step.may_call))
    return list(first.values())[:MOST_OVERDUE]
