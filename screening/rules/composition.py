"""When the readings of an encounter become a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from screening.rules.diabetic_retinopathy import PHOTOS_BEFORE_EXAMINATION, PersonFinding, PhotoFinding, eye_finding, person_finding
from screening.rules.protocol_rows import POLICY, urgency_rank

COMPOSE_WAIT = timedelta(minutes=POLICY["compose_wait"].value)


@dataclass(frozen=True)
class Composition:
    """`state` is "compose", "wait" (look again at `again_at`) or "no_gradable_eye" (the step is a retake, no report yet).

    `reason` is urgent_eye, referable_suspected, both_eyes, waited, second_eye_awaited or usable_photo_awaited.
    """

    state: str
    reason: str
    finding: PersonFinding
    again_at: datetime | None = None


def composition_state(
    photos: Sequence[PhotoFinding],
    now: datetime,
    *,
    referable_threshold: float,
    symptom: bool | None = None,
    eye_status: Mapping[str, str] | None = None,
    signed_grades: Mapping[str, int] | None = None,
) -> Composition:
    """Whether the encounter's photos make a report now: both eyes have an outcome, or 30 minutes after the last acceptance.

    An urgent eye and a suspicion on an unreadable photo compose at once. Without a gradable (or unread) eye nothing is
    composed before the third ungradable photo of an eye. Raises ValueError without photos. Source: DESIGN.md section 4.
    """
    if not photos:
        raise ValueError("an encounter without photos has no report")
    right, left = (
        eye_finding(eye, photos, referable_threshold=referable_threshold, signed_grade=(signed_grades or {}).get(eye)) for eye in ("OD", "OS")
    )
    finding = person_finding(right, left, symptom=symptom, eye_status=eye_status)
    has_grade_or_view = any(eye.state in ("graded", "unread") for eye in finding.eyes)
    if finding.worst_grade is not None and urgency_rank(finding.urgency) >= urgency_rank("urgent"):
        return Composition("compose", "urgent_eye", finding)
    if finding.suspected_referable_ungradable:
        return Composition("compose", "referable_suspected", finding)
    if not has_grade_or_view and all(eye.state != "ungradable" or eye.retakes < PHOTOS_BEFORE_EXAMINATION for eye in finding.eyes):
        return Composition("no_gradable_eye", "usable_photo_awaited", finding)
    if all(eye.state not in ("missing", "pending") for eye in finding.eyes):
        return Composition("compose", "both_eyes", finding)
    waited_until = max(photo.accepted_at for photo in photos) + COMPOSE_WAIT
    if now >= waited_until:
        return Composition("compose", "waited", finding)
    return Composition("wait", "second_eye_awaited", finding, again_at=waited_until)
