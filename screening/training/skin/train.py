"""`manage.py train_classifier skin`: from the photos below ``--data`` to a released version."""

import logging
from pathlib import Path

import torch

from screening.classifiers.registry import WEIGHTS
from screening.classifiers.skin import PROGRAMME
from screening.training.skin.crops import cached_squares
from screening.training.skin.finetune import Schedule, finetune, first_network
from screening.training.skin.photos import skin_photos
from screening.training.skin.release import release

_TERMS = (
    "Research and demonstration only, not a medical device. Trained on PAD-UFES-20 (CC BY 4.0, Pacheco and others 2020){milk}; as wrong kinds on "
    "ISIC and HAM10000 dermoscopy, ImageNet pictures, fundus photos of EyePACS and APTOS (no licence of the photos seen); "
    "ImageNet start weights (Apache-2.0 package)."
)
_MILK = ", MILK10k (CC BY-NC 4.0, MILK study team)"


def train_skin(
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

    ``start``: the released version whose weights the fine-tune begins with; None begins with ImageNet's. ``leave_out``: a set that teaches
    nothing, so that its photos can show the fall on a camera never seen.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    photos = skin_photos(root, commercial=commercial, leave_out=leave_out)
    squares = cached_squares(photos, work)
    folder = work / f"skin-{version}"
    folder.mkdir(exist_ok=True)
    begin = WEIGHTS / f"{PROGRAMME}-{start}.safetensors" if start else None
    schedule = Schedule(minutes=minutes, full_px=px or Schedule.full_px)
    network = finetune((first_network(begin), first_network(begin)), photos, squares, folder, schedule)
    return release(network, photos, squares, schedule.full_px, version, weights, golden, _TERMS.format(milk="" if commercial else _MILK))
