"""A question comes in. Nothing is counted here: what is refused at this door is refused for its spelling, the calendar or the budget's owner."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import audit
from core import clock
from core.bell import ring_on_commit
from core.problems import Problem
from partners.models import Agreement, Question
from partners.rules.calendar import leaves_at
from partners.rules.query import OffGrid, parse
from partners.selectors import is_in_force, newest_snapshot, snapshot_grid

WORDS: Mapping[str, str | Promise] = {
    "not_an_object": _("A JSON object is expected here."),
    "not_a_list": _("A list of one to a hundred entries is expected here."),
    "unknown_field": _("This field is not known here."),
    "unknown_measure": _("The only measure is “persons”."),
    "unknown_dimension": _("The dimensions are “index_year” and “latest_grade”."),
    "unknown_level": _("This is no level of the grid. Levels are whole numbers, written without quotes or decimals."),
}


def check_in_force(agreement: Agreement) -> None:
    """Raises Problem `agreement_not_in_force` (403) before it starts and after it ends."""
    if not is_in_force(agreement, clock.now()):
        raise Problem("agreement_not_in_force", _("This agreement is not in force."), status_code=403)


def ask(*, agreement: Agreement, question: object, asked_by: UUID) -> Question:
    """Take a question in; it is answered at its `available_at`, whatever becomes of it.

    Raises Problem `agreement_not_in_force`, `no_snapshot` (409), or the code of rules.query.OffGrid with a pointer. None of them costs anything.
    """
    check_in_force(agreement)
    snapshot = newest_snapshot()
    if snapshot is None:
        raise Problem("no_snapshot", _("There is no snapshot to ask about yet."), status_code=409)
    try:
        query = parse(question, snapshot_grid(snapshot))
    except OffGrid as refusal:
        raise Problem(refusal.code, WORDS[refusal.code], pointer=refusal.pointer) from None
    now = clock.now()
    with transaction.atomic():
        row = Question.objects.create(
            agreement=agreement,
            snapshot=snapshot,
            query=query.canonical,
            asked_by=asked_by,
            available_at=leaves_at(now),
            due_at=now,
            created_at=now,
        )
        audit.record("ask_question", actor=asked_by, subject=row, agreement=agreement.pk)
        ring_on_commit("partners.tasks.answer_due")
    return row
