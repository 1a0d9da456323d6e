"""Pseudonyms of one snapshot: equal for the same person there, unrelated to any other snapshot, reversed by nobody who lacks its secret."""

import hmac
import secrets
from uuid import UUID

from partners.models import Snapshot

LENGTH = 16


def new_secret() -> str:
    """A snapshot's own secret, 32 random bytes in hex."""
    return secrets.token_hex(32)


def pseudonym(snapshot: Snapshot, person: UUID) -> bytes:
    """HMAC-SHA256 of the person's id under the snapshot's secret, 128 bits of it."""
    return hmac.digest(bytes.fromhex(snapshot.secret or ""), person.bytes, "sha256")[:LENGTH]


def nobodys_pseudonym() -> bytes:
    """A pseudonym that belongs to no person."""
    return secrets.token_bytes(LENGTH)
