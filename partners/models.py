"""Agreements and who may ask under them; the snapshot that questions are about; what was asked, drawn, charged and answered."""

from allauth.idp.oidc.models import Client
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.fields import EncryptedTextField
from core.ids import new_id
from core.models import Job, JobState
from partners.rules.grid import GRADES

HAS_ANSWER = ("answered", "too_few")


class Agreement(models.Model):
    """What a partner may ask for, how long, from where, and how much privacy that may cost (micro-rho)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    partner = models.CharField(max_length=120, help_text="The organisation, as it calls itself.")
    purpose = models.CharField(max_length=400)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    networks = models.JSONField(help_text="Networks in CIDR form that its programs may call from.")
    cap = models.IntegerField()
    spent = models.IntegerField(default=0)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="agreement_period_forward"),
            models.CheckConstraint(condition=Q(spent__gte=0, spent__lte=F("cap")), name="agreement_spends_at_most_its_cap"),
        ]

    @property
    def left(self) -> int:
        """Micro-rho that may still be spent."""
        return self.cap - self.spent


class AgreementMember(models.Model):
    """A person of the partner who asks on the page, for a period."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(ends_at__isnull=True), name="one_agreement_of_a_person"),
            models.CheckConstraint(condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="agreement_member_period_forward"),
        ]


class AgreementClient(models.Model):
    """A program of the partner: an OAuth2 client of the identity provider, until it is revoked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="clients")
    client = models.OneToOneField(Client, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()


class TokenRequest(models.Model):
    """One call of the token endpoint, by address and by client; those of the last minutes close the door. Forgotten after an hour."""

    caller_index = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["caller_index", "at"], name="token_requests_lately")]


class Snapshot(models.Model):
    """The research-consented persons on one day. `secret` makes their pseudonyms; with it a withdrawal finds its row, without it nobody does."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    built_at = models.DateTimeField()
    last_year = models.SmallIntegerField(help_text="The last index year of its grid.")
    secret = EncryptedTextField()


class SnapshotPerson(models.Model):
    """One person, one cell. Synthetic persons were never patients."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="persons")
    pseudonym = models.BinaryField(max_length=16)
    index_year = models.SmallIntegerField()
    latest_grade = models.SmallIntegerField()
    is_synthetic = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True, help_text="From then on in no new answer.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "pseudonym"], name="one_row_of_a_person_in_a_snapshot"),
            models.CheckConstraint(condition=Q(latest_grade__in=GRADES), name="snapshot_grade_on_the_grid"),
        ]


class Answer(models.Model):
    """The noisy counts of one query over one snapshot, drawn once and the same for everybody who asks. Exact counts are stored nowhere."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="answers")
    query = models.CharField(max_length=400, help_text="In its canonical spelling.")
    noisy = models.JSONField()
    cost = models.IntegerField()
    refused = models.BooleanField(help_text="The noisy total is below the floor.")
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "query"], name="one_answer_to_a_query")]


class Charge(models.Model):
    """What an agreement paid for an answer it read, once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="charges")
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="charges")
    cost = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "answer"], name="an_answer_is_paid_once")]


class Question(Job):
    """One time of asking; the row is the job. What became of it is told from `available_at` on, a full ten seconds."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered"
        TOO_FEW = "too_few"
        BUDGET_SPENT = "budget_spent"
        FAILED = "failed"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="questions")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="questions")
    query = models.CharField(max_length=400)
    asked_by = models.UUIDField(help_text="The member's login or the program.")
    available_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default="")
    answer = models.ForeignKey(Answer, null=True, on_delete=models.PROTECT, related_name="questions")
    charged = models.IntegerField(default=0, help_text="Micro-rho; a question asked before costs nothing.")

    class Meta:
        indexes = [
            models.Index(fields=["priority", "due_at"], condition=Q(state=JobState.QUEUED), name="question_to_claim"),
            models.Index(fields=["agreement", "-created_at"], name="questions_of_an_agreement"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["answered", "too_few"], answer__isnull=False)
                | (~Q(outcome__in=["answered", "too_few"]) & Q(answer__isnull=True)),
                name="answered_questions_have_an_answer",
            )
        ]
