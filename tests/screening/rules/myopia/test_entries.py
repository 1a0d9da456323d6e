"""What is impossible is refused at its field; what is unusual is asked about before it is kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.ids import new_id
from screening.rules.myopia.entries import Entry, Taken, read_entry
from screening.rules.myopia.entry import EntryFault
from screening.rules.myopia.plausibility import Earlier

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


def entry(code: str, **fields: Any) -> Entry:
    return replace(Entry(id=new_id(), code=code, taken_at=NOW, laterality="OD"), **fields)


def asked(taken: Taken) -> list[tuple[str, str]]:
    return [(question.code, question.field) for question in taken.questions]


def refraction(sphere: str, cylinder: str = "", axis: str = "", earlier: Earlier | None = None) -> Taken:
    return read_entry(entry("refraction", sphere=sphere, cylinder=cylinder, axis=axis), earlier=earlier)


def length(value: str, earlier: Earlier | None = None, other_eye: str | None = None) -> Taken:
    return read_entry(entry("axial_length", value=value), earlier=earlier, other_eye=Decimal(other_eye) if other_eye else None)


def fault(given: Entry) -> tuple[str, str]:
    with pytest.raises(EntryFault) as refused:
        read_entry(given)
    return refused.value.code, refused.value.field


class TestRefraction:
    def test_usual_numbers_ask_nothing(self) -> None:
        assert asked(refraction("-1.25", "-0.50", "175", Earlier(Decimal("-1.00"), NOW - timedelta(days=180)))) == []

    def test_plus_eight_after_minus_one_is_asked_about(self) -> None:
        assert asked(refraction("+8.00", earlier=Earlier(Decimal("-1.00"), NOW - timedelta(days=180)))) == [("jump", "sphere")]

    def test_jump_counts_from_two_dioptres_on(self) -> None:
        before = Earlier(Decimal("-1.00"), NOW - timedelta(days=180))
        assert asked(refraction("-2.99", earlier=before)) == []
        assert asked(refraction("-3.00", earlier=before)) == [("jump", "sphere")]

    def test_minus_cylinder_beyond_four_is_asked_about_by_its_size(self) -> None:
        assert asked(refraction("0", "-4.25", "90")) == [("outside_usual", "cylinder")]

    def test_spelling_makes_no_difference_to_what_is_kept(self) -> None:
        assert refraction("+1.00", "+0.50", "90").refraction == refraction("+1.50", "-0.50", "180").refraction

    @pytest.mark.parametrize(("sphere", "field"), [("-30.25", "sphere"), ("21", "sphere")])
    def test_impossible_power_is_refused(self, sphere: str, field: str) -> None:
        assert fault(entry("refraction", sphere=sphere)) == ("out_of_range", field)

    def test_impossible_cylinder_is_refused_by_its_size(self) -> None:
        assert fault(entry("refraction", sphere="0", cylinder="-10.25", axis="90")) == ("out_of_range", "cylinder")

    def test_device_without_decimal_points_is_asked_what_it_means(self) -> None:
        taken = refraction("-125")
        assert asked(taken) == [("hundredths", "sphere")]
        assert taken.refraction is not None
        assert taken.refraction.sphere == Decimal("-1.25")


class TestAxialLength:
    def test_2345_is_asked_as_23_45(self) -> None:
        taken = length("2345")
        assert asked(taken) == [("hundredths", "value")]
        assert taken.value == Decimal("23.45")

    @pytest.mark.parametrize("value", ["14.99", "40.01", "500", "-23.4"])
    def test_impossible_length_is_refused(self, value: str) -> None:
        assert fault(entry("axial_length", value=value)) == ("out_of_range", "value")

    def test_eyes_that_differ_are_asked_about_beyond_half_a_millimetre(self) -> None:
        assert asked(length("23.50", other_eye="23.00")) == []
        assert asked(length("23.51", other_eye="23.00")) == [("eyes_differ", "value")]

    def test_growth_of_1_4_mm_in_five_months_is_asked_about(self) -> None:
        assert asked(length("24.40", Earlier(Decimal("23.00"), NOW - timedelta(days=150)))) == [("fast_rise", "value")]

    def test_shorter_than_before_is_asked_about_beyond_a_tenth(self) -> None:
        before = Earlier(Decimal("23.00"), NOW - timedelta(days=30))
        assert asked(length("22.90", before)) == []
        assert asked(length("22.89", before)) == [("fall", "value")]

    def test_outside_20_to_28_is_unusual(self) -> None:
        assert asked(length("19.99")) == [("outside_usual", "value")]
        assert asked(length("28.00")) == []


class TestEntries:
    def test_not_measurable_needs_no_number(self) -> None:
        assert read_entry(entry("acuity", category="not_measurable")).category == "not_measurable"

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            (entry("acuity", value="4.9", laterality=""), ("eye_missing", "eye")),
            (entry("weight", value="4.9"), ("unknown_code", "code")),
            (entry("refraction", sphere="-1", device="phone"), ("unknown_device", "device")),
            (entry("treatment", category="red_light"), ("unknown_category", "category")),
            (entry("acuity", category="blurry"), ("unknown_category", "category")),
            (entry("acuity"), ("missing", "value")),
        ],
    )
    def test_fault_names_its_field(self, given: Entry, told: tuple[str, str]) -> None:
        assert fault(given) == told

    def test_acuity_outside_the_usual_is_asked_about(self) -> None:
        assert asked(read_entry(entry("acuity", value="3.5", notation="five_point"))) == [("outside_usual", "value")]
