"""The one upload handler: a photo is counted, hashed in memory and encrypted while it streams in; no plain byte touches the disk.

A view finds an UploadedBlob in `request.FILES`. It keeps the photo by storing `photo_id` and `wrapped_key` in a row; what it refuses it
discards. A blob that a view forgets is unreadable once the request ends, since its key was only here, and `sweep_orphans` removes it.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.views import APIView

from core.blobs import BlobReader, BlobWriter, delete_blob, new_wrapped_key
from core.ids import new_id

ORIGINAL = "original"


@dataclass(frozen=True)
class UploadedBlob:
    """One received file, already encrypted under `photo_id`; over the limit it was counted, not hashed and not kept (`too_large`)."""

    photo_id: UUID
    wrapped_key: bytes = field(repr=False)
    size: int
    sha256: bytes = field(repr=False)
    too_large: bool
    # DRF's FileField asks for a name; the sender's own may name a person and is never kept.
    name: str = "photo"

    def open(self) -> BlobReader:
        """The file as sent, decrypted while it is read. Raises core.blobs.BlobMissing after `discard` or when too large."""
        return BlobReader(self.photo_id, ORIGINAL, self.wrapped_key)

    def discard(self) -> None:
        """Delete the stored bytes: rejected, a duplicate, or nobody wants them."""
        delete_blob(self.photo_id)

    def close(self) -> None:
        """Django closes every file when the request ends; nothing is held open."""


def authenticated(request: HttpRequest) -> bool:
    """Whether a valid session or token came with the request; asked before the first byte of a file is stored."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return True
    # The session was asked above; DRF's own way to ask it reads the body for a CSRF token.
    schemes = [scheme for scheme in APIView.authentication_classes if not issubclass(scheme, SessionAuthentication)]
    try:
        return any(scheme().authenticate(Request(request)) for scheme in schemes)
    except (AuthenticationFailed, UnicodeDecodeError):
        return False


class EncryptingUploadHandler(FileUploadHandler):
    """Django's and DRF's multipart parsers feed it; `FILE_UPLOAD_HANDLERS` names no other, so nothing else can write a temporary file."""

    chunk_size = 256 * 1024

    _writer: BlobWriter | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.request is None or not authenticated(self.request):
            raise StopUpload(connection_reset=False)
        self._photo_id = new_id()
        self._wrapped_key = new_wrapped_key(self._photo_id)
        self._writer = BlobWriter(self._photo_id, ORIGINAL, self._wrapped_key)
        self._hash = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.UPLOAD_MAX_BYTES:
            self.upload_interrupted()
        if self._writer is not None:
            self._hash.update(raw_data)
            self._writer.write(raw_data)

    def file_complete(self, file_size: int) -> Any:
        if self._writer is None:
            return UploadedBlob(self._photo_id, self._wrapped_key, file_size, sha256=b"", too_large=True)
        self._writer.finish()
        self._writer = None
        return UploadedBlob(self._photo_id, self._wrapped_key, file_size, self._hash.digest(), too_large=False)

    def upload_interrupted(self) -> None:
        """The sender went away, or the file is over the limit: nothing of it stays."""
        if self._writer is not None:
            self._writer.abort()
            self._writer = None
