"""What can be measured of a fundus photo's quality without a model: size, light, sharpness, how much of the field is shown.

Limits are set so that few photos that readers called good or usable fail one (docs/models/retina-dr.md names the share).
"""

from dataclasses import dataclass

import numpy as np

from screening.imaging.geometry import Field, Pixels, disc_mask
from screening.imaging.sharpness import fine_contrast

SMALLEST_FIELD = 256.0
DARKEST, BRIGHTEST = 28.0, 205.0
MOST_SHADE, MOST_GLARE = 0.30, 0.08
LEAST_DETAIL = 1.77
LEAST_VISIBLE = 0.70


@dataclass(frozen=True)
class Measured:
    """``diameter`` of the field in px of the original; ``light`` median luminance 0-255; ``glare`` share of washed-out pixels, ``shade`` share of
    black ones; ``detail`` contrast of fine structure (sharpness.py) relative to the light, in per cent;
    ``visible`` share of the field inside the frame."""

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
        detail=100 * fine_contrast(green, shown) / max(light, 10.0),
        visible=field.visible,
    )


def failing(measured: Measured) -> set[str]:
    """Codes of the limits that the photo misses; empty for a photo that may be read."""
    cut_off = measured.visible < LEAST_VISIBLE
    washed_out = measured.light > BRIGHTEST or measured.glare > MOST_GLARE
    missed = {
        "too_small": measured.diameter < SMALLEST_FIELD,
        # What is washed out has no contrast left, however sharp.
        "blur": not washed_out and measured.detail < LEAST_DETAIL,
        # Beside a field that the frame cuts in two, the dark is the camera's surround.
        "too_dark": not cut_off and (measured.light < DARKEST or measured.shade > MOST_SHADE),
        "too_bright": washed_out,
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
