"""What the retina's network learns from each photo, and how well it does on the validation split."""

import logging
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from screening.classifiers.heads import FINDINGS, GRADES, HEADS, KINDS, QUALITY, RIGHT_EYE
from screening.classifiers.network import Network
from screening.training.augment import augment
from screening.training.course import BATCH, Drawn, Schedule, area, binary, follow
from screening.training.datasets import RETINA, Example

log = logging.getLogger(__name__)

SOURCE_SHARES = {"odir": 0.48, "eyepacs": 0.25, "aptos": 0.11, "equalised": 0.10, "wrongkind": 0.06}
"""Share of each set in what the network sees: the two that judge as they come, the others as other cameras. Within a set, a grade comes in
proportion to the root of its number."""

UNRATED_IS_READABLE = 0.3
"""Weight with which a photo that a reader graded and nobody rated counts as readable."""

SCHEDULE = Schedule(minutes=78.0, full_px=352, small_share=0.4, rate=4e-4, heads_faster=2.0, weight_decay=0.02, averaging=0.998, seed=17)


@dataclass(frozen=True)
class Targets:
    """Labels of all examples as tensors; NaN teaches nothing, ``quality`` teaches with ``quality_weight``.

    ``odds`` are the log odds of each threshold within the example's own set as drawn (logit adjustment, Menon and others 2021): the network
    gains nothing by telling a camera's share of disease from its look.
    """

    thresholds: Tensor
    odds: Tensor
    quality: Tensor
    quality_weight: Tensor
    kind: Tensor
    right_eye: Tensor
    findings: Tensor

    @staticmethod
    def of(examples: list[Example]) -> "Targets":
        thresholds = torch.tensor([example.thresholds for example in examples])
        quality = torch.tensor([example.quality for example in examples])
        graded = torch.tensor([example.grade is not None for example in examples])
        weight = torch.ones_like(quality)
        unrated = graded & quality[:, 1].isnan()
        quality[unrated, 1] = 0.0
        weight[unrated, 1] = UNRATED_IS_READABLE
        return Targets(
            thresholds,
            _odds([example.source for example in examples], thresholds, torch.tensor(sampling_weights(examples))),
            quality,
            weight,
            torch.tensor([example.kind for example in examples]),
            torch.tensor([example.right_eye for example in examples]),
            torch.tensor([example.findings for example in examples]),
        )


def _odds(sources: list[str], thresholds: Tensor, weights: Tensor) -> Tensor:
    odds = torch.zeros_like(thresholds)
    for source in SOURCE_SHARES:
        mine = torch.tensor([name == source for name in sources])
        drawn = weights[mine, None] * ~thresholds[mine].isnan()
        ill = (drawn * thresholds[mine].nan_to_num()).sum(0)
        well = drawn.sum(0) - ill
        odds[mine] = torch.where((ill > 0) & (well > 0), (ill / well).log(), 0.0)
    return odds


def finetune(begun: tuple[Network, Network], examples: list[Example], crops: NDArray[np.uint8], folder: Path, schedule: Schedule) -> Network:
    """Follow the course on split ``train`` (course.follow) and log what it gave on ``val``."""
    targets, chances = Targets.of(examples), torch.tensor(sampling_weights(examples))
    cut, spread = (torch.tensor([example.source == source for example in examples]) for source in ("aptos", "equalised"))

    def draw(size: int) -> Drawn:
        rows = torch.multinomial(chances, BATCH)
        pixels, mirrored, spoiled = augment(torch.from_numpy(crops[rows.numpy()]), cut[rows], spread[rows], size)
        return pixels, lambda logits, part: _loss(logits, targets, rows[part], mirrored[part], spoiled[part])

    averaged = follow(schedule, begun, draw, folder)
    validate(averaged, examples, crops, schedule.full_px)
    return averaged.eval()


def sampling_weights(examples: list[Example]) -> list[float]:
    """Chance of each training example per draw, summing to 1 where every set trains; the other splits have none."""
    training = [example for example in examples if example.split == "train"]
    grades = Counter((example.source, example.grade, example.kind) for example in training)
    raw = []
    for example in examples:
        size = grades[example.source, example.grade, example.kind]
        raw.append(size**-0.5 if example.split == "train" else 0.0)
    totals: dict[str, float] = defaultdict(float)
    for example, weight in zip(examples, raw, strict=True):
        totals[example.source] += weight
    return [SOURCE_SHARES[example.source] * weight / (totals[example.source] or 1.0) for example, weight in zip(examples, raw, strict=True)]


def logits_of(network: Network, crops: NDArray[np.uint8], rows: list[int], size: int) -> NDArray[np.float32]:
    """Logits (len(rows), heads) without augmentation, at ``size`` px."""
    network.eval()
    found = []
    with torch.inference_mode():
        for first in range(0, len(rows), 32):
            photos = torch.from_numpy(crops[rows[first : first + 32]])
            if photos.shape[1] != size:
                planes = photos.permute(0, 3, 1, 2).float()
                photos = functional.interpolate(planes, size=(size, size), mode="bilinear", antialias=True).permute(0, 2, 3, 1)
            found.append(network(photos)[0].numpy())
    return np.concatenate(found)


def validate(network: Network, examples: list[Example], crops: NDArray[np.uint8], size: int) -> None:
    """Log the areas under the curve on split ``val``, each set by itself, and how many wrong kinds pass for a retina."""
    rows = [row for row, example in enumerate(examples) if example.split == "val"]
    logits = logits_of(network, crops, rows, size)
    seen = [examples[row] for row in rows]
    truth = np.array([[*example.thresholds, *example.quality] for example in seen])
    found = np.array([example.findings for example in seen])
    right = np.array([example.right_eye for example in seen])
    wrong = np.array([example.kind != RETINA for example in seen])
    passed = (logits[:, KINDS].argmax(1) == RETINA)[wrong]
    log.info("val: right eye %.3f; %d of %d wrong kinds pass for a retina", area(right, logits[:, RIGHT_EYE]), passed.sum(), wrong.sum())
    sources = np.array([example.source for example in seen])
    for name, mine in (("all", ~wrong), ("odir", sources == "odir"), ("eyepacs", sources == "eyepacs")):
        areas = {head: round(area(truth[mine, column], logits[mine, column]), 3) for column, head in enumerate(HEADS[: QUALITY.stop])}
        log.info("val %s: %s", name, areas)
    others = {name: round(area(found[:, column], logits[:, FINDINGS][:, column]), 3) for column, name in enumerate(HEADS[FINDINGS])}
    log.info("val findings: %s", others)


def _loss(logits: Tensor, targets: Targets, rows: Tensor, mirrored: Tensor, spoiled: Tensor) -> Tensor:
    side = targets.right_eye[rows]
    side = torch.where(mirrored, 1 - side, side)
    retina = targets.kind[rows] == RETINA
    quality = torch.where((spoiled & retina)[:, None], 1.0, targets.quality[rows])
    seen = torch.where(spoiled, torch.nan, 1.0)[:, None]
    return (
        binary(logits[:, GRADES] + targets.odds[rows], targets.thresholds[rows] * seen, 0.03)
        + 0.3 * binary(logits[:, QUALITY], quality, 0.03, targets.quality_weight[rows])
        + 0.3 * functional.cross_entropy(logits[:, KINDS], targets.kind[rows], label_smoothing=0.02)
        + 0.1 * binary(logits[:, RIGHT_EYE], side * seen[:, 0], 0.05)
        + 0.5 * binary(logits[:, FINDINGS], targets.findings[rows] * seen, 0.01)
    )
