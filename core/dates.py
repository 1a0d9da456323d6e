"""Days and moments as people write them: 2027年2月22日, 22 February 2027."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime


def _locale(language: str) -> str:
    return "zh_Hans" if language.startswith("zh") else "en_GB"


def day_in_words(day: date, language: str) -> str:
    """A calendar day in the manner of the language."""
    return str(format_date(day, "long", locale=_locale(language)))


def moment_in_words(moment: datetime, language: str, zone: str) -> str:
    """A moment in the wall time of `zone` (an IANA name): the day with hour and minute, no seconds."""
    words = "yyyy年M月d日 HH:mm" if language.startswith("zh") else "d MMMM yyyy, HH:mm"
    return str(format_datetime(moment.astimezone(ZoneInfo(zone)), words, locale=_locale(language)))
