"""Sphere, cylinder and axis belong together, and two spellings are one lens."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules.myopia.entry import EntryFault
from screening.rules.myopia.optics import Refraction, minus_cylinder, read_refraction, transpose

quarters = st.integers(-40, 40).map(lambda quarter: Decimal(quarter) / 4)
refractions = st.builds(Refraction, quarters, quarters, st.integers(1, 180))


@given(refractions)
def test_spherical_equivalent_does_not_change_under_transposition(refraction: Refraction) -> None:
    assert transpose(refraction).spherical_equivalent == refraction.spherical_equivalent


@given(refractions)
def test_transposed_twice_is_the_first_spelling(refraction: Refraction) -> None:
    assert transpose(transpose(refraction)) == refraction


@given(refractions)
def test_kept_spelling_has_no_plus_cylinder_and_an_axis_of_1_to_180(refraction: Refraction) -> None:
    kept = minus_cylinder(refraction)
    assert kept.cylinder <= 0
    assert kept.axis is not None
    assert 1 <= kept.axis <= 180
    assert minus_cylinder(transpose(refraction)) == kept or refraction.cylinder == 0


def test_plus_cylinder_is_turned_by_a_right_angle() -> None:
    assert minus_cylinder(read_refraction("+1.00", "+0.50", "180")) == Refraction(Decimal("1.50"), Decimal("-0.50"), 90)


def fault(sphere: str, cylinder: str, axis: str) -> tuple[str, str]:
    with pytest.raises(EntryFault) as refused:
        read_refraction(sphere, cylinder, axis)
    return refused.value.code, refused.value.field


@pytest.mark.parametrize(
    ("sphere", "cylinder", "axis", "told"),
    [
        ("-1.00", "-0.50", "190", ("axis_range", "axis")),
        ("-1.00", "-0.50", "-1", ("axis_range", "axis")),
        ("-1.00", "-0.50", "12.5", ("axis_range", "axis")),
        ("-1.00", "-0.50", "", ("axis_missing", "axis")),
        ("-1.00", "-0.25", "", ("axis_missing", "axis")),
        ("", "-0.50", "10", ("missing", "sphere")),
        ("nan", "", "", ("not_a_number", "sphere")),
        ("-1.00", "x", "10", ("not_a_number", "cylinder")),
    ],
)
def test_fault_is_told_at_its_field(sphere: str, cylinder: str, axis: str, told: tuple[str, str]) -> None:
    assert fault(sphere, cylinder, axis) == told


def test_axis_0_is_180_and_no_cylinder_needs_none() -> None:
    assert read_refraction("-1,25", "-0.50", "0").axis == 180
    assert read_refraction("-1.25", "", "") == Refraction(Decimal("-1.25"), Decimal(0), None)
    assert read_refraction("-1.25", "0", "90").axis is None


def test_minus_sign_of_typography_is_a_minus() -> None:
    assert read_refraction("\u22121.25", "", "").sphere == Decimal("-1.25")
