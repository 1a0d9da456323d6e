"""Calendar days in a patient's zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day at `moment` in `zone` (an IANA name). Raises ValueError for a moment without a zone of its own."""
    if moment.tzinfo is None:
        raise ValueError("a moment carries a zone")
    return moment.astimezone(ZoneInfo(zone)).date()
