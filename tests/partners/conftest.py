"""What the tests of partners share: an agreement, a snapshot of made-up persons, and answers told at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from rest_framework.test import APIClient

from core import clock
from core.ids import new_id
from partners.models import Agreement, Question, Snapshot
from partners.presenters import Told, told
from partners.services import answering
from partners.services.agreements import add_agreement, add_client
from partners.services.asking import ask
from partners.services.snapshots import add_synthetic_persons, build_snapshot

PERSONS = 4_000


@pytest.fixture
def agreement(db: None) -> Agreement:
    now = clock.now()
    return add_agreement(partner="Example Pharma", purpose="feasibility", starts_at=now, ends_at=now + timedelta(days=365), networks=["127.0.0.0/8"])


@pytest.fixture
def snapshot(db: None) -> Snapshot:
    built = build_snapshot()
    add_synthetic_persons(count=PERSONS, seed=18)
    return built


@pytest.fixture
def asked(settings: Any) -> Callable[..., Told]:
    """Ask, let the worker answer and the clock reach the full ten seconds."""

    def go(agreement: Agreement, question: object) -> Told:
        row = ask(agreement=agreement, question=question, asked_by=agreement.pk)
        answering.answer_due()
        settings.CLOCK_SHIFT_SECONDS += 20
        return told(Question.objects.select_related("answer", "snapshot", "agreement").get(pk=row.pk))

    return go


@pytest.fixture
def program(agreement: Agreement) -> APIClient:
    """A program of the partner with a token."""
    return program_of(agreement)


def program_of(agreement: Agreement) -> APIClient:
    """Likewise, without the cost of the token endpoint's hashing."""
    token = Token(type=Token.Type.ACCESS_TOKEN, client_id=add_client(agreement=agreement).client_id, expires_at=clock.now() + timedelta(hours=1))
    value = str(new_id())
    token.set_value(value)
    token.save()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {value}")
    return client
