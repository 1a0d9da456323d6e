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
from screening.imaging.upright import open_photo

LONGEST = 1024
"""Longest side in pixels of what is decoded, and so of every view."""

_ENOUGH = 800
_MOST_PIXELS_IN_PROCESS = 24_000_000
_EXIF_ORIENTATION = 0x0112

__all__ = ["LONGEST", "Undecodable", "decode", "encode_view"]


def decode(photo: bytes) -> tuple[Pixels, tuple[int, int]]:
    """Upright RGB (height, width, 3), longest side at most ``LONGEST``, and the photo's own upright (width, height).

    Raises Undecodable where the bytes are no readable picture.
    """
    width, height, orientation = _header(photo)
    pixels = _ordinary_jpeg(photo)
    if pixels is None:
        return decode_in_child(photo, LONGEST), _turned(width, height, orientation)
    if max(pixels.shape) > LONGEST:
        shrink = LONGEST / max(pixels.shape)
        size = (max(1, round(pixels.shape[1] * shrink)), max(1, round(pixels.shape[0] * shrink)))
        pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))
    return upright(pixels, orientation), _turned(width, height, orientation)


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
            # HEIF libraries turn the picture themselves and say so by orientation 1.
            return width, height, _orientation(picture)
    except MemoryError:
        raise
    except Exception as broken:  # plugins fail on bad bytes in every way there is
        raise Undecodable("unsupported" if isinstance(broken, Image.UnidentifiedImageError) else "corrupt") from broken


def _orientation(picture: Image.Image) -> int:
    # A damaged EXIF block is no reason to refuse the picture behind it.
    try:
        return int(picture.getexif().get(_EXIF_ORIENTATION, 1))
    except Exception:
        return 1


def _turned(width: int, height: int, orientation: int) -> tuple[int, int]:
    return (height, width) if orientation in (5, 6, 7, 8) else (width, height)
