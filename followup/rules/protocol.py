"""The steps a patient should have open now: everything known in, wanted steps out (DESIGN.md section 4 walk 3)."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

from followup.rules.child_steps import child_steps
from followup.rules.eye_steps import eye_steps
from followup.rules.facts import facts_on
from followup.rules.policy import POLICY
from followup.rules.recall import GAP_ROWS, MODIFIERS, Recall, recall_due
from followup.rules.skin_steps import skin_steps
from followup.rules.state import EncounterState, PatientState, SignedReport
from followup.rules.steps import Rule, WantedStep, cited, next_step
from screening.rules.programmes import PROGRAMMES
from screening.rules.protocol_rows import PROTOCOL, most_urgent
from screening.rules.review import review_due, review_policy

__all__ = ["NEEDS_SHARING", "next_step", "provisional_due", "wanted_steps"]

PROGRAMME = PROGRAMMES["retina-dr"]
# Without diabetes the programme is not for the person; in pregnancy only there is no routine screening (dr_modifiers.csv).
NOT_SCREENED = frozenset({"none", "gestational"})
NEEDS_SHARING = frozenset({"first_screen", "second_eye", "retake", "clinician_review"})
REFERRAL_ACTIONS = frozenset({"ophthalmologist", "emergency eye care"})
# What must be done today is no plan for afterwards.
TODAYS = frozenset({"emergency_today", "symptom_today", "doctor_today"})


def wanted_steps(state: PatientState, now: datetime) -> list[WantedStep]:
    """Every step that should be open at `now`, each with rule, version, source and reason; one of each key.

    Never empty for a patient under care, and empty without the consent `care`. Steps whose outcome was recorded are
    not wanted again. Without `share_clinic` what needs a photo or a reader becomes an examination in person.
    The list depends on the state alone: asked twice it is the same.
    """
    if "care" not in state.consents:
        return []
    path = [*eye_steps(state, now), *_reviews(state), *_after_signature(state)]
    if not path and not _screened(state) and _for_whom(state, now):
        path.append(_first_screen(state, now))
    steps = [*_symptoms(state), *_failed_photos(state), *path, *skin_steps(state, now), *child_steps(state)]
    if "share_clinic" not in state.consents:
        steps = _in_person(steps, {lesion.encounter_id for lesion in state.lesions})
    steps = [step for step in steps if step.kind == "symptom_today" or not state.closed(*step.key)]
    if all(step.kind in TODAYS or step.reason == "photo_failed" for step in steps):
        steps.append(_ask_again(state))
    return sorted(steps, key=lambda step: (step.due, step.kind, step.encounter_id or "", step.laterality or ""))


def provisional_due(state: PatientState, encounter: EncounterState, now: datetime) -> date | None:
    """The date an unsigned finding would get if it were signed now; None where the rules give none."""
    report = SignedReport(encounter.finding, encounter.taken_at, encounter.accepted_at, signed_at=now)
    return _recall(state, encounter, report).due


def _symptoms(state: PatientState) -> list[WantedStep]:
    opened = [told for told in state.symptoms if _symptom_open(state, told.encounter_id, told.at)]
    first = {told.encounter_id: told.at for told in sorted(opened, key=lambda told: told.at, reverse=True)}
    return [
        cited(
            "symptom_today",
            state.local_day(at),
            MODIFIERS["new_symptom"],
            urgency="same_day",
            owner_role="clinician",
            encounter_id=encounter_id,
            due_at=at,
        )
        for encounter_id, at in first.items()
    ]


def _symptom_open(state: PatientState, encounter_id: str | None, at: datetime) -> bool:
    return not state.closed("symptom_today", encounter_id, since=at)


def _reviews(state: PatientState) -> Iterator[WantedStep]:
    for encounter in state.encounters:
        if encounter.report_waiting:
            due_at = review_due(encounter.finding, encounter.waiting_since)
            yield cited(
                "clinician_review",
                state.local_day(due_at),
                review_policy(encounter.finding),
                urgency=encounter.finding.urgency,
                owner_role="clinician",
                encounter_id=encounter.encounter_id,
                due_at=due_at,
            )


def _failed_photos(state: PatientState) -> Iterator[WantedStep]:
    policy = POLICY["photo_failed"]
    for encounter in state.encounters:
        for laterality in sorted(encounter.failed_eyes):
            yield cited(
                "clinician_review",
                state.local_day(encounter.accepted_at) + timedelta(days=policy.value),
                policy,
                urgency="incomplete",
                owner_role="clinician",
                laterality=laterality,
                encounter_id=encounter.encounter_id,
            )


def _signed(state: PatientState) -> list[tuple[EncounterState, SignedReport]]:
    """Signed encounters, the photos taken last first."""
    pairs = [(encounter, encounter.signed) for encounter in state.encounters if encounter.signed is not None]
    return sorted(pairs, key=lambda pair: (pair[1].taken_at, pair[0].encounter_id), reverse=True)


def _recall(state: PatientState, encounter: EncounterState, report: SignedReport) -> Recall:
    earlier = [older for _, older in _signed(state) if older.taken_at < report.taken_at]
    symptom = any(told.encounter_id == encounter.encounter_id and _symptom_open(state, told.encounter_id, told.at) for told in state.symptoms)
    facts = facts_on(state.facts, state.local_day(report.signed_at))
    return recall_due(report, facts, zone=state.zone, symptom=symptom, earlier=earlier, region=state.region)


def _after_signature(state: PatientState) -> Iterator[WantedStep]:
    """A referral for every signed finding until its outcome is recorded; the recall of the newest report that gives a date."""
    recall_wanted = True
    for encounter, report in _signed(state):
        if (recall_wanted or _refers(report)) and (step := _dated_step(state, encounter, report)) is not None:
            yield step
            recall_wanted = False


def _refers(report: SignedReport) -> bool:
    return report.refer_by is not None or any(PROTOCOL[row].action in REFERRAL_ACTIONS for row in report.finding.row_ids)


def _dated_step(state: PatientState, encounter: EncounterState, report: SignedReport) -> WantedStep | None:
    """The step on the nearest of the rules' date and those that the clinician entered; None where there is neither."""
    recall = _recall(state, encounter, report)
    dates: list[tuple[date, Rule]] = [(entered, POLICY["clinician_date"]) for entered in (report.refer_by, report.next_due) if entered is not None]
    if recall.due is not None and recall.rule_id is not None:
        dates.insert(0, (recall.due, MODIFIERS.get(recall.rule_id) or PROTOCOL[recall.rule_id]))
    if not dates:
        return None
    due, rule = min(dates, key=lambda dated: dated[0])
    kind, owner_role, urgency = ("referral", "clinician", "refer") if _refers(report) else ("recall", "centre", "routine")
    rows = [PROTOCOL[row].urgency for row in (*report.finding.row_ids, recall.row_id) if row is not None and row not in GAP_ROWS]
    pressing = most_urgent(urgency, *rows, *(["same_day"] if rule.id == "new_symptom" else []))
    return cited(kind, due, rule, urgency=pressing, owner_role=owner_role, encounter_id=encounter.encounter_id, reasons=recall.reasons)


def _screened(state: PatientState) -> bool:
    return any(not report.photo_too_old for _, report in _signed(state))


def _for_whom(state: PatientState, now: datetime) -> bool:
    adult = state.age is None or state.age >= PROGRAMME.youngest_age
    diabetes = facts_on(state.facts, state.local_day(now)).diabetes
    return adult and diabetes not in NOT_SCREENED and not (diabetes is None and _came_for_skin(state))


def _came_for_skin(state: PatientState) -> bool:
    """Whether a spot is all that she came for: she told nothing for an eye check, and of no diabetes with the spot."""
    told = state.encounters or state.facts or state.symptoms or any(lesion.diabetes for lesion in state.lesions)
    return bool(state.lesions) and not told


def _first_screen(state: PatientState, now: datetime) -> WantedStep:
    """Within 30 days; type 1 within five years of diagnosis; in pregnancy at once. An old photo does not count as one."""
    facts = facts_on(state.facts, state.local_day(now))
    old = [report.signed_at for _, report in _signed(state)]
    began = state.local_day(max([state.registered_at, *old]))
    default = POLICY["first_screen_default"]
    due, rule = began + timedelta(days=default.value), _first_rule(facts.diabetes)
    if facts.diabetes == "type1" and facts.diagnosed_year is not None:
        due = max(due, date(facts.diagnosed_year, 1, 1) + timedelta(days=int(MODIFIERS["type1_start"].value)))
    if facts.pregnant_on is not None and facts.pregnant_on <= due:
        due, rule = max(facts.pregnant_on, began), MODIFIERS["pregnancy_pre_existing"]
    return cited("first_screen", due, rule, urgency="routine", owner_role="centre", reason="photo_too_old" if old else None)


def _first_rule(diabetes: str | None) -> Rule:
    return MODIFIERS.get(f"{diabetes}_start") or POLICY["first_screen_default"]


def _in_person(steps: Sequence[WantedStep], skin: Collection[str | None]) -> list[WantedStep]:
    """Steps that need a shared photo become one examination in person for each encounter, as soon as the first of them.

    `skin` are the encounters about a spot: their rule says so, and gives the step its title.
    """
    needing = [step for step in steps if step.kind in NEEDS_SHARING]
    merged = [step for step in steps if step.kind not in NEEDS_SHARING]
    for encounter_id in {step.encounter_id for step in needing}:
        replaced = [step for step in needing if step.encounter_id == encounter_id]
        merged.append(
            cited(
                "in_person_instead_of_photo",
                min(step.due for step in replaced),
                POLICY["skin_no_sharing" if encounter_id in skin else "no_sharing"],
                urgency=most_urgent(*(step.urgency for step in replaced)),
                owner_role="centre",
                encounter_id=encounter_id,
            )
        )
    return merged


def _ask_again(state: PatientState) -> WantedStep:
    """A year after the last thing that happened, or on the day entered with it."""
    happened: list[tuple[datetime, date | None]] = [(state.registered_at, None)]
    happened += [(record.recorded_at, None) for record in state.facts]
    happened += [(report.signed_at, report.next_due) for _, report in _signed(state)]
    happened += [(outcome.at, outcome.next_due) for outcome in state.outcomes]
    at, entered = max(happened, key=lambda event: (event[0], event[1] or date.min))
    if entered is not None:
        return cited("ask_again", entered, POLICY["clinician_date"], urgency="routine", owner_role="centre")
    policy = POLICY["ask_again"]
    return cited("ask_again", state.local_day(at) + timedelta(days=policy.value), policy, urgency="routine", owner_role="centre")
