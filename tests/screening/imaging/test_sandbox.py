"""Decoding in the jailed child: every accepted format comes out upright and plain, and no photo can hurt the worker."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray
from PIL import Image

from screening.imaging import sandbox
from screening.imaging.sandbox import ChildBroken, Undecodable, decode_in_child, full_view_in_child
from screening.imaging.upright import open_photo, orientation, upright_rgb
from tests import photos

SCENE: NDArray[np.uint8] = np.asarray(photos.scene())


def difference(pixels: NDArray[np.uint8], expected: NDArray[np.uint8]) -> float:
    """Mean absolute difference in grey levels."""
    assert pixels.shape == expected.shape
    return float(np.abs(pixels.astype(int) - expected.astype(int)).mean())


def refused(photo: bytes, **limits: float) -> str:
    with pytest.raises(Undecodable) as refusal:
        decode_in_child(photo, 256, **limits)  # type: ignore[arg-type]
    return refusal.value.reason


@pytest.mark.parametrize("name", [name for name in photos.COMPLETE if name not in {"png16", "transparent_png"}])
def test_every_accepted_format_decodes_to_the_same_picture(name: str) -> None:
    pixels = decode_in_child(photos.sample(name), 4000)
    assert pixels.dtype == np.uint8
    # Print colours lose a little on the way there and back.
    assert difference(pixels, SCENE) < (8 if name == "cmyk_jpeg" else 4)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("encoding", ["JPEG", "PNG", "WEBP"])
def test_all_eight_orientations_come_out_upright_once(orientation: int, encoding: str) -> None:
    with open_photo(BytesIO(photos.turned_jpeg(orientation, encoding))) as photo:
        assert difference(np.asarray(upright_rgb(photo, 4000)), SCENE) < 4


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_turned_heic_comes_out_upright_once(orientation: int) -> None:
    assert difference(decode_in_child(photos.turned_jpeg(orientation, "HEIF"), 4000), SCENE) < 4


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    row = decode_in_child(photos.png16(), 4000)[0, :, 0]
    assert np.abs(row.astype(int) - np.linspace(0, 255, 320).round()).max() <= 1


def test_what_is_transparent_comes_out_black() -> None:
    pixels = decode_in_child(photos.transparent_png(), 4000)
    assert not pixels[:, :160].any()
    assert difference(pixels[:, 160:], SCENE[:, 160:]) < 1


def test_a_colour_key_stays_sharp_when_the_picture_is_scaled() -> None:
    keyed = Image.new("RGB", (400, 400), (255, 255, 255))
    keyed.paste((255, 0, 255), (0, 0, 200, 400))
    pixels = decode_in_child(photos.encoded(keyed, "PNG", transparency=(255, 0, 255)), 100)
    assert not pixels[:, :45].any()
    assert (pixels[:, 55:] == 255).all()


def test_a_picture_is_scaled_down_to_the_longest_side_and_never_enlarged() -> None:
    assert decode_in_child(photos.jpeg(1600, 1200), 512).shape == (384, 512, 3)
    assert decode_in_child(photos.png(), 512).shape == (240, 320, 3)


def test_a_damaged_exif_block_does_not_refuse_the_picture_behind_it() -> None:
    photo = photos.turned_jpeg(1)
    damaged = photo.replace(b"Exif\x00\x00II*\x00", b"Exif\x00\x00II*\xff").replace(b"Exif\x00\x00MM\x00*", b"Exif\x00\x00MM\xff*")
    assert damaged != photo
    assert difference(decode_in_child(damaged, 4000), SCENE) < 4


def test_the_full_view_carries_no_place_no_camera_and_no_thumbnail() -> None:
    original = photos.located_jpeg()
    assert photos.MAKER.encode() in original
    view = full_view_in_child(original)
    assert photos.MAKER.encode() not in view
    assert [word for word in (b"Exif", b"http:", b"ICC_PROFILE", b"Photoshop") if word in view] == []
    assert view.count(b"\xff\xd8\xff") == 1
    with Image.open(BytesIO(view)) as opened:
        assert (opened.format, opened.size, dict(opened.getexif())) == ("JPEG", (320, 240), {})


@pytest.mark.parametrize("orientation", [6, 7])
def test_the_full_view_is_upright(orientation: int) -> None:
    with Image.open(BytesIO(full_view_in_child(photos.turned_jpeg(orientation)))) as view:
        assert difference(np.asarray(view), SCENE) < 5


def test_bad_photos_are_told_apart_by_reason() -> None:
    assert refused(photos.truncated(photos.jpeg(800, 600))) == "corrupt"
    assert refused(photos.png_of(400, 400, b"not packed")) == "corrupt"
    assert refused(photos.pixel_bomb()) == "too_big_in_memory"
    assert refused(photos.encoded(photos.scene(), "GIF")) == "unsupported"
    assert refused(b"") == "unsupported"


def test_a_bomb_within_the_pixel_limit_is_stopped_by_memory() -> None:
    assert refused(photos.heavy_png(8000), memory_mb=256) == "too_big_in_memory"


def test_a_hundred_megapixels_fit_the_default_memory() -> None:
    assert decode_in_child(photos.heavy_png(), 256).shape == (256, 256, 3)


def test_a_slow_photo_is_killed_in_time() -> None:
    photo = photos.heavy_png()
    started = monotonic()
    assert refused(photo, timeout_s=0.3) == "too_slow"
    assert monotonic() - started < 5


def test_a_photo_that_burns_its_processor_time_is_too_slow_and_not_too_big(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "WALL_PER_CPU", 60)
    jailed = f"import sys; sys.path.insert(0, {str(Path.cwd())!r}); from screening.imaging.decode_child import _jail; _jail(*map(int, sys.argv[3:]))"
    monkeypatch.setattr(sandbox, "_START", jailed + "\nwhile True:\n    pass")
    assert refused(photos.jpeg(), timeout_s=1) == "too_slow"


def test_a_child_that_cannot_start_is_our_fault_and_not_the_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_START", "raise SystemExit(1)")
    with pytest.raises(ChildBroken):
        decode_in_child(photos.jpeg(), 256)


def test_an_answer_of_another_size_than_it_announces_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_START", "import sys; sys.stdout.buffer.write(bytes([0, 0, 1, 0, 0, 0, 1, 0]) + bytes(99))")
    with pytest.raises(ChildBroken):
        decode_in_child(photos.jpeg(), 256)


JAILED = """
import json, os, socket, sys
sys.path.insert(0, sys.argv[1])
from screening.imaging import decode_child
decode_child._jail(5, 1 << 30, 100)
acts = {
    "file": lambda: open("/etc/hostname"),
    "socket": lambda: socket.socket(),
    "memory": lambda: bytearray(2 << 30),
    "long answer": lambda: os.write(1, bytes(101)) == 101 or 1 / 0,
    "signal to a stranger": lambda: os.kill(1, 0),
    "rights": lambda: os.setuid(0),
}
refused = []
for name, act in acts.items():
    try:
        act()
    except (OSError, MemoryError, ZeroDivisionError):
        refused.append(name)
os.ftruncate(1, 0)
os.lseek(1, 0, 0)
os.write(1, json.dumps(refused).encode()[:100])
"""


def test_the_jail_refuses_files_sockets_memory_long_answers_and_rights(tmp_path: Path) -> None:
    answer = tmp_path / "answer"
    with answer.open("wb") as file:
        subprocess.run([sys.executable, "-I", "-c", JAILED, str(Path.cwd())], env={}, stdout=file, check=True)
    assert json.loads(answer.read_text()) == ["file", "socket", "memory", "long answer", "signal to a stranger", "rights"]


def test_no_secret_and_no_open_file_of_the_parent_reaches_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SECRET", "leaked")
    # The listing itself is the fourth open file. Exit code 12 is "unsupported".
    clean = "'leaked' not in str(os.environ) and len(os.listdir('/proc/self/fd')) == 4"
    monkeypatch.setattr(sandbox, "_START", f"import os, sys; sys.exit(12 if {clean} else 0)")
    assert refused(photos.jpeg()) == "unsupported"


@given(photo=photos.mutations())
@settings(deadline=None, max_examples=25)
def test_any_mutation_of_a_real_photo_is_decoded_or_undecodable(photo: bytes) -> None:
    reason, longest = "", 0
    try:
        longest = max(decode_in_child(photo, 128).shape[:2])
    except Undecodable as refusal:
        reason = refusal.reason
    assert 0 < longest <= 128 or reason in {"corrupt", "too_slow", "too_big_in_memory", "unsupported"}


def test_asking_for_the_orientation_decodes_nothing() -> None:
    with open_photo(BytesIO(photos.png_of(400, 400, b"not packed"))) as photo:
        assert orientation(photo) == 1
    with open_photo(BytesIO(photos.turned_jpeg(8, "PNG"))) as photo:
        assert orientation(photo) == 8


def test_exif_behind_the_pixels_of_a_png_turns_it_too() -> None:
    photo = photos.turned_jpeg(6, "PNG")
    start = photo.index(b"eXIf") - 4
    end = start + 12 + int.from_bytes(photo[start : start + 4], "big")
    moved = photo[:start] + photo[end:-12] + photo[start:end] + photo[-12:]
    assert difference(decode_in_child(moved, 4000), SCENE) < 4
