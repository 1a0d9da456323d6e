"""What computes logits. Serving uses ONNX Runtime on one thread; a worker with a GPU is told to use torch (torch_engine.py)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from screening.classifiers.registry import ModelCard
from screening.imaging.geometry import Pixels

ENGINES = Path(__file__).resolve().parents[2] / "var" / "engines"
PATTERN = "pattern"
"""Name of the golden picture that needs no file."""

TOLERANCE = {"fp32": 0.02, "bf16": 0.25, "fp16": 0.05}
"""How far a logit of a golden picture may be from the released one, by precision."""


class EngineFault(Exception):
    """The engine file is missing or does not compute what was released: our fault, never the photo's."""


@dataclass(frozen=True)
class EngineChoice:
    """Which engine this process uses. Raises ValueError for a word that is none, or for ONNX Runtime on anything but CPU and fp32."""

    kind: str = "onnx"
    device: str = "cpu"
    precision: str = "fp32"

    def __post_init__(self) -> None:
        if self.kind not in ("onnx", "torch") or self.device not in ("cpu", "cuda") or self.precision not in TOLERANCE:
            raise ValueError(f"no such engine: {self}")
        if self.kind == "onnx" and (self.device, self.precision) != ("cpu", "fp32"):
            raise ValueError("ENGINE=onnx runs on cpu in fp32: another device or precision needs ENGINE=torch")


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


_chosen = EngineChoice()


def choose_engine(choice: EngineChoice) -> None:
    """Use another engine in this process from now on; called once when the process starts."""
    global _chosen
    _chosen = choice
    serving_engine.cache_clear()


def choose_fastest_engine() -> None:
    """Torch on the GPU where this machine has one that torch can use: for evaluation, which nobody configures."""
    if Path("/dev/nvidiactl").exists():
        from screening.classifiers.torch_engine import best_device

        if best_device() == "cuda":
            choose_engine(EngineChoice("torch", "cuda"))


def engine_path(card: ModelCard) -> Path:
    """Where the engine file of a version lies; its name is the hash of the weights it was made from."""
    return ENGINES / f"{card.programme}-{card.version}-{card.sha256[:16]}.onnx"


@cache
def serving_engine(card: ModelCard) -> Engine:
    """The engine of a version as this process was told to run it, checked against its golden pattern. Raises EngineFault."""
    engine = new_engine(card, _chosen)
    check_golden(engine, card, PATTERN, pattern(card.input_px), TOLERANCE[_chosen.precision])
    return engine


def new_engine(card: ModelCard, choice: EngineChoice) -> Engine:
    """An engine of a version, not yet proven. Raises EngineFault where its file or its device is missing."""
    if choice.kind == "torch":
        from screening.classifiers.torch_engine import TorchEngine

        return TorchEngine(card, choice.device, choice.precision)
    path = engine_path(card)
    if not path.exists():
        raise EngineFault(f"{path.name} is missing: run `manage.py build_engines` (`make setup` does)")
    return OnnxEngine(path)


def pattern(size: int) -> Pixels:
    """Fixed picture of waves whose logits are checked whenever an engine starts."""
    axis = np.arange(size)
    waves = [np.sin(axis[:, None] / (3 + colour)) * np.cos(axis[None, :] / (5 + 2 * colour)) for colour in range(3)]
    return np.asarray(np.stack(waves, axis=2) * 100 + 128, np.float64).astype(np.uint8)


def check_golden(engine: Engine, card: ModelCard, name: str, crop: Pixels, tolerance: float = TOLERANCE["fp32"]) -> None:
    """Raise EngineFault where the logits of a golden picture are further than ``tolerance`` from the released ones."""
    off = float(np.abs(engine(crop).logits - np.array(card.golden[name], np.float32)).max())
    if off > tolerance:
        raise EngineFault(f"{card.name}: logits of {name} are off by {off:.3f}")
