"""Rows of screening, accounts and followup -> the one dataclass that the rules read."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from accounts.models import Patient
from accounts.rules.age import youngest_age
from accounts.selectors import active_consents
from core.pure.days import local_day
from followup.models import Step, Task
from followup.rules.facts import CODES, FactRecord
from followup.rules.state import EncounterState, PatientState, RecordedOutcome, SignedReport, SymptomReport
from followup.skin_state import asked_again, lesion_state, signed_lesion
from followup.visit_state import visit_states
from screening.findings import person_finding_of
from screening.models import Encounter, Fact, ReportVersion
from screening.retina.symptoms import SYMPTOM_BELONGS_TO_SITTING
from screening.rules.diabetic_retinopathy import LATERALITIES, PhotoFinding, eye_finding, person_finding
from screening.rules.programmes import PROGRAMMES
from screening.rules.protocol_rows import PROTOCOL
from screening.selectors import eyes_asked_again, photo_findings, referable_threshold, signed_grade
from screening.skin.findings import skin_photos

EYE, SKIN = PROGRAMMES["retina-dr"].code, PROGRAMMES["skin-lesion"].code
# Only what really happened closes a step for good (CLINICAL.md D3).
RECORDED = ("attended", "declined", "deceased")


def patient_state(patient: Patient, now: datetime) -> PatientState:
    """Everything known of the patient at `now` (8 queries, 9 for a child with visits, 3 for each encounter of the eyes and 4 for each spot)."""
    facts = list(Fact.objects.filter(patient=patient).order_by("recorded_at", "id"))
    encounters = list(Encounter.objects.filter(patient=patient, programme=EYE).order_by("opened_at", "id"))
    symptoms = symptom_answers([fact for fact in facts if fact.code == "symptom"], encounters)
    settled = {str(task.about) for task in Task.objects.filter(patient=patient, kind="photo_failed", done_at__isnull=False)}
    versions = _versions(patient)
    consents = frozenset(active_consents(patient).values_list("purpose", flat=True))
    found = [_encounter(one, versions.get(one.pk, []), told=symptoms.get(str(one.pk), []), settled=settled) for one in encounters]
    return PatientState(
        registered_at=patient.created_at,
        zone=patient.zone,
        age=youngest_age(local_day(now, patient.zone), birth_date=patient.birth_date, birth_year=patient.birth_year),
        consents=consents,
        facts=tuple(fact_record(fact) for fact in facts if fact.code in CODES),
        encounters=tuple(encounter for encounter in found if encounter is not None),
        symptoms=tuple(SymptomReport(at, encounter) for encounter, told in symptoms.items() if (at := _still_told(told)) is not None),
        outcomes=tuple(_outcome(step) for step in Step.objects.filter(patient=patient, closed_reason__in=RECORDED).order_by("closed_at")),
        visits=visit_states(patient),
        lesions=tuple(
            lesion_state(one, versions.get(one.pk, []), intimate_consent="intimate_photo" in consents, settled=settled)
            for one in Encounter.objects.filter(patient=patient, programme=SKIN).select_related("lesion", "patient").order_by("opened_at", "id")
        ),
    )


def as_if_signed(state: PatientState, version: ReportVersion, encounter: Encounter) -> PatientState:
    """The state were `version` (which need not be saved) the encounter's signed report (3 queries)."""
    if encounter.lesion_id is not None:
        return _as_if_signed_spot(state, version, encounter)
    photos = photo_findings(encounter)
    report, asked = _signed_report(version, photos, encounter), eyes_asked_again(version, photos)
    return replace(
        state,
        encounters=tuple(
            replace(known, signed=report, report_waiting=False, retake_asked=asked) if known.encounter_id == str(encounter.pk) else known
            for known in state.encounters
        ),
    )


def _as_if_signed_spot(state: PatientState, version: ReportVersion, encounter: Encounter) -> PatientState:
    photos = skin_photos(encounter)
    report, asked = signed_lesion(version, photos, encounter), asked_again(version, photos)
    return replace(
        state,
        lesions=tuple(
            replace(known, signed=report, report_waiting=False, retake_asked=asked) if known.encounter_id == str(encounter.pk) else known
            for known in state.lesions
        ),
    )


def fact_record(fact: Fact) -> FactRecord:
    """A row of answers in the words of the rules."""
    return FactRecord(fact.code, fact.value, fact.effective_on, fact.recorded_at, fact.unit)


def symptom_answers(facts: Sequence[Fact], encounters: Sequence[Encounter]) -> dict[str | None, list[Fact]]:
    """The symptom answers of each sitting, oldest first: an answer belongs to the last encounter opened up to a day after it.

    What was told before any encounter stands under None. Both lists come in order of time.
    """
    answers: defaultdict[str | None, list[Fact]] = defaultdict(list)
    for fact in facts:
        opened = [encounter for encounter in encounters if encounter.opened_at - SYMPTOM_BELONGS_TO_SITTING <= fact.recorded_at]
        answers[str(opened[-1].pk) if opened else None].append(fact)
    return dict(answers)


def _still_told(answers: Sequence[Fact]) -> datetime | None:
    """When a symptom was first told, unless the newest answer of the same sitting takes it back."""
    if not answers or answers[-1].value is not True:
        return None
    return next(fact.recorded_at for fact in answers if fact.value is True)


def _versions(patient: Patient) -> dict[UUID, list[ReportVersion]]:
    """The report versions of each encounter, oldest first."""
    versions: defaultdict[UUID, list[ReportVersion]] = defaultdict(list)
    for version in ReportVersion.objects.filter(report__encounter__patient=patient).select_related("report").order_by("number"):
        versions[version.report.encounter_id].append(version)
    return dict(versions)


def _encounter(encounter: Encounter, versions: Sequence[ReportVersion], *, told: Sequence[Fact], settled: set[str]) -> EncounterState | None:
    """None for an encounter in which nothing was ever said of this patient."""
    photos = photo_findings(encounter)
    if not photos and not versions:
        return None
    signed = next((version for version in reversed(versions) if version.kind == ReportVersion.Kind.SIGNED), None)
    threshold = referable_threshold(encounter.programme)
    right, left = (eye_finding(eye, photos, referable_threshold=threshold, signed_grade=signed_grade(signed, eye, photos)) for eye in LATERALITIES)
    symptom = told[-1].value if told and isinstance(told[-1].value, bool) else None
    covered = set(signed.photo_ids) if signed else set()
    accepted_at = max((photo.accepted_at for photo in photos), default=encounter.opened_at)
    return EncounterState(
        encounter_id=str(encounter.pk),
        opened_at=encounter.opened_at,
        finding=person_finding(right, left, symptom=symptom),
        accepted_at=accepted_at,
        taken_at=max((photo.taken_at for photo in photos), default=encounter.opened_at),
        waiting_since=min((photo.accepted_at for photo in photos if photo.photo_id not in covered), default=accepted_at),
        report_waiting=bool(versions) and versions[-1].kind == ReportVersion.Kind.PRELIMINARY,
        signed=_signed_report(signed, photos, encounter) if signed else None,
        failed_eyes=frozenset(photo.laterality for photo in photos if photo.outcome == "failed" and photo.photo_id not in settled),
        retake_asked=eyes_asked_again(signed, photos),
    )


def _signed_report(version: ReportVersion, photos: Sequence[PhotoFinding], encounter: Encounter) -> SignedReport:
    assert version.signed_at is not None
    covered = [photo for photo in photos if photo.photo_id in version.photo_ids]
    return SignedReport(
        finding=person_finding_of(version),
        taken_at=max((photo.taken_at for photo in covered), default=encounter.opened_at),
        accepted_at=max((photo.accepted_at for photo in covered), default=encounter.opened_at),
        signed_at=version.signed_at,
        next_due=version.recall_on,
        refer_by=_refer_by(version, encounter) if version.other_finding else None,
    )


def _refer_by(version: ReportVersion, encounter: Encounter) -> date:
    """Another finding goes to an ophthalmologist by the clinician's date, else within the days of the protocol's plainest referral."""
    assert version.signed_at is not None
    signed_on = local_day(version.signed_at, encounter.patient.zone)
    return version.recall_on or signed_on + timedelta(days=PROTOCOL["moderate"].days)


def _outcome(step: Step) -> RecordedOutcome:
    assert step.closed_at is not None
    return RecordedOutcome(
        step.kind, step.closed_at, str(step.encounter_id) if step.encounter_id else None, step.laterality or None, step.outcome_due_on
    )
