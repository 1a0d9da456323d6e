"""The bars of an answer as numbers for an SVG: one row a count, the band over its end is the 95 % interval."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from partners.grid_words import level_words
from partners.presenters import Cell

# A row is a label with its bar below, so that a phone's width is enough for words of a readable size.
ROW = 60
BAR_TOP = 30
BAR_HEIGHT = 20
WIDTH = 400
FIGURE = 80


@dataclass(frozen=True)
class Bar:
    """One row; lengths and places in the SVG's own units. A count that is too small to show has no figure and no bar."""

    label: str
    figure: str
    label_at: int
    top: int
    middle: int
    length: int = 0
    band_start: int = 0
    band_length: int = 0


@dataclass(frozen=True)
class Chart:
    """All rows and the size of the drawing."""

    bars: tuple[Bar, ...]
    height: int
    width: int = WIDTH + FIGURE
    bar_height: int = BAR_HEIGHT


def chart(cells: Sequence[Cell], language: str) -> Chart:
    """The chart of an answer that is split."""
    most = max((cell.count.high or 0 for cell in cells), default=0) or 1
    return Chart(tuple(_bar(cell, place, most, language) for place, cell in enumerate(cells)), height=ROW * len(cells))


def label_of(cell: Cell, language: str) -> str:
    """What a count is of, in words."""
    words = [level_words(dimension, level, language) for dimension, level in cell.levels.items()]
    return " · ".join(words) or _("All together")


def _bar(cell: Cell, place: int, most: int, language: str) -> Bar:
    count = cell.count
    words, label_at, top = label_of(cell, language), place * ROW + BAR_TOP // 2, place * ROW + BAR_TOP
    middle = top + BAR_HEIGHT // 2
    if count.persons is None or count.low is None or count.high is None:
        return Bar(words, "", label_at, top, middle)
    low, high = (round(WIDTH * edge / most) for edge in (count.low, count.high))
    return Bar(words, f"{count.persons:,}", label_at, top, middle, round(WIDTH * count.persons / most), low, max(2, high - low))
