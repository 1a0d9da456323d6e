"""A partner asks one question and sees bars with bands and the budget; the same question again is the same answer and costs nothing.

Screenshots of every stop lie in var/journeys/ afterwards, to be looked at.
"""

from typing import Any

import pytest

from dev.stack import Stack
from tests.journeys.people import NAMES, SIZES_AND_LANGUAGES, leave, press_in_as


@pytest.mark.parametrize(("size", "locale"), SIZES_AND_LANGUAGES, ids=NAMES)
def test_a_question_is_answered_with_bands_and_repeated_for_nothing(browser: Any, stack: Stack, size: dict[str, int], locale: str) -> None:
    stack.manage("add_synthetic_persons")
    researcher = press_in_as(browser, stack, "pharma.lin", size=size, locale=locale)
    page = researcher.page
    page.wait_for_url("**/partner/**")
    researcher.look("90-partner-desk")
    tables = []
    for turn in ("first", "again"):
        page.goto("/partner/")
        researcher.press("main form button.main")
        page.wait_for_selector("table.figures")
        researcher.look(f"91-partner-answer-{turn}")
        tables.append(page.locator("table.figures").inner_text())
    assert tables[0] == tables[1]
    assert page.locator("svg.bars rect.band").count() > 0
    leave(researcher)
