"""The reading itself, bytes to outcome on one core without a database: beside its floor and beside the plain way of doing it."""

import statistics
from collections.abc import Callable
from io import BytesIO
from time import process_time

import numpy as np
import simplejpeg
from PIL import Image

from bench.clocks import cpu_seconds
from bench.subjects import Subject, camera_photo
from screening.classifiers import registry
from screening.classifiers.engine import serving_engine
from screening.imaging.decode import decode, encode_view
from screening.imaging.overlay import attention_png

ROUNDS = 15
_LEAST_SIDE = 512


def run(subject: Subject) -> dict[str, str]:
    """Interleaved rounds of the path, its floor, the plain way and every step; medians of processor time."""
    photo = camera_photo(subject)
    floor, plain = floor_of(subject), _plain_way(subject)
    ways: dict[str, Callable[[], object]] = {
        "path": lambda: subject.read_photo(photo),
        "floor": lambda: floor(photo),
        "plain": lambda: plain(photo),
    }
    for way in ways.values():
        way()
    rounds = [{name: cpu_seconds(way) for name, way in ways.items()} | _steps(subject, photo) for _ in range(ROUNDS)]
    median = {name: statistics.median(found[name] for found in rounds) for name in rounds[0]}
    return {
        "version, size": f"{registry.live(subject.programme).name}, {registry.live(subject.programme).input_px} px",
        "photos per core second": f"{1 / median['path']:.1f} ({1000 * median['path']:.0f} ms)",
        **{f"share of {name}": f"{100 * seconds / median['path']:.1f} %" for name, seconds in median.items() if name not in ways},
        "against the floor (scaled decode + engine)": f"{_ratio(rounds, 'path', 'floor'):.2f}",
        "faster than full Pillow decode + torch eager": f"{_ratio(rounds, 'plain', 'path'):.1f}",
    }


def floor_of(subject: Subject) -> Callable[[bytes], None]:
    """The least there is to do: the fastest scaled decode that PLATFORM.md knows, and the network once at the size served."""
    card = registry.live(subject.programme)
    engine, square = serving_engine(card), np.zeros((card.input_px, card.input_px, 3), np.uint8)

    def read(photo: bytes) -> None:
        simplejpeg.decode_jpeg(photo, "RGB", fastdct=True, fastupsample=True, min_height=_LEAST_SIDE, min_width=_LEAST_SIDE)
        engine(square)

    return read


def _ratio(rounds: list[dict[str, float]], above: str, below: str) -> float:
    return statistics.median(found[above] / found[below] for found in rounds)


def _steps(subject: Subject, photo: bytes) -> dict[str, float]:
    """Processor seconds of each step, one after the other on the same photo."""
    found = {}
    card = registry.live(subject.programme)
    engine = serving_engine(card)
    started = process_time()

    def lap(name: str) -> None:
        nonlocal started
        found[name], started = process_time() - started, process_time()

    pixels, (width, height) = decode(photo)
    lap("decode")
    field = subject.locate(pixels)
    crop = subject.crop(pixels, field, card.input_px)
    lap("finding and cropping")
    answer = engine(crop)
    lap("engine")
    subject.gate(crop, field, width / pixels.shape[1], min(width, height))
    lap("quality")
    attention_png(answer.activation, field, pixels.shape[1], pixels.shape[0], subject.inner)
    lap("attention map")
    encode_view(pixels)
    lap("view")
    return found


def _plain_way(subject: Subject) -> Callable[[bytes], None]:
    """What one would write first: full decode by Pillow, then torch eager on one thread."""
    import torch

    from screening.classifiers.network import load_network

    torch.set_num_threads(1)
    card = registry.live(subject.programme)
    network = load_network(card.weights)

    def read(photo: bytes) -> None:
        with Image.open(BytesIO(photo)) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        crop = subject.crop(pixels, subject.locate(pixels), card.input_px)
        with torch.inference_mode():
            network(torch.tensor(crop[None]))

    return read
