"""Both engines compute the same, for every version that may read; the same photo always gives the same reading."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from screening.classifiers import engine, registry, retina, skin
from screening.classifiers.engine import EngineChoice, EngineFault, check_golden, choose_engine, new_engine, serving_engine
from screening.classifiers.golden import FOLDERS, golden_crops, prove
from screening.classifiers.outcome import Outcome

VERSIONS = sorted(path.stem.rsplit("-", 1) for path in registry.WEIGHTS.glob("*.toml"))
READ = {retina.PROGRAMME: retina.read_photo, skin.PROGRAMME: skin.read_photo}
ENGINES = [EngineChoice(), pytest.param(EngineChoice("torch"), marks=pytest.mark.torch)]


@pytest.fixture
def chosen(request: pytest.FixtureRequest) -> Iterator[EngineChoice]:
    """This process reads with the engine of the parameter, for one test."""
    choose_engine(request.param)
    yield request.param
    choose_engine(EngineChoice())


@pytest.mark.torch
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("version", VERSIONS, ids="-".join)
def test_engine_and_torch_agree_to_a_ten_thousandth_of_a_logit(version: list[str]) -> None:
    card = registry.version(*version)
    if not engine.engine_path(card).exists():
        from screening.classifiers.export import build_engine

        build_engine(card)
    served, reference = new_engine(card, EngineChoice()), new_engine(card, EngineChoice("torch"))
    for crop in golden_crops(card).values():
        found, wanted = served(crop), reference(crop)
        assert np.abs(found.logits - wanted.logits).max() < 1e-4
        assert np.abs(found.activation - wanted.activation).max() < 1e-3


@pytest.mark.parametrize("chosen", ENGINES, indirect=True, ids=lambda choice: choice.kind)
@pytest.mark.parametrize("programme", READ)
def test_three_runs_over_the_same_photo_agree(chosen: EngineChoice, programme: str) -> None:
    photo = min(FOLDERS[programme].glob("*.jpg")).read_bytes()
    first, *others = (READ[programme](photo) for _ in range(3))
    assert _chances(first)
    for other in others:
        assert (other.outcome, other.reason) == (first.outcome, first.reason)
        assert np.abs(np.subtract(_chances(other), _chances(first))).max() < 1e-4


@pytest.mark.torch
@pytest.mark.parametrize("programme", READ)
def test_half_precision_stays_within_its_tolerance_and_is_not_single_precision(programme: str) -> None:
    card = registry.live(programme)
    reduced, (name, crop) = new_engine(card, EngineChoice("torch", "cpu", "fp16")), list(golden_crops(card).items())[-1]
    check_golden(reduced, card, name, crop, engine.TOLERANCE["fp16"])
    with pytest.raises(EngineFault, match="off by"):
        check_golden(reduced, card, name, crop, 1e-4)


def test_an_engine_that_computes_something_else_does_not_start() -> None:
    card = registry.live(retina.PROGRAMME)
    other = replace(card, golden={name: [logit + 0.1 for logit in logits] for name, logits in card.golden.items()})
    with pytest.raises(EngineFault, match="off by"):
        serving_engine(other)
    with pytest.raises(EngineFault, match="off by"):
        prove(serving_engine(card), other)


@pytest.mark.parametrize("words", [("tensorrt",), ("onnx", "cuda"), ("onnx", "cpu", "bf16"), ("torch", "cpu", "int8")])
def test_an_engine_that_is_none_is_said_at_once(words: tuple[str, ...]) -> None:
    with pytest.raises(ValueError):
        EngineChoice(*words)


def _chances(found: Outcome) -> list[float]:
    return list(found.probabilities.values())
