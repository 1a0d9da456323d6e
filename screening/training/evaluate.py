"""`manage.py evaluate_classifier retina|skin`: the production path on labelled photos that training never saw.

The command reads a version as it is; nothing here can move a threshold.
"""

import csv
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from screening.classifiers import registry, retina, skin
from screening.classifiers.engine import choose_fastest_engine, engine_path
from screening.classifiers.outcome import Outcome
from screening.classifiers.registry import ModelCard
from screening.classifiers.rows import COLUMNS, SKIN_COLUMNS, evaluation_row, skin_row
from screening.classifiers.skin_clinical import answered, with_answers
from screening.classifiers.skin_heads import CLASSES
from screening.training.judgement import judge
from screening.training.labels import read_labels
from screening.training.plots import draw_plots
from screening.training.skin.judgement import judge_skin
from screening.training.skin.plots import draw_skin_plots

log = logging.getLogger(__name__)

Rows = list[dict[str, object]]


class ReadPhoto(Protocol):
    """A programme's classifier with a version, the live one where none is given."""

    def __call__(self, photo: bytes, card: ModelCard | None = None) -> Outcome: ...


@dataclass(frozen=True)
class Judged:
    """How a programme reads a photo, and how its rows are judged and drawn."""

    programme: str
    read_photo: ReadPhoto
    columns: tuple[str, ...]
    row: Callable[[ModelCard, Outcome, int, Mapping[str, str]], dict[str, object]]
    judge: Callable[[list[dict[str, str]], Rows], dict[str, object]]
    draw: Callable[[list[dict[str, str]], Rows, Path], None]


def _retina_row(_card: ModelCard, found: Outcome, milliseconds: int, _label: Mapping[str, str]) -> dict[str, object]:
    return evaluation_row(found, milliseconds)


def _skin_row(card: ModelCard, found: Outcome, milliseconds: int, label: Mapping[str, str]) -> dict[str, object]:
    head = card.clinical
    if head is None or not found.probabilities or not answered(label):
        return skin_row(found, milliseconds)
    photo = {name: found.probabilities[f"p_{name}"] for name in CLASSES}
    return skin_row(found, milliseconds, with_answers(head, photo, label), head.least_in_set)


PROGRAMMES = {
    "retina": Judged(retina.PROGRAMME, retina.read_photo, COLUMNS, _retina_row, judge, draw_plots),
    "skin": Judged(skin.PROGRAMME, skin.read_photo, SKIN_COLUMNS, _skin_row, judge_skin, draw_skin_plots),
}


def card_to_judge(programme: str, path: Path | None) -> ModelCard:
    """The version that the toml at ``path`` describes, the live one where there is none, with an engine that is there to run it.

    ``programme`` is retina or skin. Raises OSError where the toml or its weights cannot be read, registry.WeightsChanged, EngineFault, and
    ValueError for a version of another programme.
    """
    code = PROGRAMMES[programme].programme
    card = registry.read_card(path) if path else registry.live(code)
    if card.programme != code:
        raise ValueError(f"{card.name} is no version of {code}")
    choose_fastest_engine()
    if not engine_path(card).exists():
        from screening.classifiers.export import build_engine  # seconds, for torch

        build_engine(card)
    return card


def evaluate(
    programme: str, card: ModelCard, table: Path, root: Path, out: Path, limit: int | None, say: Callable[[str], object]
) -> dict[str, object]:
    """Write predictions.csv, metrics.json and plots below ``out``; returns the metrics.

    Raises OSError where the table cannot be read, ValueError where it has no column ``file``.
    """
    judged = PROGRAMMES[programme]
    labels = read_labels(table)[:limit]
    out.mkdir(parents=True, exist_ok=True)
    predictions: Rows = []
    with (out / "predictions.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["file", *judged.columns])
        writer.writeheader()
        for number, row in enumerate(labels, start=1):
            predictions.append({"file": row["file"], **_read(judged, card, root / row["file"], row)})
            writer.writerow(predictions[-1])
            if number % 25 == 0 or number == len(labels):
                say(f"{number} of {len(labels)} photos read")
    metrics = judged.judge(labels, predictions)
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    judged.draw(labels, predictions, out)
    return metrics


def _read(judged: Judged, card: ModelCard, path: Path, label: Mapping[str, str]) -> dict[str, object]:
    started = time.perf_counter()
    empty: dict[str, Any] = dict.fromkeys(judged.columns)
    try:
        photo = path.read_bytes()
    except OSError:
        return empty | {"outcome": "refused", "reason": "missing_file"}
    try:
        found = judged.read_photo(photo, card)
    except Exception as fault:
        log.exception("reading failed")
        return empty | {"outcome": "failed", "reason": type(fault).__name__}
    return judged.row(card, found, round((time.perf_counter() - started) * 1000), label)
