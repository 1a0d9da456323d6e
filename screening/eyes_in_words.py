"""What is said and shown of each eye of an encounter, for those who want more than one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.blobs import blob_exists
from screening.image_paths import image_path
from screening.models import Encounter, Reading
from screening.rules.diabetic_retinopathy import EyeFinding, PersonFinding
from screening.selectors import CorrectedPhoto, corrected_photos

GRADE_WORDS: Mapping[int, str | Promise] = {
    0: gettext_lazy("No sign of diabetic changes found by this check"),
    1: gettext_lazy("Small changes"),
    2: gettext_lazy("Changes that a doctor should look at"),
    3: gettext_lazy("Changes that a doctor should look at soon"),
    4: gettext_lazy("Changes that a doctor should look at before others"),
}
STATE_WORDS: Mapping[str, str | Promise] = {
    "ungradable": gettext_lazy("The photo cannot be read (this does not mean all is well)"),
    "missing": gettext_lazy("No usable photo yet"),
    "unread": gettext_lazy("Not read by the program; a doctor looks at it"),
    "pending": gettext_lazy("Being read"),
    "exempt": gettext_lazy("Not examined"),
}
SHOWN = (Reading.Outcome.GRADED, Reading.Outcome.UNREAD, Reading.Outcome.RETAKE)


@dataclass(frozen=True)
class ShownPhoto:
    """One picture on a page; `attention` is empty where the reader may not see what the program saw."""

    eye: str
    laterality: str
    src: str
    attention: str
    photo: CorrectedPhoto


def eye_name(laterality: str) -> str:
    """The eye in the reader's language."""
    return _("Right eye") if laterality == "OD" else _("Left eye")


def photos_shown(encounter: Encounter, session: SessionBase, *, with_attention: bool) -> list[ShownPhoto]:
    """The best photo of each eye, right first: the newest graded one, else the newest that has a picture (3 queries)."""
    best: dict[str, CorrectedPhoto] = {}
    for seen in corrected_photos(encounter):
        if seen.is_other_person or seen.outcome not in SHOWN or seen.photo.erased_at is not None:
            continue
        before = best.get(seen.laterality)
        if before is None or before.outcome != Reading.Outcome.GRADED or seen.outcome == Reading.Outcome.GRADED:
            best[seen.laterality] = seen
    return [_shown(best[laterality], session, with_attention) for laterality in ("OD", "OS") if laterality in best]


def _shown(seen: CorrectedPhoto, session: SessionBase, with_attention: bool) -> ShownPhoto:
    pk = seen.photo.pk
    has_attention = with_attention and seen.outcome == Reading.Outcome.GRADED and blob_exists(pk, "attention")
    return ShownPhoto(
        eye=eye_name(seen.laterality),
        laterality=seen.laterality,
        src=image_path(session, pk, "view"),
        attention=image_path(session, pk, "attention") if has_attention else "",
        photo=seen,
    )


def eyes_in_words(finding: PersonFinding, *, told: bool) -> list[tuple[str, str]]:
    """(eye, what is known of it); a grade only where the reader may be `told`."""
    return [(eye_name(eye.laterality), _eye(eye, told)) for eye in finding.eyes]


def _eye(eye: EyeFinding, told: bool) -> str:
    if eye.state != "graded":
        return str(STATE_WORDS[eye.state])
    return str(GRADE_WORDS[eye.grade or 0]) if told else _("Read; a doctor will answer")
