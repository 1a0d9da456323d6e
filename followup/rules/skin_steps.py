"""What a spot on the skin asks for: a call today, a photo, a doctor's answer, a visit, or another photo in eight weeks."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from core.pure.days import local_day
from followup.rules.policy import POLICY
from followup.rules.state import LesionState, PatientState, SignedLesion
from followup.rules.steps import Rule, WantedStep, cited
from screening.rules.diabetic_retinopathy import PHOTOS_BEFORE_EXAMINATION
from screening.rules.encounters import question_open
from screening.rules.review import review_due, review_policy
from screening.rules.skin.decision import least_urgency
from screening.rules.skin.protocol import ROW_OF_URGENCY, SKIN_PROTOCOL

# A step cites the row of its urgency, never the row that led to it: a patient reads her steps, and no class.
VISITS = frozenset({"refer", "refer_soon", "urgent"})


def skin_steps(state: PatientState, now: datetime) -> Iterator[WantedStep]:
    """Steps of every sitting about a spot; of several sittings about one spot only the newest asks for a photo or watches."""
    newest = {lesion.lesion_id: lesion.encounter_id for lesion in sorted(state.lesions, key=lambda one: (one.opened_at, one.encounter_id))}
    for lesion in state.lesions:
        yield from skin_today(lesion, state)
        yield from _review(lesion, state)
        yield from _visit_without_photo(lesion, state)
        if newest[lesion.lesion_id] == lesion.encounter_id:
            yield from _photo(lesion, state, now)
        yield from _after_signature(lesion, state, newest=newest[lesion.lesion_id] == lesion.encounter_id)


def skin_today(lesion: LesionState, state: PatientState) -> Iterator[WantedStep]:
    """Call 120, or see a doctor today, until somebody recorded what came of it.

    Before a signature only the answers send her: what the program saw is not told by a step either, its review is due within a day.
    """
    if lesion.stopped_at is not None:
        yield _today("emergency_today", "emergency", lesion, state, lesion.stopped_at)
    elif _sent_today(lesion):
        yield _today("doctor_today", "same_day", lesion, state, lesion.opened_at)


def _sent_today(lesion: LesionState) -> bool:
    current = lesion.current
    signed = lesion.signed is not None and current is lesion.signed.finding
    return (current.urgency if signed else least_urgency(current)) == "same_day"


def _today(kind: str, urgency: str, lesion: LesionState, state: PatientState, at: datetime) -> WantedStep:
    return cited(
        kind,
        state.local_day(at),
        ROW_OF_URGENCY[urgency],
        urgency=urgency,
        owner_role="clinician",
        encounter_id=lesion.encounter_id,
        due_at=at,
    )


def _review(lesion: LesionState, state: PatientState) -> Iterator[WantedStep]:
    """One a sitting: the report that waits for a signature, else the photo that failed by our fault."""
    if lesion.report_waiting:
        policy, due_at = review_policy(lesion.finding), review_due(lesion.finding, lesion.waiting_since)
        yield cited(
            "clinician_review",
            state.local_day(due_at),
            policy,
            urgency=lesion.finding.urgency,
            owner_role="clinician",
            encounter_id=lesion.encounter_id,
            due_at=due_at,
        )
    elif lesion.photo_failed:
        policy = POLICY["photo_failed"]
        due = state.local_day(lesion.accepted_at) + timedelta(days=policy.value)
        yield cited("clinician_review", due, policy, urgency="incomplete", owner_role="clinician", encounter_id=lesion.encounter_id)


def _visit_without_photo(lesion: LesionState, state: PatientState) -> Iterator[WantedStep]:
    """A place that the app does not photograph is seen in person, unless a dermatologist signed a visit, which is one."""
    visit = lesion.signed is not None and lesion.signed.finding.urgency in VISITS | {"same_day"}
    if not lesion.photo_allowed and lesion.stopped_at is None and not visit:
        yield _examination("skin_in_person", lesion.opened_at, lesion, state)


def _photo(lesion: LesionState, state: PatientState, now: datetime) -> Iterator[WantedStep]:
    """A close-up within 7 days; when they have passed also an examination in person, and on the third ungradable photo only that."""
    current = lesion.current
    if current.state not in ("missing", "ungradable") or lesion.stopped_at is not None or not lesion.photo_allowed:
        return
    row = SKIN_PROTOCOL["skin_photo_missing" if current.state == "missing" else "skin_ungradable"]
    due = state.local_day(lesion.accepted_at) + timedelta(days=row.days)
    may_come = current.retakes < PHOTOS_BEFORE_EXAMINATION and question_open(opened_at=lesion.opened_at, now=now)
    if may_come:
        reason = "skin_asked_again" if lesion.retake_asked else None
        yield cited("retake", due, row, urgency=row.urgency, owner_role="centre", reason=reason, encounter_id=lesion.encounter_id)
    if not may_come or state.local_day(now) > due:
        yield _examination("skin_ungradable_after_retakes", lesion.accepted_at, lesion, state)


def _examination(row_id: str, since: datetime, lesion: LesionState, state: PatientState) -> WantedStep:
    row = SKIN_PROTOCOL[row_id]
    due = state.local_day(since) + timedelta(days=row.days)
    return cited("examination_in_person", due, row, urgency=row.urgency, owner_role="clinician", encounter_id=lesion.encounter_id)


def _after_signature(lesion: LesionState, state: PatientState, *, newest: bool) -> Iterator[WantedStep]:
    """A visit until its outcome is recorded, or another photo in eight weeks while no newer sitting looked at the spot."""
    report = lesion.signed
    if report is None:
        return
    if report.finding.urgency in VISITS:
        yield _dated("referral", lesion, report, state)
    elif newest and lesion.photo_allowed and report.finding.urgency in ("short", "same_day"):
        yield _dated("recall", lesion, report, state)


def planned_day(report: SignedLesion, zone: str) -> date:
    """The day that a signed finding calls for: counted from its latest photo, never before the day of signing, nor after a date entered."""
    signed_on = local_day(report.signed_at, zone)
    row = ROW_OF_URGENCY[report.finding.urgency if report.finding.urgency in VISITS else "short"]
    seen_on = signed_on if report.photo_too_old else local_day(min(report.taken_at, report.accepted_at), zone)
    due = max(seen_on + timedelta(days=row.days), signed_on)
    return due if report.next_due is None else min(due, report.next_due)


def _dated(kind: str, lesion: LesionState, report: SignedLesion, state: PatientState) -> WantedStep:
    due, urgency = planned_day(report, state.zone), report.finding.urgency
    rule: Rule = POLICY["skin_clinician_date"] if due == report.next_due else ROW_OF_URGENCY[urgency if urgency in VISITS else "short"]
    return cited(
        kind,
        due,
        rule,
        urgency=urgency if urgency in VISITS else "short",
        owner_role="clinician" if kind == "referral" else "centre",
        encounter_id=lesion.encounter_id,
    )
