"""Which encounter a photo joins (DESIGN.md section 4, walk 2)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.http import Http404

from accounts.models import Patient
from screening.models import Encounter
from screening.rules.diabetic_retinopathy import LATERALITIES, person_finding
from screening.rules.encounters import Sitting, encounter_for_photo, lacking_eyes
from screening.selectors import eye_of_encounter, photo_findings

# A retake or second eye is asked for within 7 days and then becomes an examination within 28 (dr_default_protocol.csv): later photos start anew.
STILL_ASKING = timedelta(days=7 + 28)


def encounter_for(*, patient: Patient, programme: str, laterality: str, taken_at: datetime, wanted: UUID | None, now: datetime) -> Encounter:
    """The encounter a new photo belongs to; the caller holds the patient's row lock. Raises Http404 for another patient's encounter."""
    named = Encounter.objects.filter(pk=wanted).first() if wanted else None
    if named is not None and (named.patient_id, named.programme) != (patient.pk, programme):
        raise Http404
    recent = {str(found.pk): found for found in Encounter.objects.filter(patient=patient, programme=programme, opened_at__gt=now - STILL_ASKING)}
    sittings = [sitting for encounter in recent.values() if (sitting := _sitting(encounter)) is not None]
    joined = encounter_for_photo(laterality, taken_at, sittings, client_encounter_id=str(wanted) if wanted else None)
    if joined is not None:
        return recent[joined]
    if named is not None:
        return named
    return Encounter.objects.create(**({"pk": wanted} if wanted else {}), patient=patient, programme=programme, opened_at=now)


def _sitting(encounter: Encounter) -> Sitting | None:
    photos = photo_findings(encounter)
    if not photos:
        return None
    right, left = (eye_of_encounter(encounter, eye, photos) for eye in LATERALITIES)
    return Sitting(
        encounter_id=str(encounter.pk),
        first_taken_at=min(photo.taken_at for photo in photos),
        lacking=lacking_eyes(person_finding(right, left, symptom=None)),
    )
