"""Probabilities, intervals, grades and sets hold together for any logits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.classifiers.calibration import (
    THRESHOLDS,
    Platt,
    conformal_set,
    cumulative,
    cumulative_intervals,
    decided_grade,
    grade_intervals,
    grade_probabilities,
    sigmoid,
)

logits = st.lists(st.floats(-40, 40), min_size=4, max_size=4)
lines = st.builds(Platt, st.floats(0.05, 3), st.floats(-3, 3), st.floats(0, 0.1), st.just(0.0), st.floats(0, 0.1))
calibrations = st.fixed_dictionaries(dict.fromkeys(THRESHOLDS, lines))


@given(logits, calibrations)
def test_grade_probabilities_sum_to_one_and_none_is_negative(found: list[float], fitted: dict[str, Platt]) -> None:
    grades = grade_probabilities(cumulative(found, fitted))
    assert math.isclose(sum(grades), 1, abs_tol=1e-9)
    assert min(grades) >= 0


@given(logits, calibrations)
def test_every_probability_lies_in_its_interval(found: list[float], fitted: dict[str, Platt]) -> None:
    chances, bounds = cumulative(found, fitted), cumulative_intervals(found, fitted)
    for chance, (low, high) in zip(chances + grade_probabilities(chances), bounds + grade_intervals(bounds), strict=True):
        assert low - 1e-9 <= chance <= high + 1e-9


@given(logits, calibrations, st.floats(0.01, 0.5))
def test_the_conformal_set_is_unbroken_and_holds_the_decided_grade(found: list[float], fitted: dict[str, Platt], least: float) -> None:
    chances = cumulative(found, fitted)
    grade = decided_grade(chances, dict.fromkeys(THRESHOLDS, 0.5))
    kept = conformal_set(grade_probabilities(chances), grade, least)
    assert grade in kept
    assert list(kept) == list(range(kept[0], kept[-1] + 1))


@pytest.mark.parametrize(("chance", "grade"), [(0.2999, 0), (0.3, 1)])
def test_a_probability_at_the_released_threshold_reaches_the_grade(chance: float, grade: int) -> None:
    assert decided_grade([chance, 0, 0, 0], {"any_dr": 0.3, "referable": 0.5, "sight_threatening": 0.5, "proliferative": 0.5}) == grade


@given(st.floats(-1e6, 1e6))
def test_the_logistic_function_never_overflows(value: float) -> None:
    assert 0 <= sigmoid(value) <= 1
