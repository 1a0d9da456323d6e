"""Acuity in every notation, kept as five-point."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules.myopia.acuity import NOTATIONS, decimal_of, read_acuity
from screening.rules.myopia.entry import EntryFault
from screening.rules.myopia.tables import LINES


def fault(text: str, notation: str = "") -> tuple[str, str]:
    with pytest.raises(EntryFault) as refused:
        read_acuity(text, notation)
    return refused.value.code, refused.value.field


@pytest.mark.parametrize(
    ("text", "notation", "line"),
    [
        ("4.9", "five_point", "4.9"),
        ("0.8", "decimal", "4.9"),
        ("0,8", "decimal", "4.9"),
        ("\uff10.\uff18", "decimal", "4.9"),
        ("6/7.5", "", "4.9"),
        ("20/25", "snellen", "4.9"),
        ("20/40", "", "4.7"),
        ("0.1", "logmar", "4.9"),
        ("-0.1", "", "5.1"),
        ("4.9", "", "4.9"),
        ("1.0", "decimal", "5.0"),
        ("1.0", "logmar", "4.0"),
        ("0.6", "decimal", "4.8"),
    ],
)
def test_one_line_in_every_notation(text: str, notation: str, line: str) -> None:
    assert read_acuity(text, notation).five_point == Decimal(line)


@pytest.mark.parametrize("text", ["0.8", "1.0", "0.5", "0.02"])
def test_number_that_can_be_read_in_two_ways_asks_for_its_notation(text: str) -> None:
    assert fault(text) == ("notation_missing", "notation")


@pytest.mark.parametrize("text", ["2.1", "2.5", "2.9"])
@pytest.mark.parametrize("notation", ["", "decimal", "five_point", "logmar"])
def test_two_point_one_to_two_point_nine_is_never_an_acuity(text: str, notation: str) -> None:
    assert fault(text, notation) == ("never_an_acuity", "value")


@pytest.mark.parametrize(
    ("text", "notation"), [("5.4", "five_point"), ("0.8", "five_point"), ("4.9", "decimal"), ("5.4", ""), ("6/7.5", "decimal"), ("20/5", "")]
)
def test_number_outside_its_notation_is_told_at_the_number(text: str, notation: str) -> None:
    assert fault(text, notation) == ("not_in_notation", "value")


@pytest.mark.parametrize("text", ["NaN", "inf", "1e3", "=1+1", "<b>", "four", "99999999999999999999", "--1", "4..9"])
@pytest.mark.parametrize("notation", ["five_point", "snellen"])
def test_what_is_no_number_is_told_so(text: str, notation: str) -> None:
    assert fault(text, notation) == ("not_a_number", "value")


def test_snellen_over_nothing_is_no_number() -> None:
    assert fault("6/0") == ("not_a_number", "value")


@pytest.mark.parametrize("text", ["CF", "hm", " LP ", "NLP"])
def test_categories_are_words_below_every_line(text: str) -> None:
    acuity = read_acuity(text)
    assert (acuity.five_point, acuity.category) == (None, text.strip().upper())
    assert acuity.line < Decimal("3.0")


def test_unknown_notation_is_a_fault_of_the_notation() -> None:
    assert fault("4.9", "jaeger") == ("unknown_notation", "notation")


@given(st.sampled_from(sorted(LINES.items())))
def test_chart_lines_survive_the_way_there_and_back(line: tuple[Decimal, Decimal]) -> None:
    decimal, five_point = line
    assert read_acuity(str(decimal), "decimal").five_point == five_point
    assert decimal_of(five_point) == decimal


@given(st.text(max_size=30), st.sampled_from(["", *NOTATIONS]))
def test_whatever_is_typed_is_a_number_a_word_or_a_fault(text: str, notation: str) -> None:
    with suppress(EntryFault):
        acuity = read_acuity(text, notation)
        assert bool(acuity.category) != (acuity.five_point is not None and Decimal("3.0") <= acuity.five_point <= Decimal("5.3"))
