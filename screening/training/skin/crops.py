"""Squares of all pictures, made once by the serving path's own decode and crop: every kind has one size on disk, since size tells the kind."""

from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from screening.imaging.decode import decode
from screening.imaging.geometry import Field, Pixels
from screening.imaging.skin_crop import middle_square, square_crop
from screening.training.datasets import DRAWN
from screening.training.drawn import draw
from screening.training.skin.photos import LesionPhoto

CROP_PX = 352
_CORNER = 0.17
"""Half side of a corner in sides of the frame: what lies outside a spot that fills the middle third."""


def cached_squares(photos: list[LesionPhoto], folder: Path) -> NDArray[np.uint8]:
    """Array (N, CROP_PX, CROP_PX, 3) in the order of ``photos``; a file of the same list is used again."""
    listed = "\n".join(f"{photo.path} {photo.corner}" for photo in photos)
    path = folder / f"squares-{sha256(f'{CROP_PX} {_CORNER} {listed}'.encode()).hexdigest()[:16]}.npy"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".partial")
        squares = np.lib.format.open_memmap(unfinished, "w+", np.uint8, (len(photos), CROP_PX, CROP_PX, 3))
        for row, photo in enumerate(photos):
            squares[row] = training_square(photo)
        squares.flush()
        unfinished.rename(path)
    return np.load(path, mmap_mode="r")


def training_square(photo: LesionPhoto) -> Pixels:
    """The square of one training picture. Raises Undecodable."""
    pixels = draw(photo.path.name) if photo.path.parent == DRAWN else decode(photo.path.read_bytes())[0]
    square = middle_square(pixels) if photo.corner is None else _corner(pixels, photo.corner)
    return square_crop(pixels, square, CROP_PX)


def _corner(pixels: Pixels, corner: int) -> Field:
    height, width = pixels.shape[:2]
    half = _CORNER * min(width, height)
    return Field(width - half if corner % 2 else half, height - half if corner >= 2 else half, half, False, 1.0)
