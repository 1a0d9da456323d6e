"""A step: what should happen, by when, why, and who answers for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from screening.rules.protocol_rows import urgency_rank

# In the order in which they are offered when two fall due on one day: what the patient can do before what she waits for.
STEP_KINDS = (
    "emergency_today",
    "symptom_today",
    "doctor_today",
    "referral",
    "examination_in_person",
    "retake",
    "second_eye",
    "first_screen",
    "in_person_instead_of_photo",
    "clinician_review",
    "recall",
    "recheck",
    "ask_again",
)

TODAY = frozenset({"emergency", "same_day"})
"""Urgencies that go before every other step, whatever its date."""


class Rule(Protocol):
    """Anything a step can cite: a protocol row, a modifier, a line of policy."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True)
class WantedStep:
    """`due` is a day in the patient's calendar; `due_at` the exact moment where a clock runs in hours.

    `reason` is a code of sentences.csv (under `reason.`). `owner_role` is "clinician" (the duty clinician of the owning
    centre) or "centre" (its shared list).
    """

    kind: str
    due: date
    rule_id: str
    rule_version: str
    source: str
    reason: str
    urgency: str
    owner_role: str
    laterality: str | None = None
    encounter_id: str | None = None
    due_at: datetime | None = None
    reasons: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str | None, str | None]:
        """Kind, encounter and eye: two steps with one key are the same step at two times."""
        return self.kind, self.encounter_id, self.laterality


def cited(
    kind: str,
    due: date,
    rule: Rule,
    *,
    urgency: str,
    owner_role: str,
    reason: str | None = None,
    laterality: str | None = None,
    encounter_id: str | None = None,
    due_at: datetime | None = None,
    reasons: tuple[str, ...] = (),
) -> WantedStep:
    """A step with its rule written into it; the reason is the rule's own id unless another is given."""
    return WantedStep(
        kind=kind,
        due=due,
        rule_id=rule.id,
        rule_version=rule.version,
        source=rule.source,
        reason=reason or rule.id,
        urgency=urgency,
        owner_role=owner_role,
        laterality=laterality,
        encounter_id=encounter_id,
        due_at=due_at,
        reasons=reasons or (reason or rule.id,),
    )


def next_step(steps: Sequence[WantedStep]) -> WantedStep:
    """The one step marked *next*: what must be done today first, then the earliest, then the most pressing.

    Raises ValueError when nothing is open: that patient is lost, and the caller must not go on as if not.
    """
    if not steps:
        raise ValueError("a patient without an open step is lost")
    return min(
        steps,
        key=lambda step: (step.urgency not in TODAY, step.due, -urgency_rank(step.urgency), STEP_KINDS.index(step.kind), step.laterality or ""),
    )
