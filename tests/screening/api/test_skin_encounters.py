"""A spot over HTTP: one sitting a client id, faults at their field, a stop that no later answer opens, photos only where they may be taken."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.services.consent import give_consents
from core import clock
from core.blobs import write_blob
from core.ids import new_id
from followup.models import Step
from screening.models import Answers, Encounter, Lesion, Photo
from tests import photos
from tests.factories import client_of, make_child, make_clinician, make_patient, make_staff, make_store, share_with
from tests.spots import NO_EMERGENCY, make_skin_photo, make_spot

pytestmark = pytest.mark.django_db
SPOTS = "/api/v1/skin-encounters"


def begin(client: Any, **fields: Any) -> Any:
    body = {"body_site": "back", "answers": NO_EMERGENCY} | fields
    return client.post(SPOTS, json.dumps(body), content_type="application/json")


def send(client: Any, encounter: Any, slot: str = "close_up", *, photo: bytes | None = None, **fields: Any) -> Any:
    body = {
        "file": SimpleUploadedFile("IMG.jpg", photo or photos.jpeg()),
        "kind": "skin",
        "slot": slot,
        "encounter": str(encounter),
        "taken_at": clock.now().isoformat(),
    }
    return client.post("/api/v1/photos", body | fields, format="multipart")


def faults(answer: Any) -> set[tuple[str, str]]:
    return {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}


def test_a_spot_is_begun_once_however_often_it_is_sent() -> None:
    client, key = client_of(make_patient().user), str(new_id())
    first = begin(client, id=key, landmark="左肩胛下")
    again = begin(client, id=key, landmark="左肩胛下")
    assert (first.status_code, again.status_code) == (201, 201), first.content
    assert first.json() == again.json()
    assert (first.json()["id"], first.json()["stopped"], first.json()["photo_allowed"]) == (key, None, True)
    assert "q5" in first.json()["not_asked"]
    assert (Encounter.objects.count(), Lesion.objects.count(), Answers.objects.count()) == (1, 1, 1)


def test_the_same_id_for_another_place_is_a_conflict() -> None:
    client, key = client_of(make_patient().user), str(new_id())
    begin(client, id=key)
    answer = begin(client, id=key, body_site="nose")
    assert (answer.status_code, answer.json()["code"]) == (409, "sitting_differs")


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"body_site": "left_wing"}, "/body_site", "unknown_site"),
        ({"body_site": "nose", "side": "left"}, "/side", "side_not_expected"),
        ({"body_site": "eyelid"}, "/side", "side_missing"),
        ({"body_site": "eyelid", "side": "both"}, "/side", "unknown_side"),
        ({"answers": NO_EMERGENCY | {"q99": True}}, "/answers/q99", "unknown_question"),
        ({"answers": NO_EMERGENCY | {"q8b": 11}}, "/answers/q8b", "out_of_range"),
        ({"answers": NO_EMERGENCY | {"q5": {"a": {"b": [1]}}}}, "/answers/q5", "not_a_choice"),
        ({"answers": NO_EMERGENCY | {"q4b": "a\x00b"}}, "/answers/q4b", "not_a_choice"),
        ({"colour": "red"}, "/colour", "unknown_field"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field_and_writes_nothing(fields: dict[str, Any], pointer: str, code: str) -> None:
    answer = begin(client_of(make_patient().user), **fields)
    assert answer.status_code == 400, answer.content
    assert faults(answer) == {(pointer, code)}
    assert not Encounter.objects.exists()
    assert not Lesion.objects.exists()


@pytest.mark.parametrize("answers", [{"q4b": "\ud800"}, {"\ud800": True}], ids=["value", "name"])
def test_half_a_surrogate_pair_is_malformed_and_no_fault_of_ours(answers: dict[str, Any]) -> None:
    answer = begin(client_of(make_patient().user), answers=NO_EMERGENCY | answers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_an_emergency_stops_the_way_and_has_a_step_today_before_any_photo() -> None:
    patient = make_patient()
    client = client_of(patient.user)
    told = begin(client, answers=NO_EMERGENCY | {"q0b": True}).json()
    assert (told["stopped"], told["photo_allowed"], told["photo_reason"]) == ("emergency", False, "emergency_stop")
    assert told["message"]
    step = Step.objects.get(patient=patient, kind="emergency_today", state="open")
    assert (str(step.encounter_id), step.due_on, step.is_next) == (told["id"], clock.today(patient.zone), True)
    refused = send(client, told["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "emergency_stop")
    assert not Photo.objects.exists()


def test_nothing_said_later_opens_a_stopped_sitting() -> None:
    patient = make_patient()
    client = client_of(patient.user)
    told = begin(client, answers=NO_EMERGENCY | {"q0b": True}).json()
    later = client.post(f"{SPOTS}/{told['id']}/answers", {"answers": {"q0b": False}}, format="json").json()
    assert later["stopped"] == "emergency"
    assert later["answers"]["q0b"] is True
    assert send(client, told["id"]).status_code == 409
    assert Step.objects.filter(patient=patient, kind="emergency_today", state="open").exists()


def test_later_answers_take_the_place_of_earlier_ones_and_both_are_kept() -> None:
    client = client_of(make_patient().user)
    told = begin(client).json()
    client.post(f"{SPOTS}/{told['id']}/answers", {"answers": {"q9": True}}, format="json")
    changed = client.post(f"{SPOTS}/{told['id']}/answers", {"answers": {"q9": False}}, format="json")
    assert changed.status_code == 201
    assert changed.json()["answers"]["q9"] is False
    assert client.get(f"{SPOTS}/{told['id']}").json() == changed.json()
    client.post(f"{SPOTS}/{told['id']}/answers", {"answers": {"q9": False}}, format="json")
    assert Answers.objects.count() == 3, "what changes nothing writes nothing"


def test_one_overview_and_two_close_ups_are_taken_and_then_no_more() -> None:
    client = client_of(make_patient().user)
    spot = begin(client).json()["id"]
    for number, slot in enumerate(("overview", "close_up", "close_up")):
        answer = send(client, spot, slot, photo=photos.jpeg(400 + number))
        assert answer.status_code == 202, answer.content
        assert (answer.json()["eye"], answer.json()["slot"], answer.json()["intimate"]) == ("", slot, False)
    for slot in ("overview", "close_up"):
        answer = send(client, spot, slot, photo=photos.jpeg(500 + len(slot)))
        assert (answer.status_code, answer.json()["code"]) == (409, "photos_complete")


def test_a_photo_that_must_be_taken_again_leaves_its_place_free() -> None:
    patient = make_patient()
    spot = make_spot(patient)
    make_skin_photo(spot, "overview", outcome="retake", reason="blur")
    assert send(client_of(patient.user), spot.pk, "overview").status_code == 202


def test_the_same_photo_is_kept_once_and_is_of_one_spot_at_one_distance() -> None:
    client = client_of(make_patient().user)
    spot, other = begin(client).json()["id"], begin(client, body_site="nose").json()["id"]
    first, again = send(client, spot), send(client, spot)
    assert (first.status_code, again.status_code, again.json()["id"]) == (202, 200, first.json()["id"])
    for answer in (send(client, other), send(client, spot, "overview")):
        assert (answer.status_code, answer.json()["code"]) == (409, "same_photo_elsewhere")


@pytest.mark.parametrize(
    ("fields", "missing", "at"),
    [({"eye": "OD"}, None, "/eye"), ({}, "slot", "/slot"), ({}, "encounter", "/encounter"), ({"kind": "retina", "eye": "OD"}, None, "/slot")],
)
def test_a_photo_of_the_skin_has_a_distance_and_no_eye(fields: dict[str, Any], missing: str | None, at: str) -> None:
    client = client_of(make_patient().user)
    body = {"kind": "skin", "slot": "close_up", "encounter": str(new_id()), "taken_at": clock.now().isoformat()} | fields
    body.pop(missing or "", None)
    answer = client.post("/api/v1/photos", body | {"file": SimpleUploadedFile("x.jpg", photos.jpeg())}, format="multipart")
    assert answer.status_code == 400, answer.content
    assert at in {pointer for pointer, _ in faults(answer)}


def test_an_intimate_place_is_photographed_of_an_adult_who_agreed_and_of_no_minor() -> None:
    adult = make_patient()
    client = client_of(adult.user)
    told = begin(client, body_site="genitals").json()
    assert (told["photo_allowed"], told["photo_reason"]) == (False, "intimate_consent_missing")
    refused = send(client, told["id"])
    assert (refused.status_code, refused.json()["code"], refused.json()["reason"]) == (403, "photo_not_allowed", "intimate_consent_missing")
    give_consents(patient=adult, purposes=["intimate_photo"], by=adult.user, language="zh-hans")
    taken = send(client, told["id"])
    assert (taken.status_code, taken.json()["intimate"], taken.json()["image_url"]) == (202, True, None)
    child = make_child()
    guardian = client_of(child.guardianships.get().guardian)
    told = begin(guardian, patient=str(child.pk), body_site="genitals").json()
    assert told["photo_reason"] == "intimate_minor"
    assert send(guardian, told["id"], patient=str(child.pk)).json()["reason"] == "intimate_minor"


def test_a_hidden_photo_is_in_no_list_and_opens_only_to_who_asked() -> None:
    adult = make_patient()
    give_consents(patient=adult, purposes=["intimate_photo"], by=adult.user, language="zh-hans")
    spot = make_spot(adult, "genitals")
    photo = make_skin_photo(spot, outcome="unread", reason="intimate_site")
    write_blob(photo.pk, "view", b"view", bytes(photo.wrapped_key or b""))
    client, dermatologist = client_of(adult.user), client_of(make_clinician(specialty="skin"))
    assert client.get("/api/v1/photos").json()["results"] == []
    address = f"/api/v1/photos/{photo.pk}/images/view"
    hidden = client.get(address)
    assert (hidden.status_code, hidden.json()["code"]) == (403, "photo_hidden")
    shown = client.post(f"/api/v1/photos/{photo.pk}/reveal")
    assert shown.status_code == 201
    assert client.get(shown.json()["image_url"]).content == b"view"
    assert dermatologist.get(shown.json()["image_url"]).status_code == 403, "another's asking opens nothing"
    assert client_of(make_clinician()).post(f"/api/v1/photos/{photo.pk}/reveal").status_code == 404


def test_who_is_not_concerned_finds_nothing() -> None:
    patient = make_patient()
    spot = make_spot(patient)
    photo = make_skin_photo(spot)
    store = make_store()
    share_with(patient, store)
    for stranger in (make_patient().user, make_clinician(), make_staff(store)):
        client = client_of(stranger)
        assert client.get(f"{SPOTS}/{spot.pk}").status_code == 404
        assert client.post(f"{SPOTS}/{spot.pk}/answers", {"answers": {"q9": True}}, format="json").status_code == 404
        assert client.get(f"/api/v1/photos/{photo.pk}").status_code == 404
        assert send(client, spot.pk, patient=str(patient.pk)).status_code == 404
    dermatologist = client_of(make_clinician(specialty="skin"))
    assert dermatologist.get(f"{SPOTS}/{spot.pk}").status_code == 200
    assert dermatologist.post(f"{SPOTS}/{spot.pk}/answers", {"answers": {"q9": True}}, format="json").status_code == 404


def test_without_sharing_no_answer_is_taken() -> None:
    answer = begin(client_of(make_patient(consents=("care",)).user))
    assert (answer.status_code, answer.json()["code"]) == (403, "consent_missing")
    assert not Encounter.objects.exists()


def test_a_known_spot_is_looked_at_again_in_a_new_sitting() -> None:
    client = client_of(make_patient().user)
    first = begin(client).json()
    again = client.post(SPOTS, {"lesion": first["lesion"], "answers": NO_EMERGENCY}, format="json").json()
    assert again["lesion"] == first["lesion"]
    assert again["id"] != first["id"]
    other = client_of(make_patient().user).post(SPOTS, {"lesion": first["lesion"], "answers": NO_EMERGENCY}, format="json")
    assert other.status_code == 404
