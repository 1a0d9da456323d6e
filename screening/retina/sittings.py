"""Which encounter a photo of an eye joins (DESIGN.md section 4, walk 2)."""

from datetime import timedelta

from django.http import Http404

from screening.models import Encounter
from screening.placement import Placement
from screening.rules.encounters import asks_for_photo, question_open
from screening.rules.programmes import PROGRAMMES
from screening.selectors import eye_of_encounter, eyes_asked_again, photo_findings, signed_version

EYE = PROGRAMMES["retina-dr"].code
SAME_SITTING = timedelta(hours=24)


def encounter_for(placed: Placement) -> Encounter:
    """The encounter a new photo of an eye belongs to; the caller holds the patient's row lock.

    A photo that answers an open retake or second-eye step joins the encounter that asked. Otherwise the client's own encounter (first use opens
    it), else one of the programme whose first photo was taken within 24 hours, else a new one. Raises Http404 for another patient's encounter.
    """
    patient, taken_at, now = placed.patient, placed.taken_at, placed.now
    named = Encounter.objects.filter(pk=placed.wanted).first() if placed.wanted else None
    if named is not None and (named.patient_id, named.programme) != (patient.pk, EYE):
        raise Http404
    own = Encounter.objects.filter(patient=patient, programme=EYE)
    latest = own.filter(photos__isnull=False).order_by("-opened_at").first()
    if latest is not None and question_open(opened_at=latest.opened_at, now=now):
        photos, eye = photo_findings(latest), placed.laterality
        if eye in eyes_asked_again(signed_version(latest), photos) or asks_for_photo(eye_of_encounter(latest, eye, photos)):
            return latest
    if named is not None:
        return named
    if placed.wanted is not None:
        return Encounter.objects.create(pk=placed.wanted, patient=patient, programme=EYE, opened_at=now)
    near = own.filter(photos__taken_at__gt=taken_at - SAME_SITTING, photos__taken_at__lt=taken_at + SAME_SITTING).order_by("-opened_at").first()
    return near or Encounter.objects.create(patient=patient, programme=EYE, opened_at=now)
