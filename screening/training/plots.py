"""ROC, reliability and confusion, drawn beside metrics.json."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")

from matplotlib import pyplot
from sklearn.metrics import roc_curve

from screening.training.judgement import TASKS, truth_of


def draw_plots(labels: Sequence[Mapping[str, str]], predictions: Sequence[Mapping[str, object]], out: Path) -> None:
    """Write roc.svg, reliability.svg and confusion.svg below ``out``, each where its labels exist."""
    known = {}
    for task, (column, _) in TASKS.items():
        pairs = [(truth, found[column]) for label, found in zip(labels, predictions, strict=True) if (truth := truth_of(label, task)) is not None]
        answered = np.array([(float(truth), float(str(chance))) for truth, chance in pairs if chance not in (None, "")])
        if len(answered) and 0 < answered[:, 0].mean() < 1:
            known[task] = answered
    if known:
        _roc(known, out / "roc.svg")
        _reliability(known, out / "reliability.svg")
    grades = [
        (int(float(label["dr_grade"])), int(str(found["grade"])))
        for label, found in zip(labels, predictions, strict=True)
        if label.get("dr_grade") and found["grade"] not in (None, "")
    ]
    if grades:
        _confusion(np.array(grades), out / "confusion.svg")


def _roc(known: Mapping[str, np.ndarray], path: Path) -> None:
    figure, axes = pyplot.subplots(figsize=(5, 5))
    for task, pairs in known.items():
        false_alarms, hits, _ = roc_curve(pairs[:, 0], pairs[:, 1])
        axes.plot(false_alarms, hits, label=task)
    axes.plot([0, 1], [0, 1], "k:", linewidth=0.8, label="chance")
    axes.set(xlabel="1 - specificity", ylabel="sensitivity", title="per photo, ungradable ones by their probability")
    axes.legend()
    _save(figure, path)


def _reliability(known: Mapping[str, np.ndarray], path: Path) -> None:
    figure, axes = pyplot.subplots(figsize=(5, 5))
    for task, pairs in known.items():
        place = np.minimum((pairs[:, 1] * 10).astype(int), 9)
        bins = [pairs[place == number] for number in range(10)]
        means = np.array([group.mean(axis=0) for group in bins if len(group) >= 5])
        if len(means):
            axes.plot(means[:, 1], means[:, 0], "o-", label=task)
    axes.plot([0, 1], [0, 1], "k:", linewidth=0.8, label="perfect")
    axes.set(xlabel="calibrated probability", ylabel="share of photos", title="reliability, bins of 0.1 with 5 photos or more")
    axes.legend()
    _save(figure, path)


def _confusion(grades: np.ndarray, path: Path) -> None:
    table = np.bincount(grades[:, 0] * 5 + grades[:, 1], minlength=25).reshape(5, 5)
    figure, axes = pyplot.subplots(figsize=(5, 5))
    axes.imshow(table / np.maximum(table.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(table):
        axes.text(column, row, str(count), ha="center", va="center")
    axes.set(xlabel="decided grade", ylabel="labelled grade", title="graded photos")
    _save(figure, path)


def _save(figure: pyplot.Figure, path: Path) -> None:
    figure.savefig(path, bbox_inches="tight")
    pyplot.close(figure)
