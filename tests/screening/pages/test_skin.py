"""A spot on the skin by page: an emergency goes before everything, nothing intimate is seen unasked, and every answer leads on."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Patient
from core import clock
from core.ids import new_id
from screening.models import Answers, Encounter, Photo
from screening.pages.skin_parts import PARTS, next_part, place_of, questions_of
from screening.rules.skin.questionnaire import EMERGENCY, QUESTIONS
from tests import photos
from tests.factories import calm_answers, make_patient, make_skin_photo, make_spot
from tests.screening.pages.conftest import browser_of

pytestmark = pytest.mark.django_db

NO_EMERGENCY = dict.fromkeys(EMERGENCY, "no")


def chosen(page: Client, place: str = "forearm:left", **given: Any) -> Any:
    return page.post(reverse("check_skin"), {"place": place, "sitting": str(new_id())} | given)


def asked(page: Client, encounter: Encounter, number: int, **given: Any) -> Any:
    return page.post(reverse("skin_questions", args=[encounter.pk, number]), given)


def send(page: Client, encounter: Encounter, slot: str = "close_up", photo: bytes | None = None) -> Any:
    fields: dict[str, Any] = {"taken_on": clock.today("Asia/Shanghai").isoformat()}
    if photo is not None:
        fields["photo"] = SimpleUploadedFile("IMG_李桂芳.jpg", photo)
    return page.post(reverse("skin_send", args=[encounter.pk, slot]), fields)


def test_every_place_of_the_body_map_can_be_chosen_and_sides_only_where_there_are_two(page: Client) -> None:
    form = page.get(reverse("check_skin")).context["form"]
    assert [code for code, *_rest in form.parts] == ["head", "trunk", "arm", "leg", "private"]
    places = {str(control.data["value"]) for *_rest, controls in form.parts for control in controls}
    assert {"back", "forearm:left", "forearm:right", "genitals"} <= places
    assert not {"forearm", "back:left"} & places


def test_choosing_a_place_opens_one_sitting_however_often_it_is_pressed(page: Client, patient: Patient) -> None:
    pressed = str(new_id())
    first = chosen(page, sitting=pressed, landmark="two fingers below the elbow")
    assert chosen(page, sitting=pressed).headers["Location"] == first.headers["Location"]
    encounter = Encounter.objects.get(patient=patient, programme="skin-lesion")
    assert encounter.lesion is not None
    assert (encounter.lesion.body_site, encounter.lesion.side, encounter.lesion.landmark) == ("forearm", "left", "two fingers below the elbow")


def test_going_back_to_another_place_is_another_sitting(page: Client, patient: Patient) -> None:
    pressed = str(new_id())
    chosen(page, sitting=pressed)
    chosen(page, "back", sitting=pressed)
    assert Encounter.objects.filter(patient=patient, programme="skin-lesion").count() == 2


def test_a_place_that_does_not_exist_is_refused_at_its_field(page: Client, patient: Patient) -> None:
    answer = chosen(page, "third_arm:left")
    assert "This place does not exist" in answer.content.decode()
    assert not Encounter.objects.filter(patient=patient).exists()


def test_the_emergency_questions_come_first_whatever_is_asked_for(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient, answers={})
    first = reverse("skin_questions", args=[encounter.pk, 1])
    for address in ("skin_sitting", "skin_photos"):
        assert page.get(reverse(address, args=[encounter.pk])).headers["Location"] == first
    assert page.get(reverse("skin_questions", args=[encounter.pk, 2])).headers["Location"] == first
    assert send(page, encounter, photo=photos.jpeg()).headers["Location"] == first
    assert not Photo.objects.filter(patient=patient).exists()


@pytest.mark.parametrize("question", EMERGENCY)
def test_one_yes_leads_to_call_120_and_nowhere_else(page: Client, patient: Patient, question: str) -> None:
    encounter = make_spot(patient, answers={})
    asked(page, encounter, 1, **{question: "yes"})
    now = reverse("skin_now", args=[encounter.pk])
    for address in (reverse("skin_sitting", args=[encounter.pk]), reverse("skin_photos", args=[encounter.pk])):
        assert page.get(address).headers["Location"] == now
    assert asked(page, encounter, 2, q1="self").headers["Location"] == now
    assert send(page, encounter, photo=photos.jpeg()).headers["Location"] == now
    assert not Photo.objects.filter(patient=patient).exists()


def test_no_browser_holds_a_yes_back_for_the_other_answers(page: Client, patient: Patient) -> None:
    shown = page.get(reverse("skin_questions", args=[make_spot(patient, answers={}).pk, 1])).content.decode()
    assert '<form method="post" novalidate>' in shown


def test_unknown_is_asked_once_more_and_then_taken(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient, answers={})
    again = asked(page, encounter, 1, **{**NO_EMERGENCY, "q0c": "unknown"})
    assert again.status_code == 200
    assert list(again.context["form"].fields) == ["q0c"]
    assert asked(page, encounter, 1, again="1", q0c="unknown").headers["Location"] == reverse("skin_sitting", args=[encounter.pk])
    assert page.get(reverse("skin_sitting", args=[encounter.pk])).headers["Location"] == reverse("skin_questions", args=[encounter.pk, 2])


def test_a_screen_keeps_what_was_given_and_says_what_is_missing(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient, answers=dict.fromkeys(EMERGENCY, False))
    answer = asked(page, encounter, 2, q1="self", q3=["none", "diabetes"])
    form = answer.context["form"]
    assert {"q2", "q3", "q4", "q9"} <= set(form.errors)
    assert form["q1"].value() == "self"
    assert "go with nothing else" in answer.content.decode()
    assert set(Answers.objects.get(encounter=encounter).answers) == set(EMERGENCY)


def test_an_answer_can_be_corrected_by_going_back(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient)
    shown = page.get(reverse("skin_questions", args=[encounter.pk, 4])).context["form"]
    assert shown["q7"].value() == "weeks"
    asked(page, encounter, 4, q5b="dark", q7="months", q7b="yes")
    assert page.get(reverse("skin_sitting", args=[encounter.pk])).headers["Location"] == reverse("skin_questions", args=[encounter.pk, 6])


def test_every_question_stands_on_one_screen() -> None:
    codes = [code for part in PARTS for code in part.codes]
    assert sorted(codes) == sorted(QUESTIONS)


def test_the_way_ends_when_everything_is_answered_and_never_grows_longer_than_announced() -> None:
    given: dict[str, Any] = {}
    total = place_of(PARTS[0], given, 40)[1]
    screens = 0
    while part := next_part(given, 40):
        screens += 1
        assert place_of(part, given, 40)[1] <= total
        given |= {code: value for code, value in calm_answers(40, **given).items() if code in questions_of(part, given | {"q5": "one_spot"}, 40)}
    assert screens <= total


def test_photos_are_asked_for_when_all_is_answered(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient)
    cards = page.get(reverse("skin_photos", args=[encounter.pk])).context["cards"]
    assert [(card.slot, card.state, card.form is not None) for card in cards] == [("overview", "empty", True), ("close_up", "empty", True)]
    assert send(page, encounter, "overview", photos.jpeg()).headers["Location"] == reverse("skin_photos", args=[encounter.pk])
    photo = Photo.objects.get(patient=patient)
    assert (photo.kind, photo.slot, photo.laterality, photo.encounter_id) == ("skin", "overview", "", encounter.pk)
    assert "every 2s" in page.get(reverse("skin_photos", args=[encounter.pk])).content.decode()


def test_what_is_wrong_with_a_file_is_told_at_its_card(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient)
    assert send(page, encounter).status_code == 422
    answer = send(page, encounter, photo=b"not a picture")
    assert answer.status_code == 415
    assert answer.context["cards"][1].form.errors
    assert send(page, encounter, "third", photos.jpeg()).status_code == 404


def test_a_card_says_one_thing_to_do_and_after_three_close_ups_where_to_go(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient)
    address = reverse("skin_card", args=[encounter.pk, "close_up"])
    for state in ("again", "again", "examine"):
        make_skin_photo(encounter, outcome="retake", reason="blur")
        answer = page.get(address)
        assert answer.context["card"].state == state
    assert page.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert answer.context["card"].form is None


@pytest.mark.parametrize(
    ("outcome", "reason", "words"),
    [("retake", "blur", "Tap the lesion to focus"), ("refused", "not_skin", "No skin was found"), ("refused", "corrupt", "could not be opened")],
)
def test_what_to_do_about_a_photo_is_what_somebody_with_a_phone_can_do(page: Client, patient: Patient, outcome: str, reason: str, words: str) -> None:
    encounter = make_spot(patient)
    make_skin_photo(encounter, outcome=outcome, reason=reason)
    assert words in page.get(reverse("skin_photos", args=[encounter.pk])).content.decode()


def test_one_more_close_up_is_welcome_and_not_a_third(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient)
    states = []
    for _ in range(2):
        make_skin_photo(encounter)
        states.append(page.get(reverse("skin_photos", args=[encounter.pk])).context["cards"][1].state)
    assert states == ["more", "usable"]


def test_the_photos_page_says_nothing_of_what_was_found(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient)
    make_skin_photo(encounter, "overview")
    make_skin_photo(encounter, lesion_class="MEL", suspicious=True, probabilities={"p_MEL": 0.83})
    # What is read, without the tags: in an address or a token any two digits may stand.
    shown = re.sub(r"<[^>]+>", " ", page.get(reverse("skin_photos", args=[encounter.pk])).content.decode())
    assert not any(word in shown for word in ("MEL", "elanoma", "83", "suspicious"))


def test_nobody_under_18_is_photographed_on_a_private_area(client: Client) -> None:
    minor = make_patient(birth_year=clock.now().year - 17)
    assert minor.user is not None
    page = browser_of(minor.user)
    encounter = make_spot(minor, body_site="breast", answers=calm_answers(16))
    shown = page.get(reverse("skin_photos", args=[encounter.pk]))
    assert "Nobody under 18 is photographed here" in shown.content.decode()
    assert 'type="file"' not in shown.content.decode()
    assert send(page, encounter, photo=photos.jpeg()).status_code == 403
    assert not Photo.objects.filter(patient=minor).exists()


def test_an_intimate_photo_shows_no_picture(page: Client, patient: Patient) -> None:
    encounter = make_spot(patient)
    make_skin_photo(encounter, "overview")
    make_skin_photo(encounter, intimate=True)
    overview, close_up = page.get(reverse("skin_photos", args=[encounter.pk])).context["cards"]
    assert (len(overview.views), len(close_up.views)) == (1, 0)


def test_without_sharing_the_skin_way_says_where_to_go(client: Client) -> None:
    alone = make_patient(consents=("care",))
    assert alone.user is not None
    assert "dermatologist at any hospital" in browser_of(alone.user).get(reverse("check_skin")).content.decode()


def test_a_sitting_of_somebody_else_and_of_the_eye_are_not_there(page: Client, patient: Patient) -> None:
    from tests.factories import make_encounter

    others = make_spot(make_patient())
    for encounter in (others, make_encounter(patient)):
        for name, args in (("skin_sitting", []), ("skin_questions", [1]), ("skin_photos", []), ("skin_card", ["overview"]), ("skin_now", [])):
            assert page.get(reverse(name, args=[encounter.pk, *args])).status_code == 404
