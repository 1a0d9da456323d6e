"""When a message may reach a person: not between 21:00 and 08:00 where she lives."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from followup.rules.policy import POLICY

QUIET_FROM = time(POLICY["quiet_from"].value)
QUIET_UNTIL = time(POLICY["quiet_until"].value)


def next_allowed(moment: datetime, zone: str, *, emergency: bool = False) -> datetime:
    """`moment` itself outside the quiet hours of `zone` (an IANA name), else the next 08:00 there; always in UTC.

    21:00 exactly is quiet, 08:00 exactly is not. Clinical emergencies are exempt. Source: CLINICAL.md E2.
    """
    local = moment.astimezone(ZoneInfo(zone))
    if emergency or QUIET_UNTIL <= local.time() < QUIET_FROM:
        return moment.astimezone(UTC)
    day = local.date() if local.time() < QUIET_UNTIL else local.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_UNTIL, tzinfo=ZoneInfo(zone)).astimezone(UTC)
