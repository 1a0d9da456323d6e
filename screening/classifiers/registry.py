"""The versions of a programme's classifier: read from ``weights/*.toml``, their weights proven by hash, their say on reassurance by figures."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from screening.classifiers.calibration import Platt
from screening.classifiers.reassurance import Figures, may_reassure
from screening.classifiers.skin_clinical import ClinicalHead

WEIGHTS = Path(__file__).resolve().parent.parent / "weights"
LIVE, SHADOW, RETIRED = "live", "shadow", "retired"
"""What a version does here: decides, reads beside without being seen, or neither. Of several live ones the highest decides."""


class WeightsChanged(Exception):
    """The weights file is not the one its toml pins: nothing may be read with it."""


@dataclass(frozen=True, eq=False)
class ModelCard:
    """One version: everything that serving needs beside the weights themselves. Two cards are the same only if they are one object.

    ``thresholds`` are calibrated probabilities, frozen at release; ``least_in_set`` is the conformal limit; ``prior`` the share of each label
    in the validation split that the probabilities assume; ``golden`` raw logits per golden picture; ``may_reassure`` follows from the
    figures beside the weights (reassurance.py), never from a word in the file.
    """

    programme: str
    version: str
    status: str
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
        """Programme and version, as stored with every reading: "retina-dr 0.2"."""
        return f"{self.programme} {self.version}"


@cache
def live(programme: str) -> ModelCard:
    """The highest version with status live. Raises LookupError where there is none, WeightsChanged where its hash differs."""
    found = _with_status(programme, LIVE)
    if not found:
        raise LookupError(programme)
    return version(programme, found[-1])


@cache
def shadows(programme: str) -> tuple[ModelCard, ...]:
    """The versions that read beside the live one, lowest first. Raises WeightsChanged where a hash differs."""
    return tuple(version(programme, number) for number in _with_status(programme, SHADOW))


def version(programme: str, number: str) -> ModelCard:
    """One version, whatever its status. Raises LookupError for one that is not here, WeightsChanged where its hash differs."""
    path = WEIGHTS / f"{programme}-{number}.toml"
    if not path.exists():
        raise LookupError(f"{programme} {number}")
    return _card_at(path)


@cache
def _card_at(path: Path) -> ModelCard:
    return read_card(path)


def read_card(path: Path) -> ModelCard:
    """The version that a toml describes, with its weights beside it. Raises OSError where one is missing, WeightsChanged where the hash differs."""
    text: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    weights = path.with_suffix(".safetensors")
    if hashlib.sha256(weights.read_bytes()).hexdigest() != text["sha256"]:
        raise WeightsChanged(path.stem)
    return ModelCard(
        programme=text["programme"],
        version=text["version"],
        status=text["status"],
        weights=weights,
        sha256=text["sha256"],
        input_px=text["input_px"],
        may_reassure=may_reassure(text["programme"], _left_out(path)),
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


def _with_status(programme: str, status: str) -> list[str]:
    """Numbers of the versions with this status, lowest first."""
    found = [tomllib.loads(path.read_text(encoding="utf-8")) for path in WEIGHTS.glob(f"{programme}-*.toml")]
    return sorted((text["version"] for text in found if text["status"] == status), key=lambda number: [int(part) for part in number.split(".")])


def _left_out(card: Path) -> Figures:
    """The lower limits stored beside the weights, by set left out; none where nothing is stored."""
    path = card.with_suffix(".figures.json")
    if not path.exists():
        return {}
    sets = json.loads(path.read_text(encoding="utf-8")).get("left_out", {})
    return {name: measured.get("lower", {}) for name, measured in sets.items()}
