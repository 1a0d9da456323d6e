"""The one grid that partners ask about: index year × latest grade, one cell a person, so that a person changes one count by one."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.pure.tables import read_rows
from partners.rules.policy import DATA, POLICY

INDEX_YEAR, LATEST_GRADE = DIMENSIONS = ("index_year", "latest_grade")
GRADE_WORDS: Mapping[int, Mapping[str, str]] = {int(row["level"]): row for row in read_rows(DATA / "latest_grades.csv")}
GRADES = tuple(GRADE_WORDS)
NOT_GRADABLE = 5


@dataclass(frozen=True)
class Grid:
    """The levels of each dimension. They are fixed by the calendar, never by what is found: a level without persons is asked like any other."""

    index_years: tuple[int, ...]

    def levels(self, dimension: str) -> tuple[int, ...]:
        """Every level of a dimension, in order."""
        return self.index_years if dimension == INDEX_YEAR else GRADES


def grid_of(last_year: int) -> Grid:
    """The grid of a snapshot built in `last_year`: the calendar years that end with it."""
    return Grid(tuple(range(last_year - POLICY["grid_years"].value + 1, last_year + 1)))
