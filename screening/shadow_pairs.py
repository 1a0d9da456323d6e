"""What the live version and a shadow said of the same photos: the agreement report's reading, for operators alone."""

from screening.agreement import Pair, Word
from screening.models import JobState, Photo, Reading, ShadowReading

_CHANCES = ("p_referable", "p_suspicious")


def shadow_pairs(programme: str, version: str) -> list[Pair]:
    """Every photo that both have read, oldest first; sample persons and overviews of skin are left out (2 queries)."""
    shadows = ShadowReading.objects.filter(programme=programme, version=version, state=JobState.DONE).exclude(photo__slot=Photo.Slot.OVERVIEW)
    shadows = shadows.exclude(outcome=Reading.Outcome.UNREAD).exclude(reason="erased").exclude(photo__patient__is_sample=True)
    rows = list(shadows.select_related("photo").order_by("photo_id"))
    live = {reading.photo_id: reading for reading in Reading.objects.filter(programme=programme, photo__in=[row.photo_id for row in rows])}
    return [Pair(str(row.photo_id), str(row.photo.patient_id), _word(live[row.photo_id]), _word(row)) for row in rows if row.photo_id in live]


def _word(said: Reading | ShadowReading) -> Word:
    chance = next((float(said.probabilities[name]) for name in _CHANCES if name in said.probabilities), None)
    decision = said.referable if said.referable is not None else said.suspicious
    return Word(said.outcome or "", decision, said.grade, chance)
