"""Which version of a programme's classifier is live, read from ``weights/*.toml``, with its weights proven by hash."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from screening.classifiers.calibration import Platt
from screening.classifiers.reassurance import may_reassure
from screening.classifiers.skin_clinical import ClinicalHead

WEIGHTS = Path(__file__).resolve().parent.parent / "weights"


class WeightsChanged(Exception):
    """The weights file is not the one its toml pins: nothing may be read with it."""


@dataclass(frozen=True)
class ModelCard:
    """One released version: everything that serving needs beside the weights themselves.

    ``thresholds`` are calibrated probabilities, frozen at release; ``least_in_set`` is the conformal limit; ``prior`` the share of each label
    in the validation split that the probabilities assume; ``golden`` raw logits per golden picture; ``may_reassure`` follows from the
    figures under ``left_out`` (reassurance.py), never from a word in the file.
    """

    programme: str
    version: str
    weights: Path
    sha256: str
    input_px: int
    may_reassure: bool
    for_whom: str
    terms: str
    thresholds: Mapping[str, float]
    calibration: Mapping[str, Platt]
    least_in_set: float
    prior: Mapping[str, float]
    golden: Mapping[str, list[float]]
    prevalence: Mapping[str, float] = field(default_factory=dict)
    """Share of *referable* where the version is used, to which pages shift the chances (prior.py); empty: chances are told at the prior."""
    class_scaling: Mapping[str, float] = field(default_factory=dict)
    """Skin: ``slope`` of the six class logits and the offset of each class, before their softmax."""
    clinical: ClinicalHead | None = None
    """Skin: what the answers add, for evaluation."""

    @property
    def name(self) -> str:
        """Programme and version, as stored with every reading: "retina-dr 0.1"."""
        return f"{self.programme} {self.version}"


@cache
def live(programme: str) -> ModelCard:
    """The highest version with status live. Raises LookupError where there is none, WeightsChanged where its hash differs."""
    cards = [card for path in WEIGHTS.glob(f"{programme}-*.toml") if (card := read_card(path, status="live"))]
    if not cards:
        raise LookupError(programme)
    newest = max(cards, key=lambda card: [int(part) for part in card.version.split(".")])
    if hashlib.sha256(newest.weights.read_bytes()).hexdigest() != newest.sha256:
        raise WeightsChanged(newest.name)
    return newest


def read_card(path: Path, *, status: str | None = None) -> ModelCard | None:
    """The version that a toml describes; None where another ``status`` was asked for."""
    text: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    if status is not None and text["status"] != status:
        return None
    return ModelCard(
        programme=text["programme"],
        version=text["version"],
        weights=path.with_suffix(".safetensors"),
        sha256=text["sha256"],
        input_px=text["input_px"],
        may_reassure=may_reassure(text["programme"], text.get("left_out", {})),
        for_whom=text["for_whom"],
        terms=text["terms"],
        thresholds=text["thresholds"],
        calibration={name: Platt(*numbers) for name, numbers in text["calibration"].items()},
        least_in_set=text["conformal"]["least"],
        prior=text["prior"],
        golden=text["golden"],
        prevalence=text.get("prevalence", {}),
        class_scaling=text.get("class_scaling", {}),
        clinical=ClinicalHead(**text["clinical"]) if "clinical" in text else None,
    )
