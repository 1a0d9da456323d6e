"""The date of the next check: the table, the modifiers at their boundaries, and nothing that lengthens but one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.rules.facts import FactRecord, facts_on
from followup.rules.recall import MODIFIERS, Recall, recall_due, row_days
from followup.rules.state import SignedReport
from screening.rules.diabetic_retinopathy import PersonFinding
from screening.rules.protocol_rows import PROTOCOL, REGIONS
from tests.rule_cases import NOW, TODAY, ZONE, days, eye, fact, person, report, unhurried

TYPE2 = fact("diabetes", "type2")
CALM = (TYPE2, fact("pregnant", False), fact("hba1c", 7.9))


def recall(finding: PersonFinding | SignedReport, *facts: FactRecord, **more: Any) -> Recall:
    signed = finding if isinstance(finding, SignedReport) else report(finding)
    return recall_due(signed, facts_on(facts, TODAY), zone=ZONE, **more)


def after(finding: PersonFinding | SignedReport, *facts: FactRecord, **more: Any) -> int | None:
    due = recall(finding, *facts, **more).due
    return None if due is None else (due - TODAY).days


def screened(grade: int, ago: int) -> SignedReport:
    return report(person(grade, grade), taken=NOW - days(ago))


class TestTable:
    @pytest.mark.parametrize(
        ("finding", "expected"),
        [
            (person(0, 0), 365),
            (person(1, 0), 270),
            (person(2, 0), 90),
            (person(3, 0), 28),
            (person(4, 0), 14),
            (person(4, 0, symptom=True), 0),
            (person(0, 0, dme="off_centre"), 56),
            (person(0, 0, dme="centre"), 28),
            (person(2, 0, dme="off_centre"), 56),
            (person(2, "missing"), 90),
        ],
    )
    def test_default_days_of_each_finding(self, finding: PersonFinding, expected: int) -> None:
        assert after(finding, TYPE2) == expected

    @pytest.mark.parametrize(
        ("row", "region", "expected"),
        [
            ("no_dr", "uk", 365),
            ("mild", "ico_high", 180),
            ("mild", "ada", 365),
            ("mild", "cn_2021", 270),
            ("severe", "uk", 28),
            ("severe", "ada", 7),
            ("pdr", "cn_2021", 14),
            ("pdr", "ada", 7),
            ("dme_off_centre", "ico_high", 56),
            ("ungradable_after_retakes", "uk", 28),
        ],
    )
    def test_region_may_shorten_any_row_and_lengthen_only_no_dr_and_mild(self, row: str, region: str, expected: int) -> None:
        assert row_days(PROTOCOL[row], region) == expected

    def test_region_reaches_the_date(self) -> None:
        assert after(person(1, 0), TYPE2, region="ico_high") == 180

    def test_unknown_region_is_refused(self) -> None:
        with pytest.raises(ValueError, match="region"):
            row_days(PROTOCOL["no_dr"], "mars")

    @pytest.mark.parametrize("region", sorted(REGIONS))
    def test_finding_is_never_later_than_the_default(self, region: str) -> None:
        assert all(row_days(row, region) <= row.days for row in PROTOCOL.values() if row.kind == "finding")


class TestBase:
    def test_days_count_from_the_day_the_photo_was_taken(self) -> None:
        taken = NOW - days(20)
        assert after(report(person(0, 0), taken=taken, signed=NOW), TYPE2) == 345

    def test_date_is_never_before_the_signature(self) -> None:
        taken = NOW - days(20)
        assert after(report(person(4, 0), taken=taken, signed=NOW), TYPE2) == 0

    def test_patients_own_calendar_decides_the_day(self) -> None:
        late = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
        assert recall(report(person(0, 0), taken=late), TYPE2).due == date(2027, 11, 25)
        assert recall_due(report(person(0, 0), taken=late), facts_on([TYPE2], TODAY), zone="America/New_York").due == date(2027, 11, 24)

    def test_photo_taken_after_its_acceptance_buys_no_time(self) -> None:
        assert after(report(person(0, 0), taken=NOW + days(30), accepted=NOW), TYPE2) == 365

    def test_photo_older_than_180_days_makes_no_routine_date(self) -> None:
        fresh = report(person(0, 0), taken=NOW - days(180), accepted=NOW)
        old = report(person(0, 0), taken=NOW - days(180) - timedelta(seconds=1), accepted=NOW)
        assert after(fresh, TYPE2) == 185
        assert recall(old, TYPE2, fact("eye_treatment", True)) == Recall(None, None, None, ("photo_too_old",))

    def test_finding_in_an_old_photo_still_has_a_date_from_the_signature(self) -> None:
        assert after(report(person(3, 0), taken=NOW - days(400), accepted=NOW), TYPE2) == 28

    def test_moment_without_a_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="zone"):
            recall(report(person(0, 0), signed=datetime(2026, 1, 1)), TYPE2)  # noqa: DTZ001


class TestModifiers:
    @pytest.mark.parametrize(("hba1c", "expected"), [(8.9, 365), (9.0, 273)])
    def test_high_hba1c_shortens_from_nine_percent(self, hba1c: float, expected: int) -> None:
        assert after(person(0, 0), TYPE2, fact("hba1c", hba1c)) == expected

    def test_factor_touches_no_finding(self) -> None:
        assert after(person(2, 0), TYPE2, fact("hba1c", 12.0)) == 90

    def test_floor_raises_no_date_above_the_tables(self) -> None:
        assert after(person(0, 0), TYPE2, fact("eye_treatment", True), fact("hba1c", 12.0)) == 135
        assert MODIFIERS["hba1c_high"].floor == 90
        assert MODIFIERS["worse_than_last"].floor == 28

    @pytest.mark.parametrize(("year", "expected"), [(2017, 270), (2016, 202), (1980, 202)])
    def test_ten_years_of_diabetes_shorten_with_any_change(self, year: int, expected: int) -> None:
        assert after(person(1, 0), TYPE2, fact("diabetes_year", year)) == expected

    def test_ten_years_of_diabetes_change_nothing_without_a_change_of_the_eye(self) -> None:
        assert after(person(0, 0), TYPE2, fact("diabetes_year", 1980)) == 365

    def test_worse_than_the_last_graded_screen_shortens(self) -> None:
        assert after(person(1, 0), TYPE2, earlier=[screened(0, 400)]) == 202
        assert after(person(1, 0), TYPE2, earlier=[screened(1, 400)]) == 270
        ungraded = report(person("missing", "missing"), taken=NOW - days(100))
        assert after(person(1, 0), TYPE2, earlier=[ungraded, screened(0, 400)]) == 202
        assert after(person(1, 0), TYPE2, earlier=[ungraded]) == 270

    def test_factors_are_alternatives_and_not_multiplied(self) -> None:
        found = recall(person(1, 0), TYPE2, fact("hba1c", 9.0), fact("diabetes_year", 2000), earlier=[screened(0, 400)])
        assert found == Recall(TODAY + days(202), "mild", "hba1c_high", ("hba1c_high", "long_duration", "worse_than_last", "mild"))

    def test_fast_fall_of_hba1c_brings_the_check_to_180_days(self) -> None:
        fell = [fact("hba1c", 10.0, on=TODAY - days(60)), fact("hba1c", 8.0)]
        assert after(person(0, 0), TYPE2, *fell) == 180
        assert after(person(2, 0), TYPE2, *fell) == 90

    @pytest.mark.parametrize("diabetes", ["type1", "type2", "unknown"])
    def test_pregnancy_with_diabetes_before_it_brings_a_check_each_trimester(self, diabetes: str) -> None:
        assert after(person(0, 0), fact("diabetes", diabetes), fact("pregnant", True)) == 90

    def test_pregnancy_told_later_asks_for_a_check_now_unless_this_trimester_has_one(self) -> None:
        assert after(person(0, 0), TYPE2, fact("pregnant", True, on=TODAY + days(200))) == 200
        assert after(person(0, 0), TYPE2, fact("pregnant", True, on=TODAY + days(60))) == 90

    def test_diabetes_in_pregnancy_only_suppresses_the_routine_recall_alone(self) -> None:
        only = fact("diabetes", "gestational")
        assert recall(person(0, 0), only, fact("pregnant", True)) == Recall(None, None, None, ("gestational_only",))
        assert after(person(1, 0), only, fact("pregnant", True)) == 270
        assert after(person(2, 0), only) == 90

    @pytest.mark.parametrize("code", ["eye_treatment", "under_eye_doctor"])
    def test_treated_eyes_add_their_row_and_the_smallest_date_wins(self, code: str) -> None:
        assert recall(person(0, 0), TYPE2, fact(code, True)).reasons == ("treated_stable", "no_dr")
        assert after(person(0, 0), TYPE2, fact(code, True)) == 180
        assert after(person(3, 0), TYPE2, fact(code, True)) == 28
        assert after(person(0, 0), TYPE2, fact(code, False)) == 365

    def test_symptom_beats_every_row(self) -> None:
        for grade in range(5):
            assert after(person(grade, grade), TYPE2, symptom=True) == 0
        assert recall(person(0, 0), TYPE2, symptom=True).rule_id == "new_symptom"

    def test_person_with_an_eye_to_photograph_gets_no_routine_date(self) -> None:
        assert recall(person(0, "missing"), TYPE2) == Recall(None, None, None, ("incomplete",))


class TestTwoClearScreens:
    def clear(self, *facts: FactRecord, earlier: list[SignedReport] | None = None, finding: PersonFinding | None = None) -> int | None:
        return after(finding or person(0, 0), *facts, earlier=[screened(0, 400)] if earlier is None else earlier)

    def test_two_clear_screens_lengthen(self) -> None:
        assert self.clear(*CALM) == 730

    @pytest.mark.parametrize(
        "changed",
        [
            fact("diabetes", "type1", on=TODAY + days(1)),
            fact("diabetes", "unknown", on=TODAY + days(1)),
            fact("pregnant", "unknown", on=TODAY + days(1)),
            fact("hba1c", "unknown", on=TODAY + days(1)),
            fact("hba1c", 8.0, on=TODAY + days(1)),
        ],
    )
    def test_one_unknown_or_worse_fact_takes_it_back(self, changed: FactRecord) -> None:
        assert self.clear(*CALM, changed) == 365

    def test_facts_that_were_not_asked_or_have_ended_do_not_lengthen(self) -> None:
        for left_out in range(3):
            assert self.clear(*(known for number, known in enumerate(CALM) if number != left_out)) == 365
        assert self.clear(TYPE2, CALM[2], fact("pregnant", False, on=TODAY - days(301))) == 365
        assert self.clear(TYPE2, CALM[1], fact("hba1c", 7.0, on=TODAY - days(181))) == 365

    def test_one_screen_is_not_two(self) -> None:
        assert self.clear(*CALM, earlier=[]) == 365

    @pytest.mark.parametrize(
        "last",
        [screened(1, 400), report(person(0, "ungradable"), taken=NOW - days(400)), report(person(0, 0), taken=NOW - days(400), accepted=NOW)],
    )
    def test_last_screen_must_be_clear_complete_and_fresh(self, last: SignedReport) -> None:
        assert self.clear(*CALM, earlier=[last, screened(0, 800)]) == 365

    @pytest.mark.parametrize(("ago", "expected"), [(179, 365), (180, 730)])
    def test_two_photos_of_one_season_are_one_screen(self, ago: int, expected: int) -> None:
        assert self.clear(*CALM, earlier=[screened(0, ago)]) == expected

    def test_only_no_dr_lengthens(self) -> None:
        assert self.clear(*CALM, finding=person(1, 0)) == 202

    def test_one_eyed_person_is_not_lengthened(self) -> None:
        assert self.clear(*CALM, finding=person(0, eye("OS", "exempt"))) == 365

    def test_every_other_reason_still_shortens(self) -> None:
        assert self.clear(*CALM, fact("under_eye_doctor", True)) == 180
        assert after(person(0, 0), *CALM, symptom=True, earlier=[screened(0, 400)]) == 0


answers = st.lists(
    st.one_of(
        st.builds(fact, st.just("diabetes"), st.sampled_from(["type1", "type2", "unknown"]), on=st.just(TODAY)),
        st.builds(fact, st.just("pregnant"), st.sampled_from([True, False, "unknown"]), on=st.just(TODAY)),
        st.builds(fact, st.just("hba1c"), st.floats(4, 14).map(lambda value: round(value, 1)), on=st.dates(TODAY - days(300), TODAY)),
        st.builds(fact, st.just("diabetes_year"), st.integers(1970, 2026), on=st.just(TODAY)),
        st.builds(fact, st.sampled_from(["eye_treatment", "under_eye_doctor"]), st.sampled_from([True, False]), on=st.just(TODAY)),
    ),
    max_size=6,
)
signed = st.builds(
    lambda right, left, ago: report(person(right, left), taken=NOW - days(ago), accepted=NOW, signed=NOW),
    st.integers(0, 4),
    st.sampled_from([0, 1, 2, 3, 4, "missing", "ungradable"]),
    st.integers(0, 180),
)
pasts = st.lists(st.builds(screened, st.integers(0, 4), st.integers(181, 2000)), max_size=3)
regions = st.sampled_from([None, *sorted(REGIONS)])


@unhurried
@given(signed, answers, pasts, regions)
def test_no_fact_or_past_makes_a_date_later_but_two_clear_screens(
    told: SignedReport, facts: list[FactRecord], earlier: list[SignedReport], region: str | None
) -> None:
    bare = recall(told, region=region)
    full = recall(told, *facts, earlier=earlier, region=region)
    if bare.due is not None and "two_clear_screens" not in full.reasons:
        assert full.due is not None
        assert full.due <= bare.due
    if "two_clear_screens" in full.reasons:
        assert full.row_id is not None
        assert told.finding.worst_grade == 0


@unhurried
@given(signed, answers, pasts, regions)
def test_do_not_know_makes_no_date_later(told: SignedReport, facts: list[FactRecord], earlier: list[SignedReport], region: str | None) -> None:
    known = recall(told, *facts, earlier=earlier, region=region)
    doubts = [fact(code, "unknown", on=TODAY + days(1)) for code in ("diabetes", "pregnant", "hba1c", "diabetes_year", "eye_treatment")]
    doubted = recall(told, *facts, *doubts, earlier=earlier, region=region)
    if known.due is not None:
        assert doubted.due is not None
        assert doubted.due <= known.due


@unhurried
@given(signed, answers, pasts, regions, st.booleans())
def test_date_lies_between_the_signature_and_two_years_and_has_its_reason(
    told: SignedReport, facts: list[FactRecord], earlier: list[SignedReport], region: str | None, symptom: bool
) -> None:
    found = recall(told, *facts, earlier=earlier, region=region, symptom=symptom)
    assert found.reasons
    if found.due is not None:
        assert TODAY <= found.due <= TODAY + days(730)
        assert found.reasons[0] == found.rule_id
        assert found.rule_id in MODIFIERS or found.rule_id in PROTOCOL
