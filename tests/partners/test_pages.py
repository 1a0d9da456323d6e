"""The partner's pages: one sentence with blanks, an answer with bands, and nothing for anybody else."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.services.sign_up import make_user
from core import clock
from partners.models import Agreement, Question, Snapshot
from partners.services import answering
from partners.services.agreements import add_member
from tests.factories import make_clinician, make_patient, reading_centre

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(agreement: Agreement) -> Client:
    reading_centre()
    user = make_user(handle="r.lin", name="Lin", language="en", password=None, at=clock.now())
    add_member(agreement=agreement, user=user.pk)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def everything(snapshot: Snapshot, **changed: Any) -> dict[str, Any]:
    return {
        "index_year": list(range(snapshot.last_year - 4, snapshot.last_year + 1)),
        "latest_grade": [0, 1, 2, 3, 4, 5],
        "by": ["latest_grade"],
    } | changed


def answer_page(browser: Client, snapshot: Snapshot, settings: Any, **changed: Any) -> str:
    asked = browser.post("/partner/", everything(snapshot, **changed))
    assert asked.status_code == 302
    answering.answer_due()
    settings.CLOCK_SHIFT_SECONDS += 20
    return browser.get(asked["Location"]).content.decode()


def test_cost_and_budget_are_said_before_asking(browser: Client, snapshot: Snapshot) -> None:
    page = browser.get("/partner/").content.decode()
    assert "A new answer costs 5000 micro-rho" in page.replace(",", "")
    assert "20 new answers" in page
    assert page.count("checked") == 12, "everything is ticked, split by grade"
    assert "made-up persons" in page


def test_an_answer_has_bars_bands_and_a_table(browser: Client, snapshot: Snapshot, settings: Any) -> None:
    page = answer_page(browser, snapshot, settings)
    assert re.search(r"<h1>About [\d,]+ persons, between [\d,]+ and [\d,]+</h1>", page)
    assert page.count('class="bar"') == page.count('class="band"') == 6
    assert page.count("<tr>") == 7
    assert "19 new answers" in page
    assert "style=" not in page


def test_the_answer_waits_and_looks_again_by_itself(browser: Client, snapshot: Snapshot) -> None:
    asked = browser.post("/partner/", everything(snapshot))
    answering.answer_due()
    page = browser.get(asked["Location"]).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert 'class="bar"' not in page


def test_both_pages_read_in_chinese(browser: Client, snapshot: Snapshot, settings: Any) -> None:
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    browser.cookies["django_language"] = "zh-hans"
    assert "条形末端的色带" in answer_page(browser, snapshot, settings)
    assert "有 95% 的可能误差不超过 20 人" in browser.get("/partner/").content.decode()


def test_too_few_is_said_in_words(browser: Client, snapshot: Snapshot, settings: Any) -> None:
    page = answer_page(browser, snapshot, settings, latest_grade=[4], by=[])
    assert "No count can be given" in page
    assert "under 3,000" in page
    assert 'class="figures"' not in page


@pytest.mark.parametrize("wrong", [{"index_year": [1999]}, {"latest_grade": []}, {"by": ["store"]}, {"latest_grade": ["9" * 5000]}])
def test_what_is_off_the_grid_is_asked_again_at_the_field(browser: Client, snapshot: Snapshot, wrong: dict[str, Any]) -> None:
    page = browser.post("/partner/", everything(snapshot, **wrong))
    assert page.status_code == 200
    assert "Please look at this again" in page.content.decode()
    assert not Question.objects.exists()


def test_without_a_snapshot_the_page_says_what_will_come(browser: Client) -> None:
    assert "No snapshot yet" in browser.get("/partner/").content.decode()


def test_an_ended_agreement_shows_and_asks_nothing_new(browser: Client, snapshot: Snapshot, agreement: Agreement) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(ends_at=clock.now())
    assert "This agreement is not in force." in browser.post("/partner/", everything(snapshot)).content.decode()
    assert not Question.objects.exists()


def test_a_partners_home_is_the_desk(browser: Client) -> None:
    assert browser.get("/home/").headers["Location"] == "/partner/"
    assert 'class="partner"' in browser.get("/me/").content.decode()


def test_nobody_else_finds_the_pages(snapshot: Snapshot) -> None:
    client = Client()
    assert client.get("/partner/").headers["Location"].startswith("/sign-in/")
    for user in (make_patient().user, make_clinician()):
        assert user is not None
        client.force_login(user)
        assert client.get("/partner/").status_code == 404
