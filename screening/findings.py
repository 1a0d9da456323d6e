"""What a report says, as JSON in its version and back as the finding of its programme."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from screening.models import ReportVersion
from screening.rules.diabetic_retinopathy import EyeFinding, PersonFinding
from screening.rules.skin.urgency import LesionFinding
from screening.skin.findings import finding_from

Finding = PersonFinding | LesionFinding
_EYES = ("right", "left")


def finding_document(finding: Finding) -> dict[str, Any]:
    """A finding as JSON."""
    document: dict[str, Any] = _plain(asdict(finding))
    return document


def finding_of(version: ReportVersion) -> Finding:
    """The finding a version carries: of both eyes or of a spot."""
    return lesion_finding_of(version) if is_of_skin(version.finding) else person_finding_of(version)


def person_finding_of(version: ReportVersion) -> PersonFinding:
    """The finding of both eyes. Raises KeyError for a report of another programme."""
    document = dict(version.finding)
    eyes = {side: EyeFinding(**(document[side] | {"photo_ids": tuple(document[side]["photo_ids"])})) for side in _EYES}
    return PersonFinding(**(document | eyes | {"row_ids": tuple(document["row_ids"])}))


def lesion_finding_of(version: ReportVersion) -> LesionFinding:
    """The finding of a spot. Raises TypeError for a report of another programme."""
    return finding_from(version.finding)


def is_of_skin(document: Mapping[str, Any]) -> bool:
    """Whether a finding's JSON is that of a spot."""
    return "seven_point" in document


def photos_of(document: Mapping[str, Any]) -> list[set[str]]:
    """Which photos a finding's JSON is about, by eye or all of a spot: a photo that moves to the other eye is something new."""
    parts = [document] if is_of_skin(document) else [document[side] for side in _EYES]
    return [set(part["photo_ids"]) for part in parts]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (tuple, list)) else value
