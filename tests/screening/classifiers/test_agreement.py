"""The engine computes what torch computes."""

from pathlib import Path

import numpy as np
import pytest

from dev.layout import BASE_DIR
from screening.classifiers import registry
from screening.classifiers.engine import pattern, serving_engine
from screening.classifiers.retina import PROGRAMME

pytestmark = pytest.mark.torch
SAMPLES = BASE_DIR / "dev" / "samples" / "retina"


@pytest.mark.filterwarnings("default")
def test_engine_and_torch_agree_to_a_ten_thousandth_of_a_logit() -> None:
    import torch

    from screening.classifiers.export import golden_crop
    from screening.classifiers.network import load_network

    card = registry.live(PROGRAMME)
    network, engine = load_network(card.weights), serving_engine(PROGRAMME)
    crops = [pattern(card.input_px), *(golden_crop(photo, card.input_px) for photo in sorted(Path(SAMPLES).glob("*.jpg")))]
    for crop in crops:
        answer = engine(crop)
        with torch.inference_mode():
            logits, activation = network(torch.from_numpy(crop[None]))
        assert np.abs(answer.logits - logits[0].numpy()).max() < 1e-4
        assert np.abs(answer.activation - activation[0].numpy()).max() < 1e-3
