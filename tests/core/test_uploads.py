"""Streaming in: what a person sends is on the disk encrypted or not at all."""

import hashlib
import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.views import APIView

from core.blobs import BlobMissing
from core.middleware import BodyLimits
from core.uploads import UploadedBlob, authenticated


class Signed:
    is_authenticated = True


@pytest.fixture(autouse=True)
def blob_dir(settings: Any, tmp_path: Path) -> Path:
    settings.BLOB_DIR = tmp_path / "blobs"
    default = settings.STORAGES["default"]
    settings.STORAGES = settings.STORAGES | {"default": default | {"OPTIONS": default["OPTIONS"] | {"location": settings.BLOB_DIR}}}
    settings.UPLOAD_MAX_BYTES = 2_000_000
    return settings.BLOB_DIR


def body(photo: bytes, **fields: str) -> bytes:
    file = BytesIO(photo)
    file.name = "王芳 left eye.jpg"
    return encode_multipart(BOUNDARY, fields | {"file": file})


def posted(content: bytes, user: object | None = None, **headers: str) -> HttpRequest:
    request = RequestFactory().generic("POST", "/", content, MULTIPART_CONTENT, **headers)
    request.user = Signed() if user is None else user  # type: ignore[assignment]
    return request


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def received(photo: bytes, **fields: str) -> UploadedBlob:
    return posted(body(photo, **fields)).FILES["file"]  # type: ignore[return-value]


@pytest.mark.parametrize("size", [0, 1, 300_000, 2_000_000])
def test_a_file_arrives_encrypted_counted_and_hashed(size: int, blob_dir: Path) -> None:
    photo = os.urandom(size)
    upload = received(photo, eye="OD")
    assert (upload.size, upload.sha256, upload.too_large) == (size, hashlib.sha256(photo).digest(), False)
    with upload.open() as reader:
        assert reader.read() == photo
    assert len(on_disk(blob_dir)) == 1


def test_the_fields_beside_the_file_are_read_as_ever() -> None:
    assert posted(body(b"photo", eye="OD")).POST["eye"] == "OD"


def test_drf_gets_the_same_file(blob_dir: Path) -> None:
    request = Request(posted(body(b"a photo", eye="OS")), parsers=[MultiPartParser()])
    upload = request.data["file"]
    assert isinstance(upload, UploadedBlob)
    assert request.data["eye"] == "OS"
    with upload.open() as reader:
        assert reader.read() == b"a photo"


def test_no_plain_byte_and_no_name_of_the_sender_is_kept(blob_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    upload = received(b"plain bytes " * 100_000)
    assert upload.name == "photo"
    assert all(b"plain bytes" not in path.read_bytes() and "eye" not in path.name for path in on_disk(tmp_path))
    assert str(upload.wrapped_key) not in repr(upload)
    assert "sha256" not in repr(upload)


def test_a_file_over_the_limit_is_counted_to_its_end_and_not_kept(blob_dir: Path) -> None:
    upload = received(bytes(2_000_001))
    assert (upload.too_large, upload.size) == (True, 2_000_001)
    assert on_disk(blob_dir) == []
    with pytest.raises(BlobMissing):
        upload.open()
    upload.discard()


def test_a_discarded_file_is_gone(blob_dir: Path) -> None:
    upload = received(b"a duplicate")
    upload.discard()
    assert on_disk(blob_dir) == []
    with pytest.raises(BlobMissing):
        upload.open()


def test_the_body_of_a_stranger_is_drained_and_never_stored(blob_dir: Path) -> None:
    request = posted(body(os.urandom(1_500_000)), AnonymousUser())
    assert list(request.FILES) == []
    assert request.read() == b""
    assert on_disk(blob_dir) == []


def test_a_sender_who_goes_away_leaves_nothing(blob_dir: Path) -> None:
    content = body(os.urandom(1_500_000))
    request = posted(content[: len(content) // 2])
    assert list(request.FILES) == []
    assert on_disk(blob_dir) == []


def test_files_one_after_the_other_have_ids_and_keys_of_their_own() -> None:
    first, second = BytesIO(b"first"), BytesIO(b"second")
    first.name = second.name = "x"
    request = posted(encode_multipart(BOUNDARY, {"a": first, "b": second}))
    uploads: list[Any] = [request.FILES["a"], request.FILES["b"]]
    assert uploads[0].photo_id != uploads[1].photo_id
    assert uploads[0].wrapped_key != uploads[1].wrapped_key
    assert [upload.open().read() for upload in uploads] == [b"first", b"second"]


def test_the_end_of_the_request_closes_the_file_without_losing_it() -> None:
    request = posted(body(b"kept"))
    upload: Any = request.FILES["file"]
    request.close()
    assert upload.open().read() == b"kept"


class Token:
    def authenticate(self, request: Request) -> tuple[object, str] | None:
        word = request.META.get("HTTP_AUTHORIZATION")
        if word == "Bearer wrong":
            raise AuthenticationFailed
        return (object(), word) if word else None


@pytest.mark.parametrize(("word", "let_in"), [("", False), ("Bearer wrong", False), ("Bearer right", True)])
def test_a_token_counts_as_much_as_a_session_and_a_wrong_one_as_nothing(word: str, let_in: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(APIView, "authentication_classes", [Token])
    assert authenticated(posted(b"", AnonymousUser(), HTTP_AUTHORIZATION=word)) is let_in


def test_asking_who_sends_does_not_read_the_body() -> None:
    request = posted(body(b"photo"), AnonymousUser(), HTTP_AUTHORIZATION="")
    authenticated(request)
    assert len(request.read()) > 100


def test_a_body_that_no_view_has_read_is_drained_before_the_answer_leaves() -> None:
    request = posted(body(bytes(1_500_000)), AnonymousUser())
    assert BodyLimits(lambda _request: HttpResponse(status=401))(request).status_code == 401
    assert request.read() == b""


def test_a_body_over_the_limit_is_told_without_any_view_and_drained(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    request = posted(body(bytes(600_000)))
    assert BodyLimits(lambda _request: HttpResponse())(request).status_code == 413
    assert request.read() == b""


def test_the_settings_name_no_handler_that_writes_plain_files(settings: Any) -> None:
    assert settings.FILE_UPLOAD_HANDLERS == ["core.uploads.EncryptingUploadHandler"]
