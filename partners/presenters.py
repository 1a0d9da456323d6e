"""What a question became, for the page and the API alike: noisy counts with their intervals, or a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partners.models import Question
from partners.rules.privacy import COST, FLOOR, SIGMA, Count, shown, total
from partners.rules.query import Query, read
from partners.selectors import is_told, left_to_spend, snapshot_grid

WAITING = "waiting"
SENTENCES: Mapping[str, str | Promise] = {
    WAITING: _("The answer leaves at a full ten seconds."),
    "answered": "",
    "too_few": _("Too few persons: the noisy total is under 3,000, so no count of this answer is shown. It was charged all the same."),
    "budget_spent": _("What is left of the budget does not cover this answer. Nothing was charged."),
    "failed": _("Something went wrong on our side. Nothing was charged; please ask again."),
}
assert FLOOR == 3000, "the sentence names it"


@dataclass(frozen=True)
class Cell:
    """One count of an answer; `levels` by dimension."""

    levels: Mapping[str, int]
    count: Count


@dataclass(frozen=True)
class Told:
    """A question as it may be told now; `charged` and `left` in micro-rho."""

    question: Question
    query: Query
    state: str
    sentence: str
    charged: int
    left: int
    sigma: int = SIGMA
    price: int = COST
    total: Count | None = None
    cells: tuple[Cell, ...] = ()


def told(question: Question) -> Told:
    """The question's present state; before its full ten seconds it waits, whatever has become of it."""
    query = read(question.query)
    state = question.outcome if is_told(question) else WAITING
    left = left_to_spend(question.agreement)
    if state == Question.Outcome.ANSWERED and question.answer is not None:
        noisy = question.answer.noisy
        places = query.cells(snapshot_grid(question.snapshot))
        cells = tuple(Cell(dict(zip(query.by, levels, strict=True)), count) for levels, count in zip(places, shown(noisy), strict=True))
        return Told(question, query, state, "", question.charged, left, total=total(noisy), cells=cells)
    charged = question.charged if state == Question.Outcome.TOO_FEW else 0
    return Told(question, query, state, str(SENTENCES[state]), charged, left)
