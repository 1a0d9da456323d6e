"""Readings of one encounter become a report: composed by rule here, signed in screening.services.signing."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction

from accounts import audit
from accounts.models import Patient
from core import clock
from screening import events
from screening.models import Encounter, Fact, Report, ReportVersion
from screening.rules.composition import composition_state
from screening.rules.diabetic_retinopathy import LATERALITIES, EyeFinding, PersonFinding, PhotoFinding, person_finding
from screening.rules.protocol_rows import PROTOCOL
from screening.selectors import (
    latest_version,
    model_versions,
    photo_findings,
    referable_threshold,
    signed_grade,
    signed_version,
)

log = structlog.get_logger("screening.reports")
SYMPTOM_BELONGS_TO_SITTING = timedelta(hours=24)
COMPOSE_BATCH = 200


def compose_due() -> int:
    """Compose every encounter whose waiting time is over; how many were looked at."""
    due = list(Encounter.objects.filter(compose_after__lte=clock.now()).order_by("compose_after").values_list("pk", flat=True)[:COMPOSE_BATCH])
    for pk in due:
        with transaction.atomic():
            compose_if_due(Encounter.objects.get(pk=pk))
    return len(due)


def compose_if_due(encounter: Encounter) -> ReportVersion | None:
    """Make the next preliminary version if the rules say it is time and something new is to be said.

    Call inside a transaction; it takes the patient's row lock, so that two workers finishing both eyes at once see each other.
    """
    Patient.objects.select_for_update().get(pk=encounter.patient_id)
    photos = photo_findings(encounter)
    if not photos:
        # Every photo turned out to be somebody else's: what was said of them must not stand.
        return add_preliminary(encounter, _nothing_left(encounter)) if latest_version(encounter) else None
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
    return add_preliminary(encounter, found.finding)


def _overturned(encounter: Encounter, photos: Sequence[PhotoFinding]) -> bool:
    """Whether the latest version speaks of a photo that turned out to be somebody else's: it must not stand for another minute."""
    latest = latest_version(encounter)
    return latest is not None and not set(latest.photo_ids) <= {photo.photo_id for photo in photos}


def add_preliminary(encounter: Encounter, finding: PersonFinding) -> ReportVersion | None:
    """The next unsigned version, unless the latest version already says just this or was signed over these very photos."""
    latest = latest_version(encounter)
    document = finding_document(finding)
    if (
        latest is not None
        and _photos(latest.finding) == _photos(document)
        and (latest.kind == ReportVersion.Kind.SIGNED or latest.finding == document)
    ):
        return None
    version = add_version(encounter, finding, kind=ReportVersion.Kind.PRELIMINARY)
    audit.record("compose_report", actor=None, subject=version, patient=encounter.patient, number=version.number)
    events.report_composed.send(sender=ReportVersion, patient=encounter.patient, version=version)
    log.info("report_composed", count=version.number)
    return version


def _photos(document: dict[str, Any]) -> list[set[str]]:
    """Which photos a finding is about, by eye: a photo that moves to the other eye is something new."""
    return [set(document[side]["photo_ids"]) for side in ("right", "left")]


def add_version(encounter: Encounter, finding: PersonFinding, *, kind: str, **columns: Any) -> ReportVersion:
    """Append a version; the caller holds the patient's row lock, so numbers do not collide."""
    now = clock.now()
    report, _ = Report.objects.get_or_create(encounter=encounter, defaults={"created_at": now})
    latest = report.versions.order_by("-number").values_list("number", flat=True).first() or 0
    return ReportVersion.objects.create(
        report=report,
        number=latest + 1,
        kind=kind,
        finding=finding_document(finding),
        photo_ids=sorted(photo for eye in finding.eyes for photo in eye.photo_ids),
        model_versions=model_versions(encounter),
        rule_version=next(iter(PROTOCOL.values())).version,
        created_at=now,
        **columns,
    )


def _nothing_left(encounter: Encounter) -> PersonFinding:
    right, left = (EyeFinding(laterality=eye, state="missing", grade=None, retakes=0, photo_ids=()) for eye in LATERALITIES)
    return person_finding(right, left, symptom=symptom_of(encounter))


def symptom_of(encounter: Encounter) -> bool | None:
    """The symptom answer of this sitting, None when it was not asked: it belongs to the last sitting opened up to a day after it."""
    own = Fact.objects.filter(patient=encounter.patient_id, code="symptom", recorded_at__gte=encounter.opened_at - SYMPTOM_BELONGS_TO_SITTING)
    following = Encounter.objects.filter(patient=encounter.patient_id, opened_at__gt=encounter.opened_at).order_by("opened_at").first()
    if following is not None:
        own = own.filter(recorded_at__lt=following.opened_at - SYMPTOM_BELONGS_TO_SITTING)
    told = own.order_by("-recorded_at", "-id").first()
    return told.value if told is not None and isinstance(told.value, bool) else None


def finding_document(finding: PersonFinding) -> dict[str, Any]:
    """A PersonFinding as JSON."""
    document = asdict(finding)
    document["row_ids"] = list(document["row_ids"])
    for side in ("right", "left"):
        document[side]["photo_ids"] = list(document[side]["photo_ids"])
    return document


def finding_of(version: ReportVersion) -> PersonFinding:
    """The PersonFinding a version carries."""
    document = dict(version.finding)
    eyes = {side: EyeFinding(**(document[side] | {"photo_ids": tuple(document[side]["photo_ids"])})) for side in ("right", "left")}
    return PersonFinding(**(document | eyes | {"row_ids": tuple(document["row_ids"])}))
