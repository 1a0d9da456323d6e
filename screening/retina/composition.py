"""When the photos of both eyes become a report."""

from collections.abc import Sequence

from core import clock
from screening.models import Encounter, ReportVersion
from screening.retina.symptoms import symptom_of
from screening.rules.composition import composition_state
from screening.rules.diabetic_retinopathy import LATERALITIES, EyeFinding, PersonFinding, PhotoFinding, person_finding
from screening.rules.protocol_rows import PROTOCOL
from screening.selectors import latest_version, photo_findings, referable_threshold, signed_grade, signed_version
from screening.services.versions import add_preliminary

RULE_VERSION = next(iter(PROTOCOL.values())).version


def compose(encounter: Encounter) -> ReportVersion | None:
    """The next preliminary version of an encounter about the eyes, if it is time. The caller holds the patient's row lock."""
    photos = photo_findings(encounter)
    if not photos:
        # Every photo turned out to be somebody else's: what was said of them must not stand.
        return add_preliminary(encounter, _nothing_left(encounter), rule_version=RULE_VERSION) if latest_version(encounter) else None
    signed = signed_version(encounter)
    grades = {eye: grade for eye in LATERALITIES if (grade := signed_grade(signed, eye, photos)) is not None}
    found = composition_state(
        photos,
        clock.now(),
        referable_threshold=referable_threshold(encounter.programme),
        symptom=symptom_of(encounter),
        signed_grades=grades,
    )
    encounter.compose_after = found.again_at
    encounter.save(update_fields=["compose_after"])
    if found.state != "compose" and not _overturned(encounter, photos):
        return None
    return add_preliminary(encounter, found.finding, rule_version=RULE_VERSION)


def _overturned(encounter: Encounter, photos: Sequence[PhotoFinding]) -> bool:
    """Whether the latest version speaks of a photo that turned out to be somebody else's: it must not stand for another minute."""
    latest = latest_version(encounter)
    return latest is not None and not set(latest.photo_ids) <= {photo.photo_id for photo in photos}


def _nothing_left(encounter: Encounter) -> PersonFinding:
    right, left = (EyeFinding(laterality=eye, state="missing", grade=None, retakes=0, photo_ids=()) for eye in LATERALITIES)
    return person_finding(right, left, symptom=symptom_of(encounter))
