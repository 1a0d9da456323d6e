"""Harmless changes of a photo, after which a classifier should decide the same: compression, size, turn, light, side.

Each takes the decoded photo and gives the bytes of a JPEG. ``unchanged`` compresses as they do, so that only the change differs.
"""

from collections.abc import Callable, Mapping

import numpy as np
import simplejpeg
from PIL import Image

from screening.imaging.geometry import Pixels

QUALITY = 95
"""JPEG quality at which every photo is written anew."""

_DEGREES = 5.0
_DARKER = 0.8


def unchanged(pixels: Pixels, quality: int = QUALITY) -> bytes:
    """The photo as it is."""
    return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality=quality, colorspace="RGB", colorsubsampling="420"))


def resized(pixels: Pixels, factor: float) -> Pixels:
    """The whole photo with its sides multiplied by ``factor``, at least one pixel each."""
    height, width = pixels.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))


def _turned(pixels: Pixels) -> Pixels:
    # A hand that turns the camera brings no black corners into the frame, so what the turn uncovers is filled with the mirrored rim.
    height, width = pixels.shape[:2]
    rim = max(1, min(height, width) // 8)
    wider = np.pad(pixels, ((rim, rim), (rim, rim), (0, 0)), mode="reflect")
    turned = np.asarray(Image.fromarray(wider).rotate(_DEGREES, Image.Resampling.BICUBIC))
    return turned[rim : rim + height, rim : rim + width]


CHANGES: Mapping[str, Callable[[Pixels], bytes]] = {
    "jpeg_60": lambda pixels: unchanged(pixels, 60),
    "half_size": lambda pixels: unchanged(resized(pixels, 0.5)),
    "turned_5": lambda pixels: unchanged(_turned(pixels)),
    "darker_20": lambda pixels: unchanged((pixels * np.float32(_DARKER)).astype(np.uint8)),
    "mirrored": lambda pixels: unchanged(pixels[:, ::-1]),
}
