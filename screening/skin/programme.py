"""Photos of a spot on the skin: who is read, by what, and which are hidden."""

from accounts.selectors import has_consent
from screening.classifiers import skin
from screening.classifiers.outcome import Outcome
from screening.classifiers.registry import ModelCard
from screening.models import Encounter, Photo
from screening.rules.programmes import Admission
from screening.rules.skin.admission import reading_admission
from screening.rules.skin.urgency import OVERVIEW
from screening.skin.findings import asked_person
from screening.skin.selectors import lesion_of, photo_admission_in


def admit(photo: Photo) -> Admission:
    """Whether the program may read this photo (1 query)."""
    return admit_spot(photo.encounter)


def admit_spot(encounter: Encounter) -> Admission:
    """Whether the program may read photos of this spot, by consent, age and place (1 query)."""
    patient = encounter.patient
    age = asked_person(patient, encounter.opened_at).age
    return reading_admission(lesion_of(encounter).body_site, age, has_consent(patient, "automatic_reading"))


def read(photo: Photo, original: bytes, card: ModelCard) -> Outcome:
    """A version's word on a close-up; an overview is only looked at for whether one can see anything."""
    return skin.view_with_gate(original, card) if photo.slot == OVERVIEW else skin.read_photo(original, card)


def hides(encounter: Encounter) -> bool:
    """Whether photos of this spot are hidden until somebody asks for them."""
    return photo_admission_in(encounter).intimate
