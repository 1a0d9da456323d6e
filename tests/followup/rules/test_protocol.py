"""The steps a patient should have: never none, exactly one next, nothing lowered, each with its reason."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.rules.protocol import next_step, provisional_due, wanted_steps
from followup.rules.sentences import SENTENCES
from followup.rules.state import EncounterState, PatientState, RecordedOutcome, SymptomReport
from followup.rules.steps import STEP_KINDS, WantedStep
from screening.rules.protocol_rows import urgency_rank
from tests.rule_cases import FOUR_CONSENTS, NOW, TODAY, days, encounter, eye, fact, patient, person, report, signed_encounter, unhurried

TYPE2 = (fact("diabetes", "type2"),)


def steps(state: PatientState, at: datetime = NOW) -> list[tuple[str, int, str]]:
    return [(step.kind, (step.due - TODAY).days, step.rule_id) for step in wanted_steps(state, at)]


def the(kind: str, state: PatientState, at: datetime = NOW) -> WantedStep:
    (step,) = [step for step in wanted_steps(state, at) if step.kind == kind]
    return step


class TestBeforeThePhoto:
    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ((), ("first_screen", 30, "first_screen_default")),
            ((fact("diabetes", "unknown"),), ("first_screen", 30, "first_screen_default")),
            (TYPE2, ("first_screen", 30, "type2_start")),
            ((fact("diabetes", "type1"),), ("first_screen", 30, "type1_start")),
            ((fact("diabetes", "type1"), fact("diabetes_year", 2010)), ("first_screen", 30, "type1_start")),
            ((*TYPE2, fact("pregnant", True)), ("first_screen", 0, "pregnancy_pre_existing")),
            ((fact("diabetes", "none"),), ("ask_again", 365, "ask_again")),
            ((fact("diabetes", "gestational"), fact("pregnant", True)), ("ask_again", 365, "ask_again")),
        ],
    )
    def test_first_step_follows_the_diabetes(self, facts: tuple[object, ...], expected: tuple[str, int, str]) -> None:
        recorded_now = tuple(replace(one, recorded_at=NOW) for one in facts)  # type: ignore[type-var]
        assert steps(patient(facts=recorded_now)) == [expected]

    def test_type_1_is_screened_within_five_years_of_diagnosis(self) -> None:
        facts = (fact("diabetes", "type1"), fact("diabetes_year", 2025))
        assert the("first_screen", patient(facts=facts)).due == date(2025, 1, 1) + days(1825)

    def test_pregnancy_told_after_the_first_date_does_not_move_it(self) -> None:
        late = (*TYPE2, fact("pregnant", True, on=TODAY + days(31)))
        assert steps(patient(facts=late), NOW + days(31)) == [("first_screen", 30, "type2_start")]

    def test_child_is_asked_again_and_not_screened(self) -> None:
        assert steps(patient(age=17)) == [("ask_again", 365, "ask_again")]
        assert steps(patient(age=18)) == steps(patient(age=None)) == [("first_screen", 30, "first_screen_default")]

    def test_symptom_needs_no_photo_and_stands_beside_the_first_screen(self) -> None:
        state = patient(symptoms=(SymptomReport(NOW),))
        assert steps(state) == [("symptom_today", 0, "new_symptom"), ("first_screen", 30, "first_screen_default")]
        step = the("symptom_today", state)
        assert (step.urgency, step.owner_role, step.due_at) == ("same_day", "clinician", NOW)
        assert next_step(wanted_steps(state, NOW)) == step

    def test_symptom_told_twice_is_one_step_of_the_first_telling(self) -> None:
        told = (SymptomReport(NOW + days(1)), SymptomReport(NOW))
        assert the("symptom_today", patient(symptoms=told)).due == TODAY

    def test_symptom_ends_with_its_outcome_and_comes_back_when_told_again(self) -> None:
        done = RecordedOutcome("symptom_today", NOW + days(1))
        assert [kind for kind, *_ in steps(patient(symptoms=(SymptomReport(NOW),), outcomes=(done,)))] == ["first_screen"]
        again = patient(symptoms=(SymptomReport(NOW + days(2)),), outcomes=(done,))
        assert the("symptom_today", again).due == TODAY + days(2)

    def test_photos_still_queued_leave_the_first_screen_open(self) -> None:
        assert steps(patient(encounter(person("pending", "pending")), facts=TYPE2)) == [("first_screen", 30, "type2_start")]


class TestReview:
    @pytest.mark.parametrize(
        ("grade", "within", "rule"), [(4, 1, "review_critical"), (3, 3, "review_referable"), (2, 3, "review_referable"), (0, 7, "review_other")]
    )
    def test_composed_report_has_a_review_with_owner_and_clock(self, grade: int, within: int, rule: str) -> None:
        step = the("clinician_review", patient(encounter(person(grade, 0), waiting=True)))
        assert (step.due, step.due_at, step.rule_id, step.owner_role) == (TODAY + days(within), NOW + days(within), rule, "clinician")

    def test_clock_runs_from_the_first_photo_without_an_answer(self) -> None:
        kept_waiting = replace(encounter(person(4, 0), waiting=True), accepted_at=NOW + days(1))
        assert the("clinician_review", patient(kept_waiting)).due_at == NOW + days(1)

    def test_every_waiting_report_has_its_own_review(self) -> None:
        state = patient(encounter(person(0, 0), waiting=True), encounter(person(2, 0), encounter_id="newer", accepted=NOW + days(1), waiting=True))
        assert sorted(step.encounter_id or "" for step in wanted_steps(state, NOW) if step.kind == "clinician_review") == ["newer", "sitting"]

    def test_review_reopens_beside_what_was_signed(self) -> None:
        reopened = encounter(person(0, 0), accepted=NOW + days(1), waiting=True, signed=report(person(3, 0)))
        assert {kind for kind, *_ in steps(patient(reopened, facts=TYPE2))} == {"clinician_review", "referral"}

    def test_failed_photo_has_a_person_and_the_patient_another_step(self) -> None:
        failed = encounter(person("missing", "missing"), failed_eyes=frozenset({"OD"}))
        state = patient(failed, facts=TYPE2)
        assert steps(state) == [("clinician_review", 7, "photo_failed"), ("first_screen", 30, "type2_start")]
        assert the("clinician_review", state).laterality == "OD"
        children = patient(failed, age=10)
        assert [kind for kind, *_ in steps(children)] == ["clinician_review", "ask_again"]


class TestAfterSignature:
    @pytest.mark.parametrize(("grade", "due", "rule"), [(0, 365, "no_dr"), (1, 270, "mild")])
    def test_calm_report_gives_the_recall_with_its_reason(self, grade: int, due: int, rule: str) -> None:
        state = patient(signed_encounter(person(grade, 0)), facts=TYPE2)
        assert steps(state) == [("recall", due, rule)]
        assert the("recall", state).reasons == (rule,)

    @pytest.mark.parametrize(
        ("finding", "due", "rule", "urgency"),
        [
            (person(2, 0), 90, "moderate", "refer"),
            (person(3, 0), 28, "severe", "refer_soon"),
            (person(4, 0), 14, "pdr", "urgent"),
            (person(4, 2, symptom=True), 0, "pdr_new_symptom", "same_day"),
            (person(0, 0, dme="centre"), 28, "dme_centre", "refer_soon"),
        ],
    )
    def test_signed_finding_is_referred_and_not_recalled(self, finding: object, due: int, rule: str, urgency: str) -> None:
        state = patient(signed_encounter(finding), facts=TYPE2)  # type: ignore[arg-type]
        assert steps(state) == [("referral", due, rule)]
        assert the("referral", state).urgency == urgency

    def test_referable_eye_is_referred_at_once_and_the_other_still_asked_for(self) -> None:
        assert steps(patient(signed_encounter(person(2, "missing")), facts=TYPE2)) == [("second_eye", 7, "eye_missing"), ("referral", 90, "moderate")]

    def test_referral_stays_until_its_outcome_whatever_a_later_photo_shows(self) -> None:
        later = signed_encounter(person(0, 0), encounter_id="later", at=NOW + days(100))
        state = patient(signed_encounter(person(4, 0)), later, facts=TYPE2)
        assert ("referral", 14, "pdr") in steps(state)
        closed = replace(state, outcomes=(RecordedOutcome("referral", NOW + days(101), "sitting"),))
        assert [kind for kind, *_ in steps(closed)] == ["recall"]

    def test_after_the_outcome_of_a_referral_the_next_date_is_what_was_entered_or_a_year(self) -> None:
        state = patient(signed_encounter(person(3, 0)), facts=TYPE2)
        attended = RecordedOutcome("referral", NOW + days(20), "sitting")
        assert steps(replace(state, outcomes=(attended,))) == [("ask_again", 385, "ask_again")]
        entered = replace(attended, next_due=TODAY + days(50))
        assert steps(replace(state, outcomes=(entered,))) == [("ask_again", 50, "clinician_date")]

    def test_earlier_recall_does_not_come_back_after_a_referral(self) -> None:
        state = patient(
            signed_encounter(person(0, 0)),
            signed_encounter(person(3, 0), encounter_id="later", at=NOW + days(30)),
            outcomes=(RecordedOutcome("referral", NOW + days(40), "later"),),
        )
        assert steps(state) == [("ask_again", 405, "ask_again")]

    def test_newest_report_with_a_date_gives_the_recall(self) -> None:
        newer = signed_encounter(person(1, 0), encounter_id="newer", at=NOW + days(200))
        state = patient(signed_encounter(person(0, 0)), newer, facts=TYPE2)
        assert steps(state) == [("recall", 402, "worse_than_last")]

    def test_incomplete_report_keeps_the_date_that_an_earlier_one_gave(self) -> None:
        newer = signed_encounter(person(0, "missing"), encounter_id="newer", at=NOW + days(200))
        assert ("recall", 365, "no_dr") in steps(patient(signed_encounter(person(0, 0)), newer, facts=TYPE2), NOW + days(200))

    def test_clinicians_date_counts_where_it_is_nearer_or_alone(self) -> None:
        assert steps(patient(signed_encounter(person(0, 0), next_due=TODAY + days(100)), facts=TYPE2)) == [("recall", 100, "clinician_date")]
        assert steps(patient(signed_encounter(person(0, 0), next_due=TODAY + days(700)), facts=TYPE2)) == [("recall", 365, "no_dr")]
        only = (fact("diabetes", "gestational"),)
        assert steps(patient(signed_encounter(person(0, 0), next_due=TODAY + days(100)), facts=only)) == [("recall", 100, "clinician_date")]

    def test_other_finding_is_referred_by_the_clinicians_date(self) -> None:
        state = patient(signed_encounter(person(0, 0), refer_by=TODAY + days(30)), facts=TYPE2)
        assert steps(state) == [("referral", 30, "clinician_date")]
        assert the("referral", state).urgency == "refer"
        only = (fact("diabetes", "gestational"),)
        assert steps(patient(signed_encounter(person(0, 0), refer_by=TODAY + days(30)), facts=only)) == [("referral", 30, "clinician_date")]

    def test_diabetes_in_pregnancy_only_ends_with_being_asked_again(self) -> None:
        assert steps(patient(signed_encounter(person(0, 0)), facts=(fact("diabetes", "gestational", recorded=NOW),))) == [
            ("ask_again", 365, "ask_again")
        ]

    def test_symptom_of_the_sitting_makes_its_date_today_until_it_is_closed(self) -> None:
        state = patient(signed_encounter(person(0, 0, symptom=True)), facts=TYPE2, symptoms=(SymptomReport(NOW, "sitting"),))
        assert steps(state) == [("recall", 0, "new_symptom"), ("symptom_today", 0, "new_symptom")]
        assert the("recall", state).urgency == "same_day"
        closed = replace(state, outcomes=(RecordedOutcome("symptom_today", NOW, "sitting"),))
        assert steps(closed) == [("recall", 365, "no_dr")]

    def test_symptom_of_another_sitting_leaves_the_date(self) -> None:
        state = patient(signed_encounter(person(0, 0)), facts=TYPE2, symptoms=(SymptomReport(NOW, "another"),))
        assert ("recall", 365, "no_dr") in steps(state)

    def test_fact_that_ends_later_does_not_lengthen_the_interval_again(self) -> None:
        state = patient(signed_encounter(person(0, 0)), facts=(*TYPE2, fact("hba1c", 9.5)))
        assert steps(state, NOW) == steps(state, NOW + days(270)) == [("recall", 273, "hba1c_high")]

    def test_fact_told_after_the_signature_brings_the_date_nearer(self) -> None:
        told = (*TYPE2, fact("under_eye_doctor", True, on=TODAY + days(30)))
        assert steps(patient(signed_encounter(person(0, 0)), facts=told)) == [("recall", 180, "treated_stable")]

    def test_old_photo_is_no_screen_and_a_new_one_is_wanted(self) -> None:
        old = encounter(person(0, 0), signed=report(person(0, 0), taken=NOW - days(200), accepted=NOW, signed=NOW + days(2)))
        state = patient(old, facts=TYPE2)
        assert steps(state) == [("first_screen", 32, "type2_start")]
        assert the("first_screen", state).reason == "photo_too_old"

    def test_region_of_the_patient_reaches_the_date(self) -> None:
        assert steps(patient(signed_encounter(person(1, 0)), facts=TYPE2, region="ico_high")) == [("recall", 180, "mild")]

    def test_two_screens_lengthen_only_across_sittings(self) -> None:
        calm = (*TYPE2, fact("pregnant", False, on=TODAY), fact("hba1c", 7.0))
        first = signed_encounter(person(0, 0), encounter_id="first", at=NOW - days(300))
        assert steps(patient(first, signed_encounter(person(0, 0)), facts=calm)) == [("recall", 730, "two_clear_screens")]
        assert steps(patient(signed_encounter(person(0, 0)), facts=calm)) == [("recall", 365, "no_dr")]

    def test_declined_recall_leaves_somebody_to_ask_again(self) -> None:
        state = patient(signed_encounter(person(0, 0)), facts=TYPE2, outcomes=(RecordedOutcome("recall", NOW + days(5), "sitting"),))
        assert steps(state) == [("ask_again", 370, "ask_again")]


class TestConsent:
    def test_without_care_there_is_no_record_and_no_step(self) -> None:
        assert wanted_steps(patient(consents=FOUR_CONSENTS - {"care"}), NOW) == []

    def test_withdrawn_sharing_turns_reviews_and_photos_into_one_examination_each(self) -> None:
        both = encounter(person(3, "missing"), waiting=True)
        newer = encounter(person(0, 0), encounter_id="newer", accepted=NOW + days(1), waiting=True)
        state = patient(both, newer, consents=FOUR_CONSENTS - {"share_clinic"})
        assert steps(state) == [("in_person_instead_of_photo", 3, "no_sharing"), ("in_person_instead_of_photo", 8, "no_sharing")]
        assert wanted_steps(state, NOW)[0].urgency == "refer_soon"

    def test_without_sharing_the_first_screen_is_in_person_with_the_same_date(self) -> None:
        assert steps(patient(facts=TYPE2, consents=FOUR_CONSENTS - {"share_clinic"})) == [("in_person_instead_of_photo", 30, "no_sharing")]

    def test_without_sharing_referral_and_symptom_stay(self) -> None:
        state = patient(signed_encounter(person(4, 0)), symptoms=(SymptomReport(NOW),), consents=FOUR_CONSENTS - {"share_clinic"})
        assert {kind for kind, *_ in steps(state)} == {"referral", "symptom_today"}

    def test_examined_in_person_leaves_somebody_to_ask_again(self) -> None:
        done = RecordedOutcome("in_person_instead_of_photo", NOW + days(9))
        state = patient(facts=TYPE2, consents=FOUR_CONSENTS - {"share_clinic"}, outcomes=(done,))
        assert steps(state) == [("ask_again", 374, "ask_again")]


class TestProvisionalDate:
    def test_unsigned_finding_has_the_date_of_a_signature_now(self) -> None:
        seen = encounter(person(2, 0))
        assert provisional_due(patient(seen, facts=TYPE2), seen, NOW) == TODAY + days(90)

    def test_no_date_where_the_rules_give_none(self) -> None:
        seen = encounter(person(0, "missing"))
        assert provisional_due(patient(seen, facts=TYPE2), seen, NOW) is None


class TestNext:
    def test_nobody_without_a_step_passes_unseen(self) -> None:
        with pytest.raises(ValueError, match="lost"):
            next_step([])

    def test_today_first_then_the_earliest_then_the_most_pressing_then_what_the_patient_can_do(self) -> None:
        (base,) = wanted_steps(patient(), NOW)
        today = replace(base, kind="symptom_today", urgency="same_day", due=TODAY + days(5))
        early, pressing = replace(base, due=TODAY), replace(base, due=TODAY, urgency="refer")
        review, retake = replace(base, kind="clinician_review"), replace(base, kind="retake", laterality="OS")
        assert next_step([early, today]) is today
        assert next_step([base, early]) is early
        assert next_step([early, pressing]) is pressing
        assert next_step([review, retake]) is retake
        assert next_step([retake, replace(retake, laterality="OD")]).laterality == "OD"

    def test_patients_calendar_names_the_day(self) -> None:
        evening = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
        assert steps(patient(registered_at=evening)) == [("first_screen", 31, "first_screen_default")]


moments = st.integers(0, 400).map(lambda number: NOW + days(number))
eye_state = st.sampled_from([0, 1, 2, 3, 4, "missing", "ungradable", "unread", "pending"])


@st.composite
def encounters(draw: st.DrawFn, encounter_id: str) -> EncounterState:
    right = draw(eye_state)
    left = draw(st.one_of(eye_state, st.just(eye("OS", "ungradable", retakes=3))))
    finding = person(right, left, symptom=draw(st.sampled_from([True, False, None])))
    at = draw(moments)
    signed = report(finding, taken=at - days(draw(st.sampled_from([0, 200]))), accepted=at) if draw(st.booleans()) else None
    return encounter(finding, encounter_id=encounter_id, accepted=at, waiting=draw(st.booleans()), signed=signed)


@st.composite
def patients(draw: st.DrawFn) -> PatientState:
    names = ["first", "second", "third"][: draw(st.integers(0, 3))]
    where = st.sampled_from([None, *names])
    return patient(
        *(draw(encounters(name)) for name in names),
        age=draw(st.sampled_from([None, 17, 50])),
        facts=tuple(
            draw(st.lists(st.builds(fact, st.just("diabetes"), st.sampled_from(["none", "type1", "type2", "gestational", "unknown"])), max_size=2))
        ),
        symptoms=tuple(draw(st.lists(st.builds(SymptomReport, moments, where), max_size=2))),
        outcomes=tuple(draw(st.lists(st.builds(RecordedOutcome, st.sampled_from(STEP_KINDS), moments, where), max_size=3))),
        consents=draw(st.sampled_from([FOUR_CONSENTS, FOUR_CONSENTS - {"share_clinic"}])),
    )


@unhurried
@given(patients(), moments)
def test_nobody_is_ever_lost(state: PatientState, now: datetime) -> None:
    wanted = wanted_steps(state, now)
    assert wanted == wanted_steps(state, now)
    assert next_step(wanted) in wanted
    assert len({step.key for step in wanted}) == len(wanted)
    assert any(step.kind != "symptom_today" for step in wanted)
    for step in wanted:
        assert step.kind in STEP_KINDS
        assert step.rule_version
        assert step.source
        assert f"step.{step.kind}" in SENTENCES
        assert {f"reason.{reason}" for reason in (step.reason, *step.reasons)} <= set(SENTENCES)
        assert urgency_rank(step.urgency) >= 0


@unhurried
@given(patients(), moments)
def test_open_symptom_unsigned_report_and_signed_finding_are_always_somebodys(state: PatientState, now: datetime) -> None:
    kinds = {(step.kind, step.encounter_id) for step in wanted_steps(state, now)}
    for told in state.symptoms:
        assert ("symptom_today", told.encounter_id) in kinds or state.closed("symptom_today", told.encounter_id, since=told.at)
    for seen in state.encounters:
        reviews = {("clinician_review", seen.encounter_id), ("in_person_instead_of_photo", seen.encounter_id)}
        if seen.report_waiting and not any(state.closed(*review) for review in reviews):
            assert reviews & kinds
        if seen.signed and seen.signed.finding.referable and not state.closed("referral", seen.encounter_id):
            assert ("referral", seen.encounter_id) in kinds
