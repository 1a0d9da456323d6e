"""What a person reads of a spot: how soon and what to do, never a class or a percentage; and the page she shows to a doctor."""

import io
from typing import Any

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Patient, User
from core.blobs import write_blob
from followup.models import Step
from screening.models import Encounter
from screening.rules.skin.decision import LesionDecision
from screening.services.reports import compose_if_due
from screening.skin.services import answer_questions
from screening.skin.signing import sign_spot
from tests import photos
from tests.factories import calm_answers, make_clinician, make_patient, make_skin_photo, make_spot
from tests.screening.pages.conftest import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("card")]

MELANOMA = {"lesion_class": "MEL", "suspicious": True, "probabilities": {"p_MEL": 0.83, "p_NEV": 0.1, "p_suspicious": 0.9}}
ONLY_FOR_CLINICIANS = ("MEL", "Melanoma", "83%", "7-point")


@pytest.fixture
def patient() -> Patient:
    return make_patient()


@pytest.fixture
def page(patient: Patient) -> Client:
    return browser_of(patient.user)


@pytest.fixture
def dermatologist() -> User:
    return make_clinician(specialty="skin")


def read(encounter: Encounter, **reading: Any) -> None:
    """An overview and a close-up that were read, and the report of both."""
    for slot, width, given in (("overview", 320, {}), ("close_up", 360, reading)):
        photo = make_skin_photo(encounter, slot, **given)
        assert photo.wrapped_key is not None
        write_blob(photo.pk, "view", photos.jpeg(width), bytes(photo.wrapped_key))
    compose_if_due(encounter)


def sign(encounter: Encounter, by: User, lesion_class: str = "MEL", urgency: str = "urgent") -> None:
    number = encounter.report.versions.order_by("-number")[0].number
    sign_spot(encounter_id=encounter.pk, by=by, base_number=number, decision=LesionDecision(lesion_class, urgency))


def shown(page: Client, name: str, encounter: Encounter) -> str:
    return page.get(reverse(name, args=[encounter.pk])).content.decode()


def test_an_emergency_says_call_120_in_the_agreed_words_with_her_answer_and_no_camera(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient, answers={"q0a": True})
    words = shown(page, "skin_now", encounter)
    assert "Call emergency services now, or go to the nearest emergency department" in words
    assert "Trouble breathing, swollen lips or tongue?" in words
    assert 'href="tel:120"' in words
    assert 'type="file"' not in words
    assert reverse("skin_photos", args=[encounter.pk]) not in words
    assert Step.objects.filter(patient=patient, state="open", encounter=encounter, kind="emergency_today").exists()
    task = page.get(reverse("home")).context["task"]
    assert (task.kind, task.url) == ("emergency_today", reverse("skin_now", args=[encounter.pk]))


def test_without_an_emergency_the_sitting_goes_on(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient, answers={})
    way = reverse("skin_sitting", args=[encounter.pk])
    assert page.get(reverse("skin_now", args=[encounter.pk])).headers["Location"] == way
    assert page.get(reverse("result", args=[encounter.pk])).headers["Location"] == way


def test_before_a_signature_only_when_a_doctor_answers(page: Client, patient: Patient, settings: Any) -> None:
    settings.RELEASE_UNSIGNED = False
    encounter = make_spot(patient)
    read(encounter, **MELANOMA)
    for name in ("result", "skin_summary", "home", "history"):
        words = shown(page, name, encounter) if name in ("result", "skin_summary") else page.get(reverse(name)).content.decode()
        assert not any(secret in words for secret in ONLY_FOR_CLINICIANS), name
    assert "a doctor will answer by" in shown(page, "result", encounter)


def test_after_the_signature_what_to_do_by_when_and_still_no_class(page: Client, patient: Patient, dermatologist: User) -> None:
    encounter = make_spot(patient)
    read(encounter, **MELANOMA)
    sign(encounter, dermatologist)
    for name in ("result", "skin_summary"):
        words = shown(page, name, encounter)
        assert "Signs that a doctor should look at; please see one by" in words
        assert "If it grows, changes, bleeds or does not heal" in words
        assert not any(secret in words for secret in ONLY_FOR_CLINICIANS), name


def test_answers_without_a_photo_are_not_called_a_photo(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient)
    words = shown(page, "result", encounter)
    assert "Your answers have arrived; a doctor will answer by" in words
    assert "Photo received" not in words


def test_out_of_scope_ends_in_something_to_do_and_in_the_page_for_a_doctor(page: Client, patient: Patient, dermatologist: User) -> None:
    encounter = make_spot(patient)
    read(encounter, lesion_class="", in_scope=False, probabilities={"p_NEV": 0.4})
    sign(encounter, dermatologist, "cannot_tell", "refer")
    words = shown(page, "skin_summary", encounter)
    assert "please see one by" in words
    assert "Not healing for over 4 weeks" in words


def test_the_clinicians_page_has_class_percentages_and_version(patient: Patient, dermatologist: User) -> None:
    encounter = make_spot(patient)
    read(encounter, **MELANOMA)
    words = shown(browser_of(dermatologist), "case_summary", encounter)
    assert "MEL 83%" in words
    assert "skin-lesion 0.0" in words
    assert "Not yet signed by a doctor." in words


def text_of(answer: Any) -> str:
    assert answer.headers["Content-Type"] == "application/pdf"
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    assert len(pages) == 1
    return str(pages[0].extract_text())


@pytest.mark.parametrize(("language", "question"), [("zh-hans", "有没有发热"), ("en", "Fever?")])
def test_the_pdf_is_one_page_in_either_language_with_the_photos(page: Client, patient: Patient, language: str, question: str) -> None:
    encounter = make_spot(patient, landmark='#eval(read("/etc/passwd")) *赟㛃*')
    read(encounter, **MELANOMA)
    answer = page.get(reverse("skin_summary_pdf", args=[encounter.pk, language]))
    words = text_of(answer)
    assert "李桂芳" in words
    assert question in words
    assert '#eval(read("/etc/passwd")) *赟㛃*' in words
    assert "83%" not in words
    assert len(pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].images) == 2


def test_the_longest_way_still_fits_on_one_page(page: Client, patient: Patient) -> None:
    told = {
        "q5b": "dark",
        "q3": ["diabetes", "immunosuppressed"],
        "q4": True,
        "q4b": "x" * 200,
        "q8b": 9,
        "t1": ["steroid", "antifungal", "antibiotic", "herbal"],
    }
    encounter = make_spot(patient, answers=calm_answers(50, **told), landmark="y" * 200)
    read(encounter)
    text_of(page.get(reverse("skin_summary_pdf", args=[encounter.pk, "en"])))


def test_an_unknown_language_is_not_there(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient)
    assert page.get(reverse("skin_summary_pdf", args=[encounter.pk, "fr"])).status_code == 404


def test_intimate_photos_stand_on_no_page_and_their_place_in_no_list(page: Client, patient: Patient, dermatologist: User) -> None:
    encounter = make_spot(patient, body_site="genitals", side="")
    for slot in ("overview", "close_up"):
        make_skin_photo(encounter, slot, intimate=True, outcome="unread")
    compose_if_due(encounter)
    for reader, name in ((page, "result"), (page, "skin_summary"), (browser_of(dermatologist), "case_summary")):
        words = shown(reader, name, encounter)
        assert "/photos/" not in words
        assert "Photos of this place are hidden" in words
    assert "Genital" not in page.get(reverse("history")).content.decode()
    assert not pypdf.PdfReader(io.BytesIO(page.get(reverse("skin_summary_pdf", args=[encounter.pk, "en"])).content)).pages[0].images


@pytest.mark.parametrize(("reason", "words"), [("outside_age", "people of 12 and over"), ("no_automatic_reading", "did not agree")])
def test_a_photo_that_the_program_does_not_read_says_why(page: Client, patient: Patient, reason: str, words: str) -> None:
    encounter = make_spot(patient)
    read(encounter, outcome="unread", reason=reason)
    assert words in shown(page, "result", encounter)


def test_a_photo_that_cannot_be_read_leads_back_to_the_camera(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient)
    make_skin_photo(encounter, outcome="retake", reason="blur")
    answer_questions(encounter=encounter, by=patient.user, answers={"n2": "unknown"})
    task = page.get(reverse("home")).context["task"]
    assert (task.kind, task.url) == ("retake", reverse("skin_photos", args=[encounter.pk]))


def test_a_known_spot_can_be_looked_at_again(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient)
    read(encounter)
    form = page.get(reverse("check_skin")).context["form"]
    (known,) = next(controls for code, *_rest, controls in form.parts if code == "known")
    page.post(reverse("check_skin"), {"place": known.data["value"], "sitting": str(form["sitting"].value())})
    assert Encounter.objects.filter(lesion=encounter.lesion_id).count() == 2


def test_an_unfinished_spot_is_gone_on_with_from_check(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient, answers={})
    assert reverse("skin_sitting", args=[encounter.pk]) in page.get(reverse("check")).content.decode()


def test_pages_of_somebody_elses_spot_are_not_there(page: Client, patient: Patient) -> None:
    others = make_spot(make_patient())
    eye_doctor = browser_of(make_clinician())
    for reader in (page, eye_doctor):
        for name, args in (("skin_summary", []), ("skin_summary_pdf", ["en"]), ("case_summary", []), ("case_summary_pdf", ["en"])):
            if reader is page or name.startswith("skin"):
                assert reader.get(reverse(name, args=[others.pk, *args])).status_code == 404
