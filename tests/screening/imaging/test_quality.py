"""Each measurable fault of a photo is named, and a sound one fails nothing."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from dev.layout import BASE_DIR
from screening.imaging.decode import decode
from screening.imaging.geometry import Field, find_field, inner_crop
from screening.imaging.quality import Measured, failing, likeliest, measure
from screening.training.defects import cut_off, moved


def sound() -> tuple[NDArray[np.uint8], Field]:
    pixels, _ = decode((BASE_DIR / "dev/samples/retina/none_right.jpg").read_bytes())
    return pixels, find_field(pixels)


def faults(pixels: NDArray[np.uint8], field: Field, scale: float = 1.0) -> set[str]:
    return failing(measure(inner_crop(pixels, field, 288), field, scale))


def test_a_sound_photo_fails_nothing() -> None:
    assert faults(*sound()) == set()


def test_a_dark_photo_is_too_dark() -> None:
    pixels, field = sound()
    assert "too_dark" in faults((pixels * 0.15).astype(np.uint8), field)


def test_a_washed_out_photo_is_too_bright() -> None:
    pixels, field = sound()
    assert "too_bright" in faults(np.clip(pixels * 1.5 + 130.0, 0, 255).astype(np.uint8), field)


def test_a_blurred_photo_is_blurred() -> None:
    pixels, field = sound()
    soft = np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(field.radius / 18)))
    assert faults(soft, field) == {"blur"}


@pytest.mark.parametrize("turn", [0, 45, 90])
def test_a_photo_of_a_moving_eye_is_blurred_whatever_the_direction(turn: int) -> None:
    pixels, field = sound()
    turned = np.asarray(Image.fromarray(pixels).rotate(turn))
    assert faults(moved(turned, field), field) == {"blur"}


def test_a_field_that_the_frame_cuts_through_the_middle_is_off_centre() -> None:
    pixels, field = sound()
    half = cut_off(pixels, field)
    assert "off_centre" in faults(half, find_field(half))


def test_a_small_field_is_too_small_by_the_pixels_of_the_original() -> None:
    pixels, field = sound()
    assert faults(pixels, field, scale=0.2) == {"too_small"}


def test_a_field_mostly_outside_the_frame_is_off_centre() -> None:
    pixels, field = sound()
    assert faults(pixels, Field(field.x, field.y, field.radius, True, 0.5)) == {"off_centre"}


@pytest.mark.parametrize(
    ("light", "detail", "named"), [(30.0, 4.0, "too_dark"), (200.0, 4.0, "too_bright"), (100.0, 0.9, "blur")], ids=["dark", "bright", "soft"]
)
def test_the_nearest_limit_names_what_only_the_model_saw(light: float, detail: float, named: str) -> None:
    assert likeliest(Measured(500, light, 0, 0, detail, 1)) == named
