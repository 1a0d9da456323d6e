"""What the API takes and gives of a child's visit to a store."""

from typing import Any

from rest_framework import serializers

from accounts.models import Guardianship
from accounts.services.guardians import PURPOSES
from core.serializers import StrictSerializer
from screening.models import Laterality, Measurement
from screening.myopia.registration import SEXES
from screening.rules.myopia.acuity import CATEGORIES, NOTATIONS
from screening.rules.myopia.entries import BIOMETERS, NOT_MEASURABLE, REFRACTORS
from screening.rules.myopia.entry import LONGEST
from screening.rules.myopia.sitting import TREATMENTS

MANY = 40
"""Both eyes with every kind, measured twice, are fewer."""


class ChildRegistration(StrictSerializer):
    """A child at the counter with her guardian, who shares with this store."""

    guardian = serializers.UUIDField(help_text="The guardian's patient id, as her check-in at this store gave it")
    name = serializers.CharField(max_length=40)
    birth_date = serializers.DateField()
    sex = serializers.ChoiceField(choices=list(SEXES))
    relation = serializers.ChoiceField(choices=Guardianship.Relation.choices)
    verified = serializers.ChoiceField(choices=Guardianship.Verified.choices, help_text="How staff saw it; a WeChat account is no proof")
    child_agrees = serializers.BooleanField(default=False, help_text="From 8 years on the child is asked too")
    purposes = serializers.MultipleChoiceField(choices=list(PURPOSES), help_text="What the guardian agreed to, having read the words")


class RegisteredChild(serializers.Serializer[Any]):
    """The child's record; `created` is false where this guardian had registered her before."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    birth_date = serializers.DateField()
    created = serializers.BooleanField()


class VisitOpening(StrictSerializer):
    """A visit under an id of the client's own: sent twice it is opened once."""

    id = serializers.UUIDField(help_text="A UUID the client makes")
    patient = serializers.UUIDField(help_text="The child")
    opened_at = serializers.DateTimeField(required=False, help_text="When it began, where the client was offline; ISO 8601 with offset")


class MeasurementEntry(StrictSerializer):
    """One thing measured, as typed. Numbers are taken as text, with a dot or a comma."""

    id = serializers.UUIDField(help_text="A UUID the client makes")
    code = serializers.ChoiceField(choices=Measurement.Code.choices)
    eye = serializers.ChoiceField(choices=Laterality.choices, required=False, default="")
    value = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST, help_text="Acuity, or axial length in mm")
    sphere = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST)
    cylinder = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST, help_text="Plus or minus; kept as minus")
    axis = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST, help_text="1 to 180; 0 is kept as 180")
    notation = serializers.ChoiceField(choices=list(NOTATIONS), required=False, allow_blank=True, default="", help_text="Needed where two fit")
    category = serializers.ChoiceField(choices=[*CATEGORIES, NOT_MEASURABLE, *TREATMENTS], required=False, allow_blank=True, default="")
    corrected = serializers.BooleanField(default=False, help_text="Acuity with the child's own glasses or lenses")
    cycloplegic = serializers.BooleanField(default=False, help_text="Refraction under drops, at a medical institution")
    device = serializers.ChoiceField(choices=[*REFRACTORS, *BIOMETERS], required=False, allow_blank=True, default="")
    taken_at = serializers.DateTimeField(help_text="ISO 8601 with offset")
    confirmed = serializers.BooleanField(default=False, help_text="Measured again: the unusual number is so")


class MeasurementEntries(StrictSerializer):
    """Several at once; all are taken or none."""

    measurements = MeasurementEntry(many=True, allow_empty=False, max_length=MANY)


class MeasurementRow(serializers.ModelSerializer[Measurement]):
    """One measurement. Acuity is five-point, a refraction has a minus cylinder; `entered` is what was typed."""

    eye = serializers.CharField(source="laterality")
    visit = serializers.UUIDField(source="encounter_id")

    class Meta:
        model = Measurement
        fields = (
            *("id", "visit", "code", "eye", "value", "sphere", "cylinder", "axis", "category", "unit", "notation"),
            *("corrected", "cycloplegic", "device", "entered", "taken_at", "recorded_at"),
        )


class MeasurementRows(serializers.Serializer[Any]):
    """What is on record now of the measurements sent."""

    measurements = MeasurementRow(many=True)


class VisitState(serializers.Serializer[Any]):
    """A visit and what it says by rule: a screening, no diagnosis. `labels` are empty and `rows` too before an eye was measured."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField()
    opened_at = serializers.DateTimeField()
    labels = serializers.DictField(child=serializers.CharField(), help_text="By eye, OD and OS; without drops each is a suspicion")
    incomplete = serializers.BooleanField()
    on_treatment = serializers.BooleanField()
    rows = serializers.ListField(child=serializers.CharField(), help_text="Rows of recheck_intervals_children.csv that apply")
    referring = serializers.ListField(child=serializers.CharField(), help_text="Those that send the child to a doctor")
    measurements = MeasurementRow(many=True)
