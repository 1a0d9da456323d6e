"""Figures of merit with 95 % bootstrap intervals by patient. Every metric takes a weight per row, so that a resample is a change of weights."""

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Metric = Callable[[Vector], float]

RESAMPLES = 500


def with_interval(metric: Metric, patients: NDArray[np.int64]) -> dict[str, float | None]:
    """``value`` and the ``low`` and ``high`` ends of its interval; None where no row counts."""
    value = metric(np.ones(len(patients)))
    count = int(patients.max(initial=-1)) + 1
    if not count or np.isnan(value):
        return {"value": None, "low": None, "high": None}
    drawn = np.array([metric(times[patients].astype(np.float64)) for times in _resamples(count)])
    if np.isnan(drawn).all():
        return {"value": round(value, 4), "low": None, "high": None}
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}


@lru_cache(maxsize=2)
def _resamples(count: int) -> NDArray[np.int64]:
    """How often each of ``count`` patients is drawn, per resample."""
    return np.random.default_rng(17).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)


def share(hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> Metric:
    """Weighted share of ``hits`` among the rows of ``among``."""

    def metric(weights: Vector) -> float:
        base = float(weights[among].sum())
        return float(weights[among & hits].sum()) / base if base else float("nan")

    return metric


def mean_of(values: Vector) -> Metric:
    """Weighted mean."""

    def metric(weights: Vector) -> float:
        return float(np.average(values, weights=weights)) if weights.sum() else float("nan")

    return metric


def area(scores: Vector, positive: NDArray[np.bool_]) -> Metric:
    """Area under the ROC curve; a tie counts half."""
    order = np.argsort(scores, kind="stable")
    ranked, truth = scores[order], positive[order]
    starts = np.nonzero(np.r_[True, ranked[1:] != ranked[:-1]])[0] if len(ranked) else np.array([], np.int64)

    def metric(weights: Vector) -> float:
        ordered = weights[order]
        if not len(ordered):
            return float("nan")
        ups, downs = np.add.reduceat(ordered * truth, starts), np.add.reduceat(ordered * ~truth, starts)
        below = np.cumsum(downs) - downs
        pairs = float(ups.sum() * downs.sum())
        return float((ups * (below + downs / 2)).sum()) / pairs if pairs else float("nan")

    return metric


def sensitivity_at(scores: Vector, positive: NDArray[np.bool_], specificity: float) -> Metric:
    """Share of positives above the lowest score that this share of the negatives does not pass."""
    order = np.argsort(scores[~positive], kind="stable")

    def metric(weights: Vector) -> float:
        healthy = weights[~positive][order]
        if not weights[positive].sum() or not healthy.sum():
            return float("nan")
        least = scores[~positive][order][int(np.argmax(np.cumsum(healthy) >= specificity * healthy.sum()))]
        return float(weights[positive & (scores > least)].sum() / weights[positive].sum())

    return metric


def kappa(truth: NDArray[np.int64], decided: NDArray[np.int64], classes: int) -> Metric:
    """Cohen's kappa with quadratic weights."""
    distance = (np.arange(classes)[:, None] - np.arange(classes)[None, :]) ** 2

    def metric(weights: Vector) -> float:
        table = _table(truth, decided, weights, classes)
        expected = table.sum(1)[:, None] * table.sum(0)[None, :] / max(table.sum(), 1e-9)
        chance = float((distance * expected).sum())
        return 1 - float((distance * table).sum()) / chance if chance else float("nan")

    return metric


def balanced_accuracy(truth: NDArray[np.int64], decided: NDArray[np.int64], classes: int) -> Metric:
    """Mean recall over the classes that occur."""

    def metric(weights: Vector) -> float:
        table = _table(truth, decided, weights, classes)
        totals = table.sum(1)
        return float((np.diag(table)[totals > 0] / totals[totals > 0]).mean()) if totals.any() else float("nan")

    return metric


def calibration_error(chances: Vector, positive: NDArray[np.bool_], bins: int = 10) -> Metric:
    """Expected calibration error over bins of equal width."""
    place = np.minimum((chances * bins).astype(np.int64), bins - 1)

    def metric(weights: Vector) -> float:
        total = float(weights.sum())
        gaps = np.bincount(place, weights * (chances - positive), bins)
        return float(np.abs(gaps).sum()) / total if total else float("nan")

    return metric


def rates(decided: NDArray[np.bool_], positive: NDArray[np.bool_], ungradable: NDArray[np.bool_]) -> Mapping[str, Mapping[str, Metric]]:
    """Sensitivity and specificity in the three countings of ungradable rows; see EVALUATION.md."""
    gradable = ~ungradable
    called = {
        "without_ungradables": (decided, gradable),
        "ungradable_is_positive": (decided | ungradable, np.ones_like(gradable)),
        "against_you": (np.where(ungradable, ~positive, decided), np.ones_like(gradable)),
    }
    return {
        counting: {"sensitivity": share(calls, counted & positive), "specificity": share(~calls, counted & ~positive)}
        for counting, (calls, counted) in called.items()
    }


def _table(truth: NDArray[np.int64], decided: NDArray[np.int64], weights: Vector, classes: int) -> Vector:
    return np.bincount(truth * classes + decided, weights, classes * classes).reshape(classes, classes).astype(np.float64)
