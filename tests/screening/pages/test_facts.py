"""The facts before a first photo: a symptom leads to help at once, "I don't know" is always an answer, and what was typed stays."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Patient
from core import clock
from screening.models import Fact
from tests.factories import answered, make_clinician, make_patient, make_user
from tests.screening.pages.conftest import browser_of

pytestmark = pytest.mark.django_db
DONT_KNOW = {
    "diabetes": "unknown",
    "diabetes_year_unknown": "on",
    "hba1c_unit": "%",
    "hba1c_unknown": "on",
    "pregnant": "unknown",
    "eye_treatment": "unknown",
    "under_eye_doctor": "unknown",
}
KNOWN = {
    "diabetes": "type2",
    "diabetes_year": "2015",
    "hba1c": "7.2",
    "hba1c_unit": "%",
    "hba1c_on": "2026-06-03",
    "pregnant": "no",
    "eye_treatment": "yes",
    "under_eye_doctor": "no",
}


def facts_of(patient: Patient) -> dict[str, Any]:
    return {fact.code: fact.value for fact in Fact.objects.filter(patient=patient).order_by("recorded_at", "id")}


def test_a_symptom_is_recorded_and_leads_to_where_to_go_today_without_a_photo(page: Client, patient: Patient) -> None:
    answer = page.post(reverse("facts"), {"symptom": "yes"})
    assert answer.headers["Location"] == reverse("today")
    assert facts_of(patient)["symptom"] is True


@pytest.mark.parametrize(("given", "kept"), [("no", False), ("unknown", "unknown")])
def test_without_a_symptom_the_other_questions_follow(page: Client, patient: Patient, given: str, kept: object) -> None:
    assert page.post(reverse("facts"), {"symptom": given}).headers["Location"] == reverse("answers")
    assert facts_of(patient)["symptom"] == kept


def test_dont_know_is_an_answer_to_every_question(page: Client, patient: Patient) -> None:
    assert page.post(reverse("answers"), DONT_KNOW).status_code == 302
    kept = facts_of(patient)
    codes = ("diabetes", "diabetes_year", "hba1c", "pregnant", "eye_treatment", "under_eye_doctor")
    assert [kept[code] for code in codes] == ["unknown"] * 6


def test_an_answer_carries_its_own_day_and_unit(page: Client, patient: Patient) -> None:
    page.post(reverse("answers"), KNOWN)
    fact = Fact.objects.get(patient=patient, code="hba1c")
    assert (fact.value, fact.unit, fact.effective_on.isoformat(), fact.source) == (7.2, "%", "2026-06-03", "self")
    assert facts_of(patient)["diabetes_year"] == 2015


def test_without_diabetes_neither_year_nor_blood_value_is_asked_for(page: Client, patient: Patient) -> None:
    given = {"diabetes": "none", "hba1c_unit": "%", "hba1c": "7.2", "pregnant": "no", "eye_treatment": "no", "under_eye_doctor": "no"}
    assert page.post(reverse("answers"), given).status_code == 302
    assert "hba1c" not in facts_of(patient)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"hba1c": "74"}, "mmol/mol. Please check the unit"),
        ({"hba1c": "1"}, "cannot be right"),
        ({"hba1c_on": ""}, "first of that month"),
        ({"hba1c_on": "2999-01-01"}, "lies in the future"),
        ({"diabetes_year": "1850"}, "cannot be right"),
        ({"diabetes_year": ""}, "Please write the year"),
        ({"pregnant": ""}, "Please choose one of the answers"),
    ],
)
def test_an_impossible_answer_is_told_at_its_field_and_everything_typed_stays(
    page: Client, patient: Patient, changed: dict[str, str], words: str
) -> None:
    shown = page.post(reverse("answers"), KNOWN | changed)
    text = shown.content.decode()
    assert words in text
    assert "pregnant" not in facts_of(patient)
    kept = KNOWN | changed
    assert f'name="hba1c" value="{kept["hba1c"]}"' in text
    assert 'value="type2"' in text.split("checked")[0]


def test_errors_are_told_in_chinese_too(patient: Patient) -> None:
    assert patient.user is not None
    client = browser_of(patient.user)
    client.cookies["django_language"] = "zh-hans"
    assert "请选择一个答案" in client.post(reverse("facts"), {}).content.decode()


def test_a_new_patient_is_offered_a_reminder_and_then_the_photo() -> None:
    agreed, other = make_patient(diabetes=None), make_patient(diabetes=None, consents=("care", "share_clinic"))
    for patient, place in ((agreed, "remind_me"), (other, "check")):
        assert patient.user is not None
        assert browser_of(patient.user).post(reverse("answers"), DONT_KNOW).headers["Location"] == reverse(place)


def test_what_was_answered_before_is_shown_again(page: Client, patient: Patient) -> None:
    answered(patient, eye_treatment=True, diabetes_year="unknown")
    form = page.get(reverse("answers")).context["form"]
    assert form["eye_treatment"].value() == "yes"
    assert form["diabetes_year_unknown"].value() is True


@pytest.mark.parametrize("name", ["facts", "answers", "check", "home", "history", "remind_me", "today"])
def test_a_patients_page_is_hers_alone(name: str, db: None) -> None:
    address = reverse(name)
    assert browser_of(None).get(address).headers["Location"] == f"{reverse('sign_in')}?next={address}"
    assert browser_of(make_user()).get(address).status_code == 404
    no_care = make_patient(consents=())
    assert no_care.user is not None
    assert browser_of(no_care.user).get(address).headers["Location"] == reverse("consent")


def test_staff_start_at_their_queue(db: None) -> None:
    assert browser_of(make_clinician()).get(reverse("home")).headers["Location"] == reverse("queue")


def test_nothing_of_a_record_stays_in_the_browser(page: Client) -> None:
    assert page.get(reverse("answers")).headers["Cache-Control"] == "private, no-store"


def test_an_answer_given_now_counts_from_the_patients_own_day(page: Client, patient: Patient) -> None:
    page.post(reverse("facts"), {"symptom": "no"})
    assert Fact.objects.get(patient=patient, code="symptom").effective_on == clock.today(patient.zone)
