"""The row is the job: claim, finish, return. PostgreSQL remembers; Celery only rings (DESIGN.md section 5).

A claim takes queued rows that are due, in order of priority, skipping rows others hold. A finish is fenced by the lease's token: a worker that
lost its lease writes nothing. A row whose lease was lost is next claimed alone, and only such lone attempts count, so that one poison row takes
no neighbour with it.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Lock
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import Case, F, Func, Q, When

from core import clock
from core.ids import new_id
from core.models import Job, JobState

AnyJob = TypeVar("AnyJob", bound=Job)
LONE_ATTEMPTS = 3


class DatabaseClock(Func):
    """The database's own wall clock: leases of many machines must be measured by one of them."""

    template = "clock_timestamp()"
    output_field = models.DateTimeField()


def claim(model: type[AnyJob], *, limit: int, lease: timedelta, where: Q | None = None) -> list[AnyJob]:
    """Up to `limit` due rows, now this caller's for `lease`; a row marked `alone` comes by itself."""
    with transaction.atomic():
        due = model._default_manager.filter(state=JobState.QUEUED, due_at__lte=clock.now())
        rows = list((due.filter(where) if where is not None else due).order_by("priority", "due_at").select_for_update(skip_locked=True)[:limit])
        if any(row.alone for row in rows):
            rows = [next(row for row in rows if row.alone)]
        token = new_id()
        model._default_manager.filter(pk__in=[row.pk for row in rows]).update(
            state=JobState.CLAIMED,
            lease_token=token,
            lease_until=DatabaseClock() + lease,
            attempts=Case(When(alone=True, then=F("attempts") + 1), default=F("attempts"), output_field=models.SmallIntegerField()),
        )
        for row in rows:
            row.state, row.lease_token = JobState.CLAIMED, token
            row.attempts += row.alone
        return rows


def finish(row: Job, *, state: str = JobState.DONE, **columns: Any) -> bool:
    """Write the end of a job if the lease is still this caller's; False means that somebody else has it now.

    Call it inside the transaction that writes the job's results, first: a lost lease must leave nothing behind.
    """
    changed = (
        type(row)
        ._default_manager.filter(pk=row.pk, lease_token=row.lease_token, state=JobState.CLAIMED)
        .update(state=state, lease_token=None, lease_until=None, finished_at=clock.now(), **columns)
    )
    return bool(changed)


def put_back(row: Job, *, due_in: timedelta, error: str = "", alone: bool = False) -> bool:
    """Return a claimed row to the queue for later, unchanged but for the reason."""
    changed = (
        type(row)
        ._default_manager.filter(pk=row.pk, lease_token=row.lease_token, state=JobState.CLAIMED)
        .update(state=JobState.QUEUED, lease_token=None, lease_until=None, due_at=clock.now() + due_in, last_error=error, alone=alone)
    )
    return bool(changed)


def return_expired(model: type[AnyJob]) -> int:
    """Rows whose lease ran out go back to the queue, to be claimed alone next time."""
    return model._default_manager.filter(state=JobState.CLAIMED, lease_until__lt=DatabaseClock()).update(
        state=JobState.QUEUED, lease_token=None, lease_until=None, alone=True, last_error="lease_lost"
    )


def work_off(model: type[AnyJob], work: Callable[[AnyJob], None], *, limit: int, lease: timedelta, turn: Lock) -> int:
    """Claim and work until nothing is due; the number of rows. `turn`: whoever calls while another of this process works returns at once."""
    if not turn.acquire(blocking=False):
        return 0
    try:
        count = 0
        while batch := claim(model, limit=limit, lease=lease):
            for row in batch:
                work(row)
                count += 1
        return count
    finally:
        turn.release()


def spent(rows: Sequence[AnyJob]) -> list[AnyJob]:
    """Those of the claimed rows that failed alone too often: they end as failed, with a person."""
    return [row for row in rows if row.attempts > LONE_ATTEMPTS]
