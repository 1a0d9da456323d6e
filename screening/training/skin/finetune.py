"""What the skin's network learns from each photo, and how well it does on the validation split.

Which set a photo comes from tells much of its class, so the loss knows how common each class is within each set (logit adjustment, Menon and
others 2021): the network gains nothing by recognising the camera, and its raw scores stand for equally common classes.
"""

import logging
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from screening.classifiers.network import Network, imagenet_network, load_network
from screening.classifiers.skin_heads import CLASSES, HEADS, IN_SCOPE, KINDS, LESION, SUSPICIOUS
from screening.training.course import BATCH, Drawn, Schedule, area, binary, follow
from screening.training.finetune import logits_of
from screening.training.skin.augment import augment
from screening.training.skin.photos import SKIN, UNKNOWN, LesionPhoto

log = logging.getLogger(__name__)

SOURCE_SHARES = {"pad-ufes": 0.30, "milk10k": 0.49, "plain": 0.07, "dermoscopy": 0.04, "fundus": 0.03, "wrongkind": 0.07}
"""Share of each set in what the network sees; within a set, a class comes in proportion to the root of its number."""

SUSPICION_WEIGHTS = {"MEL": 2.0, "NEV": 1.5}
"""Weight of these classes in the loss of *suspicious*: a melanoma passed for a nevus is the error that costs most. The others weigh 1."""

SCHEDULE = Schedule(minutes=60.0, full_px=320, small_share=0.35, rate=5e-4, heads_faster=4.0, weight_decay=0.03, averaging=0.997, seed=18)


@dataclass(frozen=True)
class Targets:
    """Labels of all photos as tensors; NaN and UNKNOWN teach nothing. The two offsets are log shares of the photo's own set as drawn."""

    lesion_class: Tensor
    suspicious: Tensor
    in_scope: Tensor
    kind: Tensor
    class_offsets: Tensor
    suspicious_offset: Tensor
    suspicious_weight: Tensor
    plain: Tensor

    @staticmethod
    def of(photos: list[LesionPhoto], weights: list[float]) -> "Targets":
        by_class: dict[str, list[float]] = defaultdict(lambda: [1e-9] * len(CLASSES))
        by_suspicion: dict[str, list[float]] = defaultdict(lambda: [1e-9, 1e-9])
        for photo, weight in zip(photos, weights, strict=True):
            if photo.lesion_class != UNKNOWN:
                by_class[photo.source][photo.lesion_class] += weight
            if photo.suspicious in (0.0, 1.0):
                by_suspicion[photo.source][int(photo.suspicious)] += weight
        offsets = {source: torch.tensor(shares).log() - float(np.log(sum(shares))) for source, shares in by_class.items()}
        odds = {source: float(np.log(yes / no)) for source, (no, yes) in by_suspicion.items()}
        return Targets(
            torch.tensor([photo.lesion_class for photo in photos]),
            torch.tensor([photo.suspicious for photo in photos]),
            torch.tensor([photo.in_scope for photo in photos]),
            torch.tensor([photo.kind for photo in photos]),
            torch.stack([offsets.get(photo.source, torch.zeros(len(CLASSES))) for photo in photos]),
            torch.tensor([odds.get(photo.source, 0.0) for photo in photos]),
            torch.tensor([_weight(photo) for photo in photos]),
            torch.tensor([photo.source == "plain" for photo in photos]),
        )


def _weight(photo: LesionPhoto) -> float:
    return 1.0 if photo.lesion_class == UNKNOWN else SUSPICION_WEIGHTS.get(CLASSES[photo.lesion_class], 1.0)


def finetune(begun: tuple[Network, Network], photos: list[LesionPhoto], squares: NDArray[np.uint8], folder: Path, schedule: Schedule) -> Network:
    """Follow the course on split ``train`` (course.follow) and log what it gave on ``val``."""
    weights = sampling_weights(photos)
    targets, chances = Targets.of(photos, weights), torch.tensor(weights)

    def draw(size: int) -> Drawn:
        rows = torch.multinomial(chances, BATCH)
        pixels = augment(torch.from_numpy(squares[rows.numpy()]), targets.plain[rows], size)
        return pixels, lambda logits, part: _loss(logits, targets, rows[part])

    averaged = follow(schedule, begun, draw, folder)
    validate(averaged, photos, squares, schedule.full_px)
    return averaged.eval()


def first_network(start: Path | None) -> Network:
    """Network to begin with: released weights, or the ImageNet backbone with fresh heads in the order of skin_heads.HEADS."""
    return load_network(start, SUSPICIOUS) if start else imagenet_network(len(HEADS), SUSPICIOUS)


def sampling_weights(photos: list[LesionPhoto]) -> list[float]:
    """Chance of each training photo per draw, summing to 1 where every set is there; the other splits have none."""
    counts: dict[tuple[str, int, int], int] = defaultdict(int)
    for photo in photos:
        if photo.split == "train":
            counts[photo.source, photo.lesion_class, photo.kind] += 1
    raw = [counts[photo.source, photo.lesion_class, photo.kind] ** -0.5 if photo.split == "train" else 0.0 for photo in photos]
    totals: dict[str, float] = defaultdict(float)
    for photo, weight in zip(photos, raw, strict=True):
        totals[photo.source] += weight
    return [SOURCE_SHARES[photo.source] * weight / (totals[photo.source] or 1.0) for photo, weight in zip(photos, raw, strict=True)]


def validate(network: Network, photos: list[LesionPhoto], squares: NDArray[np.uint8], size: int) -> None:
    """Log balanced accuracy and areas on split ``val``, each set by itself."""
    rows = [row for row, photo in enumerate(photos) if photo.split == "val"]
    logits = logits_of(network, squares, rows, size)
    seen = [photos[row] for row in rows]
    kinds = np.array([photo.kind for photo in seen])
    log.info("val at %d px: kind right %.4f, skin kept %.4f", size, (logits[:, KINDS].argmax(1) == kinds).mean(), _kept(logits, kinds))
    for source in ("pad-ufes", "milk10k"):
        mine = np.array([photo.source == source for photo in seen])
        classes = np.array([photo.lesion_class for photo in seen])
        known = mine & (classes != UNKNOWN)
        if known.any():
            decided = logits[known][:, LESION].argmax(1)
            recalls = [round(float((decided[classes[known] == number] == number).mean()), 2) for number in range(len(CLASSES))]
            suspicious = np.array([photo.suspicious for photo in seen])
            scope = np.array([photo.in_scope for photo in seen])
            log.info(
                "  %s: balanced accuracy %.3f %s, suspicious AUC %.3f, in scope AUC %.3f",
                source,
                np.mean(recalls),
                recalls,
                area(suspicious[mine], logits[mine, SUSPICIOUS]),
                area(scope[mine], logits[mine, IN_SCOPE]),
            )


def _kept(logits: NDArray[np.float32], kinds: NDArray[np.int64]) -> float:
    return float((logits[kinds == SKIN][:, KINDS].argmax(1) == SKIN).mean())


def _loss(logits: Tensor, targets: Targets, rows: Tensor) -> Tensor:
    classes = targets.lesion_class[rows]
    known = classes != UNKNOWN
    total = 0.3 * functional.cross_entropy(logits[:, KINDS], targets.kind[rows], label_smoothing=0.02)
    if known.any():
        adjusted = logits[:, LESION] + targets.class_offsets[rows]
        total = total + functional.cross_entropy(adjusted[known], classes[known], label_smoothing=0.05)
    suspicious = logits[:, SUSPICIOUS] + targets.suspicious_offset[rows]
    return (
        total
        + 0.7 * binary(suspicious, targets.suspicious[rows], 0.03, targets.suspicious_weight[rows])
        + 0.4 * binary(logits[:, IN_SCOPE], targets.in_scope[rows], 0.05)
    )
