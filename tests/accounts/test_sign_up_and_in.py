"""Making an account and opening it again, at the API."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import AuditEvent, LoginCode, Patient, User
from core import clock
from tests.accounts.conftest import PHONE, SIGN_UP, Postman
from tests.factories import client_of, make_clinician

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("centre")]
HOUR = timedelta(hours=1)


def sign_up(api: APIClient, **changes: object) -> object:
    return api.post("/api/v1/sign-ups", {name: value for name, value in (SIGN_UP | changes).items() if value is not None})


def sign_in(api: APIClient, code: str, phone: str = PHONE) -> object:
    return api.post("/api/v1/sessions", {"phone": phone, "code": code})


def shift(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    moment = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_a_new_person_gets_an_account_when_the_code_comes_back(api: APIClient, postman: Postman) -> None:
    asked = sign_up(api)
    assert asked.status_code == 202
    assert asked.json()["sessions"] == "/api/v1/sessions"
    assert not Patient.objects.exists()
    answer = sign_in(api, postman.code)
    assert answer.status_code == 201
    patient = Patient.objects.get()
    assert answer.json() == answer.json() | {"role": "patient", "patient": str(patient.pk)}
    assert (patient.name, str(patient.birth_date), patient.user.phone) == ("李桂芳", "1958-03-21", PHONE)
    me = APIClient(HTTP_AUTHORIZATION=f"Bearer {answer.json()['token']}").get("/api/v1/me").json()
    assert me["phone"] == "+86 139****0000"
    assert postman.letters[-1][0] == PHONE


def test_names_and_phones_stand_encrypted_in_every_table(api: APIClient, postman: Postman) -> None:
    sign_up(api)
    sign_in(api, postman.code)
    sealed = [(LoginCode, "name"), (LoginCode, "phone"), (User, "name"), (User, "phone"), (Patient, "name")]
    with connection.cursor() as cursor:
        for model, column in sealed:
            plain = PHONE if column == "phone" else "李桂芳"
            cursor.execute(f"SELECT position(convert_to(%s, 'UTF8') IN {column}) FROM {model._meta.db_table}", [plain])
            assert cursor.fetchall() == [(0,)], (model, column)
        cursor.execute("SELECT count(*) > 2, bool_or(t::text ~ '李|1391111') FROM accounts_auditevent t")
        assert cursor.fetchone() == (True, False)


@pytest.mark.parametrize(
    ("birth", "is_adult"),
    [
        ({"birth_date": "2008-11-24", "birth_year": None}, True),
        ({"birth_date": "2008-11-25", "birth_year": None}, False),
        ({"birth_date": None, "birth_year": 2007}, True),
        ({"birth_date": None, "birth_year": 2008}, False),
    ],
)
def test_with_a_year_alone_the_youngest_possible_age_counts(
    api: APIClient, postman: Postman, monkeypatch: pytest.MonkeyPatch, birth: dict[str, object], is_adult: bool
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 24, 2, tzinfo=UTC))
    answer = sign_up(api, **birth)
    if is_adult:
        assert answer.status_code == 202
    else:
        assert (answer.status_code, answer.json()["code"]) == (422, "guardian_needed")
        assert not LoginCode.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"name": "  "}, "invalid", "/name"),
        ({"phone": "12345"}, "phone_invalid", "/phone"),
        ({"birth_date": None}, "birth_missing", "/birth_year"),
        ({"birth_date": "1899-01-01"}, "birth_implausible", "/birth_date"),
        ({"birth_date": None, "birth_year": 2999}, "birth_implausible", "/birth_year"),
        ({"birth_date": "1958-03-21", "birth_year": 1959}, "birth_implausible", "/birth_date"),
    ],
)
def test_what_cannot_be_right_is_told_at_its_question(api: APIClient, postman: Postman, changes: dict[str, object], code: str, pointer: str) -> None:
    answer = sign_up(api, **changes)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not postman.letters


def test_known_and_unknown_phones_get_the_same_answer(api: APIClient, postman: Postman) -> None:
    sign_up(api)
    sign_in(api, postman.code)
    known = api.post("/api/v1/login-codes", {"phone": PHONE})
    unknown = api.post("/api/v1/login-codes", {"phone": "+8613733330000"})
    assert (known.status_code, set(known.json())) == (unknown.status_code, set(unknown.json())) == (202, {"expires_at", "sessions"})
    assert len(postman.letters) == 3
    wrong = [sign_in(api, postman.wrong_code, phone).json() for phone in (PHONE, "+8613733330000", "+8613755550000")]
    assert {answer["code"] for answer in wrong} == {"code_wrong"}


def test_only_who_holds_the_phone_learns_that_it_has_no_account(api: APIClient, postman: Postman) -> None:
    api.post("/api/v1/login-codes", {"phone": PHONE})
    answer = sign_in(api, postman.code)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_account")
    assert not User.objects.exists()


def test_signing_up_twice_opens_the_first_account(api: APIClient, postman: Postman) -> None:
    sign_up(api)
    first = sign_in(api, postman.code).json()
    assert sign_up(api, name="别人").status_code == 202
    assert sign_in(api, postman.code).json()["patient"] == first["patient"]
    assert Patient.objects.get().name == "李桂芳"


def test_another_code_within_the_hour_still_finishes_the_sign_up(api: APIClient, postman: Postman) -> None:
    sign_up(api)
    first = postman.code
    api.post("/api/v1/login-codes", {"phone": PHONE})
    if postman.code != first:
        assert sign_in(api, first).status_code == 400
    assert sign_in(api, postman.code).status_code == 201


def test_a_code_works_once(api: APIClient, postman: Postman) -> None:
    sign_up(api)
    assert sign_in(api, postman.code).status_code == 201
    again = sign_in(api, postman.code)
    assert (again.status_code, again.json()["code"]) == (400, "code_wrong")


def test_a_code_ends_after_ten_minutes(api: APIClient, postman: Postman, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_up(api)
    shift(monkeypatch, timedelta(minutes=10, seconds=1))
    assert sign_in(api, postman.code).json()["code"] == "code_wrong"


def test_after_five_wrong_tries_even_the_right_code_is_refused(api: APIClient, postman: Postman) -> None:
    sign_up(api)
    for _try in range(5):
        assert sign_in(api, postman.wrong_code).status_code == 400
    assert sign_in(api, postman.code).json()["code"] == "code_wrong"
    assert not User.objects.exists()


def test_a_sixth_code_within_an_hour_is_refused_and_says_when(api: APIClient, postman: Postman, monkeypatch: pytest.MonkeyPatch) -> None:
    for _code in range(5):
        assert api.post("/api/v1/login-codes", {"phone": PHONE}).status_code == 202
    refused = api.post("/api/v1/login-codes", {"phone": PHONE})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_codes")
    assert 3500 < refused.json()["retry_after"] <= 3600
    assert int(refused["Retry-After"]) == refused.json()["retry_after"]
    assert api.post("/api/v1/login-codes", {"phone": "+8613733330000"}).status_code == 202
    shift(monkeypatch, HOUR + timedelta(seconds=1))
    assert api.post("/api/v1/login-codes", {"phone": PHONE}).status_code == 202


def test_codes_and_their_answers_are_forgotten_after_a_day(api: APIClient, postman: Postman, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_up(api)
    shift(monkeypatch, timedelta(days=1, seconds=1))
    api.post("/api/v1/login-codes", {"phone": "+8613733330000"})
    assert LoginCode.objects.count() == 1
    assert LoginCode.objects.get().name is None


def test_staff_sign_in_by_handle_and_password(api: APIClient) -> None:
    clinician = make_clinician()
    clinician.set_password("right")
    clinician.save()
    secret = {"handle": clinician.handle, "password": "right"}
    answer = api.post("/api/v1/sessions", secret)
    assert (answer.status_code, answer.json()["role"], answer.json()["patient"]) == (201, "clinician", None)
    refused = api.post("/api/v1/sessions", secret | {"password": "wrong"})
    assert (refused.status_code, refused.json()["code"]) == (400, "password_wrong")


@pytest.mark.parametrize("is_known", [True, False])
def test_five_wrong_passwords_close_the_door_to_a_name_known_or_not(api: APIClient, monkeypatch: pytest.MonkeyPatch, is_known: bool) -> None:
    clinician = make_clinician()
    clinician.set_password("right")
    clinician.save()
    handle = clinician.handle if is_known else "nobody"
    for _try in range(5):
        assert api.post("/api/v1/sessions", {"handle": handle, "password": "wrong"}).json()["code"] == "password_wrong"
    closed = api.post("/api/v1/sessions", {"handle": handle, "password": "right"})
    assert (closed.status_code, closed.json()["code"]) == (429, "locked_out")
    shift(monkeypatch, timedelta(minutes=15, seconds=1))
    assert api.post("/api/v1/sessions", {"handle": handle, "password": "right"}).status_code == (201 if is_known else 400)


@pytest.mark.parametrize("body", [{}, {"phone": PHONE}, {"phone": PHONE, "password": "x"}, {"handle": "x", "code": "123456"}])
def test_half_a_secret_is_no_secret(api: APIClient, body: dict[str, str]) -> None:
    assert api.post("/api/v1/sessions", body).json()["code"] == "invalid"


def test_a_token_ends_with_its_session(api: APIClient, postman: Postman) -> None:
    sign_up(api)
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(api, postman.code).json()['token']}")
    assert api.get("/api/v1/me").status_code == 200
    assert api.delete("/api/v1/sessions/current").status_code == 204
    assert api.get("/api/v1/me").status_code == 401


def test_the_pages_own_session_ends_the_same_way(centre: object) -> None:
    client = APIClient(enforce_csrf_checks=False)
    client.force_login(make_clinician())
    assert client.get("/api/v1/me").status_code == 200
    assert client.delete("/api/v1/sessions/current").status_code == 204
    assert client.get("/api/v1/me").status_code == 401


def test_every_step_leaves_one_line_without_personal_data(api: APIClient, postman: Postman) -> None:
    sign_up(api)
    sign_in(api, postman.wrong_code)
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(api, postman.code).json()['token']}")
    api.delete("/api/v1/sessions/current")
    lines = AuditEvent.objects.exclude(verb="make_organisation").order_by("id")
    assert [line.verb for line in lines] == ["register_patient", "sign_in", "issue_token", "sign_out"]
    assert {line.actor for line in lines} == {User.objects.get().pk}
    assert all(line.request_id for line in lines)


def test_me_tells_staff_their_role(centre: object) -> None:
    clinician = make_clinician()
    assert client_of(clinician).get("/api/v1/me").json() == {
        "id": str(clinician.pk),
        "role": "clinician",
        "name": clinician.name,
        "phone": None,
        "language": "zh-hans",
        "patient": None,
    }
