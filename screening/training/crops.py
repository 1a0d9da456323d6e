"""Inner crops of all examples, made once by the serving path's own decode and crop, kept as one array on disk."""

import logging
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from screening.imaging.decode import decode
from screening.imaging.geometry import INNER, Pixels, find_field, inner_crop
from screening.training.datasets import DRAWN, Example
from screening.training.drawn import draw

log = logging.getLogger(__name__)

INPUT_PX = 352


def cached_crops(examples: list[Example], folder: Path) -> NDArray[np.uint8]:
    """Array (N, INPUT_PX, INPUT_PX, 3) in the order of ``examples``; a file of the same list is used again."""
    listed = "\n".join(str(example.path) for example in examples)
    key = sha256(f"{INPUT_PX} {INNER} {listed}".encode()).hexdigest()[:16]
    path = folder / f"crops-{key}.npy"
    if path.exists():
        return np.load(path, mmap_mode="r")
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".partial")
    crops = np.lib.format.open_memmap(unfinished, "w+", np.uint8, (len(examples), INPUT_PX, INPUT_PX, 3))
    for row, example in enumerate(examples):
        pixels = _pixels(example.path)
        crops[row] = inner_crop(pixels, find_field(pixels), INPUT_PX)
        if row % 1000 == 0:
            log.info("crops %d of %d", row, len(examples))
    crops.flush()
    unfinished.rename(path)
    return np.load(path, mmap_mode="r")


def _pixels(path: Path) -> Pixels:
    return draw(path.name) if path.parent == DRAWN else decode(path.read_bytes())[0]
