"""A visit to a store: an adult with diabetes at the camera, and a child whose eyes are measured beside her guardian.

Screenshots of every stop lie in var/journeys/ afterwards, to be looked at.
"""

import random
from pathlib import Path
from typing import Any

from PIL import Image

from dev.layout import BASE_DIR
from dev.stack import Stack
from tests.journeys.people import Person, leave, press_in_as, sign_up

SAMPLES = BASE_DIR / "dev" / "samples" / "retina"
EYES = ("OD", "OS")


def show_code(person: Person) -> str:
    """The code she makes under Me and shows at the counter."""
    page = person.page
    page.goto("/me/check-in-code/")
    person.look("60-check-in-before")
    person.press("main form button")
    page.wait_for_selector("#code")
    person.look("61-check-in-code")
    return page.locator("#code").inner_text()


def check_in(staff: Person, code: str) -> None:
    page = staff.page
    page.goto("/store/")
    staff.look("62-store-today")
    page.goto("/store/find/")
    page.fill("input[name=sought]", code)
    staff.look("63-store-find")
    page.keyboard.press("Enter")
    page.wait_for_url("**/store/people/**")
    staff.look("64-store-person")


def photograph(staff: Person, laterality: str, photo: Path, *, until: str) -> None:
    page = staff.page
    page.set_input_files(f"#eye-{laterality} input[type=file]", str(photo))
    staff.press(f"#eye-{laterality} form button.button")
    page.wait_for_selector(f"#eye-{laterality} {until}")


def test_an_adult_at_the_camera_leaves_with_both_eyes_read_and_a_page(person: Person, stack: Stack, browser: Any, tmp_path: Path) -> None:
    name = f"马德胜{random.randrange(10**4):04}"
    sign_up(person, stack, name=name)
    size, locale = person.page.viewport_size, person.locale
    staff = press_in_as(browser, stack, "shop.li", size=size, locale=locale)
    check_in(staff, show_code(person))
    page = staff.page
    assert name in page.locator("main").inner_text()
    staff.press("main form button.main")
    page.wait_for_url("**/measure/")
    page.check("input[name=symptom][value=no]")
    staff.look("65-store-measure")
    staff.press("main form.answers button.main")
    page.wait_for_url("**/photo/")
    staff.look("66-store-photo")

    dark = tmp_path / "dark.jpg"
    with Image.open(SAMPLES / "moderate_right.jpg") as sample:
        sample.point(lambda value: value // 9).save(dark, "JPEG", quality=88)
    photograph(staff, "OD", dark, until=".banner.watch")
    staff.look("67-store-retake-now")
    photograph(staff, "OD", SAMPLES / "moderate_right.jpg", until=".eye-done")
    photograph(staff, "OS", SAMPLES / "none_left.jpg", until=".eye-done")
    staff.look("68-store-both-usable")
    staff.press("#next a")
    page.wait_for_url("**/result/")
    staff.look("69-store-result")
    assert "retina-dr" not in page.locator("main").inner_text(), "staff read what the patient may read"
    page.goto(page.url.replace("/result/", "/plan/"))
    staff.look("70-store-plan")
    page.goto(page.url.replace("/plan/", "/paper/"))
    staff.look("71-store-paper")
    page.goto("/store/")
    assert name in page.locator("main").inner_text()
    leave(staff)

    other = press_in_as(browser, stack, "shop.sun")
    other.page.goto("/store/")
    assert name not in other.page.content(), "another store's person"
    leave(other)

    person.page.goto("/home/")
    person.look("72-result-on-her-phone")
    assert person.page.locator("main .banner").count() >= 1
    stack.manage("check_followup")


def test_a_child_is_measured_asked_about_and_planned_for(person: Person, stack: Stack, browser: Any) -> None:
    sign_up(person, stack, name=f"邓丽{random.randrange(10**4):04}")
    size, locale = person.page.viewport_size, person.locale
    staff = press_in_as(browser, stack, "shop.li", size=size, locale=locale)
    check_in(staff, show_code(person))
    page = staff.page
    staff.press("main a[href$='/children/']")
    page.wait_for_url("**/children/")
    page.fill("input[name=name]", "刘一诺")
    page.fill("input[name=birth_date]", "2016-09-01")
    for field, value in (("sex", "female"), ("relation", "mother"), ("verified", "seen_in_person")):
        page.locator(f"input[name={field}]").first.check() if field == "sex" else page.check(f"input[name={field}][value={value}]")
    page.check("input[name=child_agrees]")
    for tick in page.locator("input[name=purposes]").all():
        tick.check()
    staff.look("80-child-register")
    page.locator("section form button").last.click()
    page.wait_for_selector("form[action$='/visit/'] button")
    staff.look("81-child-registered")
    staff.press("form[action$='/visit/'] button")
    page.wait_for_url("**/measure/")
    for eye, sphere in zip(EYES, ("-1,25", "-1.00"), strict=True):
        page.fill(f"input[name={eye}_acuity]", "4.9")
        page.fill(f"input[name={eye}_sphere]", sphere)
        page.fill(f"input[name={eye}_cylinder]", "-0.50")
        page.fill(f"input[name={eye}_axis]", "175")
        page.fill(f"input[name={eye}_length]", "23.8")
    page.fill("input[name=OD_axis]", "190")
    staff.look("82-child-measure")
    staff.press("main form button.main")
    page.wait_for_selector(".field.wrong")
    staff.look("83-child-axis-190")
    assert page.input_value("input[name=OD_sphere]") == "-1,25", "what was typed stays"
    page.fill("input[name=OD_axis]", "175")
    staff.press("main form button.main")
    page.wait_for_url("**/photo/")
    staff.look("84-child-photo")
    for step, name in (("result", "85-child-result"), ("plan", "86-child-plan"), ("parents", "87-child-paper")):
        page.goto(page.url.rsplit("/", 2)[0] + f"/{step}/")
        staff.look(name)
    leave(staff)
    person.page.goto("/family/")
    person.look("88-family")
    assert "刘一诺" in person.page.locator("main").inner_text()
    stack.manage("check_followup")
