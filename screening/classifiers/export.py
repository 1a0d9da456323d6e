"""Building the engine file of a released version from its weights, once per clone. Imports torch; serving does not import this."""

import logging
import tempfile
from pathlib import Path

import torch

from screening.classifiers import retina, skin, skin_heads
from screening.classifiers.engine import PATTERN, OnnxEngine, check_golden, engine_path, pattern
from screening.classifiers.heads import REFERABLE
from screening.classifiers.network import Network, load_network
from screening.classifiers.registry import ModelCard
from screening.imaging.decode import decode
from screening.imaging.geometry import Pixels, find_field, inner_crop
from screening.imaging.skin_crop import middle_square, square_crop

SHOWN = {retina.PROGRAMME: REFERABLE, skin.PROGRAMME: skin_heads.SUSPICIOUS}
"""The logit of each programme whose evidence the attention map shows."""


def build_engine(card: ModelCard, golden_photos: Path) -> Path:
    """Export, check every golden picture, then put the file in place at once. Raises EngineFault where logits are not the released ones."""
    target = engine_path(card)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        unproven = Path(folder) / target.name
        export(load_network(card.weights, SHOWN[card.programme]), card.input_px, unproven)
        engine = OnnxEngine(unproven)
        crop_of = golden_square if card.programme == skin.PROGRAMME else golden_crop
        for name in card.golden:
            crop = pattern(card.input_px) if name == PATTERN else crop_of(golden_photos / name, card.input_px)
            check_golden(engine, card, name, crop)
        unproven.replace(target)
    return target


def golden_crop(photo: Path, size: int) -> Pixels:
    """Inner crop of a golden photo, made as serving makes it."""
    pixels, _ = decode(photo.read_bytes())
    return inner_crop(pixels, find_field(pixels), size)


def golden_square(photo: Path, size: int) -> Pixels:
    """Square of a golden skin photo, made as serving makes it."""
    pixels, _ = decode(photo.read_bytes())
    return square_crop(pixels, middle_square(pixels), size)


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
