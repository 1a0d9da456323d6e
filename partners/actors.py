"""Who asks through the API: a program of a partner, with the agreement it asks under."""

from dataclasses import dataclass
from uuid import UUID

from partners.models import Agreement


@dataclass(frozen=True)
class PartnerActor:
    """Stands where a page has its user; it is nobody's login and sees nothing but its agreement's own."""

    pk: UUID
    agreement: Agreement
    is_authenticated: bool = True
    is_active: bool = True
