"""What is measured of each programme: a camera's photo of 12 megapixels, and the pieces of its reading path by name."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from dev.layout import BASE_DIR
from screening.classifiers import retina, skin
from screening.classifiers.outcome import Outcome
from screening.imaging import quality, skin_gate
from screening.imaging.geometry import INNER, Field, Pixels, find_field, inner_crop
from screening.imaging.skin_crop import middle_square, square_crop

TWELVE, TWENTY_FOUR, FORTY_EIGHT = (4000, 3000), (6000, 4000), (8000, 6000)
"""Widths and heights in pixels, by megapixels."""


@dataclass(frozen=True)
class Subject:
    """One programme: ``sample`` a file of dev/samples, ``inner`` the share of the field's radius that the attention map covers."""

    programme: str
    kind: str
    sample: str
    read_photo: Callable[[bytes], Outcome]
    locate: Callable[[Pixels], Field]
    crop: Callable[[Pixels, Field, int], Pixels]
    gate: Callable[[Pixels, Field, float, int], Any]
    inner: float


RETINA = Subject(
    retina.PROGRAMME,
    "retina",
    "retina/moderate_right.jpg",
    retina.read_photo,
    find_field,
    inner_crop,
    lambda crop, field, scale, _side: quality.measure(crop, field, scale),
    INNER,
)
SKIN = Subject(
    skin.PROGRAMME,
    "skin",
    "skin/nev_PAT_244_374_726.jpg",
    skin.read_photo,
    middle_square,
    square_crop,
    lambda crop, _field, _scale, side: skin_gate.measure(crop, side),
    1.0,
)


@cache
def camera_photo(subject: Subject, size: tuple[int, int] = TWELVE, form: str = "JPEG") -> bytes:
    """A free sample enlarged, with a sensor's noise, as a camera's JPEG of quality 90 or as PNG."""
    with Image.open(BASE_DIR / "dev" / "samples" / subject.sample) as sample:
        large = np.asarray(sample.convert("RGB").resize(size, Image.Resampling.BICUBIC)).astype(np.int16)
    noise = np.random.default_rng(1).normal(0, 4, large.shape[:2])[:, :, None].astype(np.int16)
    file = BytesIO()
    Image.fromarray(np.clip(large + noise, 0, 255).astype(np.uint8)).save(file, form, quality=90, compress_level=1)
    return file.getvalue()
