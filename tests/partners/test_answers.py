"""One question, one answer: drawn, stored and charged before anything is decided."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from core import clock
from partners.models import Agreement, Answer, Charge, Question, Snapshot
from partners.presenters import Told
from partners.rules.privacy import COST
from partners.selectors import left_to_spend
from partners.services import answering
from partners.services.asking import ask
from tests.partners.conftest import PERSONS

Ask = Callable[..., Told]
pytestmark = pytest.mark.django_db
BY_GRADE = {"measure": "persons", "by": ["latest_grade"]}


def test_an_answer_is_near_the_truth_and_says_how_near(agreement: Agreement, snapshot: Snapshot, asked: Ask) -> None:
    found = asked(agreement, BY_GRADE)
    assert found.state == "answered"
    assert found.total is not None
    # Six cells of sigma 10: six standard deviations are 147 persons.
    assert abs((found.total.persons or 0) - PERSONS) < 150
    assert [cell.levels["latest_grade"] for cell in found.cells] == [0, 1, 2, 3, 4, 5]
    first = found.cells[0].count
    assert (first.low, first.high) == ((first.persons or 0) - 20, (first.persons or 0) + 20)


def test_the_same_question_has_the_same_digits_and_is_paid_once(agreement: Agreement, snapshot: Snapshot, asked: Ask) -> None:
    once, again = (
        asked(agreement, BY_GRADE),
        asked(agreement, {"by": ["latest_grade", "latest_grade"], "where": {"latest_grade": [5, 4, 3, 2, 1, 0]}}),
    )
    assert once.cells == again.cells
    assert (once.charged, again.charged) == (COST, 0)
    agreement.refresh_from_db()
    assert agreement.spent == COST
    assert left_to_spend(agreement) == agreement.cap - COST


def test_another_partner_reads_the_same_digits_and_pays_for_them(agreement: Agreement, snapshot: Snapshot, asked: Ask) -> None:
    other = Agreement.objects.create(
        partner="Other", purpose="p", starts_at=agreement.starts_at, ends_at=agreement.ends_at, networks=[], cap=COST, created_at=clock.now()
    )
    assert asked(agreement, BY_GRADE).cells == asked(other, BY_GRADE).cells
    assert Answer.objects.count() == 1
    assert sorted(Charge.objects.values_list("cost", flat=True)) == [COST, COST]


def test_too_few_persons_are_refused_in_words_and_charged_all_the_same(agreement: Agreement, snapshot: Snapshot, asked: Ask) -> None:
    found = asked(agreement, {"where": {"latest_grade": [4]}})
    assert (found.state, found.charged, found.total, found.cells) == ("too_few", COST, None, ())
    assert "3,000" in found.sentence
    assert Answer.objects.get().refused


def test_a_spent_budget_answers_nothing_and_keeps_nothing(agreement: Agreement, snapshot: Snapshot, asked: Ask) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(cap=COST * 2 - 1)
    agreement.refresh_from_db()
    assert asked(agreement, BY_GRADE).state == "answered"
    assert asked(agreement, {"by": ["index_year"]}).state == "budget_spent"
    assert asked(agreement, BY_GRADE).state == "answered", "what was paid stays readable"
    assert Answer.objects.count() == 1
    agreement.refresh_from_db()
    assert agreement.spent == COST


def test_nothing_is_told_before_its_full_ten_seconds(agreement: Agreement, snapshot: Snapshot, settings: Any) -> None:
    row = ask(agreement=agreement, question=BY_GRADE, asked_by=agreement.pk)
    answering.answer_due()
    row.refresh_from_db()
    assert row.available_at.microsecond == 0
    assert row.available_at.second % 10 == 0
    assert (row.available_at - row.created_at).total_seconds() >= 2
    assert left_to_spend(agreement) == agreement.cap, "a charge that showed at once would tell how long the counting took"


def test_small_cells_are_not_shown(agreement: Agreement, snapshot: Snapshot, asked: Ask) -> None:
    year = snapshot.last_year - 4
    snapshot.persons.filter(index_year=year, latest_grade=3).delete()
    snapshot.persons.filter(index_year=year, latest_grade=4).delete()
    found = asked(agreement, {"by": ["index_year", "latest_grade"]})
    counts = [cell.count for cell in found.cells]
    assert len(counts) == 30
    assert all(count.persons is None or count.persons >= 20 for count in counts)
    stored = Answer.objects.get().noisy
    assert [count.persons is None for count in counts] == [noisy < 20 for noisy in stored]


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_overspend_nothing_and_hear_one_answer_a_query(agreement: Agreement, snapshot: Snapshot) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(cap=3 * COST)
    queries = [{"by": ["latest_grade"]}, {"by": ["index_year"]}, {}, {"where": {"latest_grade": [0]}}, {"where": {"latest_grade": [0, 1]}}]
    for query in queries * 4:
        ask(agreement=agreement, question=query, asked_by=agreement.pk)

    def work() -> None:
        answering.answer_due()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    agreement.refresh_from_db()
    assert agreement.spent == 3 * COST
    assert Charge.objects.count() == 3
    outcomes = Question.objects.values_list("query", "outcome").distinct()
    assert len(outcomes) == len(queries), "one query, one outcome: what is paid is read, what is not is not"
