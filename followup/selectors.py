"""Every read of followup, scoped to an actor, with the number of queries it costs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.db.models import Case, CharField, Exists, F, Func, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Concat

from accounts.models import Consent, Organisation, Patient, User
from accounts.selectors import actor_role, default_reading_centre, guardians_of, organisations_of, patients_visible_to, specialties_of
from core import clock
from followup.models import CreditEntry, Reminder, Reply, Step, Task
from screening.models import Encounter, Photo, ReportVersion
from screening.programmes import signed_by_specialty
from screening.rules.protocol_rows import URGENCIES
from screening.selectors import SKIN, skin_withheld


@dataclass(frozen=True)
class Home:
    """What a patient's first page answers: is there something to do, when is the next date, what did the last check say.

    `latest` is the newest report version, signed or not, with its encounter; `credits` are messages that WeChat will still take.
    """

    next_step: Step | None
    other_steps: tuple[Step, ...]
    latest: ReportVersion | None
    credits: int


@dataclass(frozen=True)
class ReviewQueue:
    """The shared queue of reports waiting for a signature: the most urgent first, then who waits longest. Counts go over all of it.

    `counts` go by urgency, `classes` by what the review's clock goes by: critical, referable, other.
    """

    steps: tuple[Step, ...]
    counts: Mapping[str, int]
    overdue: int
    classes: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Moment:
    """One line of a patient's history. `subject` is the Encounter, ReportVersion, Step or Reminder that it tells of."""

    at: datetime
    kind: Literal["photos", "signed", "step_closed", "message_sent"]
    subject: Encounter | ReportVersion | Step | Reminder


def owner_of(patient: Patient) -> Organisation:
    """Who answers for the patient's steps: the clinic she shares with, else the default reading centre (1 or 2 queries)."""
    shared = Consent.objects.filter(patient=patient, purpose="share_clinic", withdrawn_at__isnull=True, organisation__isnull=False)
    consent = shared.select_related("organisation").first()
    return consent.organisation if consent and consent.organisation else default_reading_centre()


def home_of(patient: Patient) -> Home:
    """The patient's own first page (3 queries). Call it for a patient the actor may see."""
    steps = list(Step.objects.filter(patient=patient, state=Step.State.OPEN).select_related("owner", "encounter").order_by("due_on", "opened_at"))
    versions = ReportVersion.objects.filter(report__encounter__patient=patient).select_related("report__encounter", "signed_by")
    return Home(
        next_step=next((step for step in steps if step.is_next), None),
        other_steps=tuple(step for step in steps if not step.is_next),
        latest=versions.order_by("-report__encounter__opened_at", "-number").first(),
        credits=credit_balance(patient),
    )


def credit_balance(patient: Patient) -> int:
    """Messages that WeChat will still take for this patient (1 query)."""
    entries = CreditEntry.objects.filter(patient=patient, template=settings.WECHAT_TEMPLATE_ID)
    return entries.aggregate(left=Sum("amount"))["left"] or 0


def steps_visible_to(user: User) -> QuerySet[Step]:
    """Open and closed steps of the patients this actor may see, newest first; those about the skin as `skin_withheld` says (1 query)."""
    of_eyes = skin_withheld(user, ~Q(encounter__programme=SKIN))
    seen = Step.objects.filter(of_eyes, patient__in=patients_visible_to(user), patient__is_sample=False)
    return seen.select_related("patient", "owner", "encounter").order_by("-opened_at", "-id")


def steps_to_reply_to(user: User) -> QuerySet[Step]:
    """Steps that this person may answer: her own and her children's, but no doctor's review (1 query when evaluated, 2 to know who asks)."""
    if actor_role(user) != "patient":
        return Step.objects.none()
    return steps_visible_to(user).exclude(kind="clinician_review")


def recipient_of(patient: Patient) -> Patient:
    """Whose phone a message about this person goes to: her own, or for a child without a login that of a guardian of now who linked one.

    The guardian's banked messages are what it costs (up to 1 query). A child whose guardian linked none is her own recipient, and has no channel.
    """
    if patient.user_id is not None:
        return patient
    return guardians_of(patient).filter(wechat__isnull=False).first() or patient


def messages_ended(patient: Patient) -> bool:
    """Whether she answered *stop* and has not agreed to be reminded since: nothing is sent, and nobody calls in a message's place (2 queries)."""
    if not Reply.objects.filter(patient=patient, kind=Reply.Kind.STOP).exists():
        return False
    return not Consent.objects.filter(patient=patient, purpose__startswith="reminder_", withdrawn_at__isnull=True).exists()


def reviews_waiting(user: User) -> QuerySet[Step]:
    """The reviews of this clinician's specialty where she works, the most urgent first, then who waits longest; none for anybody else.

    1 query, and 1 when evaluated. `place` is that order as one text, for cursors. A photo that failed is not to be signed: a person's list has it.
    """
    waiting = steps_visible_to(user).filter(
        state=Step.State.OPEN,
        kind="clinician_review",
        owner__in=organisations_of(user),
        encounter__programme__in=signed_by_specialty(specialties_of(user)),
    )
    rank = Case(*(When(urgency=urgency, then=Value(f"{place:02}")) for place, urgency in enumerate(reversed(URGENCIES))), default=Value("99"))
    moment = Func(F("due_at"), Value("YYYYMMDDHH24MISSUS"), function="to_char", output_field=CharField())
    place = Concat(rank, moment, Cast("id", CharField()), output_field=CharField())
    return waiting.exclude(rule_id="photo_failed").select_related("patient", "owner", "encounter__lesion").annotate(place=place).order_by("place")


def review_queue(user: User, *, limit: int = 200) -> ReviewQueue:
    """What waits for this clinician's signature (3 queries); empty for anybody else."""
    waiting = reviews_waiting(user)
    overdue, counts, classes = 0, Counter[str](), Counter[str]()
    now = clock.now()
    for urgency, rule_id, due_at in waiting.order_by().values_list("urgency", "rule_id", "due_at"):
        counts[urgency] += 1
        classes[rule_id.removeprefix("review_")] += 1
        overdue += due_at is not None and due_at < now
    return ReviewQueue(steps=tuple(waiting[:limit]), counts=dict(counts), overdue=overdue, classes=dict(classes))


def tasks_visible_to(user: User) -> QuerySet[Task]:
    """The lists of the organisations where this actor is a clinician: open matters first, the earliest due first (1 query, 1 when evaluated).

    A photo that failed is the matter of those who sign for its programme.
    """
    others = Photo.objects.exclude(encounter__programme__in=signed_by_specialty(specialties_of(user)))
    listed = Task.objects.filter(owner__in=organisations_of(user), patient__is_sample=False).exclude(about__in=others.values("pk"))
    return listed.select_related("patient", "owner", "done_by").order_by(F("done_at").desc(nulls_first=True), "due_at", "id")


def history(patient: Patient) -> tuple[Moment, ...]:
    """What happened to a patient, newest first (4 queries). Call it for a patient the actor may see."""
    moments = [Moment(encounter.opened_at, "photos", encounter) for encounter in Encounter.objects.filter(patient=patient).select_related("lesion")]
    signed = ReportVersion.objects.filter(report__encounter__patient=patient, kind=ReportVersion.Kind.SIGNED)
    for version in signed.select_related("report__encounter", "signed_by"):
        moments.append(Moment(version.signed_at or version.created_at, "signed", version))
    for step in Step.objects.filter(patient=patient, state=Step.State.DONE).select_related("owner"):
        moments.append(Moment(step.closed_at or step.opened_at, "step_closed", step))
    for reminder in Reminder.objects.filter(patient=patient, outcome="sent").select_related("step"):
        moments.append(Moment(reminder.finished_at or reminder.due_at, "message_sent", reminder))
    return tuple(sorted(moments, key=lambda moment: moment.at, reverse=True))


def without_a_step() -> QuerySet[Patient]:
    """Patients under care with nothing open: nobody may ever be here for longer than a moment (1 query when evaluated)."""
    return followed_patients().filter(~Exists(Step.objects.filter(patient=OuterRef("pk"), state=Step.State.OPEN))).order_by("created_at")


def followed_patients() -> QuerySet[Patient]:
    """Real people who agreed to care (1 query when evaluated)."""
    care = Consent.objects.filter(patient=OuterRef("pk"), purpose="care", withdrawn_at__isnull=True)
    return Patient.objects.filter(Exists(care), is_sample=False)
