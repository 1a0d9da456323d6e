"""The reading worker: claim a batch, read each photo, write what was found – each in one fenced transaction."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, transaction

from accounts import audit
from core import leases
from core.blobs import read_blob, write_blob
from core.uploads import ORIGINAL
from screening import events
from screening.classifiers import registry, retina
from screening.classifiers.outcome import Outcome
from screening.imaging.sandbox import Undecodable
from screening.models import JobState, Photo, Reading
from screening.programmes import programme
from screening.services.model_versions import note_version
from screening.services.reports import compose_if_due
from screening.services.shadows import queue_shadows

log = structlog.get_logger("screening.reading")
BATCH = 4
LEASE = timedelta(seconds=120)
BACKOFF = timedelta(seconds=5)
# The bell and the 15-second look both start here; one process reads one photo at a time.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Derivatives:
    """What is stored beside the original: the 1,024 px view, and where the program looked."""

    view: bytes
    attention: bytes | None


def read_queued() -> int:
    """Read until the queue is empty; the number of photos read. A second caller in the same process returns at once."""
    return leases.work_off(Reading, _read, limit=BATCH, lease=LEASE, turn=_one_at_a_time)


def return_expired_leases() -> int:
    """Readings of workers that died go back to the queue."""
    return leases.return_expired(Reading)


def _read(reading: Reading) -> None:
    if leases.spent([reading]):
        _fail(reading)
        return
    try:
        _finish(reading, *_looked_at(reading))
    except (OperationalError, InterfaceError):
        # The memory itself is away: nothing can be written, the lease will run out and the row comes back.
        raise
    except Exception as error:
        log.warning("reading_put_back", error=type(error).__name__, attempts=reading.attempts)
        leases.put_back(reading, due_in=BACKOFF * (reading.attempts + 1), error=type(error).__name__[:40], alone=True)


def _looked_at(reading: Reading) -> tuple[dict[str, Any], Derivatives | None]:
    """The columns of a finished reading, and its derivatives."""
    photo = Photo.objects.select_related("patient", "encounter__lesion", "encounter__patient").get(pk=reading.photo_id)
    reads = programme(reading.programme)
    started = perf_counter()
    original = read_blob(photo.pk, ORIGINAL, bytes(photo.wrapped_key or b""))
    admitted = reads.admit(photo)
    if not admitted.read:
        try:
            view, _width, _height = retina.view_only(original)
        except Undecodable as error:
            return {"outcome": Reading.Outcome.REFUSED, "reason": error.reason}, None
        return {"outcome": Reading.Outcome.UNREAD, "reason": admitted.reason}, Derivatives(view, None)
    found = reads.read(photo, original, registry.live(reading.programme))
    milliseconds = round((perf_counter() - started) * 1000)
    derivatives = Derivatives(found.view, found.attention) if found.view else None
    return _columns(found) | {"milliseconds": milliseconds}, derivatives


def _columns(found: Outcome) -> dict[str, Any]:
    return {
        "outcome": found.outcome,
        "reason": found.reason or "",
        "model_version": found.model_version,
        "quality": found.quality or "",
        "p_reject": found.p_reject,
        "probabilities": found.probabilities | {f"p_{name}": chance for name, chance in found.findings.items()},
        "intervals": {name: list(bounds) for name, bounds in found.intervals.items()},
        "grade": found.grade,
        "grade_set": list(found.grade_set),
        "referable": found.referable,
        "laterality_seen": found.laterality_seen or "",
        "lesion_class": found.lesion_class or "",
        "class_set": list(found.class_set),
        "suspicious": found.suspicious,
        "in_scope": found.in_scope,
        "findings_seen": list(found.findings_seen),
    }


def _finish(reading: Reading, columns: dict[str, Any], derivatives: Derivatives | None) -> None:
    photo = Photo.objects.select_related("encounter", "patient").get(pk=reading.photo_id)
    if photo.wrapped_key is None:
        columns, derivatives = {"outcome": Reading.Outcome.REFUSED, "reason": "erased"}, None
    if derivatives is not None:
        # Blobs before the row: a row never points at nothing; a blob nobody points at is swept.
        write_blob(photo.pk, "view", derivatives.view, bytes(photo.wrapped_key or b""))
        if derivatives.attention:
            write_blob(photo.pk, "attention", derivatives.attention, bytes(photo.wrapped_key or b""))
    with transaction.atomic():
        if not leases.finish(reading, **columns):
            return
        reading.refresh_from_db()
        if reading.model_version:
            note_version(registry.live(reading.programme))
            queue_shadows(reading)
        audit.record("read_photo", actor=None, subject=photo, patient=photo.patient, outcome=reading.outcome, model_version=reading.model_version)
        events.reading_finished.send(sender=Reading, patient=photo.patient, reading=reading)
        compose_if_due(photo.encounter)
    log.info("reading_finished", outcome=reading.outcome, milliseconds=reading.milliseconds, model_version=reading.model_version)


def _fail(reading: Reading) -> None:
    photo = Photo.objects.select_related("encounter", "patient").get(pk=reading.photo_id)
    with transaction.atomic():
        if not leases.finish(reading, state=JobState.FAILED, outcome=Reading.Outcome.FAILED, reason="our_fault"):
            return
        reading.refresh_from_db()
        audit.record("reading_failed", actor=None, subject=photo, patient=photo.patient, code=reading.last_error)
        events.reading_finished.send(sender=Reading, patient=photo.patient, reading=reading)
        compose_if_due(photo.encounter)
