"""How soon a clinician must answer a report."""

from datetime import datetime, timedelta

from core.pure.tables import PolicyRow
from screening.rules.diabetic_retinopathy import PersonFinding
from screening.rules.protocol_rows import POLICY, urgency_rank

CRITICAL_ROWS = frozenset({"pdr", "pdr_new_symptom", "dme_centre"})


def review_class(finding: PersonFinding) -> str:
    """ "critical" (PDR, oedema at the centre, a symptom), "referable" (also when only suspected) or "other"."""
    if urgency_rank(finding.urgency) >= urgency_rank("urgent") or CRITICAL_ROWS & set(finding.row_ids):
        return "critical"
    return "referable" if finding.referable or finding.suspected_referable_ungradable else "other"


def review_policy(finding: PersonFinding) -> PolicyRow:
    """The row of reading_policy.csv that gives the hours for this finding."""
    return POLICY[f"review_{review_class(finding)}"]


def review_due(finding: PersonFinding, accepted_at: datetime) -> datetime:
    """When the answer is due, counted from the acceptance of the encounter's latest photo: 24 h, 3 days, else 7 days."""
    return accepted_at + timedelta(hours=review_policy(finding).value)
