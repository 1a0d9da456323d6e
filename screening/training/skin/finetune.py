"""Fine-tuning of the whole network on one thread, paced by the clock: it ends when its minutes are spent, whatever else the machine does.

Which set a photo comes from tells much of its class, so the loss knows how common each class is within each set (logit adjustment, Menon and
others 2021): the network gains nothing by recognising the camera, and its raw scores stand for equally common classes.
"""

import logging
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn import functional

from screening.classifiers.network import Network, imagenet_network, load_network
from screening.classifiers.skin_heads import CLASSES, HEADS, IN_SCOPE, KINDS, LESION, SUSPICIOUS
from screening.training.finetune import logits_of
from screening.training.skin.augment import augment
from screening.training.skin.photos import SKIN, UNKNOWN, LesionPhoto

log = logging.getLogger(__name__)

SOURCE_SHARES = {"pad-ufes": 0.30, "milk10k": 0.49, "plain": 0.07, "dermoscopy": 0.04, "fundus": 0.03, "wrongkind": 0.07}
"""Share of each set in what the network sees; within a set, a class comes in proportion to the root of its number."""

SUSPICION_WEIGHTS = {"MEL": 2.0, "NEV": 1.5}
"""Weight of these classes in the loss of *suspicious*: a melanoma passed for a nevus is the error that costs most. The others weigh 1."""

_AT_ONCE = 8
"""Photos forward and back together: sixteen at 320 px spend a third of their time on fresh memory (docs/experiments.md)."""

_SAVED_EVERY = 250


@dataclass(frozen=True)
class Schedule:
    """``minutes`` of training in all; small pictures for the first ``small_share`` of them, then full size."""

    minutes: float = 60.0
    full_px: int = 320
    small_share: float = 0.35
    batch: int = 16
    rate: float = 5e-4
    averaging: float = 0.997
    seed: int = 18

    @property
    def small_px(self) -> int:
        """About 0.72 of the full side, in steps that the network halves five times."""
        return round(self.full_px * 0.72 / 32) * 32


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
    """Train the first of two equal networks on split ``train``; the second becomes its running mean and is returned.

    Goes on from ``folder``/checkpoint.pt with the minutes already spent.
    """
    network, averaged = begun
    optimiser = torch.optim.AdamW(_groups(network, schedule.rate), weight_decay=0.03)
    checkpoint = folder / "checkpoint.pt"
    step, spent = 0, 0.0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(kept["network"])
        averaged.load_state_dict(kept["averaged"])
        optimiser.load_state_dict(kept["optimiser"])
        step, spent = kept["step"], kept["spent"]
    torch.manual_seed(schedule.seed + step)
    network.train()
    weights = sampling_weights(photos)
    targets = Targets.of(photos, weights)
    chances = torch.tensor(weights)
    losses: list[float] = []
    started = perf_counter() - spent
    while (spent := perf_counter() - started) < schedule.minutes * 60:
        losses.append(_step(network, averaged, optimiser, (squares, targets), chances, step, spent / (schedule.minutes * 60), schedule))
        step += 1
        if step % 50 == 0:
            log.info("step %d, %.1f of %.0f minutes, loss %.4f", step, spent / 60, schedule.minutes, np.mean(losses[-50:]))
        if step % _SAVED_EVERY == 0:
            parts = {"network": network.state_dict(), "averaged": averaged.state_dict(), "optimiser": optimiser.state_dict()}
            torch.save(parts | {"step": step, "spent": spent}, checkpoint.with_suffix(".partial"))
            checkpoint.with_suffix(".partial").replace(checkpoint)
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
                _area(suspicious[mine], logits[mine, SUSPICIOUS]),
                _area(scope[mine], logits[mine, IN_SCOPE]),
            )


def _kept(logits: NDArray[np.float32], kinds: NDArray[np.int64]) -> float:
    return float((logits[kinds == SKIN][:, KINDS].argmax(1) == SKIN).mean())


def _area(truth: NDArray[np.float64], score: NDArray[np.float32]) -> float:
    known = ~np.isnan(truth)
    return float(roc_auc_score(truth[known], score[known])) if 0 < truth[known].mean() < 1 else float("nan")


def _groups(network: Network, rate: float) -> list[dict[str, object]]:
    return [{"params": list(network.backbone.parameters()), "lr": rate}, {"params": list(network.heads.parameters()), "lr": rate * 4}]


def _step(
    network: Network,
    averaged: Network,
    optimiser: torch.optim.Optimizer,
    taught: tuple[NDArray[np.uint8], Targets],
    chances: Tensor,
    step: int,
    progress: float,
    schedule: Schedule,
) -> float:
    squares, targets = taught
    rate = schedule.rate * _pace(progress)
    optimiser.param_groups[0]["lr"], optimiser.param_groups[1]["lr"] = rate, rate * 4
    rows = torch.multinomial(chances, schedule.batch)
    size = schedule.small_px if progress < schedule.small_share else schedule.full_px
    pixels = augment(torch.from_numpy(squares[rows.numpy()]), targets.plain[rows], size)
    optimiser.zero_grad()
    total = 0.0
    for part in torch.arange(schedule.batch).split(_AT_ONCE):
        loss = _loss(network(pixels[part])[0], targets, rows[part]) * (len(part) / schedule.batch)
        loss.backward()
        total += float(loss.detach())
    torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimiser.step()
    _average(averaged, network, min(schedule.averaging, (1 + step) / (10 + step)))
    return total


def _pace(progress: float) -> float:
    """Warm-up over the first twentieth, then half a cosine down to nearly nothing."""
    return min(1.0, progress / 0.05 + 0.01) * (0.01 + 0.99 * 0.5 * (1 + float(np.cos(np.pi * progress))))


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
        + 0.7 * _binary(suspicious, targets.suspicious[rows], 0.03, targets.suspicious_weight[rows])
        + 0.4 * _binary(logits[:, IN_SCOPE], targets.in_scope[rows], 0.05)
    )


def _binary(logits: Tensor, truth: Tensor, smoothing: float, weight: Tensor | None = None) -> Tensor:
    known = ~truth.isnan()
    if not known.any():
        return logits.sum() * 0
    softened = truth[known] * (1 - smoothing) + smoothing / 2
    return functional.binary_cross_entropy_with_logits(logits[known], softened, None if weight is None else weight[known])


@torch.no_grad()
def _average(averaged: Network, network: Network, decay: float) -> None:
    for mean, now in zip(averaged.state_dict().values(), network.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(now, 1 - decay)
        else:
            mean.copy_(now)
