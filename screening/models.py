"""Photo -> reading -> report. Facts are appended and states derived; nothing clinical is updated in place."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organisation, Patient
from core.fields import EncryptedTextField
from core.ids import new_id
from core.models import Job, JobState


class Laterality(models.TextChoices):
    OD = "OD"
    OS = "OS"


class Fact(models.Model):
    """One dated answer about a person (diabetes, HbA1c, a symptom …) with its source; a newer row supersedes, none is edited."""

    class Source(models.TextChoices):
        SELF = "self"
        STAFF = "staff"
        DOCUMENT = "document"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="facts")
    code = models.CharField(max_length=32)
    value = models.JSONField()
    unit = models.CharField(max_length=16, blank=True, default="")
    effective_on = models.DateField()
    source = models.CharField(max_length=8, choices=Source.choices)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["patient", "code", "-recorded_at"], name="fact_latest")]


class Lesion(models.Model):
    """One spot on a patient's skin, followed over years. `body_site` and `side` are words of rules/data/body_sites.csv."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="lesions")
    body_site = models.CharField(max_length=24)
    side = models.CharField(max_length=8, blank=True, default="")
    landmark = EncryptedTextField(null=True)
    created_at = models.DateTimeField()


class Encounter(models.Model):
    """One sitting of one patient in one programme. `compose_after` is when a report is due even if an eye is still missing.

    `lesion` is the spot a sitting of the skin programme is about, `store` where staff led the sitting.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="encounters")
    programme = models.CharField(max_length=24)
    lesion = models.ForeignKey(Lesion, null=True, on_delete=models.PROTECT, related_name="encounters")
    store = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="encounters")
    opened_at = models.DateTimeField()
    compose_after = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["compose_after"], condition=Q(compose_after__isnull=False), name="encounter_to_compose"),
            models.Index(fields=["store", "opened_at"], condition=Q(store__isnull=False), name="encounters_of_a_store"),
        ]
        constraints = [models.CheckConstraint(condition=Q(programme="skin-lesion") | Q(lesion__isnull=True), name="only_skin_has_a_lesion")]


class Answers(models.Model):
    """The answers to a questionnaire in one sitting, as given; a later row supersedes, none is edited."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="answers")
    questionnaire = models.CharField(max_length=24)
    version = models.CharField(max_length=16)
    answers = models.JSONField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()


class Photo(models.Model):
    """An accepted original. The blob lies encrypted under the photo's id with a key of its own; dropping the key erases it everywhere.

    A photo of an eye has a `laterality`, one of the skin a `slot`. `intimate` photos are hidden until somebody asks, and never in lists.
    """

    class Slot(models.TextChoices):
        OVERVIEW = "overview"
        CLOSE_UP = "close_up"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="photos")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="photos")
    kind = models.CharField(max_length=8)
    laterality = models.CharField(max_length=2, choices=Laterality.choices, blank=True, default="")
    slot = models.CharField(max_length=8, choices=Slot.choices, blank=True, default="")
    intimate = models.BooleanField(default=False)
    taken_at = models.DateTimeField()
    accepted_at = models.DateTimeField()
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(max_length=8)
    width = models.IntegerField()
    height = models.IntegerField()
    byte_size = models.IntegerField()
    content_hmac = models.BinaryField(max_length=32)
    wrapped_key = models.BinaryField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "kind", "laterality", "content_hmac"], name="same_bytes_same_eye_once"),
            models.CheckConstraint(
                condition=Q(kind="retina", laterality__in=Laterality.values, slot="", intimate=False) | (Q(kind="skin", laterality="") & ~Q(slot="")),
                name="photo_of_an_eye_or_of_the_skin",
            ),
            models.CheckConstraint(
                condition=Q(wrapped_key__isnull=False, erased_at__isnull=True) | Q(wrapped_key__isnull=True, erased_at__isnull=False),
                name="photo_has_key_or_erasure",
            ),
        ]


class PhotoCorrection(models.Model):
    """What a clinician says about a photo itself: the other eye, another person's, or not to be read. The latest row holds."""

    class Kind(models.TextChoices):
        SWAP_EYE = "swap_eye"
        WRONG_PERSON = "wrong_person"
        NOT_READABLE = "not_readable"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="corrections")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    laterality = models.CharField(max_length=2, choices=Laterality.choices, blank=True, default="")
    reason = EncryptedTextField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()


class Reading(Job):
    """What a classifier said of one photo. The row is the job: accepted photos can be lost by nothing but losing this row."""

    class Outcome(models.TextChoices):
        GRADED = "graded"
        RETAKE = "retake"
        REFUSED = "refused"
        FAILED = "failed"
        UNREAD = "unread"

    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="readings")
    programme = models.CharField(max_length=24)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, null=True)
    reason = models.CharField(max_length=32, blank=True, default="")
    model_version = models.CharField(max_length=32, blank=True, default="")
    quality = models.CharField(max_length=8, blank=True, default="")
    p_reject = models.FloatField(null=True)
    probabilities = models.JSONField(default=dict)
    intervals = models.JSONField(default=dict)
    grade = models.SmallIntegerField(null=True)
    grade_set = models.JSONField(default=list)
    referable = models.BooleanField(null=True)
    laterality_seen = models.CharField(max_length=2, blank=True, default="")
    lesion_class = models.CharField(max_length=3, blank=True, default="", help_text="One of the six, only when in scope.")
    class_set = models.JSONField(default=list)
    suspicious = models.BooleanField(null=True)
    in_scope = models.BooleanField(null=True)
    findings_seen = models.JSONField(default=list, help_text="Other findings at or over their thresholds; their chances stand in `probabilities`.")
    milliseconds = models.IntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["priority", "due_at"], condition=Q(state=JobState.QUEUED), name="reading_to_claim"),
            models.Index(fields=["lease_until"], condition=Q(state=JobState.CLAIMED), name="reading_leased"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["photo", "programme"], name="one_reading_per_photo_and_programme"),
            models.CheckConstraint(condition=Q(grade__isnull=True) | Q(outcome="graded"), name="only_graded_readings_have_a_grade"),
            models.CheckConstraint(condition=Q(lesion_class="") | Q(outcome="graded", in_scope=True), name="only_in_scope_readings_have_a_class"),
            models.CheckConstraint(
                condition=Q(state__in=[JobState.DONE, JobState.FAILED], outcome__isnull=False, finished_at__isnull=False)
                | Q(state__in=[JobState.QUEUED, JobState.CLAIMED], outcome__isnull=True, finished_at__isnull=True),
                name="finished_readings_have_an_outcome",
            ),
        ]


class ShadowReading(Job):
    """What a version that decides nothing says of a photo the live one has read. Only the agreement report sees it; the row is the job."""

    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="shadow_readings")
    programme = models.CharField(max_length=24)
    version = models.CharField(max_length=16)
    outcome = models.CharField(max_length=8, choices=Reading.Outcome.choices, blank=True, default="")
    reason = models.CharField(max_length=32, blank=True, default="")
    probabilities = models.JSONField(default=dict)
    grade = models.SmallIntegerField(null=True)
    referable = models.BooleanField(null=True)
    lesion_class = models.CharField(max_length=3, blank=True, default="")
    suspicious = models.BooleanField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["priority", "due_at"], condition=Q(state=JobState.QUEUED), name="shadow_to_claim"),
            models.Index(fields=["lease_until"], condition=Q(state=JobState.CLAIMED), name="shadow_leased"),
        ]
        constraints = [models.UniqueConstraint(fields=["photo", "programme", "version"], name="a_shadow_reads_a_photo_once")]


class Measurement(models.Model):
    """One thing measured of one eye (or `treatment`, of the child) in a sitting of the programme myopia; a later row of the sitting supersedes.

    `value` is five-point acuity or millimetres of axial length; the three numbers of a refraction stand together, with a minus cylinder.
    `entered` keeps what was typed, `confirmed` the plausibility questions that staff answered with *measured again, it is so*.
    """

    class Code(models.TextChoices):
        ACUITY = "acuity"
        REFRACTION = "refraction"
        AXIAL_LENGTH = "axial_length"
        TREATMENT = "treatment"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False, help_text="Made by the client, so that sent twice is measured once.")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="measurements")
    code = models.CharField(max_length=16, choices=Code.choices)
    laterality = models.CharField(max_length=2, choices=Laterality.choices, blank=True, default="")
    value = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    sphere = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    cylinder = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    axis = models.SmallIntegerField(null=True, help_text="Degrees, 1 to 180; none where there is no cylinder.")
    category = models.CharField(max_length=20, blank=True, default="", help_text="CF, HM, LP, NLP, not_measurable, or the treatment.")
    unit = models.CharField(max_length=12, blank=True, default="")
    notation = models.CharField(max_length=12, blank=True, default="", help_text="How an acuity was written down.")
    corrected = models.BooleanField(default=False, help_text="Acuity with the child's own glasses or lenses.")
    cycloplegic = models.BooleanField(default=False)
    device = models.CharField(max_length=20, blank=True, default="")
    entered = models.JSONField(default=dict)
    confirmed = models.JSONField(default=list)
    taken_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["encounter", "code", "laterality", "-taken_at"], name="measurement_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(code="treatment", laterality="") | (~Q(code="treatment") & Q(laterality__in=Laterality.values)),
                name="measurement_of_an_eye_or_treatment",
            ),
            models.CheckConstraint(
                condition=Q(category="", value__isnull=False, sphere__isnull=True, cylinder__isnull=True)
                | Q(code="refraction", category="", value__isnull=True, sphere__isnull=False, cylinder__isnull=False)
                | (~Q(category="") & Q(value__isnull=True, sphere__isnull=True, cylinder__isnull=True)),
                name="measurement_is_a_number_or_a_word",
            ),
            models.CheckConstraint(
                condition=Q(axis__isnull=True) | Q(code="refraction", sphere__isnull=False, axis__gte=1, axis__lte=180),
                name="axis_from_1_to_180",
            ),
            models.CheckConstraint(condition=Q(cycloplegic=False) | Q(code="refraction"), name="only_refraction_is_cycloplegic"),
            models.CheckConstraint(condition=Q(corrected=False) | Q(code="acuity"), name="only_acuity_is_corrected"),
        ]


class Report(models.Model):
    """All that is said of one encounter; its versions carry the words."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="report")
    created_at = models.DateTimeField()


class ReportVersion(models.Model):
    """A composed (unsigned) or signed state of a report. Never edited; the highest number holds."""

    class Kind(models.TextChoices):
        PRELIMINARY = "preliminary"
        SIGNED = "signed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    finding = models.JSONField(help_text="The finding of the encounter's programme as JSON")
    photo_ids = models.JSONField()
    model_versions = models.JSONField()
    rule_version = models.CharField(max_length=16)
    other_finding = EncryptedTextField(null=True)
    comment = EncryptedTextField(null=True)
    recall_on = models.DateField(null=True, help_text="A date the clinician set; it may come before the rules' date, never after.")
    created_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="report_versions_are_numbered"),
            models.CheckConstraint(condition=Q(number__gte=1), name="report_versions_start_at_one"),
            models.CheckConstraint(
                condition=Q(kind="preliminary", signed_by__isnull=True, signed_at__isnull=True)
                | Q(kind="signed", signed_by__isnull=False, signed_at__isnull=False),
                name="signature_has_who_and_when",
            ),
        ]


class ModelVersion(models.Model):
    """A classifier that has read here, with the hash of its weights and whether it decides, reads beside, or has been relieved."""

    class Status(models.TextChoices):
        LIVE = "live"
        SHADOW = "shadow"
        RETIRED = "retired"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.CharField(max_length=24)
    version = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.LIVE)
    first_used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "version"], name="model_version_once")]
