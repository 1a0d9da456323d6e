"""A child's visits -> what the rules read."""

from accounts.models import Patient
from followup.rules.state import VisitState
from screening.myopia.selectors import child_visits


def visit_states(patient: Patient) -> tuple[VisitState, ...]:
    """Every visit in which something was measured, oldest first (1 query for a person without visits, else 2)."""
    return tuple(VisitState(str(visit.encounter.pk), visit.sitting.taken_at, visit.finding, visit.rows_before) for visit in child_visits(patient))
