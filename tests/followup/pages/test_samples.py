"""Try with a sample: one press sends a pair for a person who is nobody, and only the browser that pressed sees it."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Patient
from core import clock
from core.blobs import write_blob
from core.throttling import SampleTries
from followup.models import Reminder, Step, Task
from screening.models import Encounter, Photo, Reading
from screening.services.reports import compose_if_due
from tests.factories import reading_centre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("card")]


@pytest.fixture
def page() -> Client:
    reading_centre()
    return Client(headers={"Accept-Language": "en"})


def pressed(page: Client, name: str = "changes") -> Encounter:
    answer = page.post(reverse("try_sample", args=[name]))
    encounter = Encounter.objects.get(patient__is_sample=True)
    assert answer.headers["Location"] == reverse("sample", args=[encounter.pk])
    return encounter


def read(encounter: Encounter) -> None:
    """What the worker would write, without a classifier."""
    for photo in Photo.objects.filter(encounter=encounter):
        grade = 2 if photo.laterality == "OD" else 4
        chances = {"p_referable": 0.87, "p_any_dr": 0.97, "p_sight_threatening": 0.31}
        Reading.objects.filter(photo=photo).update(
            state="done",
            outcome="graded",
            grade=grade,
            grade_set=[grade],
            quality="good",
            finished_at=clock.now(),
            model_version="retina-dr 0.0",
            probabilities=chances,
            intervals={"p_referable": [0.8, 0.92]},
        )
        for variant in ("view", "attention"):
            write_blob(photo.pk, variant, b"picture", bytes(photo.wrapped_key))
    compose_if_due(encounter)


def test_both_eyes_wait_in_the_real_queue_for_a_person_in_no_list(page: Client) -> None:
    encounter = pressed(page)
    assert set(Reading.objects.values_list("photo__laterality", "state")) == {("OD", "queued"), ("OS", "queued")}
    read(encounter)
    for table in (Step, Reminder, Task):
        assert not table.objects.exists()


def test_the_page_waits_and_then_shows_the_reading_beside_the_sentence(page: Client) -> None:
    encounter = pressed(page)
    address = reverse("sample", args=[encounter.pk])
    waiting = page.get(address)
    assert "every 2s" in waiting.content.decode()
    assert page.get(address, headers={"If-None-Match": waiting.headers["ETag"]}).status_code == 304
    read(encounter)
    done = page.get(address, headers={"If-None-Match": waiting.headers["ETag"]}).content.decode()
    assert "hx-trigger" not in done
    assert "0.87 (0.80–0.92)" in done
    assert "Signs that a doctor should look at; please see one by" in done
    assert done.count("/attention/") == 2
    assert "IDRiD" in done
    assert "erased after 24 hours" in done


def test_only_the_browser_that_pressed_sees_the_pair_and_its_pictures(page: Client) -> None:
    encounter = pressed(page)
    read(encounter)
    shown = page.get(reverse("sample", args=[encounter.pk]))
    address = shown.context["photos"][0].src
    assert page.get(address).status_code == 200
    stranger = Client()
    assert stranger.get(reverse("sample", args=[encounter.pk])).status_code == 404
    assert stranger.get(address).status_code == 404


def test_pressing_needs_a_post_and_a_known_pair(page: Client) -> None:
    assert page.get(reverse("try_sample", args=["none"])).status_code == 405
    assert page.post(reverse("try_sample", args=["unheard-of"])).status_code == 404
    assert not Patient.objects.filter(is_sample=True).exists()


def test_a_form_of_another_site_sends_nothing(page: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse("try_sample", args=["none"])).status_code == 403


def test_an_address_that_tries_very_many_is_asked_to_wait(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SampleTries, "rate", "1/hour")
    pressed(page)
    assert page.post(reverse("try_sample", args=["none"])).status_code == 429
    assert Patient.objects.filter(is_sample=True).count() == 1
