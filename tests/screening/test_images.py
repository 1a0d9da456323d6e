"""Pictures of a photo go to those who may see them, and what the program saw to nobody before its time."""

import pytest

from core import clock
from core.blobs import write_blob
from screening.models import Photo
from screening.services import images
from tests import photos
from tests.factories import client_of, make_clinician, make_encounter, make_patient, make_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo() -> Photo:
    taken = make_photo(make_encounter(make_patient()), grade=3)
    for variant in ("view", "attention"):
        write_blob(taken.pk, variant, variant.encode(), bytes(taken.wrapped_key or b""))
    return taken


def test_a_patient_gets_her_photo_but_not_the_overlay_nor_the_full_size(photo: Photo) -> None:
    client = client_of(photo.patient.user)
    seen = client.get(f"/api/v1/photos/{photo.pk}/images/view")
    assert (seen.status_code, seen.content) == (200, b"view")
    assert "no-store" in seen["Cache-Control"]
    assert client.get(f"/api/v1/photos/{photo.pk}/images/attention").status_code == 404
    assert client.get(f"/api/v1/photos/{photo.pk}/images/full").status_code == 404


def test_a_clinician_gets_the_overlay(photo: Photo) -> None:
    assert client_of(make_clinician()).get(f"/api/v1/photos/{photo.pk}/images/attention").content == b"attention"


def test_the_full_size_is_made_when_it_is_first_asked_for_and_kept(photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setattr(images, "full_view_in_child", lambda original: made.append(len(original)) or photos.jpeg())
    client = client_of(make_clinician())
    first = client.get(f"/api/v1/photos/{photo.pk}/images/full")
    again = client.get(f"/api/v1/photos/{photo.pk}/images/full")
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert len(made) == 1


def test_a_photo_that_cannot_be_decoded_has_no_full_size_and_is_no_fault_of_ours(photo: Photo) -> None:
    write_blob(photo.pk, "original", photos.jpeg()[:400], bytes(photo.wrapped_key or b""))
    assert client_of(make_clinician()).get(f"/api/v1/photos/{photo.pk}/images/full").status_code == 404


def test_an_erased_photo_has_no_pictures(photo: Photo) -> None:
    Photo.objects.filter(pk=photo.pk).update(wrapped_key=None, erased_at=clock.now())
    assert client_of(photo.patient.user).get(f"/api/v1/photos/{photo.pk}/images/view").status_code == 404


def test_an_unknown_variant_is_unknown(photo: Photo) -> None:
    assert client_of(photo.patient.user).get(f"/api/v1/photos/{photo.pk}/images/original").status_code == 404
