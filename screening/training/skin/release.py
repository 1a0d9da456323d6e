"""From trained weights to a released version: calibration and thresholds from the validation split alone, each set with the same say.

What is written is frozen: evaluation reads it and cannot change it.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from screening.classifiers.calibration import Platt, softmax
from screening.classifiers.engine import PATTERN, pattern
from screening.classifiers.golden import golden_square
from screening.classifiers.network import Network, load_network, save_network
from screening.classifiers.skin import PROGRAMME, class_probabilities
from screening.classifiers.skin_clinical import ClinicalHead
from screening.classifiers.skin_heads import CLASSES, IN_SCOPE, KINDS, LESION, SUSPICIOUS
from screening.training.finetune import logits_of
from screening.training.skin.clinical import clinical_head
from screening.training.skin.photos import UNKNOWN, LesionPhoto

SETS = ("pad-ufes", "milk10k")

_SENSITIVITY_WANTED = 0.95
"""Of *suspicious* on the validation part of each set: a missed cancer costs more than a needless visit (CLINICAL.md B(iii))."""
_CALLED_OUT_OF_SCOPE = 0.10
"""Most of the validation photos of other conditions that may be called one of the six classes (issue 19)."""
_COVERAGE = 0.90
_SKIN_LOST = 0.005
_OVERVIEW = 0.15
"""Least probability of skin for an overview: no close-up of the validation split lies below it, and nobody has overviews to choose it by."""
_RESAMPLES = 200

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Frozen:
    """What the validation split decided."""

    thresholds: dict[str, float]
    calibration: dict[str, Platt]
    class_scaling: dict[str, float]
    least_in_set: float
    prior: dict[str, float]


def release(
    network: Network, photos: list[LesionPhoto], squares: NDArray[np.uint8], size: int, version: str, folder: Path, golden: Path, terms: str
) -> Path:
    """Write ``skin-lesion-<version>.safetensors``, which reads squares of ``size`` px, and its toml below ``folder``; the path of the toml."""
    weights = folder / f"{PROGRAMME}-{version}.safetensors"
    save_network(network, weights)
    reference = load_network(weights, SUSPICIOUS)
    rows = [row for row, photo in enumerate(photos) if photo.split == "val"]
    judged = [photos[row] for row in rows]
    found = logits_of(reference, squares, rows, size)
    frozen = freeze(judged, found)
    chances = {photo.path: class_probabilities(row, frozen.class_scaling) for photo, row in zip(judged, found[:, LESION].tolist(), strict=True)}
    asked = [photo for photo in photos if photo.source == "pad-ufes" and photo.split in ("train", "val")]
    clinical = clinical_head(asked, chances) if asked else None
    pictures = {PATTERN: pattern(size)} | {photo.name: golden_square(photo, size) for photo in sorted(golden.glob("*.jpg"))}
    with torch.inference_mode():
        logits = {name: reference(torch.from_numpy(crop[None].copy()))[0][0].tolist() for name, crop in pictures.items()}
    card = weights.with_suffix(".toml")
    card.write_text(_toml(version, hashlib.sha256(weights.read_bytes()).hexdigest(), size, frozen, clinical, logits, terms), encoding="utf-8")
    return card


def freeze(photos: list[LesionPhoto], logits: NDArray[np.float32]) -> Frozen:
    """Fit calibrations, then choose thresholds on the calibrated probabilities."""
    sources = np.array([photo.source for photo in photos])
    patients = np.array([photo.patient for photo in photos])
    classes = np.array([photo.lesion_class for photo in photos])
    suspicious = np.array([photo.suspicious for photo in photos])
    scope = np.array([photo.in_scope for photo in photos])
    six = classes != UNKNOWN
    say = _equal_say(sources, six)
    scaling = _class_scaling(logits[six][:, LESION], classes[six], say[six])
    told = ~np.isnan(scope)
    fitted = {
        "suspicious": _platt(logits[six, SUSPICIOUS], suspicious[six], say[six], patients[six]),
        "in_scope": _platt(logits[told, IN_SCOPE], scope[told], np.ones(int(told.sum())), patients[told]),
    }
    chances = np.array([class_probabilities(row, scaling) for row in logits[:, LESION].tolist()])
    p_suspicious = np.array([fitted["suspicious"].probability(logit) for logit in logits[:, SUSPICIOUS].tolist()])
    p_scope = np.array([fitted["in_scope"].probability(logit) for logit in logits[:, IN_SCOPE].tolist()])
    own = chances[six, classes[six]]
    skin = np.array([softmax(row)[0] for row in logits[:, KINDS].tolist()])[np.isin(sources, SETS)]
    return Frozen(
        {
            "suspicious": _suspicious_threshold(p_suspicious, suspicious, sources),
            **_scope_thresholds(p_scope, chances.max(axis=1), scope == 1, np.isin(sources, SETS) & (scope == 0)),
            "skin": round(float(np.quantile(skin, _SKIN_LOST)), 4),
            "skin_overview": _OVERVIEW,
        },
        fitted,
        scaling,
        round(_weighted_quantile(own, say[six], 1 - _COVERAGE), 4),
        {name: round(float(say[classes == number].sum() / say.sum()), 4) for number, name in enumerate(CLASSES)}
        | {"suspicious": round(float(say[six & (suspicious == 1)].sum() / say.sum()), 4)},
    )


def _equal_say(sources: NDArray[np.str_], six: NDArray[np.bool_]) -> Vector:
    """Weight per photo: the sets count the same, the weights of all sum to their number; 0 where the photo is none of the six."""
    weights = np.zeros(len(sources))
    present = [source for source in SETS if (six & (sources == source)).any()]
    for source in present:
        mine = six & (sources == source)
        weights[mine] = six.sum() / (len(present) * mine.sum())
    return weights


def _class_scaling(logits: NDArray[np.float32], classes: NDArray[np.int64], say: Vector) -> dict[str, float]:
    """One slope and six offsets by weighted maximum likelihood (L-BFGS), the offsets held lightly."""
    scores, truth, weight = torch.from_numpy(logits).double(), torch.from_numpy(classes), torch.from_numpy(say)
    slope, offsets = torch.ones(1, dtype=torch.double, requires_grad=True), torch.zeros(len(CLASSES), dtype=torch.double, requires_grad=True)
    solver = torch.optim.LBFGS([slope, offsets], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        solver.zero_grad()
        each = torch.nn.functional.cross_entropy(slope * scores + offsets, truth, reduction="none")
        total = (each * weight).sum() + 0.5 * (offsets**2).sum()
        total.backward()
        return total

    solver.step(loss)
    found = dict(zip(CLASSES, offsets.tolist(), strict=True))
    return {"slope": round(slope.item(), 5)} | {name: round(number, 5) for name, number in found.items()}


def _platt(logits: NDArray[np.float32], truth: Vector, say: Vector, patients: NDArray[np.str_]) -> Platt:
    rng = np.random.default_rng(18)
    codes = np.unique(patients, return_inverse=True)[1]
    count = int(codes.max()) + 1
    drawn = []
    for _ in range(_RESAMPLES):
        weight = say * rng.multinomial(count, np.full(count, 1 / count))[codes]
        if 0 < (weight * truth).sum() < weight.sum():
            drawn.append(_line(logits, truth, weight))
    spread = np.cov(np.array(drawn).T)
    slope, intercept = _line(logits, truth, say)
    return Platt(*(round(float(number), 5) for number in (slope, intercept, spread[0, 0], spread[0, 1], spread[1, 1])))


def _line(logits: NDArray[np.float32], truth: Vector, weight: Vector) -> tuple[float, float]:
    fitted = LogisticRegression(C=100.0).fit(logits[:, None], truth, sample_weight=weight)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _suspicious_threshold(chances: Vector, suspicious: Vector, sources: NDArray[np.str_]) -> float:
    """The highest threshold with the wanted sensitivity on every set by itself."""
    found = [
        np.quantile(chances[mine], 1 - _SENSITIVITY_WANTED, method="lower")
        for source in SETS
        if (mine := (sources == source) & (suspicious == 1)).any()
    ]
    # Down to the digit that is released, so that rounding loses nobody.
    return float(np.floor(min(found) * 1e4) / 1e4)


def _scope_thresholds(p_scope: Vector, confidence: Vector, inside: NDArray[np.bool_], outside: NDArray[np.bool_]) -> dict[str, float]:
    """Least probability of being in scope and least confidence in a class that keep most photos of the six and few of other conditions."""
    best, chosen = -1.0, {"in_scope": 1.0, "class_confidence": 1.0}
    for least in np.round(np.arange(0.2, 0.96, 0.02), 2):
        scope = 0.0
        if outside.any():
            confident = np.sort(p_scope[outside & (confidence >= least)])[::-1]
            allowed = int(_CALLED_OUT_OF_SCOPE * outside.sum())
            scope = float(np.ceil(confident[allowed] * 1e4 + 1) / 1e4) if len(confident) > allowed else 0.0
        kept = float(((p_scope >= scope) & (confidence >= least))[inside].mean())
        if kept > best:
            best, chosen = kept, {"in_scope": scope, "class_confidence": float(least)}
    return chosen


def _weighted_quantile(values: Vector, weights: Vector, share: float) -> float:
    order = np.argsort(values)
    return float(values[order][np.searchsorted(np.cumsum(weights[order]) / weights.sum(), share)])


def _toml(version: str, sha256: str, size: int, frozen: Frozen, clinical: ClinicalHead | None, golden: dict[str, list[float]], terms: str) -> str:
    lines = [
        "# Written by `manage.py train_classifier skin`; thresholds and calibration are frozen with it.",
        f'programme = "{PROGRAMME}"',
        f'version = "{version}"',
        'status = "live"',
        f'sha256 = "{sha256}"',
        f"input_px = {size}",
        'for_whom = "12 and over, one spot on the skin, not palm, sole, nail, mucosa or an intimate place"',
        f'terms = """{terms}"""',
        "",
        "[thresholds] # on calibrated probabilities",
        *(f"{name} = {value}" for name, value in frozen.thresholds.items()),
        "",
        "[calibration] # slope, intercept, variance of slope, covariance, variance of intercept",
        *(
            f"{name} = [{line.slope}, {line.intercept}, {line.slope_variance}, {line.covariance}, {line.intercept_variance}]"
            for name, line in frozen.calibration.items()
        ),
        "",
        "[class_scaling] # slope of the class logits and offset of each class, before their softmax",
        *(f"{name} = {value}" for name, value in frozen.class_scaling.items()),
        "",
        "[conformal] # classes whose probability is at least this are in the set; wanted coverage 90 % of photos",
        f"least = {frozen.least_in_set}",
        "",
        "[prior] # shares in the validation split with both sets counted alike, which the probabilities assume; far above a clinic's",
        *(f"{name} = {value}" for name, value in frozen.prior.items()),
        "",
        *(_clinical_lines(clinical) if clinical else ()),
        "[golden] # raw logits",
        *(f'"{name}" = [{", ".join(f"{logit:.4f}" for logit in logits)}]' for name, logits in golden.items()),
        "",
    ]
    return "\n".join(lines)


def _clinical_lines(head: ClinicalHead) -> list[str]:
    return [
        "[clinical] # of the answers, PAD-UFES-20 alone: see skin_clinical.py",
        f"means = {list(head.means)}",
        f"photo_exponent = {head.photo_exponent}",
        f"answers_exponent = {head.answers_exponent}",
        f"least_in_set = {head.least_in_set}",
        "",
        "[clinical.weights] # constant, age, regions, answers",
        *(f"{name} = {list(weights)}" for name, weights in head.weights.items()),
        "",
    ]
