"""What the API takes and gives of photos, encounters and facts."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from core import clock
from core.serializers import StrictSerializer
from screening.models import Fact, Laterality, Photo
from screening.rules.questions import QUESTIONS, fault_of

FAULTS = {
    "not_a_choice": _("This is not one of the answers."),
    "out_of_range": _("This number cannot be right; please check it."),
    "unit_missing": _("Please give the unit: % or mmol/mol."),
    "probably_mmol": _("This looks like mmol/mol; please choose that unit, or check the number."),
    "in_future": _("This day lies in the future."),
}


NEEDED = _("This field is needed for this kind of photo.")
NOT_HERE = _("This field does not belong to this kind of photo.")
# (needed, not taken) by kind
PLACED_BY: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {"retina": (("eye",), ("slot",)), "skin": (("slot", "encounter"), ("eye",))}


class PhotoUpload(StrictSerializer):
    """One photo: the file, of which eye or how far from which spot, when it was taken."""

    file = serializers.FileField(help_text="JPEG, PNG, WebP, HEIC or MPO; up to 50 MB and 100 megapixels")
    kind = serializers.ChoiceField(choices=list(PLACED_BY))
    eye = serializers.ChoiceField(choices=Laterality.choices, required=False, help_text="Retina: OD is the right eye, OS the left")
    slot = serializers.ChoiceField(choices=Photo.Slot.choices, required=False, help_text="Skin: an overview from arm's length, or a close-up")
    taken_at = serializers.DateTimeField(help_text="When the photo was taken, ISO 8601 with offset")
    patient = serializers.UUIDField(required=False, help_text="Whose photo; the signed-in person's own when left out")
    encounter = serializers.UUIDField(
        required=False, help_text="Retina: a UUID the client makes for one sitting; first use opens it. Skin: the skin encounter"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed, not_taken = PLACED_BY[attrs["kind"]]
        faults = {name: [ErrorDetail(str(NEEDED), code="required")] for name in needed if name not in attrs}
        faults |= {name: [ErrorDetail(str(NOT_HERE), code="not_expected")] for name in not_taken if name in attrs}
        if faults:
            raise serializers.ValidationError(faults)
        return attrs


class PhotoState(serializers.Serializer[Any]):
    """A photo and how far it is. `retry_after` (seconds) is null once nothing more will change."""

    id = serializers.UUIDField()
    encounter = serializers.UUIDField()
    kind = serializers.CharField()
    eye = serializers.ChoiceField(choices=Laterality.choices, allow_blank=True, help_text="Blank for the skin")
    slot = serializers.ChoiceField(choices=Photo.Slot.choices, allow_blank=True, help_text="Blank for an eye")
    intimate = serializers.BooleanField(help_text="Hidden: shown only where somebody asks, see `reveal_url`")
    taken_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=["queued", "claimed", "done", "failed"])
    outcome = serializers.ChoiceField(choices=["graded", "retake", "refused", "failed", "unread"], allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    instruction = serializers.CharField(allow_blank=True, help_text="What to do about it, in the reader's language")
    status_url = serializers.CharField()
    image_url = serializers.CharField(allow_null=True)
    reveal_url = serializers.CharField(allow_null=True, help_text="POST here to see a hidden photo; it is noted who asked")
    retry_after = serializers.IntegerField(allow_null=True)
    warnings = serializers.ListField(child=serializers.CharField())
    notice = serializers.CharField()


class ReadingDetail(serializers.Serializer[Any]):
    """What the classifier said, for clinicians: numbers with version and interval."""

    model_version = serializers.CharField()
    grade = serializers.IntegerField(allow_null=True)
    grade_set = serializers.ListField(child=serializers.IntegerField())
    lesion_class = serializers.CharField(allow_blank=True, help_text="Skin: one of the six, only when in scope")
    class_set = serializers.ListField(child=serializers.CharField())
    suspicious = serializers.BooleanField(allow_null=True)
    in_scope = serializers.BooleanField(allow_null=True)
    referable = serializers.BooleanField(allow_null=True)
    quality = serializers.CharField(allow_blank=True)
    probabilities = serializers.DictField(child=serializers.FloatField())
    intervals = serializers.DictField(child=serializers.ListField(child=serializers.FloatField()))


class PhotoDetail(PhotoState):
    """A photo with the reading; `reading` is null for patients, who get words."""

    reading = ReadingDetail(allow_null=True)


class Revealed(serializers.Serializer[Any]):
    """Where a hidden photo can be seen now, by who asked and for ten minutes; add nothing to the address."""

    image_url = serializers.CharField()
    expires_at = serializers.DateTimeField()


class FactAnswer(StrictSerializer):
    """One answer. `value` is a listed word, a number, true or false, or "unknown"."""

    code = serializers.ChoiceField(choices=list(QUESTIONS))
    value = serializers.JSONField()
    unit = serializers.CharField(required=False, allow_blank=True, default="", max_length=16)
    effective_on = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        today = clock.now().date()
        attrs.setdefault("effective_on", today)
        fault = fault_of(QUESTIONS[attrs["code"]], attrs["value"], attrs["unit"], attrs["effective_on"], today)
        if fault:
            raise serializers.ValidationError({"value": [ErrorDetail(str(FAULTS[fault]), code=fault)]})
        return attrs


class FactAnswers(StrictSerializer):
    """Several answers at once; all are taken or none."""

    answers = FactAnswer(many=True, allow_empty=False, max_length=20)
    patient = serializers.UUIDField(required=False)


class FactRow(serializers.ModelSerializer[Fact]):
    """The newest answer to one question."""

    class Meta:
        model = Fact
        fields = ["code", "value", "unit", "effective_on", "source", "recorded_at"]


class FactList(serializers.Serializer[Any]):
    """The newest answers, and the questions nobody has asked yet."""

    facts = FactRow(many=True)
    not_asked = serializers.ListField(child=serializers.CharField())
