"""`manage.py evaluate_classifier retina`: the production path on labelled photos that training never saw.

The command reads the released version as it is; nothing here can move a threshold.
"""

import csv
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path

from screening.classifiers.outcome import Outcome
from screening.classifiers.retina import read_photo
from screening.classifiers.rows import COLUMNS, evaluation_row
from screening.training.judgement import judge
from screening.training.plots import draw_plots

log = logging.getLogger(__name__)


def evaluate_retina(table: Path, root: Path, out: Path, limit: int | None, say: Callable[[str], object]) -> dict[str, object]:
    """Write predictions.csv, metrics.json and plots below ``out``; returns the metrics. Raises OSError where the table cannot be read."""
    with table.open(newline="", encoding="utf-8-sig") as file:
        labels = list(csv.DictReader(file))[:limit]
    out.mkdir(parents=True, exist_ok=True)
    predictions: list[dict[str, object]] = []
    with (out / "predictions.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["file", *COLUMNS])
        writer.writeheader()
        for number, row in enumerate(labels, start=1):
            predictions.append({"file": row["file"], **_read(root / row["file"])})
            writer.writerow(predictions[-1])
            if number % 25 == 0 or number == len(labels):
                say(f"{number} of {len(labels)} photos read")
    metrics = judge(labels, predictions)
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    draw_plots(labels, predictions, out)
    return metrics


def _read(path: Path) -> dict[str, object]:
    started = time.perf_counter()
    try:
        photo = path.read_bytes()
    except OSError:
        return _without_reading("refused", "missing_file")
    try:
        found: Outcome = read_photo(photo)
    except Exception as fault:
        log.exception("reading failed")
        return _without_reading("failed", type(fault).__name__)
    return evaluation_row(found, round((time.perf_counter() - started) * 1000))


def _without_reading(outcome: str, reason: str) -> dict[str, object]:
    return dict.fromkeys(COLUMNS) | {"outcome": outcome, "reason": reason}
