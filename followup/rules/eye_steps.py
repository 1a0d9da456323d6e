"""What an eye without a grade asks for: a photo of it, another photo, or an examination in person."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from followup.rules.policy import POLICY
from followup.rules.state import EncounterState, PatientState
from followup.rules.steps import Rule, WantedStep, cited
from screening.rules.diabetic_retinopathy import EyeFinding
from screening.rules.encounters import answers_open_question
from screening.rules.protocol_rows import PROTOCOL, ProtocolRow

EXAMINATION_DAYS = {"missing": POLICY["eye_missing_examination"].value, "ungradable": PROTOCOL["ungradable_after_retakes"].days}


def eye_steps(state: PatientState, now: datetime) -> Iterator[WantedStep]:
    """Steps for eyes that have had no answer since they were last graded or examined in person.

    A missing or ungradable eye is photographed within 7 days; when they have passed it is also to be examined in
    person within 28 days, and once the sitting can no longer be completed, or on the third ungradable photo, only that.
    Clocks count from acceptance. A newer sitting asks for the photo anew but takes no examination back.
    """
    sittings = sorted(state.encounters, key=lambda encounter: (encounter.accepted_at, encounter.encounter_id), reverse=True)
    # One of refused or failed photos alone asks for nothing anew.
    seen = [encounter for encounter in sittings if any(eye.state not in ("missing", "exempt") for eye in encounter.current.eyes)]
    for side in (0, 1):
        unanswered = list(takewhile(lambda pair: _unanswered(*pair, state), ((encounter.current.eyes[side], encounter) for encounter in seen)))
        yield from _photo_step(unanswered[:1], state, now)
        examinations = [step for eye, encounter in unanswered for step in _examination(eye, encounter, state, now)]
        yield from sorted(examinations, key=lambda step: step.due)[:1]


def _unanswered(eye: EyeFinding, encounter: EncounterState, state: PatientState) -> bool:
    return eye.state in ("missing", "ungradable", "pending") and not state.closed("examination_in_person", encounter.encounter_id, eye.laterality)


def _row(eye: EyeFinding) -> ProtocolRow:
    return PROTOCOL["eye_missing" if eye.state == "missing" else "ungradable"]


def _photo_step(newest: Sequence[tuple[EyeFinding, EncounterState]], state: PatientState, now: datetime) -> Iterator[WantedStep]:
    for eye, encounter in newest:
        if answers_open_question(eye, opened_at=encounter.opened_at, now=now):
            row = _row(eye)
            yield cited(
                "second_eye" if eye.state == "missing" else "retake",
                state.local_day(encounter.accepted_at) + timedelta(days=row.days),
                row,
                urgency=row.urgency,
                owner_role="centre",
                reason="clinician_asked" if eye.laterality in encounter.retake_asked else None,
                laterality=eye.laterality,
                encounter_id=encounter.encounter_id,
            )


def _examination(eye: EyeFinding, encounter: EncounterState, state: PatientState, now: datetime) -> Iterator[WantedStep]:
    accepted_on = state.local_day(encounter.accepted_at)
    photo_may_come = answers_open_question(eye, opened_at=encounter.opened_at, now=now)
    in_time = state.local_day(now) <= accepted_on + timedelta(days=_row(eye).days)
    if eye.state == "pending" or (photo_may_come and in_time):
        return
    rule: Rule = POLICY["eye_missing_examination"] if eye.state == "missing" else PROTOCOL["ungradable_after_retakes"]
    yield cited(
        "examination_in_person",
        accepted_on + timedelta(days=EXAMINATION_DAYS[eye.state]),
        rule,
        urgency=PROTOCOL["ungradable_after_retakes"].urgency,
        owner_role="clinician",
        laterality=eye.laterality,
        encounter_id=encounter.encounter_id,
    )
