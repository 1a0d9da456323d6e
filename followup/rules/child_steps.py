"""What a visit to the store asks for: a doctor where the table says so, and the next time her eyes are measured (CLINICAL.md D10)."""

from collections.abc import Iterator
from datetime import timedelta

from followup.rules.state import PatientState, VisitState
from followup.rules.steps import WantedStep, cited
from screening.rules.myopia.tables import RECHECKS


def child_steps(state: PatientState) -> Iterator[WantedStep]:
    """One referral at most, the nearest that nobody answered since, and the re-check of the newest visit.

    A later visit that looks better takes no referral back: only a recorded outcome does.
    """
    referrals = [step for visit in state.visits if visit.finding.referring and not _answered(visit, state) for step in [_referral(visit, state)]]
    yield from sorted(referrals, key=lambda step: (step.due, step.encounter_id or ""))[:1]
    if state.visits:
        yield _recheck(max(state.visits, key=lambda visit: (visit.taken_at, visit.encounter_id)), state)


def _answered(visit: VisitState, state: PatientState) -> bool:
    """Whether a referral of this or of another visit was answered by what happened after this one."""
    visits = {one.encounter_id for one in state.visits}
    return any(outcome.kind == "referral" and outcome.encounter_id in visits and outcome.at >= visit.taken_at for outcome in state.outcomes)


def _referral(visit: VisitState, state: PatientState) -> WantedStep:
    days, row = min((_days(row, visit), row) for row in visit.finding.referring)
    return cited(
        "referral",
        state.local_day(visit.taken_at) + timedelta(days=days),
        RECHECKS[row],
        urgency="refer",
        owner_role="clinician",
        encounter_id=visit.encounter_id,
        reasons=(row, *(other for other in visit.finding.referring if other != row)),
    )


def _recheck(visit: VisitState, state: PatientState) -> WantedStep:
    """On the smallest date of all rows that apply. A row that refers has its first date in the referral, and here the one after it."""
    values = [(RECHECKS[row].then_days if row in visit.finding.referring else _days(row, visit), row) for row in visit.finding.rows]
    days, row = min(values)
    return cited(
        "recheck",
        state.local_day(visit.taken_at) + timedelta(days=days),
        RECHECKS[row],
        urgency="routine",
        owner_role="centre",
        encounter_id=visit.encounter_id,
        reasons=(row, *(other for other in visit.finding.rows if other != row)),
    )


def _days(row: str, visit: VisitState) -> int:
    """The first interval until the first re-check after a state or a treatment began, the usual one from there on."""
    return RECHECKS[row].then_days if row in visit.rows_before else RECHECKS[row].days
