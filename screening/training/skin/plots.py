"""ROC, reliability and confusion of a skin evaluation, drawn beside metrics.json."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from screening.classifiers.skin_heads import CLASSES, SUSPICIOUS_CLASSES
from screening.training.judgement import given, number
from screening.training.plots import draw_confusion, draw_reliability, draw_roc


def draw_skin_plots(labels: Sequence[Mapping[str, str]], predictions: Sequence[Mapping[str, object]], out: Path) -> None:
    """Write roc.svg, reliability.svg and confusion.svg below ``out``, each where its labels exist."""
    known = [
        (label["label"], found)
        for label, found in zip(labels, predictions, strict=True)
        if label.get("label") in CLASSES and given(found["p_suspicious"])
    ]
    if not known:
        return
    pairs = {"suspicious": np.array([(float(label in SUSPICIOUS_CLASSES), number(found["p_suspicious"], 0.5)) for label, found in known])}
    if 0 < pairs["suspicious"][:, 0].mean() < 1:
        draw_roc(pairs, out / "roc.svg")
        draw_reliability(pairs, out / "reliability.svg")
    decided = [CLASSES.index(str(found["set_photo"]).split(";")[0]) for _, found in known]
    truth = [CLASSES.index(label) for label, _ in known]
    draw_confusion(np.array([truth, decided]).T, out / "confusion.svg", CLASSES)
