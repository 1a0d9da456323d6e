"""What is sealed opens only in its place, with its key, and unaltered."""

import base64
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto import KeyMissing, Keyring, SealBroken, blind_index, keyring, seal, unseal

RING = Keyring({1: bytes(32)})


@pytest.fixture(autouse=True)
def secrets(settings: Any, tmp_path: Path) -> Path:
    settings.SECRETS_DIR = tmp_path
    for name in ("field_key_1", "blob_key_1", "index_key"):
        (tmp_path / name).write_text(base64.b64encode(os.urandom(32)).decode() + "\n")
    return tmp_path


@given(plain=st.binary(max_size=200), aad=st.binary(max_size=40))
def test_a_sealed_value_opens_in_its_own_place(plain: bytes, aad: bytes) -> None:
    assert RING.unseal(RING.seal(plain, aad=aad), aad=aad) == plain


@given(plain=st.binary(max_size=60), place=st.integers(0, 1000), bit=st.integers(0, 7))
def test_a_single_flipped_bit_is_noticed_wherever_it_is(plain: bytes, place: int, bit: int) -> None:
    token = bytearray(RING.seal(plain, aad=b"here"))
    token[place % len(token)] ^= 1 << bit
    with pytest.raises(SealBroken):
        RING.unseal(bytes(token), aad=b"here")


@given(token=st.binary(max_size=80))
def test_any_bytes_that_were_never_sealed_are_refused_as_broken(token: bytes) -> None:
    with pytest.raises(SealBroken):
        RING.unseal(token, aad=b"")


def test_a_value_moved_to_another_field_does_not_open() -> None:
    token = seal(b"Wang Fang", aad=b"accounts.patient.name")
    assert unseal(token, aad=b"accounts.patient.name") == b"Wang Fang"
    with pytest.raises(SealBroken):
        unseal(token, aad=b"accounts.store.name")


def test_the_same_value_is_sealed_differently_each_time_and_its_text_is_not_in_the_token() -> None:
    tokens = {seal(b"13800138000", aad=b"x") for _ in range(20)}
    assert len(tokens) == 20
    assert not any(b"1380" in token for token in tokens)


def test_after_a_rotation_the_new_key_seals_and_the_old_one_still_opens() -> None:
    old, new = os.urandom(32), os.urandom(32)
    before = Keyring({1: old}).seal(b"name", aad=b"x")
    both = Keyring({1: old, 2: new})
    after = both.seal(b"name", aad=b"x")
    assert both.unseal(before, aad=b"x") == both.unseal(after, aad=b"x") == Keyring({2: new}).unseal(after, aad=b"x") == b"name"
    with pytest.raises(SealBroken):
        Keyring({2: new}).unseal(before, aad=b"x")


def test_the_highest_number_is_the_newest_key(settings: Any, tmp_path: Path) -> None:
    settings.SECRETS_DIR = folder = tmp_path / "rotated"
    folder.mkdir()
    for version in (1, 2, 10):
        (folder / f"field_key_{version}").write_text(base64.b64encode(bytes([version]) * 32).decode())
    (folder / "field_key_11.bak").touch()
    assert seal(b"", aad=b"")[1] == 10
    assert set(keyring("field_key").keys) == {1, 2, 10}


@pytest.mark.parametrize("content", [None, "", "not base64!", base64.b64encode(bytes(16)).decode()])
def test_a_missing_or_malformed_key_is_named_but_never_shown(settings: Any, tmp_path: Path, content: str | None) -> None:
    settings.SECRETS_DIR = folder = tmp_path / "bad"
    folder.mkdir()
    if content is not None:
        (folder / "field_key_1").write_text(content)
    with pytest.raises(KeyMissing, match="field_key") as missing:
        seal(b"x", aad=b"")
    assert not content or content not in str(missing.value)


def test_a_blind_index_is_equal_for_what_people_write_differently() -> None:
    assert blind_index(" Ａnna@Example.com", field="f") == blind_index("anna@example.com ", field="f")
    assert blind_index("anna", field="f") != blind_index("annb", field="f")
    assert len(blind_index("", field="f")) == 32


def test_the_same_phone_in_two_tables_cannot_be_joined_by_its_index() -> None:
    assert blind_index("+8613800138000", field="accounts.user.phone") != blind_index("+8613800138000", field="accounts.store.phone")


def test_another_index_key_gives_another_index(settings: Any, tmp_path: Path) -> None:
    before = blind_index("anna", field="f")
    settings.SECRETS_DIR = folder = tmp_path / "other"
    folder.mkdir()
    (folder / "index_key").write_text(base64.b64encode(os.urandom(32)).decode())
    assert blind_index("anna", field="f") != before
