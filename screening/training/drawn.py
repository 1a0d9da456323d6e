"""Pictures that a program draws and that are no retina: documents, walls, gradients, layered sections like OCT, plain shapes."""

import numpy as np
from PIL import Image, ImageDraw

from screening.imaging.geometry import Pixels

KINDS = ("document", "wall", "gradient", "layers", "shapes", "ball")


def draw(name: str) -> Pixels:
    """The picture called ``kind-number``; the same name always gives the same pixels."""
    kind, number = name.split("-")
    rng = np.random.default_rng([KINDS.index(kind), int(number)])
    size = (int(rng.integers(300, 900)), int(rng.integers(300, 900)))
    picture = {
        "document": _document,
        "wall": _wall,
        "gradient": _gradient,
        "layers": _layers,
        "shapes": _shapes,
        "ball": _ball,
    }[kind](rng, size)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _document(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    picture = Image.new("RGB", size, tuple(int(level) for level in rng.integers(215, 256, 3)))
    pen = ImageDraw.Draw(picture)
    pitch = int(rng.integers(9, 30))
    for top in range(20, size[1] - 20, pitch):
        x = 20
        while x < size[0] * rng.uniform(0.6, 0.95):
            word = int(rng.integers(8, 60))
            pen.rectangle([x, top, x + word, top + pitch // 2], fill=int(rng.integers(0, 80)) * 0x010101)
            x += word + int(rng.integers(4, 14))
    return np.asarray(picture).astype(float) + rng.normal(0, rng.uniform(0, 6), (size[1], size[0], 1))


def _wall(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    light = np.linspace(rng.uniform(0.6, 1), rng.uniform(0.6, 1), size[0])[None, :, None]
    return rng.uniform(30, 255, 3) * light * np.ones((size[1], 1, 1)) + rng.normal(0, rng.uniform(1, 8), (size[1], size[0], 1))


def _gradient(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    across, down = np.linspace(0, 1, size[0])[None, :, None], np.linspace(0, 1, size[1])[:, None, None]
    return rng.uniform(0, 255, 3) + rng.uniform(-200, 200, 3) * across + rng.uniform(-200, 200, 3) * down


def _layers(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    x, y = np.arange(size[0])[None, :], np.arange(size[1])[:, None]
    picture = rng.gamma(1.5, 12, (size[1], size[0]))
    middle = size[1] * rng.uniform(0.35, 0.6) - size[1] * 0.1 * np.cos((x / size[0] - rng.uniform(0.3, 0.7)) * rng.uniform(2, 7))
    for offset in np.sort(rng.uniform(0, 0.3, 6)) * size[1]:
        picture += rng.uniform(40, 130) * np.exp(-(((y - middle - offset) / rng.uniform(4, 16)) ** 2))
    tint = np.array([1, 1, 1]) if rng.random() < 0.7 else rng.uniform(0.3, 1, 3)
    return picture[:, :, None] * tint


def _shapes(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    picture = Image.new("RGB", size, tuple(int(level) for level in rng.integers(0, 256, 3)))
    pen = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(2, 25))):
        x, y = rng.integers(0, size[0]), rng.integers(0, size[1])
        box = [int(x), int(y), int(x + rng.integers(10, 300)), int(y + rng.integers(10, 300))]
        fill = tuple(int(level) for level in rng.integers(0, 256, 3))
        (pen.ellipse if rng.random() < 0.5 else pen.rectangle)(box, fill=fill)
    return np.asarray(picture).astype(float)


def _ball(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """A shaded disc on black: the outline of a fundus photo with nothing of a retina in it."""
    x, y = np.arange(size[0])[None, :] - size[0] / 2, np.arange(size[1])[:, None] - size[1] / 2
    radius = min(size) * rng.uniform(0.35, 0.55)
    light = np.clip(1 - ((x - rng.uniform(-60, 60)) ** 2 + (y - rng.uniform(-60, 60)) ** 2) / (radius * rng.uniform(1.2, 3)) ** 2, 0.1, 1)
    disc = (x**2 + y**2 < radius**2)[:, :, None]
    return disc * light[:, :, None] * rng.uniform(40, 255, 3) + rng.normal(0, rng.uniform(0, 5), (size[1], size[0], 1))
