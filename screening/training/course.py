"""The course of a fine-tune, whatever is learned: on one thread, paced by the clock, with checkpoints from which an interrupted run goes on.

Every layer learns from the first step, on smaller pictures first: a photo at 256 px costs little more than half of one at 320. The rate
follows the share of the minutes that are spent, so that a slower machine shows fewer photos and still ends at the foot of the cosine.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn import functional

from screening.classifiers.network import Network

log = logging.getLogger(__name__)

BATCH = 16
"""Photos of one step."""

_AT_ONCE = 8
"""Photos forward and back together: sixteen at 320 px spend a third of their time on fresh memory (docs/experiments.md)."""

_SAVED_EVERY = 10 * 60.0


@dataclass(frozen=True)
class Request:
    """What `manage.py train_classifier` was asked for; folders of photos, released files, crops and checkpoints, golden photos.

    ``px`` and ``minutes`` None: the programme's own. ``start``: the released version that the fine-tune begins with; None begins with ImageNet's.
    ``leave_out``: a source that teaches nothing, so that its photos can show the fall on a camera never seen. ``commercial``: nothing under
    non-commercial terms teaches.
    """

    data: Path
    release: str
    weights: Path
    work: Path
    golden: Path
    minutes: float | None
    px: int | None
    start: str | None
    leave_out: str | None
    commercial: bool

    def schedule(self, own: "Schedule") -> "Schedule":
        """The programme's own schedule with what was asked for."""
        return replace(own, minutes=self.minutes or own.minutes, full_px=self.px or own.full_px)

    def folder(self, name: str) -> Path:
        """Where the checkpoint of this release lies, made if need be."""
        folder = self.work / f"{name}-{self.release}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder


Drawn = tuple[Tensor, Callable[[Tensor, Tensor], Tensor]]
"""Pixels (BATCH, S, S, 3) of one step, and the loss of the logits of some of them, whose places in the batch are the second argument."""


@dataclass(frozen=True)
class Schedule:
    """``minutes`` of training in all, whatever the machine does in them; small pictures for the first ``small_share`` of them.

    The heads, which begin afresh, learn ``heads_faster`` times as fast as the backbone. ``averaging``: how slowly the released mean follows.
    """

    minutes: float
    full_px: int
    small_share: float
    rate: float
    heads_faster: float
    weight_decay: float
    averaging: float
    seed: int

    def size_at(self, progress: float) -> int:
        """Side in px at a share of the minutes; the small one is about 0.72 of the full, in steps that the network halves five times."""
        return round(self.full_px * 0.72 / 32) * 32 if progress < self.small_share else self.full_px


def follow(schedule: Schedule, begun: tuple[Network, Network], draw: Callable[[int], Drawn], folder: Path) -> Network:
    """Train the first of two equal networks on what ``draw`` gives at a side in px; the second becomes its running mean and is returned.

    Goes on from ``folder``/checkpoint.pt with the minutes already spent; where they are all spent, only returns.
    """
    torch.set_num_threads(1)
    network, averaged = begun
    parts = [{"params": list(network.backbone.parameters())}, {"params": list(network.heads.parameters())}]
    optimiser = torch.optim.AdamW(parts, lr=schedule.rate, weight_decay=schedule.weight_decay)
    checkpoint = folder / "checkpoint.pt"
    step, spent = 0, 0.0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(kept["network"])
        averaged.load_state_dict(kept["averaged"])
        optimiser.load_state_dict(kept["optimiser"])
        step, spent = kept["step"], kept["spent"]
    torch.manual_seed(schedule.seed + step)
    seconds = schedule.minutes * 60
    saved, losses = spent, list[float]()
    started = perf_counter() - spent
    network.train()
    while (spent := perf_counter() - started) < seconds:
        if spent - saved > _SAVED_EVERY:
            _save(checkpoint, network, averaged, optimiser, step, spent)
            saved = spent
        losses.append(_step(schedule, network, optimiser, draw, spent / seconds))
        _average(averaged, network, min(schedule.averaging, (1 + step) / (10 + step)))
        step += 1
        if step % 25 == 0:
            log.info("step %d, %.1f of %.0f minutes, loss %.4f", step, spent / 60, schedule.minutes, np.mean(losses[-25:]))
    if losses:
        _save(checkpoint, network, averaged, optimiser, step, spent)
    return averaged.eval()


def binary(logits: Tensor, truth: Tensor, smoothing: float, weight: Tensor | None = None) -> Tensor:
    """Mean binary cross-entropy where ``truth`` is known; NaN teaches nothing."""
    known = ~truth.isnan()
    if not known.any():
        return logits.sum() * 0
    softened = truth[known] * (1 - smoothing) + smoothing / 2
    return functional.binary_cross_entropy_with_logits(logits[known], softened, None if weight is None else weight[known])


def area(truth: NDArray[np.float64], score: NDArray[np.float32]) -> float:
    """Area under the ROC curve where ``truth`` is known; NaN where one of the two classes is missing."""
    known = ~np.isnan(truth)
    return float(roc_auc_score(truth[known], score[known])) if len(set(truth[known])) == 2 else float("nan")


def _step(schedule: Schedule, network: Network, optimiser: torch.optim.Optimizer, draw: Callable[[int], Drawn], progress: float) -> float:
    rate = schedule.rate * _pace(progress)
    optimiser.param_groups[0]["lr"], optimiser.param_groups[1]["lr"] = rate, rate * schedule.heads_faster
    pixels, loss_of = draw(schedule.size_at(progress))
    optimiser.zero_grad()
    total = 0.0
    for part in torch.arange(BATCH).split(_AT_ONCE):
        loss = loss_of(network(pixels[part])[0], part) * (len(part) / BATCH)
        loss.backward()
        total += float(loss.detach())
    torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimiser.step()
    return total


def _pace(progress: float) -> float:
    """Warm-up over the first twentieth, then half a cosine down to nearly nothing."""
    return min(1.0, progress / 0.05 + 0.01) * (0.01 + 0.99 * 0.5 * (1 + float(np.cos(np.pi * progress))))


def _save(path: Path, network: Network, averaged: Network, optimiser: torch.optim.Optimizer, step: int, spent: float) -> None:
    parts = {"network": network.state_dict(), "averaged": averaged.state_dict(), "optimiser": optimiser.state_dict()}
    torch.save(parts | {"step": step, "spent": spent}, path.with_suffix(".partial"))
    path.with_suffix(".partial").replace(path)


@torch.no_grad()
def _average(averaged: Network, network: Network, decay: float) -> None:
    for mean, now in zip(averaged.state_dict().values(), network.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(now, 1 - decay)
        else:
            mean.copy_(now)
