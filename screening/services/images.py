"""Pictures of a photo, decrypted for one actor: the 1,024 px view, where the program looked, and the full size for clinicians."""

from django.http import Http404

from accounts import audit
from accounts.models import User
from accounts.selectors import actor_role
from core.blobs import BlobMissing, blob_exists, read_blob, write_blob
from core.uploads import ORIGINAL
from screening.imaging.sandbox import Undecodable, full_view_in_child
from screening.models import Photo

MEDIA_TYPES = {"view": "image/jpeg", "attention": "image/png", "full": "image/jpeg"}


def image_of(photo: Photo, variant: str, *, by: User | None) -> bytes:
    """One picture of a photo that `by` was already allowed to see. Raises Http404 where there is none.

    The full size is made when a clinician first opens the case, and kept encrypted; only clinicians get it.
    """
    if variant not in MEDIA_TYPES or photo.wrapped_key is None:
        raise Http404
    key = bytes(photo.wrapped_key)
    if variant == "full":
        if by is None or actor_role(by) != "clinician":
            raise Http404
        audit.record("open_full_view", actor=by, subject=photo, patient=photo.patient)
        if not blob_exists(photo.pk, "full"):
            write_blob(photo.pk, "full", _full_view(photo, key), key)
    try:
        return read_blob(photo.pk, variant, key)
    except BlobMissing:
        raise Http404 from None


def _full_view(photo: Photo, key: bytes) -> bytes:
    try:
        return full_view_in_child(read_blob(photo.pk, ORIGINAL, key))
    except Undecodable:
        # Its reading ended as refused for the same reason; there is no picture to show.
        raise Http404 from None


def reveal(photo: Photo, *, by: User) -> None:
    """Note that somebody who may see a hidden photo asked to see it; only then may its address be handed out."""
    audit.record("reveal_photo", actor=by, subject=photo, patient=photo.patient)
