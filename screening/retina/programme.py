"""Photos of the retina: who is read, by what, and what becomes of the reading."""

from screening.classifiers import retina
from screening.classifiers.outcome import Outcome
from screening.classifiers.registry import ModelCard
from screening.models import Photo
from screening.rules.programmes import Admission
from screening.selectors import admission_of


def admit(photo: Photo) -> Admission:
    """Whether the program may read this photo (2 queries)."""
    return admission_of(photo.patient, retina.PROGRAMME, at=photo.taken_at)


def read(photo: Photo, original: bytes, card: ModelCard) -> Outcome:
    """A version's word on one photo; which eye it was sent as changes nothing."""
    return retina.read_photo(original, card)
