"""What should happen next, who owns it, and every word sent about it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organisation, Patient
from core.fields import EncryptedTextField
from core.ids import new_id
from core.models import Job, JobState
from screening.models import Encounter, Laterality


class Step(models.Model):
    """One thing that should happen to one patient by a date, with the rule that says so and an owner who sees that it does."""

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        SUPERSEDED = "superseded"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="steps")
    encounter = models.ForeignKey(Encounter, null=True, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=32)
    laterality = models.CharField(max_length=2, choices=Laterality.choices, blank=True, default="")
    due_on = models.DateField()
    due_at = models.DateTimeField(null=True, help_text="The moment, where hours count (reviews, same day).")
    urgency = models.CharField(max_length=16)
    rule_id = models.CharField(max_length=48)
    rule_version = models.CharField(max_length=16)
    source = models.TextField()
    reason = models.CharField(max_length=48)
    reasons = models.JSONField(default=list)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    is_next = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=32, blank=True, default="")
    outcome_due_on = models.DateField(null=True, help_text="The date somebody entered with a recorded outcome.")

    class Meta:
        indexes = [models.Index(fields=["owner", "kind", "due_at"], condition=Q(state="open"), name="open_steps_of_owner")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "kind", "encounter", "laterality"],
                condition=Q(state="open"),
                nulls_distinct=False,
                name="one_open_step_of_a_kind",
            ),
            models.UniqueConstraint(fields=["patient"], condition=Q(state="open", is_next=True), name="exactly_one_next_step"),
            models.CheckConstraint(condition=Q(is_next=False) | Q(state="open"), name="next_step_is_open"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)), name="closed_steps_have_a_time"
            ),
        ]


class Reminder(Job):
    """One message owed to one patient. Unique per thing said, so that a retry never doubles it."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reminders")
    step = models.ForeignKey(Step, null=True, on_delete=models.PROTECT, related_name="reminders")
    code = models.CharField(max_length=32)
    channel = models.CharField(max_length=8, default="wechat", help_text="wechat, or person: a name on somebody's list to call.")
    about = models.UUIDField(help_text="The step or report version it speaks of.")
    outcome = models.CharField(max_length=16, blank=True, default="", help_text="sent, person, cancelled, unknown")

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=JobState.QUEUED), name="reminder_to_claim"),
            models.Index(fields=["lease_until"], condition=Q(state=JobState.CLAIMED), name="reminder_leased"),
        ]
        constraints = [models.UniqueConstraint(fields=["patient", "about", "code"], name="one_reminder_per_thing_said")]


class Attempt(models.Model):
    """One try at one provider, written before the provider is spoken to; without an outcome it is unknown, never repeated blindly."""

    class Outcome(models.TextChoices):
        STARTED = "started"
        ACCEPTED = "accepted"
        REFUSED = "refused"
        UNKNOWN = "unknown"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="tries")
    channel = models.CharField(max_length=8)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.STARTED)
    provider_code = models.CharField(max_length=16, blank=True, default="")
    provider_message = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reminder"], condition=Q(outcome="accepted"), name="accepted_once")]


class Reply(models.Model):
    """What a patient or her guardian answered to a step, by one tap. Appended, never edited; none of them closes the step."""

    class Kind(models.TextChoices):
        BOOKED = "booked"
        BEEN = "been"
        UNDER_DOCTOR = "under_doctor"
        CANNOT_COME = "cannot_come"
        CALL_ME = "call_me"
        NOT_ME = "not_me"
        STOP = "stop"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False, help_text="Made by the client, so that one tap is one reply.")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="replies")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="replies")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    on = models.DateField(null=True, help_text="The day booked, or the day she has been.")
    place = EncryptedTextField(null=True)
    why = models.CharField(max_length=12, blank=True, default="")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["patient", "kind", "-at"], name="replies_of_a_patient")]
        constraints = [models.CheckConstraint(condition=Q(on__isnull=False) | ~Q(kind__in=["booked", "been"]), name="booked_and_been_have_a_day")]


class WechatAccount(models.Model):
    """The openid a patient's WeChat gave this service."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="wechat")
    openid = EncryptedTextField()
    linked_at = models.DateTimeField()


class CreditEntry(models.Model):
    """The ledger of one-time WeChat message credits: +1 for an accepted tap or one given back, -1 when spent or found refused."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="credits")
    template = models.CharField(max_length=48)
    amount = models.SmallIntegerField()
    reason = models.CharField(max_length=12)
    attempt = models.ForeignKey(Attempt, null=True, on_delete=models.PROTECT, related_name="+")
    tap = models.UUIDField(null=True, unique=True, help_text="Made by the client, so that one tap is one credit however often it is sent.")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__in=[-1, 1]), name="credit_is_one"),
            models.UniqueConstraint(fields=["attempt"], condition=Q(amount=-1), name="credit_spent_once_per_attempt"),
        ]


class Task(models.Model):
    """Something only a person can do: a failed photo, a message no channel could carry, a step past its escalation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=32)
    about = models.UUIDField()
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="tasks")
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "about"], name="one_task_per_matter")]


class Sweep(models.Model):
    """When the failsafe last planned a patient anew; whoever it saw longest ago comes first. Independent of events and of messages."""

    patient = models.OneToOneField(Patient, primary_key=True, on_delete=models.PROTECT, related_name="sweep")
    at = models.DateTimeField(db_index=True)
