"""A person alone with a phone and a spot on the skin: place, emergencies first, questions, photos, the page for a doctor, the signature, the date.

Screenshots of every stop lie in var/journeys/ afterwards, to be looked at.
"""

import io
import random
from pathlib import Path
from typing import Any

import pypdf

from dev.layout import BASE_DIR
from dev.stack import Stack
from tests.journeys.people import DESK, WAITS_MS, Person, sign_up

SAMPLES = BASE_DIR / "dev" / "samples" / "skin"
ALARMING = {"q1": "self", "q5": "one_spot", "q5b": "dark", "q7": "months", "m1": "yes", "m3": "yes"}


def choose_place(person: Person, place: str, part: int) -> None:
    page = person.page
    page.goto("/check/")
    person.look("50-eye-or-skin")
    person.press("main a[href='/check/skin/']")
    page.wait_for_url("**/check/skin/")
    page.locator(".body-map summary").nth(part).click()
    page.check(f"input[name=place][value='{place}']")
    person.look("51-where")
    person.press("main .act button")
    page.wait_for_url("**/questions/1/")


def answer_screen(person: Person, told: dict[str, str]) -> None:
    """Answer everything on this screen: what `told` says, else *no*, *none* or 0."""
    page = person.page
    names = page.evaluate("[...new Set([...document.querySelectorAll('main form [name]:not([type=hidden])')].map(c => c.name))]")
    for name in names:
        control = page.locator(f"main form [name={name}]").first
        match control.evaluate("control => control.type"):
            case "radio":
                page.check(f"main form [name={name}][value={told.get(name, 'no')}]")
            case "checkbox":
                page.check(f"main form [name={name}][value=none]")
            case "select-one":
                page.select_option(f"main form [name={name}]", told.get(name, "0"))
    page.locator("main form .act button").click()
    page.wait_for_load_state()


def answer_everything(person: Person, told: dict[str, str]) -> None:
    for number in range(1, 12):
        if "/questions/" not in person.page.url:
            return
        person.look(f"52-questions-{number}")
        answer_screen(person, told)
    raise AssertionError(f"the questions do not end: {person.page.url}")


def send_photos(person: Person, overview: Path, close_up: Path) -> None:
    page = person.page
    for slot, photo in (("overview", overview), ("close_up", close_up)):
        page.set_input_files(f"#spot-{slot} input[type=file]", str(photo))
        person.look(f"54-chosen-{slot}")
        person.press(f"#spot-{slot} form button.button")
        page.wait_for_selector(f"#spot-{slot} .eye-done", timeout=WAITS_MS)
    person.look("55-both-read")
    person.press("#next a[href^='/results/']")
    page.wait_for_url("**/results/**")


def sign_as_dermatologist(browser: Any, stack: Stack, *, name: str) -> None:
    doctor = Person(browser, stack, size=DESK, locale="zh-CN")
    page = doctor.page
    page.goto("/sign-in/")
    page.locator("form:has(input[value='dr.zhao']) button").click()
    page.wait_for_url("**/clinic/**")
    doctor.look("70-spot-queue")
    page.locator("nav ol a", has_text=name).first.click()
    page.wait_for_selector("form.answer")
    for decision in ("lesion_class][value=MEL", "urgency][value=urgent"):
        # Each choice asks what follows from it; the next one waits for the answer.
        with page.expect_response("**/preview/"):
            page.check(f"input[name={decision}]")
    page.wait_for_selector("#echo dl")
    doctor.look("71-spot-case")
    page.locator("form.answer .act button").click()
    page.wait_for_load_state()
    if page.locator("[data-focus]").count():
        doctor.look("72-spot-echo")
        page.locator("form.answer .act button").click()
        page.wait_for_load_state()
    doctor.context.close()
    assert doctor.troubles == []


def test_from_the_place_to_the_date(person: Person, stack: Stack, browser: Any) -> None:
    page, name = person.page, f"周晓梅{random.randrange(10**4):04}"
    sign_up(person, stack, name=name)
    choose_place(person, "forearm:left", part=2)
    answer_everything(person, ALARMING)
    page.wait_for_url("**/photos/")
    person.look("53-photos")
    send_photos(person, SAMPLES / "nev_PAT_244_374_726.jpg", SAMPLES / "mel_PAT_233_354_828.jpg")
    person.look("56-result-before-signature")
    result = page.url
    sign_as_dermatologist(browser, stack, name=name)

    page.goto(result)
    page.wait_for_selector("main .banner.see")
    person.look("57-result-signed")
    words = page.locator("main").inner_text()
    assert not any(secret in words for secret in ("MEL", "elanoma", "黑色素", "%"))
    person.press("main a[href$='/summary/']")
    page.wait_for_url("**/summary/")
    person.look("58-page-for-a-doctor")
    for link in page.locator("a[download]").all():
        pdf = page.request.get(str(link.get_attribute("href"))).body()
        read = pypdf.PdfReader(io.BytesIO(pdf))
        assert len(read.pages) == 1
        assert name[:3] in read.pages[0].extract_text()
    page.goto("/home/")
    person.look("59-home-with-a-spot")
    page.goto("/history/")
    person.look("60-history-with-a-spot")
    stack.manage("check_followup")


def test_a_yes_before_any_photo_is_call_120_and_nothing_else(person: Person, stack: Stack) -> None:
    sign_up(person, stack, name="王建国")
    choose_place(person, "back", part=1)
    page = person.page
    page.check("input[name=q0b][value=yes]")
    person.press("main form .act button")
    page.wait_for_url("**/today/skin/**")
    person.look("61-call-120")
    assert page.locator("main input[type=file]").count() == 0
    assert page.locator("a[href='tel:120']").count() == 1
    page.goto("/home/")
    person.look("62-home-call-120")
    stack.manage("check_followup")


def test_a_document_is_not_graded_and_says_what_to_do(person: Person, stack: Stack, tmp_path: Path) -> None:
    from tests import photos

    wrong = tmp_path / "document.jpg"
    wrong.write_bytes(photos.document())
    sign_up(person, stack, name="赵小兰")
    choose_place(person, "palm:right", part=2)
    answer_everything(person, {**ALARMING, "m1": "no", "m3": "no"})
    page = person.page
    page.set_input_files("#spot-close_up input[type=file]", str(wrong))
    person.press("#spot-close_up form button.button")
    page.wait_for_selector("#spot-close_up .banner.blank", timeout=WAITS_MS)
    person.look("63-wrong-kind-of-spot")
    assert page.locator("#spot-close_up input[type=file]").count() == 1
