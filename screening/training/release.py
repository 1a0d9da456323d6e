"""From trained weights to a released version: calibration and thresholds from the validation split alone, then safetensors and toml.

Nothing here sees the test split. What is written is frozen: evaluation reads it and cannot change it.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from screening.classifiers import calibration
from screening.classifiers.calibration import THRESHOLDS, Platt
from screening.classifiers.engine import PATTERN, pattern
from screening.classifiers.golden import golden_crop
from screening.classifiers.heads import FINDINGS, GRADES, HEADS, KINDS, QUALITY
from screening.classifiers.network import Network, load_network, save_network
from screening.training.datasets import RETINA, Example
from screening.training.finetune import logits_of
from screening.training.operating_point import referable_threshold

_PREVALENCE = 0.10
_RESAMPLES = 200
_COVERAGE = 0.90
_READABLE_PHOTOS_LOST = 0.03
_RETINAS_LOST = 0.003
_FINDING_TOLD_APART = 0.90
"""Least area under the curve on the validation split of another finding that is shown (issue 19)."""
_FINDING_SEEN = 10
_FINDING_ALARMS = 0.02
"""Most validation photos without the finding that are called, unless fewer suffice to call ``_FINDING_CALLED`` of those with it."""
_FINDING_CALLED = 0.90


@dataclass(frozen=True)
class Frozen:
    """What the validation split decided."""

    thresholds: dict[str, float]
    calibration: dict[str, Platt]
    least_in_set: float
    prior: dict[str, float]


def release(
    network: Network, examples: list[Example], crops: NDArray[np.uint8], size: int, version: str, folder: Path, golden_photos: Path, terms: str
) -> Path:
    """Write ``retina-dr-<version>.safetensors``, which reads crops of ``size`` px, and its toml below ``folder``; the path of the toml."""
    weights = folder / f"retina-dr-{version}.safetensors"
    save_network(network, weights)
    reference = load_network(weights)
    rows = [row for row, example in enumerate(examples) if example.split == "val"]
    frozen = freeze([examples[row] for row in rows], logits_of(reference, crops, rows, size))
    pictures = {PATTERN: pattern(size)} | {photo.name: golden_crop(photo, size) for photo in sorted(golden_photos.glob("*.jpg"))}
    with torch.inference_mode():
        golden = {name: reference(torch.from_numpy(crop[None]))[0][0].tolist() for name, crop in pictures.items()}
    card = weights.with_suffix(".toml")
    card.write_text(_toml(version, hashlib.sha256(weights.read_bytes()).hexdigest(), size, frozen, golden, terms), encoding="utf-8")
    return card


def freeze(examples: list[Example], logits: NDArray[np.float32]) -> Frozen:
    """Fit calibrations, then choose thresholds on the calibrated probabilities."""
    patients = np.array([example.patient for example in examples])
    truth = np.array([[*example.thresholds, *example.quality] for example in examples])
    names = HEADS[: truth.shape[1]]
    sources = np.array([example.source for example in examples])
    fitted = {name: _platt(logits[:, column], truth[:, column], patients, sources) for column, name in enumerate(names)}
    chances = np.array([calibration.cumulative(row, fitted) for row in logits[:, GRADES].tolist()])
    graded = np.array([example.grade is not None and example.quality[1] != 1 for example in examples])
    grades = np.array([example.grade if example.grade is not None else 0 for example in examples])
    judged = ~np.isnan(truth[:, 1])
    point = referable_threshold(*(column[judged] for column in (chances[:, 1], truth[:, 1], truth[:, 2], patients, sources)))
    thresholds = _grade_thresholds(chances[graded], grades[graded], point)
    quality = {name: np.array([fitted[name].probability(logit) for logit in logits[:, HEADS.index(name)].tolist()]) for name in HEADS[QUALITY]}
    thresholds["not_good"] = 0.5
    # Photos that nobody rated count as readable: most are, and a patient pays for every needless retake.
    readable = np.array([example.kind == RETINA and example.quality[1] != 1 for example in examples])
    thresholds["reject"] = round(float(np.quantile(quality["reject"][readable], 1 - _READABLE_PHOTOS_LOST)), 4)
    thresholds["retina"] = _kind_threshold(logits[:, KINDS], np.array([example.kind for example in examples]))
    shares = np.array([calibration.grade_probabilities(list(row)) for row in chances[graded]])
    own = shares[np.arange(len(shares)), grades[graded]]
    shown = _findings(examples, logits, patients, sources)
    thresholds |= {name: threshold for name, (_, threshold) in shown.items()}
    fitted |= {name: line for name, (line, _) in shown.items()}
    return Frozen(thresholds, fitted, round(float(np.quantile(own, 1 - _COVERAGE)), 4), _prior(truth, names))


def _findings(
    examples: list[Example], logits: NDArray[np.float32], patients: NDArray[np.str_], sources: NDArray[np.str_]
) -> dict[str, tuple[Platt, float]]:
    """Calibration and threshold of each other finding that may be shown: told apart well enough, on enough photos to say so."""
    truth = np.array([example.findings for example in examples])
    shown = {}
    for column, name in enumerate(HEADS[FINDINGS]):
        known = ~np.isnan(truth[:, column])
        there = truth[known, column] == 1
        scores = logits[known][:, FINDINGS][:, column]
        if there.sum() < _FINDING_SEEN or roc_auc_score(there, scores) < _FINDING_TOLD_APART:
            continue
        line = _platt(scores, truth[known, column], patients[known], sources[known])
        chances = np.array([line.probability(score) for score in scores.tolist()])
        # Where the two hardly meet, the false alarms alone would put the threshold at next to nothing.
        least = max(np.quantile(chances[~there], 1 - _FINDING_ALARMS), np.quantile(chances[there], 1 - _FINDING_CALLED, method="lower"))
        shown[name] = line, float(np.floor(least * 1e4) / 1e4)
    return shown


def _platt(logits: NDArray[np.float32], truth: NDArray[np.float64], patients: NDArray[np.str_], sources: NDArray[np.str_]) -> Platt:
    """The sets have the same say, however many photos they have: one set's camera must not decide what a score means."""
    known = ~np.isnan(truth)
    logits, truth, patients, sources = logits[known], truth[known], patients[known], sources[known]
    if len(set(truth.tolist())) < 2:
        # With EyePACS left out, nobody rated a readable photo: the logit stands as it is.
        return Platt(1.0, 0.0, 0.0, 0.0, 0.0)
    say = _equal_say(sources)
    rng = np.random.default_rng(17)
    members = {patient: np.nonzero(patients == patient)[0] for patient in np.unique(patients)}
    names = list(members)
    drawn = []
    for _ in range(_RESAMPLES):
        rows = np.concatenate([members[names[number]] for number in rng.integers(0, len(names), len(names))])
        if 0 < truth[rows].sum() < len(rows):
            drawn.append(_line(logits[rows], truth[rows], say[rows]))
    spread = np.cov(np.array(drawn).T)
    slope, intercept = _line(logits, truth, say)
    return Platt(*(round(float(number), 5) for number in (slope, intercept, spread[0, 0], spread[0, 1], spread[1, 1])))


def _equal_say(sources: NDArray[np.str_]) -> NDArray[np.float64]:
    """Weight per photo: every set weighs the same, the mean is 1."""
    names, place, counts = np.unique(sources, return_inverse=True, return_counts=True)
    return (len(sources) / (len(names) * counts))[place]


def _line(logits: NDArray[np.float32], truth: NDArray[np.float64], say: NDArray[np.float64]) -> tuple[float, float]:
    # Lightly held to slope 1 scale: the rarest grade has ten validation photos.
    fitted = LogisticRegression(C=100.0).fit(logits[:, None], truth, sample_weight=say)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _grade_thresholds(chances: NDArray[np.float64], grades: NDArray[np.int64], referable: float) -> dict[str, float]:
    """The four that name a grade, one after the other, by the quadratic kappa of the grades; *moderate* not below *referable*."""
    chosen = dict.fromkeys((*THRESHOLDS, "moderate"), 0.5) | {"referable": referable}
    for _ in range(2):
        for name in ("any_dr", "moderate", "sight_threatening", "proliferative"):
            # Not to the ends: 38 severe and 10 proliferative photos would fit their noise.
            candidates = np.round(np.linspace(max(0.2, referable if name == "moderate" else 0), 0.6, 17), 4)
            kappas = [_kappa(chances, grades, {**chosen, name: float(candidate)}) for candidate in candidates]
            chosen[name] = float(candidates[int(np.argmax(kappas))])
    return chosen


def _kappa(chances: NDArray[np.float64], grades: NDArray[np.int64], thresholds: dict[str, float]) -> float:
    decided = [calibration.decided_grade(list(row), thresholds) for row in chances]
    return float(cohen_kappa_score(grades, decided, weights="quadratic"))


def _kind_threshold(logits: NDArray[np.float32], kinds: NDArray[np.int64]) -> float:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    retina = (shifted / shifted.sum(axis=1, keepdims=True))[:, RETINA]
    return round(min(0.5, float(np.quantile(retina[kinds == RETINA], _RETINAS_LOST))), 4)


def _prior(truth: NDArray[np.float64], names: tuple[str, ...]) -> dict[str, float]:
    return {name: round(float(np.nanmean(truth[:, column])), 4) for column, name in enumerate(names)}


def _toml(version: str, sha256: str, size: int, frozen: Frozen, golden: dict[str, list[float]], terms: str) -> str:
    lines = [
        "# Written by `manage.py train_classifier retina`; thresholds and calibration are frozen with it.",
        'programme = "retina-dr"',
        f'version = "{version}"',
        'status = "live"',
        f'sha256 = "{sha256}"',
        f"input_px = {size}",
        'for_whom = "18 and over with known diabetes"',
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
        "[conformal] # grades whose probability is at least this are in the set; wanted coverage 90 % of photos",
        f"least = {frozen.least_in_set}",
        "",
        "[prior] # shares in the validation split, which the probabilities assume; far above a clinic's",
        *(f"{name} = {value}" for name, value in frozen.prior.items()),
        "",
        "[prevalence] # share of referable eyes where it is used, an assumption; pages shift the chances to it, thresholds and evaluation do not",
        f"referable = {_PREVALENCE}",
        "",
        "[golden] # raw logits",
        *(f'"{name}" = [{", ".join(f"{logit:.4f}" for logit in logits)}]' for name, logits in golden.items()),
        "",
    ]
    return "\n".join(lines)
