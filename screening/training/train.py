"""`manage.py train_classifier retina`: from the photos below ``--data`` to a released version."""

import logging
from pathlib import Path

import torch

from screening.classifiers.network import Network, continued_network, imagenet_network
from screening.classifiers.registry import WEIGHTS
from screening.training.crops import INPUT_PX, cached_crops
from screening.training.datasets import retina_examples
from screening.training.finetune import Schedule, finetune
from screening.training.release import release

_TERMS = (
    "Research and demonstration only, not a medical device. Trained on EyePACS, APTOS 2019 and ODIR-5K photos (no licence of the photos seen), "
    "ImageNet start weights (Apache-2.0 package)"
)
_NON_COMMERCIAL = ", EyeQ quality labels (non-commercial) and MILK10k photos as wrong kinds (CC BY-NC 4.0)"


def train_retina(
    root: Path,
    version: str,
    weights: Path,
    work: Path,
    golden: Path,
    *,
    commercial: bool,
    minutes: float,
    px: int | None,
    start: str | None,
    leave_out: str | None,
) -> Path:
    """Train on one thread and release; the path of the toml. An interrupted fine-tune goes on from ``work``.

    ``start``: the released version whose weights the fine-tune begins with; None begins with ImageNet's. ``leave_out``: a source that
    teaches nothing, so that its photos can show the fall on a camera never seen.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    examples = retina_examples(root, commercial=commercial, leave_out=leave_out)
    crops = cached_crops(examples, work)
    folder = work / f"retina-{version}"
    folder.mkdir(exist_ok=True)
    schedule = Schedule(minutes=minutes, full_px=px or INPUT_PX)
    network = finetune((_first(start), _first(start)), examples, crops, folder, schedule)
    return release(network, examples, crops, schedule.full_px, version, weights, golden, _TERMS + ("." if commercial else _NON_COMMERCIAL + "."))


def _first(start: str | None) -> Network:
    return continued_network(WEIGHTS / f"retina-dr-{start}.safetensors") if start else imagenet_network()
