"""What the bytes of a photo tell without decoding it: format, size and whether they are all there.

Called at the door with a decrypting reader. Only containers are walked, in bounded steps; what only a decode can tell (corrupt inside, wrong
kind) becomes an outcome later. Sources: ITU-T T.81 annex B (JPEG), CIPA DC-007 (MPO), W3C PNG 3rd edition, WebP container specification
(RFC 9649), ISO/IEC 14496-12 and 23008-12 (HEIF).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

MAX_BYTES = 50 * 1024 * 1024
MAX_PIXELS = 100_000_000
MIN_SIDE = 128
ACCEPTED = "JPEG, PNG, WebP, HEIC, MPO"

# A file made to be slow has millions of tiny parts; the longest honest ones stay far below.
_MOST_JPEG_SEGMENTS = 4_096
_MOST_PNG_CHUNKS = 100_000
_MOST_BOXES = 4_096
_MOST_META_BYTES = 4 * 1024 * 1024
_WINDOW = 1024 * 1024

_TAIL = 64 * 1024
_END_OF_IMAGE = b"\xff\xd9"
_MARKER = re.compile(rb"\xff[^\x00\xff]")

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_OTHER_IMAGES = {
    "gif": rb"GIF8[79]a",
    "tiff": rb"II\*\x00|MM\x00\*|II\+\x00|MM\x00\+",
    "bmp": rb"BM.{4}\x00{4}",
    "jpeg xl": rb"\xff\x0a|\x00\x00\x00\x0cJXL ",
    "jpeg 2000": rb"\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51",
    "icon": rb"\x00\x00\x01\x00.\x00",
    "photoshop": rb"8BPS",
    "dicom": rb".{128}DICM",
}


class Reader(Protocol):
    """A seekable file of bytes."""

    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...


@dataclass(frozen=True)
class Sniffed:
    """A photo that may enter. Width and height are as stored, before any rotation; `format` is jpeg, mpo, png, webp or heic."""

    format: str
    width: int
    height: int
    byte_size: int


class Rejected(Exception):
    """The bytes may not enter. `code` is stable; `found` and `limit` are what was met and what is allowed (words or numbers).

    Codes: empty, not_an_image, unknown_format, too_many_bytes, too_many_pixels, too_small (shorter side), truncated (limit: bytes the container
    needs, None where it is an end marker that lacks), wrong_length.
    """

    def __init__(self, code: str, found: int | str, limit: int | str | None) -> None:
        super().__init__(code)
        self.code, self.found, self.limit = code, found, limit


def sniff(reader: Reader, byte_size: int, *, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS, min_side: int = MIN_SIDE) -> Sniffed:
    """Format and dimensions of a complete photo of `byte_size` bytes. Raises Rejected, for any bytes at all, and nothing else."""
    if not byte_size:
        raise Rejected("empty", 0, 1)
    if byte_size > max_bytes:
        raise Rejected("too_many_bytes", byte_size, max_bytes)
    head = _at(reader, 0, 132)
    if head.startswith(b"\xff\xd8\xff"):
        name, width, height = _jpeg(reader, byte_size)
    elif head.startswith(b"\x89PNG\r\n\x1a\n"):
        name, width, height = _png(reader, byte_size)
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        name, width, height = _webp(reader, byte_size)
    elif head[4:8] == b"ftyp" and _is_heif(reader):
        name, width, height = _heic(reader, byte_size)
    else:
        raise _stranger(head)
    if width * height > max_pixels:
        raise Rejected("too_many_pixels", width * height, max_pixels)
    if min(width, height) < min_side:
        raise Rejected("too_small", min(width, height), min_side)
    return Sniffed(name, width, height, byte_size)


def _stranger(head: bytes) -> Rejected:
    for name, magic in _OTHER_IMAGES.items():
        if re.match(magic, head, re.DOTALL):
            return Rejected("unknown_format", name, ACCEPTED)
    if head[4:8] == b"ftyp":
        return Rejected("unknown_format", "avif" if b"avif" in head else "video", ACCEPTED)
    return Rejected("not_an_image", "unknown bytes", ACCEPTED)


def _at(reader: Reader, offset: int, size: int) -> bytes:
    reader.seek(offset)
    return reader.read(size)


def _exactly(reader: Reader, offset: int, size: int, byte_size: int) -> bytes:
    found = _at(reader, offset, size)
    if len(found) < size:
        raise Rejected("truncated", byte_size, offset + size)
    return found


def _jpeg(reader: Reader, byte_size: int) -> tuple[str, int, int]:
    name, dimensions, offset = "jpeg", None, 2
    for _ in range(_MOST_JPEG_SEGMENTS):
        offset, marker = _next_marker(reader, offset, byte_size)
        if marker == 0xD9:
            raise Rejected("truncated", byte_size, None)
        if marker in (0x01, *range(0xD0, 0xD9)):
            continue
        (length,) = struct.unpack(">H", _exactly(reader, offset, 2, byte_size))
        if length < 2:
            raise Rejected("wrong_length", length, 2)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and dimensions is None:
            height, width = struct.unpack(">HH", _exactly(reader, offset + 3, 4, byte_size))
            dimensions = width, height
        elif marker == 0xE2 and _at(reader, offset + 2, 4) == b"MPF\x00":
            name = "mpo"
        offset += length
        if marker == 0xDA:
            if dimensions is None:
                raise Rejected("not_an_image", "a scan without a frame", ACCEPTED)
            _seek_end_of_image(reader, offset, byte_size)
            return name, *dimensions
    raise Rejected("not_an_image", "too many segments", ACCEPTED)


def _next_marker(reader: Reader, offset: int, byte_size: int) -> tuple[int, int]:
    """The offset behind the next marker at or after `offset`, and its code; like libjpeg it steps over fill and stray bytes."""
    size = 16
    while window := _at(reader, offset, size):
        if marker := _MARKER.search(window):
            return offset + marker.end(), window[marker.end() - 1]
        offset += max(1, len(window) - 1)
        size = min(2 * size, _WINDOW)
    raise Rejected("truncated", byte_size, None)


def _seek_end_of_image(reader: Reader, offset: int, byte_size: int) -> None:
    # Sought behind the start of the scan: a thumbnail before it has an end marker of its own. Bytes behind the marker are legal
    # (MPO, motion photos). Inside the scan FF is always stuffed, so the pair stands for the marker alone.
    # Most photos end with it, and the end is the cheapest part to decrypt.
    if _END_OF_IMAGE in _at(reader, max(offset, byte_size - _TAIL), _TAIL):
        return
    reader.seek(offset)
    carried = b""
    while window := reader.read(_WINDOW):
        if _END_OF_IMAGE in carried + window:
            return
        carried = window[-1:]
    raise Rejected("truncated", byte_size, None)


def _png(reader: Reader, byte_size: int) -> tuple[str, int, int]:
    length, kind, width, height = struct.unpack(">I4sII", _exactly(reader, 8, 16, byte_size))
    if kind != b"IHDR" or length != 13:
        raise Rejected("not_an_image", "no PNG header", ACCEPTED)
    offset = 8
    for _ in range(_MOST_PNG_CHUNKS):
        length, kind = struct.unpack(">I4s", _exactly(reader, offset, 8, byte_size))
        offset += length + 12
        if offset > byte_size:
            raise Rejected("truncated", byte_size, offset)
        if kind == b"IEND":
            return "png", width, height
    raise Rejected("not_an_image", "too many chunks", ACCEPTED)


def _webp(reader: Reader, byte_size: int) -> tuple[str, int, int]:
    (length,) = struct.unpack("<I", _exactly(reader, 4, 4, byte_size))
    if length + 8 > byte_size:
        raise Rejected("truncated", byte_size, length + 8)
    # Some writers leave the last chunk's pad byte out of the length.
    if byte_size > length + 8 + (length & 1):
        raise Rejected("wrong_length", byte_size, length + 8)
    head = _exactly(reader, 12, 18, byte_size)
    if head[:4] == b"VP8X":
        return ("webp", 1 + int.from_bytes(head[12:15], "little"), 1 + int.from_bytes(head[15:18], "little"))
    if head[:4] == b"VP8L" and head[8] == 0x2F:
        bits = int.from_bytes(head[9:13], "little")
        return "webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if head[:4] == b"VP8 " and head[11:14] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[14:18])
        return "webp", width & 0x3FFF, height & 0x3FFF
    raise Rejected("not_an_image", "no WebP frame", ACCEPTED)


def _is_heif(reader: Reader) -> bool:
    size = int.from_bytes(_at(reader, 0, 4), "big")
    brands = _at(reader, 8, min(size, 512) - 8) if size >= 16 else b""
    major, compatible = (brands[:4], {brands[start : start + 4] for start in range(8, len(brands), 4)})
    return major in _HEIF_BRANDS and not {major, *compatible} & {b"avif", b"avis"}


def _heic(reader: Reader, byte_size: int) -> tuple[str, int, int]:
    dimensions, offset = (0, 0), 0
    seen: set[bytes] = set()
    for _ in range(_MOST_BOXES):
        # Phones put a motion photo's video behind the picture's boxes, boxed or not.
        if offset == byte_size or ({b"meta", b"mdat"} <= seen and not _looks_like_box(_at(reader, offset, 8))):
            break
        size, kind, header = _box(_at(reader, offset, 16), byte_size - offset, byte_size)
        if offset + size > byte_size:
            raise Rejected("truncated", byte_size, offset + size)
        if kind == b"meta" and b"meta" not in seen:
            dimensions = _largest_item(_at(reader, offset + header, min(size - header, _MOST_META_BYTES)), byte_size)
        seen.add(kind)
        offset += size
    if not {b"meta", b"mdat"} <= seen:
        raise Rejected("truncated", byte_size, None)
    return "heic", *dimensions


def _looks_like_box(head: bytes) -> bool:
    return len(head) == 8 and head[4:].isalnum()


def _box(head: bytes, remaining: int, byte_size: int) -> tuple[int, bytes, int]:
    """Size, kind and header length of the box that starts with `head`; a size of 0 reaches to the end."""
    if len(head) < 8:
        raise Rejected("truncated", byte_size, None)
    size, kind, header = int.from_bytes(head[:4], "big"), head[4:8], 8
    if size == 1:
        size, header = int.from_bytes(head[8:16], "big"), 16
    elif size == 0:
        size = remaining
    if size < header:
        raise Rejected("wrong_length", size, header)
    return size, kind, header


def _inner(box: bytes, wanted: bytes, byte_size: int) -> Iterator[bytes]:
    """The bodies of the boxes of one kind directly inside a box's body."""
    offset = 0
    for _ in range(_MOST_BOXES):
        if offset >= len(box):
            return
        size, kind, header = _box(box[offset : offset + 16], len(box) - offset, byte_size)
        if kind == wanted:
            yield box[offset + header : offset + size]
        offset += size


def _largest_item(meta: bytes, byte_size: int) -> tuple[int, int]:
    """Width and height of the largest image a HEIF file describes: the picture, not its tiles or thumbnail."""
    sizes = [
        struct.unpack(">II", ispe[4:12])
        for properties in _inner(meta[4:], b"iprp", byte_size)
        for container in _inner(properties, b"ipco", byte_size)
        for ispe in _inner(container, b"ispe", byte_size)
        if len(ispe) >= 12
    ]
    if not sizes:
        raise Rejected("not_an_image", "no picture in the container", ACCEPTED)
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return width, height
