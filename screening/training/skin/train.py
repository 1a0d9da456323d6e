"""`manage.py train_classifier skin`: from the photos below ``--data`` to a released version."""

import logging
from pathlib import Path

import torch

from screening.training.skin.crops import cached_squares
from screening.training.skin.finetune import Schedule, finetune
from screening.training.skin.frozen import frozen_network
from screening.training.skin.photos import skin_photos
from screening.training.skin.release import release

_TERMS = (
    "Research and demonstration only, not a medical device. Trained on PAD-UFES-20 (CC BY 4.0, Pacheco and others 2020){milk}; as wrong kinds on "
    "ISIC and HAM10000 dermoscopy, ImageNet pictures, fundus photos of EyePACS and APTOS (no licence of the photos seen); "
    "ImageNet start weights (Apache-2.0 package)."
)
_MILK = ", MILK10k (CC BY-NC 4.0, MILK study team)"


def train_skin(root: Path, version: str, weights: Path, work: Path, golden: Path, *, frozen: bool, commercial: bool, minutes: float) -> Path:
    """Train on one thread and release; the path of the toml. An interrupted fine-tune goes on from ``work``."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    photos = skin_photos(root, commercial=commercial)
    squares = cached_squares(photos, work)
    if frozen:
        network = frozen_network(photos, squares)
    else:
        folder = work / f"skin-{version}"
        folder.mkdir(exist_ok=True)
        network = finetune(photos, squares, folder, Schedule(minutes=minutes))
    return release(network, photos, squares, version, weights, golden, _TERMS.format(milk="" if commercial else _MILK))
