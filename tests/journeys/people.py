"""Who walks through the journeys: a browser context each, and the first steps that several of them take."""

import json
import random
from typing import Any
from urllib.request import urlopen

from dev.layout import VAR_DIR
from dev.stack import Stack

PHONE = {"width": 360, "height": 760}
DESK = {"width": 1280, "height": 800}
SIZES_AND_LANGUAGES = [(PHONE, "zh-CN"), (DESK, "en-US"), (PHONE, "en-US"), (DESK, "zh-CN")]
NAMES = ["phone zh", "desk en", "phone en", "desk zh"]
WAITS_MS = 60_000


class Person:
    """One browser context: a size, a language, cookies of its own; it fails on any script error or refused content."""

    def __init__(self, browser: Any, stack: Stack, *, size: dict[str, int], locale: str) -> None:
        self.context = browser.new_context(viewport=size, locale=locale, base_url=stack.url)
        self.locale = locale
        self.page = self.context.new_page()
        self.page.set_default_timeout(WAITS_MS)
        self.troubles: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", self._heard)
        self._album = VAR_DIR / "journeys" / f"{size['width']}-{locale}"
        self._album.mkdir(parents=True, exist_ok=True)

    def _heard(self, said: Any) -> None:
        # Playwright styles the page while it takes a picture; that our own pages carry nothing inline is tests/core/test_look.py.
        if said.type == "error" and "inline style" not in said.text:
            self.troubles.append(said.text)

    def look(self, name: str) -> None:
        """A picture for the album, and the promise that nothing hangs over the edge."""
        self.page.screenshot(path=str(self._album / f"{name}.png"), full_page=True)
        assert self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), f"{name} scrolls sideways"

    def press(self, selector: str) -> None:
        self.page.locator(selector).first.click()


def press_in_as(browser: Any, stack: Stack, handle: str, *, size: dict[str, int] = DESK, locale: str = "zh-CN") -> Person:
    """Somebody of the demo, signed in by one press on the sign-in page; she reads the language of `locale`, whatever is hers."""
    somebody = Person(browser, stack, size=size, locale=locale)
    language = "en" if locale.startswith("en") else "zh-hans"
    somebody.context.add_cookies([{"name": "django_language", "value": language, "url": stack.url}])
    somebody.page.goto("/sign-in/")
    somebody.page.locator(f"form:has(input[value='{handle}']) button").click()
    somebody.page.wait_for_load_state()
    return somebody


def leave(somebody: Person) -> None:
    """Close the browser; nothing may have gone wrong in it."""
    somebody.context.close()
    assert somebody.troubles == []


def inbox(stack: Stack) -> list[dict[str, Any]]:
    with urlopen(f"{stack.env['WECHAT_URL']}/local/messages.json", timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def code_for(stack: Stack, phone: str) -> str:
    return next(str(entry["code"]) for entry in inbox(stack) if entry["kind"] == "code" and entry["phone"] == phone[-4:])


def sign_up(person: Person, stack: Stack, *, name: str) -> None:
    """From the first page to the end of the three short screens, with one reminder banked."""
    page, phone = person.page, f"139{random.randrange(10**8):08}"
    page.goto("/")
    person.look("01-first")
    person.press("main a[href='/sign-up/']")
    page.fill("input[name=name]", name)
    page.fill("input[name=birth]", "1966")
    page.fill("input[name=phone]", phone)
    person.look("02-account")
    person.press("main .act button")
    page.wait_for_selector("input[name=code]")
    page.fill("input[name=code]", code_for(stack, phone))
    person.press("main .act button")
    page.wait_for_url("**/consent/")
    for tick in page.locator("main input[type=checkbox]").all():
        tick.check()
    person.look("03-consent")
    person.press("main .act button")
    page.wait_for_url("**/facts/")
    person.look("04-symptom")
    page.check("input[name=symptom][value=no]")
    person.press("main .act button")
    page.wait_for_url("**/facts/answers/")
    page.check("input[name=diabetes][value=type2]")
    page.check("input[name=diabetes_year_unknown]")
    page.check("input[name=hba1c_unknown]")
    page.check("input[name=pregnant][value=no]")
    page.check("input[name=eye_treatment][value=no]")
    page.check("input[name=under_eye_doctor][value=no]")
    person.look("05-facts")
    person.press("main .act button")
    page.wait_for_url("**/remind-me/**")
    person.look("06-remind-me")
    person.press("form[action='/remind-me/'] button")
