"""What computes logits. Serving uses ONNX Runtime on one thread; torch is the reference that tests hold it to (network.py)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from screening.classifiers.registry import ModelCard, live
from screening.imaging.geometry import Pixels

ENGINES = Path(__file__).resolve().parents[2] / "var" / "engines"
PATTERN = "pattern"
"""Name of the golden picture that needs no file."""

_TOLERANCE = 0.02


class EngineFault(Exception):
    """The engine file is missing or does not compute what was released: our fault, never the photo's."""


@dataclass(frozen=True)
class Answer:
    """Raw ``logits`` in the order of heads.HEADS; ``activation`` of *referable* over the crop, in logits, a coarse grid."""

    logits: NDArray[np.float32]
    activation: NDArray[np.float32]


class Engine(Protocol):
    """One inner crop in, one answer out."""

    def __call__(self, crop: Pixels) -> Answer: ...


class OnnxEngine:
    """ONNX Runtime session in single precision, one thread: scale by processes. Made after the fork, on first use."""

    def __init__(self, path: Path) -> None:
        import onnxruntime  # here, so that the web process, which reads no photo, does not carry it

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def __call__(self, crop: Pixels) -> Answer:
        logits, activation = self._session.run(None, {"pixels": crop[None]})
        return Answer(logits[0], activation[0])


def engine_path(card: ModelCard) -> Path:
    """Where the engine file of a version lies; its name is the hash of the weights it was made from."""
    return ENGINES / f"{card.programme}-{card.version}-{card.sha256[:16]}.onnx"


@cache
def serving_engine(programme: str) -> Engine:
    """The engine of the live version, checked against its golden pattern. Raises EngineFault."""
    card = live(programme)
    path = engine_path(card)
    if not path.exists():
        raise EngineFault(f"{path.name} is missing: run `manage.py build_engines` (`make setup` does)")
    engine = OnnxEngine(path)
    check_golden(engine, card, PATTERN, pattern(card.input_px))
    return engine


def pattern(size: int) -> Pixels:
    """Fixed picture of waves whose logits are checked whenever an engine starts."""
    axis = np.arange(size)
    waves = [np.sin(axis[:, None] / (3 + colour)) * np.cos(axis[None, :] / (5 + 2 * colour)) for colour in range(3)]
    return np.asarray(np.stack(waves, axis=2) * 100 + 128, np.float64).astype(np.uint8)


def check_golden(engine: Engine, card: ModelCard, name: str, crop: Pixels) -> None:
    """Raise EngineFault where the logits of a golden picture are not the released ones."""
    off = float(np.abs(engine(crop).logits - np.array(card.golden[name], np.float32)).max())
    if off > _TOLERANCE:
        raise EngineFault(f"{card.name}: logits of {name} are off by {off:.3f}")
