"""What can be measured of a fundus photo's quality without a model: size, light, sharpness, how much of the field is shown.

Limits are set so that few photos that readers called good or usable fail one (docs/models/retina-dr.md names the share).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from screening.imaging.geometry import Field, Pixels, disc_mask

SMALLEST_FIELD = 256.0
DARKEST, BRIGHTEST = 28.0, 205.0
MOST_SHADE, MOST_GLARE = 0.30, 0.08
LEAST_DETAIL = 0.85
LEAST_VISIBLE = 0.70

_TILES = 9


@dataclass(frozen=True)
class Measured:
    """``diameter`` of the field in px of the original; ``light`` median luminance 0-255; ``glare`` share of washed-out pixels, ``shade`` share of
    black ones; ``detail`` contrast of fine structure relative to the light, in per cent; ``visible`` share of the field inside the frame."""

    diameter: float
    light: float
    glare: float
    shade: float
    detail: float
    visible: float


def measure(crop: Pixels, field: Field, scale: float) -> Measured:
    """Measure an inner crop; ``scale`` is original pixels per pixel of the array in which ``field`` was found."""
    red, green, blue = (np.ascontiguousarray(crop[:, :, colour]) for colour in range(3))
    shown = disc_mask(crop.shape[0]) & ((red != 128) | (green != 128) | (blue != 128))
    if shown.sum() < 100:
        shown = disc_mask(crop.shape[0])
    luminance = red * np.float32(0.299) + green * np.float32(0.587) + blue * np.float32(0.114)
    lit = luminance[shown]
    light = float(np.median(lit))
    return Measured(
        diameter=2 * field.radius * scale,
        light=light,
        glare=float(((np.minimum(np.minimum(red, green), blue) > 225) & shown).sum() / shown.sum()),
        shade=float((lit < 20).mean()),
        detail=100 * _fine_structure(green, shown) / max(light, 10.0),
        visible=field.visible,
    )


def failing(measured: Measured) -> set[str]:
    """Codes of the limits that the photo misses; empty for a photo that may be read."""
    missed = {
        "too_small": measured.diameter < SMALLEST_FIELD,
        "blur": measured.detail < LEAST_DETAIL,
        "too_dark": measured.light < DARKEST or measured.shade > MOST_SHADE,
        "too_bright": measured.light > BRIGHTEST or measured.glare > MOST_GLARE,
        "off_centre": measured.visible < LEAST_VISIBLE,
    }
    return {code for code, misses in missed.items() if misses}


def likeliest(measured: Measured) -> str:
    """Which fault to name where only the model, and no limit, calls the photo unreadable: the limit that is nearest."""
    nearness = {
        "blur": LEAST_DETAIL / max(measured.detail, 0.01),
        "too_dark": DARKEST / max(measured.light, 1.0),
        "too_bright": measured.light / BRIGHTEST,
    }
    return max(nearness, key=nearness.__getitem__)


def _fine_structure(plane: NDArray[np.uint8], shown: NDArray[np.bool_]) -> float:
    """Upper quartile over tiles of the fine contrast: one lesion or one bright arc does not make a blurred photo sharp."""
    smooth = np.asarray(Image.fromarray(plane).filter(ImageFilter.BoxBlur(3)))
    fine = plane.astype(np.float32) - smooth
    deep = shown & np.roll(shown, 6, 0) & np.roll(shown, -6, 0) & np.roll(shown, 6, 1) & np.roll(shown, -6, 1)
    side = plane.shape[0] // _TILES
    weight = _tiles(deep.astype(np.float32), side)
    counted = weight.sum(axis=1)
    mean = (_tiles(fine, side) * weight).sum(axis=1) / np.maximum(counted, 1)
    square = (_tiles(fine * fine, side) * weight).sum(axis=1) / np.maximum(counted, 1)
    spreads = np.sqrt(np.maximum(square - mean**2, 0))[counted > 0.9 * side * side]
    return float(np.quantile(spreads, 0.75)) if len(spreads) else 0.0


def _tiles(plane: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """One row per square tile of ``side`` px."""
    cut = plane[: _TILES * side, : _TILES * side].reshape(_TILES, side, _TILES, side)
    return cut.transpose(0, 2, 1, 3).reshape(_TILES * _TILES, side * side)
