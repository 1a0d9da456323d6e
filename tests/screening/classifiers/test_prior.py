"""A chance calibrated on a validation split, told as it holds where fewer people are ill."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.classifiers.prior import CHANCES, at_prevalence

falling = st.lists(st.floats(0.001, 0.999), min_size=3, max_size=3).map(lambda found: dict(zip(CHANCES, sorted(found, reverse=True), strict=True)))


@given(falling, st.floats(0.05, 0.95))
def test_the_prevalence_that_was_assumed_changes_nothing(chances: dict[str, float], assumed: float) -> None:
    assert at_prevalence(chances, assumed, assumed) == pytest.approx(chances)


@given(falling)
def test_fewer_ill_people_make_every_chance_smaller_and_keep_their_order(chances: dict[str, float]) -> None:
    shifted = at_prevalence(chances, 0.34, 0.10)
    assert all(0 <= shifted[name] <= chances[name] + 1e-12 for name in CHANCES)
    assert shifted["p_any_dr"] >= shifted["p_referable"] - 1e-12
    assert shifted["p_referable"] >= shifted["p_sight_threatening"] - 1e-12


def test_a_known_case_by_hand() -> None:
    # Odds 1 at a prior of one half become odds 1/9 at one in ten.
    assert at_prevalence({"p_any_dr": 0.5, "p_referable": 0.5, "p_sight_threatening": 0.25}, 0.5, 0.1) == pytest.approx(
        {"p_any_dr": 0.1, "p_referable": 0.1, "p_sight_threatening": 0.05}
    )
