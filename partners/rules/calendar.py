"""When a snapshot may be built and when an answer may leave."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from partners.rules.policy import POLICY

APART = timedelta(days=POLICY["snapshot_days_apart"].value)
YEAR = timedelta(days=365)
TICK = timedelta(seconds=POLICY["answer_tick"].value)
LEAD = timedelta(seconds=POLICY["answer_lead"].value)


def next_snapshot_at(built: Sequence[datetime]) -> datetime | None:
    """From when on another snapshot may be built, given all earlier ones; None where there is none yet.

    80 days after the last, and a year after the fourth last: the persons of a snapshot are asked about anew, with new noise.
    """
    if not built:
        return None
    newest_first = sorted(built, reverse=True)
    most = POLICY["snapshots_a_year"].value
    waits = [newest_first[0] + APART]
    if len(newest_first) >= most:
        waits.append(newest_first[most - 1] + YEAR)
    return max(waits)


def leaves_at(asked: datetime, ready: datetime | None = None) -> datetime:
    """The full ten seconds at which an answer leaves: the first that is two seconds away from asking, whatever it took to make it.

    Only an answer that was `ready` later than that waits for the next one.
    """
    planned = _next_tick(asked + LEAD)
    return planned if ready is None or ready <= planned else _next_tick(ready)


def _next_tick(moment: datetime) -> datetime:
    return moment + TICK - (moment - datetime.min.replace(tzinfo=UTC)) % TICK
