"""One decode per photo, at the scale that the view and the classifier need.

An ordinary JPEG is decoded here, straight from its coefficients at a fraction of its size; every other format, a very large or an odd
JPEG goes through the jailed child.
"""

import io

import numpy as np
import simplejpeg
from PIL import Image

from screening.imaging.geometry import Pixels, upright
from screening.imaging.sandbox import Undecodable, decode_in_child
from screening.imaging.upright import TooManyPixels, open_photo, orientation

# open_photo has the limit, and a lower one of Pillow's would only warn.
Image.MAX_IMAGE_PIXELS = None

LONGEST = 1024
"""Longest side in pixels of what is decoded, and so of every view."""

_ENOUGH = 800
_MOST_PIXELS_IN_PROCESS = 24_000_000

__all__ = ["LONGEST", "Undecodable", "decode", "encode_view"]


def decode(photo: bytes) -> tuple[Pixels, tuple[int, int]]:
    """Upright RGB (height, width, 3), longest side at most ``LONGEST``, and the photo's own upright (width, height).

    Raises Undecodable where the bytes are no readable picture.
    """
    width, height, turn = _header(photo)
    pixels = _ordinary_jpeg(photo)
    if pixels is None:
        return decode_in_child(photo, LONGEST), _turned(width, height, turn)
    if max(pixels.shape) > LONGEST:
        shrink = LONGEST / max(pixels.shape)
        size = (max(1, round(pixels.shape[1] * shrink)), max(1, round(pixels.shape[0] * shrink)))
        pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))
    return upright(pixels, turn), _turned(width, height, turn)


def encode_view(pixels: Pixels) -> bytes:
    """JPEG of the pixels with no metadata at all."""
    return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality=85, colorspace="RGB", colorsubsampling="420"))


def _ordinary_jpeg(photo: bytes) -> Pixels | None:
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(photo)
        if colours not in ("YCbCr", "RGB", "Gray") or width * height > _MOST_PIXELS_IN_PROCESS:
            return None
        smallest = min(1.0, _ENOUGH / max(width, height))
        decoded = simplejpeg.decode_jpeg(photo, "RGB", min_height=int(height * smallest), min_width=int(width * smallest))
    except ValueError:
        return None
    return np.asarray(decoded)


def _header(photo: bytes) -> tuple[int, int, int]:
    """Width, height and EXIF orientation as stored, without decoding."""
    try:
        with open_photo(io.BytesIO(photo)) as picture:
            width, height = picture.size
            return width, height, orientation(picture)
    except MemoryError:
        raise
    except TooManyPixels as much:
        raise Undecodable("too_big_in_memory") from much
    except Exception as broken:  # plugins fail on bad bytes in every way there is
        raise Undecodable("unsupported" if isinstance(broken, Image.UnidentifiedImageError) else "corrupt") from broken


def _turned(width: int, height: int, turn: int) -> tuple[int, int]:
    return (height, width) if turn in (5, 6, 7, 8) else (width, height)
