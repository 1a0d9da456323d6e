"""How old somebody is at the youngest."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules.age import youngest_age
from tests.rule_cases import unhurried


def test_birthday_itself_is_the_boundary() -> None:
    born = date(2008, 11, 24)
    assert youngest_age(date(2026, 11, 23), birth_date=born, birth_year=None) == 17
    assert youngest_age(date(2026, 11, 24), birth_date=born, birth_year=None) == 18


def test_year_alone_counts_as_its_last_day() -> None:
    assert youngest_age(date(2026, 12, 30), birth_date=None, birth_year=2008) == 17
    assert youngest_age(date(2026, 12, 31), birth_date=None, birth_year=2008) == 18


def test_date_is_preferred_to_the_year() -> None:
    assert youngest_age(date(2026, 6, 1), birth_date=date(2008, 1, 1), birth_year=2008) == 18


def test_leap_day_is_celebrated_on_the_first_of_march() -> None:
    born = date(2008, 2, 29)
    assert youngest_age(date(2026, 2, 28), birth_date=born, birth_year=None) == 17
    assert youngest_age(date(2026, 3, 1), birth_date=born, birth_year=None) == 18


def test_nobody_is_an_adult_without_a_birth() -> None:
    with pytest.raises(ValueError, match="needed"):
        youngest_age(date(2026, 1, 1), birth_date=None, birth_year=None)


@unhurried
@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 40000))
def test_year_alone_never_makes_anybody_older(born: date, days: int) -> None:
    day = born + timedelta(days=days)
    assert youngest_age(day, birth_date=None, birth_year=born.year) <= youngest_age(day, birth_date=born, birth_year=None)
