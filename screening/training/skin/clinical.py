"""Fitting what the answers add to the photo, on PAD-UFES-20 alone: no other set has such answers."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from screening.classifiers.skin_clinical import ANSWERS, ClinicalHead, features, with_answers
from screening.classifiers.skin_heads import CLASSES
from screening.training.skin.photos import LesionPhoto

_STRENGTH = 0.3
_EXPONENTS = tuple(round(0.4 + 0.1 * step, 1) for step in range(13))
_COVERAGE = 0.90


def clinical_head(photos: Sequence[LesionPhoto], chances: Mapping[Path, Sequence[float]]) -> ClinicalHead:
    """Logistic regression with classes counted alike on split ``train``; its say beside the photo's ``chances`` by likelihood on ``val``."""
    rows = _answers({photo.path.parent for photo in photos})
    train = [photo for photo in photos if photo.split == "train"]
    val = [photo for photo in photos if photo.split == "val"]
    means = [round(float(np.mean([row[name] == "True" for row in rows.values() if row[name] in ("True", "False")])), 4) for name in ANSWERS]
    fitted = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=2000).fit(
        [features(rows[photo.path.name], means) for photo in train], [photo.lesion_class for photo in train]
    )
    weights = {name: [round(float(number), 4) for number in (fitted.intercept_[place], *fitted.coef_[place])] for place, name in enumerate(CLASSES)}

    def own(photo_exponent: float, answers_exponent: float) -> np.ndarray:
        head = ClinicalHead(weights, means, photo_exponent, answers_exponent, 1.0)
        found = [with_answers(head, dict(zip(CLASSES, chances[photo.path], strict=True)), rows[photo.path.name]) for photo in val]
        return np.array([each[CLASSES[photo.lesion_class]] for each, photo in zip(found, val, strict=True)])

    best = max(((a, b) for a in _EXPONENTS for b in _EXPONENTS), key=lambda pair: float(np.log(own(*pair)).sum()))
    return ClinicalHead(weights, means, *best, round(float(np.quantile(own(*best), 1 - _COVERAGE)), 4))


def _answers(folders: set[Path]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for folder in folders:
        with (folder / "labels.csv").open(newline="", encoding="utf-8-sig") as file:
            found |= {row["file"]: row for row in csv.DictReader(file)}
    return found
