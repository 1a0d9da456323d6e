"""Whether a version may reassure follows from stored figures alone."""

import json
from pathlib import Path

import pytest

from screening.classifiers import registry
from screening.classifiers.reassurance import BARS, SETS_THAT_COUNT, may_reassure

PASSING = {"sensitivity": 0.86, "specificity": 0.83, "severe_called": 0.91}


def test_both_sets_left_out_and_every_limit_above_its_bar_may_reassure() -> None:
    assert may_reassure("retina-dr", {"eyepacs": PASSING, "odir": PASSING})


@pytest.mark.parametrize("figure", PASSING)
@pytest.mark.parametrize("name", ["eyepacs", "odir"])
def test_a_limit_at_its_bar_or_without_a_figure_does_not(name: str, figure: str) -> None:
    sets = {"eyepacs": PASSING, "odir": PASSING}
    at_the_bar = sets[name] | {figure: BARS["retina-dr"][figure]}
    missing = {key: value for key, value in sets[name].items() if key != figure}
    assert not may_reassure("retina-dr", sets | {name: at_the_bar})
    assert not may_reassure("retina-dr", sets | {name: missing})


def test_aptos_stands_for_no_other_set() -> None:
    assert not may_reassure("retina-dr", {"eyepacs": PASSING, "aptos": PASSING})


@pytest.mark.parametrize("programme", SETS_THAT_COUNT)
def test_nothing_measured_does_not_reassure(programme: str) -> None:
    assert not may_reassure(programme, {})


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """The toml of a copy of the live version, without any figures beside it."""
    weights = registry.live("retina-dr").weights
    (tmp_path / "retina-dr-9.safetensors").write_bytes(weights.read_bytes())
    toml = tmp_path / "retina-dr-9.toml"
    toml.write_text(weights.with_suffix(".toml").read_text())
    return toml


def test_a_word_in_the_file_changes_nothing(released: Path) -> None:
    released.write_text("may_reassure = true\n" + released.read_text())
    assert not registry.read_card(released).may_reassure


def test_figures_beside_the_weights_decide(released: Path) -> None:
    figures = released.with_suffix(".figures.json")
    figures.write_text(json.dumps({"left_out": {"eyepacs": {"lower": PASSING}, "odir": {"lower": PASSING, "minutes": 20}}}))
    assert registry.read_card(released).may_reassure
    figures.write_text(json.dumps({"left_out": {"eyepacs": {"lower": PASSING}, "odir": {}}}))
    assert not registry.read_card(released).may_reassure
