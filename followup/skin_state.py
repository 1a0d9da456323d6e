"""Rows of one sitting about a spot -> what followup's rules read of it."""

from collections.abc import Sequence

from followup.rules.state import LesionState, SignedLesion
from screening.models import Encounter, ReportVersion
from screening.rules.diabetic_retinopathy import PHOTOS_BEFORE_EXAMINATION
from screening.rules.skin.admission import photo_admission
from screening.rules.skin.answers import has_diabetes
from screening.rules.skin.urgency import SkinPhoto, lesion_finding
from screening.skin.findings import answer_rows, answers_now, asked_person, finding_from, floors, signed_class, skin_photos, stopped_at


def lesion_state(encounter: Encounter, versions: Sequence[ReportVersion], *, intimate_consent: bool, settled: set[str]) -> LesionState:
    """One sitting now; `versions` its report versions, oldest first, `settled` the failed photos that somebody looked after (4 queries).

    `encounter` comes with its lesion and patient.
    """
    assert encounter.lesion is not None
    photos, rows = skin_photos(encounter), answer_rows(encounter)
    person = asked_person(encounter.patient, encounter.opened_at)
    given = answers_now(rows, person)
    signed = next((version for version in reversed(versions) if version.kind == ReportVersion.Kind.SIGNED), None)
    covered = set(signed.photo_ids) if signed else set()
    accepted_at = max((photo.accepted_at for photo in photos), default=encounter.opened_at)
    site = encounter.lesion.body_site
    return LesionState(
        encounter_id=str(encounter.pk),
        lesion_id=str(encounter.lesion_id),
        opened_at=encounter.opened_at,
        finding=lesion_finding(
            photos,
            given,
            site=site,
            age=person.age,
            floors=floors(encounter.programme),
            signed_class=signed_class(signed.finding) if signed else None,
            newborn=person.newborn,
        ),
        accepted_at=accepted_at,
        taken_at=max((photo.taken_at for photo in photos), default=encounter.opened_at),
        waiting_since=min((photo.accepted_at for photo in photos if photo.photo_id not in covered), default=accepted_at),
        report_waiting=bool(versions) and versions[-1].kind == ReportVersion.Kind.PRELIMINARY,
        signed=signed_lesion(signed, photos, encounter) if signed else None,
        stopped_at=stopped_at(rows, person),
        photo_allowed=photo_admission(site, person.age, intimate_consent).allowed,
        photo_failed=any(photo.outcome == "failed" and photo.photo_id not in settled for photo in photos),
        retake_asked=asked_again(signed, photos),
        diabetes=has_diabetes(given),
    )


def signed_lesion(version: ReportVersion, photos: Sequence[SkinPhoto], encounter: Encounter) -> SignedLesion:
    """A signed version, or one as if signed now, in the words of the rules."""
    assert version.signed_at is not None
    covered = [photo for photo in photos if photo.photo_id in version.photo_ids]
    return SignedLesion(
        finding=finding_from(version.finding),
        taken_at=max((photo.taken_at for photo in covered), default=encounter.opened_at),
        accepted_at=max((photo.accepted_at for photo in covered), default=encounter.opened_at),
        signed_at=version.signed_at,
        next_due=version.recall_on,
    )


def asked_again(version: ReportVersion | None, photos: Sequence[SkinPhoto]) -> bool:
    """Whether the dermatologist who signed `version` wants another close-up that has not come yet."""
    if version is None:
        return False
    document = version.finding
    asks = document["state"] == "ungradable" and document["retakes"] < PHOTOS_BEFORE_EXAMINATION
    return asks and {photo.photo_id for photo in photos} <= set(version.photo_ids)
