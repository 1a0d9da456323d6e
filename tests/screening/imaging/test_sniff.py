"""The door: complete photos of every accepted format enter, everything else is refused with a stable code and both numbers."""

import ast
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.imaging import sniff as module
from screening.imaging.sniff import ACCEPTED, MAX_BYTES, MAX_PIXELS, MIN_SIDE, Rejected, Sniffed, sniff
from tests import photos

FORMAT_OF = {"motion_photo": "jpeg", "mpo": "mpo", "webp": "webp", "heic": "heic"}
MAGICS = [
    b"\xff\xd8\xff",
    b"\xff\xd8\xff\xe1",
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR",
    b"RIFF\x40\x00\x00\x00WEBPVP8X",
    b"\x00\x00\x00\x18ftypheic",
]
STRANGERS = [b"\xff", b"%PDF-1.7\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"PK\x03\x04" + bytes(50), "你好".encode()]


class CountingReader(BytesIO):
    """Counts what is read, as a reader that must decrypt it would feel it."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.bytes_read = self.reads = 0

    def read(self, size: Any = -1, /) -> bytes:
        portion = super().read(size)
        self.bytes_read += len(portion)
        self.reads += 1
        return portion


def sniffed(photo: bytes) -> Sniffed:
    return sniff(BytesIO(photo), len(photo))


def rejected(photo: bytes) -> Rejected:
    with pytest.raises(Rejected) as refusal:
        sniffed(photo)
    return refusal.value


@pytest.mark.parametrize("name", photos.COMPLETE)
def test_every_accepted_format_enters_with_its_dimensions(name: str) -> None:
    photo = photos.sample(name)
    expected = FORMAT_OF.get(name, name.rpartition("_")[2].removesuffix("16"))
    assert sniffed(photo) == Sniffed(expected, 320, 240, len(photo))


@pytest.mark.parametrize("photo", [photos.webp(lossless=True), photos.webp(exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00")])
def test_all_three_layouts_of_webp_tell_their_dimensions(photo: bytes) -> None:
    found = sniffed(photo)
    assert (found.format, found.width, found.height) == ("webp", 320, 240)


def test_a_tiled_heic_is_as_large_as_its_picture_and_not_as_its_tiles() -> None:
    found = sniffed(photos.heic(900, 700, tile_size=256))
    assert (found.format, found.width, found.height) == ("heic", 900, 700)


@pytest.mark.parametrize("name", photos.COMPLETE)
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_photo_cut_short_never_enters(name: str, share: float) -> None:
    photo = photos.sample(name)
    whole = photo[: photo.index(b"\xff\xd9", 1000)] if name in ("mpo", "motion_photo") else photo
    refusal = rejected(photos.truncated(whole, share))
    assert refusal.code == "truncated"
    assert refusal.found == int(len(whole) * share)


def test_the_end_marker_of_an_embedded_thumbnail_does_not_count_as_the_end() -> None:
    photo = photos.located_jpeg()
    assert b"\xff\xd9" in photo[: len(photo) // 2]
    assert rejected(photo[:-2]).code == "truncated"


def test_fill_bytes_before_a_marker_and_stray_bytes_between_segments_are_stepped_over() -> None:
    photo = photos.jpeg()
    assert sniffed(photo[:2] + b"\xff" * 5000 + photo[2:]).width == 320
    first_segment_ends = 4 + int.from_bytes(photo[4:6], "big")
    assert sniffed(photo[:first_segment_ends] + bytes(40) + photo[first_segment_ends:]).width == 320


def test_a_webp_of_another_length_than_it_says_is_rejected() -> None:
    photo = photos.webp()
    refusal = rejected(photo + b"appended")
    assert (refusal.code, refusal.found, refusal.limit) == ("wrong_length", len(photo) + 8, len(photo))


@pytest.mark.parametrize("trailer", [b"\x00\x00\x01\x00mpvd" + bytes(248), bytes(300), b"SEFT"])
def test_a_heic_motion_photo_enters(trailer: bytes) -> None:
    assert sniffed(photos.heic() + trailer).format == "heic"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (photos.encoded(photos.scene(), "GIF"), "gif"),
        (photos.encoded(photos.scene(), "TIFF"), "tiff"),
        (photos.encoded(photos.scene(), "BMP"), "bmp"),
        (photos.encoded(photos.scene(), "JPEG2000"), "jpeg 2000"),
        (photos.encoded(photos.scene(), "ICO"), "icon"),
        (photos.avif(), "avif"),
        (photos.video(), "video"),
        (bytes(128) + b"DICM" + bytes(400), "dicom"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_picture_of_another_format_is_told_which_one_it_is_and_which_are_taken(content: bytes, found: str) -> None:
    refusal = rejected(content)
    assert (refusal.code, refusal.found, refusal.limit) == ("unknown_format", found, ACCEPTED)


@pytest.mark.parametrize("content", STRANGERS)
def test_what_is_no_picture_is_called_so(content: bytes) -> None:
    assert rejected(content).code == "not_an_image"


def test_an_empty_file_is_called_empty() -> None:
    assert rejected(b"").code == "empty"


def test_each_limit_is_told_with_the_found_value() -> None:
    with pytest.raises(Rejected) as refusal:
        sniff(BytesIO(photos.jpeg()), MAX_BYTES + 1)
    assert (refusal.value.code, refusal.value.found, refusal.value.limit) == ("too_many_bytes", MAX_BYTES + 1, MAX_BYTES)
    refusals = [rejected(photo) for photo in (photos.pixel_bomb(), photos.tiny(), photos.wide_sliver())]
    assert [(refusal.code, refusal.found, refusal.limit) for refusal in refusals] == [
        ("too_many_pixels", 3_600_000_000, MAX_PIXELS),
        ("too_small", 90, MIN_SIDE),
        ("too_small", 127, MIN_SIDE),
    ]


def test_the_limits_themselves_are_allowed() -> None:
    assert sniffed(photos.jpeg(128, 128)).height == 128
    assert sniffed(photos.png_of(10_000, 10_000, b"")).width == 10_000
    assert rejected(photos.png_of(10_000, 10_001, b"")).code == "too_many_pixels"


@pytest.mark.parametrize(
    "slow",
    [
        b"\xff\xd8" + b"\xff\xe1\x00\x02" * 500_000,
        b"\xff\xd8" + b"\xff" * 2_000_000,
        b"\xff\xd8\xff\xe1\x00\x02" + (bytes(17) + b"\xff\xe1\x00\x02") * 100_000,
        photos.png()[:33] + b"\x00\x00\x00\x00tEXt\x00\x00\x00\x00" * 170_000,
        b"\x00\x00\x00\x18ftypheic" + bytes(12) + b"\x00\x00\x00\x08free" * 250_000,
    ],
    ids=["segments", "fill", "stray", "chunks", "boxes"],
)
def test_a_file_made_to_be_slow_is_given_up_after_bounded_reading(slow: bytes) -> None:
    reader = CountingReader(slow)
    with pytest.raises(Rejected):
        sniff(reader, len(slow))
    assert reader.reads <= 110_000
    assert reader.bytes_read <= 2 * len(slow) + 1_000_000


def _outcome(content: bytes) -> None:
    reader = CountingReader(content)
    found: Sniffed | Rejected
    try:
        found = sniff(reader, len(content))
    except Rejected as refusal:
        found = refusal
    assert reader.bytes_read <= 4 * len(content) + 1000
    if isinstance(found, Sniffed):
        assert min(found.width, found.height) >= MIN_SIDE
        assert found.width * found.height <= MAX_PIXELS


@given(st.binary(max_size=400) | st.builds(lambda magic, rest: magic + rest, st.sampled_from(MAGICS), st.binary(max_size=400)))
@settings(deadline=None)
def test_any_bytes_are_sniffed_or_rejected_with_bounded_reads(content: bytes) -> None:
    _outcome(content)


@given(photos.mutations())
@settings(deadline=None)
def test_any_mutation_of_a_real_photo_is_sniffed_or_rejected_with_bounded_reads(photo: bytes) -> None:
    _outcome(photo)


@given(name=st.sampled_from(sorted(photos.COMPLETE)), start=st.floats(0, 1), length=st.integers(1, 300))
@settings(deadline=None)
def test_a_photo_with_bytes_missing_inside_is_sniffed_or_rejected(name: str, start: float, length: int) -> None:
    photo = photos.sample(name)
    cut = int(start * start * len(photo))
    _outcome(photo[:cut] + photo[cut + length :])


def test_the_door_neither_decodes_nor_knows_the_framework() -> None:
    tree = ast.parse(Path(module.__file__).read_text())
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= {"re", "struct", "collections.abc", "dataclasses", "typing"}


def test_the_end_is_found_however_long_the_video_behind_it_is_and_across_every_window() -> None:
    photo = photos.jpeg()
    assert sniffed(photo + bytes(3_000_000)).format == "jpeg"
    scan = photo.index(b"\xff\xda") + 2 + 12
    for place in range(module._WINDOW - 3, module._WINDOW + 2):
        filler = bytes(scan + place - len(photo[:-2]))
        assert sniffed(photo[:-2] + filler + b"\xff\xd9" + bytes(200_000)).format == "jpeg"


def test_most_photos_are_told_complete_from_their_last_bytes() -> None:
    photo = photos.encoded(photos.scene(2000, 1500).effect_spread(40), "JPEG", quality=95)
    reader = CountingReader(photo)
    sniff(reader, len(photo))
    assert reader.bytes_read < 70_000 < len(photo)
