"""An answer is drawn, stored and charged in one transaction, before anything is decided about it (RWD.md section 2).

The same query over the same snapshot has one answer, for every partner and for ever; an agreement pays for it the first time it reads it.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F

from accounts import audit
from core import clock, leases
from core.models import JobState
from partners.models import Agreement, Answer, Charge, Question, Snapshot
from partners.noise import noisy
from partners.rules.calendar import leaves_at
from partners.rules.privacy import COST, is_too_small
from partners.rules.query import Query, read
from partners.selectors import snapshot_grid

BATCH = 10
LEASE = timedelta(minutes=2)
Outcome = Question.Outcome


class BudgetSpent(Exception):
    """The agreement's cap does not cover this answer."""


def answer_due() -> int:
    """Answer every question that waits; how many did. Questions of workers that died come back first."""
    leases.return_expired(Question)
    count = 0
    while batch := leases.claim(Question, limit=BATCH, lease=LEASE):
        for question in batch:
            if leases.spent([question]):
                leases.finish(question, state=JobState.FAILED, outcome=Outcome.FAILED, available_at=leaves_at(question.created_at, clock.now()))
            else:
                _answer(question)
            count += 1
    return count


def _answer(question: Question) -> None:
    try:
        with transaction.atomic():
            answer = _stored(question) or _draw(question)
            now = clock.now()
            told_at = leaves_at(question.created_at, now)
            charged = _charge(question.agreement, answer, told_at)
            outcome = Outcome.TOO_FEW if answer.refused else Outcome.ANSWERED
            if not leases.finish(question, outcome=outcome, answer=answer, charged=charged, available_at=told_at):
                # Somebody else has the question now; what was drawn here is forgotten with its charge.
                transaction.set_rollback(True)
                return
            audit.record("answer_question", actor=None, subject=question, outcome=outcome.value, charged=charged)
    except BudgetSpent:
        leases.finish(question, outcome=Outcome.BUDGET_SPENT, available_at=leaves_at(question.created_at, clock.now()))


def _stored(question: Question) -> Answer | None:
    return Answer.objects.filter(snapshot=question.snapshot_id, query=question.query).first()


def _draw(question: Question) -> Answer:
    drawn = noisy(counts_of(question.snapshot, read(question.query)))
    Answer.objects.bulk_create(
        [Answer(snapshot=question.snapshot, query=question.query, noisy=drawn, cost=COST, refused=is_too_small(drawn), drawn_at=clock.now())],
        ignore_conflicts=True,
    )
    # Another worker may have stored its draw first; then that one is the answer.
    return Answer.objects.get(snapshot=question.snapshot_id, query=question.query)


def counts_of(snapshot: Snapshot, query: Query) -> list[int]:
    """The exact counts. The whole grid is counted whatever is asked, so that the work is the same for every question."""
    persons = snapshot.persons.filter(withdrawn_at__isnull=True).values_list("index_year", "latest_grade").annotate(persons=Count("pk")).order_by()
    return query.counts(snapshot_grid(snapshot), {(year, grade): count for year, grade, count in persons})


def _charge(agreement: Agreement, answer: Answer, at: datetime) -> int:
    """Charge an answer to the agreement unless it paid already; how much. Raises BudgetSpent."""
    _charge_row, is_new = Charge.objects.get_or_create(agreement=agreement, answer=answer, defaults={"cost": answer.cost, "at": at})
    if not is_new:
        return 0
    paid = Agreement.objects.filter(pk=agreement.pk, spent__lte=F("cap") - answer.cost).update(spent=F("spent") + answer.cost)
    if paid != 1:
        raise BudgetSpent
    return answer.cost
