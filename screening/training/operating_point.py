"""The released threshold of *referable*: one number for every camera, chosen on the validation split by patient. Pure."""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

SENSITIVITY_WANTED = 0.87
"""Per patient, the mean over the sets that judge, each counting alike; the bar of CLINICAL.md B(ii) is 0.85."""

SEVERE_CALLED = 0.95
"""Least share of the patients with a severe or proliferative eye that are called referable."""


def referable_threshold(chances: Vector, referable: Vector, severe: Vector, patients: NDArray[np.str_], sources: NDArray[np.str_]) -> float:
    """The highest probability that reaches both shares; a patient is called by the worse eye.

    Labels per photo are 0, 1 or NaN; ``sources`` names each photo's set. Rounded down to the digits that are released.
    """
    scores: dict[str, list[float]] = {}
    grave: list[float] = []
    for patient in np.unique(patients):
        mine = patients == patient
        worst = float(chances[mine].max())
        if (referable[mine] == 1).any():
            scores.setdefault(str(sources[mine][0]), []).append(worst)
        if (severe[mine] == 1).any():
            grave.append(worst)
    candidates = sorted({worst for found in scores.values() for worst in found}, reverse=True)
    reached = (threshold for threshold in candidates if np.mean([_share(found, threshold) for found in scores.values()]) >= SENSITIVITY_WANTED)
    sensitive = next(reached)
    safe = float(np.quantile(grave, 1 - SEVERE_CALLED, method="lower")) if grave else 1.0
    return float(np.floor(min(sensitive, safe) * 1e4) / 1e4)


def _share(scores: list[float], threshold: float) -> float:
    return sum(score >= threshold for score in scores) / len(scores)
