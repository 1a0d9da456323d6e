"""A picture's address opens in one session for ten minutes, and only to whoever may see the photo."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Patient
from core import clock
from core.blobs import write_blob
from screening.image_paths import image_path
from screening.models import Photo
from tests.factories import make_encounter, make_patient, make_photo
from tests.screening.pages.conftest import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(patient: Patient) -> Photo:
    found = make_photo(make_encounter(patient))
    for variant in ("view", "attention"):
        write_blob(found.pk, variant, variant.encode(), bytes(found.wrapped_key))
    return found


def test_a_picture_opens_in_the_session_it_was_made_for_and_is_stored_nowhere(page: Client, photo: Photo) -> None:
    answer = page.get(image_path(page.session, photo.pk, "view"))
    assert answer.content == b"view"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_address_opens_nothing_else(page: Client, patient: Patient, photo: Photo) -> None:
    address = image_path(page.session, photo.pk, "view")
    assert page.get(address.replace("/view/", "/attention/")).status_code == 404
    assert page.get(address[:-3] + "xy/").status_code == 404
    assert patient.user is not None
    assert browser_of(patient.user).get(address).status_code == 404
    assert browser_of(None).get(address).status_code == 404


def test_an_address_is_forgotten_after_ten_minutes(page: Client, photo: Photo) -> None:
    address = image_path(page.session, photo.pk, "view")
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert page.get(address).status_code == 404


def test_a_good_signature_does_not_open_somebody_elses_photo(page: Client) -> None:
    other = make_photo(make_encounter(make_patient()))
    write_blob(other.pk, "view", b"view", bytes(other.wrapped_key))
    assert page.get(image_path(page.session, other.pk, "view")).status_code == 404


def test_the_full_size_is_for_clinicians(page: Client, photo: Photo) -> None:
    assert page.get(image_path(page.session, photo.pk, "full")).status_code == 404


@pytest.mark.parametrize(("language", "words"), [("en", "special camera"), ("zh-hans", "眼底相机")])
def test_everybody_may_read_how_to_get_a_picture(client: Client, language: str, words: str) -> None:
    client.cookies["django_language"] = language
    assert words in client.get(reverse("how_to_get_a_picture")).content.decode()
