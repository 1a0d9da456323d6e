"""What is measured of a skin photo without a model."""

import numpy as np
import pytest
from PIL import Image

from screening.imaging.geometry import Pixels
from screening.imaging.skin_crop import middle_square, square_crop
from screening.imaging.skin_gate import SMALLEST_SIDE, failing, measure


def skin(level: float = 1.0, grain: float = 6.0) -> Pixels:
    """Flat skin of a middling tone with pores."""
    rng = np.random.default_rng(0)
    pores = rng.normal(0, grain, (256, 256, 1))
    return np.clip((np.array([190, 140, 115]) + pores) * level, 0, 255).astype(np.uint8)


def test_ordinary_skin_passes() -> None:
    assert failing(measure(skin(), 800)) == set()


@pytest.mark.parametrize(
    ("crop", "side", "missed"),
    [
        (skin(0.25), 800, "too_dark"),
        (skin(1.9), 800, "too_bright"),
        (skin(grain=0.2), 800, "blur"),
        (skin(), SMALLEST_SIDE - 1, "too_small"),
    ],
    ids=["dark", "bright", "blurred", "small"],
)
def test_each_fault_has_its_code(crop: Pixels, side: int, missed: str) -> None:
    assert missed in failing(measure(crop, side))


def test_a_photo_taken_in_motion_is_blurred() -> None:
    streaks = np.mean([np.roll(skin().astype(np.float32), step, 1) for step in range(12)], axis=0).astype(np.uint8)
    assert failing(measure(streaks, 800)) == {"blur"}


@pytest.mark.parametrize("tone", [(236, 188, 160), (198, 134, 100), (141, 85, 54), (90, 56, 40)], ids=["I", "III", "V", "VI"])
def test_every_tone_of_skin_has_a_skin_hue_and_enough_light(tone: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(1)
    crop = np.clip(np.array(tone) * (1 + rng.normal(0, 0.12, (256, 256, 1))), 0, 255).astype(np.uint8)
    measured = measure(crop, 800)
    assert measured.skin_hued > 0.9
    assert failing(measured) == set()


def test_grey_green_and_blue_have_no_skin_hue() -> None:
    for colour in ((120, 120, 120), (60, 140, 70), (70, 90, 180)):
        assert measure(np.full((256, 256, 3), colour, np.uint8), 800).skin_hued == 0


def test_the_square_is_the_middle_of_the_frame() -> None:
    wide = np.zeros((100, 300, 3), np.uint8)
    wide[:, 96:204] = 255
    assert (square_crop(wide, middle_square(wide), 50) == 255).all()
    tall = np.asarray(Image.fromarray(wide).rotate(90, expand=True))
    assert (square_crop(tall, middle_square(tall), 50) == 255).all()
