"""Every read of partners, scoped to an agreement, with the number of queries it costs."""

from datetime import datetime
from uuid import UUID

from allauth.idp.oidc.models import Token
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q, QuerySet, Sum
from django.http import Http404

from core import clock
from partners.models import Agreement, AgreementClient, AgreementMember, Charge, Question, Snapshot
from partners.rules.grid import Grid, grid_of


def agreement_of_member(user: AbstractBaseUser | AnonymousUser) -> Agreement | None:
    """The agreement this login asks under now, in force or not (1 query)."""
    now = clock.now()
    periods = AgreementMember.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), user=user.pk, starts_at__lte=now)
    member = periods.select_related("agreement").first()
    return member.agreement if member else None


def client_of_token(value: str) -> AgreementClient | None:
    """The program a bearer token was issued to; None for an unknown or expired token and a revoked program (2 queries)."""
    token = Token.objects.lookup(Token.Type.ACCESS_TOKEN, value)
    if token is None:
        return None
    return AgreementClient.objects.filter(client=token.client_id, revoked_at__isnull=True).select_related("agreement").first()


def is_in_force(agreement: Agreement, now: datetime) -> bool:
    """Whether questions may be asked and answers read under it at this moment."""
    return agreement.starts_at <= now < agreement.ends_at


def newest_snapshot() -> Snapshot | None:
    """The one that is open to questions (1 query)."""
    return Snapshot.objects.order_by("-built_at").first()


def snapshot_grid(snapshot: Snapshot) -> Grid:
    """The levels that questions about a snapshot may name."""
    return grid_of(snapshot.last_year)


def has_synthetic_persons(snapshot: Snapshot) -> bool:
    """Whether any row was made up (1 query)."""
    return snapshot.persons.filter(is_synthetic=True).exists()


def questions_of(agreement: Agreement) -> QuerySet[Question]:
    """What was asked under an agreement, newest first (1 query when evaluated)."""
    return Question.objects.filter(agreement=agreement).select_related("answer", "snapshot").order_by("-created_at", "-id")


def question_of(agreement: Agreement, question_id: UUID) -> Question:
    """One question of an agreement (1 query); Http404 for unknown and others' alike."""
    question = questions_of(agreement).filter(pk=question_id).first()
    if question is None:
        raise Http404
    return question


def is_told(question: Question) -> bool:
    """Whether what became of it may be told yet: only from its full ten seconds on."""
    return bool(question.outcome) and question.available_at <= clock.now()


def left_to_spend(agreement: Agreement) -> int:
    """Micro-rho left as far as answers have been told: a charge shows with its answer, not a moment before (1 query)."""
    spent = Charge.objects.filter(agreement=agreement, at__lte=clock.now()).aggregate(spent=Sum("cost"))["spent"]
    return agreement.cap - (spent or 0)
