"""The adult in the chair: facts confirmed, each photo usable or to be taken again now; no word of days while she is there, nor of what was found."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Consent, Organisation, Patient, User
from core import clock
from followup.models import Step
from screening.models import Encounter, Fact, Photo, Reading
from screening.selectors import admission_of
from screening.services.reports import compose_if_due
from tests import photos
from tests.factories import make_child, make_photo, share_with
from tests.followup.store.conftest import make_visit

pytestmark = pytest.mark.django_db
FACTS = {
    "symptom": "no",
    "diabetes": "type2",
    "diabetes_year": "2015",
    "hba1c": "7,2",
    "hba1c_unit": "%",
    "hba1c_on": "2026-01-05",
    "pregnant": "no",
    "eye_treatment": "no",
    "under_eye_doctor": "no",
}


@pytest.fixture
def visit(person: Patient, store: Organisation) -> Encounter:
    return make_visit(person, store)


def send(counter: Client, visit: Encounter, photo: bytes | None = None, eye: str = "OD") -> Any:
    fields = {"photo": SimpleUploadedFile("right.jpg", photo or photos.jpeg())}
    return counter.post(reverse("store_send_photo", args=[visit.pk, eye]), fields, follow=True)


def shown(counter: Client, name: str, visit: Encounter) -> str:
    return counter.get(reverse(name, args=[visit.pk])).content.decode()


def test_the_facts_are_kept_as_told_to_staff_with_a_comma_for_a_point(counter: Client, visit: Encounter, staff: User) -> None:
    answer = counter.post(reverse("store_measure", args=[visit.pk]), FACTS)
    assert answer.headers["Location"] == reverse("store_photo", args=[visit.pk])
    fact = Fact.objects.filter(code="hba1c").latest("recorded_at")
    assert (fact.value, fact.unit, fact.source, fact.recorded_by) == (7.2, "%", "staff", staff)
    assert "Last time: 7.2 %" in shown(counter, "store_measure", visit)


def test_a_value_without_sense_is_asked_at_its_field_and_nothing_is_kept(counter: Client, visit: Encounter) -> None:
    before = Fact.objects.count()
    answer = counter.post(reverse("store_measure", args=[visit.pk]), FACTS | {"hba1c": "74"})
    assert answer.status_code == 422
    assert "mmol/mol" in answer.content.decode()
    assert Fact.objects.count() == before


def test_a_symptom_goes_before_every_photo(counter: Client, visit: Encounter) -> None:
    answer = counter.post(reverse("store_measure", args=[visit.pk]), FACTS | {"symptom": "yes"}, follow=True)
    assert answer.redirect_chain == [(reverse("store_result", args=[visit.pk]), 302)]
    assert "eye emergency care today" in answer.content.decode()


def test_a_photo_is_taken_in_for_the_store_and_looked_at_every_second(counter: Client, visit: Encounter, staff: User) -> None:
    page = send(counter, visit).content.decode()
    photo = Photo.objects.get()
    assert (photo.encounter, photo.accepted_by, photo.laterality) == (visit, staff, "OD")
    assert "every 1s" in page
    card = reverse("store_eye_card", args=[visit.pk, "OD"])
    etag = counter.get(card).headers["ETag"]
    assert counter.get(card, headers={"If-None-Match": etag}).status_code == 304
    Reading.objects.update(state="done", finished_at=clock.now(), outcome="graded", grade=4)
    told = counter.get(card, headers={"If-None-Match": etag})
    assert "Usable." in told.content.decode()
    assert told.headers["Cache-Control"] == "private, no-store"


def test_an_unusable_photo_says_retake_now_because_and_no_word_of_days(counter: Client, visit: Encounter) -> None:
    make_photo(visit, "OD", outcome="retake", reason="dirty_lens")
    make_photo(visit, "OS", grade=0)
    for name in ("store_photo", "store_result", "store_plan"):
        page = shown(counter, name, visit)
        assert "7 days" not in page
        assert not re.search(r"[Ss]end it by", page)
    page = shown(counter, "store_photo", visit)
    assert "Retake now" in page
    assert "Clean the lens" in page
    assert "Take it now: Right eye" in shown(counter, "store_result", visit)


def test_after_three_unreadable_photos_the_examination_has_its_date(counter: Client, visit: Encounter, person: Patient) -> None:
    for _photo in range(3):
        make_photo(visit, "OD", outcome="retake", reason="media_opacity")
    make_photo(visit, "OS", grade=0)
    compose_if_due(visit)
    step = Step.objects.get(patient=person, kind="examination_in_person", state="open")
    page = shown(counter, "store_photo", visit)
    assert "needs an examination in person" in page
    assert f"by {step.due_on.day} " in page
    assert 'id="OD_photo"' not in page


def test_a_photo_that_looks_like_the_other_eye_is_asked_about(counter: Client, visit: Encounter) -> None:
    make_photo(visit, "OD", laterality_seen="OS")
    assert "looks like the other eye" in shown(counter, "store_photo", visit)


def test_one_file_for_both_eyes_is_said(counter: Client, visit: Encounter) -> None:
    send(counter, visit)
    assert "The same file was sent for the other eye" in send(counter, visit, eye="OS").content.decode()


def test_what_is_no_picture_is_said_at_its_field(counter: Client, visit: Encounter) -> None:
    answer = send(counter, visit, b"not a picture at all")
    assert answer.status_code in (415, 422)
    assert 'id="OD_photo_error"' in answer.content.decode()
    assert not Photo.objects.exists()


def test_without_sharing_with_the_clinic_no_photo_is_offered(counter: Client, visit: Encounter, person: Patient) -> None:
    Consent.objects.filter(patient=person, purpose="share_clinic").delete()
    page = shown(counter, "store_photo", visit)
    assert "No photo can be taken here" in page
    assert 'type="file"' not in page


def test_staff_read_what_she_may_read_and_never_the_grade(counter: Client, visit: Encounter, settings: Any) -> None:
    settings.RELEASE_UNSIGNED = False
    make_photo(visit, "OD", grade=4)
    make_photo(visit, "OS", grade=4)
    compose_if_due(visit)
    for name in ("store_photo", "store_result", "store_plan", "store_paper"):
        page = shown(counter, name, visit)
        assert "proliferative" not in page.lower()
        assert "before others" not in page
        assert "retina-dr 0.0" not in page
    assert "a doctor will answer by" in shown(counter, "store_result", visit)


def test_the_page_to_take_along_speaks_both_languages(counter: Client, visit: Encounter) -> None:
    make_photo(visit, "OD")
    make_photo(visit, "OS")
    compose_if_due(visit)
    page = shown(counter, "store_paper", visit)
    for words in ('lang="zh-Hans"', 'lang="en"', "光明眼镜", "Bright Optics", "医生将在", "a doctor will answer by", "如突然看不清"):
        assert words in page


def test_a_childs_photo_stands_beside_her_visit_and_is_read_by_nobody_but_a_doctor(counter: Client, store: Organisation, staff: User) -> None:
    child = make_child()
    share_with(child, store)
    visit = Encounter.objects.create(patient=child, programme="myopia", store=store, opened_at=clock.now())
    assert "No photo is needed for this visit" in shown(counter, "store_photo", visit)
    page = send(counter, visit).content.decode()
    photo = Photo.objects.get()
    assert (photo.patient, photo.encounter.programme, photo.encounter.store) == (child, "retina-dr", store)
    assert "every 1s" in page
    assert admission_of(child, "retina-dr", at=clock.now()).reason == "outside_age"
