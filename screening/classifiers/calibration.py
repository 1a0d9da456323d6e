"""From raw logits to probabilities that may be read as such, with their intervals, a grade and the grades that cannot be told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, sqrt

THRESHOLDS = ("any_dr", "referable", "sight_threatening", "proliferative")
"""Cumulative thresholds in order: ICDR grade >= 1, >= 2, >= 3, >= 4."""

_NORMAL_95 = 1.959964


@dataclass(frozen=True)
class Platt:
    """Probability = sigmoid(slope * logit + intercept); the variances come from a bootstrap by patient on the validation split."""

    slope: float
    intercept: float
    slope_variance: float
    covariance: float
    intercept_variance: float

    def probability(self, logit: float) -> float:
        """Calibrated probability, 0 to 1."""
        return sigmoid(self.slope * logit + self.intercept)

    def interval(self, logit: float) -> tuple[float, float]:
        """95 % interval of the calibration itself; it says nothing of the photo's own ambiguity (the conformal set does)."""
        spread = _NORMAL_95 * sqrt(max(0.0, logit * logit * self.slope_variance + 2 * logit * self.covariance + self.intercept_variance))
        middle = self.slope * logit + self.intercept
        return sigmoid(middle - spread), sigmoid(middle + spread)


def sigmoid(value: float) -> float:
    """Logistic function that neither overflows nor raises."""
    return 1 / (1 + exp(-value)) if value >= 0 else exp(value) / (1 + exp(value))


def softmax(logits: Sequence[float]) -> list[float]:
    """Shares that sum to 1; does not overflow."""
    raised = [exp(logit - max(logits)) for logit in logits]
    total = sum(raised)
    return [number / total for number in raised]


def cumulative(logits: Sequence[float], calibration: Mapping[str, Platt]) -> list[float]:
    """Probability of grade >= 1 .. >= 4, never rising with the grade."""
    found = [calibration[name].probability(logit) for name, logit in zip(THRESHOLDS, logits, strict=True)]
    return _falling(found)


def cumulative_intervals(logits: Sequence[float], calibration: Mapping[str, Platt]) -> list[tuple[float, float]]:
    """95 % interval of each cumulative probability, bounds never rising with the grade."""
    found = [calibration[name].interval(logit) for name, logit in zip(THRESHOLDS, logits, strict=True)]
    return list(zip(_falling([low for low, _ in found]), _falling([high for _, high in found]), strict=True))


def grade_probabilities(thresholds: Sequence[float]) -> list[float]:
    """Probability of each grade 0 to 4 from the four cumulative ones; they sum to 1."""
    edges = [1.0, *thresholds, 0.0]
    return [above - below for above, below in pairwise(edges)]


def grade_intervals(thresholds: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Outer bounds of each grade's probability: wider than 95 % would ask, since the two edges move together."""
    edges = [(1.0, 1.0), *thresholds, (0.0, 0.0)]
    return [(max(0.0, above[0] - below[1]), above[1] - below[0]) for above, below in pairwise(edges)]


def decided_grade(thresholds: Sequence[float], released: Mapping[str, float]) -> int:
    """The highest grade whose cumulative probability reaches its released threshold.

    Grade 2 has a threshold of its own, "moderate": *referable* is called at a lower one, for safety, and would name too many eyes moderate.
    Versions before 0.4 have none and name at *referable*.
    """
    named = (*THRESHOLDS[:1], "moderate" if "moderate" in released else "referable", *THRESHOLDS[2:])
    reached = [grade for grade, name in enumerate(named, start=1) if thresholds[grade - 1] >= released[name]]
    return max(reached, default=0)


def conformal_set(grades: Sequence[float], decided: int, least: float) -> tuple[int, ...]:
    """Every grade from the lowest to the highest whose probability is at least ``least``, the decided one included."""
    kept = [grade for grade, probability in enumerate(grades) if probability >= least or grade == decided]
    return tuple(range(min(kept), max(kept) + 1))


def _falling(values: Sequence[float]) -> list[float]:
    found: list[float] = []
    for value in values:
        found.append(min(value, found[-1]) if found else value)
    return found
