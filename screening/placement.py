"""What a photo is said to show when it is sent, before it belongs to an encounter."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Patient


@dataclass(frozen=True)
class Placement:
    """Whose photo, of which eye (`laterality`) or at which distance from a spot (`slot`), and the encounter the client wants it in."""

    patient: Patient
    laterality: str
    slot: str
    taken_at: datetime
    now: datetime
    wanted: UUID | None = None
