"""Quiet hours hold still: stacks under test run at ten in the morning of the patient's zone, whenever the suite runs."""

from datetime import datetime
from zoneinfo import ZoneInfo


def seconds_to_ten(zone: str) -> int:
    """How far the machine's clock is from 10:00 today in `zone`."""
    now = datetime.now(ZoneInfo(zone))  # noqa: TID251 - it moves the product's clock, so it cannot ask it
    return round((now.replace(hour=10, minute=0, second=0) - now).total_seconds())
