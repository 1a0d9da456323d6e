"""Other findings of the retina against the words of ODIR-5K's readers: area under the curve per eye and per patient. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from screening.training import metrics
from screening.training.datasets import FINDING_WORDS, NEAR_WORDS
from screening.training.metrics import with_interval


def truth_of_finding(row: Mapping[str, str], finding: str) -> bool | None:
    """Whether the words name the finding; None where they come near it or nobody was asked (EyePACS: its words are the grade's)."""
    words = {word.strip() for word in row.get("findings", "").split(";")} - {""}
    if not words or row.get("source", "").startswith("EyePACS"):
        return None
    if words & FINDING_WORDS[finding]:
        return True
    return None if words & NEAR_WORDS[finding] or row.get("quality") == "reject" else False


def other_findings(rows: Sequence[tuple[Mapping[str, str], Mapping[str, object]]], codes: NDArray[np.int64]) -> dict[str, object]:
    """Figures of every finding that the version shows and the labels know; ``codes`` number the patient of each row."""
    found: dict[str, object] = {}
    for finding in FINDING_WORDS:
        known = [
            (truth, str(row[f"p_{finding}"]), code)
            for (label, row), code in zip(rows, codes.tolist(), strict=True)
            if row.get(f"p_{finding}") not in (None, "") and (truth := truth_of_finding(label, finding)) is not None
        ]
        if known:
            found[finding] = _figures(*(np.array(column) for column in zip(*known, strict=True)))
    return found


def _figures(truth: NDArray[np.bool_], chances: NDArray[np.str_], codes: NDArray[np.int64]) -> dict[str, object]:
    scores, patients = chances.astype(np.float64), np.unique(codes, return_inverse=True)[1].astype(np.int64)
    count = int(patients.max()) + 1
    most, ill = np.zeros(count), np.bincount(patients, truth, count) > 0
    np.maximum.at(most, patients, scores)
    return {
        "n": len(truth),
        "positive": int(truth.sum()),
        "patients": count,
        "positive_patients": int(ill.sum()),
        "auc": with_interval(metrics.area(scores, truth), patients),
        "auc_per_patient": with_interval(metrics.area(most, ill), np.arange(count)),
        "ece": with_interval(metrics.calibration_error(scores, truth), patients),
    }
