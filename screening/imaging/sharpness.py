"""How sharp a square picture is. What moved is soft along its streaks and sharp across them, so every direction is asked by itself."""

import numpy as np
from numpy.typing import NDArray

_TILES = 9
_STEP, _SLANT = 3, 2


def fine_contrast(plane: NDArray[np.uint8], shown: NDArray[np.bool_]) -> float:
    """Contrast of the ``shown`` part of a square plane, in grey levels: that of the poorest direction, times its share of the richest.

    Second differences over three pixels, along and across and on both diagonals; light that only rises or falls has none. Of each direction
    the upper quartile over tiles: one lesion, one hair or one bright arc does not make a blurred photo sharp.
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
