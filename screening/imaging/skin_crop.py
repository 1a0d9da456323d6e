"""The square of a skin photo that the classifier sees: a close-up has its spot in the middle."""

import numpy as np
from PIL import Image

from screening.imaging.geometry import Field, Pixels


def middle_square(pixels: Pixels) -> Field:
    """The largest square in the middle of the frame, as the disc that touches its sides (geometry shared with the retina's overlay)."""
    height, width = pixels.shape[:2]
    return Field(width / 2, height / 2, min(width, height) / 2, False, 1.0)


def square_crop(pixels: Pixels, square: Field, size: int) -> Pixels:
    """The square brought to ``size`` px a side."""
    box = (square.x - square.radius, square.y - square.radius, square.x + square.radius, square.y + square.radius)
    return np.asarray(Image.fromarray(pixels).resize((size, size), Image.Resampling.BILINEAR, box=box))
