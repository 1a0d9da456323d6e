"""Which sitting a new photo belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from screening.rules.diabetic_retinopathy import PHOTOS_BEFORE_EXAMINATION, PersonFinding
from screening.rules.protocol_rows import POLICY

ENCOUNTER_WINDOW = timedelta(hours=POLICY["encounter_window"].value)


@dataclass(frozen=True)
class Sitting:
    """One of the patient's encounters of the programme; `lacking` are the eyes whose photo it still asks for."""

    encounter_id: str
    first_taken_at: datetime
    lacking: frozenset[str]


def lacking_eyes(finding: PersonFinding) -> frozenset[str]:
    """Eyes with an open second_eye or retake step: missing, or ungradable with a retake left."""
    return frozenset(
        eye.laterality for eye in finding.eyes if eye.state == "missing" or (eye.state == "ungradable" and eye.retakes < PHOTOS_BEFORE_EXAMINATION)
    )


def encounter_for_photo(laterality: str, taken_at: datetime, sittings: Sequence[Sitting], *, client_encounter_id: str | None) -> str | None:
    """The encounter the photo joins, or None to open a new one (under the client's id where it gave one).

    First the latest sitting that asks for this eye; then the client's own; then one of the programme whose first
    `taken_at` lies within 24 hours, the nearest. Source: DESIGN.md section 4 walk 2.
    """
    asking = [sitting for sitting in sittings if laterality in sitting.lacking]
    if asking:
        return max(asking, key=lambda sitting: (sitting.first_taken_at, sitting.encounter_id)).encounter_id
    if client_encounter_id is not None:
        return next((sitting.encounter_id for sitting in sittings if sitting.encounter_id == client_encounter_id), None)
    near = [sitting for sitting in sittings if abs(taken_at - sitting.first_taken_at) <= ENCOUNTER_WINDOW]
    if near:
        return min(near, key=lambda sitting: (abs(taken_at - sitting.first_taken_at), sitting.encounter_id)).encounter_id
    return None
