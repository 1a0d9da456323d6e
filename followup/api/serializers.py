"""What the API takes and gives of steps, results, reviews, corrections and matters for a person."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.serializers import StrictSerializer
from followup.case_words import CORRECTIONS, REASONS
from screening.models import Laterality, Photo
from screening.rules.skin.decision import DECISION_CLASSES, DECISION_URGENCIES, LesionDecision
from screening.services.signing import EyeDecision, Remarks

STATES = ("graded", "retake", "not_readable")
CLASSES = ("critical", "referable", "other")


class StepRow(serializers.Serializer[Any]):
    """One step. Of a doctor's review the patient sees neither date nor rule: they would tell what no doctor has signed."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField()
    encounter = serializers.UUIDField(allow_null=True)
    kind = serializers.CharField()
    title = serializers.CharField(help_text="In the reader's language")
    eye = serializers.CharField(allow_blank=True)
    due_on = serializers.DateField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="The moment, where hours count")
    urgency = serializers.CharField(allow_null=True)
    rule_id = serializers.CharField(allow_null=True)
    rule_version = serializers.CharField(allow_null=True)
    source = serializers.CharField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
    owner = serializers.CharField()
    state = serializers.ChoiceField(choices=["open", "done", "superseded"])
    is_next = serializers.BooleanField()
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class Message(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()
    eye = serializers.CharField(allow_null=True)


class Result(serializers.Serializer[Any]):
    """What a patient may read of an encounter now: one sentence, and what belongs beside it. `finding` is null for patients."""

    encounter = serializers.UUIDField()
    code = serializers.CharField(help_text="Stable; `text` is its sentence")
    banner = serializers.ChoiceField(choices=["none", "watch", "see", "now", "blank"])
    text = serializers.CharField()
    date = serializers.DateField(allow_null=True)
    eye = serializers.CharField(allow_null=True)
    also = Message(many=True)
    preliminary = serializers.CharField(allow_null=True)
    signed = serializers.CharField(allow_null=True)
    safety_net = serializers.CharField(allow_null=True)
    draft_rules = serializers.CharField(allow_null=True)
    notice = serializers.CharField()
    next_step = StepRow(allow_null=True)
    finding = serializers.JSONField(allow_null=True)


class ReminderCredit(StrictSerializer):
    """One tap on *Remind me*. The same `id` counts once, however often it is sent."""

    id = serializers.UUIDField(help_text="Made by the client for this tap")
    js_code = serializers.CharField(required=False, allow_blank=True, default="", max_length=64, help_text="From wx.login in a mini-program")


class Balance(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    balance = serializers.IntegerField(help_text="Messages that WeChat will still take for this patient")


class ReviewRow(serializers.Serializer[Any]):
    """One report that waits for a signature."""

    encounter = serializers.UUIDField()
    patient = serializers.UUIDField()
    name = serializers.CharField()
    age = serializers.IntegerField(help_text="The youngest possible age in years")
    review_class = serializers.ChoiceField(choices=CLASSES)
    urgency = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    is_overdue = serializers.BooleanField()
    finding = serializers.JSONField(allow_null=True)
    review_url = serializers.CharField()


class Version(serializers.Serializer[Any]):
    """One state of a report: composed by the program, or signed. The highest number holds; none is ever edited."""

    encounter = serializers.UUIDField()
    number = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=["preliminary", "signed"])
    finding = serializers.JSONField()
    photos = serializers.ListField(child=serializers.UUIDField())
    model_versions = serializers.ListField(child=serializers.CharField())
    rule_version = serializers.CharField()
    other_finding = serializers.CharField(allow_blank=True)
    comment = serializers.CharField(allow_blank=True)
    recall_on = serializers.DateField(allow_null=True)
    created_at = serializers.DateTimeField()
    signed_by = serializers.CharField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)


class ReviewReading(serializers.Serializer[Any]):
    """What the classifier said of one photo: numbers with version and interval."""

    model_version = serializers.CharField()
    grade = serializers.IntegerField(allow_null=True)
    grade_set = serializers.ListField(child=serializers.IntegerField())
    referable = serializers.BooleanField(allow_null=True)
    lesion_class = serializers.CharField(allow_blank=True, help_text="Skin: one of the six, only when in scope")
    class_set = serializers.ListField(child=serializers.CharField())
    suspicious = serializers.BooleanField(allow_null=True)
    in_scope = serializers.BooleanField(allow_null=True)
    quality = serializers.CharField(allow_blank=True)
    probabilities = serializers.DictField(child=serializers.FloatField())
    intervals = serializers.DictField(child=serializers.ListField(child=serializers.FloatField()))


class ReviewFact(serializers.Serializer[Any]):
    """The newest answer to one question, with when and from whom."""

    code = serializers.CharField()
    value = serializers.JSONField()
    unit = serializers.CharField(allow_blank=True)
    effective_on = serializers.DateField()
    source = serializers.ChoiceField(choices=["self", "staff", "document"])


class ReviewPhoto(serializers.Serializer[Any]):
    """A photo as corrections leave it; `laterality_seen` is what the program thinks it shows."""

    id = serializers.UUIDField()
    eye = serializers.ChoiceField(choices=Laterality.choices, allow_blank=True, help_text="Blank for the skin")
    sent_as = serializers.ChoiceField(choices=Laterality.choices, allow_blank=True)
    slot = serializers.ChoiceField(choices=Photo.Slot.choices, allow_blank=True, help_text="Blank for an eye")
    intimate = serializers.BooleanField()
    taken_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField()
    outcome = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    is_other_person = serializers.BooleanField()
    is_unreadable = serializers.BooleanField()
    laterality_seen = serializers.CharField(allow_blank=True)
    photo_url = serializers.CharField()
    reading = ReviewReading(allow_null=True)


class ReviewSpot(serializers.Serializer[Any]):
    """Where a spot is and what was answered about it."""

    body_site = serializers.CharField()
    side = serializers.CharField(allow_blank=True)
    landmark = serializers.CharField(allow_blank=True)
    answers = serializers.DictField(child=serializers.JSONField())


class Review(serializers.Serializer[Any]):
    """Everything a clinician needs of one case. Send `base_number` back with the signature."""

    encounter = serializers.UUIDField()
    patient = serializers.UUIDField()
    name = serializers.CharField()
    age = serializers.IntegerField()
    review_class = serializers.ChoiceField(choices=CLASSES, allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    base_number = serializers.IntegerField(allow_null=True, help_text="Null while no report is composed")
    spot = ReviewSpot(allow_null=True)
    photos = ReviewPhoto(many=True)
    versions = Version(many=True)
    earlier = Version(many=True, help_text="The last signed version of each other encounter")
    facts = ReviewFact(many=True)
    not_asked = serializers.ListField(child=serializers.CharField())
    mark = serializers.CharField(allow_null=True, help_text="diabetes_not_confirmed")
    unread_reason = serializers.CharField(allow_null=True)


class Decision(StrictSerializer):
    """What the clinician says of one eye."""

    state = serializers.ChoiceField(choices=STATES)
    grade = serializers.IntegerField(min_value=0, max_value=4, required=False, allow_null=True, default=None, help_text="ICDR 0-4 when graded")
    reason = serializers.ChoiceField(choices=list(REASONS), required=False, allow_blank=True, default="", help_text="Why it is not graded")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["state"] == "graded") != (attrs["grade"] is not None):
            raise serializers.ValidationError({"grade": [_("A graded eye has a grade, and only a graded eye.")]})
        return attrs


class Decisions(StrictSerializer):
    OD = Decision(required=False)
    OS = Decision(required=False)


class Signature(StrictSerializer):
    """An answer to a case. Signing a signed report amends it: a new version, never an edit."""

    base_number = serializers.IntegerField(min_value=1, help_text="The version that was looked at; 409 when a newer one exists")
    decisions = Decisions()
    dme = serializers.ChoiceField(
        choices=["off_centre", "centre"], required=False, allow_null=True, default=None, help_text="Suspected macular oedema"
    )
    other_finding = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    recall_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="May come before the rules' date, never after")

    def eye_decisions(self) -> dict[str, EyeDecision]:
        """The decisions as the service takes them."""
        return {eye: EyeDecision(**decision) for eye, decision in self.validated_data["decisions"].items()}


class SpotSignature(StrictSerializer):
    """An answer to the case of a spot. Less than the rules' red flags ask for needs a reason."""

    base_number = serializers.IntegerField(min_value=1, help_text="The version that was looked at; 409 when a newer one exists")
    lesion_class = serializers.ChoiceField(choices=list(DECISION_CLASSES), help_text="other goes with words in other_finding")
    urgency = serializers.ChoiceField(choices=list(DECISION_URGENCIES), help_text="retake goes with cannot_tell")
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    other_finding = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    recall_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="May come before the rules' date, never after")

    def decision(self) -> LesionDecision:
        given = self.validated_data
        return LesionDecision(given["lesion_class"], given["urgency"], given["reason"])

    def remarks(self) -> Remarks:
        given = self.validated_data
        return Remarks(given["other_finding"], given["comment"], given["recall_on"])


class Signed(Version):
    """The version that was signed, and what is open for the patient since."""

    steps = StepRow(many=True)


class Correction(StrictSerializer):
    """What is wrong with photos of one encounter."""

    photos = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=20)
    kind = serializers.ChoiceField(choices=list(CORRECTIONS))
    reason = serializers.CharField(max_length=200)


class TaskRow(serializers.Serializer[Any]):
    """What only a person can do."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    text = serializers.CharField()
    patient = serializers.UUIDField()
    name = serializers.CharField()
    phone = serializers.CharField(allow_null=True)
    encounter = serializers.UUIDField(allow_null=True)
    step = serializers.UUIDField(allow_null=True, help_text="Where an outcome can be recorded")
    due_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)
    done_by = serializers.CharField(allow_null=True)
    done_url = serializers.CharField()
