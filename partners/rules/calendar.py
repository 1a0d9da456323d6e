"""When a snapshot may be built and when an answer may leave."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from partners.rules.policy import POLICY

APART = timedelta(days=POLICY["snapshot_days_apart"].value)
YEAR = timedelta(days=365)
TICK = timedelta(seconds=POLICY["answer_tick"].value)
EPOCH = datetime.min


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


def tick_after(moment: datetime) -> datetime:
    """The next full ten seconds: when an answer was ready says nothing about what it took to make it."""
    since = moment - EPOCH.replace(tzinfo=moment.tzinfo)
    return moment + TICK - since % TICK
