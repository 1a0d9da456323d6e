"""A partner that has spent half of its budget: ten distinct questions, each drawn, stored and charged as any other."""

from datetime import timedelta

from accounts.models import User
from core import clock
from partners.models import Agreement, Charge, Question
from partners.rules.privacy import COST
from partners.selectors import agreement_of_member, newest_snapshot, snapshot_grid
from partners.services.agreements import add_agreement, add_member
from partners.services.answering import answer_due
from partners.services.asking import ask


def demo_agreement(user: User) -> Agreement:
    """The agreement under which the demo's researcher asks, made once."""
    known = agreement_of_member(user)
    if known is not None:
        return known
    now = clock.now()
    agreement = add_agreement(
        partner="示范药企 Demo Pharma",
        purpose="2 型糖尿病患者眼底病变的流行病学研究(演示)",
        starts_at=now - timedelta(days=40),
        ends_at=now + timedelta(days=325),
        networks=["127.0.0.0/8", "::1/128"],
        is_demo=True,
    )
    add_member(agreement=agreement, user=user.pk)
    return agreement


def spend_half(agreement: Agreement) -> None:
    """Ask until half of the cap is spent: by year and grade, all years, from one year on, up to one."""
    snapshot = newest_snapshot()
    if snapshot is None:
        return
    years = snapshot_grid(snapshot).index_years
    questions: list[dict[str, object]] = [{"measure": "persons", "by": by} for by in (["index_year", "latest_grade"], ["latest_grade"])]
    questions += [{"measure": "persons", "by": ["latest_grade"], "where": {"index_year": list(years[first:])}} for first in range(1, len(years))]
    questions += [{"measure": "persons", "by": ["latest_grade"], "where": {"index_year": list(years[:last])}} for last in range(1, len(years))]
    for question in questions[: agreement.cap // 2 // COST]:
        ask(agreement=agreement, question=question, asked_by=agreement.members.get().user_id)
        answer_due()


def forget(agreement: Agreement) -> None:
    """Take back what was asked and charged; the answers themselves stay, since a new draw would be fresh noise about the same rows."""
    Question.objects.filter(agreement=agreement).delete()
    Charge.objects.filter(agreement=agreement).delete()
    Agreement.objects.filter(pk=agreement.pk).update(spent=0)
