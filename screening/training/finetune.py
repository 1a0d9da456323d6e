"""Fine-tuning of the whole network on one thread, with a checkpoint after every epoch from which an interrupted run goes on.

Small pictures first, with every layer learning; then full size, with the first layers held still: the cost of a step halves.
"""

import logging
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn import functional

from screening.classifiers.heads import GRADES, HEADS, KINDS, QUALITY, RIGHT_EYE
from screening.classifiers.network import Network, imagenet_network
from screening.training.augment import augment
from screening.training.datasets import RETINA, Example

log = logging.getLogger(__name__)

SOURCE_SHARES = {"odir": 0.40, "eyepacs": 0.26, "aptos": 0.16, "equalised": 0.10, "wrongkind": 0.08}
"""Share of each set in what the network sees; within a set, a grade comes in proportion to the root of its number."""


@dataclass(frozen=True)
class Schedule:
    """How long and at which sizes; ``sizes`` has one entry per epoch."""

    sizes: tuple[int, ...] = (224, 224, 224, 288, 288)
    photos_per_epoch: int = 3200
    batch: int = 16
    rate: float = 6e-4
    averaging: float = 0.995
    seed: int = 17


@dataclass(frozen=True)
class Targets:
    """Labels of all examples as tensors; NaN teaches nothing."""

    thresholds: Tensor
    quality: Tensor
    kind: Tensor
    right_eye: Tensor

    @staticmethod
    def of(examples: list[Example]) -> "Targets":
        return Targets(
            torch.tensor([example.thresholds for example in examples]),
            torch.tensor([example.quality for example in examples]),
            torch.tensor([example.kind for example in examples]),
            torch.tensor([example.right_eye for example in examples]),
        )


def finetune(examples: list[Example], crops: NDArray[np.uint8], folder: Path, schedule: Schedule) -> Network:
    """Train on split ``train``, keep the averaged weights of the epoch that is best on ``val``. Resumes from ``folder``."""
    torch.manual_seed(schedule.seed)
    network = imagenet_network()
    averaged = imagenet_network()
    averaged.load_state_dict(network.state_dict())
    optimiser = torch.optim.AdamW(_groups(network, schedule.rate), weight_decay=0.02)
    checkpoint = folder / "checkpoint.pt"
    start, best = 0, 0.0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(kept["network"])
        averaged.load_state_dict(kept["averaged"])
        optimiser.load_state_dict(kept["optimiser"])
        start, best = kept["epoch"], kept["best"]
    weights = torch.tensor(sampling_weights(examples))
    targets = Targets.of(examples)
    for epoch in range(start, len(schedule.sizes)):
        torch.manual_seed(schedule.seed + epoch)
        order = torch.multinomial(weights, schedule.photos_per_epoch, replacement=True)
        _epoch(network, averaged, optimiser, (examples, crops, targets), order, epoch, schedule)
        score = validation_score(averaged, examples, crops, schedule.sizes[epoch])
        if score > best:
            best = score
            torch.save(averaged.state_dict(), folder / "best.pt")
        torch.save(
            {
                "network": network.state_dict(),
                "averaged": averaged.state_dict(),
                "optimiser": optimiser.state_dict(),
                "epoch": epoch + 1,
                "best": best,
            },
            checkpoint,
        )
    averaged.load_state_dict(torch.load(folder / "best.pt", weights_only=True))
    return averaged.eval()


def sampling_weights(examples: list[Example]) -> list[float]:
    """Chance of each training example per draw; validation and test examples have none."""
    training = [example for example in examples if example.split == "train"]
    grades = Counter((example.source, example.grade, example.kind) for example in training)
    raw = []
    for example in examples:
        size = grades[example.source, example.grade, example.kind]
        raw.append(size**-0.5 if example.split == "train" else 0.0)
    totals: dict[str, float] = defaultdict(float)
    for example, weight in zip(examples, raw, strict=True):
        totals[example.source] += weight
    return [SOURCE_SHARES[example.source] * weight / totals[example.source] for example, weight in zip(examples, raw, strict=True)]


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


def validation_score(network: Network, examples: list[Example], crops: NDArray[np.uint8], size: int) -> float:
    """Mean AUC of any, referable and sight-threatening retinopathy over photos of split ``val``."""
    rows = [row for row, example in enumerate(examples) if example.split == "val"]
    logits = logits_of(network, crops, rows, size)
    truth = np.array([examples[row].thresholds for row in rows])
    reject = np.array([examples[row].quality[1] for row in rows])
    retina = np.array([examples[row].kind == RETINA for row in rows])
    areas = {name: _area(truth[:, column], logits[:, column]) for column, name in enumerate(HEADS[GRADES])}
    right = np.array([examples[row].right_eye for row in rows])
    areas |= {
        "reject": _area(reject, logits[:, QUALITY][:, 1]),
        "wrong kind taken for a retina": float((logits[:, KINDS].argmax(1) == RETINA)[~retina].mean()),
    }
    areas |= {"right_eye": _area(right, logits[:, RIGHT_EYE])}
    log.info("val at %d px: %s", size, {name: round(area, 3) for name, area in areas.items()})
    return float(np.mean([areas["any_dr"], areas["referable"], areas["sight_threatening"]]))


def _area(truth: NDArray[np.float64], score: NDArray[np.float32]) -> float:
    known = ~np.isnan(truth)
    return float(roc_auc_score(truth[known], score[known]))


def _groups(network: Network, rate: float) -> list[dict[str, object]]:
    return [{"params": list(network.backbone.parameters()), "lr": rate}, {"params": list(network.heads.parameters()), "lr": rate * 4}]


def _hold_still(network: Network, held: bool) -> None:
    network.train()
    first = [network.backbone.conv_stem, network.backbone.bn1, network.backbone.blocks[0], network.backbone.blocks[1]]
    for module in first:
        module.requires_grad_(not held)
        module.train(not held)


def _epoch(
    network: Network,
    averaged: Network,
    optimiser: torch.optim.Optimizer,
    taught: tuple[list[Example], NDArray[np.uint8], Targets],
    order: Tensor,
    epoch: int,
    schedule: Schedule,
) -> None:
    examples, crops, targets = taught
    size = schedule.sizes[epoch]
    _hold_still(network, size > schedule.sizes[0])
    steps = len(order) // schedule.batch
    losses = []
    for step in range(steps):
        rate = schedule.rate * _pace((epoch * steps + step) / (steps * len(schedule.sizes)))
        optimiser.param_groups[0]["lr"], optimiser.param_groups[1]["lr"] = rate, rate * 4
        rows = order[step * schedule.batch : (step + 1) * schedule.batch].sort().values
        chosen = [examples[row] for row in rows.tolist()]
        pixels, mirrored = augment(
            torch.from_numpy(crops[rows.numpy()]),
            torch.tensor([example.source == "aptos" for example in chosen]),
            torch.tensor([example.source == "equalised" for example in chosen]),
            size,
        )
        loss = _loss(network(pixels)[0], targets, rows, mirrored)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        _average(averaged, network, min(schedule.averaging, (1 + epoch * steps + step) / (10 + epoch * steps + step)))
        losses.append(float(loss.detach()))
        if step % 50 == 49:
            log.info("epoch %d step %d of %d, loss %.4f", epoch, step + 1, steps, np.mean(losses[-50:]))


def _pace(progress: float) -> float:
    """Warm-up over the first twentieth, then half a cosine down to nearly nothing."""
    return min(1.0, progress / 0.05) * (0.01 + 0.99 * 0.5 * (1 + float(np.cos(np.pi * progress))))


def _loss(logits: Tensor, targets: Targets, rows: Tensor, mirrored: Tensor) -> Tensor:
    side = targets.right_eye[rows]
    side = torch.where(mirrored, 1 - side, side)
    return (
        _binary(logits[:, GRADES], targets.thresholds[rows], 0.03)
        + 0.3 * _binary(logits[:, QUALITY], targets.quality[rows], 0.03)
        + 0.3 * functional.cross_entropy(logits[:, KINDS], targets.kind[rows], label_smoothing=0.02)
        + 0.1 * _binary(logits[:, RIGHT_EYE], side, 0.05)
    )


def _binary(logits: Tensor, truth: Tensor, smoothing: float) -> Tensor:
    known = ~truth.isnan()
    if not known.any():
        return logits.sum() * 0
    return functional.binary_cross_entropy_with_logits(logits[known], truth[known] * (1 - smoothing) + smoothing / 2)


@torch.no_grad()
def _average(averaged: Network, network: Network, decay: float) -> None:
    for mean, now in zip(averaged.state_dict().values(), network.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(now, 1 - decay)
        else:
            mean.copy_(now)
