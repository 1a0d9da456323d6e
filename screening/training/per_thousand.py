"""What a thousand screened would meet: missed, sent needlessly, not readable, at the share of disease where the program is used. Pure."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from screening.training.metrics import Vector, with_interval

Bools = NDArray[np.bool_]


def per_thousand(called: Bools, positive: Bools, unread: Bools, patients: NDArray[np.int64], prevalence: float) -> dict[str, object]:
    """Counts per 1,000 with intervals, and the predictive values among those read.

    ``unread``: nothing could be said, and nothing was called. A patient with disease and without a call is missed or not readable, never both.
    """

    def rates(weights: Vector) -> tuple[float, float, float, float]:
        ill, well = float(weights[positive].sum()), float(weights[~positive].sum())
        if not ill or not well:
            return (float("nan"),) * 4
        found, missed = weights[positive & called & ~unread].sum() / ill, weights[positive & ~called & ~unread].sum() / ill
        alarm, cleared = weights[~positive & called & ~unread].sum() / well, weights[~positive & ~called & ~unread].sum() / well
        return float(found * prevalence), float(missed * prevalence), float(alarm * (1 - prevalence)), float(cleared * (1 - prevalence))

    figures: Mapping[str, object] = {
        "found": lambda found, missed, alarm, cleared: 1000 * found,
        "missed": lambda found, missed, alarm, cleared: 1000 * missed,
        "sent_needlessly": lambda found, missed, alarm, cleared: 1000 * alarm,
        "not_readable": lambda found, missed, alarm, cleared: 1000 * (1 - found - missed - alarm - cleared),
        "ppv": lambda found, missed, alarm, cleared: found / (found + alarm) if found + alarm else float("nan"),
        "npv": lambda found, missed, alarm, cleared: cleared / (cleared + missed) if cleared + missed else float("nan"),
    }
    counted = {name: with_interval(lambda weights, of=of: of(*rates(weights)), patients) for name, of in figures.items()}  # type: ignore[misc,operator]
    return {"prevalence": prevalence, **counted}
