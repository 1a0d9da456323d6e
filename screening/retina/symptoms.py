"""The symptom answer of a sitting."""

from datetime import timedelta

from screening.models import Encounter, Fact
from screening.rules.programmes import PROGRAMMES

EYE = PROGRAMMES["retina-dr"].code
SYMPTOM_BELONGS_TO_SITTING = timedelta(hours=24)


def symptom_of(encounter: Encounter) -> bool | None:
    """The symptom answer of this sitting, None when it was not asked: it belongs to the last sitting opened up to a day after it."""
    own = Fact.objects.filter(patient=encounter.patient_id, code="symptom", recorded_at__gte=encounter.opened_at - SYMPTOM_BELONGS_TO_SITTING)
    later = Encounter.objects.filter(patient=encounter.patient_id, programme=EYE, opened_at__gt=encounter.opened_at)
    following = later.order_by("opened_at").first()
    if following is not None:
        own = own.filter(recorded_at__lt=following.opened_at - SYMPTOM_BELONGS_TO_SITTING)
    told = own.order_by("-recorded_at", "-id").first()
    return told.value if told is not None and isinstance(told.value, bool) else None
