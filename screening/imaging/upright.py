"""How a stored photo becomes plain pixels: upright once, eight bits, three colours, nothing of its metadata.

Shared by the decode child and by decoding in process, so that both give the same pixels. Pillow only; importing this opens nothing.
"""

from typing import IO

import pillow_heif
from PIL import Image, ImageChops, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

# An MPO opens as the JPEG it begins with.
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
MAX_PIXELS = 100_000_000
# Pillow loads these on first use; a jailed child can open no file by then.
PLUGINS = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
Image.preinit()
pillow_heif.register_heif_opener(thumbnails=False)

_EXIF_ORIENTATION = 0x0112
# What brings a picture upright that was stored so (Exif 2.32, tag 274).
_TO_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class TooManyPixels(Exception):
    """The header announces more than MAX_PIXELS; nothing was decoded."""


def open_photo(photo: IO[bytes]) -> Image.Image:
    """Open one of FORMATS without decoding it. Raises TooManyPixels, PIL.UnidentifiedImageError, and whatever a plugin raises on bad bytes."""
    image = Image.open(photo, formats=FORMATS)
    if image.width * image.height > MAX_PIXELS:
        raise TooManyPixels
    return image


def orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8, as far as the header tells; decodes nothing. 1 where there is none or the block is damaged."""
    # Pillow decodes a whole PNG to look for EXIF behind its pixels.
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    # A damaged EXIF block is no reason to refuse the picture behind it, and parsers fail on one in many ways.
    try:
        return int(image.getexif().get(_EXIF_ORIENTATION, 1))
    except Exception:
        return 1


def upright_rgb(image: Image.Image, longest: int) -> Image.Image:
    """Upright 8-bit RGB with neither side over `longest` pixels; never enlarged. Raises what a plugin raises on bad bytes.

    CMYK becomes RGB, 16 bits are scaled to 8, and what is transparent is black. A JPEG is decoded at the scale that is needed.
    """
    if image.format not in ("JPEG", "MPO"):
        # EXIF may stand behind the pixels.
        image.load()
    turn = _TO_UPRIGHT.get(orientation(image))
    image = _eight_bits(image)
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    # A JPEG that needed no scaling is not decoded yet, and its file may be closed when this returns.
    image.load()
    image = _on_black(image)
    image.info.clear()
    return image if turn is None else image.transpose(turn)


def _eight_bits(image: Image.Image) -> Image.Image:
    """A mode that can be resized without loss: palettes, bitmaps and colour keys opened up, 16 bits divided by 257 rather than clipped."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda level: level * (1 / 257)).convert("L")
    if image.mode in ("P", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("L") if image.mode == "1" else image


def _on_black(image: Image.Image) -> Image.Image:
    # A hundred megapixels are 400 MB a copy, so none is made that is not needed.
    picture = image if image.mode == "RGB" else image.convert("RGB")
    if image.has_transparency_data:
        picture.paste((0, 0, 0), mask=ImageChops.invert(image.getchannel("A")))
    return picture
