"""One person's whole way in a real browser: account, consent, facts, two photos, the doctor's signature, the date, the reminder in the inbox.

Screenshots of every stop lie in var/journeys/ afterwards, to be looked at.
"""

import json
import random
from pathlib import Path
from typing import Any

from dev.layout import BASE_DIR
from dev.stack import Stack
from tests.journeys.people import WAITS_MS, Person, inbox, leave, press_in_as, sign_up

SAMPLES = BASE_DIR / "dev" / "samples" / "retina"


def send_both_eyes(person: Person, right: Path, left: Path) -> None:
    page = person.page
    page.goto("/check/eye/")
    page.wait_for_selector("#eye-OD input[type=file]")
    for laterality, photo in (("OD", right), ("OS", left)):
        page.set_input_files(f"#eye-{laterality} input[type=file]", str(photo))
        person.look(f"07-chosen-{laterality}")
        person.press(f"#eye-{laterality} form button.button")
        page.wait_for_selector(f"#eye-{laterality} .eye-done", timeout=WAITS_MS)
    person.look("08-both-read")
    person.press("#next a[href^='/results/']")
    page.wait_for_url("**/results/**")


def sign_as_doctor(browser: Any, stack: Stack, *, name: str, right: int, left: int) -> None:
    doctor = press_in_as(browser, stack, "dr.wang")
    page = doctor.page
    page.wait_for_url("**/clinic/**")
    doctor.look("20-queue")
    page.locator("nav ol a", has_text=name).first.click()
    page.wait_for_selector("form.answer")
    page.keyboard.press(str(right))
    page.keyboard.press("ArrowRight")
    page.keyboard.press(str(left))
    page.wait_for_selector("#echo dl")
    doctor.look("21-case")
    page.locator("form.answer .act button").click()
    page.wait_for_load_state()
    if page.locator("[data-focus]").count():
        doctor.look("22-echo")
        page.locator("form.answer .act button").click()
        page.wait_for_load_state()
    leave(doctor)


def test_from_sign_up_to_the_reminder_in_the_inbox(person: Person, stack: Stack, browser: Any) -> None:
    name = f"李桂芳{random.randrange(10**4):04}"
    sign_up(person, stack, name=name)
    send_both_eyes(person, SAMPLES / "moderate_right.jpg", SAMPLES / "none_left.jpg")
    person.look("09-result-before-signature")
    assert person.page.locator("main .banner").count() >= 1

    messages_before = sum(entry["kind"] == "message" for entry in inbox(stack))
    sign_as_doctor(browser, stack, name=name, right=2, left=0)

    page = person.page
    page.reload()
    page.wait_for_selector("main .banner.see")
    person.look("10-result-signed")
    page.goto("/home/")
    person.look("11-home")
    page.goto("/history/")
    person.look("12-history")
    for _ in range(100):
        if sum(entry["kind"] == "message" for entry in inbox(stack)) > messages_before:
            break
        page.wait_for_timeout(300)
    newest = next(entry for entry in inbox(stack) if entry["kind"] == "message")
    words = json.dumps(newest["fields"], ensure_ascii=False)
    assert "登录" in words or "Check-up reminder" in words  # WeChat gives such a field 20 characters
    assert not any(organ in words for organ in ("眼", "视网膜", "糖尿病", "eye", "retina", "diabet"))
    stack.manage("check_followup")


def test_one_click_on_a_sample_shows_the_programs_reading_beside_the_patients_sentence(person: Person) -> None:
    page = person.page
    page.goto("/")
    person.press("form[action='/samples/changes/try/'] button")
    page.wait_for_selector("#clinician", timeout=WAITS_MS)
    person.look("30-sample")
    assert "retina-dr" in page.locator("main").inner_text()


def test_a_symptom_is_sent_to_emergency_care_before_any_photo(person: Person, stack: Stack) -> None:
    sign_up(person, stack, name="王建国")
    page = person.page
    page.goto("/facts/")
    page.check("input[name=symptom][value=yes]")
    person.press("main .act button")
    page.wait_for_url("**/today/")
    person.look("40-today")
    assert page.locator("main input[type=file]").count() == 0
    page.goto("/home/")
    person.look("41-home-today")
    stack.manage("check_followup")


def test_a_document_is_not_graded_and_says_what_to_do(person: Person, stack: Stack, tmp_path: Path) -> None:
    from tests import photos

    wrong = tmp_path / "document.jpg"
    wrong.write_bytes(photos.document())
    sign_up(person, stack, name="赵小兰")
    page = person.page
    page.goto("/check/eye/")
    page.wait_for_selector("#eye-OD input[type=file]")
    page.set_input_files("#eye-OD input[type=file]", str(wrong))
    person.press("#eye-OD form button.button")
    page.wait_for_selector("#eye-OD .banner.blank", timeout=WAITS_MS)
    person.look("50-wrong-kind")
    assert page.locator("#eye-OD input[type=file]").count() == 1
