"""The grid in words."""

from partners.rules.grid import GRADE_WORDS, LATEST_GRADE


def level_words(dimension: str, level: int, language: str) -> str:
    """One level in a language (`zh-hans` or `en`)."""
    if dimension == LATEST_GRADE:
        return GRADE_WORDS[level]["en" if language == "en" else "zh"]
    return str(level)
