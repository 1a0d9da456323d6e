"""The patient's own pages: what she may read now, one thing to do, one next date, and nothing that only a signature may say."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import Patient, User
from core import clock
from core.blobs import write_blob
from core.ids import new_id
from followup.models import CreditEntry, Step
from followup.selectors import credit_balance
from screening.models import Photo, ReportVersion
from screening.services.signing import EyeDecision
from tests.factories import answered, make_encounter, make_patient, make_photo
from tests.followup.conftest import Wechat, composed, signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinician")]


@pytest.fixture
def patient(clinician: User) -> Patient:
    return make_patient()


@pytest.fixture
def page(patient: Patient) -> Client:
    return browser_of(patient)


def browser_of(patient: Patient) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    assert patient.user is not None
    client.force_login(patient.user)
    return client


def with_pictures(version: ReportVersion) -> ReportVersion:
    for photo in Photo.objects.filter(encounter=version.report.encounter):
        for variant in ("view", "attention"):
            write_blob(photo.pk, variant, b"picture", bytes(photo.wrapped_key))
    return version


def result_of(page: Client, version: ReportVersion) -> Any:
    return page.get(reverse("result", args=[version.report.encounter_id]))


def test_home_names_the_one_thing_to_do_with_its_date_and_reason(page: Client, patient: Patient) -> None:
    answered(patient, pregnant=False)
    shown = page.get(reverse("home")).content.decode()
    assert "First check of your eyes" in shown
    assert reverse("check_eye") in shown
    assert "No check yet" in shown


def test_after_a_symptom_help_comes_before_everything_else(page: Client, patient: Patient) -> None:
    answered(patient, symptom=True)
    home = page.get(reverse("home"))
    assert home.context["task"].kind == "symptom_today"
    assert "eye emergency care today" in page.get(reverse("today")).content.decode()


def test_a_next_check_a_year_ahead_is_a_date_and_nothing_to_do(page: Client, patient: Patient, clinician: User) -> None:
    signed(composed(patient, 0, 0), clinician)
    home = page.get(reverse("home"))
    assert home.context["task"] is None
    assert home.context["dated"].kind == "recall"
    assert home.context["dated"].url == ""
    assert home.context["dated"].rule


@override_settings(RELEASE_UNSIGNED=True)
def test_home_never_says_nothing_to_do_beside_an_answer_that_asks_for_a_doctor(page: Client, patient: Patient) -> None:
    composed(patient, 2, 0)
    shown = page.get(reverse("home")).content.decode()
    assert "please see one by" in shown
    assert "Nothing to do now" not in shown


@override_settings(RELEASE_UNSIGNED=False)
@pytest.mark.parametrize("grades", [(0, 0), (4, 0)])
def test_before_a_signature_nothing_tells_what_the_program_saw(page: Client, patient: Patient, grades: tuple[int, int]) -> None:
    version = with_pictures(composed(patient, *grades))
    shown = result_of(page, version)
    text = shown.content.decode()
    answer_by = (clock.today(patient.zone) + timedelta(days=7)).day
    assert f"a doctor will answer by {answer_by} " in text
    assert "/attention/" not in text
    assert {words for _eye, words in shown.context["eyes"]} == {"Read; a doctor will answer"}
    assert shown.context["step"].day == ""
    assert shown.context["step"].reasons == ()
    review = Step.objects.get(patient=patient, kind="clinician_review", state="open")
    for address in (reverse("home"), reverse("history"), reverse("result", args=[version.report.encounter_id])):
        body = page.get(address).content.decode()
        assert review.reason not in body
        assert "within" not in body


def test_a_calm_reading_and_a_pressing_one_look_alike_until_they_are_signed(clinician: User, settings: Any) -> None:
    settings.RELEASE_UNSIGNED = False
    shown = []
    for grades in ((0, 0), (4, 4)):
        person = make_patient()
        context = result_of(browser_of(person), with_pictures(composed(person, *grades))).context
        shown.append(
            (context["result"].text, context["result"].banner, context["eyes"], context["step"], [photo.attention for photo in context["photos"]])
        )
    calm, pressing = ([*found[:3], found[3].title, found[3].day, found[4]] for found in shown)
    assert calm == pressing


def test_a_signed_answer_shows_who_signed_when_to_come_and_where_the_program_looked(page: Client, patient: Patient, clinician: User) -> None:
    version = with_pictures(composed(patient, 2, 0))
    signed(version, clinician)
    shown = result_of(page, version)
    text = shown.content.decode()
    assert "Signs that a doctor should look at; please see one by" in text
    assert "Signed by 测试" in text
    assert text.count("/attention/") == 2
    assert "not a diagnosis" in text
    assert "do not wait for this date" in text
    assert "Follow-up rules: draft, not yet approved" in text
    assert "retina-dr 0.0" in text
    assert shown.context["step"].rule in text.replace("&#x27;", "'").replace("&gt;", ">").replace("&amp;", "&")


def test_unconfirmed_diabetes_stands_on_the_answer(clinician: User) -> None:
    person = make_patient(diabetes="unknown")
    assert "Diabetes not confirmed" in result_of(browser_of(person), composed(person, 0, 0)).content.decode()


def test_an_unread_photo_says_why(clinician: User) -> None:
    person = make_patient(consents=("care", "share_clinic"))
    encounter = make_encounter(person)
    photo = make_photo(encounter, "OD", outcome="unread", reason="no_automatic_reading")
    write_blob(photo.pk, "view", b"picture", bytes(photo.wrapped_key))
    shown = browser_of(person).get(reverse("result", args=[encounter.pk])).content.decode()
    assert "You did not agree to automatic reading" in shown


def test_a_retake_is_asked_for_with_its_eye_and_one_instruction(page: Client, patient: Patient) -> None:
    encounter = make_encounter(patient)
    make_photo(encounter, "OS", outcome="retake", reason="blur")
    answered(patient, symptom=False)
    home = page.get(reverse("home"))
    assert home.context["task"].title == "Have one photo taken again (left eye)"
    assert home.context["task"].url == reverse("sitting", args=[encounter.pk])
    assert "cannot be read (this does not mean all is well)" in home.content.decode()


def test_the_calendar_entry_has_the_date_and_names_no_disease(page: Client, patient: Patient, clinician: User) -> None:
    version = signed(composed(patient, 2, 0), clinician)
    answer = page.get(reverse("result_calendar", args=[version.report.encounter_id]))
    assert answer.headers["Content-Type"].startswith("text/calendar")
    entry = answer.content.decode()
    due = Step.objects.get(patient=patient, kind="referral", state="open").due_on
    assert f"DTSTART;VALUE=DATE:{due:%Y%m%d}\r\n" in entry
    assert "SUMMARY:Health check\r\n" in entry
    for word in ("eye", "retina", "diabet", "李桂芳"):
        assert word not in entry.lower()


def test_remind_me_banks_one_message_for_one_press(page: Client, patient: Patient, wechat: Wechat) -> None:
    form = {"tap": str(new_id()), "next": reverse("home")}
    assert page.post(reverse("remind_me"), form).headers["Location"] == reverse("home")
    page.post(reverse("remind_me"), form)
    assert credit_balance(patient) == 1
    assert "We will remind you by WeChat." in page.get(reverse("home")).content.decode()


def test_remind_me_leads_to_no_other_site(page: Client, wechat: Wechat) -> None:
    answer = page.post(reverse("remind_me"), {"tap": str(new_id()), "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == reverse("check")


def test_without_agreement_nothing_is_banked_and_the_page_says_so(clinician: User) -> None:
    person = make_patient(consents=("care", "share_clinic"))
    page = browser_of(person)
    page.post(reverse("remind_me"), {"tap": str(new_id()), "next": reverse("home")})
    assert "need your agreement first" in page.get(reverse("home")).content.decode()
    assert not CreditEntry.objects.filter(patient=person).exists()


def test_the_record_tells_what_happened_newest_first_and_what_is_ahead(page: Client, patient: Patient, clinician: User) -> None:
    version = signed(composed(patient, 0, 0), clinician)
    shown = page.get(reverse("history"))
    lines = [line.title for _year, year in shown.context["years"] for line in year]
    assert lines.index("A doctor has answered") < lines.index("Photos arrived")
    assert reverse("result", args=[version.report.encounter_id]) in shown.content.decode()
    assert shown.context["next"].kind == "recall"


def test_somebody_elses_answer_is_not_there(page: Client, clinician: User) -> None:
    other = signed(composed(make_patient(), 2, 2), clinician)
    for name in ("result", "result_calendar"):
        assert page.get(reverse(name, args=[other.report.encounter_id])).status_code == 404
        assert page.get(reverse(name, args=[new_id()])).status_code == 404


def test_a_retake_asked_by_a_doctor_is_told_and_can_be_sent(page: Client, patient: Patient, clinician: User) -> None:
    version = composed(patient, 0, 0)
    signed(version, clinician, OS=EyeDecision("retake", reason="blurred"))
    task = page.get(reverse("home")).context["task"]
    assert task.kind == "retake"
    answered(patient, symptom=False)
    assert page.get(reverse("check_eye")).headers["Location"] == task.url
    left = page.get(task.url).context["cards"][1]
    assert (left.state, left.instruction) == ("again", "A doctor asks for one more photo of this eye.")
    assert left.form is not None


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_speaks_the_readers_language(page: Client, patient: Patient, clinician: User, language: str) -> None:
    version = signed(composed(patient, 1, 0), clinician)
    page.cookies["django_language"] = language
    chinese = "复查" in result_of(page, version).content.decode()
    assert chinese == (language == "zh-hans")


def test_a_signed_in_patient_starts_at_home(page: Client) -> None:
    assert page.get("/").headers["Location"] == reverse("home")
