"""What can be measured of a fundus photo's quality without a model: size, light, sharpness, how much of the field is shown.

Limits are set so that few photos that readers called good or usable fail one (docs/models/retina-dr.md names the share).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screening.imaging.geometry import Field, Pixels, disc_mask

SMALLEST_FIELD = 256.0
DARKEST, BRIGHTEST = 28.0, 205.0
MOST_SHADE, MOST_GLARE = 0.30, 0.08
LEAST_DETAIL = 1.77
LEAST_VISIBLE = 0.70

_TILES = 9
_STEP, _SLANT = 3, 2


@dataclass(frozen=True)
class Measured:
    """``diameter`` of the field in px of the original; ``light`` median luminance 0-255; ``glare`` share of washed-out pixels, ``shade`` share of
    black ones; ``detail`` contrast of fine structure relative to the light, in per cent, where it is poorest over four directions, times its share of
    where it is richest (movement leaves a streak's own direction soft and the others sharp); ``visible`` share of the field inside the frame."""

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
    # A quarter of the pixels tells the light as well as all of them.
    some = shown[::2, ::2]
    reds, greens, blues = red[::2, ::2][some], green[::2, ::2][some], blue[::2, ::2][some]
    luminance = reds * np.float32(0.299) + greens * np.float32(0.587) + blues * np.float32(0.114)
    light = float(np.median(luminance))
    return Measured(
        diameter=2 * field.radius * scale,
        light=light,
        glare=float((np.minimum(np.minimum(reds, greens), blues) > 225).mean()),
        shade=float((luminance < 20).mean()),
        detail=100 * _fine_structure(green, shown) / max(light, 10.0),
        visible=field.visible,
    )


def failing(measured: Measured) -> set[str]:
    """Codes of the limits that the photo misses; empty for a photo that may be read."""
    cut_off = measured.visible < LEAST_VISIBLE
    missed = {
        "too_small": measured.diameter < SMALLEST_FIELD,
        "blur": measured.detail < LEAST_DETAIL,
        # Beside a field that the frame cuts in two, the dark is the camera's surround.
        "too_dark": not cut_off and (measured.light < DARKEST or measured.shade > MOST_SHADE),
        "too_bright": measured.light > BRIGHTEST or measured.glare > MOST_GLARE,
        "off_centre": cut_off,
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
    """Second differences over three pixels, along and across and on both diagonals; light that only rises or falls has none.

    Of each direction the upper quartile over tiles: one lesion or one bright arc does not make a blurred photo sharp.
    """
    rim = slice(_STEP, plane.shape[0] - _STEP)
    middle = plane[rim, rim].astype(np.float32)
    side = middle.shape[0] // _TILES
    deep = shown & np.roll(shown, 6, 0) & np.roll(shown, -6, 0) & np.roll(shown, 6, 1) & np.roll(shown, -6, 1)
    weight = _cut(deep[rim, rim].astype(np.float32), side)
    counted = _by_tile(weight, side)
    whole = counted > 0.9 * side * side
    if not whole.any():
        return 0.0
    spreads = []
    for down, across in ((0, _STEP), (_STEP, 0), (_SLANT, _SLANT), (_SLANT, -_SLANT)):
        difference = _cut(2 * middle - _moved(plane, down, across) - _moved(plane, -down, -across), side)
        spreads.append(float(np.quantile(np.sqrt(_by_tile(difference * difference * weight, side)[whole] / counted[whole]), 0.75)))
    return min(spreads) ** 2 / max(*spreads, 0.01)


def _moved(plane: NDArray[np.uint8], down: int, across: int) -> NDArray[np.uint8]:
    """The plane without its rim, taken from so many px further down and across."""
    side = plane.shape[0] - 2 * _STEP
    return plane[_STEP + down : _STEP + down + side, _STEP + across : _STEP + across + side]


def _cut(plane: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    return plane[: _TILES * side, : _TILES * side]


def _by_tile(plane: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Sum over each square tile of ``side`` px."""
    return np.asarray(plane.reshape(_TILES, side, _TILES, side).sum((1, 3)).ravel())
