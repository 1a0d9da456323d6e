"""The snapshot: built rarely, left at once by whoever withdraws."""

import random
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from accounts import audit
from core import clock
from partners.extract import research_persons
from partners.models import Snapshot, SnapshotPerson
from partners.pseudonyms import new_secret, nobodys_pseudonym, pseudonym
from partners.rules.calendar import next_snapshot_at
from partners.rules.grid import GRADES, Grid
from partners.selectors import newest_snapshot, snapshot_grid

# Builders exclude everybody, withdrawals only builders: a withdrawal beside a build waits for it and then finds its row.
LOCK = 0x5EED
BATCH = 5000
# Rough shares of a screened population with diabetes, so that made-up answers look like answers (RWD.md section 3).
GRADE_SHARES = (72, 12, 8, 2, 1, 5)


class TooSoon(Exception):
    """Every snapshot asks about the same persons anew, so the next has to wait until `when`."""

    def __init__(self, when: datetime) -> None:
        super().__init__(f"the next snapshot may be built from {when:%Y-%m-%d} on")
        self.when = when


def build_snapshot() -> Snapshot:
    """Write the snapshot of everybody who agrees to research now; made-up persons of the last one are kept. Raises TooSoon."""
    with transaction.atomic():
        _lock("pg_advisory_xact_lock")
        now = clock.now()
        may_be_built_at = next_snapshot_at(list(Snapshot.objects.values_list("built_at", flat=True)))
        if may_be_built_at is not None and now < may_be_built_at:
            raise TooSoon(may_be_built_at)
        previous = newest_snapshot()
        snapshot = Snapshot.objects.create(built_at=now, last_year=clock.today(settings.PATIENT_ZONE).year, secret=new_secret())
        grid = snapshot_grid(snapshot)
        _write(
            SnapshotPerson(
                snapshot=snapshot, pseudonym=pseudonym(snapshot, found.person), index_year=found.index_year, latest_grade=found.latest_grade
            )
            for found in research_persons(grid)
        )
        if previous is not None:
            _write(_kept_synthetic(previous, snapshot, grid))
        audit.record("build_snapshot", actor=None, subject=snapshot)
    return snapshot


def add_synthetic_persons(*, count: int, seed: int) -> None:
    """Put made-up persons, marked so, into the newest snapshot; where they are already, nothing.

    Raises Snapshot.DoesNotExist, or ValueError in production.
    """
    if settings.PRODUCTION:
        raise ValueError("made-up persons do not exist in production")
    with transaction.atomic():
        _lock("pg_advisory_xact_lock")
        snapshot = newest_snapshot()
        if snapshot is None:
            raise Snapshot.DoesNotExist
        if not snapshot.persons.filter(is_synthetic=True).exists():
            _write(_made_up(snapshot, count, random.Random(seed)))  # noqa: S311 - believable, not secret
            audit.record("add_synthetic_persons", actor=None, subject=snapshot)


def exclude(person: UUID) -> None:
    """Take a person out of every answer that is not drawn yet, of every snapshot, in the transaction of her withdrawal."""
    with transaction.atomic():
        _lock("pg_advisory_xact_lock_shared")
        for snapshot in Snapshot.objects.all():
            rows = SnapshotPerson.objects.filter(snapshot=snapshot, pseudonym=pseudonym(snapshot, person), withdrawn_at__isnull=True)
            rows.update(withdrawn_at=clock.now())


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [LOCK])


def _write(persons: Iterator[SnapshotPerson]) -> None:
    SnapshotPerson.objects.bulk_create(persons, batch_size=BATCH)


def _kept_synthetic(previous: Snapshot, snapshot: Snapshot, grid: Grid) -> Iterator[SnapshotPerson]:
    for person in previous.persons.filter(is_synthetic=True, index_year__in=grid.index_years).iterator(chunk_size=BATCH):
        yield _synthetic(snapshot, person.index_year, person.latest_grade)


def _made_up(snapshot: Snapshot, count: int, chance: random.Random) -> Iterator[SnapshotPerson]:
    years = snapshot_grid(snapshot).index_years
    # The programme grows: each year brings more new persons than the one before.
    drawn_years = chance.choices(years, weights=range(2, len(years) + 2), k=count)
    for year, grade in zip(drawn_years, chance.choices(GRADES, weights=GRADE_SHARES, k=count), strict=True):
        yield _synthetic(snapshot, year, grade)


def _synthetic(snapshot: Snapshot, index_year: int, latest_grade: int) -> SnapshotPerson:
    return SnapshotPerson(snapshot=snapshot, pseudonym=nobodys_pseudonym(), index_year=index_year, latest_grade=latest_grade, is_synthetic=True)
