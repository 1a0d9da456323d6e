"""Emergency questions come first and stop everything; what does not apply is not asked; "don't know" is always an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules.skin.questionnaire import EMERGENCY, QUESTIONS, asked, emergency, fault_of, missing, to_ask_again
from tests.rule_cases import unhurried
from tests.skin_cases import ALL_NO

DARK_SPOT = ALL_NO | {"q5": "one_spot", "q5b": "dark"}
SEVEN = {"m1", "m2", "m3", "m4", "m5", "m6", "m7"}


class TestOrder:
    def test_the_six_emergency_questions_come_before_everything(self) -> None:
        assert asked({}, 40)[:6] == EMERGENCY == ("q0a", "q0b", "q0c", "q0d", "q0e", "q0f")

    @pytest.mark.parametrize("code", EMERGENCY)
    def test_one_yes_stops_the_flow(self, code: str) -> None:
        told = ALL_NO | {code: True}
        assert emergency(told, 40) == code
        assert missing(told, 40) == ()

    def test_no_and_dont_know_do_not_stop(self) -> None:
        assert emergency(ALL_NO, 40) is None
        assert emergency(dict.fromkeys(EMERGENCY, "unknown"), 40) is None

    def test_dont_know_on_an_emergency_question_is_asked_again(self) -> None:
        assert to_ask_again(ALL_NO | {"q0d": "unknown"}) == ("q0d",)
        assert to_ask_again(ALL_NO) == ()


class TestEmergencyFromSeveralAnswers:
    def test_new_medicine_with_fever_is_one(self) -> None:
        assert emergency({"q4": True, "q9": True}, 40) == "q4"
        assert emergency({"q4": True, "q9": False}, 40) is None
        assert emergency({"q4": False, "q9": True}, 40) is None

    def test_child_that_is_drowsy_or_does_not_feed_is_one(self) -> None:
        assert emergency({"c1": True}, 3) == "c1"

    @pytest.mark.parametrize("told", [{"q9": True}, {"q5": "blisters"}])
    def test_newborn_with_fever_or_blisters_is_one(self, told: dict[str, object]) -> None:
        assert emergency(told, 0, newborn=True) == "q1"
        assert emergency(told, 0, newborn=False) is None
        assert emergency(told, 1) is None

    def test_infant_whose_day_of_birth_is_not_known_counts_as_a_newborn(self) -> None:
        assert emergency({"q9": True}, 0) == "q1"


class TestBranches:
    def test_dark_spot_is_asked_all_seven_points(self) -> None:
        assert set(asked(DARK_SPOT, 40)) >= SEVEN
        assert "n1" not in asked(DARK_SPOT, 40)

    def test_mixed_counts_as_dark(self) -> None:
        assert set(asked(DARK_SPOT | {"q5b": "mixed"}, 40)) >= SEVEN

    def test_other_lump_is_asked_whether_it_heals_and_bleeds(self) -> None:
        questions = set(asked(DARK_SPOT | {"q5b": "red"}, 40))
        assert questions & SEVEN == {"m6"}
        assert {"n1", "n2"} <= questions

    def test_colour_that_is_not_known_is_asked_both_ways(self) -> None:
        assert set(asked(DARK_SPOT | {"q5b": "unknown"}, 40)) >= SEVEN | {"n1"}

    def test_rash_is_asked_none_of_the_spot_questions(self) -> None:
        questions = set(asked(ALL_NO | {"q5": "rash"}, 40))
        assert not questions & (SEVEN | {"n1", "n2", "m8"})
        assert {"i1", "p1", "s1", "x1"} <= questions

    @pytest.mark.parametrize(("age", "child", "adult"), [(17, True, False), (18, False, True), (None, True, True)])
    def test_child_and_adult_questions_part_at_eighteen_and_both_hold_for_an_unknown_age(self, age: int | None, child: bool, adult: bool) -> None:
        questions = asked(ALL_NO | {"q5": "rash"}, age)
        assert ("c1" in questions, "s1" in questions) == (child, adult)

    @pytest.mark.parametrize(("pain", "spreading"), [(6, False), (7, True)])
    def test_pain_of_seven_is_asked_whether_it_spreads(self, pain: int, spreading: bool) -> None:
        assert ("q8c" in asked(ALL_NO | {"q8b": pain}, 40)) is spreading

    def test_words_of_ones_own_may_stay_away(self) -> None:
        told = ALL_NO | {"q4": True}
        assert "q4b" in asked(told, 40)
        assert "q4b" not in missing(told, 40)


class TestFaults:
    @pytest.mark.parametrize("code", [code for code, question in QUESTIONS.items() if question.type != "text"])
    def test_dont_know_is_always_an_answer(self, code: str) -> None:
        assert fault_of(code, "unknown") is None

    @pytest.mark.parametrize(
        ("code", "value", "fault"),
        [
            ("q0a", True, None),
            ("q0a", "yes", "not_a_choice"),
            ("q0a", 1, "not_a_choice"),
            ("q0a", None, "not_a_choice"),
            ("q5", "one_spot", None),
            ("q5", "tattoo", "not_a_choice"),
            ("q5", ["one_spot"], "not_a_choice"),
            ("q3", ["diabetes", "immunosuppressed"], None),
            ("q3", ["none"], None),
            ("q3", ["none", "diabetes"], "not_a_choice"),
            ("q3", ["diabetes", "diabetes"], "not_a_choice"),
            ("q3", [], "not_a_choice"),
            ("q3", [{}], "not_a_choice"),
            ("q3", "diabetes", "not_a_choice"),
            ("q8b", 0, None),
            ("q8b", 10, None),
            ("q8b", 11, "out_of_range"),
            ("q8b", -1, "out_of_range"),
            ("q8b", 7.5, "not_a_choice"),
            ("q8b", True, "not_a_choice"),
            ("q8b", float("nan"), "not_a_choice"),
            ("q4b", "x" * 200, None),
            ("q4b", "x" * 201, "too_long"),
            ("q4b", 5, "not_a_choice"),
            ("q99", True, "unknown_question"),
        ],
    )
    def test_answer_that_cannot_be_taken_says_why(self, code: str, value: object, fault: str | None) -> None:
        assert fault_of(code, value) == fault


def test_every_choice_is_worded_in_both_languages() -> None:
    for question in QUESTIONS.values():
        assert bool(question.choices) == (question.type in ("choice", "multi"))
        for said in (question, *question.choices):
            assert said.text("zh-hans")
            assert said.text("en").isascii()


VALUES = st.sampled_from([True, False, "unknown", "rash", "one_spot", 8, ["none"]])


@unhurried
@given(st.dictionaries(st.sampled_from(sorted(QUESTIONS)), VALUES), st.integers(0, 99))
def test_what_is_missing_applies_and_was_not_answered(told: dict[str, object], age: int) -> None:
    assert set(missing(told, age)) <= set(asked(told, age))
    assert not set(missing(told, age)) & set(told)
