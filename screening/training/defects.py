"""Photos spoiled on purpose, to see whether the gate asks for them again and names the right reason.

Each defect is drawn to a fixed end state, not by a fixed factor: a dark photo made three times brighter would not be a bright one. Lengths are
shares of the diameter of the field (retina) or of the middle square (skin).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from screening.imaging.geometry import Field, Pixels
from screening.training.changes import resized

_SOFTNESS = 0.02
_STREAK = 0.06
_DIM_NOISE = 2.0


@dataclass(frozen=True)
class Defect:
    """``spoil`` gives the photo with the defect, ``reason`` is the code that the gate should name."""

    spoil: Callable[[Pixels, Field], Pixels]
    reason: str


def out_of_focus(pixels: Pixels, field: Field) -> Pixels:
    """Gaussian blur of 2 %: of the retina's vessels only the great arcs remain."""
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(2 * field.radius * _SOFTNESS)))


def moved(pixels: Pixels, field: Field) -> Pixels:
    """Every point drawn to a slanting streak of 6 %."""
    length = max(3, round(2 * field.radius * _STREAK))
    total = np.zeros(pixels.shape, np.float32)
    wider = np.pad(pixels, ((length, length), (length, length), (0, 0)), mode="edge")
    height, width = pixels.shape[:2]
    for step in range(length):
        down, across = length + round((step - length / 2) * 0.5), length + round(step - length / 2)
        total += wider[down : down + height, across : across + width]
    return (total / length).astype(np.uint8)


def dimmed_to(level: float, quantile: float) -> Callable[[Pixels, Field], Pixels]:
    """So little light that ``quantile`` of the luminance is ``level``, with a sensor's noise."""

    def spoil(pixels: Pixels, field: Field) -> Pixels:
        gain = min(1.0, level / max(1.0, float(np.quantile(_luminance(pixels)[_inside(pixels, field)], quantile))))
        noise = np.random.default_rng(1).normal(0, _DIM_NOISE, pixels.shape)
        return np.clip(pixels * gain + noise, 0, 255).astype(np.uint8)

    return spoil


def overexposed(pixels: Pixels, field: Field) -> Pixels:
    """So much light that the middle luminance would be 300 on a scale that ends at 255."""
    return np.clip(pixels * (300 / max(1.0, float(np.median(_luminance(pixels)[_inside(pixels, field)])))), 0, 255).astype(np.uint8)


def glaring(share: float) -> Callable[[Pixels, Field], Pixels]:
    """A white spot with a soft rim over ``share`` of the field's area, off its middle."""

    def spoil(pixels: Pixels, field: Field) -> Pixels:
        radius = field.radius * share**0.5
        away = np.hypot(*_from(pixels, field.x + 0.35 * field.radius, field.y - 0.2 * field.radius))
        white = np.clip((1.15 * radius - away) / (0.3 * radius) + 0.5, 0, 1)[:, :, None]
        return (pixels * (1 - white) + 252 * white).astype(np.uint8)

    return spoil


def half_in_shadow(pixels: Pixels, field: Field) -> Pixels:
    """The lower half of the field nearly black, as behind a lid or a narrow pupil."""
    _x, y = _from(pixels, field.x, field.y)
    light = np.clip(0.06 + (0.1 * field.radius - y) / (0.2 * field.radius), 0.06, 1)[:, :, None]
    return (pixels * light).astype(np.uint8)


def cut_off(pixels: Pixels, field: Field) -> Pixels:
    """The frame begins at the middle: of the field only the right half is shown."""
    return pixels[:, min(pixels.shape[1] - 2, max(0, round(field.x))) :]


def few_pixels(diameter: float) -> Callable[[Pixels, Field], Pixels]:
    """The whole photo so small that the field has ``diameter`` px."""
    return lambda pixels, field: resized(pixels, min(1.0, diameter / (2 * field.radius)))


RETINA_DEFECTS: Mapping[str, Defect] = {
    "out_of_focus": Defect(out_of_focus, "blur"),
    "motion": Defect(moved, "blur"),
    "too_dark": Defect(dimmed_to(14, 0.5), "too_dark"),
    "half_in_shadow": Defect(half_in_shadow, "too_dark"),
    "too_bright": Defect(overexposed, "too_bright"),
    "glare": Defect(glaring(0.15), "too_bright"),
    "field_cut_off": Defect(cut_off, "off_centre"),
    "low_resolution": Defect(few_pixels(200), "too_small"),
}

SKIN_DEFECTS: Mapping[str, Defect] = {
    "out_of_focus": Defect(out_of_focus, "blur"),
    "motion": Defect(moved, "blur"),
    "too_dark": Defect(dimmed_to(40, 0.9), "too_dark"),
    "too_bright": Defect(overexposed, "too_bright"),
    "glare": Defect(glaring(0.45), "too_bright"),
    "low_resolution": Defect(few_pixels(110), "too_small"),
}


def _luminance(pixels: Pixels) -> NDArray[np.float32]:
    return (pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)).astype(np.float32)


def _from(pixels: Pixels, x: float, y: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Offsets of every pixel from a point, across and down, in shapes that broadcast."""
    height, width = pixels.shape[:2]
    return np.arange(width, dtype=np.float64)[None, :] - x, np.arange(height, dtype=np.float64)[:, None] - y


def _inside(pixels: Pixels, field: Field) -> NDArray[np.bool_]:
    return np.asarray(np.hypot(*_from(pixels, field.x, field.y)) < field.radius)
