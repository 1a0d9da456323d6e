"""When the answers and photos of a spot become a report."""

from core import clock
from screening.models import Encounter, ReportVersion
from screening.rules.skin.composition import lesion_composition
from screening.rules.skin.protocol import SKIN_PROTOCOL
from screening.selectors import latest_version, signed_version
from screening.services.versions import add_preliminary
from screening.skin.findings import answer_rows, answers_now, asked_person, floors, signed_class, skin_photos
from screening.skin.selectors import lesion_of, photo_admission_in

RULE_VERSION = next(iter(SKIN_PROTOCOL.values())).version


def compose(encounter: Encounter) -> ReportVersion | None:
    """The next preliminary version of a sitting about a spot, if it is time. The caller holds the patient's row lock."""
    photos, rows, signed = skin_photos(encounter), answer_rows(encounter), signed_version(encounter)
    person, latest = asked_person(encounter.patient, encounter.opened_at), latest_version(encounter)
    if not photos and not rows and latest is None:
        # A place was chosen and nothing said of it: there is nothing that a doctor could answer.
        encounter.compose_after = None
        encounter.save(update_fields=["compose_after"])
        return None
    found = lesion_composition(
        photos,
        answers_now(rows, person),
        clock.now(),
        site=lesion_of(encounter).body_site,
        age=person.age,
        floors=floors(encounter.programme),
        opened_at=encounter.opened_at,
        photo_allowed=photo_admission_in(encounter).allowed,
        signed_class=signed_class(signed.finding) if signed else None,
        newborn=person.newborn,
    )
    encounter.compose_after = found.again_at
    encounter.save(update_fields=["compose_after"])
    overturned = latest is not None and not set(latest.photo_ids) <= {photo.photo_id for photo in photos}
    if found.state != "compose" and not overturned:
        return None
    told_since = signed is not None and any(row.recorded_at > signed.created_at for row in rows)
    return add_preliminary(encounter, found.finding, rule_version=RULE_VERSION, reopened=told_since)
