"""The skin's reading path: bytes of a 12-megapixel JPEG of a spot to an outcome, on one thread, beside its floor."""

import statistics
from collections.abc import Callable
from io import BytesIO
from time import perf_counter

import numpy as np
from PIL import Image

from dev.layout import BASE_DIR
from screening.classifiers import registry
from screening.classifiers.engine import serving_engine
from screening.classifiers.skin import PROGRAMME, read_photo
from screening.imaging.decode import decode

ROUNDS = 15
_SAMPLE = BASE_DIR / "dev" / "samples" / "skin" / "nev_PAT_244_374_726.jpg"


def run() -> dict[str, str]:
    """Interleaved rounds of the whole path and of its floor; medians and their ratio."""
    photo = _twelve_megapixels()
    size = registry.live(PROGRAMME).input_px
    engine, square = serving_engine(PROGRAMME), np.zeros((size, size, 3), np.uint8)
    read_photo(photo)

    def floor() -> None:
        decode(photo)
        engine(square)

    rounds = [(_seconds(lambda: read_photo(photo)), _seconds(floor)) for _ in range(ROUNDS)]
    whole = statistics.median(ours for ours, _ in rounds)
    return {
        "photos per second and core": f"{1 / whole:.1f}",
        "against the floor (scaled decode + engine)": f"{statistics.median(ours / least for ours, least in rounds):.2f}",
    }


def _twelve_megapixels() -> bytes:
    with Image.open(_SAMPLE) as sample:
        large = sample.convert("RGB").resize((4000, 3000), Image.Resampling.BICUBIC)
    file = BytesIO()
    large.save(file, "JPEG", quality=90)
    return file.getvalue()


def _seconds(do: Callable[[], object]) -> float:
    started = perf_counter()
    do()
    return perf_counter() - started
