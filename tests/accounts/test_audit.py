"""The audit: append-only, sealed without losing a late writer, and proven."""

from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from accounts import audit
from accounts.models import AuditEvent, AuditSeal
from core.ids import new_id

TABLES = ("accounts_auditevent", "accounts_auditseal")


@pytest.fixture
def other_connection(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A second session beside Django's, as another worker has it."""
    with psycopg.connect(**{name: connection.get_connection_params()[name] for name in ("host", "port", "dbname", "user", "password")}) as other:
        yield other
        other.rollback()


def write_from(other: psycopg.Connection) -> None:
    other.execute("INSERT INTO accounts_auditevent (at, verb, subject_type, detail, request_id) VALUES (now(), 'late', '', '{}', '')")


def tamper(sql: str) -> None:
    """What only the table's owner could do, with the trigger out of the way."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def lines(count: int) -> None:
    for _line in range(count):
        audit.record("look", actor=new_id(), subject=None)


@pytest.mark.django_db
def test_a_line_tells_who_did_what_with_codes_only() -> None:
    actor = new_id()
    audit.record("look", actor=actor, subject=None, kind="retina", version="retina-dr 0.2", number=3, ids=[actor])
    line = AuditEvent.objects.get()
    assert (line.actor, line.verb, line.detail) == (actor, "look", {"kind": "retina", "version": "retina-dr 0.2", "number": 3, "ids": [str(actor)]})


@pytest.mark.django_db
@pytest.mark.parametrize("personal", ["李桂芳", "13800138000", "+8613800138000", "sentence; another", ["ok", "李"], object()])
def test_free_text_never_enters_the_audit_nor_the_error(personal: object) -> None:
    with pytest.raises(ValueError, match="audit detail takes ids") as refusal:
        audit.record("look", actor=None, subject=None, words=personal)
    assert str(personal) not in str(refusal.value)
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_nobody_changes_or_deletes_a_line(table: str, change: str) -> None:
    lines(1)
    AuditSeal.objects.create(after_transaction=0, until_transaction=1, events=0, digest="", previous="", sealed_at=AuditEvent.objects.get().at)
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_role_of_the_app_has_no_right_to(table: str, change: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE app")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute(change.format(table))
        cursor.execute("RESET ROLE")


@pytest.mark.django_db(transaction=True)
def test_seals_chain_and_are_proven() -> None:
    lines(3)
    first = audit.seal()
    assert first is not None
    assert first.events == 3
    assert audit.seal() is None
    lines(2)
    second = audit.seal()
    assert second is not None
    assert (second.previous, second.after_transaction) == (first.digest, first.until_transaction)
    lines(1)
    found = audit.verify()
    assert found.is_intact
    assert (found.seals, found.sealed, found.unsealed, found.last_digest) == (2, 5, 1, second.digest)


def test_a_writer_in_flight_is_neither_skipped_nor_sealed_early(other_connection: psycopg.Connection) -> None:
    lines(1)
    write_from(other_connection)
    lines(1)
    before = audit.seal()
    assert before is not None
    assert before.events == 1
    other_connection.commit()
    after = audit.seal()
    assert after is not None
    assert after.events == 2
    assert audit.verify().is_intact
    assert audit.verify().unsealed == 0


def test_two_sealers_at_once_make_one_seal(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    lines(1)
    digest = audit._digest

    def slow_digest(*arguments: object) -> object:
        monkeypatch.setattr(audit, "_digest", digest)
        assert audit.seal() is not None
        return digest(*arguments)

    monkeypatch.setattr(audit, "_digest", slow_digest)
    assert audit.seal() is None
    assert AuditSeal.objects.count() == 1


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE accounts_auditevent SET verb = 'nothing' WHERE id = (SELECT min(id) FROM accounts_auditevent)",
        "UPDATE accounts_auditevent SET detail = '{\"a\": 1}' WHERE id = (SELECT min(id) FROM accounts_auditevent)",
        "DELETE FROM accounts_auditevent WHERE id = (SELECT min(id) FROM accounts_auditevent)",
        "INSERT INTO accounts_auditevent (at, verb, subject_type, detail, request_id, transaction) "
        "SELECT at, 'made_up', '', '{}', '', transaction FROM accounts_auditevent LIMIT 1",
        "DELETE FROM accounts_auditseal WHERE id = (SELECT min(id) FROM accounts_auditseal)",
        "UPDATE accounts_auditseal SET digest = repeat('0', 64) WHERE id = (SELECT min(id) FROM accounts_auditseal)",
    ],
)
def test_whoever_changes_the_past_is_found_out(transactional_db: None, sql: str, capsys: pytest.CaptureFixture[str]) -> None:
    for _seal in range(2):
        lines(2)
        audit.seal()
    call_command("verify_audit")
    assert "the audit is intact" in capsys.readouterr().out
    tamper(sql)
    assert not audit.verify().is_intact
    with pytest.raises(CommandError, match="broken seals"):
        call_command("verify_audit")


def test_a_line_of_a_transaction_that_failed_is_gone_with_it(transactional_db: None) -> None:
    with transaction.atomic():
        lines(1)
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()
    assert audit.seal() is None
