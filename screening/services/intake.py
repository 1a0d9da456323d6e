"""Bytes in -> stored original and a queued reading. Fast: nothing here decodes a picture."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Patient, User
from accounts.selectors import has_consent
from core import bell, clock, idempotency
from core.crypto import blind_index
from core.problems import Problem
from core.uploads import UploadedBlob
from screening import events
from screening.imaging.sniff import Rejected, Sniffed, sniff
from screening.models import Encounter, JobState, Photo, Reading
from screening.placement import Placement
from screening.programmes import programme, programme_of_kind
from screening.rules.composition import COMPOSE_WAIT
from screening.services.rejections import rejection
from screening.services.store_sittings import lead_by

FUTURE_TOLERANCE = timedelta(hours=26)
BELL = "screening.tasks.read_queued"


@dataclass(frozen=True)
class Accepted:
    """What became of an upload: a new photo, or the same one again."""

    photo: Photo
    is_new: bool
    warnings: tuple[str, ...] = field(default=())


def accept_photo(
    *,
    patient: Patient,
    by: User | None,
    upload: UploadedBlob,
    kind: str,
    laterality: str = "",
    slot: str = "",
    taken_at: datetime,
    encounter: UUID | None = None,
) -> Accepted:
    """Accept one photo: sniff its bytes, store photo and queued reading in one transaction, ring the bell after it.

    A photo of an eye has a `laterality`, one of a spot a `slot` and its sitting as `encounter`. The blob is already on disk, encrypted, when this
    runs; it is discarded again for whatever is not accepted. Raises Problem (4xx) for bytes that are no complete picture, `consent_missing` (403),
    `taken_in_future`, and what the programme refuses; Http404 for another patient's encounter.
    """
    accepted: Accepted | None = None
    try:
        _require_consent(patient)
        _require_past(taken_at)
        found = _sniffed(upload)
        with transaction.atomic():
            accepted = _store(Placement(patient, laterality, slot, taken_at, clock.now(), encounter), by, upload, found, kind)
        return accepted
    finally:
        if accepted is None or not accepted.is_new:
            upload.discard()


def accept_once(*, key: str, answer: Any, **photo: Any) -> tuple[int, Any]:
    """`accept_photo` under an Idempotency-Key; `answer(accepted)` gives status and body, kept for every later twin."""
    by, upload = photo["by"], photo["upload"]
    meaning = {name: str(photo.get(name, "")) for name in ("kind", "laterality", "slot", "taken_at", "encounter")}
    content = idempotency.fingerprint(meaning | {"patient": str(photo["patient"].pk), "sha256": upload.sha256.hex()})
    try:
        with transaction.atomic():
            begun = idempotency.begin(actor=by.pk, key=key, content=content)
            if isinstance(begun, idempotency.Answered):
                upload.discard()
                return begun.status, begun.body
            status, body = answer(accept_photo(**photo))
            idempotency.remember(begun, status=status, body=body)
            return status, body
    except (OperationalError, InterfaceError):
        # The commit itself may have gone through before the database died: the blob stays, the sweep takes it if no row came.
        raise
    except BaseException:
        upload.discard()
        raise


def _sniffed(upload: UploadedBlob) -> Sniffed:
    try:
        if upload.too_large:
            raise Rejected("too_many_bytes", found=upload.size, limit=settings.UPLOAD_MAX_BYTES)
        with upload.open() as reader:
            return sniff(reader, upload.size, max_pixels=settings.UPLOAD_MAX_PIXELS, min_side=settings.UPLOAD_MIN_SIDE)
    except Rejected as rejected:
        raise rejection(rejected) from rejected


def _require_consent(patient: Patient) -> None:
    for purpose in ("care", "share_clinic"):
        if not has_consent(patient, purpose):
            raise Problem(
                "consent_missing",
                _("Without your consent we may not take this photo. You can be examined in person at any eye clinic; show them this message."),
                status_code=403,
                purpose=purpose,
            )


def _require_past(taken_at: datetime) -> None:
    if taken_at > clock.now() + FUTURE_TOLERANCE:
        raise Problem("taken_in_future", _("The day the photo was taken lies in the future."), pointer="/taken_at")


def _store(placed: Placement, by: User | None, upload: UploadedBlob, found: Sniffed, kind: str) -> Accepted:
    patient = Patient.objects.select_for_update().get(pk=placed.patient.pk)
    twins = list(Photo.objects.filter(patient=patient, kind=kind, content_hmac=content_hmac(patient, upload), erased_at__isnull=True))
    for twin in twins:
        if twin.laterality == placed.laterality:
            _refuse_other_place(twin, placed)
            _requeue_failed(twin)
            return Accepted(twin, is_new=False)
    photo = queue_photo(
        encounter=programme_of_kind(kind).join(placed),
        by=by,
        upload=upload,
        found=found,
        kind=kind,
        laterality=placed.laterality,
        slot=placed.slot,
        taken_at=placed.taken_at,
    )
    if by is not None and by.pk != patient.user_id:
        lead_by(photo.encounter, by)
    return Accepted(photo, is_new=True, warnings=("same_file_for_other_eye",) if twins else ())


def _refuse_other_place(twin: Photo, placed: Placement) -> None:
    """One photo of the skin is of one spot at one distance: sent as another it would stand for what nobody saw."""
    if twin.slot and (twin.slot, twin.encounter_id) != (placed.slot, placed.wanted):
        raise Problem("same_photo_elsewhere", _("This photo was sent before, for another spot or distance. Please take a new one."), status_code=409)


def queue_photo(
    *,
    encounter: Encounter,
    by: User | None,
    upload: UploadedBlob,
    found: Sniffed,
    kind: str,
    laterality: str = "",
    slot: str = "",
    taken_at: datetime,
) -> Photo:
    """Photo and queued reading of an encounter, in the caller's transaction; the bell rings when it commits."""
    now = clock.now()
    photo = Photo.objects.create(
        pk=upload.photo_id,
        encounter=encounter,
        patient=encounter.patient,
        kind=kind,
        laterality=laterality,
        slot=slot,
        intimate=programme(encounter.programme).hides(encounter),
        taken_at=taken_at,
        accepted_at=now,
        accepted_by=by,
        format=found.format,
        width=found.width,
        height=found.height,
        byte_size=upload.size,
        content_hmac=content_hmac(encounter.patient, upload),
        wrapped_key=upload.wrapped_key,
    )
    Reading.objects.create(photo=photo, programme=encounter.programme, due_at=now, created_at=now)
    encounter.compose_after = now + COMPOSE_WAIT
    encounter.save(update_fields=["compose_after"])
    audit.record("accept_photo", actor=by, subject=photo, patient=encounter.patient, kind=kind, laterality=laterality, slot=slot)
    events.photo_accepted.send(sender=Photo, patient=encounter.patient, encounter=encounter)
    bell.ring_on_commit(BELL)
    return photo


def content_hmac(patient: Patient, upload: UploadedBlob) -> bytes:
    """The keyed hash by which the same bytes of the same patient are known again, and nobody else's are."""
    return blind_index(f"{patient.pk}:{upload.sha256.hex()}", field="screening.photo.content")


def _requeue_failed(photo: Photo) -> None:
    # Sending the same bytes again is how a person says "try once more"; only our own failures deserve it.
    again = Reading.objects.filter(photo=photo, state=JobState.FAILED).update(
        state=JobState.QUEUED, outcome=None, reason="", finished_at=None, attempts=0, alone=True, due_at=clock.now()
    )
    if again:
        bell.ring_on_commit(BELL)
