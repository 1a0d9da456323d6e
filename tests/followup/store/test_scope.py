"""What a store never sees – the skin, and anything of another store's people – and what its staff may send."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Organisation, Patient, User
from core import clock
from followup.models import Step
from followup.selectors import steps_visible_to
from screening.models import Encounter, Photo
from tests import photos
from tests.factories import client_of, make_patient, make_skin_photo, make_spot, make_staff, make_store, share_with

pytestmark = pytest.mark.django_db


def upload(user: User, patient: Patient, **given: Any) -> Any:
    fields = {"file": SimpleUploadedFile("right.jpg", photos.jpeg()), "kind": "retina", "eye": "OD", "taken_at": clock.now().isoformat()}
    return client_of(user).post("/api/v1/photos", fields | {"patient": str(patient.pk)} | given, format="multipart")


def test_a_photo_that_staff_send_makes_the_sitting_their_stores(store: Organisation, staff: User, person: Patient) -> None:
    answer = upload(staff, person)
    assert answer.status_code == 202
    photo = Photo.objects.get()
    assert (photo.accepted_by, photo.encounter.store) == (staff, store)
    (visit,) = client_of(staff).get("/api/v1/store/today").json()["visits"]
    assert visit["encounter"] == str(photo.encounter_id)


def test_a_photo_she_sends_herself_stays_nobodys_visit(person: Patient) -> None:
    assert person.user is not None
    assert upload(person.user, person).status_code == 202
    assert Encounter.objects.get(programme="retina-dr").store is None


def test_staff_send_no_photo_of_other_stores_people_and_none_of_the_skin(staff: User, person: Patient) -> None:
    stranger = make_patient()
    share_with(stranger, make_store("明亮眼镜"))
    assert upload(staff, stranger).status_code == 404
    spot = make_spot(person)
    skin = {"file": SimpleUploadedFile("spot.jpg", photos.jpeg()), "kind": "skin", "slot": "close_up", "taken_at": clock.now().isoformat()}
    body = skin | {"patient": str(person.pk), "encounter": str(spot.pk)}
    assert client_of(staff).post("/api/v1/photos", body, format="multipart").status_code == 404
    assert not Photo.objects.exists()


def test_a_store_sees_nothing_about_the_skin(store: Organisation, staff: User, person: Patient) -> None:
    spot = make_spot(person)
    photo = make_skin_photo(spot)
    step = Step.objects.filter(patient=person).first()
    assert step is not None
    step.encounter = spot
    step.save(update_fields=["encounter"])
    client = client_of(staff)
    for address in (f"photos/{photo.pk}", f"photos/{photo.pk}/view", f"results/{spot.pk}", f"skin-encounters/{spot.pk}"):
        assert client.get(f"/api/v1/{address}").status_code == 404
    assert client.get("/api/v1/photos").json()["results"] == []
    assert step not in steps_visible_to(staff)
    assert person.user is not None
    assert step in steps_visible_to(person.user)
    assert client.get("/api/v1/store/today").json() | {"day": ""} == {"day": "", "visits": [], "overdue": []}


def test_staff_of_one_store_see_no_record_of_another(person: Patient) -> None:
    other = client_of(make_staff(make_store("明亮眼镜")))
    assert other.get(f"/api/v1/facts?patient={person.pk}").status_code == 404
    assert other.get("/api/v1/steps").json()["results"] == []
