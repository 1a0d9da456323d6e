"""A spot has its steps: today, a photo, a doctor's answer, a visit or eight weeks; and no step tells what only a doctor may tell."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.rules.protocol import next_step, wanted_steps
from followup.rules.sentences import SENTENCES, step_title
from followup.rules.state import LesionState, PatientState, RecordedOutcome, SignedLesion
from followup.rules.steps import STEP_KINDS, WantedStep
from screening.rules.skin.decision import LesionDecision, lesion_as_decided
from screening.rules.skin.urgency import CLASSES, LesionFinding
from tests.rule_cases import FOUR_CONSENTS, NOW, TODAY, days, fact, patient, person, signed_encounter, unhurried
from tests.skin_cases import ALL_NO, close_up, overview, signed_sitting, sitting, spot

WATCHED = spot(close_up("NEV"))
EMERGENCY = spot(told=ALL_NO | {"q0b": True})


def steps(*lesions: LesionState, at: datetime = NOW, **known: object) -> list[tuple[str, int, str]]:
    return [(step.kind, (step.due - TODAY).days, step.rule_id) for step in wanted_steps(with_spots(*lesions, **known), at)]


def with_spots(*lesions: LesionState, **known: object) -> PatientState:
    return patient(lesions=lesions, **known)


def decided(urgency: str, lesion_class: str = "other", finding: LesionFinding = WATCHED) -> LesionFinding:
    return lesion_as_decided(finding, LesionDecision(lesion_class, urgency, reason="Seen"))


class TestToday:
    def test_emergency_is_called_today_and_stands_before_everything(self) -> None:
        state = with_spots(sitting(EMERGENCY, stopped_at=NOW))
        step = next_step(wanted_steps(state, NOW))
        assert (step.kind, step.urgency, step.due_at, step.owner_role) == ("emergency_today", "emergency", NOW, "clinician")

    def test_emergency_stays_after_a_signature_until_somebody_recorded_what_came_of_it(self) -> None:
        lesion = signed_sitting(decided("urgent", finding=EMERGENCY), stopped_at=NOW)
        assert {kind for kind, *_ in steps(lesion)} == {"emergency_today", "referral"}
        attended = RecordedOutcome("emergency_today", NOW, lesion.encounter_id)
        assert {kind for kind, *_ in steps(lesion, outcomes=(attended,))} == {"referral"}

    def test_answer_that_cannot_wait_is_a_doctor_today_before_any_signature(self) -> None:
        unsure = spot(told=ALL_NO | {"q0b": "unknown"})
        assert ("doctor_today", 0, "skin_same_day") in steps(sitting(unsure))

    def test_what_the_program_saw_is_told_by_no_step_but_reviewed_within_a_day(self) -> None:
        seen = spot(close_up("MEL"), told=ALL_NO | {"q3": ["immunosuppressed"]})
        assert seen.urgency == "same_day"
        assert steps(sitting(seen, waiting=True)) == [("clinician_review", 1, "review_critical")]
        assert ("doctor_today", 0, "skin_same_day") in steps(signed_sitting(decided("same_day")))


class TestReview:
    @pytest.mark.parametrize(
        ("finding", "hours", "rule"),
        [
            (spot(close_up("NEV", MEL=0.05)), 24, "review_critical"),
            (spot(close_up("SCC")), 72, "review_referable"),
            (WATCHED, 168, "review_other"),
        ],
    )
    def test_report_that_waits_has_a_review_with_an_hour(self, finding: LesionFinding, hours: int, rule: str) -> None:
        (step,) = wanted_steps(with_spots(sitting(finding, waiting=True)), NOW)
        assert (step.kind, step.rule_id, step.due_at) == ("clinician_review", rule, NOW + timedelta(hours=hours))

    def test_photo_that_failed_by_our_fault_has_a_person(self) -> None:
        found = steps(sitting(spot(close_up(outcome="failed")), photo_failed=True))
        assert ("clinician_review", 7, "photo_failed") in found


class TestPhoto:
    def test_unreadable_close_up_is_asked_for_again_within_seven_days(self) -> None:
        assert steps(sitting(spot(close_up(outcome="retake")))) == [("retake", 7, "skin_ungradable")]

    def test_missing_close_up_is_asked_for(self) -> None:
        assert steps(sitting(spot(overview()))) == [("retake", 7, "skin_photo_missing")]

    def test_third_unreadable_photo_is_examined_in_person_within_28_days(self) -> None:
        poor = spot(*[close_up(outcome="retake", photo_id=str(number)) for number in range(3)])
        assert steps(sitting(poor)) == [("examination_in_person", 28, "skin_ungradable_after_retakes")]

    @pytest.mark.parametrize(
        ("later", "kinds"), [(7, {"retake"}), (8, {"retake", "examination_in_person"}), (28, {"retake", "examination_in_person"})]
    )
    def test_photo_that_does_not_come_becomes_an_examination(self, later: int, kinds: set[str]) -> None:
        assert {kind for kind, *_ in steps(sitting(spot(close_up(outcome="retake"))), at=NOW + days(later))} == kinds

    def test_after_28_days_only_the_examination_is_left(self) -> None:
        found = steps(sitting(spot(close_up(outcome="retake"))), at=NOW + days(28) + timedelta(seconds=1))
        assert found == [("examination_in_person", 28, "skin_ungradable_after_retakes")]

    def test_dermatologist_may_ask_for_another_photo(self) -> None:
        lesion = signed_sitting(decided("retake", "cannot_tell"), retake_asked=True)
        (step,) = wanted_steps(with_spots(lesion), NOW)
        assert (step.kind, step.reason) == ("retake", "skin_asked_again")

    def test_newer_sitting_of_the_spot_asks_instead_of_the_old_one(self) -> None:
        old = sitting(spot(close_up(outcome="retake")), encounter_id="old")
        new = sitting(WATCHED, encounter_id="new", at=NOW + days(1), waiting=True)
        assert [kind for kind, *_ in steps(old, new, at=NOW + days(1))] == ["clinician_review"]


class TestPlaceWithoutAPhoto:
    def test_intimate_place_of_a_minor_is_seen_in_person_within_28_days(self) -> None:
        lesion = sitting(spot(site="genitals", age=15), photo_allowed=False, waiting=True)
        assert ("examination_in_person", 28, "skin_in_person") in steps(lesion, age=15)

    def test_signed_visit_takes_its_place_and_a_signed_watch_does_not(self) -> None:
        intimate = spot(site="genitals", age=15)
        visit = signed_sitting(decided("urgent", finding=intimate), photo_allowed=False)
        assert steps(visit, age=15) == [("referral", 14, "skin_within_14_days")]
        watch = signed_sitting(decided("short", "cannot_tell", intimate), photo_allowed=False)
        assert steps(watch, age=15) == [("examination_in_person", 28, "skin_in_person")]


class TestAfterSignature:
    @pytest.mark.parametrize(
        ("urgency", "expected"),
        [
            ("short", ("recall", 56, "skin_watch")),
            ("refer", ("referral", 84, "skin_within_12_weeks")),
            ("refer_soon", ("referral", 42, "skin_within_6_weeks")),
            ("urgent", ("referral", 14, "skin_within_14_days")),
        ],
    )
    def test_each_urgency_has_its_date(self, urgency: str, expected: tuple[str, int, str]) -> None:
        assert steps(signed_sitting(decided(urgency))) == [expected]

    def test_date_is_never_before_the_signature(self) -> None:
        late = SignedLesion(decided("urgent"), NOW, NOW, NOW + days(20))
        assert steps(sitting(WATCHED, signed=late), at=NOW + days(20)) == [("referral", 20, "skin_within_14_days")]

    def test_dermatologists_date_only_brings_it_nearer(self) -> None:
        sooner = replace(signed_sitting(decided("short")), signed=SignedLesion(decided("short"), NOW, NOW, NOW, TODAY + days(14)))
        assert steps(sooner) == [("recall", 14, "skin_clinician_date")]
        later = replace(sooner, signed=SignedLesion(decided("short"), NOW, NOW, NOW, TODAY + days(100)))
        assert steps(later) == [("recall", 56, "skin_watch")]

    def test_old_photo_counts_from_the_signature(self) -> None:
        old = SignedLesion(decided("short"), NOW - days(200), NOW, NOW)
        assert steps(sitting(WATCHED, signed=old)) == [("recall", 56, "skin_watch")]

    def test_referral_stays_until_its_outcome_though_a_newer_sitting_is_calm(self) -> None:
        old = signed_sitting(decided("urgent"), encounter_id="old")
        new = signed_sitting(decided("short"), encounter_id="new", at=NOW + days(3))
        assert {kind for kind, *_ in steps(old, new, at=NOW + days(3))} == {"referral", "recall"}
        attended = RecordedOutcome("referral", NOW + days(4), "old")
        assert {kind for kind, *_ in steps(old, new, at=NOW + days(4), outcomes=(attended,))} == {"recall"}

    def test_newer_sitting_of_the_spot_ends_the_old_watch_and_another_spot_does_not(self) -> None:
        old = signed_sitting(decided("short"), encounter_id="old")
        new = sitting(WATCHED, encounter_id="new", at=NOW + days(50), waiting=True)
        assert [kind for kind, *_ in steps(old, new, at=NOW + days(50))] == ["clinician_review"]
        elsewhere = replace(new, lesion_id="another")
        assert {kind for kind, *_ in steps(old, elsewhere, at=NOW + days(50))} == {"clinician_review", "recall"}


class TestWhoCameForWhat:
    def test_person_who_came_for_a_spot_is_not_sent_to_an_eye_screen(self) -> None:
        assert [kind for kind, *_ in steps(sitting(WATCHED, waiting=True))] == ["clinician_review"]
        assert [kind for kind, *_ in steps(sitting(spot()))] == ["ask_again"]

    def test_diabetes_told_with_the_spot_or_before_asks_for_the_eyes_as_well(self) -> None:
        assert "first_screen" in {kind for kind, *_ in steps(sitting(WATCHED, diabetes=True))}
        assert "first_screen" in {kind for kind, *_ in steps(sitting(WATCHED), facts=(fact("diabetes", "type2"),))}
        assert "first_screen" in {kind for kind, *_ in steps(sitting(WATCHED), facts=(fact("diabetes", "unknown"),))}
        assert "first_screen" not in {kind for kind, *_ in steps(sitting(WATCHED), facts=(fact("diabetes", "none"),))}

    def test_eye_plan_goes_on_beside_the_spot(self) -> None:
        state = patient(signed_encounter(person(0, 0)), lesions=(signed_sitting(decided("urgent")),))
        assert [(step.kind, step.rule_id) for step in wanted_steps(state, NOW)] == [("referral", "skin_within_14_days"), ("recall", "no_dr")]

    def test_without_sharing_a_spot_is_seen_in_person(self) -> None:
        found = steps(sitting(WATCHED, waiting=True), consents=FOUR_CONSENTS - {"share_clinic"})
        assert found == [("in_person_instead_of_photo", 7, "skin_no_sharing")]


class TestTitles:
    @pytest.mark.parametrize("kind", ["referral", "examination_in_person", "in_person_instead_of_photo", "recall"])
    def test_step_of_a_spot_speaks_of_no_eyes(self, kind: str) -> None:
        assert "眼" not in step_title(kind, "skin_watch", "zh-hans")
        assert "eye" not in step_title(kind, "skin_watch", "en").lower()
        assert step_title(kind, "no_dr", "en") == SENTENCES[f"step.{kind}"]["en"]


moments = st.sampled_from([NOW, NOW + days(8), NOW + days(40), NOW + days(400)])
close_ups = st.builds(
    lambda lesion_class, outcome, in_scope: close_up(lesion_class, outcome, in_scope=in_scope),
    st.sampled_from(CLASSES),
    st.sampled_from(["graded", "retake", "refused", "failed", "unread", None]),
    st.booleans(),
)
findings = st.builds(
    lambda photos, site, told: spot(*photos, site=site, told=ALL_NO | told),
    st.lists(close_ups, max_size=2),
    st.sampled_from(["back", "sole", "nose"]),
    st.dictionaries(st.sampled_from(["q0a", "b1", "n1", "m8"]), st.sampled_from([True, "unknown"])),
)


@st.composite
def lesions(draw: st.DrawFn, name: str) -> LesionState:
    finding, at = draw(findings), draw(st.sampled_from([NOW, NOW - days(30)]))
    lesion = sitting(
        finding,
        encounter_id=name,
        lesion_id=draw(st.sampled_from(["one", "two"])),
        at=at,
        waiting=draw(st.booleans()),
        stopped_at=at if finding.emergency else None,
        photo_allowed=draw(st.booleans()),
        photo_failed=draw(st.booleans()),
    )
    if not draw(st.booleans()):
        return lesion
    urgency = draw(st.sampled_from(["short", "refer", "refer_soon", "urgent", "same_day"]))
    return replace(lesion, signed=SignedLesion(decided(urgency, finding=finding), at, at, at))


@st.composite
def people(draw: st.DrawFn) -> PatientState:
    names = ["first", "second", "third"][: draw(st.integers(1, 3))]
    outcome = st.builds(RecordedOutcome, st.sampled_from(STEP_KINDS), st.just(NOW), st.sampled_from([None, *names]))
    return patient(
        lesions=tuple(draw(lesions(name)) for name in names),
        age=draw(st.sampled_from([None, 11, 50])),
        outcomes=tuple(draw(st.lists(outcome, max_size=3))),
        consents=draw(st.sampled_from([FOUR_CONSENTS, FOUR_CONSENTS - {"share_clinic"}])),
    )


UNTOLD = ("skin_mel", "skin_scc", "skin_bcc", "skin_ack", "floor", "suspicious", "MEL", "SCC", "BCC")


def told(step: WantedStep) -> str:
    return " ".join([step.rule_id, step.reason, *step.reasons, step.source])


@unhurried
@given(people(), moments)
def test_nobody_with_a_spot_is_lost(state: PatientState, now: datetime) -> None:
    wanted = wanted_steps(state, now)
    assert wanted == wanted_steps(state, now)
    assert next_step(wanted) in wanted
    assert len({step.key for step in wanted}) == len(wanted)
    assert any(step.kind not in ("emergency_today", "symptom_today", "doctor_today") for step in wanted)
    for step in wanted:
        assert step.kind in STEP_KINDS
        assert {f"reason.{reason}" for reason in (step.reason, *step.reasons)} <= set(SENTENCES)
        assert step_title(step.kind, step.rule_id, "en")


@unhurried
@given(people(), moments)
def test_no_step_names_a_class_or_a_floor(state: PatientState, now: datetime) -> None:
    for step in wanted_steps(state, now):
        if step.kind != "clinician_review":
            assert not any(
                word in told(step) for word in ("skin_mel", "skin_scc", "skin_bcc", "skin_ack", "floor", "suspicious", "MEL", "SCC", "BCC")
            )


@unhurried
@given(people(), moments)
def test_open_emergency_unsigned_report_and_signed_visit_are_always_somebodys(state: PatientState, now: datetime) -> None:
    kinds = {(step.kind, step.encounter_id) for step in wanted_steps(state, now)}
    for lesion in state.lesions:
        if lesion.stopped_at is not None and not state.closed("emergency_today", lesion.encounter_id):
            assert ("emergency_today", lesion.encounter_id) in kinds
        reviews = {("clinician_review", lesion.encounter_id), ("in_person_instead_of_photo", lesion.encounter_id)}
        if lesion.report_waiting and not any(state.closed(*review) for review in reviews):
            assert reviews & kinds
        visit = lesion.signed is not None and lesion.signed.finding.urgency in ("refer", "refer_soon", "urgent")
        if visit and not state.closed("referral", lesion.encounter_id):
            assert ("referral", lesion.encounter_id) in kinds
