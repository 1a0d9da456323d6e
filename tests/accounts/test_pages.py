"""The three short screens' first two, signing in, and the account page, as a browser meets them."""

import re
from html import unescape

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from accounts.demo_logins import DemoLogin, demo_logins, keep_demo_logins
from accounts.models import Consent, Organisation, Patient, User
from accounts.selectors import has_consent
from tests.accounts.conftest import PHONE, Postman
from tests.factories import make_clinician, make_patient

pytestmark = pytest.mark.django_db
TYPED = {"name": "李桂芳", "birth": "1958年3月21日", "phone": "139 1111 0000"}


def text(response: HttpResponse) -> str:
    return unescape(response.content.decode())


@pytest.fixture
def english(client: Client) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def test_a_new_person_reaches_the_facts_in_three_screens(english: Client, centre: Organisation, postman: Postman) -> None:
    asked = english.post("/sign-up/", TYPED)
    assert asked.headers["Location"] == "/sign-up/code/"
    shown = text(english.get("/sign-up/code/"))
    assert "+86 139****0000" in shown
    assert "13911110000" not in shown
    arrived = english.post("/sign-up/code/", {"code": f"{postman.code[:3]} {postman.code[3:]}"})
    assert arrived.headers["Location"] == "/consent/"
    page = text(english.get("/consent/"))
    assert page.count('type="checkbox"') == 4
    assert " checked" not in page
    assert "Demo reading centre" in page
    assert "Without this no program reads your photos" in page
    done = english.post("/consent/", {"care": "on", "share_clinic": "on"})
    assert done.headers["Location"] == "/facts/"
    patient = Patient.objects.get()
    assert (patient.name, str(patient.birth_date), patient.language) == ("李桂芳", "1958-03-21", "en")
    assert sorted(Consent.objects.values_list("purpose", flat=True)) == ["care", "share_clinic"]


@pytest.mark.parametrize(
    ("birth", "date", "year"),
    [
        ("1958", None, 1958),
        ("1958年", None, 1958),
        ("19580321", "1958-03-21", 1958),
        ("1958-3-21", "1958-03-21", 1958),
        ("1958.03.21", "1958-03-21", 1958),
    ],
)
def test_a_birth_date_is_taken_as_people_write_it(
    client: Client, centre: Organisation, postman: Postman, birth: str, date: str | None, year: int
) -> None:
    client.post("/sign-up/", TYPED | {"birth": birth})
    client.post("/sign-up/code/", {"code": postman.code})
    patient = Patient.objects.get()
    assert (str(patient.birth_date) if patient.birth_date else None, patient.birth_year) == (date, year)


@pytest.mark.parametrize("birth", ["195", "1958-13-01", "58-3-21", "yesterday", "1958032"])
def test_what_was_typed_stays_beside_its_error(english: Client, postman: Postman, birth: str) -> None:
    page = text(english.post("/sign-up/", TYPED | {"birth": birth}))
    assert "Please write the date as 1958-03-21" in page
    assert 'value="李桂芳"' in page
    assert f'value="{birth}"' in page
    assert 'value="139 1111 0000"' in page
    assert not postman.letters


def test_a_child_is_told_of_the_guardian_at_the_birth_date(english: Client, postman: Postman) -> None:
    page = text(english.post("/sign-up/", TYPED | {"birth": "2020"}))
    assert 'id="id_birth_error"' in page
    assert "A parent or guardian can register you at a store." in page
    assert not postman.letters


def test_no_session_holds_a_phone_and_signing_in_changes_its_key(client: Client, centre: Organisation, postman: Postman) -> None:
    client.post("/sign-up/", TYPED)
    before = client.session
    assert "1391111" not in str(dict(before))
    client.post("/sign-up/code/", {"code": postman.code})
    assert client.session.session_key != before.session_key
    assert "code" not in client.session
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_a_wrong_code_is_told_and_another_can_be_sent(english: Client, centre: Organisation, postman: Postman) -> None:
    english.post("/sign-up/", TYPED)
    assert "This code is not right" in text(english.post("/sign-up/code/", {"code": postman.wrong_code}))
    again = text(english.post("/sign-up/code/", {"again": "1"}))
    assert "A new code is on its way" in again
    assert len(postman.letters) == 2
    assert english.post("/sign-up/code/", {"code": postman.code}).headers["Location"] == "/consent/"


def test_after_five_codes_the_page_says_to_wait(english: Client, postman: Postman) -> None:
    english.post("/sign-up/", TYPED)
    for _code in range(4):
        english.post("/sign-up/code/", {"again": "1"})
    assert "Five codes were sent" in text(english.post("/sign-up/code/", {"again": "1"}))
    assert len(postman.letters) == 5


@pytest.mark.parametrize(("page", "before"), [("/sign-up/code/", "/sign-up/"), ("/sign-in/code/", "/sign-in/")])
def test_a_code_page_without_a_code_goes_back(client: Client, page: str, before: str) -> None:
    assert client.get(page).headers["Location"] == before


def test_a_patient_signs_in_and_goes_where_she_wanted(client: Client, centre: Organisation, postman: Postman) -> None:
    patient = make_patient()
    patient.user.phone = PHONE
    patient.user.save()
    client.get("/sign-in/?next=/me/")
    client.post("/sign-in/", {"phone": PHONE})
    assert client.post("/sign-in/code/", {"code": postman.code}).headers["Location"] == "/me/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_sent_to_a_strangers_page(client: Client, centre: Organisation, elsewhere: str) -> None:
    clinician = make_clinician()
    clinician.set_password("right")
    clinician.save()
    client.get("/sign-in/", {"next": elsewhere})
    arrived = client.post("/sign-in/password/", {"handle": clinician.handle, "password": "right"})
    assert arrived.status_code == 302
    assert "evil" not in arrived.headers["Location"]
    assert "javascript" not in arrived.headers["Location"]


def test_who_has_no_account_is_shown_the_way_to_one(english: Client, postman: Postman) -> None:
    english.post("/sign-in/", {"phone": PHONE})
    page = text(english.post("/sign-in/code/", {"code": postman.code}))
    assert "There is no account with this phone yet" in page
    assert 'href="/sign-up/"' in page


def test_a_wrong_password_is_told_without_saying_which_half(english: Client, centre: Organisation) -> None:
    clinician = make_clinician()
    known = text(english.post("/sign-in/password/", {"handle": clinician.handle, "password": "wrong"}))
    unknown = text(english.post("/sign-in/password/", {"handle": "nobody", "password": "wrong"}))
    for page in (known, unknown):
        assert "The name or the password is not right." in page


def test_demo_people_are_one_press_away_in_the_demo_only(english: Client, settings: object, tmp_path: object) -> None:
    settings.SECRETS_DIR = tmp_path
    keep_demo_logins([DemoLogin("demo", "one-two", "李桂芳", "patient")])
    assert demo_logins() == []
    assert "one-two" not in text(english.get("/sign-in/"))
    settings.MODE = "demo"
    assert 'value="one-two"' in text(english.get("/sign-in/"))
    assert (tmp_path / "demo_logins.json").stat().st_mode & 0o077 == 0


def test_without_care_the_page_says_there_is_no_record(english: Client, centre: Organisation) -> None:
    english.force_login(make_patient(consents=()).user)
    page = text(english.post("/consent/", {"automatic_reading": "on"}))
    assert 'id="id_care_error"' in page
    assert re.search(r'name="automatic_reading"[^>]* checked', page)
    assert not Consent.objects.exists()


def test_withdrawing_is_one_press_and_can_be_undone(english: Client, centre: Organisation) -> None:
    patient = make_patient()
    english.force_login(patient.user)
    page = text(english.post("/consent/automatic_reading/withdraw/", follow=True))
    assert not has_consent(patient, "automatic_reading")
    assert 'action="/consent/automatic_reading/give/"' in page
    english.post("/consent/automatic_reading/give/")
    assert has_consent(patient, "automatic_reading")


def test_closing_the_record_asks_once(english: Client, centre: Organisation) -> None:
    patient = make_patient()
    english.force_login(patient.user)
    asked = text(english.post("/consent/care/withdraw/"))
    assert "This closes your record" in asked
    assert has_consent(patient, "care")
    english.post("/consent/care/withdraw/", {"confirm": "care"})
    assert not Consent.objects.filter(withdrawn_at=None).exists()


def test_the_account_page_shows_the_words_agreed_to_and_a_masked_phone(english: Client, centre: Organisation) -> None:
    patient = make_patient(consents=("care",))
    patient.user.phone = PHONE
    patient.user.save()
    english.force_login(patient.user)
    page = text(english.get("/me/"))
    assert "+86 139****0000" in page
    assert Consent.objects.get().text.text in page
    assert "Not agreed to" in page


def test_the_chosen_language_is_kept_for_messages_too(client: Client, centre: Organisation) -> None:
    patient = make_patient()
    client.force_login(patient.user)
    client.post("/me/", {"language": "en"})
    patient.refresh_from_db()
    assert (patient.language, patient.user.language) == ("en", "en")
    assert 'lang="en"' in text(client.get("/me/"))


@pytest.mark.parametrize("page", ["/me/", "/consent/", "/consent/care/withdraw/"])
def test_pages_of_an_account_ask_for_signing_in_and_are_stored_nowhere(client: Client, centre: Organisation, page: str) -> None:
    assert client.get(page).headers["Location"] == f"/sign-in/?next={page}"
    client.force_login(make_patient().user)
    assert "no-store" in client.get(page).headers["Cache-Control"]


@pytest.mark.parametrize("page", ["/consent/", "/consent/care/withdraw/"])
def test_patients_pages_do_not_exist_for_staff(client: Client, centre: Organisation, page: str) -> None:
    client.force_login(make_clinician())
    assert client.get(page).status_code == 404


def test_signing_out_takes_a_post_and_ends_the_session(client: Client, centre: Organisation) -> None:
    client.force_login(make_patient().user)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/"
    assert client.get("/me/").status_code == 302
