"""A photo as the viewer of a case shows it."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from core.blobs import blob_exists
from core.dates import moment_in_words
from followup import case_words, spot_words
from screening.image_paths import image_path
from screening.models import Reading
from screening.selectors import CorrectedPhoto

HAS_PICTURE = (Reading.Outcome.GRADED, Reading.Outcome.RETAKE, Reading.Outcome.UNREAD)


@dataclass(frozen=True)
class Picture:
    """The full size is made when it is first asked for; an empty `src` means that there is no picture, or that it is `hidden` until a press."""

    photo: CorrectedPhoto
    title: str
    taken: str
    src: str
    attention: str
    full: str
    hidden: bool
    other_eye_seen: bool
    opinion: list[tuple[str, str]]


def picture_of(seen: CorrectedPhoto, session: SessionBase, language: str, zone: str, *, revealed: UUID | None = None) -> Picture:
    """One photo in words and addresses; an intimate one has addresses only in the answer to the press that `revealed` it."""
    pk, reading = seen.photo.pk, seen.reading
    has_picture = reading.outcome in HAS_PICTURE and seen.photo.erased_at is None
    hidden = has_picture and seen.photo.intimate and pk != revealed
    shown = has_picture and not hidden
    return Picture(
        photo=seen,
        title=str(spot_words.SLOTS[seen.photo.slot] if seen.photo.slot else case_words.EYES[seen.laterality]),
        taken=moment_in_words(seen.photo.taken_at, language, zone),
        src=image_path(session, pk, "view") if shown else "",
        attention=image_path(session, pk, "attention") if shown and blob_exists(pk, "attention") else "",
        full=image_path(session, pk, "full") if shown else "",
        hidden=hidden,
        other_eye_seen=reading.laterality_seen not in ("", seen.laterality),
        opinion=list(spot_words.spot_opinion(seen)) if seen.photo.slot else case_words.opinion_rows(seen),
    )
