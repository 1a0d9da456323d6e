"""What the door promises: every accepted photo has a queued reading, nothing is accepted twice, and what is refused leaves nothing behind."""

from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection

from core import clock
from core.ids import new_id
from screening.models import Encounter, Photo, Reading
from screening.retina.symptoms import symptom_of
from tests import photos
from tests.factories import answered, client_of, make_encounter, make_patient, make_photo

pytestmark = pytest.mark.django_db


def send(client: Any, photo: bytes, *, eye: str = "OD", key: str | None = None, **fields: Any) -> Any:
    headers = {"idempotency-key": key} if key else {}
    body = {
        "file": SimpleUploadedFile("IMG_李桂芳.jpg", photo),
        "kind": "retina",
        "eye": eye,
        "taken_at": clock.now().isoformat(),
    } | fields
    return client.post("/api/v1/photos", body, format="multipart", headers=headers)


def stored_files() -> list[Path]:
    return [path for path in Path(settings.BLOB_DIR).rglob("*") if path.is_file()]


def test_an_accepted_photo_has_exactly_one_queued_reading_and_an_address_to_ask() -> None:
    patient = make_patient()
    answer = send(client_of(patient.user), photos.jpeg())
    assert answer.status_code == 202, answer.content
    body = answer.json()
    assert body["state"] == "queued"
    assert body["outcome"] is None
    assert body["retry_after"] > 0
    reading = Reading.objects.get(photo_id=body["id"])
    assert reading.state == "queued"
    asked = client_of(patient.user).get(body["status_url"])
    assert asked.status_code == 200
    assert asked.json()["id"] == body["id"]


def test_every_format_that_phones_and_cameras_make_is_accepted() -> None:
    client = client_of(make_patient().user)
    for draw in (
        photos.jpeg,
        photos.cmyk_jpeg,
        photos.progressive_jpeg,
        photos.mpo,
        photos.motion_photo,
        photos.png,
        photos.png16,
        photos.webp,
        photos.heic,
    ):
        answer = send(client, draw())
        assert answer.status_code == 202, (draw.__name__, answer.content)


@pytest.mark.parametrize(
    ("photo", "status", "code"),
    [
        (b"%PDF-1.7 not a picture", 415, "not_an_image"),
        (photos.truncated(photos.jpeg()), 422, "truncated"),
        (photos.tiny(), 422, "too_small"),
        (photos.pixel_bomb(), 413, "too_many_pixels"),
    ],
    ids=["document", "truncated", "tiny", "pixel bomb"],
)
def test_what_the_bytes_already_tell_is_refused_in_words_and_leaves_nothing(photo: bytes, status: int, code: str) -> None:
    patient = make_patient()
    before = set(stored_files())
    answer = send(client_of(patient.user), photo)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["code"] == code
    assert answer.json()["detail"]
    assert not Photo.objects.exists()
    assert set(stored_files()) == before


def test_a_refusal_speaks_the_readers_language() -> None:
    client = client_of(make_patient().user)
    body = {"file": SimpleUploadedFile("x", photos.tiny()), "kind": "retina", "eye": "OD", "taken_at": clock.now().isoformat()}
    english = client.post("/api/v1/photos", body, format="multipart", headers={"accept-language": "en"}).json()
    assert "too small" in english["detail"]
    assert english["limit"] == settings.UPLOAD_MIN_SIDE


def test_the_same_bytes_of_the_same_eye_are_the_same_photo() -> None:
    client = client_of(make_patient().user)
    first = send(client, photos.jpeg())
    again = send(client, photos.jpeg())
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json()["id"] == first.json()["id"]
    assert Photo.objects.count() == 1


def test_the_same_bytes_for_the_other_eye_are_a_new_photo_with_a_warning() -> None:
    client = client_of(make_patient().user)
    first = send(client, photos.jpeg(), eye="OD")
    other = send(client, photos.jpeg(), eye="OS")
    assert other.status_code == 202
    assert other.json()["id"] != first.json()["id"]
    assert other.json()["warnings"] == ["same_file_for_other_eye"]


def test_the_same_bytes_of_two_people_share_nothing_visible() -> None:
    one, other = make_patient(), make_patient()
    send(client_of(one.user), photos.jpeg())
    answer = send(client_of(other.user), photos.jpeg())
    assert answer.status_code == 202
    assert answer.json()["warnings"] == []
    hashes = {bytes(photo.content_hmac) for photo in Photo.objects.all()}
    assert len(hashes) == 2


def test_a_key_used_again_gives_the_same_answer_and_with_other_content_is_refused() -> None:
    client = client_of(make_patient().user)
    moment = clock.now().isoformat()
    first = send(client, photos.jpeg(), key="visit-1", taken_at=moment)
    again = send(client, photos.jpeg(), key="visit-1", taken_at=moment)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    other = send(client, photos.png(), key="visit-1", taken_at=moment)
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"
    assert Photo.objects.count() == 1


def test_two_people_may_use_the_same_key() -> None:
    assert send(client_of(make_patient().user), photos.jpeg(), key="1").status_code == 202
    assert send(client_of(make_patient().user), photos.png(), key="1").status_code == 202


@pytest.mark.django_db(transaction=True)
def test_twenty_requests_at_once_with_one_key_make_one_photo() -> None:
    patient = make_patient()
    client = client_of(patient.user)
    moment, start, answers = clock.now().isoformat(), Barrier(20), []

    def once() -> None:
        try:
            start.wait()
            answers.append(send(client, photos.jpeg(), key="twenty", taken_at=moment))
        finally:
            connection.close()

    threads = [Thread(target=once) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Photo.objects.count() == 1


def test_without_care_or_sharing_nothing_is_taken_and_the_way_in_person_is_named() -> None:
    for consents in ((), ("care",), ("care", "automatic_reading")):
        answer = send(client_of(make_patient(consents=consents).user), photos.jpeg())
        assert answer.status_code == 403
        assert answer.json()["code"] == "consent_missing"
    assert not Photo.objects.exists()


def test_somebody_elses_patient_and_encounter_are_unknown() -> None:
    patient, other = make_patient(), make_patient()
    client = client_of(patient.user)
    encounter = Encounter.objects.create(patient=other, programme="retina-dr", opened_at=clock.now())
    assert send(client, photos.jpeg(), patient=str(other.pk)).status_code == 404
    assert send(client, photos.jpeg(), patient=str(new_id())).status_code == 404
    assert send(client, photos.jpeg(), encounter=str(encounter.pk)).status_code == 404
    assert not Photo.objects.exists()


def test_unknown_fields_missing_eye_and_a_day_to_come_are_told_at_the_field() -> None:
    client = client_of(make_patient().user)
    unknown = send(client, photos.jpeg(), colour="red").json()
    assert unknown["errors"][0]["pointer"] == "/colour"
    wrong = send(client, photos.jpeg(), eye="left").json()
    assert wrong["errors"][0]["pointer"] == "/eye"
    later = send(client, photos.jpeg(), taken_at=(clock.now() + timedelta(days=3)).isoformat()).json()
    assert later["code"] == "taken_in_future"
    assert not Photo.objects.exists()


def test_the_clients_encounter_gathers_both_eyes() -> None:
    client = client_of(make_patient().user)
    wanted = str(new_id())
    right = send(client, photos.jpeg(), eye="OD", encounter=wanted)
    left = send(client, photos.png(), eye="OS", encounter=wanted)
    assert {right.json()["encounter"], left.json()["encounter"]} == {wanted}


def test_photos_of_one_day_join_without_being_told() -> None:
    client = client_of(make_patient().user)
    right = send(client, photos.jpeg(), eye="OD")
    left = send(client, photos.png(), eye="OS")
    assert right.json()["encounter"] == left.json()["encounter"]


def test_a_photo_that_answers_an_open_question_joins_the_sitting_that_asked() -> None:
    patient = make_patient()
    ago = clock.now() - timedelta(days=5)
    asked = Encounter.objects.create(patient=patient, programme="retina-dr", opened_at=ago)
    make_photo(asked, "OD", taken_at=ago)
    answer = send(client_of(patient.user), photos.jpeg(), eye="OS", encounter=str(new_id()))
    assert answer.json()["encounter"] == str(asked.pk)


def test_a_failed_photo_sent_again_is_read_again() -> None:
    patient = make_patient()
    client = client_of(patient.user)
    first = send(client, photos.jpeg()).json()
    Reading.objects.filter(photo_id=first["id"]).update(state="failed", outcome="failed", reason="our_fault", finished_at=clock.now())
    assert send(client, photos.jpeg()).status_code == 200
    assert Reading.objects.get(photo_id=first["id"]).state == "queued"


def test_a_body_over_the_limit_is_told_before_it_is_read(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    client = client_of(make_patient().user)
    answer = send(client, photos.jpeg(1200, 900) + b"\0" * 400_000)
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_many_bytes"
    assert not Photo.objects.exists()


def test_with_redis_away_an_upload_is_still_accepted(settings: Any) -> None:
    settings.CACHES = settings.CACHES | {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    assert send(client_of(make_patient().user), photos.jpeg()).status_code == 202


def test_a_photo_whose_commit_met_a_dying_database_keeps_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit may have gone through; only the sweep, which looks at rows, may delete."""

    def dies(*_: Any, **__: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    patient = make_patient()
    before = set(stored_files())
    monkeypatch.setattr("core.idempotency.remember", dies)
    assert send(client_of(patient.user), photos.jpeg(), key="dying").status_code == 503
    assert set(stored_files()) - before


def test_a_symptom_told_later_belongs_to_its_own_sitting() -> None:
    patient = make_patient()
    earlier = make_encounter(patient, opened_at=clock.now() - timedelta(days=90))
    latest = make_encounter(patient)
    answered(patient, symptom=True)
    assert symptom_of(earlier) is None
    assert symptom_of(latest) is True
