"""What an eye without a grade asks for: a photo of it, another photo, or an examination in person."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from followup.rules.policy import POLICY
from followup.rules.state import EncounterState, PatientState
from followup.rules.steps import Rule, WantedStep, cited
from screening.rules.diabetic_retinopathy import EyeFinding
from screening.rules.encounters import answers_open_question
from screening.rules.protocol_rows import PROTOCOL

EXAMINATION_DAYS = {"missing": POLICY["eye_missing_examination"].value, "ungradable": PROTOCOL["ungradable_after_retakes"].days}


def latest_sitting(encounters: Sequence[EncounterState]) -> EncounterState | None:
    """The newest encounter with something to see in it: one of refused or failed photos alone asks for nothing anew."""
    seen = [encounter for encounter in encounters if any(eye.state not in ("missing", "exempt") for eye in encounter.finding.eyes)]
    return max(seen, key=lambda encounter: (encounter.accepted_at, encounter.encounter_id), default=None)


def eye_steps(state: PatientState, now: datetime) -> Iterator[WantedStep]:
    """Steps for the eyes of the latest sitting; an eye already examined in person asks for nothing.

    A missing or ungradable eye is photographed within 7 days; when they have passed it is also to be examined in
    person within 28 days, and once the sitting can no longer be completed, or on the third ungradable photo, only that.
    Clocks count from acceptance.
    """
    encounter = latest_sitting(state.encounters)
    if encounter is None:
        return
    for eye in encounter.current.eyes:
        if eye.state in ("missing", "ungradable") and not state.closed("examination_in_person", encounter.encounter_id, eye.laterality):
            yield from _eye_steps(eye, encounter, state, now)


def _eye_steps(eye: EyeFinding, encounter: EncounterState, state: PatientState, now: datetime) -> Iterator[WantedStep]:
    accepted_on = state.local_day(encounter.accepted_at)
    row = PROTOCOL["eye_missing" if eye.state == "missing" else "ungradable"]
    photo_due = accepted_on + timedelta(days=row.days)
    takes_photo = answers_open_question(eye, opened_at=encounter.opened_at, now=now)
    if takes_photo:
        kind = "second_eye" if eye.state == "missing" else "retake"
        yield cited(
            kind,
            photo_due,
            row,
            urgency=row.urgency,
            owner_role="centre",
            reason="clinician_asked" if eye.laterality in encounter.retake_asked else None,
            laterality=eye.laterality,
            encounter_id=encounter.encounter_id,
        )
    if takes_photo and state.local_day(now) <= photo_due:
        return
    examination: Rule = POLICY["eye_missing_examination"] if eye.state == "missing" else PROTOCOL["ungradable_after_retakes"]
    days = EXAMINATION_DAYS[eye.state]
    yield cited(
        "examination_in_person",
        accepted_on + timedelta(days=days),
        examination,
        urgency=PROTOCOL["ungradable_after_retakes"].urgency,
        owner_role="clinician",
        laterality=eye.laterality,
        encounter_id=encounter.encounter_id,
    )
