"""A child is measured again on the smallest date of all that applies, and a referral stays until somebody recorded what came of it."""

from dataclasses import replace
from datetime import datetime

from followup.rules.protocol import next_step, wanted_steps
from followup.rules.sentences import SENTENCES
from followup.rules.state import PatientState, RecordedOutcome, VisitState
from screening.rules.myopia.state import ChildFinding
from screening.rules.myopia.tables import RECHECKS
from tests.rule_cases import NOW, TODAY, days, patient


def visit(
    *rows: str, at: datetime = NOW, encounter_id: str = "visit", before: frozenset[str] = frozenset(), failed_twice: bool = False
) -> VisitState:
    referring = tuple(row for row in rows if RECHECKS[row].refer in ("yes", "ophthalmologist") or (row == "not_measurable" and failed_twice))
    return VisitState(encounter_id, at, ChildFinding(("", ""), "", rows, referring, on_treatment=False, incomplete=False), before)


def child(*visits: VisitState, **known: object) -> PatientState:
    return replace(patient(age=9, **known), visits=visits)


def steps(state: PatientState, at: datetime = NOW) -> list[tuple[str, int, str]]:
    return [(step.kind, (step.due - TODAY).days, step.rule_id) for step in wanted_steps(state, at)]


def test_calm_visit_is_followed_by_the_next_one() -> None:
    assert steps(child(visit("normal_uncycloplegic"))) == [("recheck", 270, "normal_uncycloplegic")]


def test_smallest_date_wins_and_all_rows_are_reasons() -> None:
    (step,) = wanted_steps(child(visit("suspected_premyopia", "defocus_spectacles", "soft_multifocal")), NOW)
    assert ((step.due - TODAY).days, step.rule_id) == (7, "soft_multifocal")
    assert set(step.reasons) == {"suspected_premyopia", "defocus_spectacles", "soft_multifocal"}


def test_visit_that_refers_has_a_referral_first_and_is_measured_again_after_it() -> None:
    state = child(visit("anisometropia", "suspected_myopia"))
    assert steps(state) == [("referral", 14, "anisometropia"), ("recheck", 180, "anisometropia")]
    assert next_step(wanted_steps(state, NOW)).kind == "referral"


def test_first_interval_holds_until_the_first_re_check_only() -> None:
    assert steps(child(visit("defocus_spectacles"))) == [("recheck", 30, "defocus_spectacles")]
    assert steps(child(visit("defocus_spectacles", before=frozenset({"defocus_spectacles"})))) == [("recheck", 180, "defocus_spectacles")]


def test_failed_twice_refers_and_the_first_does_not() -> None:
    assert steps(child(visit("not_measurable"))) == [("recheck", 30, "not_measurable")]
    assert ("referral", 30, "not_measurable") in steps(child(visit("not_measurable", failed_twice=True)))


def test_later_calm_visit_takes_no_referral_back() -> None:
    later = visit("normal_uncycloplegic", at=NOW + days(30), encounter_id="later")
    assert steps(child(visit("suspected_myopia"), later)) == [("referral", 30, "suspected_myopia"), ("recheck", 300, "normal_uncycloplegic")]


def test_two_visits_that_refer_are_one_referral_on_the_nearer_date() -> None:
    later = visit("suspected_myopia", at=NOW + days(20), encounter_id="later", before=frozenset({"suspected_myopia"}))
    referrals = [step for step in steps(child(visit("suspected_myopia"), later)) if step[0] == "referral"]
    assert referrals == [("referral", 30, "suspected_myopia")]


def test_recorded_outcome_ends_the_referral_and_not_the_re_check() -> None:
    attended = RecordedOutcome("referral", NOW + days(10), "visit", None)
    assert steps(child(visit("suspected_myopia"), outcomes=(attended,)), NOW + days(10)) == [("recheck", 180, "suspected_myopia")]


def test_outcome_before_a_visit_does_not_answer_what_that_visit_found() -> None:
    attended = RecordedOutcome("referral", NOW + days(10), "visit", None)
    later = visit("anisometropia", at=NOW + days(20), encounter_id="later")
    assert ("referral", 34, "anisometropia") in steps(child(visit("suspected_myopia"), later, outcomes=(attended,)), NOW + days(20))


def test_child_without_a_visit_is_asked_again_and_without_care_nothing_is_planned() -> None:
    assert [kind for kind, _due, _rule in steps(child())] == ["ask_again"]
    assert steps(child(visit("suspected_myopia"), consents=frozenset())) == []


def test_every_row_has_a_reason_in_both_languages() -> None:
    assert {f"reason.{row}" for row in RECHECKS} <= set(SENTENCES)
    assert "step.recheck" in SENTENCES
