"""One card per eye of a sitting, for the pages that take photos: what was sent, what becomes of it, and what to do."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from screening.forms import PhotoForm
from screening.models import Encounter, JobState, Reading
from screening.presenters import instruction_for
from screening.progress import Progress, is_slow, progress_of
from screening.rules.diabetic_retinopathy import LATERALITIES, PHOTOS_BEFORE_EXAMINATION
from screening.selectors import CorrectedPhoto, corrected_photos, eye_of_encounter, eyes_asked_again, photo_findings, signed_version


@dataclass
class EyeCard:
    """`state` is empty, busy, usable, again (one `instruction`), failed or examine (in person); `form` where a photo can be sent."""

    laterality: str
    state: str
    photo: CorrectedPhoto | None = None
    progress: Progress | None = None
    instruction: str = ""
    etag: str = ""
    form: PhotoForm | None = None

    @property
    def title(self) -> str:
        return _("Right eye") if self.laterality == "OD" else _("Left eye")

    @property
    def told(self) -> str:
        """What became of the photo, in one sentence for those who listen."""
        if self.progress is not None:
            return self.progress.sentence
        return {"usable": _("This photo can be used."), "examine": _("This eye needs an examination in person")}.get(self.state, self.instruction)

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is expected from the person for this eye."""
        return self.state in ("usable", "examine", "failed")


def cards_of(encounter: Encounter | None, now: datetime) -> list[EyeCard]:
    """Right eye first; without an encounter both are empty."""
    seen = corrected_photos(encounter) if encounter else []
    own = [photo for photo in seen if not photo.is_other_person]
    asked = eyes_asked_again(signed_version(encounter), photo_findings(encounter)) if encounter else frozenset()
    cards = [_card(encounter, laterality, [photo for photo in own if photo.laterality == laterality], now) for laterality in LATERALITIES]
    for card in cards:
        if card.laterality in asked:
            card.state, card.instruction = "again", _("A doctor asks for one more photo of this eye.")
    return cards


def _card(encounter: Encounter | None, laterality: str, photos: list[CorrectedPhoto], now: datetime) -> EyeCard:
    if encounter is None or not photos:
        return EyeCard(laterality, "empty", etag=f'"empty-{get_language()}"')
    waiting = [photo for photo in photos if photo.outcome is None]
    shown = waiting[-1] if waiting else photos[-1]
    state = "busy" if waiting else _settled_state(encounter, laterality, shown)
    reading = shown.reading
    return EyeCard(
        laterality,
        state,
        photo=shown,
        progress=progress_of(reading, now),
        instruction=instruction_for(reading) if state in ("again", "failed") or reading.outcome == Reading.Outcome.UNREAD else "",
        etag=f'"{state}-{reading.pk}-{reading.state}-{reading.state != JobState.DONE and is_slow(reading, now)}-{get_language()}"',
    )


def _settled_state(encounter: Encounter, laterality: str, newest: CorrectedPhoto) -> str:
    eye = eye_of_encounter(encounter, laterality)
    if eye.state in ("graded", "unread"):
        return "usable"
    if eye.state == "ungradable" and eye.retakes >= PHOTOS_BEFORE_EXAMINATION:
        return "examine"
    return "failed" if newest.outcome == Reading.Outcome.FAILED else "again"
