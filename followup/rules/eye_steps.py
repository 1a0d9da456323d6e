"""What an eye without a grade asks for: a photo of it, another photo, or an examination in person."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from followup.rules.policy import POLICY
from followup.rules.state import EncounterState, PatientState
from followup.rules.steps import WantedStep, cited
from screening.rules.diabetic_retinopathy import PHOTOS_BEFORE_EXAMINATION, EyeFinding
from screening.rules.protocol_rows import PROTOCOL


def latest_sitting(encounters: Sequence[EncounterState]) -> EncounterState | None:
    """The newest encounter with something to see in it: one of refused or failed photos alone asks for nothing anew."""
    seen = [encounter for encounter in encounters if any(eye.state not in ("missing", "exempt") for eye in encounter.finding.eyes)]
    return max(seen, key=lambda encounter: (encounter.accepted_at, encounter.encounter_id), default=None)


def eye_steps(state: PatientState, now: datetime) -> Iterator[WantedStep]:
    """Steps for the eyes of the latest sitting; an eye already examined in person asks for nothing.

    A missing eye has 7 days for its photo, and after them also an examination in person within 28; an ungradable one a
    retake within 7 days, from the third ungradable photo on an examination within 28. Clocks count from acceptance.
    """
    encounter = latest_sitting(state.encounters)
    if encounter is None:
        return
    for eye in encounter.current.eyes:
        if not state.closed("examination_in_person", encounter.encounter_id, eye.laterality):
            yield from _eye_steps(eye, encounter, state, now)


def _eye_steps(eye: EyeFinding, encounter: EncounterState, state: PatientState, now: datetime) -> Iterator[WantedStep]:
    accepted_on = state.local_day(encounter.accepted_at)
    if eye.state == "missing":
        row = PROTOCOL["eye_missing"]
        due = accepted_on + timedelta(days=row.days)
        yield cited("second_eye", due, row, urgency=row.urgency, owner_role="centre", laterality=eye.laterality, encounter_id=encounter.encounter_id)
        if state.local_day(now) > due:
            policy = POLICY["eye_missing_examination"]
            yield cited(
                "examination_in_person",
                accepted_on + timedelta(days=policy.value),
                policy,
                urgency=row.urgency,
                owner_role="clinician",
                laterality=eye.laterality,
                encounter_id=encounter.encounter_id,
            )
        return
    exhausted = eye.state == "ungradable" and eye.retakes >= PHOTOS_BEFORE_EXAMINATION
    if exhausted:
        row = PROTOCOL["ungradable_after_retakes"]
        yield cited(
            "examination_in_person",
            accepted_on + timedelta(days=row.days),
            row,
            urgency=row.urgency,
            owner_role="clinician",
            laterality=eye.laterality,
            encounter_id=encounter.encounter_id,
        )
    elif eye.state == "ungradable" or eye.laterality in encounter.retake_asked:
        row = PROTOCOL["ungradable"]
        yield cited(
            "retake",
            accepted_on + timedelta(days=row.days),
            row,
            urgency=row.urgency,
            owner_role="centre",
            reason="clinician_asked" if eye.laterality in encounter.retake_asked else None,
            laterality=eye.laterality,
            encounter_id=encounter.encounter_id,
        )
