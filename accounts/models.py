"""Who: accounts, patients, organisations and their members; what they agreed to; what was done."""

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Func, Q

from core.fields import BlindIndexField, EncryptedTextField
from core.ids import new_id


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(handle=username)


class User(AbstractBaseUser):
    """A login. Patients sign in by phone and code; staff by handle and password."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    handle = models.CharField(max_length=64, unique=True)
    name = EncryptedTextField(null=True)
    phone = EncryptedTextField(null=True)
    phone_index = BlindIndexField("phone", max_length=32, null=True, unique=True)
    language = models.CharField(max_length=8, default="zh-hans")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "handle"
    objects = UserManager()

    def __str__(self) -> str:
        return str(self.id)


class Patient(models.Model):
    """A person who is followed. `user` is her own login; a sample patient is thrown away after a day and counted nowhere."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="patient")
    name = EncryptedTextField()
    name_index = BlindIndexField("name", max_length=32, null=True, db_index=True)
    birth_date = models.DateField(null=True)
    birth_year = models.SmallIntegerField()
    zone = models.CharField(max_length=40, default="Asia/Shanghai")
    language = models.CharField(max_length=8, default="zh-hans")
    is_demo = models.BooleanField(default=False)
    is_sample = models.BooleanField(default=False)
    erase_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(birth_year__gte=1900, birth_year__lte=2200), name="patient_birth_year_plausible"),
            models.CheckConstraint(condition=Q(is_sample=False) | Q(erase_at__isnull=False), name="sample_patient_has_an_end"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Organisation(models.Model):
    """A reading centre or clinic, which owns steps as a shared queue, or an optical store."""

    class Kind(models.TextChoices):
        READING_CENTRE = "reading_centre"
        CLINIC = "clinic"
        STORE = "store"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_reading_centre")]

    def __str__(self) -> str:
        return self.name_en


class Membership(models.Model):
    """A person's role in an organisation for a period; `on_duty` names the clinician who answers for the shared queue of her specialty."""

    class Role(models.TextChoices):
        CLINICIAN = "clinician"
        STORE_STAFF = "store_staff"

    class Specialty(models.TextChoices):
        EYE = "eye"
        SKIN = "skin"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    specialty = models.CharField(max_length=8, choices=Specialty.choices, default=Specialty.EYE, help_text="What a clinician may sign.")
    on_duty = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="membership_period_forward"),
            models.UniqueConstraint(fields=["organisation", "specialty"], condition=Q(on_duty=True, ends_at__isnull=True), name="one_duty_clinician"),
        ]


class Guardianship(models.Model):
    """Who decides for a child, and for how long; it ends by itself when the child is 18. `verified` says how the relation was shown."""

    class Relation(models.TextChoices):
        MOTHER = "mother"
        FATHER = "father"
        GUARDIAN = "guardian"

    class Verified(models.TextChoices):
        SEEN_IN_PERSON = "seen_in_person"
        DOCUMENT_SEEN = "document_seen"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    child = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="guardianships")
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="guardianships")
    relation = models.CharField(max_length=12, choices=Relation.choices)
    verified = models.CharField(max_length=16, choices=Verified.choices)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="guardianship_period_forward"),
            models.UniqueConstraint(fields=["child", "guardian"], condition=Q(ends_at__isnull=True), name="one_guardianship_of_a_pair"),
        ]


class CheckInCode(models.Model):
    """A short code a person shows at a store's counter; scanning it once, before it expires, shares her record with that store."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="check_in_codes")
    code_index = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True, organisation__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False, organisation__isnull=False),
                name="check_in_has_who_where_and_when",
            ),
        ]


class LoginCode(models.Model):
    """A one-time code sent to a phone: hashed, expiring, counted, single use.

    One that was asked for by signing up carries the answers (name, birth, language) until the phone is proven. Rows are forgotten after a day.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    phone = EncryptedTextField()
    phone_index = BlindIndexField("phone", max_length=32, db_index=True)
    code_hash = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    name = EncryptedTextField(null=True)
    birth_date = models.DateField(null=True)
    birth_year = models.SmallIntegerField(null=True)
    language = models.CharField(max_length=8, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(name__isnull=True, birth_year__isnull=True) | Q(name__isnull=False, birth_year__isnull=False),
                name="sign_up_has_name_and_birth",
            ),
        ]


class PasswordAttempt(models.Model):
    """One try at a handle's password, known handle or not; tries of the last minutes close the door. Success forgets them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    handle_index = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["handle_index", "at"], name="password_attempts_lately")]


class ConsentText(models.Model):
    """The exact words a person agreed to, by purpose, language and version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(max_length=24)
    language = models.CharField(max_length=8)
    version = models.CharField(max_length=16)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["purpose", "language", "sha256"], name="consent_text_once")]


class Consent(models.Model):
    """One purpose, given and perhaps withdrawn. Never edited: a new agreement is a new row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=24)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "purpose", "organisation"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="one_active_consent_per_purpose",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True) | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="consent_withdrawal_has_who_and_when",
            ),
        ]


class CurrentTransaction(Func):
    """The id of the writing transaction, by which seals know that a range is complete."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class AuditEvent(models.Model):
    """Who did what to whom, when and why. Append-only: the role `app` may not change it and a trigger refuses everybody else."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    transaction = models.BigIntegerField(db_default=CurrentTransaction())
    actor = models.UUIDField(null=True)
    verb = models.CharField(max_length=48)
    subject_type = models.CharField(max_length=24)
    subject = models.UUIDField(null=True)
    patient = models.UUIDField(null=True, db_index=True)
    detail = models.JSONField(default=dict)
    request_id = models.CharField(max_length=36, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["transaction", "id"], name="audit_by_transaction")]


class AuditSeal(models.Model):
    """A hash over all events of a closed range of transactions, chained to the seal before it."""

    id = models.BigAutoField(primary_key=True)
    after_transaction = models.BigIntegerField()
    until_transaction = models.BigIntegerField()
    events = models.IntegerField()
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["after_transaction"], name="seals_do_not_fork")]
