"""The reference engine: torch on CPU or CUDA, straight from the released weights. Imports torch, which costs seconds; loaded only where chosen."""

import torch

from screening.classifiers.engine import Answer, EngineFault
from screening.classifiers.export import SHOWN
from screening.classifiers.network import load_network
from screening.classifiers.registry import ModelCard
from screening.imaging.geometry import Pixels

_REDUCED = {"bf16": torch.bfloat16, "fp16": torch.float16}


class TorchEngine:
    """One version in torch. ``precision`` fp32, or bf16 / fp16 for the layers where torch's autocast allows it."""

    def __init__(self, card: ModelCard, device: str, precision: str) -> None:
        if device == "cuda" and not torch.cuda.is_available():
            raise EngineFault("ENGINE_DEVICE=cuda, but torch finds no CUDA device here")
        if device == "cpu":
            # As the other engine: scale by processes, two threads that wait for each other are slower than one.
            torch.set_num_threads(1)
        # TF32 would round the mantissa of fp32 to ten bits without saying so.
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
        self._device = torch.device(device)
        self._reduced = _REDUCED.get(precision)
        self._network = load_network(card.weights, SHOWN[card.programme]).to(self._device)

    def __call__(self, crop: Pixels) -> Answer:
        pixels = torch.from_numpy(crop[None].copy()).to(self._device)
        with torch.inference_mode(), torch.autocast(self._device.type, self._reduced, enabled=self._reduced is not None):
            logits, activation = self._network(pixels)
        return Answer(logits[0].float().cpu().numpy(), activation[0].float().cpu().numpy())


def best_device() -> str:
    """``cuda`` where torch finds one, else ``cpu``: what evaluation takes when nobody says."""
    return "cuda" if torch.cuda.is_available() else "cpu"
