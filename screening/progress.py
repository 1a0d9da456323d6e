"""What the server is doing with a photo right now, in words: one place for every page that waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from screening.models import JobState, Reading

USUAL = timedelta(seconds=60)


@dataclass(frozen=True)
class Progress:
    """`steps` are (label, done | current | next); `value` of `total` is the same as a bar; `note` is one line below."""

    sentence: str
    steps: tuple[tuple[str, str], ...]
    value: int
    total: int
    note: str


def progress_of(reading: Reading, now: datetime) -> Progress | None:
    """How far a photo is; None once its outcome is there."""
    match reading.state:
        case JobState.QUEUED:
            sentence, current = _("Photo received; checking that it is sharp enough"), 1
        case JobState.CLAIMED:
            sentence, current = _("Being read, about ten seconds; you may leave this page"), 2
        case _finished:
            return None
    labels = (_("Received"), _("Sharpness"), _("Reading"), _("Done"))
    steps = tuple((label, "done" if place < current else "current" if place == current else "next") for place, label in enumerate(labels))
    return Progress(sentence, steps, value=current, total=len(labels), note=_note(reading, now))


def is_slow(reading: Reading, now: datetime) -> bool:
    """Whether a person should hear that it takes longer than usual."""
    return now - reading.created_at > USUAL


def _note(reading: Reading, now: datetime) -> str:
    if is_slow(reading, now):
        return _("This takes longer than usual. Nothing is lost; you can close this page and look again later.")
    return _("You can close this page; we will tell you.")
