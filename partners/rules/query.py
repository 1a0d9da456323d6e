"""One question in its one spelling: whatever is asked in other words is the same bytes, or is refused before any count is touched.

Source: RWD.md section 2, canonical form, and attack 3.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from partners.rules.grid import DIMENSIONS, Grid

MEASURE = "persons"
FIELDS = frozenset({"measure", "where", "by"})
MOST_LEVELS = 100
QUOTED = 40


class OffGrid(ValueError):
    """The question is none of this grid: `code` is unknown_field, unknown_measure, unknown_dimension, unknown_level or not_a_list."""

    def __init__(self, code: str, pointer: str) -> None:
        super().__init__(code)
        self.code = code
        self.pointer = pointer


@dataclass(frozen=True)
class Query:
    """Persons of some levels (a dimension that is absent means all), counted for each level of `by`."""

    where: tuple[tuple[str, tuple[int, ...]], ...]
    by: tuple[str, ...]

    @property
    def canonical(self) -> str:
        """The one spelling, by which an answer is stored."""
        return json.dumps({"by": self.by, "measure": MEASURE, "where": dict(self.where)}, separators=(",", ":"), sort_keys=True)

    def levels(self, grid: Grid, dimension: str) -> tuple[int, ...]:
        """The levels of a dimension that are counted."""
        return dict(self.where).get(dimension, grid.levels(dimension))

    def cells(self, grid: Grid) -> tuple[tuple[int, ...], ...]:
        """The levels of each count of the answer, in order of `by`; one empty cell where nothing splits the persons."""
        return tuple(product(*(self.levels(grid, dimension) for dimension in self.by)))

    def counts(self, grid: Grid, histogram: Mapping[tuple[int, int], int]) -> list[int]:
        """The exact count of each cell from a histogram by (index year, latest grade): for the noise, for nobody's eyes."""
        found = dict.fromkeys(self.cells(grid), 0)
        for leaf, persons in histogram.items():
            place = dict(zip(DIMENSIONS, leaf, strict=True))
            if all(place[dimension] in self.levels(grid, dimension) for dimension in DIMENSIONS):
                found[tuple(place[dimension] for dimension in self.by)] += persons
        return list(found.values())


def parse(question: object, grid: Grid) -> Query:
    """The query that JSON asks for. Raises OffGrid for whatever is not exactly of the grid; only whole numbers are levels.

    Levels are sorted and named once, all levels of a dimension say nothing, and splitting by a single level adds nothing.
    """
    asked = _object(question, "")
    _known(asked, FIELDS, "unknown_field", "")
    if asked.get("measure", MEASURE) != MEASURE:
        raise OffGrid("unknown_measure", "/measure")
    conditions = _object(asked.get("where", {}), "/where")
    _known(conditions, frozenset(DIMENSIONS), "unknown_dimension", "/where")
    where = {dimension: _levels(conditions[dimension], grid, dimension) for dimension in DIMENSIONS if dimension in conditions}
    by = _list(asked.get("by", []), "/by")
    for place, dimension in enumerate(by):
        if not isinstance(dimension, str) or dimension not in DIMENSIONS:
            raise OffGrid("unknown_dimension", f"/by/{place}")
    narrowed = {dimension: levels for dimension, levels in where.items() if levels != grid.levels(dimension)}
    split = tuple(dimension for dimension in DIMENSIONS if dimension in by and len(narrowed.get(dimension, grid.levels(dimension))) > 1)
    return Query(where=tuple(narrowed.items()), by=split)


def read(canonical: str) -> Query:
    """The query of a stored spelling."""
    stored = json.loads(canonical)
    return Query(
        where=tuple((dimension, tuple(stored["where"][dimension])) for dimension in DIMENSIONS if dimension in stored["where"]),
        by=tuple(stored["by"]),
    )


def _object(value: object, pointer: str) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise OffGrid("not_an_object", pointer or "/")
    return value


def _list(value: object, pointer: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST_LEVELS:
        raise OffGrid("not_a_list", pointer)
    return value


def _known(found: dict[Any, Any], names: frozenset[str], code: str, pointer: str) -> None:
    for name in found:
        if name not in names:
            raise OffGrid(code, f"{pointer}/{str(name)[:QUOTED]}")


def _levels(value: object, grid: Grid, dimension: str) -> tuple[int, ...]:
    pointer = f"/where/{dimension}"
    levels = _list(value, pointer)
    for place, level in enumerate(levels):
        # True is 1 and 2024.0 is 2024 to Python; a level has one spelling.
        if type(level) is not int or level not in grid.levels(dimension):
            raise OffGrid("unknown_level", f"{pointer}/{place}")
    if not levels:
        raise OffGrid("not_a_list", pointer)
    return tuple(sorted(set(levels)))
