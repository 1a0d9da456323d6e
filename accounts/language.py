"""The two languages of every text: zh-hans and en."""

from django.utils.translation import get_language

LANGUAGES = ("zh-hans", "en")


def readers_language() -> str:
    """The language this request is read in, as consents and accounts record it."""
    return "en" if (get_language() or "").startswith("en") else "zh-hans"
