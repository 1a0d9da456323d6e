"""The row is the job: claimed once, finished once, never lost."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from core import clock, leases
from core.models import JobState
from screening.models import Reading
from tests.factories import make_encounter, make_patient, make_photo

pytestmark = pytest.mark.django_db
LEASE = timedelta(seconds=60)


def queue(number: int) -> list[Reading]:
    encounter = make_encounter(make_patient())
    return [make_photo(encounter, outcome=None).readings.get() for _ in range(number)]


def expire(reading: Reading) -> None:
    Reading.objects.filter(pk=reading.pk).update(lease_until=clock.now() - timedelta(days=1))


def test_a_row_is_claimed_once() -> None:
    queue(3)
    first = leases.claim(Reading, limit=2, lease=LEASE)
    second = leases.claim(Reading, limit=5, lease=LEASE)
    assert len(first) == 2
    assert len(second) == 1
    assert not {row.pk for row in first} & {row.pk for row in second}
    assert leases.claim(Reading, limit=5, lease=LEASE) == []


@pytest.mark.django_db(transaction=True)
def test_workers_claiming_at_once_share_the_rows_without_overlap() -> None:
    rows = {row.pk for row in queue(12)}
    start, claimed = Barrier(4), []

    def work() -> None:
        try:
            start.wait()
            while batch := leases.claim(Reading, limit=2, lease=LEASE):
                claimed.extend(row.pk for row in batch)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(rows)


def test_a_worker_that_lost_its_lease_writes_nothing() -> None:
    queue(1)
    (stale,) = leases.claim(Reading, limit=1, lease=LEASE)
    expire(stale)
    assert leases.return_expired(Reading) == 1
    (fresh,) = leases.claim(Reading, limit=1, lease=LEASE)
    assert not leases.finish(stale, outcome="graded", grade=4)
    assert leases.finish(fresh, outcome="graded", grade=0)
    assert Reading.objects.get().grade == 0


def test_a_row_whose_lease_was_lost_is_claimed_alone_and_only_then_counted() -> None:
    queue(3)
    batch = leases.claim(Reading, limit=3, lease=LEASE)
    assert {row.attempts for row in batch} == {0}
    poison = batch[0]
    expire(poison)
    for neighbour in batch[1:]:
        leases.finish(neighbour, outcome="graded", grade=0)
    leases.return_expired(Reading)
    (alone,) = leases.claim(Reading, limit=3, lease=LEASE)
    assert alone.attempts == 1


def test_a_poison_row_is_spent_after_three_lone_attempts() -> None:
    queue(1)
    for _ in range(leases.LONE_ATTEMPTS + 1):
        (row,) = leases.claim(Reading, limit=1, lease=LEASE)
        assert leases.spent([row]) == []
        expire(row)
        leases.return_expired(Reading)
    (row,) = leases.claim(Reading, limit=1, lease=LEASE)
    assert leases.spent([row]) == [row]


def test_a_row_put_back_waits_for_its_time() -> None:
    queue(1)
    (row,) = leases.claim(Reading, limit=1, lease=LEASE)
    assert leases.put_back(row, due_in=timedelta(minutes=5), error="Busy")
    assert leases.claim(Reading, limit=1, lease=LEASE) == []
    found = Reading.objects.get()
    assert (found.state, found.last_error) == (JobState.QUEUED, "Busy")


def test_the_urgent_and_the_old_come_first() -> None:
    rows = queue(3)
    Reading.objects.filter(pk=rows[2].pk).update(priority=1)
    (first,) = leases.claim(Reading, limit=1, lease=LEASE)
    assert first.pk == rows[2].pk
