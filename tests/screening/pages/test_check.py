"""A sitting: the symptom is asked first, a photo is kept once, what cannot be used says one thing to do, and nobody else sees it."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Patient
from core import clock
from core.ids import new_id
from screening.models import Photo, Reading
from tests import photos
from tests.factories import answered, make_encounter, make_patient, make_photo
from tests.screening.pages.conftest import browser_of

pytestmark = pytest.mark.django_db


def send(page: Client, sitting: Any, photo: bytes | None, eye: str = "OD", **given: Any) -> Any:
    fields = {"taken_on": clock.today("Asia/Shanghai").isoformat()} | given
    if photo is not None:
        fields["photo"] = SimpleUploadedFile("IMG_李桂芳.jpg", photo)
    return page.post(reverse("send_photo", args=[sitting, eye]), fields)


def stored_files() -> set[Path]:
    return {path for path in Path(settings.BLOB_DIR).rglob("*") if path.is_file()}


@pytest.fixture
def asked(patient: Patient) -> Patient:
    """She answered that she has no symptom."""
    answered(patient, symptom=False)
    return patient


def finished(photo: Photo, **columns: Any) -> None:
    Reading.objects.filter(photo=photo).update(state="done", finished_at=clock.now(), **columns)


def test_the_symptom_is_asked_before_any_photo(page: Client, patient: Patient) -> None:
    sitting = new_id()
    assert page.get(reverse("sitting", args=[sitting])).headers["Location"] == reverse("check_eye")
    before = stored_files()
    assert send(page, sitting, photos.jpeg()).headers["Location"] == reverse("check_eye")
    assert not Photo.objects.filter(patient=patient).exists()
    assert stored_files() == before


def test_check_asks_eye_or_skin(page: Client) -> None:
    shown = page.get(reverse("check")).content.decode()
    assert f'href="{reverse("check_eye")}"' in shown
    assert "A spot on my skin" in shown


def test_answering_it_leads_to_the_sitting_and_a_symptom_to_help(page: Client) -> None:
    assert page.post(reverse("check_eye"), {"symptom": "no"}).headers["Location"].startswith("/check/0")
    assert page.post(reverse("check_eye"), {"symptom": "yes"}).headers["Location"] == reverse("today")


def test_every_sitting_asks_for_the_symptom_anew(page: Client, asked: Patient) -> None:
    encounter = make_encounter(asked)
    for eye in ("OD", "OS"):
        make_photo(encounter, eye)
    assert page.get(reverse("check_eye")).status_code == 200
    assert page.get(reverse("sitting", args=[encounter.pk])).status_code == 200


def test_an_unfinished_sitting_is_gone_on_with(page: Client, asked: Patient) -> None:
    encounter = make_encounter(asked)
    make_photo(encounter, "OD")
    assert page.get(reverse("check_eye")).headers["Location"] == reverse("sitting", args=[encounter.pk])


def test_a_photo_sent_by_page_is_queued_and_its_progress_is_told(page: Client, asked: Patient) -> None:
    sitting = new_id()
    answer = send(page, sitting, photos.jpeg())
    assert answer.headers["Location"] == reverse("sitting", args=[sitting])
    photo = Photo.objects.get(patient=asked)
    assert (photo.encounter_id, photo.laterality) == (sitting, "OD")
    shown = page.get(answer.headers["Location"]).content.decode()
    assert "Photo received; checking that it is sharp enough" in shown
    assert "every 2s" in shown
    assert "李桂芳" not in shown


def test_a_card_is_asked_for_again_only_until_its_photo_is_done(page: Client, asked: Patient) -> None:
    encounter = make_encounter(asked)
    photo = make_photo(encounter, "OD", outcome=None)
    address = reverse("eye_card", args=[encounter.pk, "OD"])
    first = page.get(address)
    assert "hx-trigger" in first.content.decode()
    assert page.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    finished(photo, outcome="graded", grade=0)
    second = page.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert "hx-trigger" not in second.content.decode()
    assert "This photo can be used." in second.content.decode()


def test_the_page_of_a_sitting_says_nothing_of_what_was_found(page: Client, asked: Patient) -> None:
    encounter = make_encounter(asked)
    make_photo(encounter, "OD", grade=4)
    make_photo(encounter, "OS", grade=0)
    cards = page.get(reverse("sitting", args=[encounter.pk])).context["cards"]
    assert [card.state for card in cards] == ["usable", "usable"]
    assert {card.instruction for card in cards} == {""}


def test_a_photo_that_cannot_be_used_says_one_thing_to_do_that_a_patient_can_do(page: Client, asked: Patient) -> None:
    encounter = make_encounter(asked)
    make_photo(encounter, "OD", outcome="retake", reason="dirty_lens")
    make_photo(encounter, "OS", outcome="refused", reason="not_fundus")
    shown = page.get(reverse("sitting", args=[encounter.pk])).content.decode()
    assert "ask the clinic that took it for the original file" in shown
    assert "Clean the lens" not in shown
    assert "This is not a retinal photo; choose again." in shown
    assert shown.count('type="file"') == 2


def test_after_three_photos_that_cannot_be_read_no_fourth_is_asked_for(page: Client, asked: Patient) -> None:
    encounter = make_encounter(asked)
    for _ in range(3):
        make_photo(encounter, "OD", outcome="retake", reason="blur")
    make_photo(encounter, "OS")
    shown = page.get(reverse("sitting", args=[encounter.pk]))
    assert [card.state for card in shown.context["cards"]] == ["examine", "usable"]
    assert 'type="file"' not in shown.content.decode()


@pytest.mark.parametrize(
    ("photo", "status", "words"),
    [
        (b"%PDF-1.7 " + b"x" * 4000, 415, "not a picture"),
        (photos.jpeg()[:-400], 422, "its end is missing"),
        (b"", 422, "The file is empty"),
        (None, 422, "Please choose a photo first."),
    ],
)
def test_what_is_wrong_with_a_file_is_told_at_its_eye_and_nothing_of_it_stays(
    page: Client, asked: Patient, photo: bytes | None, status: int, words: str
) -> None:
    before = stored_files()
    shown = send(page, new_id(), photo, "OS", taken_on="2026-01-05")
    assert shown.status_code == status
    card = shown.context["cards"][1]
    assert words in " ".join(card.form.errors["photo"])
    assert 'value="2026-01-05"' in shown.content.decode()
    assert stored_files() == before


def test_a_day_in_the_future_is_refused(page: Client, asked: Patient) -> None:
    shown = send(page, new_id(), photos.jpeg(), taken_on="2999-01-01")
    assert shown.status_code == 422
    assert "lies in the future" in shown.content.decode()
    assert not Photo.objects.filter(patient=asked).exists()


def test_the_same_file_twice_is_kept_once_and_for_both_eyes_is_questioned(page: Client, asked: Patient) -> None:
    sitting, photo = new_id(), photos.jpeg()
    send(page, sitting, photo)
    again = send(page, sitting, photo)
    assert "sent before" in page.get(again.headers["Location"]).content.decode()
    other = send(page, sitting, photo, "OS")
    assert "same file was sent for the other eye" in page.get(other.headers["Location"]).content.decode()
    assert Photo.objects.filter(patient=asked).count() == 2


def test_a_photo_that_joins_an_older_sitting_leads_there(page: Client, asked: Patient) -> None:
    older = make_encounter(asked)
    make_photo(older, "OD")
    answered(asked, symptom=False)
    new = new_id()
    assert send(page, new, photos.jpeg(), "OS").headers["Location"] == reverse("sitting", args=[older.pk])
    whole_page = page.post(
        reverse("send_photo", args=[new, "OS"]),
        {"taken_on": "2026-01-05", "photo": SimpleUploadedFile("a.jpg", photos.jpeg())},
        headers={"HX-Request": "true"},
    )
    assert whole_page.headers["HX-Redirect"] == reverse("sitting", args=[older.pk])


def test_without_sharing_the_page_says_where_to_be_examined(db: None) -> None:
    patient = make_patient(consents=("care",))
    answered(patient, symptom=False)
    assert patient.user is not None
    page = browser_of(patient.user)
    assert "in person at the eye department" in page.get(reverse("check_eye")).content.decode()
    before = stored_files()
    refused = send(page, new_id(), photos.jpeg())
    assert refused.status_code == 403
    assert "in person at the eye department" in refused.content.decode()
    assert stored_files() == before


def test_somebody_elses_sitting_is_not_there(page: Client, asked: Patient) -> None:
    other = make_patient()
    encounter = make_encounter(other)
    make_photo(encounter, "OD")
    before = stored_files()
    assert page.get(reverse("sitting", args=[encounter.pk])).status_code == 404
    assert page.get(reverse("eye_card", args=[encounter.pk, "OD"])).status_code == 404
    assert send(page, encounter.pk, photos.jpeg()).status_code == 404
    assert stored_files() == before
    assert page.get(reverse("eye_card", args=[new_id(), "XX"])).status_code == 404


def test_a_part_of_a_page_leads_the_whole_page_to_signing_in(db: None) -> None:
    answer = browser_of(None).get(reverse("eye_card", args=[new_id(), "OD"]), headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith(reverse("sign_in"))
