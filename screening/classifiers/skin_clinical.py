"""What a patient's answers add to the photo: a logistic regression beside the network, trained on PAD-UFES-20 alone.

Diameters are left out: in PAD-UFES-20 they are missing in two thirds of the benign rows, so that their absence tells the label. An answer that is
not given stands at the mean of the given ones and so says nothing. Columns are named as in PAD-UFES-20.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from screening.classifiers.calibration import softmax
from screening.classifiers.skin_heads import CLASSES

ANSWERS = ("itch", "grew", "hurt", "changed", "bleed", "elevation")
REGIONS = ("FACE", "NOSE", "EAR", "LIP", "SCALP", "NECK", "CHEST", "ABDOMEN", "BACK", "ARM", "FOREARM", "HAND", "THIGH", "FOOT")
COLUMNS = ("age", "region", *ANSWERS)

_AGE_MIDDLE, _AGE_SPREAD = 60.0, 16.0
_FEWEST_CHANCE = 1e-6


@dataclass(frozen=True)
class ClinicalHead:
    """``weights`` per class: the constant, then one per feature; ``means`` of the answers; photo and answers count by the two exponents."""

    weights: Mapping[str, Sequence[float]]
    means: Sequence[float]
    photo_exponent: float
    answers_exponent: float
    least_in_set: float


def answered(row: Mapping[str, str]) -> bool:
    """Whether the row holds any of the answers."""
    return any(row.get(column) not in (None, "", "UNK") for column in COLUMNS)


def features(row: Mapping[str, str], means: Sequence[float]) -> list[float]:
    """Age in spreads from the middle, region one-hot (all zero where it is another), answers 0 or 1 or their mean."""
    age = row.get("age") or ""
    spread = (float(age) - _AGE_MIDDLE) / _AGE_SPREAD if age.replace(".", "", 1).isdigit() else 0.0
    region = (row.get("region") or "").upper()
    given = [{"true": 1.0, "1": 1.0, "false": 0.0, "0": 0.0}.get((row.get(name) or "").lower()) for name in ANSWERS]
    return [
        spread,
        *(float(region == name) for name in REGIONS),
        *(mean if answer is None else answer for answer, mean in zip(given, means, strict=True)),
    ]


def with_answers(head: ClinicalHead, chances: Mapping[str, float], row: Mapping[str, str]) -> dict[str, float]:
    """Probability of each class from the photo's ``chances`` and the answers; they sum to 1."""
    known = [1.0, *features(row, head.means)]
    scores = {
        name: head.photo_exponent * log(max(chances[name], _FEWEST_CHANCE))
        + head.answers_exponent * sum(weight * value for weight, value in zip(head.weights[name], known, strict=True))
        for name in CLASSES
    }
    return dict(zip(CLASSES, softmax(list(scores.values())), strict=True))
