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


def reveal_token(user_id: UUID, photo_id: UUID) -> str:
    """What opens the pictures of one hidden photo for one login, for ten minutes: the API's answer to asking for it."""
    return _revealer(user_id).sign(str(photo_id)).split(":", 1)[1]


def is_revealed(user_id: UUID, photo_id: UUID, token: str) -> bool:
    """Whether this login asked to see this photo within the last ten minutes."""
    try:
        _revealer(user_id).unsign(f"{photo_id}:{token}", max_age=VALID_FOR)
    except BadSignature:
        return False
    return True


def _revealer(user_id: UUID) -> TimestampSigner:
    return TimestampSigner(salt=f"screening.reveal.{user_id}")


def _signer(session: SessionBase) -> TimestampSigner:
    return TimestampSigner(salt=f"screening.photo.{session.session_key}")


def _named(photo_id: UUID, variant: str) -> str:
    return f"{photo_id}.{variant}"
