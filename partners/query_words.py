"""A query as a sentence."""

from django.utils.translation import gettext as _

from partners.grid_words import level_words
from partners.rules.grid import INDEX_YEAR, LATEST_GRADE
from partners.rules.query import Query


def in_words(query: Query, language: str) -> str:
    """What was asked, as the page says it."""
    comma = ", " if language == "en" else "、"
    parts = [_("Persons")]
    for dimension, levels in query.where:
        named = comma.join(level_words(dimension, level, language) for level in levels)
        parts.append((_("first check in %(levels)s") if dimension == INDEX_YEAR else _("latest grade %(levels)s")) % {"levels": named})
    if query.by:
        splits = {INDEX_YEAR: _("year of the first check"), LATEST_GRADE: _("latest grade")}
        parts.append(_("for each %(split)s") % {"split": comma.join(str(splits[dimension]) for dimension in query.by)})
    return "; ".join(parts) if language == "en" else "；".join(parts)
