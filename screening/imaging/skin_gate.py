"""What can be measured of a skin photo's quality without a model: size, light, sharpness, and how much of it has a hue that skin can have.

Skin of every tone lies in one narrow range of hue and differs in lightness, so light is judged by the brightest tenth and not by the middle:
a well-lit dark skin is not a dark photo. Limits: docs/models/skin-lesion.md names the share of readable photos that each costs.
"""

from dataclasses import dataclass

import numpy as np

from screening.imaging.geometry import Pixels
from screening.imaging.sharpness import fine_contrast

SMALLEST_SIDE = 140
DARKEST, BRIGHTEST = 62.0, 225.0
MOST_GLARE = 0.25
LEAST_DETAIL = 1.6
LEAST_SKIN_HUED = 0.15


@dataclass(frozen=True)
class SkinMeasured:
    """``side`` shorter side of the original in px; ``light`` luminance of the brightest tenth and ``middle`` its median, 0-255; ``glare`` share of
    washed-out pixels; ``detail`` contrast of fine structure (sharpness.py) relative to the light, in per cent; ``skin_hued`` share of pixels
    red to yellow."""

    side: int
    light: float
    middle: float
    glare: float
    detail: float
    skin_hued: float


def measure(crop: Pixels, side: int) -> SkinMeasured:
    """Measure a square crop of 256 px or so; ``side`` is the shorter side of the original in px."""
    red, green, blue = (crop[:, :, colour].astype(np.float32) for colour in range(3))
    luminance = red * 0.299 + green * 0.587 + blue * 0.114
    middle = float(np.median(luminance))
    return SkinMeasured(
        side=side,
        light=float(np.quantile(luminance, 0.9)),
        middle=middle,
        glare=float((np.minimum(np.minimum(red, green), blue) > 240).mean()),
        detail=100 * fine_contrast(luminance.astype(np.uint8), np.ones(luminance.shape, bool)) / max(middle, 10.0),
        skin_hued=float(((red > 1.04 * blue) & (red > 1.02 * green) & (red < 4 * green)).mean()),
    )


def failing(measured: SkinMeasured) -> set[str]:
    """Codes of the limits that the photo misses; empty for a photo that may be read."""
    missed = {
        "too_small": measured.side < SMALLEST_SIDE,
        "blur": measured.detail < LEAST_DETAIL,
        "too_dark": measured.light < DARKEST,
        "too_bright": measured.middle > BRIGHTEST or measured.glare > MOST_GLARE,
    }
    return {code for code, misses in missed.items() if misses}
