"""The partner's page: a sentence with blanks, its cost before asking, the answer with bands, the budget."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.language import readers_language
from core.problems import Problem
from partners.models import Agreement
from partners.pages.bars import chart, label_of
from partners.pages.forms import QuestionForm
from partners.pages.gate import for_members
from partners.presenters import told
from partners.query_words import in_words
from partners.rules.privacy import COST, Count, half_width
from partners.selectors import has_synthetic_persons, left_to_spend, newest_snapshot, question_of, questions_of, snapshot_grid
from partners.services.asking import ask

MOST_SHOWN = 20


@require_http_methods(["GET", "POST"])
@for_members
def desk(request: HttpRequest, agreement: Agreement) -> HttpResponse:
    """Ask, and see what was asked."""
    language = readers_language()
    snapshot = newest_snapshot()
    form = QuestionForm(request.POST or None, grid=snapshot_grid(snapshot), language=language) if snapshot else None
    problem = None
    if form is not None and form.is_valid():
        try:
            question = ask(agreement=agreement, question=form.question(), asked_by=request.user.pk)
            return redirect("partner_question", question.pk)
        except Problem as refusal:
            problem = refusal
    earlier = [(found, in_words(found.query, language)) for found in map(told, questions_of(agreement)[:MOST_SHOWN])]
    context = {**_budget(agreement), "form": form, "problem": problem, "earlier": earlier, "half_width": half_width(), "snapshot": snapshot}
    return render(request, "partners/desk.html", context | {"synthetic": bool(snapshot and has_synthetic_persons(snapshot))})


@require_safe
@for_members
def answer(request: HttpRequest, agreement: Agreement, question_id: UUID) -> HttpResponse:
    """What became of one question; the page looks again by itself until its full ten seconds have come."""
    found = told(question_of(agreement, question_id))
    language = readers_language()
    context = {
        **_budget(agreement),
        "found": found,
        "words": in_words(found.query, language),
        "total": _figures(found.total) if found.total else None,
        "rows": [(label_of(cell, language), *_figures(cell.count)) for cell in found.cells],
        "synthetic": has_synthetic_persons(found.question.snapshot),
    }
    if found.query.by and found.cells:
        context["chart"] = chart(found.cells, language)
    return render(request, "partners/answer.html", context)


def _figures(count: Count) -> tuple[str, ...]:
    return tuple("–" if figure is None else f"{figure:,}" for figure in (count.persons, count.low, count.high))


def _budget(agreement: Agreement) -> dict[str, object]:
    left = left_to_spend(agreement)
    return {"agreement": agreement, "left": left, "spent": agreement.cap - left, "answers_left": left // COST, "price": COST}
