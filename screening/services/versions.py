"""Versions of a report, appended and never edited: what every programme writes alike."""

from typing import Any

import structlog

from accounts import audit
from core import clock
from screening import events
from screening.findings import Finding, finding_document, photos_of
from screening.models import Encounter, Report, ReportVersion
from screening.selectors import latest_version, model_versions

log = structlog.get_logger("screening.reports")


def add_preliminary(encounter: Encounter, finding: Finding, *, rule_version: str, reopened: bool = False) -> ReportVersion | None:
    """The next unsigned version, unless the latest version already says just this or was signed over these very photos.

    `reopened`: something was told since that is no photo, so that a signature over the same photos does not stand for it.
    """
    latest = latest_version(encounter)
    document = finding_document(finding)
    if latest is not None and photos_of(latest.finding) == photos_of(document):
        signed = latest.kind == ReportVersion.Kind.SIGNED
        if (signed and not reopened) or (not signed and latest.finding == document):
            return None
    version = add_version(encounter, finding, kind=ReportVersion.Kind.PRELIMINARY, rule_version=rule_version)
    audit.record("compose_report", actor=None, subject=version, patient=encounter.patient, number=version.number)
    events.report_composed.send(sender=ReportVersion, patient=encounter.patient, version=version)
    log.info("report_composed", count=version.number)
    return version


def add_version(encounter: Encounter, finding: Finding, *, kind: str, rule_version: str, **columns: Any) -> ReportVersion:
    """Append a version; the caller holds the patient's row lock, so numbers do not collide."""
    now = clock.now()
    report, _ = Report.objects.get_or_create(encounter=encounter, defaults={"created_at": now})
    latest = report.versions.order_by("-number").values_list("number", flat=True).first() or 0
    document = finding_document(finding)
    return ReportVersion.objects.create(
        report=report,
        number=latest + 1,
        kind=kind,
        finding=document,
        photo_ids=sorted(set().union(*photos_of(document))),
        model_versions=model_versions(encounter),
        rule_version=rule_version,
        created_at=now,
        **columns,
    )
