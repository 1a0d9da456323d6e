"""One card per kind of photo of a spot: what was sent, what becomes of it, and what to do."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from screening.image_paths import image_path
from screening.models import Encounter, JobState, Photo, Reading
from screening.pages.skin_forms import SkinPhotoForm
from screening.presenters import instruction_for
from screening.progress import Progress, is_slow, progress_of
from screening.rules.diabetic_retinopathy import PHOTOS_BEFORE_EXAMINATION
from screening.selectors import CorrectedPhoto, corrected_photos

SLOTS = (Photo.Slot.OVERVIEW, Photo.Slot.CLOSE_UP)
USABLE = (Reading.Outcome.GRADED, Reading.Outcome.UNREAD)
MOST_CLOSE_UPS = 2


@dataclass
class SpotCard:
    """`state` is empty, busy, usable, more (usable, one more close-up is welcome), again, failed or examine (in person)."""

    slot: str
    state: str
    etag: str
    progress: Progress | None = None
    instruction: str = ""
    views: list[str] = field(default_factory=list)
    form: SkinPhotoForm | None = None

    @property
    def title(self) -> str:
        return _("1. From further away") if self.slot == Photo.Slot.OVERVIEW else _("2. Close up")

    @property
    def how(self) -> str:
        """What to do before the first photo of this kind."""
        if self.slot == Photo.Slot.OVERVIEW:
            return _("From about an arm's length, so that the doctor sees which part of the body it is.")
        return _("From 10 to 15 cm. Tap the spot on the screen so that it is sharp; if you can, lay a coin beside it.")

    @property
    def told(self) -> str:
        """What became of the photo, in one sentence."""
        if self.progress is not None:
            return self.progress.sentence
        usable = self.instruction or _("This photo can be used.")
        return {"usable": usable, "more": usable, "examine": _("This spot needs an examination in person")}.get(self.state, self.instruction)

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is expected from the person for this card."""
        return self.state in ("usable", "more", "failed", "examine")


def spot_cards(encounter: Encounter, session: SessionBase, *, now: datetime, today: date) -> list[SpotCard]:
    """The overview first, then the close-ups, each with its form where a photo can be sent (3 queries)."""
    seen = [photo for photo in corrected_photos(encounter) if not photo.is_other_person]
    cards = [_card(slot, [photo for photo in seen if photo.photo.slot == slot], session, now) for slot in SLOTS]
    for card in cards:
        if card.state in ("empty", "again", "more"):
            card.form = SkinPhotoForm(today=today, auto_id=f"{card.slot}_%s")
    return cards


def _card(slot: str, photos: list[CorrectedPhoto], session: SessionBase, now: datetime) -> SpotCard:
    if not photos:
        return SpotCard(slot, "empty", etag=f'"empty-{get_language()}"')
    waiting = [photo for photo in photos if photo.outcome is None]
    usable = [photo for photo in photos if photo.outcome in USABLE]
    shown = (waiting or usable or photos)[-1]
    state = "busy" if waiting else _settled_state(slot, photos, usable)
    reading = shown.reading
    return SpotCard(
        slot,
        state,
        etag=f'"{state}-{reading.pk}-{reading.state}-{reading.state != JobState.DONE and is_slow(reading, now)}-{get_language()}"',
        progress=progress_of(reading, now),
        instruction=_instruction(slot, state, reading),
        views=[image_path(session, photo.photo.pk, "view") for photo in usable if not photo.photo.intimate],
    )


def _settled_state(slot: str, photos: list[CorrectedPhoto], usable: list[CorrectedPhoto]) -> str:
    if usable:
        return "more" if slot == Photo.Slot.CLOSE_UP and len(usable) < MOST_CLOSE_UPS else "usable"
    if photos[-1].outcome == Reading.Outcome.FAILED:
        return "failed"
    if len(photos) < PHOTOS_BEFORE_EXAMINATION:
        return "again"
    return "examine" if slot == Photo.Slot.CLOSE_UP else "failed"


def _instruction(slot: str, state: str, reading: Reading) -> str:
    if state == "failed" and slot == Photo.Slot.OVERVIEW and reading.outcome != Reading.Outcome.FAILED:
        return _("This photo may stay away; the doctor works with the close-up.")
    return instruction_for(reading) if state in ("again", "failed") or reading.outcome == Reading.Outcome.UNREAD else ""
