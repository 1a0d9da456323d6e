"""Which encounter a photo joins (DESIGN.md section 4, walk 2)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.http import Http404

from accounts.models import Patient
from screening.models import Encounter
from screening.rules.encounters import asks_for_photo, question_open
from screening.selectors import eye_of_encounter, eyes_asked_again, photo_findings, signed_version

SAME_SITTING = timedelta(hours=24)


def encounter_for(*, patient: Patient, programme: str, laterality: str, taken_at: datetime, wanted: UUID | None, now: datetime) -> Encounter:
    """The encounter a new photo belongs to; the caller holds the patient's row lock.

    A photo that answers an open retake or second-eye step joins the encounter that asked. Otherwise the client's own encounter (first use opens
    it), else one of the programme whose first photo was taken within 24 hours, else a new one. Raises Http404 for another patient's encounter.
    """
    named = Encounter.objects.filter(pk=wanted).first() if wanted else None
    if named is not None and (named.patient_id, named.programme) != (patient.pk, programme):
        raise Http404
    own = Encounter.objects.filter(patient=patient, programme=programme)
    latest = own.filter(photos__isnull=False).order_by("-opened_at").first()
    if latest is not None and question_open(opened_at=latest.opened_at, now=now):
        photos = photo_findings(latest)
        if laterality in eyes_asked_again(signed_version(latest), photos) or asks_for_photo(eye_of_encounter(latest, laterality, photos)):
            return latest
    if named is not None:
        return named
    if wanted is not None:
        return Encounter.objects.create(pk=wanted, patient=patient, programme=programme, opened_at=now)
    near = own.filter(photos__taken_at__gt=taken_at - SAME_SITTING, photos__taken_at__lt=taken_at + SAME_SITTING).order_by("-opened_at").first()
    return near or Encounter.objects.create(patient=patient, programme=programme, opened_at=now)
