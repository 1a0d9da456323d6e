"""What the API takes and gives of a sitting about a spot."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from core.serializers import StrictSerializer
from screening.rules.skin.body_sites import BODY_SITES, SIDES
from screening.rules.skin.questionnaire import QUESTIONS, fault_of
from screening.skin.faults import ANSWERS


class GivenAnswers(serializers.DictField):
    """Answers by the code of their question; a fault is said at its answer."""

    child = serializers.JSONField()

    def to_internal_value(self, given: Any) -> dict[str, Any]:
        answers: dict[str, Any] = super().to_internal_value(given)
        faults = {code: fault for code, value in answers.items() if (fault := fault_of(code, value))}
        if faults:
            raise serializers.ValidationError({code: [ErrorDetail(str(ANSWERS[fault]), code=fault)] for code, fault in faults.items()})
        return answers


class SkinEncounterOpening(StrictSerializer):
    """A spot and the first answers, the emergency questions among them. A spot that is known is named by `lesion` alone."""

    id = serializers.UUIDField(required=False, help_text="Made by the client, so that sent twice is begun once")
    patient = serializers.UUIDField(required=False, help_text="Whose skin; the signed-in person's own when left out")
    body_site = serializers.CharField(required=False, default="", max_length=24, help_text="One of: " + ", ".join(BODY_SITES))
    side = serializers.CharField(required=False, allow_blank=True, default="", max_length=8, help_text=" or ".join(SIDES) + ", where there are two")
    landmark = serializers.CharField(required=False, allow_blank=True, default="", max_length=100, help_text="In her own words, where exactly")
    lesion = serializers.UUIDField(required=False, help_text="A spot of an earlier encounter, to look at it again")
    answers = GivenAnswers(help_text="By code of the skin questionnaire: " + ", ".join(QUESTIONS))


class MoreAnswers(StrictSerializer):
    """Further answers; a later one takes the place of an earlier one."""

    answers = GivenAnswers(allow_empty=False)


class SkinEncounter(serializers.Serializer[Any]):
    """A sitting about a spot: what was told, what to ask next, and whether a photo may be sent."""

    id = serializers.UUIDField()
    lesion = serializers.UUIDField()
    body_site = serializers.CharField()
    side = serializers.CharField(allow_blank=True)
    landmark = serializers.CharField(allow_blank=True)
    opened_at = serializers.DateTimeField()
    answers = serializers.DictField(child=serializers.JSONField())
    not_asked = serializers.ListField(child=serializers.CharField(), help_text="Questions that apply and have no answer yet, in order")
    stopped = serializers.ChoiceField(choices=["emergency"], allow_null=True)
    photo_allowed = serializers.BooleanField()
    photo_reason = serializers.CharField(allow_null=True, help_text="emergency_stop, intimate_minor or intimate_consent_missing")
    message = serializers.CharField(allow_blank=True, help_text="What to do now, in the reader's language")
    photos = serializers.ListField(child=serializers.UUIDField())
