"""Whether a photo of a spot is taken, and in which sitting."""

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from core.problems import Problem
from screening.models import Encounter, Photo, Reading
from screening.placement import Placement
from screening.rules.encounters import question_open
from screening.selectors import corrected_photos
from screening.skin.faults import EMERGENCY, NO_PHOTO
from screening.skin.selectors import emergency_in, own_spot, photo_admission_in

MOST = {Photo.Slot.OVERVIEW: 1, Photo.Slot.CLOSE_UP: 2}
_LACKING = (Reading.Outcome.RETAKE, Reading.Outcome.REFUSED, Reading.Outcome.FAILED)


def encounter_for(placed: Placement) -> Encounter:
    """The sitting that the client named, if it takes this photo now; the caller holds the patient's row lock.

    Raises Http404 for a sitting that is not this person's, Problem `emergency_stop` (409), `photo_not_allowed` (403), `sitting_over` (409) after
    28 days, `photos_complete` (409) when a usable overview or two close-ups are there.
    """
    if placed.wanted is None:
        raise Http404
    encounter = own_spot(placed.patient, placed.wanted)
    if question := emergency_in(encounter):
        raise Problem("emergency_stop", EMERGENCY, status_code=409, question=question)
    admitted = photo_admission_in(encounter)
    if not admitted.allowed:
        raise Problem("photo_not_allowed", NO_PHOTO[admitted.reason or ""], status_code=403, reason=admitted.reason)
    if not question_open(opened_at=encounter.opened_at, now=placed.now):
        raise Problem("sitting_over", _("This check of the spot is over. Please begin a new one."), status_code=409)
    standing = [seen for seen in corrected_photos(encounter) if not seen.is_other_person and seen.outcome not in _LACKING]
    if sum(seen.photo.slot == placed.slot for seen in standing) >= MOST[Photo.Slot(placed.slot)]:
        raise Problem("photos_complete", _("Enough photos of this kind are here. You do not need to send another one."), status_code=409)
    return encounter
