"""`Idempotency-Key`: the same key and content gives the same answer, even to twenty requests at once. Keys live in PostgreSQL, unique per actor.

The fingerprint is the fields and the file's hash, never the multipart body (its boundary differs each time).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import IdempotencyKey
from core.problems import Problem

KEY_LENGTH = 200


@dataclass(frozen=True)
class Answered:
    """What an earlier request with this key was told."""

    status: int
    body: Any


def fingerprint(fields: Mapping[str, Any]) -> bytes:
    """SHA-256 over the canonical form of the request's meaning."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True, default=str, ensure_ascii=False).encode()).digest()


def begin(*, actor: UUID, key: str, content: bytes) -> IdempotencyKey | Answered:
    """Take the key for this request, or give the answer it already had. Call inside the transaction that does the work.

    A twin that runs at the same moment waits here for the first to commit. Raises Problem `idempotency_key_reused` (422) for other content.
    """
    assert transaction.get_connection().in_atomic_block
    if not 0 < len(key) <= KEY_LENGTH or not key.isprintable():
        raise Problem("invalid_idempotency_key", _("The Idempotency-Key must be 1 to 200 printable characters."), limit=KEY_LENGTH)
    row, made = IdempotencyKey.objects.get_or_create(actor=actor, key=key, defaults={"fingerprint": content, "created_at": clock.now()})
    if made:
        return row
    if bytes(row.fingerprint) != content:
        raise Problem("idempotency_key_reused", _("This Idempotency-Key was used for something else; use a new one."), status_code=422)
    return Answered(status=row.status or 202, body=row.body)


def remember(row: IdempotencyKey, *, status: int, body: Any) -> None:
    """Keep what the first request is told, in its own transaction."""
    row.status, row.body = status, body
    row.save(update_fields=["status", "body"])
