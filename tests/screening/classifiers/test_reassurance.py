"""Whether a version may reassure follows from stored figures alone."""

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


def test_a_word_in_the_file_changes_nothing(tmp_path: Path) -> None:
    card = registry.live("retina-dr")
    by_hand = tmp_path / "retina-dr-9.toml"
    by_hand.write_text("may_reassure = true\n" + card.weights.with_suffix(".toml").read_text())
    read = registry.read_card(by_hand)
    assert read is not None
    assert not read.may_reassure
