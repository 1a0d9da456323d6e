"""What a dermatologist decides about a spot, and what the finding is then."""

from dataclasses import dataclass, replace

from screening.rules.protocol_rows import most_urgent, urgency_rank
from screening.rules.skin.protocol import ROW_OF_URGENCY, SKIN_PROTOCOL
from screening.rules.skin.urgency import CLASSES, RAISING, LesionFinding, raised_urgency

OTHER, CANNOT_TELL = "other", "cannot_tell"
DECISION_CLASSES = (*CLASSES, OTHER, CANNOT_TELL)
RETAKE = "retake"
IN_PERSON = "skin_in_person"
DECISION_URGENCIES = (RETAKE, *(urgency for urgency in ROW_OF_URGENCY if urgency != "emergency"))
"""What can be signed: another photo, watch, three distances of a visit, today. An emergency is not signed, it is called."""


@dataclass(frozen=True)
class LesionDecision:
    """`lesion_class` is one of the six, "other" or "cannot_tell"; `urgency` one of DECISION_URGENCIES; `reason` why it is less than the rules ask.

    Urgency "retake" asks for another photo and goes with "cannot_tell" alone.
    """

    lesion_class: str
    urgency: str
    reason: str = ""


def least_urgency(finding: LesionFinding) -> str:
    """What the answers and the place ask for whatever the photos show: a signature below it needs a reason."""
    standing = [SKIN_PROTOCOL[row].urgency for row in finding.red_flags if row not in RAISING]
    raising = [row for row in finding.red_flags if row in RAISING]
    return raised_urgency(most_urgent(*standing), raising) if standing else RETAKE


def fault_of_decision(finding: LesionFinding, decision: LesionDecision) -> str | None:
    """Why a decision cannot be signed: unknown_class, unknown_urgency, retake_with_class, no_photo_taken, reason_missing – or None."""
    if decision.lesion_class not in DECISION_CLASSES:
        return "unknown_class"
    if decision.urgency not in DECISION_URGENCIES:
        return "unknown_urgency"
    if decision.urgency == RETAKE and decision.lesion_class != CANNOT_TELL:
        return "retake_with_class"
    if decision.urgency == RETAKE and IN_PERSON in finding.row_ids:
        return "no_photo_taken"
    # The least of a finding without red flags is a watch or another photo: no signature is below that.
    least = least_urgency(finding)
    lowered = least != RETAKE and urgency_rank(decision.urgency) < urgency_rank(least)
    return "reason_missing" if lowered and not decision.reason.strip() else None


def lesion_as_decided(finding: LesionFinding, decision: LesionDecision) -> LesionFinding:
    """The finding as signed: the dermatologist's class and urgency take the place of the program's; the answers and the photos stay as they are.

    Raises ValueError for a decision that cannot be signed.
    """
    if fault := fault_of_decision(finding, decision):
        raise ValueError(fault)
    row = "skin_ungradable" if decision.urgency == RETAKE else ROW_OF_URGENCY[decision.urgency].id
    told = decision.lesion_class if decision.lesion_class in CLASSES else None
    return replace(
        finding,
        urgency=decision.urgency,
        row_ids=(row, *_still_in_person(finding, decision)),
        state=_state(finding, decision),
        lesion_class=told,
        class_shown=told is not None,
        retakes=max(finding.retakes, 1) if decision.urgency == RETAKE else finding.retakes,
    )


def _still_in_person(finding: LesionFinding, decision: LesionDecision) -> tuple[str, ...]:
    """What was never photographed cannot be watched by photo: without a visit it is still to be seen in person."""
    return (IN_PERSON,) if decision.urgency == "short" and IN_PERSON in finding.row_ids else ()


def _state(finding: LesionFinding, decision: LesionDecision) -> str:
    if decision.urgency == RETAKE:
        return "ungradable"
    if decision.lesion_class in CLASSES:
        return "graded"
    return "answers_only" if finding.state == "answers_only" else "out_of_scope"
