"""The spot's urgency is the highest of everything that applies, at its exact boundary, and nothing lowers it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules.protocol_rows import urgency_rank
from screening.rules.skin.answers import red_flags, seven_point_score
from screening.rules.skin.body_sites import BODY_SITES
from screening.rules.skin.protocol import LEVELS, ROW_OF_URGENCY, SKIN_PROTOCOL, raised
from screening.rules.skin.questionnaire import QUESTIONS
from screening.rules.skin.urgency import CLASSES, LesionFinding, SkinPhoto, lesion_finding, malignancy_floors
from tests.rule_cases import NOW, days, unhurried
from tests.skin_cases import ALL_NO, FLOORS, close_up, overview, spot

NEVER = {"acral": "sole", "nail": "toenail", "mucosa": "mouth"}


def told(**answers: object) -> dict[str, object]:
    return ALL_NO | answers


class TestClass:
    @pytest.mark.parametrize(
        ("lesion_class", "urgency", "within"),
        [("MEL", "urgent", 14), ("SCC", "urgent", 14), ("BCC", "refer_soon", 42), ("ACK", "refer", 84), ("NEV", "short", 56), ("SEK", "short", 56)],
    )
    def test_each_class_asks_for_its_least(self, lesion_class: str, urgency: str, within: int) -> None:
        finding = spot(close_up(lesion_class))
        assert finding.urgency == urgency
        assert ROW_OF_URGENCY[urgency].days == SKIN_PROTOCOL[finding.row_ids[0]].days == within

    @pytest.mark.parametrize("site", ["eyelid", "nose", "lip", "ear"])
    def test_basal_cell_carcinoma_at_eye_nose_lip_or_ear_is_seen_in_14_days(self, site: str) -> None:
        assert spot(close_up("BCC"), site=site).urgency == "urgent"
        assert spot(close_up("BCC"), site="neck").urgency == "refer_soon"

    def test_basal_cell_carcinoma_that_is_not_the_first_is_seen_in_14_days(self) -> None:
        assert spot(close_up("BCC"), told=told(q7b=False)).urgency == "urgent"
        assert spot(close_up("BCC"), told=told(q7b=True)).urgency == "refer_soon"

    @pytest.mark.parametrize(("answers", "urgency"), [({"q8b": 0}, "refer"), ({"q8b": 1}, "refer_soon"), ({"m1": True}, "refer_soon")])
    def test_actinic_keratosis_that_hurts_or_changed_is_seen_sooner(self, answers: dict[str, object], urgency: str) -> None:
        assert spot(close_up("ACK"), told=told(**answers)).urgency == urgency

    def test_the_worst_of_two_close_ups_counts(self) -> None:
        finding = spot(close_up("NEV"), close_up("SCC", photo_id="second"))
        assert (finding.lesion_class, finding.urgency) == ("SCC", "urgent")

    def test_later_photo_never_lowers_what_a_dermatologist_signed(self) -> None:
        finding = spot(close_up("NEV"), signed_class="MEL")
        assert (finding.lesion_class, finding.urgency) == ("MEL", "urgent")
        assert spot(close_up("NEV"), signed_class="other").lesion_class == "NEV"


class TestFloors:
    @pytest.mark.parametrize(("chance", "rows"), [(0.0499, False), (0.05, True), (0.0501, True)])
    def test_melanoma_floor_is_five_percent_whatever_class_comes_first(self, chance: float, rows: bool) -> None:
        finding = spot(close_up("NEV", MEL=chance))
        assert ("skin_melanoma_floor" in finding.row_ids) is rows
        assert finding.urgency == ("urgent" if rows else "short")

    @pytest.mark.parametrize(("chance", "floor"), [(0.15, False), (0.17, True), (0.18, True)])
    def test_malignant_mass_has_a_floor_of_its_own(self, chance: float, floor: bool) -> None:
        finding = spot(close_up("NEV", MEL=0.02, SCC=0.01, BCC=chance))
        assert ("skin_malignancy_floor" in finding.row_ids) is floor
        assert finding.urgency == ("refer_soon" if floor else "short")

    def test_floor_is_met_at_exactly_its_number(self) -> None:
        finding = spot(close_up("NEV", MEL=0.0, SCC=0.0, BCC=FLOORS["malignant"]))
        assert "skin_malignancy_floor" in finding.row_ids

    def test_suspicion_alone_sends_to_a_dermatologist(self) -> None:
        assert spot(close_up("NEV", suspicious=True)).urgency == "refer"

    def test_unreadable_and_out_of_scope_photos_still_raise(self) -> None:
        assert spot(close_up(outcome="retake", MEL=0.3)).urgency == "urgent"
        assert spot(close_up(in_scope=False, MEL=0.3)).urgency == "urgent"

    def test_overview_is_never_classified(self) -> None:
        misplaced = replace(overview(), probabilities={"p_MEL": 0.9})
        assert spot(close_up("NEV"), misplaced).urgency == "short"

    def test_weights_may_bring_floors_of_their_own(self) -> None:
        assert malignancy_floors({"melanoma": 0.02, "referable": 0.5}) == {"melanoma": 0.02, "malignant": 0.2}


class TestAnswers:
    @pytest.mark.parametrize(
        ("yes", "score"),
        [((), None), (("m1",), 2), (("m2",), 2), (("m3",), 2), (("m4",), 1), (("m5",), 1), (("m6",), 1), (("m7",), 1), (("m1", "m4"), 3)],
    )
    def test_seven_point_sum_weighs_major_signs_twice(self, yes: tuple[str, ...], score: int | None) -> None:
        assert seven_point_score(dict.fromkeys(yes, True)) == score

    def test_dont_know_is_no_point_and_no_answer(self) -> None:
        assert seven_point_score({"m1": "unknown"}) is None
        assert seven_point_score({"m1": "unknown", "m4": False}) == 0

    @pytest.mark.parametrize(
        ("yes", "urgency"), [(("m1",), "short"), (("m4", "m5"), "short"), (("m1", "m4"), "urgent"), (("m4", "m5", "m7"), "urgent")]
    )
    def test_sum_of_three_is_seen_in_14_days_and_two_is_not(self, yes: tuple[str, ...], urgency: str) -> None:
        assert spot(close_up("NEV"), told=told(**dict.fromkeys(yes, True))).urgency == urgency

    def test_seborrhoeic_keratosis_never_cancels_a_changing_dark_lesion(self) -> None:
        changing = told(q5="one_spot", q5b="dark", m1=True, m3=True)
        assert spot(close_up("SEK", suspicious=False), told=changing).urgency == "urgent"

    @pytest.mark.parametrize(
        ("answers", "row", "urgency"),
        [
            ({"n1": True}, "skin_not_healing", "urgent"),
            ({"n2": True}, "skin_growing", "urgent"),
            ({"w1": False}, "skin_lasting_wheals", "urgent"),
            ({"b1": True}, "skin_one_sided_blisters", "same_day"),
            ({"i1": True}, "skin_night_itch", "urgent"),
            ({"p1": True}, "skin_numb_patch", "refer_soon"),
            ({"s1": True}, "skin_palms_and_soles", "urgent"),
            ({"q5": "rash", "q9": True}, "skin_fever_with_rash", "same_day"),
            ({"q5": "rash", "q4": True}, "skin_new_medicine", "same_day"),
            ({"q8b": 7, "q8c": True}, "skin_spreading_pain", "same_day"),
            ({"q8b": 7, "q8c": "unknown"}, "skin_spreading_pain", "same_day"),
            ({"q0b": "unknown"}, "skin_unsure_emergency", "same_day"),
        ],
    )
    def test_each_branch_of_the_questionnaire_has_its_urgency(self, answers: dict[str, object], row: str, urgency: str) -> None:
        finding = spot(close_up("NEV"), told=told(**answers))
        assert row in finding.red_flags
        assert row in finding.row_ids
        assert finding.urgency == urgency

    @pytest.mark.parametrize(
        "answers",
        [
            {"w1": True},
            {"q9": True, "q5": "one_spot"},
            {"q4": True, "q5": "one_spot"},
            {"q8b": 6, "q8c": True},
            {"q8b": 7, "q8c": False},
            {"n1": False},
        ],
    )
    def test_what_is_no_branch_changes_nothing(self, answers: dict[str, object]) -> None:
        assert red_flags(told(**answers)) == ()

    def test_every_row_a_flag_names_is_in_the_table(self) -> None:
        everything = told(**dict.fromkeys(YES_IS_ALARMING, True), w1=False, q5="rash", q8b=9)
        assert set(red_flags(everything)) <= set(SKIN_PROTOCOL)


class TestEmergency:
    def test_emergency_outranks_everything_and_names_its_question(self) -> None:
        finding = spot(told=told(q0b=True))
        assert (finding.urgency, finding.emergency, finding.row_ids[0]) == ("emergency", "q0b", "skin_emergency")

    def test_nothing_is_raised_to_an_emergency(self) -> None:
        assert spot(close_up("MEL"), told=told(q3=["immunosuppressed"], m8=True, b1=True)).urgency == "same_day"


class TestRaising:
    @pytest.mark.parametrize(
        ("lesion_class", "urgency"), [("NEV", "refer"), ("ACK", "refer_soon"), ("BCC", "urgent"), ("SCC", "same_day"), ("MEL", "same_day")]
    )
    def test_weak_immunity_raises_by_one_level(self, lesion_class: str, urgency: str) -> None:
        assert spot(close_up(lesion_class), told=told(q3=["diabetes", "immunosuppressed"])).urgency == urgency

    @pytest.mark.parametrize(("lesion_class", "urgency"), [("NEV", "refer"), ("ACK", "refer_soon"), ("BCC", "urgent"), ("MEL", "urgent")])
    def test_melanoma_in_the_family_raises_by_one_level_to_14_days_at_most(self, lesion_class: str, urgency: str) -> None:
        assert spot(close_up(lesion_class), told=told(m8=True)).urgency == urgency

    @pytest.mark.parametrize("answers", [{"q3": ["diabetes"]}, {"q3": ["none"]}, {"q3": "unknown"}, {"m8": "unknown"}, {"m8": False}])
    def test_anything_else_does_not_raise(self, answers: dict[str, object]) -> None:
        assert spot(close_up("NEV"), told=told(**answers)).urgency == "short"

    def test_levels_are_one_ladder(self) -> None:
        assert LEVELS == ("short", "refer", "refer_soon", "urgent", "same_day", "emergency")
        assert raised("emergency", at_most="same_day") == "emergency"
        assert raised("incomplete", at_most="same_day") == "incomplete"


class TestPlace:
    @pytest.mark.parametrize("site", NEVER.values())
    def test_palm_sole_nail_and_mucosa_are_seen_by_a_doctor_however_harmless_they_look(self, site: str) -> None:
        finding = spot(close_up("NEV"), site=site)
        assert finding.urgency == "refer_soon"
        assert not finding.may_reassure_site
        assert not finding.class_shown

    def test_place_that_does_not_exist_has_no_finding(self) -> None:
        with pytest.raises(KeyError):
            spot(close_up(), site="tail")


class TestWhoGetsNoClass:
    @pytest.mark.parametrize(("age", "shown"), [(11, False), (12, True), (None, False)])
    def test_class_is_shown_from_twelve_years(self, age: int | None, shown: bool) -> None:
        assert spot(close_up("NEV"), age=age).class_shown is shown

    def test_out_of_scope_shows_no_class_and_still_has_something_to_do(self) -> None:
        finding = spot(close_up(in_scope=False))
        assert (finding.state, finding.lesion_class, finding.class_shown) == ("out_of_scope", None, False)
        assert (finding.urgency, finding.row_ids) == ("refer", ("skin_human_review",))

    def test_one_close_up_out_of_scope_keeps_its_person_though_another_is_in_scope(self) -> None:
        finding = spot(close_up(in_scope=False), close_up("NEV", photo_id="second"))
        assert finding.state == "graded"
        assert "skin_human_review" in finding.row_ids

    def test_unread_goes_to_a_person(self) -> None:
        finding = spot(close_up(outcome="unread"))
        assert (finding.state, finding.urgency, finding.lesion_class) == ("unread", "refer", None)

    def test_answers_alone_go_to_a_person_and_intimate_ones_are_seen_in_person(self) -> None:
        assert (spot().state, spot().urgency) == ("answers_only", "refer")
        intimate = spot(site="genitals", age=15)
        assert (intimate.urgency, intimate.row_ids[0]) == ("refer_soon", "skin_in_person")


class TestState:
    def test_ungradable_is_never_a_finding(self) -> None:
        finding = spot(close_up(outcome="retake"))
        assert (finding.state, finding.urgency, finding.row_ids) == ("ungradable", "retake", ("skin_ungradable",))

    def test_third_ungradable_close_up_is_examined_in_person(self) -> None:
        poor = [close_up(outcome="retake", photo_id=str(number)) for number in range(3)]
        assert spot(*poor[:2]).row_ids == ("skin_ungradable",)
        assert (spot(*poor).retakes, spot(*poor).row_ids) == (3, ("skin_ungradable_after_retakes",))

    def test_readable_close_up_starts_the_count_anew(self) -> None:
        photos = [close_up(outcome="retake"), close_up("NEV", at=NOW + days(1)), close_up(outcome="retake", at=NOW + days(2))]
        assert (spot(*photos).state, spot(*photos).retakes) == ("graded", 1)

    @pytest.mark.parametrize(("outcome", "state"), [("refused", "missing"), ("failed", "missing"), (None, "pending")])
    def test_close_up_without_a_say_leaves_the_spot_incomplete(self, outcome: str | None, state: str) -> None:
        finding = spot(close_up(outcome=outcome))
        assert (finding.state, finding.urgency) == (state, "incomplete")

    def test_overview_alone_is_no_close_up(self) -> None:
        assert spot(overview()).state == "missing"

    def test_red_flags_hold_though_no_photo_can_be_read(self) -> None:
        finding = spot(close_up(outcome="retake"), told=told(n1=True))
        assert (finding.state, finding.urgency) == ("ungradable", "urgent")


class TestImpossibleReadings:
    @pytest.mark.parametrize(
        "change",
        [
            {"slot": "dermoscopy"},
            {"outcome": "normal"},
            {"lesion_class": "MOLE"},
            {"in_scope": False},
            {"outcome": "retake"},
            {"probabilities": {"p_MEL": 1.1}},
            {"probabilities": {"p_MEL": float("nan")}},
            {"accepted_at": NOW.replace(tzinfo=None)},
        ],
    )
    def test_they_do_not_reach_a_decision(self, change: dict[str, object]) -> None:
        with pytest.raises(ValueError):
            replace(close_up("NEV"), **change)

    def test_finding_has_a_known_state_and_urgency(self) -> None:
        with pytest.raises(ValueError, match="unknown state"):
            replace(spot(close_up()), state="normal")
        with pytest.raises(ValueError):
            replace(spot(close_up()), urgency="normal")


# "First time?" and "does each wheal fade?" are the two questions where *no* is the alarming answer.
YES_IS_ALARMING = [code for code, question in QUESTIONS.items() if question.type == "bool" and code not in ("q7b", "w1")]
yes_or_silence = st.dictionaries(st.sampled_from(YES_IS_ALARMING), st.sampled_from([True, False, "unknown"]))
sites = st.sampled_from(sorted(BODY_SITES))
ages = st.none() | st.integers(0, 90)


@st.composite
def any_close_up(draw: st.DrawFn, photo_id: str = "close") -> SkinPhoto:
    outcome = draw(st.sampled_from(["graded", "retake", "refused", "failed", "unread", None]))
    return close_up(
        draw(st.sampled_from(CLASSES)),
        outcome,
        in_scope=draw(st.booleans()),
        suspicious=draw(st.booleans()),
        at=NOW + days(draw(st.integers(0, 3))),
        photo_id=photo_id,
        MEL=draw(st.floats(0, 0.3)),
        BCC=draw(st.floats(0, 0.3)),
    )


def find(photos: list[SkinPhoto], answers: dict[str, object], site: str, age: int | None) -> LesionFinding:
    return lesion_finding(photos, answers, site=site, age=age, floors=FLOORS)


@unhurried
@given(st.lists(any_close_up(), max_size=3), yes_or_silence, st.sampled_from(YES_IS_ALARMING), sites, ages)
def test_another_yes_never_lowers_urgency(photos: list[SkinPhoto], answers: dict[str, object], code: str, site: str, age: int | None) -> None:
    before, after = find(photos, answers, site, age), find(photos, answers | {code: True}, site, age)
    assert urgency_rank(after.urgency) >= urgency_rank(before.urgency)


@unhurried
@given(st.lists(any_close_up(), min_size=1, max_size=3), any_close_up("another"), yes_or_silence, sites, ages)
def test_another_photo_never_lowers_what_is_known_of_the_spot(
    photos: list[SkinPhoto], another: SkinPhoto, answers: dict[str, object], site: str, age: int | None
) -> None:
    before, after = find(photos, answers, site, age), find([*photos, another], answers, site, age)
    clinical = {row for row in before.row_ids if row not in GAPS}
    assert clinical <= set(after.row_ids)
    if clinical:
        assert urgency_rank(after.urgency) >= max(urgency_rank(SKIN_PROTOCOL[row].urgency) for row in clinical)


@unhurried
@given(st.lists(any_close_up(), max_size=4), yes_or_silence, ages)
def test_nothing_on_palm_sole_nail_mucosa_or_unreadable_is_ever_just_watched(
    photos: list[SkinPhoto], answers: dict[str, object], age: int | None
) -> None:
    for site in NEVER.values():
        assert urgency_rank(find(photos, answers, site, age).urgency) >= urgency_rank("refer_soon")
    on_back = find(photos, answers, "back", age)
    assert on_back.urgency != "short" or on_back.state == "graded"


GAPS = {"skin_photo_missing", "skin_ungradable", "skin_ungradable_after_retakes", "skin_in_person"}


@pytest.mark.parametrize("row", SKIN_PROTOCOL.values(), ids=lambda row: row.id)
def test_every_row_says_where_it_comes_from_and_has_a_known_urgency(row) -> None:  # type: ignore[no-untyped-def]
    assert urgency_rank(row.urgency) > 0
    assert row.source
    assert row.status.startswith("proposal")
    assert row.id.startswith("skin_")
