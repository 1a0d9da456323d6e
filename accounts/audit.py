"""The one audit: acts append lines in their own transaction, a task seals what is committed, `verify` proves it.

A seal covers a range of transaction ids that is closed for ever: everything below the oldest transaction still running. The ids are those
of one PostgreSQL cluster; a database restored from a dump into another cluster must go on above the last seal (pg_resetwal -x).
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from django.db.models import QuerySet

from accounts.models import AuditEvent, AuditSeal, Patient, User
from core import clock
from core.request_id import current_request_id

# Codes and versions ("OD", "retina-dr 0.2"); digits alone only as long as no phone is.
_CODE = re.compile(r"(?=.*[A-Za-z_])[\w.:/ -]{1,80}|[\d.:-]{0,6}", re.ASCII)


@dataclass(frozen=True)
class Verification:
    """What `verify` found: `broken` names the seals that no longer fit what they sealed, `unsealed` counts the lines after the last one."""

    seals: int
    sealed: int
    unsealed: int
    last_digest: str
    broken: tuple[int, ...]

    @property
    def is_intact(self) -> bool:
        return not self.broken


def record(verb: str, *, actor: User | UUID | None, subject: models.Model | None, patient: Patient | UUID | None = None, **detail: object) -> None:
    """Append one line in the caller's transaction. `detail` takes ids, codes, numbers and dates only. Raises ValueError for free text.

    `actor` is None for the service itself.
    """
    AuditEvent.objects.create(
        at=clock.now(),
        actor=_identity(actor),
        verb=verb,
        subject_type=subject._meta.model_name or "" if subject else "",
        subject=subject.pk if subject else None,
        patient=_identity(patient),
        detail={name: _plain(value) for name, value in detail.items()},
        request_id=current_request_id(),
    )


def _identity(somebody: models.Model | UUID | None) -> UUID | None:
    return somebody.pk if isinstance(somebody, models.Model) else somebody


def _plain(value: object) -> object:
    match value:
        case None | bool() | int() | float():
            return value
        case UUID():
            return str(value)
        case date():
            return value.isoformat()
        case str() if _CODE.fullmatch(value):
            return str(value)
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case dict():
            return {str(name): _plain(inner) for name, inner in value.items()}
    # The value itself may be a person's data, so the error must not quote it.
    raise ValueError(f"audit detail takes ids, codes, numbers and dates, not this {type(value).__name__}")


def seal() -> AuditSeal | None:
    """Seal the lines of all transactions that ended since the last seal. Returns the seal, or None when there was nothing to seal."""
    previous = AuditSeal.objects.order_by("-id").first()
    after = previous.until_transaction if previous else 0
    until = _oldest_running_transaction() - 1
    chained = previous.digest if previous else ""
    digest, count = _digest(chained, _range(after, until))
    if not count:
        return None
    try:
        with transaction.atomic():
            return AuditSeal.objects.create(
                after_transaction=after, until_transaction=until, events=count, digest=digest, previous=chained, sealed_at=clock.now()
            )
    except IntegrityError:
        # Another worker sealed this range in the same moment.
        return None


def verify() -> Verification:
    """Compute every seal anew over what the table holds now."""
    broken: list[int] = []
    sealed = after = seals = 0
    chained = ""
    for found in AuditSeal.objects.order_by("id"):
        digest, count = _digest(found.previous, _range(found.after_transaction, found.until_transaction))
        fits = (found.after_transaction, found.previous) == (after, chained) and (found.digest, found.events) == (digest, count)
        if not fits:
            broken.append(found.pk)
        seals += 1
        sealed += found.events
        after, chained = found.until_transaction, found.digest
    return Verification(
        seals=seals, sealed=sealed, unsealed=AuditEvent.objects.filter(transaction__gt=after).count(), last_digest=chained, broken=tuple(broken)
    )


def _oldest_running_transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def _range(after: int, until: int) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(transaction__gt=after, transaction__lte=until).order_by("id")


def _digest(chained: str, events: QuerySet[AuditEvent]) -> tuple[str, int]:
    hashed = hashlib.sha256(chained.encode())
    count = 0
    for event in events.iterator(chunk_size=1000):
        hashed.update(_line(event))
        count += 1
    return hashed.hexdigest(), count


def _line(event: AuditEvent) -> bytes:
    fields: dict[str, Any] = {field.attname: getattr(event, field.attname) for field in AuditEvent._meta.concrete_fields}
    fields["at"] = event.at.isoformat()
    return json.dumps(fields, sort_keys=True, default=str, ensure_ascii=True).encode() + b"\n"
