"""Draws test photos in every format phones and cameras make, and the broken ones people and attackers send. Nothing here shows a person.

`python -m tests.photos FOLDER` writes one of each, to look at or to send by hand.
"""

import struct
import sys
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
from hypothesis import strategies as st
from PIL import Image, ImageDraw

pillow_heif.register_heif_opener()

# How to store an upright picture so that its EXIF orientation brings it back.
_STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
GPS = {1: "N", 2: (30.0, 15.0, 50.0), 3: "E", 4: (120.0, 9.0, 17.0)}
MAKER = "SECRET-CAMERA-7731"


def scene(width: int = 320, height: int = 240) -> Image.Image:
    """A picture without any symmetry: a colour in each quarter and a bright disc off the middle."""
    picture = Image.new("RGB", (width, height), (200, 40, 30))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((width // 2, 0, width, height // 2), fill=(30, 160, 60))
    draw.rectangle((0, height // 2, width // 2, height), fill=(40, 60, 200))
    draw.rectangle((width // 2, height // 2, width, height), fill=(220, 200, 40))
    draw.ellipse((width // 8, height // 8, width // 3, height // 2), fill=(250, 250, 250))
    return picture


def encoded(picture: Image.Image, encoding: str, **options: Any) -> bytes:
    """A picture in one of Pillow's formats."""
    target = BytesIO()
    picture.save(target, encoding, **options)
    return target.getvalue()


def jpeg(width: int = 320, height: int = 240, **options: Any) -> bytes:
    """The scene as a plain JPEG."""
    return encoded(scene(width, height), "JPEG", **{"quality": 95, "subsampling": 0} | options)


def turned_jpeg(orientation: int, encoding: str = "JPEG") -> bytes:
    """The scene stored turned, with the EXIF orientation (1 to 8) that brings it upright."""
    turn = _STORED[orientation]
    stored = scene() if turn is None else scene().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(stored, encoding, quality=95, exif=exif.tobytes())


def located_jpeg() -> bytes:
    """A JPEG that tells too much: place, camera, and a thumbnail inside its EXIF block."""
    exif = Image.Exif()
    exif[0x010F] = MAKER
    exif.get_ifd(0x8825).update(GPS)
    block = exif.tobytes()
    thumbnail = encoded(scene(160, 120), "JPEG")
    comment = b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>" + MAKER.encode() + b"</x:xmpmeta>"
    plain = jpeg()
    return plain[:2] + _segment(0xE1, block + thumbnail) + _segment(0xE1, comment) + plain[2:]


def cmyk_jpeg() -> bytes:
    """A JPEG in print colours."""
    return encoded(scene().convert("CMYK"), "JPEG", quality=95)


def progressive_jpeg() -> bytes:
    """A JPEG with many scans."""
    return jpeg(progressive=True)


def mpo() -> bytes:
    """Two pictures in one JPEG, as stereo and portrait modes write them."""
    return encoded(scene(), "MPO", save_all=True, append_images=[scene(160, 128)])


def motion_photo() -> bytes:
    """A JPEG with a video behind its end marker."""
    return jpeg() + b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 16


def png() -> bytes:
    """The scene as PNG."""
    return encoded(scene(), "PNG")


def transparent_png() -> bytes:
    """The scene with its left half transparent."""
    picture = scene().convert("RGBA")
    picture.paste((255, 255, 255, 0), (0, 0, picture.width // 2, picture.height))
    return encoded(picture, "PNG")


def palette_png() -> bytes:
    """The scene in a palette."""
    return encoded(scene().quantize(16), "PNG")


def png16(width: int = 320, height: int = 240) -> bytes:
    """A grey PNG of 16 bits a pixel: a ramp from black on the left to white on the right."""
    ramp = np.tile(np.linspace(0, 65535, width).astype(np.uint16), (height, 1))
    return encoded(Image.fromarray(ramp), "PNG")


def rgb_png16(width: int = 320, height: int = 240) -> bytes:
    """A colour PNG of 16 bits a channel, written by hand since Pillow cannot."""
    wide = np.asarray(scene(width, height)).astype(">u2") * 257
    rows = b"".join(b"\x00" + row.tobytes() for row in wide)
    return png_of(width, height, zlib.compress(rows), depth=16)


def png_of(width: int, height: int, packed: bytes, *, depth: int = 8) -> bytes:
    """A colour PNG that announces a size and carries these packed rows, whether they agree or not."""
    header = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def webp(**options: Any) -> bytes:
    """The scene as WebP; `lossless=True`, or `exif=` for the extended layout."""
    return encoded(scene(), "WEBP", **{"quality": 95} | options)


def heic(width: int = 320, height: int = 240, **options: Any) -> bytes:
    """The scene as HEIC; `tile_size=` writes the tiles of a phone."""
    return encoded(scene(width, height), "HEIF", **{"quality": 95} | options)


def avif() -> bytes:
    """The scene as AVIF, which is not taken."""
    return encoded(scene(), "AVIF")


def truncated(photo: bytes, share: float = 0.6) -> bytes:
    """The first part of a photo, as a broken connection leaves it."""
    return photo[: int(len(photo) * share)]


def pixel_bomb() -> bytes:
    """A few hundred bytes that announce 3.6 gigapixels."""
    return png_of(60_000, 60_000, zlib.compress(bytes(1000)))


@cache
def heavy_png(side: int = 10_000) -> bytes:
    """Small on disk and 300 MB when decoded at side 10,000: within the pixel limit, still a bomb for a careless worker."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 + 3 * side)) for _ in range(side)) + packer.flush()
    return png_of(side, side, packed)


def tiny() -> bytes:
    """Smaller than anything a reading could use."""
    return jpeg(100, 90)


def wide_sliver() -> bytes:
    """Long enough on one side only."""
    return jpeg(4000, 127)


def document() -> bytes:
    """A page of lines, as people send instead of a photo."""
    page = Image.new("RGB", (800, 1100), "white")
    draw = ImageDraw.Draw(page)
    for line in range(60, 1040, 24):
        draw.line((70, line, 70 + 300 + line * 37 % 360, line), fill=(30, 30, 30), width=6)
    return encoded(page, "JPEG")


def wall() -> bytes:
    """A plain wall in uneven light."""
    light = np.linspace(140, 190, 640)[None, :, None] * np.array([1.0, 0.97, 0.9])
    return encoded(Image.fromarray(np.broadcast_to(light, (480, 640, 3)).astype(np.uint8)), "JPEG")


def video() -> bytes:
    """The head of an MP4."""
    return b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(4096)


COMPLETE: dict[str, Callable[[], bytes]] = {
    "jpeg": jpeg,
    "progressive_jpeg": progressive_jpeg,
    "cmyk_jpeg": cmyk_jpeg,
    "located_jpeg": located_jpeg,
    "motion_photo": motion_photo,
    "mpo": mpo,
    "png": png,
    "transparent_png": transparent_png,
    "palette_png": palette_png,
    "png16": png16,
    "rgb_png16": rgb_png16,
    "webp": webp,
    "heic": heic,
}


@cache
def sample(name: str) -> bytes:
    """One of COMPLETE, drawn once a process."""
    return COMPLETE[name]()


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """One of COMPLETE with up to eight places overwritten."""
    photo = bytearray(sample(draw(st.sampled_from(sorted(COMPLETE)))))
    for place, replacement in draw(st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), min_size=1, max_size=8)):
        # Headers are short: squaring the place sends most edits there.
        start = int(place * place * len(photo))
        photo[start : start + len(replacement)] = replacement
    return bytes(photo)


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def main(folder: Path) -> None:
    """Write one of each into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    broken = {"truncated": truncated(jpeg()), "pixel_bomb": pixel_bomb(), "tiny": tiny(), "document": document(), "wall": wall(), "video": video()}
    turned = {f"turned_{orientation}": turned_jpeg(orientation) for orientation in _STORED}
    for name, photo in {**{name: draw() for name, draw in COMPLETE.items()}, **turned, **broken}.items():
        (folder / name).write_bytes(photo)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
