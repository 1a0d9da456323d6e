"""The versions that have read here, each noted when it first does, and what became of them."""

from core import clock
from screening.classifiers.registry import LIVE, ModelCard
from screening.models import ModelVersion


def note_version(card: ModelCard) -> ModelVersion:
    """The row of a version, made at its first reading (1 query afterwards). A version that begins to decide relieves the one before."""
    first = {"sha256": card.sha256, "status": card.status, "first_used_at": clock.now()}
    noted, made = ModelVersion.objects.get_or_create(programme=card.programme, version=card.version, defaults=first)
    if not made and noted.status == card.status:
        return noted
    if card.status == LIVE:
        others = ModelVersion.objects.filter(programme=card.programme, status=ModelVersion.Status.LIVE).exclude(pk=noted.pk)
        others.update(status=ModelVersion.Status.RETIRED)
    noted.status = card.status
    noted.save(update_fields=["status"])
    return noted
