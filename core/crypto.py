"""Sealing of names, phones and photo keys: AES-256-GCM under versioned keys, and keyed hashes for look-up.

Keys are files in SECRETS_DIR (`field_key_1`, `blob_key_1`, `index_key`; 32 random bytes, base64). The newest version seals, every version
opens, so a rotation adds `field_key_2` and restarts; the old file goes when nothing sealed under it is left.
A token is: one byte of layout, one byte of key version, 12 bytes of nonce, ciphertext with its 16-byte tag.
"""

import base64
import hmac
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
_LAYOUT = 1
_PREFIX_BYTES = 2 + NONCE_BYTES

Purpose = Literal["field_key", "blob_key"]


class SealBroken(Exception):
    """The token was altered, belongs to another place (other `aad`), or its key is gone. Never carries the text itself."""


class KeyMissing(Exception):
    """SECRETS_DIR holds no usable key of this name; `make setup` makes them."""


@dataclass(frozen=True)
class Keyring:
    """All versions (1 to 255) of one master key."""

    keys: Mapping[int, bytes]

    def seal(self, plain: bytes, *, aad: bytes) -> bytes:
        """Encrypt under the newest key, bound to `aad` (the place where the token will stand)."""
        version = max(self.keys)
        prefix = bytes([_LAYOUT, version]) + os.urandom(NONCE_BYTES)
        return prefix + AESGCM(self.keys[version]).encrypt(prefix[2:], plain, prefix[:2] + aad)

    def unseal(self, token: bytes, *, aad: bytes) -> bytes:
        """Decrypt what `seal` made for the same place. Raises SealBroken."""
        if len(token) < _PREFIX_BYTES + TAG_BYTES or token[0] != _LAYOUT:
            raise SealBroken("not a sealed token")
        key = self.keys.get(token[1])
        if key is None:
            raise SealBroken(f"key version {token[1]} is gone")
        try:
            return AESGCM(key).decrypt(token[2:_PREFIX_BYTES], token[_PREFIX_BYTES:], token[:2] + aad)
        except InvalidTag:
            raise SealBroken("altered, or sealed for another place") from None


def seal(plain: bytes, *, aad: bytes) -> bytes:
    """Encrypt a field's value; `aad` names app, model and field."""
    return keyring("field_key").seal(plain, aad=aad)


def unseal(token: bytes, *, aad: bytes) -> bytes:
    """The value that `seal` encrypted for the same field. Raises SealBroken."""
    return keyring("field_key").unseal(token, aad=aad)


def blind_index(value: str, *, field: str) -> bytes:
    """32 bytes to look an encrypted value up by equality: HMAC-SHA256 with a key of the field's own.

    Equal after NFKC, case folding and trimming means equal index; a phone must come in E.164 already. Not for values anyone can
    list (a birth year, a sex): the index tells which rows share a value.
    """
    normal = unicodedata.normalize("NFKC", value).strip().casefold()
    return hmac.digest(_index_key(settings.SECRETS_DIR, field), normal.encode(), "sha256")


def keyring(purpose: Purpose) -> Keyring:
    """All versions of one master key. Raises KeyMissing."""
    return _read_keyring(purpose, settings.SECRETS_DIR)


@cache
def _read_keyring(purpose: Purpose, folder: Path) -> Keyring:
    versions = {path.name.removeprefix(purpose + "_"): path for path in Path(folder).glob(purpose + "_*")}
    # An editor's copy beside a key is no version of it.
    keys = {int(version): _read_key(path) for version, path in versions.items() if version.isdecimal()}
    if not keys:
        raise KeyMissing(f"no {purpose}_N in the secrets folder")
    return Keyring(keys)


@cache
def _index_key(folder: Path, field: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"blind index " + field.encode()).derive(_read_key(Path(folder) / "index_key"))


def _read_key(path: Path) -> bytes:
    try:
        key = base64.b64decode(path.read_text().strip(), validate=True)
    except (OSError, ValueError):
        raise KeyMissing(f"{path.name} cannot be read") from None
    if len(key) != KEY_BYTES:
        raise KeyMissing(f"{path.name} is not {KEY_BYTES} bytes in base64")
    return key
