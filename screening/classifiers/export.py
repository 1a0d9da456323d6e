"""Building the engine file of a version from its weights, once per clone. Imports torch; serving does not import this."""

import logging
import tempfile
from pathlib import Path

import torch

from screening.classifiers import retina, skin, skin_heads
from screening.classifiers.engine import OnnxEngine, engine_path
from screening.classifiers.golden import prove
from screening.classifiers.heads import REFERABLE
from screening.classifiers.network import Network, load_network
from screening.classifiers.registry import ModelCard

SHOWN = {retina.PROGRAMME: REFERABLE, skin.PROGRAMME: skin_heads.SUSPICIOUS}
"""The logit of each programme whose evidence the attention map shows."""


def build_engine(card: ModelCard) -> Path:
    """Export, check every golden picture, then put the file in place at once. Raises EngineFault where logits are not the released ones."""
    target = engine_path(card)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        unproven = Path(folder) / target.name
        export(load_network(card.weights, SHOWN[card.programme]), card.input_px, unproven)
        prove(OnnxEngine(unproven), card)
        unproven.replace(target)
    return target


def export(network: Network, size: int, path: Path) -> None:
    """Write the network as ONNX: input ``pixels`` uint8 (1, size, size, 3), outputs ``logits`` and ``activation``."""
    logging.getLogger("onnx_ir").setLevel(logging.WARNING)
    example = torch.zeros((1, size, size, 3), dtype=torch.uint8)
    torch.onnx.export(
        network.to(memory_format=torch.contiguous_format).eval(),
        (example,),
        str(path),
        dynamo=True,
        external_data=False,
        input_names=["pixels"],
        output_names=["logits", "activation"],
        verbose=False,
    )
