"""The only clock of the product. Tests and faults move it; nothing else reads the time of day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def now() -> datetime:
    """The present moment in UTC, shifted by CLOCK_SHIFT_SECONDS outside production."""
    return datetime.now(UTC) + timedelta(seconds=settings.CLOCK_SHIFT_SECONDS)


def today(zone: str) -> date:
    """The calendar day in a patient's zone (an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()
