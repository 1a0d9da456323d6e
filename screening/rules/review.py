"""How soon a clinician must answer a report."""

from datetime import datetime, timedelta

from core.pure.tables import PolicyRow
from screening.rules.diabetic_retinopathy import PersonFinding
from screening.rules.protocol_rows import POLICY, urgency_rank
from screening.rules.skin.urgency import LesionFinding

CRITICAL_ROWS = frozenset({"pdr", "pdr_new_symptom", "dme_centre"})
CRITICAL_SKIN_ROWS = frozenset({"skin_mel", "skin_melanoma_floor"})


def review_class(finding: PersonFinding | LesionFinding) -> str:
    """ "critical" (PDR, oedema at the centre, the melanoma floor, a symptom or an emergency), "referable" (also when only suspected) or "other"."""
    if isinstance(finding, LesionFinding):
        return _lesion_class(finding)
    if urgency_rank(finding.urgency) >= urgency_rank("urgent") or CRITICAL_ROWS & set(finding.row_ids):
        return "critical"
    return "referable" if finding.referable or finding.suspected_referable_ungradable else "other"


def review_policy(finding: PersonFinding | LesionFinding) -> PolicyRow:
    """The row of reading_policy.csv that gives the hours for this finding."""
    return POLICY[f"review_{review_class(finding)}"]


def review_due(finding: PersonFinding | LesionFinding, accepted_at: datetime) -> datetime:
    """When the answer is due, counted from the acceptance of the encounter's latest photo: 24 h, 3 days, else 7 days."""
    return accepted_at + timedelta(hours=review_policy(finding).value)


def _lesion_class(finding: LesionFinding) -> str:
    if urgency_rank(finding.urgency) >= urgency_rank("same_day") or CRITICAL_SKIN_ROWS & set(finding.row_ids):
        return "critical"
    return "referable" if urgency_rank(finding.urgency) >= urgency_rank("refer_soon") else "other"
