"""Originals that come from a file instead of a request, and blobs that no row points at."""

import hashlib
from datetime import timedelta

from core import clock
from core.blobs import new_wrapped_key, sweep_orphans, write_blob
from core.ids import new_id
from core.uploads import ORIGINAL, UploadedBlob
from screening.models import Photo

# Longer than any upload and any reading: a photo just accepted must never look like an orphan.
SETTLED = timedelta(hours=6)


def sweep_blobs() -> int:
    """Delete what nobody points at; how many blobs."""
    older_than = clock.now() - SETTLED
    known = set(Photo.objects.filter(wrapped_key__isnull=False).values_list("pk", flat=True))
    return sweep_orphans(known, older_than)


def store_original(photo: bytes) -> UploadedBlob:
    """Keep a file's bytes as an upload would have: encrypted under a new photo id and key."""
    photo_id = new_id()
    key = new_wrapped_key(photo_id)
    write_blob(photo_id, ORIGINAL, photo, key)
    return UploadedBlob(photo_id, key, len(photo), hashlib.sha256(photo).digest(), too_large=False)
