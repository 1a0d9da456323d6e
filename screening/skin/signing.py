"""What a dermatologist does with a report about a spot."""

from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.problems import Problem
from screening.models import Encounter, ReportVersion
from screening.rules.skin.decision import LesionDecision, fault_of_decision, lesion_as_decided
from screening.rules.skin.urgency import LesionFinding
from screening.services.signing import NO_REMARKS, Remarks, sign_as_decided
from screening.skin.composition import RULE_VERSION
from screening.skin.findings import finding_now
from screening.skin.selectors import SKIN, lesion_of

WORDS_MISSING = _("Please say in words what it is.")
FAULTS: dict[str, tuple[str | Promise, str]] = {
    "unknown_class": (_("Please choose one of the answers."), "/lesion_class"),
    "unknown_urgency": (_("Please choose one of the answers."), "/urgency"),
    "retake_with_class": (_("Another photo is asked for only where the class cannot be told."), "/urgency"),
    "no_photo_taken": (_("No photo is taken of this place: please choose when it is to be seen."), "/urgency"),
    "reason_missing": (_("This is less than the answers and the place ask for: please say why."), "/reason"),
}


def sign_spot(*, encounter_id: UUID, by: User, base_number: int, decision: LesionDecision, remarks: Remarks = NO_REMARKS) -> ReportVersion:
    """Sign (or amend) the report of a spot, and tell followup, which plans what comes next.

    The reason for less than the rules ask stands in the comment. Raises what `sign_as_decided` does, and Problem (422) for a decision that cannot
    be signed, `unknown_class`, `unknown_urgency`, `retake_with_class` or `reason_missing`, or `words_missing` for another class without words.
    """
    if decision.lesion_class == "other" and not remarks.other_finding.strip():
        raise Problem("words_missing", WORDS_MISSING, status_code=422, pointer="/other_finding")
    comment = " · ".join(text for text in (remarks.comment, decision.reason) if text)
    return sign_as_decided(
        encounter_id=encounter_id,
        by=by,
        base_number=base_number,
        programme_code=SKIN,
        decide=lambda encounter: spot_as_decided(encounter, decision),
        rule_version=RULE_VERSION,
        reasons={"lowered": "reason_given"} if decision.reason else {},
        remarks=Remarks(remarks.other_finding, comment, remarks.recall_on),
    )


def spot_as_decided(encounter: Encounter, decision: LesionDecision) -> LesionFinding:
    """What the report says with this decision; nothing is written. Raises Problem (422) as `sign_spot` does."""
    lesion_of(encounter)
    finding = finding_now(encounter)
    if fault := fault_of_decision(finding, decision):
        words, pointer = FAULTS[fault]
        raise Problem(fault, words, status_code=422, pointer=pointer)
    return lesion_as_decided(finding, decision)
