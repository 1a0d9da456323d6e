"""What must hold for everybody at every moment. Each is a query for those for whom it does not, so that an empty answer is the good one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import ExtractYear

from accounts.models import Membership
from core.leases import DatabaseClock
from core.models import JobState
from followup.models import Attempt, Reminder, Step, Task
from followup.selectors import followed_patients, without_a_step
from followup.services.sweep import SWEEP_EVERY
from screening.models import Answers, Encounter, Photo, Reading, ReportVersion
from screening.programmes import signed_by_specialty
from screening.rules.skin.body_sites import BODY_SITES
from screening.rules.skin.questionnaire import ADULT, STOPS

# What keeps an encounter alive that has no report, and a report that nobody has signed.
ANSWERS_FOR_ENCOUNTER = ("clinician_review", "retake", "second_eye", "examination_in_person", "in_person_instead_of_photo")
ANSWERS_FOR_REPORT = ("clinician_review", "retake", "in_person_instead_of_photo")

Patients = QuerySet[Any]


@dataclass(frozen=True)
class Moment:
    """When the check is made, and how long something may wait before it counts as stuck."""

    now: datetime
    patience: timedelta

    @property
    def waited(self) -> datetime:
        return self.now - self.patience


def photos_without_one_reading(_: Moment) -> Patients:
    return Photo.objects.annotate(count=Count("readings")).exclude(count=1).values_list("patient", flat=True)


def readings_stuck(at: Moment) -> Patients:
    waiting = Reading.objects.filter(outcome__isnull=True, photo__accepted_at__lt=at.waited, due_at__lt=at.waited)
    return waiting.values_list("photo__patient", flat=True)


def failed_photos_without_a_person(_: Moment) -> Patients:
    task = Task.objects.filter(kind="photo_failed", about=OuterRef("photo"))
    failed = Reading.objects.filter(~Exists(task), outcome=Reading.Outcome.FAILED, photo__patient__is_sample=False)
    return failed.values_list("photo__patient", flat=True)


def patients_without_a_step(_: Moment) -> Patients:
    return without_a_step().values_list("pk", flat=True)


def patients_without_one_next_step(_: Moment) -> Patients:
    marked = Count("steps", filter=Q(steps__state=Step.State.OPEN, steps__is_next=True))
    return followed_patients().annotate(marked=marked).exclude(marked=1).values_list("pk", flat=True)


def reports_without_a_review(_: Moment) -> Patients:
    newest = ReportVersion.objects.filter(report=OuterRef("report")).order_by("-number").values("pk")[:1]
    answers = Step.objects.filter(encounter=OuterRef("report__encounter"), state=Step.State.OPEN, kind__in=ANSWERS_FOR_REPORT)
    unanswered = ReportVersion.objects.filter(
        ~Exists(answers.exclude(kind="clinician_review", due_at__isnull=True)),
        kind=ReportVersion.Kind.PRELIMINARY,
        pk=Subquery(newest),
        report__encounter__patient__in=followed_patients(),
    )
    return unanswered.values_list("report__encounter__patient", flat=True)


def encounters_overdue_for_a_report(at: Moment) -> Patients:
    return Encounter.objects.filter(compose_after__lt=at.waited).values_list("patient", flat=True)


def encounters_without_report_or_step(at: Moment) -> Patients:
    """Something could be seen, or is to be photographed again, in the latest sitting about her eyes or a spot, and yet nothing ever followed."""
    readings = Reading.objects.filter(photo__encounter=OuterRef("pk"))
    same_matter = Q(lesion=OuterRef("lesion")) | Q(lesion__isnull=True)
    later = Encounter.objects.filter(same_matter, patient=OuterRef("patient"), programme=OuterRef("programme"), opened_at__gt=OuterRef("opened_at"))
    silent = Encounter.objects.annotate(last=Max("photos__accepted_at")).filter(
        Exists(readings.filter(outcome__in=["graded", "retake", "unread"])),
        ~Exists(readings.filter(outcome__isnull=True)),
        ~Exists(later),
        ~Exists(Step.objects.filter(encounter=OuterRef("pk"), kind__in=ANSWERS_FOR_ENCOUNTER)),
        report__isnull=True,
        compose_after__isnull=True,
        last__lt=at.waited,
        patient__in=followed_patients(),
    )
    return silent.values_list("patient", flat=True)


def emergencies_without_a_call(_: Moment) -> Patients:
    """An emergency was told, and nobody was ever to call."""
    told = Q(*((f"answers__{code}", True) for code in STOPS), _connector=Q.OR)
    calls = Step.objects.filter(encounter=OuterRef("encounter"), kind="emergency_today")
    unheard = Answers.objects.filter(told, ~Exists(calls), encounter__patient__in=followed_patients())
    return unheard.values_list("encounter__patient", flat=True)


def answers_without_report_or_step(at: Moment) -> Patients:
    """Answers about a spot, with or without a photo, that no report speaks of, that none is waiting for, and from which no step followed."""
    silent = Answers.objects.filter(
        ~Exists(Step.objects.filter(encounter=OuterRef("encounter"))),
        recorded_at__lt=at.waited,
        encounter__report__isnull=True,
        encounter__compose_after__isnull=True,
        encounter__patient__in=followed_patients(),
    )
    return silent.values_list("encounter__patient", flat=True)


def private_photos_of_minors(_: Moment) -> Patients:
    """What must not exist: a photo of a private area of somebody who was a child when it came (CLINICAL.md G)."""
    private = [code for code, site in BODY_SITES.items() if site.special == "intimate"]
    came = ExtractYear("accepted_at") - F("patient__birth_year")
    photos = Photo.objects.filter(encounter__lesion__body_site__in=private).annotate(years=came)
    return photos.filter(years__lt=ADULT).values_list("patient", flat=True)


def reminders_past_their_lease(at: Moment) -> Patients:
    return Reminder.objects.filter(state=JobState.CLAIMED, lease_until__lt=DatabaseClock() - at.patience).values_list("patient", flat=True)


def reminders_left_lying(at: Moment) -> Patients:
    return Reminder.objects.filter(state=JobState.QUEUED, due_at__lt=at.waited).values_list("patient", flat=True)


def reminders_without_the_promised_person(_: Moment) -> Patients:
    handed_over = Reminder.objects.filter(~Exists(Task.objects.filter(about=OuterRef("pk"))), outcome__in=["person", "unknown"])
    return handed_over.values_list("patient", flat=True)


def attempts_without_an_outcome(_: Moment) -> Patients:
    left = Attempt.objects.filter(outcome=Attempt.Outcome.STARTED, reminder__state__in=[JobState.DONE, JobState.FAILED])
    return left.values_list("reminder__patient", flat=True)


def messages_said_twice(_: Moment) -> Patients:
    """One rung about one matter and day, sent through two steps."""
    sent = Reminder.objects.filter(outcome="sent", step__isnull=False)
    matters = sent.values("patient", "code", "step__kind", "step__encounter", "step__laterality", "step__due_on")
    return matters.annotate(times=Count("pk")).filter(times__gt=1).values_list("patient", flat=True)


def steps_without_a_person(at: Moment) -> Patients:
    staff = Membership.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at.now), organisation=OuterRef("owner"), starts_at__lte=at.now)
    return Step.objects.filter(~Exists(staff), state=Step.State.OPEN).values_list("patient", flat=True)


def reviews_that_nobody_may_sign(at: Moment) -> Patients:
    """Somebody works at the owner, but nobody of the specialty: the report would stand in no queue."""
    in_force = Membership.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at.now), organisation=OuterRef("owner"), starts_at__lte=at.now)
    nobodys = Q()
    for specialty in Membership.Specialty.values:
        signers = in_force.filter(role=Membership.Role.CLINICIAN, specialty=specialty)
        nobodys |= Q(~Exists(signers), encounter__programme__in=signed_by_specialty(frozenset([specialty])))
    return Step.objects.filter(nobodys, kind="clinician_review", state=Step.State.OPEN).values_list("patient", flat=True)


def tasks_overdue(at: Moment) -> Patients:
    return Task.objects.filter(done_at__isnull=True, due_at__lt=at.now - timedelta(days=7)).values_list("patient", flat=True)


def sample_patients_followed(_: Moment) -> Patients:
    return Step.objects.filter(patient__is_sample=True).values_list("patient", flat=True)


def patients_not_swept(at: Moment) -> Patients:
    """The failsafe itself has stopped: it looks at everybody once a day, whatever the messages do."""
    since = at.waited - SWEEP_EVERY
    unseen = followed_patients().filter(Q(sweep__isnull=True) | Q(sweep__at__lt=since), created_at__lt=since)
    return unseen.values_list("pk", flat=True)


INVARIANTS: Mapping[str, tuple[str, Callable[[Moment], Patients]]] = {
    check.__name__: (sentence, check)
    for sentence, check in (
        ("every accepted photo has exactly one reading", photos_without_one_reading),
        ("every photo has an outcome, or has not waited long", readings_stuck),
        ("every photo that failed has a person", failed_photos_without_a_person),
        ("everybody under care has an open step", patients_without_a_step),
        ("exactly one of them is the next", patients_without_one_next_step),
        ("every unsigned report has an open review with an owner and an hour", reports_without_a_review),
        ("no encounter is past its hour for a report", encounters_overdue_for_a_report),
        ("every encounter with an outcome has a report or a step", encounters_without_report_or_step),
        ("every emergency that was told has a call", emergencies_without_a_call),
        ("answers about a spot have a report or a step", answers_without_report_or_step),
        ("no private area of a minor was photographed", private_photos_of_minors),
        ("no reminder is stuck with a worker that is gone", reminders_past_their_lease),
        ("no due reminder lies untouched", reminders_left_lying),
        ("every reminder that became a person's matter is on a list", reminders_without_the_promised_person),
        ("every settled attempt has an outcome", attempts_without_an_outcome),
        ("nothing is said twice", messages_said_twice),
        ("every open step has somebody at its owner", steps_without_a_person),
        ("every review has somebody who may sign it", reviews_that_nobody_may_sign),
        ("no matter for a person is a week late", tasks_overdue),
        ("sample persons are in no plan", sample_patients_followed),
        ("the failsafe has looked at everybody within a day", patients_not_swept),
    )
}
