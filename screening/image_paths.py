"""Short-lived signed addresses of a photo's pictures, good for one session only."""

from datetime import timedelta
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404
from django.urls import reverse

VALID_FOR = timedelta(minutes=10)


def image_path(session: SessionBase, photo_id: UUID, variant: str) -> str:
    """The address of one picture (`view`, `attention`, `full`); it opens in this session only, for ten minutes."""
    signature = _signer(session).sign(_named(photo_id, variant)).split(":", 1)[1]
    return reverse("photo_image", args=[photo_id, variant, signature])


def check_signature(session: SessionBase, photo_id: UUID, variant: str, signature: str) -> None:
    """Raises Http404 for a signature that is forged, expired, or of another session or picture."""
    try:
        _signer(session).unsign(f"{_named(photo_id, variant)}:{signature}", max_age=VALID_FOR)
    except BadSignature:
        raise Http404 from None


def _signer(session: SessionBase) -> TimestampSigner:
    return TimestampSigner(salt=f"screening.photo.{session.session_key}")


def _named(photo_id: UUID, variant: str) -> str:
    return f"{photo_id}.{variant}"
