"""The database role that answers: enough to count, draw, charge and note it; no way to a patient."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from accounts.models import AuditEvent
from dev.postgres import GATEWAY
from partners.models import Agreement, Question, Snapshot
from partners.services import answering
from partners.services.asking import ask

pytestmark = pytest.mark.django_db
OUT_OF_REACH = ("accounts_patient", "accounts_user", "accounts_consent", "screening_photo", "screening_reading", "followup_step", "knox_authtoken")


@pytest.fixture
def as_gateway() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def become_gateway() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {GATEWAY}")


def test_the_gateway_answers_charges_and_notes_it(agreement: Agreement, snapshot: Snapshot, as_gateway: None) -> None:
    row = ask(agreement=agreement, question={"by": ["latest_grade"]}, asked_by=agreement.pk)
    become_gateway()
    assert answering.answer_due() == 1
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert Question.objects.get(pk=row.pk).outcome == "answered"
    assert AuditEvent.objects.filter(verb="answer_question", subject=row.pk).exists()


@pytest.mark.parametrize("table", OUT_OF_REACH)
def test_the_gateway_cannot_read_people(table: str, as_gateway: None) -> None:
    become_gateway()
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table}")


def test_the_gateway_reads_no_audit_and_changes_no_answer(as_gateway: None) -> None:
    become_gateway()
    for statement in ("SELECT detail FROM accounts_auditevent", "UPDATE partners_answer SET cost = 0", "DELETE FROM partners_charge"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
