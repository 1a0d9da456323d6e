"""Where the classifier looked, as a picture that lies over the view."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from screening.imaging.geometry import INNER, Field

_SHRINK = 4
_LEVELS = 16
_COLOUR = (255, 176, 0)
_MOST_OPAQUE = 170
_LEAST_SCALE = 4.0
"""Logits of local evidence below which the map stays faint, so that an empty photo does not glow."""


def attention_png(activation: NDArray[np.float32], field: Field, width: int, height: int, inner: float = INNER) -> bytes:
    """PNG with alpha of the view's aspect at a quarter of its size.

    ``activation`` is local evidence in logits over the square around the ``inner`` share of the field's radius.
    """
    size = (max(1, width // _SHRINK), max(1, height // _SHRINK))
    side = max(1, round(2 * field.radius * inner / _SHRINK))
    evidence = np.maximum(activation, 0) / max(float(activation.max()), _LEAST_SCALE)
    levels = Image.fromarray((evidence * (_LEVELS - 1)).round().astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    picture = Image.new("P", size, 0)
    picture.paste(levels, (round(field.x / _SHRINK - side / 2), round(field.y / _SHRINK - side / 2)))
    picture.putpalette(bytes(_COLOUR) * _LEVELS)
    alphas = bytes(round(_MOST_OPAQUE * level / (_LEVELS - 1)) for level in range(_LEVELS))
    file = io.BytesIO()
    picture.save(file, "PNG", transparency=alphas, compress_level=3, bits=4)
    return file.getvalue()
