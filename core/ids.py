"""Public ids: UUIDv7, so that rows sort by age and nothing can be counted from outside."""

from uuid import UUID

import uuid6


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562)."""
    return UUID(int=uuid6.uuid7().int)
