"""Photos and their derivatives at rest: encrypted in chunks under a key of the photo's own, kept through Django's storage.

A blob is 1 byte of layout, 16 bytes of salt, then chunks of 1 MiB, each followed by its 16-byte tag. Its key is derived from the photo's key
and the salt, so that a derivative may be written again; the nonce is the chunk's index; photo, variant, index and last-flag are bound in.
Hence a chunk that was altered, swapped, cut off or brought from elsewhere is seen before a byte of it is used.

The photo's key stands in its row, wrapped by the master key. Dropping the wrapped key erases the photo, in every backup too.
"""

import os
import re
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import SEEK_CUR, SEEK_END, SEEK_SET, RawIOBase, UnsupportedOperation
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from core.crypto import KEY_BYTES, NONCE_BYTES, TAG_BYTES, SealBroken, keyring
from core.ids import new_id

CHUNK_BYTES = 1024 * 1024
_SEALED_BYTES = CHUNK_BYTES + TAG_BYTES
_LAYOUT = b"\x01"
_SALT_BYTES = 16
_HEADER_BYTES = len(_LAYOUT) + _SALT_BYTES
_SHARD = re.compile(r"[0-9a-f]{2}")
_VARIANT = re.compile(r"[a-z][a-z0-9_]{0,31}")


class BlobMissing(Exception):
    """Nothing is stored under this photo and variant."""


class BlobBroken(Exception):
    """The stored bytes are not what was written for this photo and variant: altered, cut short, swapped, or another photo's key."""


@dataclass(frozen=True)
class BlobRef:
    """What was written: `size` is in bytes before encryption."""

    photo_id: UUID
    variant: str
    size: int


def new_wrapped_key(photo_id: UUID) -> bytes:
    """A fresh data key for one photo, wrapped by the newest master key: the only form in which it is ever stored."""
    return keyring("blob_key").seal(os.urandom(KEY_BYTES), aad=_key_place(photo_id))


def rewrap_key(photo_id: UUID, wrapped_key: bytes) -> bytes:
    """The same data key under the newest master key (rotation touches no blob). Raises SealBroken."""
    ring = keyring("blob_key")
    return ring.seal(ring.unseal(wrapped_key, aad=_key_place(photo_id)), aad=_key_place(photo_id))


class BlobWriter:
    """Encrypts while bytes arrive. Nothing has the blob's name until `finish`, and no plain byte touches the disk."""

    def __init__(self, photo_id: UUID, variant: str, wrapped_key: bytes) -> None:
        """Raises SealBroken for a key that is not this photo's, ValueError for a variant that is no plain word."""
        self.photo_id, self.variant, self.size = photo_id, variant, 0
        self._name = blob_name(photo_id, variant)
        salt = os.urandom(_SALT_BYTES)
        self._cipher = _cipher(photo_id, variant, wrapped_key, salt)
        self._index = 0
        self._pending = bytearray()
        self._path = Path(settings.BLOB_DIR) / "incoming" / new_id().hex
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = open(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)  # noqa: SIM115
        self._file.write(_LAYOUT + salt)

    def write(self, plain: bytes) -> None:
        """Add bytes in any portion."""
        self.size += len(plain)
        self._pending += plain
        # A full chunk waits until more follows, since only the last one carries the last-flag.
        while len(self._pending) > CHUNK_BYTES:
            self._seal_chunk(self._pending[:CHUNK_BYTES], last=False)
            del self._pending[:CHUNK_BYTES]

    def finish(self) -> BlobRef:
        """Seal the last chunk and give the blob its name in one step; a blob of that name is replaced."""
        self._seal_chunk(self._pending, last=True)
        os.fsync(self._file.fileno())
        with _Moved(self._path) as sealed:
            default_storage.save(self._name, sealed)
        _settle(self._name)
        self.abort()
        return BlobRef(self.photo_id, self.variant, self.size)

    def abort(self) -> None:
        """Forget what was written and not finished."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _seal_chunk(self, plain: bytearray, *, last: bool) -> None:
        place = _chunk_place(self.photo_id, self.variant, self._index, last=last)
        self._file.write(self._cipher.encrypt(_nonce(self._index), plain, place))
        self._index += 1


class BlobReader(RawIOBase):
    """A blob as a readable, seekable file that decrypts at most one chunk at a time. `size` is proven when it opens."""

    def __init__(self, photo_id: UUID, variant: str, wrapped_key: bytes) -> None:
        """Raises BlobMissing, BlobBroken."""
        super().__init__()
        self._photo_id, self._variant, self._position = photo_id, variant, 0
        self._file: Any = None
        try:
            self._file = default_storage.open(blob_name(photo_id, variant), "rb")
        except FileNotFoundError:
            raise BlobMissing(variant) from None
        header = self._file.read(_HEADER_BYTES)
        sealed_bytes = self._file.size - _HEADER_BYTES
        self._last = max(0, (sealed_bytes - 1) // _SEALED_BYTES)
        self.size = sealed_bytes - (self._last + 1) * TAG_BYTES
        try:
            if not header.startswith(_LAYOUT) or self.size < 0:
                raise BlobBroken("not a blob")
            self._cipher = _cipher(photo_id, variant, wrapped_key, header[len(_LAYOUT) :])
            self._chunk_index = self._last
            self._chunk = self._open_chunk(self._last)
        except SealBroken:
            self.close()
            raise BlobBroken("the key is not this photo's") from None
        except BlobBroken:
            self.close()
            raise

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        start = {SEEK_SET: 0, SEEK_CUR: self._position, SEEK_END: self.size}.get(whence)
        if start is None or start + offset < 0:
            raise UnsupportedOperation("seek before the start")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer from at most one chunk. Raises BlobBroken."""
        index, begin = divmod(self._position, CHUNK_BYTES)
        if self._position >= self.size:
            return 0
        if index != self._chunk_index:
            self._chunk, self._chunk_index = self._open_chunk(index), index
        part = self._chunk[begin : begin + len(buffer)]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes, fewer only at the end. Raises BlobBroken."""
        wanted = max(0, self.size - self._position) if size is None or size < 0 else size
        parts = []
        while wanted and (part := super().read(min(wanted, CHUNK_BYTES))):
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()

    def _open_chunk(self, index: int) -> bytes:
        self._file.seek(_HEADER_BYTES + index * _SEALED_BYTES)
        place = _chunk_place(self._photo_id, self._variant, index, last=index == self._last)
        try:
            return self._cipher.decrypt(_nonce(index), self._file.read(_SEALED_BYTES), place)
        except (InvalidTag, ValueError):
            raise BlobBroken(f"chunk {index}") from None


def write_blob(photo_id: UUID, variant: str, plain: bytes, wrapped_key: bytes) -> BlobRef:
    """Store bytes under a photo and variant, replacing what stood there."""
    writer = BlobWriter(photo_id, variant, wrapped_key)
    try:
        writer.write(plain)
        return writer.finish()
    finally:
        writer.abort()


def read_blob(photo_id: UUID, variant: str, wrapped_key: bytes) -> bytes:
    """All bytes of a blob. Raises BlobMissing, BlobBroken."""
    with BlobReader(photo_id, variant, wrapped_key) as reader:
        return reader.read()


def blob_exists(photo_id: UUID, variant: str) -> bool:
    """Whether a blob stands under this photo and variant."""
    return default_storage.exists(blob_name(photo_id, variant))


def delete_blob(photo_id: UUID, variant: str | None = None) -> None:
    """Remove one variant, or with None all of a photo's; what is not there is no error."""
    folder = _folder(photo_id)
    for name in _listed(folder)[1] if variant is None else [variant]:
        default_storage.delete(f"{folder}/{name}")
    if variant is None:
        _drop_empty(folder)


def sweep_orphans(known_ids: Container[UUID], older_than: datetime) -> int:
    """Delete blobs of photos that no row knows, and half-written ones, last touched before `older_than`; the number deleted.

    `older_than` must lie well before the moment `known_ids` was read, or a photo just accepted is taken for an orphan.
    """
    swept = 0
    for shard in filter(_SHARD.fullmatch, _listed("")[0]):
        for photo in _listed(shard)[0]:
            if UUID(hex=photo) not in known_ids:
                swept += _sweep(f"{shard}/{photo}", older_than)
                _drop_empty(f"{shard}/{photo}")
    return swept + _sweep("incoming", older_than)


def blob_name(photo_id: UUID, variant: str) -> str:
    """The storage's name of a blob. Raises ValueError for a variant that is no plain word."""
    if not _VARIANT.fullmatch(variant):
        raise ValueError(f"not a variant: {variant!r}")
    return f"{_folder(photo_id)}/{variant}"


class _Moved(File):  # type: ignore[type-arg]  # generic only for mypy
    """Tells the file system's storage to rename the finished file instead of copying it; other storages read it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


def _folder(photo_id: UUID) -> str:
    # The tail of a UUIDv7 is random, its head is the clock: the tail spreads evenly.
    return f"{photo_id.hex[-2:]}/{photo_id.hex}"


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _sweep(folder: str, older_than: datetime) -> int:
    names = [f"{folder}/{name}" for name in _listed(folder)[1]]
    stale = [name for name in names if default_storage.get_modified_time(name) < older_than]
    for name in stale:
        default_storage.delete(name)
    return len(stale)


def _drop_empty(folder: str) -> None:
    # Object stores have no folders; on a disk a folder that just got a new file stays.
    with suppress(OSError):
        default_storage.delete(folder)


def _settle(name: str) -> None:
    # A row may be committed next: after a power cut the file must still have its name.
    try:
        folder = os.open(Path(default_storage.path(name)).parent, os.O_RDONLY)
    except NotImplementedError:  # an object store has settled when it answers
        return
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _key_place(photo_id: UUID) -> bytes:
    return b"photo key " + photo_id.bytes


def _cipher(photo_id: UUID, variant: str, wrapped_key: bytes, salt: bytes) -> AESGCM:
    key = keyring("blob_key").unseal(bytes(wrapped_key), aad=_key_place(photo_id))
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"blob " + photo_id.bytes + variant.encode()).derive(key)
    return AESGCM(derived)


def _nonce(index: int) -> bytes:
    return index.to_bytes(NONCE_BYTES, "big")


def _chunk_place(photo_id: UUID, variant: str, index: int, *, last: bool) -> bytes:
    return photo_id.bytes + index.to_bytes(8, "big") + bytes([last]) + variant.encode()
