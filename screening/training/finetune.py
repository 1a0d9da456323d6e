"""Fine-tuning of the whole network on one thread, paced by the clock, with checkpoints from which an interrupted run goes on.

Every layer learns from the first step, on smaller pictures first: a photo at 256 px costs little more than half of one at 320. The rate
follows the share of the minutes that are spent, so that a slower machine shows fewer photos and still ends at the foot of the cosine.
"""

import logging
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn import functional

from screening.classifiers.heads import FINDINGS, GRADES, HEADS, KINDS, QUALITY, RIGHT_EYE
from screening.classifiers.network import Network
from screening.training.augment import augment
from screening.training.datasets import RETINA, Example

log = logging.getLogger(__name__)

SOURCE_SHARES = {"odir": 0.48, "eyepacs": 0.25, "aptos": 0.11, "equalised": 0.10, "wrongkind": 0.06}
"""Share of each set in what the network sees: the two that judge as they come, the others as other cameras. Within a set, a grade comes in
proportion to the root of its number."""

UNRATED_IS_READABLE = 0.3
"""Weight with which a photo that a reader graded and nobody rated counts as readable."""

_AT_ONCE = 8
"""Photos forward and back together: sixteen at 320 px spend a third of their time on fresh memory (docs/experiments.md)."""

_SAVED_EVERY = 10 * 60.0


@dataclass(frozen=True)
class Schedule:
    """``minutes`` of training in all, whatever the machine does in them; small pictures for the first ``small_share`` of them."""

    minutes: float = 78.0
    full_px: int = 352
    small_share: float = 0.4
    batch: int = 16
    rate: float = 4e-4
    averaging: float = 0.998
    seed: int = 17

    @property
    def small_px(self) -> int:
        """About 0.72 of the full side, in steps that the network halves five times."""
        return round(self.full_px * 0.72 / 32) * 32


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
    """Train the first of two equal networks on split ``train``; the second becomes its running mean and is returned.

    Goes on from ``folder``/checkpoint.pt with the minutes already spent; where they are all spent, only returns.
    """
    network, averaged = begun
    optimiser = torch.optim.AdamW(_groups(network, schedule.rate), weight_decay=0.02)
    checkpoint = folder / "checkpoint.pt"
    step, spent = 0, 0.0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(kept["network"])
        averaged.load_state_dict(kept["averaged"])
        optimiser.load_state_dict(kept["optimiser"])
        step, spent = kept["step"], kept["spent"]
    torch.manual_seed(schedule.seed + step)
    taught = (examples, crops, Targets.of(examples))
    chances = torch.tensor(sampling_weights(examples))
    seconds = schedule.minutes * 60
    saved, losses = spent, list[float]()
    started = perf_counter() - spent
    network.train()
    while (spent := perf_counter() - started) < seconds:
        if spent - saved > _SAVED_EVERY:
            _save(checkpoint, network, averaged, optimiser, step, spent)
            saved = spent
        losses.append(_step(network, averaged, optimiser, taught, chances, step, spent / seconds, schedule))
        step += 1
        if step % 25 == 0:
            log.info("step %d, %.1f of %.0f minutes, loss %.4f", step, spent / 60, schedule.minutes, np.mean(losses[-25:]))
    if losses:
        _save(checkpoint, network, averaged, optimiser, step, spent)
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
    log.info("val: right eye %.3f; %d of %d wrong kinds pass for a retina", _area(right, logits[:, RIGHT_EYE]), passed.sum(), wrong.sum())
    sources = np.array([example.source for example in seen])
    for name, mine in (("all", ~wrong), ("odir", sources == "odir"), ("eyepacs", sources == "eyepacs")):
        areas = {head: round(_area(truth[mine, column], logits[mine, column]), 3) for column, head in enumerate(HEADS[: QUALITY.stop])}
        log.info("val %s: %s", name, areas)
    others = {name: round(_area(found[:, column], logits[:, FINDINGS][:, column]), 3) for column, name in enumerate(HEADS[FINDINGS])}
    log.info("val findings: %s", others)


def _area(truth: NDArray[np.float64], score: NDArray[np.float32]) -> float:
    known = ~np.isnan(truth)
    return float(roc_auc_score(truth[known], score[known])) if len(set(truth[known])) == 2 else float("nan")


def _groups(network: Network, rate: float) -> list[dict[str, object]]:
    return [{"params": list(network.backbone.parameters()), "lr": rate}, {"params": list(network.heads.parameters()), "lr": rate * 2}]


def _save(path: Path, network: Network, averaged: Network, optimiser: torch.optim.Optimizer, step: int, spent: float) -> None:
    parts = {"network": network.state_dict(), "averaged": averaged.state_dict(), "optimiser": optimiser.state_dict()}
    torch.save(parts | {"step": step, "spent": spent}, path.with_suffix(".partial"))
    path.with_suffix(".partial").replace(path)


def _step(
    network: Network,
    averaged: Network,
    optimiser: torch.optim.Optimizer,
    taught: tuple[list[Example], NDArray[np.uint8], Targets],
    chances: Tensor,
    step: int,
    progress: float,
    schedule: Schedule,
) -> float:
    examples, crops, targets = taught
    rate = schedule.rate * _pace(progress)
    optimiser.param_groups[0]["lr"], optimiser.param_groups[1]["lr"] = rate, rate * 2
    rows = torch.multinomial(chances, schedule.batch)
    chosen = [examples[row] for row in rows.tolist()]
    pixels, mirrored, spoiled = augment(
        torch.from_numpy(crops[rows.numpy()]),
        torch.tensor([example.source == "aptos" for example in chosen]),
        torch.tensor([example.source == "equalised" for example in chosen]),
        schedule.small_px if progress < schedule.small_share else schedule.full_px,
    )
    optimiser.zero_grad()
    total = 0.0
    for part in torch.arange(schedule.batch).split(_AT_ONCE):
        loss = _loss(network(pixels[part])[0], targets, rows[part], mirrored[part], spoiled[part]) * (len(part) / schedule.batch)
        loss.backward()
        total += float(loss.detach())
    torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimiser.step()
    _average(averaged, network, min(schedule.averaging, (1 + step) / (10 + step)))
    return total


def _pace(progress: float) -> float:
    """Warm-up over the first twentieth, then half a cosine down to nearly nothing."""
    return min(1.0, progress / 0.05 + 0.01) * (0.01 + 0.99 * 0.5 * (1 + float(np.cos(np.pi * progress))))


def _loss(logits: Tensor, targets: Targets, rows: Tensor, mirrored: Tensor, spoiled: Tensor) -> Tensor:
    side = targets.right_eye[rows]
    side = torch.where(mirrored, 1 - side, side)
    retina = targets.kind[rows] == RETINA
    quality = torch.where((spoiled & retina)[:, None], 1.0, targets.quality[rows])
    seen = torch.where(spoiled, torch.nan, 1.0)[:, None]
    return (
        _binary(logits[:, GRADES] + targets.odds[rows], targets.thresholds[rows] * seen, 0.03)
        + 0.3 * _binary(logits[:, QUALITY], quality, 0.03, targets.quality_weight[rows])
        + 0.3 * functional.cross_entropy(logits[:, KINDS], targets.kind[rows], label_smoothing=0.02)
        + 0.1 * _binary(logits[:, RIGHT_EYE], side * seen[:, 0], 0.05)
        + 0.5 * _binary(logits[:, FINDINGS], targets.findings[rows] * seen, 0.01)
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
