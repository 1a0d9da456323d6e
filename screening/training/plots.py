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
        draw_roc(known, out / "roc.svg")
        draw_reliability(known, out / "reliability.svg")
    grades = [
        (int(float(label["dr_grade"])), int(str(found["grade"])))
        for label, found in zip(labels, predictions, strict=True)
        if label.get("dr_grade") and found["grade"] not in (None, "")
    ]
    if grades:
        draw_confusion(np.array(grades), out / "confusion.svg")


def draw_roc(known: Mapping[str, np.ndarray], path: Path) -> None:
    """One curve per task; columns of each array: truth and probability."""
    figure, axes = pyplot.subplots(figsize=(5, 5))
    for task, pairs in known.items():
        false_alarms, hits, _ = roc_curve(pairs[:, 0], pairs[:, 1])
        axes.plot(false_alarms, hits, label=task)
    axes.plot([0, 1], [0, 1], "k:", linewidth=0.8, label="chance")
    axes.set(xlabel="1 - specificity", ylabel="sensitivity", title="per photo, ungradable ones by their probability")
    axes.legend()
    _save(figure, path)


def draw_reliability(known: Mapping[str, np.ndarray], path: Path) -> None:
    """Share of positives against the calibrated probability."""
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


def draw_confusion(grades: np.ndarray, path: Path, names: Sequence[str] = ("0", "1", "2", "3", "4")) -> None:
    """Columns of ``grades``: labelled and decided, as places in ``names``."""
    table = np.bincount(grades[:, 0] * len(names) + grades[:, 1], minlength=len(names) ** 2).reshape(len(names), -1)
    figure, axes = pyplot.subplots(figsize=(5, 5))
    axes.imshow(table / np.maximum(table.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(table):
        axes.text(column, row, str(count), ha="center", va="center")
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="decided", ylabel="labelled", title="graded photos")
    _save(figure, path)


def _save(figure: pyplot.Figure, path: Path) -> None:
    figure.savefig(path, bbox_inches="tight")
    pyplot.close(figure)
