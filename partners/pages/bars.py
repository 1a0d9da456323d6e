"""The bars of an answer as numbers for an SVG: one row a count, the band over its end is the 95 % interval."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from partners.grid_words import level_words
from partners.presenters import Cell

ROW = 36
LABEL = 280
WIDTH = 460
FIGURE = 100


@dataclass(frozen=True)
class Bar:
    """One row; lengths and places in the SVG's own units. A count that is too small to show has no bar."""

    label: str
    persons: int | None
    low: int | None
    high: int | None
    y: int
    middle: int
    length: int = 0
    band_start: int = 0
    band_length: int = 0


@dataclass(frozen=True)
class Chart:
    """All rows and the size of the drawing."""

    bars: tuple[Bar, ...]
    height: int
    width: int = LABEL + WIDTH + FIGURE
    start: int = LABEL
    figures_at: int = LABEL + WIDTH + FIGURE


def chart(cells: Sequence[Cell], language: str) -> Chart:
    """The chart of an answer that is split."""
    most = max((cell.count.high or 0 for cell in cells), default=0) or 1
    return Chart(tuple(_bar(cell, place, most, language) for place, cell in enumerate(cells)), height=ROW * len(cells))


def label_of(cell: Cell, language: str) -> str:
    """What a count is of, in words."""
    words = [level_words(dimension, level, language) for dimension, level in cell.levels.items()]
    return " · ".join(words) or _("All together")


def _bar(cell: Cell, place: int, most: int, language: str) -> Bar:
    count, top, label = cell.count, place * ROW, label_of(cell, language)
    if count.persons is None or count.low is None or count.high is None:
        return Bar(label, None, None, None, top + 8, top + ROW // 2)
    low, high = (round(WIDTH * edge / most) for edge in (count.low, count.high))
    length = round(WIDTH * count.persons / most)
    return Bar(label, count.persons, count.low, count.high, top + 8, top + ROW // 2, length, LABEL + low, max(2, high - low))
