"""A store's counter: codes shown and scanned, people registered with their phone and their yes."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts.models import AuditEvent, CheckInCode, Consent, Organisation, Patient, User
from accounts.selectors import active_consents, actor_role, patients_visible_to, photos_may_be_sent_by, stores_of
from accounts.services.consent import withdraw_consent
from core import clock
from tests.accounts.conftest import Postman
from tests.factories import client_of, make_child, make_clinician, make_patient, make_staff, make_store, share_with

pytestmark = pytest.mark.django_db
PERSON = {"name": "赵德明", "birth_date": "1961-04-02", "phone": "138 1111 2222", "language": "zh-hans"}
CONFIRMED = {"phone": PERSON["phone"], "purposes": ["care", "share_store"], "language": "zh-hans"}


@pytest.fixture
def store(centre: Organisation) -> Organisation:
    return make_store()


@pytest.fixture
def staff(store: Organisation) -> User:
    return make_staff(store)


def code_of(patient: Patient) -> str:
    return str(client_of(patient.user).post("/api/v1/check-in-codes").json()["code"])


def test_a_scanned_code_shares_the_record_with_this_store_and_no_other(store: Organisation, staff: User) -> None:
    patient, other = make_patient(), make_staff(make_store("明亮眼镜"))
    answer = client_of(staff).post("/api/v1/store/check-ins", {"code": code_of(patient), "language": "zh-hans"})
    assert (answer.status_code, answer.json()["name"]) == (200, patient.name)
    assert list(patients_visible_to(staff)) == [patient]
    assert not patients_visible_to(other).exists()
    consent = Consent.objects.get(patient=patient, purpose="share_store")
    assert (consent.organisation, consent.given_by) == (store, patient.user)
    assert "光明眼镜" in consent.text.text
    assert AuditEvent.objects.get(verb="give_consent", subject=consent.pk).detail["witness"] == str(staff.pk)


def test_a_code_is_typed_as_people_type(staff: User) -> None:
    code = code_of(make_patient())
    assert client_of(staff).post("/api/v1/store/check-ins", {"code": f" {code[:4].lower()}-{code[4:]}"}).status_code == 200


def test_a_code_is_good_once_but_its_answer_may_be_asked_for_again(staff: User) -> None:
    code, other = code_of(make_patient()), make_staff(make_store("明亮眼镜"))
    assert [client_of(staff).post("/api/v1/store/check-ins", {"code": code}).status_code for _try in range(2)] == [200, 200]
    refused = client_of(other).post("/api/v1/store/check-ins", {"code": code})
    assert (refused.status_code, refused.json()["code"]) == (422, "check_in_code_wrong")
    assert not patients_visible_to(other).exists()
    assert Consent.objects.filter(purpose="share_store").count() == 1


def test_a_code_ends_after_ten_minutes_and_with_the_next_one(staff: User) -> None:
    patient = make_patient()
    first, second = code_of(patient), code_of(patient)
    assert client_of(staff).post("/api/v1/store/check-ins", {"code": first}).status_code == 422
    CheckInCode.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert client_of(staff).post("/api/v1/store/check-ins", {"code": second}).status_code == 422


def test_nobody_but_store_staff_scans_and_nobody_but_a_patient_makes_a_code(staff: User) -> None:
    patient = make_patient()
    code = code_of(patient)
    for user in (patient.user, make_clinician()):
        assert client_of(user).post("/api/v1/store/check-ins", {"code": code}).status_code == 404
    assert client_of(staff).post("/api/v1/check-in-codes").status_code == 404


def test_sharing_ends_with_its_withdrawal_for_one_store_alone(store: Organisation, staff: User) -> None:
    patient, elsewhere = make_patient(), make_store("明亮眼镜")
    share_with(patient, store)
    share_with(patient, elsewhere)
    assert photos_may_be_sent_by(staff, patient)
    answer = client_of(patient.user).delete(f"/api/v1/consents/share_store?organisation={store.pk}")
    assert [consent["organisation"] for consent in answer.json() if consent["purpose"] == "share_store"] == [str(elsewhere.pk)]
    assert not patients_visible_to(staff).exists()
    assert not photos_may_be_sent_by(staff, patient)


def test_withdrawing_care_ends_sharing_with_every_store(store: Organisation, staff: User) -> None:
    patient = make_patient()
    share_with(patient, store)
    withdraw_consent(patient=patient, purpose="care", by=patient.user, organisation=store.pk)
    assert not active_consents(patient).exists()


def test_a_guardian_sees_and_sends_for_her_child_and_nobody_elses() -> None:
    child, stranger = make_child(), make_child()
    guardian = child.guardianships.get().guardian
    assert set(patients_visible_to(guardian)) == {child, guardian.patient}
    assert photos_may_be_sent_by(guardian, child)
    assert not photos_may_be_sent_by(guardian, stranger)


def test_a_person_is_registered_by_the_code_on_her_phone(store: Organisation, staff: User, postman: Postman) -> None:
    client = client_of(staff)
    started = client.post("/api/v1/store/registrations", PERSON)
    assert started.status_code == 202
    words = {found["purpose"]: found["text"] for found in started.json()["consent_texts"]}
    assert store.name_zh in words["share_store"]
    assert not Patient.objects.exists()
    done = client.post(started.json()["confirm"], CONFIRMED | {"code": postman.code})
    assert (done.status_code, done.json()["is_new"]) == (201, True)
    patient = Patient.objects.get()
    assert {(consent.purpose, consent.given_by) for consent in active_consents(patient)} == {("care", patient.user), ("share_store", patient.user)}
    assert words["share_store"] == Consent.objects.get(purpose="share_store").text.text
    assert list(patients_visible_to(staff)) == [patient]


def test_without_her_yes_to_care_and_sharing_nobody_is_registered_and_the_code_still_counts(staff: User, postman: Postman) -> None:
    client = client_of(staff)
    client.post("/api/v1/store/registrations", PERSON)
    refused = client.post("/api/v1/store/registrations/confirm", CONFIRMED | {"code": postman.code, "purposes": ["care"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "sharing_needed")
    assert not Patient.objects.exists()
    assert client.post("/api/v1/store/registrations/confirm", CONFIRMED | {"code": postman.code}).status_code == 201


def test_a_phone_that_has_an_account_keeps_its_person(staff: User, postman: Postman) -> None:
    client = client_of(staff)
    for name, status in (("赵德明", 201), ("别的名字", 200)):
        client.post("/api/v1/store/registrations", PERSON | {"name": name})
        done = client.post("/api/v1/store/registrations/confirm", CONFIRMED | {"code": postman.code})
        assert (done.status_code, done.json()["name"]) == (status, "赵德明")
    assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"birth_date": "2999-01-01"}, "birth_implausible"),
        ({"birth_date": (clock.now() + timedelta(days=2)).date().isoformat()}, "birth_implausible"),
        ({"birth_date": "2015-05-05"}, "guardian_needed"),
        ({"phone": "12"}, "phone_invalid"),
        ({"name": " "}, "invalid"),
        ({"birth_date": "tomorrow"}, "invalid"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field(staff: User, given: dict[str, str], code: str) -> None:
    answer = client_of(staff).post("/api/v1/store/registrations", PERSON | given)
    assert answer.json()["code"] == code
    assert answer.json()["errors"]


def test_a_store_and_its_staff_are_added_by_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.management.commands.add_store.getpass", lambda _prompt: "twelve-letters")
    for _time in range(2):
        call_command("add_store", "光明眼镜", "Bright Optics", "lin", "林悦")
    staff = User.objects.get(handle="lin")
    assert actor_role(staff) == "store_staff"
    assert [store.name_en for store in stores_of(staff)] == ["Bright Optics"]
