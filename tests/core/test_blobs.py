"""Photos at rest: unreadable, whole or refused, bound to their photo, and gone when their key is."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core import blobs, clock
from core.blobs import (
    CHUNK_BYTES,
    BlobBroken,
    BlobMissing,
    BlobReader,
    BlobWriter,
    blob_exists,
    blob_name,
    delete_blob,
    new_wrapped_key,
    read_blob,
    rewrap_key,
    sweep_orphans,
    write_blob,
)
from core.crypto import SealBroken
from core.ids import new_id

SEALED = CHUNK_BYTES + 16
HEADER = 17


@pytest.fixture(autouse=True)
def blob_dir(settings: Any, tmp_path: Path) -> Path:
    settings.BLOB_DIR = tmp_path / "blobs"
    default = settings.STORAGES["default"]
    settings.STORAGES = settings.STORAGES | {"default": default | {"OPTIONS": default["OPTIONS"] | {"location": settings.BLOB_DIR}}}
    return settings.BLOB_DIR


def stored(photo_id: UUID, blob_dir: Path, variant: str = "original") -> Path:
    return blob_dir / blob_name(photo_id, variant)


def kept(plain: bytes) -> tuple[UUID, bytes]:
    photo_id = new_id()
    key = new_wrapped_key(photo_id)
    write_blob(photo_id, "original", plain, key)
    return photo_id, key


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_what_was_written_is_read_back_at_every_chunk_boundary(size: int) -> None:
    plain = os.urandom(size)
    photo_id, key = kept(plain)
    assert read_blob(photo_id, "original", key) == plain
    with BlobReader(photo_id, "original", key) as reader:
        assert reader.size == size


@given(portions=st.lists(st.integers(0, 40), max_size=12), reads=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 90)), max_size=12))
@hypothesis_settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_portions_in_and_any_seeks_and_reads_out_agree_with_the_plain_bytes(
    portions: list[int], reads: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "CHUNK_BYTES", 32)
    monkeypatch.setattr(blobs, "_SEALED_BYTES", 48)
    plain = os.urandom(sum(portions))
    photo_id = new_id()
    key = new_wrapped_key(photo_id)
    writer, start = BlobWriter(photo_id, "original", key), 0
    for portion in portions:
        writer.write(plain[start : start + portion])
        start += portion
    assert writer.finish().size == len(plain)
    with BlobReader(photo_id, "original", key) as reader:
        for offset, size in reads:
            reader.seek(offset)
            assert reader.read(size) == plain[offset : offset + size]
            assert reader.tell() == offset + len(plain[offset : offset + size])


def test_a_reader_is_a_file_that_seeks_from_both_ends(blob_dir: Path) -> None:
    photo_id, key = kept(b"0123456789")
    with BlobReader(photo_id, "original", key) as reader:
        assert (reader.seek(-3, os.SEEK_END), reader.read()) == (7, b"789")
        reader.seek(2)
        assert (reader.seek(1, os.SEEK_CUR), reader.read(2)) == (3, b"34")
        with pytest.raises(OSError, match="before the start"):
            reader.seek(-1)


def test_no_plain_byte_of_a_photo_is_ever_on_the_disk(blob_dir: Path) -> None:
    plain = b"a plain photo " * (CHUNK_BYTES // 7)
    photo_id = new_id()
    writer = BlobWriter(photo_id, "original", new_wrapped_key(photo_id))
    writer.write(plain)
    half_written = [path for path in blob_dir.rglob("*") if path.is_file()]
    assert len(half_written) == 1
    assert half_written[0].stat().st_size > CHUNK_BYTES
    assert b"a plain photo" not in half_written[0].read_bytes()
    writer.finish()
    assert b"a plain photo" not in stored(photo_id, blob_dir).read_bytes()


def test_a_blob_has_its_name_only_when_it_is_complete_and_only_its_owner_can_open_it(blob_dir: Path) -> None:
    photo_id = new_id()
    key = new_wrapped_key(photo_id)
    writer = BlobWriter(photo_id, "original", key)
    writer.write(bytes(3 * CHUNK_BYTES))
    assert not blob_exists(photo_id, "original")
    with pytest.raises(BlobMissing):
        read_blob(photo_id, "original", key)
    writer.finish()
    assert blob_exists(photo_id, "original")
    assert list((blob_dir / "incoming").iterdir()) == []
    assert stored(photo_id, blob_dir).stat().st_mode & 0o777 == 0o600
    assert stored(photo_id, blob_dir).parent.stat().st_mode & 0o777 == 0o700


def test_an_aborted_upload_leaves_nothing(blob_dir: Path) -> None:
    photo_id = new_id()
    writer = BlobWriter(photo_id, "original", new_wrapped_key(photo_id))
    writer.write(bytes(2 * CHUNK_BYTES))
    writer.abort()
    writer.abort()
    assert [path for path in blob_dir.rglob("*") if path.is_file()] == []


def test_a_derivative_written_again_replaces_the_first_under_another_salt(blob_dir: Path) -> None:
    photo_id, key = kept(b"first")
    first = stored(photo_id, blob_dir).read_bytes()
    write_blob(photo_id, "original", b"other", key)
    second = stored(photo_id, blob_dir).read_bytes()
    assert read_blob(photo_id, "original", key) == b"other"
    assert first[1:HEADER] != second[1:HEADER]
    assert len(list(stored(photo_id, blob_dir).parent.iterdir())) == 1


def _swap_chunks(sealed: bytes) -> bytes:
    body = sealed[HEADER:]
    return sealed[:HEADER] + body[SEALED : 2 * SEALED] + body[:SEALED] + body[2 * SEALED :]


DAMAGE = {
    "two chunks swapped": _swap_chunks,
    "a chunk repeated": lambda sealed: sealed[: HEADER + SEALED] + sealed[HEADER:],
    "a chunk left out": lambda sealed: sealed[:HEADER] + sealed[HEADER + SEALED :],
    "the last chunk cut off": lambda sealed: sealed[: HEADER + 2 * SEALED],
    "the last byte cut off": lambda sealed: sealed[:-1],
    "a byte appended": lambda sealed: sealed + b"\x00",
    "another salt": lambda sealed: sealed[:1] + bytes(16) + sealed[HEADER:],
    "another layout": lambda sealed: b"\x02" + sealed[1:],
    "only a header": lambda sealed: sealed[:HEADER],
    "half a header": lambda sealed: sealed[:5],
    "nothing": lambda _sealed: b"",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_of_the_whole_is_noticed(damage: str, blob_dir: Path) -> None:
    photo_id, key = kept(os.urandom(2 * CHUNK_BYTES + 100))
    path = stored(photo_id, blob_dir)
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    with pytest.raises(BlobBroken):
        read_blob(photo_id, "original", key)


@pytest.mark.parametrize("place", [0, 1, HEADER, HEADER + 500, HEADER + CHUNK_BYTES + 3, HEADER + SEALED + 1, -1])
def test_a_flipped_bit_anywhere_is_noticed(place: int, blob_dir: Path) -> None:
    photo_id, key = kept(os.urandom(2 * CHUNK_BYTES))
    path = stored(photo_id, blob_dir)
    sealed = bytearray(path.read_bytes())
    sealed[place] ^= 1
    path.write_bytes(sealed)
    with pytest.raises(BlobBroken):
        read_blob(photo_id, "original", key)


def test_a_damaged_chunk_gives_none_of_its_bytes_but_earlier_ones_can_be_read(blob_dir: Path) -> None:
    plain = os.urandom(3 * CHUNK_BYTES)
    photo_id, key = kept(plain)
    path = stored(photo_id, blob_dir)
    sealed = bytearray(path.read_bytes())
    sealed[HEADER + SEALED + 10] ^= 1
    path.write_bytes(sealed)
    with BlobReader(photo_id, "original", key) as reader:
        assert reader.read(CHUNK_BYTES) == plain[:CHUNK_BYTES]
        with pytest.raises(BlobBroken):
            reader.read(1)


def test_a_blob_brought_to_another_photo_or_variant_does_not_open(blob_dir: Path) -> None:
    photo_id, key = kept(b"the first eye")
    other_id, other_key = kept(b"the other eye")
    stored(other_id, blob_dir).write_bytes(stored(photo_id, blob_dir).read_bytes())
    stored(photo_id, blob_dir, "view").write_bytes(stored(photo_id, blob_dir).read_bytes())
    for wrong_id, variant, wrong_key in ((other_id, "original", other_key), (other_id, "original", key), (photo_id, "view", key)):
        with pytest.raises(BlobBroken):
            read_blob(wrong_id, variant, wrong_key)


def test_without_its_wrapped_key_a_photo_is_erased_in_every_copy() -> None:
    photo_id, _dropped = kept(b"erased")
    with pytest.raises(BlobBroken):
        read_blob(photo_id, "original", new_wrapped_key(photo_id))


def test_a_key_is_rewrapped_without_touching_the_blob_and_never_for_another_photo() -> None:
    photo_id, key = kept(b"kept")
    again = rewrap_key(photo_id, key)
    assert again != key
    assert read_blob(photo_id, "original", again) == b"kept"
    with pytest.raises(SealBroken):
        rewrap_key(new_id(), key)


@pytest.mark.parametrize("variant", ["", "Original", "../original", "a/b", "view.jpg", "x" * 40])
def test_a_name_that_is_no_plain_word_never_reaches_the_disk(variant: str) -> None:
    photo_id, key = kept(b"x")
    with pytest.raises(ValueError, match="not a variant"):
        read_blob(photo_id, variant, key)
    with pytest.raises(ValueError, match="not a variant"):
        write_blob(photo_id, variant, b"x", key)


def test_deleting_takes_one_variant_or_all_and_forgives_what_is_gone(blob_dir: Path) -> None:
    photo_id, key = kept(b"x")
    write_blob(photo_id, "view", b"v", key)
    delete_blob(photo_id, "view")
    assert (blob_exists(photo_id, "view"), blob_exists(photo_id, "original")) == (False, True)
    delete_blob(photo_id)
    delete_blob(photo_id)
    assert not stored(photo_id, blob_dir).parent.exists()


def test_the_sweep_takes_old_orphans_and_half_written_files_and_nothing_else(blob_dir: Path) -> None:
    now = clock.now()
    known, orphan, fresh = (kept(b"x")[0] for _ in range(3))
    half = new_id()
    writer = BlobWriter(half, "original", new_wrapped_key(half))
    (blob_dir / "lost+found").mkdir()
    old = (now - timedelta(days=2)).timestamp()
    for path in (stored(known, blob_dir), stored(orphan, blob_dir), next((blob_dir / "incoming").iterdir())):
        os.utime(path, (old, old))
    assert sweep_orphans({known}, now - timedelta(days=1)) == 2
    writer.abort()
    assert [blob_exists(photo_id, "original") for photo_id in (known, orphan, fresh)] == [True, False, True]
    assert not stored(orphan, blob_dir).parent.exists()
    assert list((blob_dir / "incoming").iterdir()) == []
