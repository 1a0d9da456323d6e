"""The reading path: bytes of a 12-megapixel JPEG to an outcome, on one thread, beside its floor and beside the plain way of doing it."""

import statistics
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from time import perf_counter

import numpy as np
from PIL import Image

from dev.layout import BASE_DIR
from screening.classifiers import registry
from screening.classifiers.engine import serving_engine
from screening.classifiers.retina import PROGRAMME, read_photo
from screening.imaging.decode import decode, encode_view
from screening.imaging.geometry import find_field, inner_crop
from screening.imaging.overlay import attention_png
from screening.imaging.quality import measure

ROUNDS = 15
_SAMPLE = BASE_DIR / "dev" / "samples" / "retina" / "moderate_right.jpg"
# A process of its own, so that neither the bench's imports nor torch count.
_MEMORY = """
import sys
from screening.classifiers.retina import read_photo
photo = sys.stdin.buffer.read()
for _ in range(3):
    read_photo(photo)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(int(status["VmHWM"].split()[0]) // 1024)
"""


def twelve_megapixels() -> bytes:
    """A free sample enlarged to 4000 by 3000 px with sensor noise, as a camera's JPEG of quality 90."""
    with Image.open(_SAMPLE) as sample:
        large = np.asarray(sample.convert("RGB").resize((4000, 3000), Image.Resampling.BICUBIC)).astype(np.int16)
    noise = np.random.default_rng(1).normal(0, 4, large.shape[:2])[:, :, None].astype(np.int16)
    file = BytesIO()
    Image.fromarray(np.clip(large + noise, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


def run(photo: bytes) -> dict[str, str]:
    """Interleaved rounds of every step and of the plain way; medians, shares and ratios."""
    read_photo(photo)
    plain = _plain_way()
    plain(photo)
    rounds = [{"whole": _seconds(read_photo, photo), "plain": _seconds(plain, photo), **_steps(photo)} for _ in range(ROUNDS)]
    median = {name: statistics.median(found[name] for found in rounds) for name in rounds[0]}
    steps = {name: seconds for name, seconds in median.items() if name not in ("whole", "plain")}
    floor = median["decode"] + median["engine"]
    return {
        "photos per second and core": f"{1 / median['whole']:.1f}",
        **{f"share of {name}": f"{100 * seconds / median['whole']:.0f} %" for name, seconds in steps.items()},
        "against the floor (scaled decode + engine)": f"{median['whole'] / floor:.2f}",
        "faster than full Pillow decode + torch eager": f"{median['plain'] / median['whole']:.1f}",
        "peak memory of a process": f"{_peak_memory(photo)} MB",
    }


def _steps(photo: bytes) -> dict[str, float]:
    """Seconds of each step, one after the other on the same photo."""
    found = {}
    engine = serving_engine(PROGRAMME)
    started = perf_counter()

    def lap(name: str) -> None:
        nonlocal started
        now = perf_counter()
        found[name], started = now - started, perf_counter()

    pixels, (width, _) = decode(photo)
    lap("decode")
    field = find_field(pixels)
    crop = inner_crop(pixels, field, registry.live(PROGRAMME).input_px)
    lap("finding and cropping the field")
    answer = engine(crop)
    lap("engine")
    measure(crop, field, width / pixels.shape[1])
    lap("quality")
    attention_png(answer.activation, field, pixels.shape[1], pixels.shape[0])
    lap("attention map")
    encode_view(pixels)
    lap("view")
    return found


def _plain_way() -> Callable[[bytes], None]:
    """What one would write first: full decode by Pillow, then torch eager on one thread."""
    import torch

    from screening.classifiers.network import load_network

    torch.set_num_threads(1)
    card = registry.live(PROGRAMME)
    network = load_network(card.weights)

    def read(photo: bytes) -> None:
        with Image.open(BytesIO(photo)) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        crop = inner_crop(pixels, find_field(pixels), card.input_px)
        with torch.inference_mode():
            network(torch.from_numpy(crop[None]))

    return read


def _seconds(read: Callable[[bytes], object], photo: bytes) -> float:
    started = perf_counter()
    read(photo)
    return perf_counter() - started


def _peak_memory(photo: bytes) -> int:
    done = subprocess.run([sys.executable, "-c", _MEMORY], input=photo, capture_output=True, cwd=BASE_DIR, check=True)
    return int(done.stdout)
