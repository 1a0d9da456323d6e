"""The versions that have read here, each noted when it first does."""

from core import clock
from screening.classifiers.registry import ModelCard
from screening.models import ModelVersion


def note_version(card: ModelCard) -> ModelVersion:
    """The row of a version, made at its first reading (1 query afterwards)."""
    first = {"sha256": card.sha256, "first_used_at": clock.now()}
    noted, _ = ModelVersion.objects.get_or_create(programme=card.programme, version=card.version, defaults=first)
    return noted
