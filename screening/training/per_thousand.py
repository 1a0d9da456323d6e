"""What a thousand screened would meet: missed, sent needlessly, not readable, at the share of disease where the program is used. Pure."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from screening.training import metrics
from screening.training.metrics import Metric, with_interval

Bools = NDArray[np.bool_]


def per_thousand(called: Bools, positive: Bools, unread: Bools, patients: NDArray[np.int64], prevalence: float) -> dict[str, object]:
    """Counts per 1,000 with intervals, and the predictive values among those read.

    ``unread``: nothing could be said, and nothing was called. A patient with disease and without a call is missed or not readable, never both.
    """

    ill, well, read = prevalence, 1 - prevalence, ~unread
    found, missed = metrics.share(called & read, positive), metrics.share(~called & read, positive)
    alarm, cleared = metrics.share(called & read, ~positive), metrics.share(~called & read, ~positive)
    lost_ill, lost_well = metrics.share(unread, positive), metrics.share(unread, ~positive)
    figures: Mapping[str, Metric] = {
        "found": lambda weights: 1000 * ill * found(weights),
        "missed": lambda weights: 1000 * ill * missed(weights),
        "sent_needlessly": lambda weights: 1000 * well * alarm(weights),
        "not_readable": lambda weights: 1000 * (ill * lost_ill(weights) + well * lost_well(weights)),
        "ppv": lambda weights: _first_of(ill * found(weights), well * alarm(weights)),
        "npv": lambda weights: _first_of(well * cleared(weights), ill * missed(weights)),
    }
    return {"prevalence": prevalence, **{name: with_interval(metric, patients) for name, metric in figures.items()}}


def _first_of(one: float, other: float) -> float:
    return one / (one + other) if one + other else float("nan")
