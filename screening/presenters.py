"""How a photo's state is told to a person or a client: one place for API and pages."""

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from screening.models import JobState, Photo, Reading
from screening.rules.quality import retake_instruction, skin_instruction
from screening.selectors import SKIN

POLL_SECONDS = 2


def instruction_for(reading: Reading) -> str:
    """What to do about an outcome that is not a reading, in the reader's language; empty where there is nothing to do."""
    match reading.outcome:
        case Reading.Outcome.RETAKE | Reading.Outcome.REFUSED:
            return _how_to_retake(reading, get_language() or "zh-hans")
        case Reading.Outcome.FAILED:
            return _("We could not read this photo; a person is looking into it. You do not need to do anything.")
        case Reading.Outcome.UNREAD:
            return _("This photo is not read by the program; a doctor will look at it.")
    return ""


def _how_to_retake(reading: Reading, language: str) -> str:
    if reading.programme != SKIN:
        return retake_instruction(reading.reason, "patient").text(language)
    instruction = skin_instruction(reading.reason)
    return instruction.text(language) if instruction else _("This photo could not be opened. Please take a new one with your phone.")


def photo_state(photo: Photo, reading: Reading, *, warnings: tuple[str, ...] = ()) -> dict[str, Any]:
    """The members of PhotoState."""
    finished = reading.state in (JobState.DONE, JobState.FAILED)
    has_view = reading.outcome in (Reading.Outcome.GRADED, Reading.Outcome.RETAKE, Reading.Outcome.UNREAD)
    return {
        "id": photo.pk,
        "encounter": photo.encounter_id,
        "kind": photo.kind,
        "eye": photo.laterality,
        "slot": photo.slot,
        "intimate": photo.intimate,
        "taken_at": photo.taken_at,
        "accepted_at": photo.accepted_at,
        "state": reading.state,
        "outcome": reading.outcome,
        "reason": reading.reason,
        "instruction": instruction_for(reading),
        "status_url": reverse("api_photo", args=[photo.pk]),
        "image_url": reverse("api_photo_image", args=[photo.pk, "view"]) if has_view and not photo.intimate else None,
        "reveal_url": reverse("api_photo_reveal", args=[photo.pk]) if has_view and photo.intimate else None,
        "retry_after": None if finished else POLL_SECONDS,
        "warnings": list(warnings),
        "notice": _("AI screening reference, not a diagnosis; it does not replace an examination."),
    }


def reading_detail(reading: Reading) -> dict[str, Any]:
    """The members of ReadingDetail."""
    return {
        "model_version": reading.model_version,
        "grade": reading.grade,
        "grade_set": reading.grade_set,
        "referable": reading.referable,
        "lesion_class": reading.lesion_class,
        "class_set": reading.class_set,
        "suspicious": reading.suspicious,
        "in_scope": reading.in_scope,
        "quality": reading.quality,
        "probabilities": reading.probabilities,
        "intervals": reading.intervals,
    }
