"""One stack for all journeys, at ten in the morning of the patient's zone, and a real browser."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from dev.stack import Stack
from dev.suite import browser as installed_browser
from tests.journeys.people import NAMES, SIZES_AND_LANGUAGES, Person, leave
from tests.morning import seconds_to_ten

QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("journeys"), env={"CLOCK_SHIFT_SECONDS": str(seconds_to_ten("Asia/Shanghai"))})
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    found = installed_browser()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have a browser: .ci/run installs chromium-headless-shell")
        pytest.skip("SKIPPED LOUDLY: no chromium-headless-shell on this machine; the browser journeys did not run")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture(params=SIZES_AND_LANGUAGES, ids=NAMES)
def person(browser: Any, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Person]:
    """Somebody at one size and in one language; nothing may have gone wrong in her browser."""
    size, locale = request.param
    somebody = Person(browser, stack, size=size, locale=locale)
    yield somebody
    leave(somebody)
