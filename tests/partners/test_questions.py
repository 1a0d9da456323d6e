"""Bad questions are told apart from good ones by their spelling alone, and cost nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.rules.grid import DIMENSIONS, GRADES, grid_of
from partners.rules.query import OffGrid, parse, read

GRID = grid_of(2026)
BAD = [
    ([], "not_an_object", "/"),
    (None, "not_an_object", "/"),
    ({"measure": "count"}, "unknown_measure", "/measure"),
    ({"measure": ["persons"]}, "unknown_measure", "/measure"),
    ({"where": []}, "not_an_object", "/where"),
    ({"where": {"store": [1]}}, "unknown_dimension", "/where/store"),
    ({"where": {"index_year": 2026}}, "not_a_list", "/where/index_year"),
    ({"where": {"index_year": []}}, "not_a_list", "/where/index_year"),
    ({"where": {"index_year": [2026.0]}}, "unknown_level", "/where/index_year/0"),
    ({"where": {"index_year": ["2026"]}}, "unknown_level", "/where/index_year/0"),
    ({"where": {"index_year": [2026, 1999]}}, "unknown_level", "/where/index_year/1"),
    ({"where": {"index_year": [[2025, 2026]]}}, "unknown_level", "/where/index_year/0"),
    ({"where": {"latest_grade": [True]}}, "unknown_level", "/where/latest_grade/0"),
    ({"where": {"latest_grade": [float("nan")]}}, "unknown_level", "/where/latest_grade/0"),
    ({"where": {"latest_grade": [10**400]}}, "unknown_level", "/where/latest_grade/0"),
    ({"where": {"latest_grade": [0] * 101}}, "not_a_list", "/where/latest_grade"),
    ({"where": {"latest_grade": {"gte": 2}}}, "not_a_list", "/where/latest_grade"),
    ({"by": "latest_grade"}, "not_a_list", "/by"),
    ({"by": ["1; DROP TABLE partners_answer"]}, "unknown_dimension", "/by/0"),
    ({"by": [{}]}, "unknown_dimension", "/by/0"),
    ({"comment": "x"}, "unknown_field", "/comment"),
    ({"precision": 20000}, "unknown_field", "/precision"),
]


@pytest.mark.parametrize(("question", "code", "pointer"), BAD)
def test_off_the_grid_is_refused_where_it_is_wrong(question: Any, code: str, pointer: str) -> None:
    with pytest.raises(OffGrid) as refused:
        parse(question, GRID)
    assert (refused.value.code, refused.value.pointer) == (code, pointer)


LEVELS = {"index_year": GRID.index_years, "latest_grade": GRADES}


@st.composite
def spelled_twice(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """One meaning in two spellings: order, repetition, all levels named or left out."""
    meaning = {name: draw(st.sets(st.sampled_from(LEVELS[name]), min_size=1)) for name in DIMENSIONS}
    split = draw(st.sets(st.sampled_from(DIMENSIONS)))

    def spell() -> dict[str, Any]:
        where = {}
        for name in draw(st.permutations(DIMENSIONS)):
            levels = draw(st.permutations(sorted(meaning[name])))
            if len(levels) < len(LEVELS[name]) or draw(st.booleans()):
                where[name] = levels + draw(st.lists(st.sampled_from(levels), max_size=3))
        by = draw(st.permutations(sorted(split)))
        spelling: dict[str, Any] = {"where": where, "by": by + by[: draw(st.integers(0, 1))]}
        return spelling | ({"measure": "persons"} if draw(st.booleans()) else {})

    return spell(), spell()


@given(spelled_twice())
def test_every_spelling_of_a_meaning_is_the_same_bytes(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    first, second = (parse(json.loads(json.dumps(question)), GRID).canonical for question in pair)
    assert first == second
    assert read(first).canonical == first


def test_a_person_is_counted_in_one_cell() -> None:
    query = parse({"by": ["index_year", "latest_grade"], "where": {"latest_grade": [0, 1]}}, GRID)
    histogram = {(year, grade): 7 for year in GRID.index_years for grade in GRADES}
    counts = query.counts(GRID, histogram)
    assert counts == [7] * 10
    more = query.counts(GRID, histogram | {(2026, 1): 8})
    assert sum(abs(a - b) for a, b in zip(more, counts, strict=True)) == 1
