"""Where the round field of a fundus photo lies, and the common inner crop that every camera and data set is brought to.

Coordinates are pixels with the origin at the top left corner of the array. Nothing here knows a classifier.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

Pixels = NDArray[np.uint8]

INNER = 0.92
"""Share of the field's radius that is kept: the rim, where frame, notch and camera show most, is left out."""

_SEARCH_PX = 256
_TURNS = {
    1: (0, False),
    2: (0, True),
    3: (2, False),
    4: (2, True),
    5: (3, True),
    6: (3, False),
    7: (1, True),
    8: (1, False),
}


@dataclass(frozen=True)
class Field:
    """The illuminated disc of a photo; ``found`` is false where no dark surround shows its edge, or too little of it, and the frame stands for it."""

    x: float
    y: float
    radius: float
    found: bool
    visible: float
    """Share of the disc's area that lies inside the frame, 0 to 1."""


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Turn and mirror so that EXIF orientation 1 to 8 becomes 1; any other number leaves the array as it is."""
    quarter_turns, mirrored = _TURNS.get(orientation, (0, False))
    turned = np.rot90(pixels, quarter_turns)
    return np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)


def find_field(pixels: Pixels) -> Field:
    """Fit a circle to the edge between the retina and its dark surround.

    Edges made by the frame itself (a disc cut above and below) do not count, so a cut disc keeps its true radius.
    """
    height, width = pixels.shape[:2]
    scale = max(height, width) / _SEARCH_PX
    size = (max(1, round(width / scale)), max(1, round(height / scale)))
    red, green, blue = Image.fromarray(pixels).resize(size, Image.Resampling.BOX).split()
    small = np.asarray(ImageChops.lighter(ImageChops.lighter(red, green), blue)).astype(np.float64)
    points = _edge_points(_lit(small))
    circle = _fit_circle(points) if len(points) >= 40 else None
    framed = Field(width / 2, height / 2, max(width, height) / 2, False, 1.0)
    if circle is None:
        return framed
    x, y, radius = circle
    field = Field((x + 0.5) * width / size[0], (y + 0.5) * height / size[1], (radius + 0.5) * scale, True, 1.0)
    visible = _visible_share(field, width, height)
    if not _plausible(circle, size):
        return replace(framed, visible=visible if _cut(circle, size) else 1.0)
    return replace(field, visible=visible)


def inner_crop(pixels: Pixels, field: Field, size: int) -> Pixels:
    """Square of ``size`` px around the inner disc; what lies outside the disc or the frame is mid-grey."""
    height, width = pixels.shape[:2]
    half = field.radius * INNER
    left, top = field.x - half, field.y - half
    box = (max(0.0, left), max(0.0, top), min(float(width), field.x + half), min(float(height), field.y + half))
    per_px = size / (2 * half)
    x0, y0 = round((box[0] - left) * per_px), round((box[1] - top) * per_px)
    x1, y1 = round((box[2] - left) * per_px), round((box[3] - top) * per_px)
    canvas = np.full((size, size, 3), 128, np.uint8)
    if x1 > x0 and y1 > y0:
        part = Image.fromarray(pixels).resize((x1 - x0, y1 - y0), Image.Resampling.BILINEAR, box=box)
        canvas[y0:y1, x0:x1] = np.asarray(part)
    canvas.reshape(-1, 3)[_outside(size)] = 128
    return canvas


@lru_cache(maxsize=8)
def disc_mask(size: int) -> NDArray[np.bool_]:
    """True inside the circle that touches the four sides of a square of ``size`` px; kept, and so not to be written to."""
    axis = np.arange(size) + 0.5 - size / 2
    mask = np.asarray(axis[:, None] ** 2 + axis[None, :] ** 2 <= (size / 2) ** 2)
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=8)
def _outside(size: int) -> NDArray[np.intp]:
    """Where the disc is not, as places in the flattened square."""
    return np.flatnonzero(~disc_mask(size))


def _lit(brightness: NDArray[np.float64]) -> NDArray[np.bool_]:
    surround, bright = (float(level) for level in np.percentile(brightness, (2, 90)))
    return brightness > surround + max(8.0, 0.14 * (bright - surround))


def _edge_points(lit: NDArray[np.bool_]) -> NDArray[np.float64]:
    """First and last lit pixel of every row and column, without those that the frame cuts."""
    found = []
    for transposed, mask in ((False, lit), (True, lit.T)):
        lines = np.nonzero(mask.sum(axis=1) > 0.15 * mask.shape[1])[0]
        first = mask[lines].argmax(axis=1)
        last = mask.shape[1] - 1 - mask[lines, ::-1].argmax(axis=1)
        for ends, inside in ((first, first > 1), (last, last < mask.shape[1] - 2)):
            pair = np.stack([ends[inside], lines[inside]], axis=1)
            found.append(pair[:, ::-1] if transposed else pair)
    return np.concatenate(found).astype(np.float64)


def _fit_circle(points: NDArray[np.float64]) -> tuple[float, float, float] | None:
    """Least squares circle (Kasa), refitted three times to the points that lie near it; None where they do not agree."""
    kept = points
    for tolerance in (12.0, 6.0, 3.0, 0.0):
        design = np.column_stack([kept, np.ones(len(kept))])
        (p, q, c), *_ = np.linalg.lstsq(design, (kept**2).sum(axis=1), rcond=None)
        x, y = p / 2, q / 2
        square = c + x * x + y * y
        if square <= 0:
            return None
        radius = float(np.sqrt(square))
        if tolerance == 0:
            break
        off = np.abs(np.hypot(points[:, 0] - x, points[:, 1] - y) - radius)
        kept = points[off < tolerance]
        if len(kept) < max(40, 0.4 * len(points)):
            return None
    return float(x), float(y), radius


def _plausible(circle: tuple[float, float, float], size: tuple[int, int]) -> bool:
    x, y, radius = circle
    longest, shortest = max(size), min(size)
    centred = abs(x - size[0] / 2) < 0.3 * size[0] and abs(y - size[1] / 2) < 0.3 * size[1]
    return centred and 0.15 * longest < radius < 0.75 * longest and radius > 0.3 * shortest


def _cut(circle: tuple[float, float, float], size: tuple[int, int]) -> bool:
    """Whether the frame's edge runs through the middle of a field: one that hardly reaches into the frame is an arc of something else."""
    x, y, radius = circle
    return 0.3 * max(size) < radius < 1.2 * max(size) and -0.2 * radius < x < size[0] + 0.2 * radius and -0.2 * radius < y < size[1] + 0.2 * radius


def _visible_share(field: Field, width: int, height: int) -> float:
    axis = (np.arange(64) + 0.5) / 32 - 1
    inside = axis[:, None] ** 2 + axis[None, :] ** 2 <= 1
    x, y = field.x + axis[None, :] * field.radius, field.y + axis[:, None] * field.radius
    shown = inside & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return float(shown.sum() / inside.sum())
