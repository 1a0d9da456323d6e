"""When the answers and readings of a spot become a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from screening.rules.composition import COMPOSE_WAIT
from screening.rules.diabetic_retinopathy import PHOTOS_BEFORE_EXAMINATION
from screening.rules.protocol_rows import urgency_rank
from screening.rules.skin.answers import Given
from screening.rules.skin.questionnaire import missing
from screening.rules.skin.urgency import OVERVIEW, LesionFinding, SkinPhoto, lesion_finding

NOTHING_SEEN = frozenset({"missing", "pending", "answers_only"})


@dataclass(frozen=True)
class LesionComposition:
    """`state` is "compose", "wait" (look again at `again_at`) or "no_usable_photo" (the step is a retake, no report yet).

    `reason` is emergency, urgent, no_photo_taken, complete, waited, photos_awaited or usable_photo_awaited.
    """

    state: str
    reason: str
    finding: LesionFinding
    again_at: datetime | None = None


def lesion_composition(
    photos: Sequence[SkinPhoto],
    answers: Given,
    now: datetime,
    *,
    site: str,
    age: int | None,
    floors: Mapping[str, float],
    opened_at: datetime,
    photo_allowed: bool,
    signed_class: str | None = None,
    newborn: bool | None = None,
) -> LesionComposition:
    """Whether the sitting makes a report now: its photos have outcomes, or 30 minutes have passed since the last photo or the first answer.

    An emergency, and whatever asks for a doctor within 14 days, composes at once. Without a usable close-up nothing is composed before the
    third. Where no photo may be taken (`photo_allowed` as `photo_admission` says) the answers alone are the report, as soon as they are complete.
    Source: DESIGN.md section 4 walk 2, issue 18 item 1.
    """
    finding = lesion_finding(photos, answers, site=site, age=age, floors=floors, signed_class=signed_class, newborn=newborn)
    if finding.emergency is not None:
        return LesionComposition("compose", "emergency", finding)
    if _cannot_wait(finding):
        return LesionComposition("compose", "urgent", finding)
    if not photos and not photo_allowed and not missing(answers, age):
        return LesionComposition("compose", "no_photo_taken", finding)
    if finding.state == "ungradable" and finding.retakes < PHOTOS_BEFORE_EXAMINATION:
        return LesionComposition("no_usable_photo", "usable_photo_awaited", finding)
    if _complete(photos, finding):
        return LesionComposition("compose", "complete", finding)
    waited_until = max([opened_at, *(photo.accepted_at for photo in photos)]) + COMPOSE_WAIT
    if now >= waited_until:
        return LesionComposition("compose", "waited", finding)
    return LesionComposition("wait", "photos_awaited", finding, again_at=waited_until)


def _cannot_wait(finding: LesionFinding) -> bool:
    """Today in any case; within 14 days once a close-up has an outcome, whatever it is."""
    pressing = urgency_rank(finding.urgency)
    seen = finding.state not in NOTHING_SEEN
    return pressing >= urgency_rank("same_day") or (seen and pressing >= urgency_rank("urgent"))


def _complete(photos: Sequence[SkinPhoto], finding: LesionFinding) -> bool:
    """Every photo has its outcome, a close-up says something, and there is a usable overview."""
    overview = any(photo.slot == OVERVIEW and photo.outcome in ("graded", "unread") for photo in photos)
    return overview and finding.state not in NOTHING_SEEN and all(photo.outcome is not None for photo in photos)
