"""Tables that every app needs and none owns."""

from django.db import models

from core.ids import new_id


class JobState(models.TextChoices):
    QUEUED = "queued"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"


class Job(models.Model):
    """The columns of a row that is its own job (DESIGN.md section 5); core.leases claims and finishes it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.QUEUED)
    due_at = models.DateTimeField()
    priority = models.SmallIntegerField(default=5)
    attempts = models.SmallIntegerField(default=0)
    alone = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    last_error = models.CharField(max_length=40, blank=True, default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class IdempotencyKey(models.Model):
    """What a client's key already did: the same key and content gives the same answer, other content is refused."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    actor = models.UUIDField()
    key = models.CharField(max_length=200)
    fingerprint = models.BinaryField(max_length=32)
    status = models.SmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotency_key_once_per_actor")]
