"""One decode, the same upright picture from every format."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from screening.imaging.decode import LONGEST, Undecodable, decode, encode_view
from screening.imaging.upright import open_photo
from tests import photos


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_jpeg_is_decoded_upright_once(orientation: int) -> None:
    pixels, size = decode(photos.turned_jpeg(orientation))
    expected = np.asarray(photos.scene())
    assert size == photos.scene().size
    assert pixels.shape == expected.shape
    assert np.abs(pixels.astype(int) - expected).mean() < 4


@pytest.mark.parametrize("photo", [photos.png, photos.png16, photos.webp, photos.heic, photos.mpo, photos.cmyk_jpeg, photos.progressive_jpeg])
def test_other_formats_come_out_as_rgb_of_the_announced_size(photo) -> None:
    pixels, (width, height) = decode(photo())
    assert pixels.dtype == np.uint8
    assert pixels.shape == (height, width, 3)


def test_a_large_jpeg_comes_out_at_view_size_with_its_own_size_beside_it() -> None:
    pixels, size = decode(photos.jpeg(3000, 2000))
    assert size == (3000, 2000)
    assert 800 <= max(pixels.shape) <= LONGEST
    assert abs(pixels.shape[1] / pixels.shape[0] - 1.5) < 0.01


@pytest.mark.parametrize("photo", [b"", b"not a picture", photos.truncated(photos.jpeg(640, 480))], ids=["empty", "text", "cut short"])
def test_bytes_that_are_no_picture_are_undecodable(photo: bytes) -> None:
    with pytest.raises(Undecodable):
        decode(photo)


def test_the_view_carries_no_metadata() -> None:
    pixels, _ = decode(photos.located_jpeg())
    view = encode_view(pixels)
    assert photos.MAKER.encode() not in view
    with open_photo(BytesIO(view)) as picture:
        assert not picture.getexif()
        assert isinstance(picture, Image.Image)
