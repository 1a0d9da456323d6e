"""The engine computes what torch computes."""

import numpy as np
import pytest

from dev.layout import BASE_DIR
from screening.classifiers import registry, retina, skin
from screening.classifiers.engine import pattern, serving_engine

pytestmark = pytest.mark.torch
SAMPLES = BASE_DIR / "dev" / "samples"


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("programme", "folder"), [(retina.PROGRAMME, "retina"), (skin.PROGRAMME, "skin")])
def test_engine_and_torch_agree_to_a_ten_thousandth_of_a_logit(programme: str, folder: str) -> None:
    import torch

    from screening.classifiers.export import SHOWN, golden_crop, golden_square
    from screening.classifiers.network import load_network

    card = registry.live(programme)
    network, engine = load_network(card.weights, SHOWN[programme]), serving_engine(programme)
    crop_of = golden_square if programme == skin.PROGRAMME else golden_crop
    crops = [pattern(card.input_px), *(crop_of(photo, card.input_px) for photo in sorted((SAMPLES / folder).glob("*.jpg")))]
    for crop in crops:
        answer = engine(crop)
        with torch.inference_mode():
            logits, activation = network(torch.from_numpy(crop[None].copy()))
        assert np.abs(answer.logits - logits[0].numpy()).max() < 1e-4
        assert np.abs(answer.activation - activation[0].numpy()).max() < 1e-3
