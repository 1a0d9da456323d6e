"""Where the field lies, whatever the frame; and one upright picture for all eight orientations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from screening.imaging.geometry import disc_mask, find_field, inner_crop, upright

_STORED_AS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


def disc(width: int, height: int, x: float, y: float, radius: float) -> NDArray[np.uint8]:
    """A lit disc with some structure on a dark, slightly noisy surround."""
    rng = np.random.default_rng(1)
    across, down = np.arange(width)[None, :] + 0.5, np.arange(height)[:, None] + 0.5
    inside = (across - x) ** 2 + (down - y) ** 2 < radius**2
    texture = 120 + 30 * np.sin(across / 9) * np.cos(down / 7)
    red = np.where(inside, texture, 4) + rng.normal(0, 1.5, (height, width))
    return np.clip(np.stack([red, red * 0.6, red * 0.3], axis=2), 0, 255).astype(np.uint8)


@given(
    orientation=st.sampled_from(sorted(_STORED_AS)),
    shape=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    seed=st.integers(0, 99),
)
def test_every_exif_orientation_comes_upright_to_the_same_array(orientation: int, shape: tuple[int, int], seed: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert np.array_equal(upright(_STORED_AS[orientation](picture), orientation), picture)


def test_an_unknown_orientation_changes_nothing() -> None:
    picture = disc(40, 30, 20, 15, 12)
    assert np.array_equal(upright(picture, 0), picture)
    assert np.array_equal(upright(picture, 77), picture)


@pytest.mark.parametrize(
    ("width", "height", "x", "y", "radius"),
    [(512, 512, 256, 256, 250), (640, 480, 320, 240, 230), (900, 600, 450, 300, 440), (800, 800, 380, 430, 260)],
    ids=["whole", "wide frame", "cut above and below", "off the middle"],
)
def test_the_field_is_found_whole_or_cut(width: int, height: int, x: float, y: float, radius: float) -> None:
    field = find_field(disc(width, height, x, y, radius))
    assert field.found
    assert abs(field.x - x) < 0.02 * width
    assert abs(field.y - y) < 0.03 * height
    assert abs(field.radius - radius) < 0.03 * radius


def test_a_cut_field_tells_how_much_of_it_is_shown() -> None:
    whole, cut = find_field(disc(512, 512, 256, 256, 240)), find_field(disc(600, 300, 300, 150, 290))
    assert whole.visible > 0.99
    assert 0.5 < cut.visible < 0.75


def test_without_a_dark_surround_the_frame_stands_for_the_field() -> None:
    field = find_field(np.full((300, 400, 3), 90, np.uint8))
    assert not field.found
    assert (field.x, field.y, field.radius) == (200, 150, 200)


@settings(max_examples=15, deadline=None)
@given(scale=st.floats(0.5, 2.0), size=st.sampled_from([64, 96]))
def test_the_inner_crop_does_not_depend_on_the_size_of_the_photo(scale: float, size: int) -> None:
    reference = disc(400, 400, 200, 200, 180)
    side = round(400 * scale)
    other = disc(side, side, side / 2, side / 2, 180 * side / 400)
    middles = [inner_crop(photo, find_field(photo), size)[size // 4 : -size // 4, size // 4 : -size // 4].mean() for photo in (reference, other)]
    assert abs(middles[0] - middles[1]) < 8


def test_what_lies_outside_the_disc_is_grey() -> None:
    photo = disc(600, 300, 300, 150, 290)
    crop = inner_crop(photo, find_field(photo), 96)
    assert (crop[~disc_mask(96)] == 128).all()
    assert (crop[0, 48] == 128).all()
