"""`manage.py evaluate_classifier retina|skin`: the production path on labelled photos that training never saw.

The command reads the released version as it is; nothing here can move a threshold.
"""

import csv
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screening.classifiers import registry, retina, skin
from screening.classifiers.outcome import Outcome
from screening.classifiers.rows import COLUMNS, SKIN_COLUMNS, evaluation_row, skin_row
from screening.classifiers.skin_clinical import answered, with_answers
from screening.classifiers.skin_heads import CLASSES
from screening.training.judgement import judge
from screening.training.plots import draw_plots
from screening.training.skin.judgement import judge_skin
from screening.training.skin.plots import draw_skin_plots

log = logging.getLogger(__name__)

Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Judged:
    """How a programme reads a photo, and how its rows are judged and drawn."""

    read_photo: Callable[[bytes], Outcome]
    columns: tuple[str, ...]
    row: Callable[[Outcome, int, Mapping[str, str]], dict[str, object]]
    judge: Callable[[list[dict[str, str]], Rows], dict[str, object]]
    draw: Callable[[list[dict[str, str]], Rows, Path], None]


def _retina_row(found: Outcome, milliseconds: int, _label: Mapping[str, str]) -> dict[str, object]:
    return evaluation_row(found, milliseconds)


def _skin_row(found: Outcome, milliseconds: int, label: Mapping[str, str]) -> dict[str, object]:
    head = registry.live(skin.PROGRAMME).clinical
    if head is None or not found.probabilities or not answered(label):
        return skin_row(found, milliseconds)
    photo = {name: found.probabilities[f"p_{name}"] for name in CLASSES}
    return skin_row(found, milliseconds, with_answers(head, photo, label), head.least_in_set)


PROGRAMMES = {
    "retina": Judged(retina.read_photo, COLUMNS, _retina_row, judge, draw_plots),
    "skin": Judged(skin.read_photo, SKIN_COLUMNS, _skin_row, judge_skin, draw_skin_plots),
}


def evaluate(programme: str, table: Path, root: Path, out: Path, limit: int | None, say: Callable[[str], object]) -> dict[str, object]:
    """Write predictions.csv, metrics.json and plots below ``out``; returns the metrics. Raises OSError where the table cannot be read."""
    judged = PROGRAMMES[programme]
    with table.open(newline="", encoding="utf-8-sig") as file:
        labels = list(csv.DictReader(file))[:limit]
    out.mkdir(parents=True, exist_ok=True)
    predictions: Rows = []
    with (out / "predictions.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["file", *judged.columns])
        writer.writeheader()
        for number, row in enumerate(labels, start=1):
            predictions.append({"file": row["file"], **_read(judged, root / row["file"], row)})
            writer.writerow(predictions[-1])
            if number % 25 == 0 or number == len(labels):
                say(f"{number} of {len(labels)} photos read")
    metrics = judged.judge(labels, predictions)
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    judged.draw(labels, predictions, out)
    return metrics


def _read(judged: Judged, path: Path, label: Mapping[str, str]) -> dict[str, object]:
    started = time.perf_counter()
    empty: dict[str, Any] = dict.fromkeys(judged.columns)
    try:
        photo = path.read_bytes()
    except OSError:
        return empty | {"outcome": "refused", "reason": "missing_file"}
    try:
        found = judged.read_photo(photo)
    except Exception as fault:
        log.exception("reading failed")
        return empty | {"outcome": "failed", "reason": type(fault).__name__}
    return judged.row(found, round((time.perf_counter() - started) * 1000), label)
