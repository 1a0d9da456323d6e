"""Shadow versions: each reads, after the live one and for nobody's eyes, the photos that the live one has read. The row is the job."""

import threading
from datetime import timedelta
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, transaction

from core import clock, leases
from core.bell import ring_on_commit
from core.blobs import read_blob
from core.uploads import ORIGINAL
from screening.classifiers import registry
from screening.classifiers.registry import WeightsChanged
from screening.models import JobState, Photo, Reading, ShadowReading
from screening.programmes import programme
from screening.services.model_versions import note_version

log = structlog.get_logger("screening.shadows")
BATCH = 4
LEASE = timedelta(seconds=240)
BACKOFF = timedelta(minutes=1)
# The bell and the 15-second look both start here; one process reads one photo at a time.
_one_at_a_time = threading.Lock()


def queue_shadows(reading: Reading) -> None:
    """Ask every shadow version for its word on the photo of a reading, inside the transaction that stores it; asking twice asks once."""
    try:
        versions = [card.version for card in registry.shadows(reading.programme)]
    except (OSError, WeightsChanged) as fault:
        # A broken shadow costs its own readings, never the live one.
        log.warning("shadow_left_out", error=type(fault).__name__)
        return
    if not versions:
        return
    now = clock.now()
    asked = [
        ShadowReading(photo_id=reading.photo_id, programme=reading.programme, version=version, due_at=now, created_at=now, priority=reading.priority)
        for version in versions
    ]
    ShadowReading.objects.bulk_create(asked, ignore_conflicts=True)
    ring_on_commit("screening.tasks.read_shadows")


def read_shadows() -> int:
    """Read until the queue is empty; the number of photos looked at. A second caller in the same process returns at once."""
    return leases.work_off(ShadowReading, _read, limit=BATCH, lease=LEASE, turn=_one_at_a_time)


def return_expired_leases() -> int:
    """Shadow readings of workers that died go back to the queue."""
    return leases.return_expired(ShadowReading)


def _read(row: ShadowReading) -> None:
    if leases.spent([row]):
        leases.finish(row, state=JobState.FAILED, outcome=Reading.Outcome.FAILED, reason="our_fault")
        return
    try:
        columns = _looked_at(row)
        with transaction.atomic():
            leases.finish(row, **columns)
    except (OperationalError, InterfaceError):
        # The memory itself is away: nothing can be written, the lease will run out and the row comes back.
        raise
    except Exception as error:
        log.warning("shadow_put_back", error=type(error).__name__, attempts=row.attempts)
        leases.put_back(row, due_in=BACKOFF * (row.attempts + 1), error=type(error).__name__[:40], alone=True)


def _looked_at(row: ShadowReading) -> dict[str, Any]:
    """The columns of a finished shadow reading; a photo erased or closed to the program meanwhile is not looked at."""
    photo = Photo.objects.select_related("patient", "encounter__lesion", "encounter__patient").get(pk=row.photo_id)
    reads = programme(row.programme)
    if photo.wrapped_key is None:
        return {"outcome": Reading.Outcome.REFUSED, "reason": "erased"}
    admitted = reads.admit(photo)
    if not admitted.read:
        return {"outcome": Reading.Outcome.UNREAD, "reason": admitted.reason}
    card = registry.version(row.programme, row.version)
    found = reads.read(photo, read_blob(photo.pk, ORIGINAL, bytes(photo.wrapped_key)), card)
    note_version(card)
    return {
        "outcome": found.outcome,
        "reason": found.reason or "",
        "probabilities": found.probabilities | {f"p_{name}": chance for name, chance in found.findings.items()},
        "grade": found.grade,
        "referable": found.referable,
        "lesion_class": found.lesion_class or "",
        "suspicious": found.suspicious,
    }
