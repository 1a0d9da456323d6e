"""What a clinician does with a report: sign or amend it, or correct a photo. A version each, never an edit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Patient, User
from accounts.selectors import has_consent
from core import clock
from core.problems import Problem
from screening import events
from screening.findings import Finding
from screening.models import Encounter, Laterality, Photo, PhotoCorrection, ReportVersion
from screening.programmes import may_sign
from screening.retina.composition import RULE_VERSION
from screening.retina.symptoms import symptom_of
from screening.rules.diabetic_retinopathy import LATERALITIES, PHOTOS_BEFORE_EXAMINATION, EyeFinding, PersonFinding, person_finding
from screening.selectors import EYE, eye_of_encounter, latest_version, photo_findings, visible_encounter
from screening.services.reports import compose_if_due
from screening.services.versions import add_version


@dataclass(frozen=True)
class EyeDecision:
    """What the clinician says of one eye: `graded` with an ICDR grade, `retake` or `not_readable` with a reason (a code of the retake table)."""

    state: str
    grade: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Remarks:
    """What a clinician adds to a finding: another one, a comment, a date that may only bring the rules' date nearer."""

    other_finding: str = ""
    comment: str = ""
    recall_on: date | None = None


NO_REMARKS = Remarks()


def _clinician_encounter(by: User, encounter_id: UUID) -> Encounter:
    """The encounter, locked through its patient; Http404 for anybody but a clinician of its specialty who may see it now."""
    encounter = visible_encounter(by, encounter_id)
    if not may_sign(by, encounter):
        raise Http404
    Patient.objects.select_for_update().get(pk=encounter.patient_id)
    if not has_consent(encounter.patient, "share_clinic"):
        raise Http404
    return encounter


def sign_report(
    *,
    encounter_id: UUID,
    by: User,
    base_number: int,
    decisions: Mapping[str, EyeDecision],
    dme: str | None = None,
    other_finding: str = "",
    comment: str = "",
    recall_on: date | None = None,
) -> ReportVersion:
    """Sign (or amend) the report of both eyes, and tell followup, which plans what comes next.

    `base_number` is the version the clinician looked at. Raises what `sign_as_decided` does, and Problem `decision_missing` (422) for an eye with
    photos and no decision, `no_photo` for the reverse, `reason_missing` where an eye is not graded.
    """
    return sign_as_decided(
        encounter_id=encounter_id,
        by=by,
        base_number=base_number,
        programme_code=EYE,
        decide=lambda encounter: finding_as_decided(encounter, decisions, dme=dme),
        rule_version=RULE_VERSION,
        reasons={eye: decision.reason for eye, decision in decisions.items() if decision.reason},
        remarks=Remarks(other_finding, comment, recall_on),
    )


@transaction.atomic
def sign_as_decided(
    *,
    encounter_id: UUID,
    by: User,
    base_number: int,
    programme_code: str,
    decide: Callable[[Encounter], Finding],
    rule_version: str,
    reasons: Mapping[str, str],
    remarks: Remarks,
) -> ReportVersion:
    """The signature of any programme: a new version over what `decide` makes of the encounter, told to followup in the same transaction.

    Raises Http404 for another's case or programme, Problem `version_conflict` (409) when a newer version exists, `day_has_passed` (422) for a
    `recall_on` before today, and what `decide` raises. `reasons` are codes for the audit.
    """
    encounter = _clinician_encounter(by, encounter_id)
    latest = latest_version(encounter)
    if latest is None or encounter.programme != programme_code:
        raise Http404
    if latest.number != base_number:
        raise Problem(
            "version_conflict",
            _("Somebody else or a new photo changed this case. Please look at it again."),
            status_code=409,
            found=base_number,
            latest=latest.number,
        )
    if remarks.recall_on is not None and remarks.recall_on < clock.today(encounter.patient.zone):
        raise Problem("day_has_passed", _("This day has passed."), status_code=422, pointer="/recall_on")
    version = add_version(
        encounter,
        decide(encounter),
        kind=ReportVersion.Kind.SIGNED,
        rule_version=rule_version,
        signed_by=by,
        signed_at=clock.now(),
        other_finding=remarks.other_finding or None,
        comment=remarks.comment or None,
        recall_on=remarks.recall_on,
    )
    encounter.compose_after = None
    encounter.save(update_fields=["compose_after"])
    amended = latest.kind == ReportVersion.Kind.SIGNED
    verb = "amend_report" if amended else "sign_report"
    audit.record(verb, actor=by, subject=version, patient=encounter.patient, number=version.number, reasons=dict(reasons))
    events.report_finalised.send(sender=ReportVersion, patient=encounter.patient, version=version)
    return version


def finding_as_decided(encounter: Encounter, decisions: Mapping[str, EyeDecision], *, dme: str | None) -> PersonFinding:
    """What the report says with these decisions; nothing is written. Raises Problem (422) as `sign_report` does."""
    photos = photo_findings(encounter)
    right, left = (_decided(eye_of_encounter(encounter, eye, photos), decisions.get(eye)) for eye in LATERALITIES)
    return person_finding(right, left, symptom=symptom_of(encounter), clinician_dme=dme)


def _decided(eye: EyeFinding, decision: EyeDecision | None) -> EyeFinding:
    if decision is None:
        if eye.photo_ids:
            raise Problem(
                "decision_missing",
                _("Please decide on every eye that has a photo."),
                status_code=422,
                pointer=f"/decisions/{eye.laterality}",
            )
        return eye
    if not eye.photo_ids:
        raise Problem("no_photo", _("There is no photo of this eye to decide on."), status_code=422, pointer=f"/decisions/{eye.laterality}")
    if decision.state == "graded":
        return replace(eye, state="graded", grade=decision.grade, suspected_referable=False)
    if not decision.reason:
        raise Problem("reason_missing", _("Please say why the eye cannot be read."), status_code=422, pointer=f"/decisions/{eye.laterality}/reason")
    # A clinician's word that an eye cannot be read ends the retakes; asking for one more photo keeps one open.
    spent = PHOTOS_BEFORE_EXAMINATION if decision.state == "not_readable" else min(max(eye.retakes, 1), PHOTOS_BEFORE_EXAMINATION - 1)
    return replace(eye, state="ungradable", grade=None, retakes=spent, suspected_referable=False)


@transaction.atomic
def correct_photos(*, encounter_id: UUID, by: User, photo_ids: Sequence[UUID], kind: str, reason: str = "") -> ReportVersion | None:
    """Say of photos that they show the other eye, another person, or cannot be read; the report is composed anew and re-planned.

    Raises Http404 for a photo that is not of this encounter, Problem `no_other_eye` (422) for a photo of the skin said to show the other eye.
    """
    encounter = _clinician_encounter(by, encounter_id)
    if kind == PhotoCorrection.Kind.SWAP_EYE and encounter.programme != EYE:
        raise Problem("no_other_eye", _("A photo of the skin shows no eye."), status_code=422, pointer="/kind")
    photos = {photo.pk: photo for photo in Photo.objects.filter(encounter=encounter, pk__in=photo_ids).prefetch_related("corrections")}
    if not photo_ids or len(photos) != len(set(photo_ids)):
        raise Http404
    now = clock.now()
    for photo in photos.values():
        before = max(photo.corrections.all(), key=lambda correction: correction.made_at, default=photo).laterality
        PhotoCorrection.objects.create(
            photo=photo,
            kind=kind,
            laterality=_other(before) if kind == PhotoCorrection.Kind.SWAP_EYE else before,
            reason=reason or None,
            made_by=by,
            made_at=now,
        )
        audit.record("correct_photo", actor=by, subject=photo, patient=encounter.patient, kind=kind)
    version = compose_if_due(encounter)
    events.photo_corrected.send(sender=PhotoCorrection, patient=encounter.patient)
    return version


def _other(laterality: str) -> str:
    return Laterality.OS if laterality == Laterality.OD else Laterality.OD
