"""The door: time to accept an upload, against writing the same bytes to the same disk and one INSERT."""

import os
import statistics
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.consent_texts import purposes
from accounts.models import Patient
from accounts.services.consent import give_consents
from accounts.services.sign_up import make_user
from accounts.services.staff import ensure_reading_centre
from core import clock
from core.ids import new_id

ROUNDS = 15


def client() -> APIClient:
    """A signed-in patient of the bench's own database."""
    ensure_reading_centre(name_zh="示范阅片中心", name_en="Demo reading centre")
    now = clock.now()
    user = make_user(handle=str(new_id()), name="bench", language="en", password=None, at=now)
    patient = Patient.objects.create(user=user, name="bench", birth_year=1960, created_at=now)
    give_consents(patient=patient, purposes=purposes(), by=user, language="en")
    _row, token = AuthToken.objects.create(user=user)
    signed_in = APIClient()
    signed_in.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return signed_in


def accept(signed_in: Any, photo: bytes) -> float:
    """Seconds to accept one photo through the whole application."""
    body = {"file": SimpleUploadedFile("photo", photo), "kind": "retina", "eye": "OD", "taken_at": clock.now().isoformat()}
    started = perf_counter()
    answer = signed_in.post("/api/v1/photos", body, format="multipart")
    seconds = perf_counter() - started
    assert answer.status_code == 202, answer.content
    return seconds


def write_and_insert(folder: Path, photo: bytes) -> float:
    """Seconds to write and sync the same bytes and to commit one row."""
    started = perf_counter()
    with (folder / new_id().hex).open("wb") as file:
        file.write(photo)
        os.fsync(file.fileno())
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_floor (id, size) VALUES (%s, %s)", [new_id(), len(photo)])
    return perf_counter() - started


def run(photo: bytes) -> dict[str, str]:
    """Interleaved rounds, so that a busy machine slows both alike; medians and their ratio."""
    signed_in = client()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_floor (id uuid PRIMARY KEY, size integer)")
    with tempfile.TemporaryDirectory(dir=os.environ["BLOB_DIR"]) as folder:
        rounds = [(accept(signed_in, photo + number.to_bytes(2, "big")), write_and_insert(Path(folder), photo)) for number in range(ROUNDS + 2)][2:]
    ours, floor = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(a / b for a, b in rounds)
    return {
        "accept an upload": f"{ours * 1000:.0f} ms ({len(photo) / 1e6:.1f} MB JPEG)",
        "write + fsync + INSERT": f"{floor * 1000:.0f} ms",
        "ratio": f"{ratio:.1f}",
    }
