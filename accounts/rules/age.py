"""How old a person is, at the youngest: a year alone must never make a child an adult."""

from datetime import date


def youngest_age(day: date, *, birth_date: date | None, birth_year: int | None) -> int:
    """Whole years on `day`; with a year alone as if born on its last day. Raises ValueError without either."""
    if birth_date is None:
        if birth_year is None:
            raise ValueError("a birth date or year is needed")
        birth_date = date(birth_year, 12, 31)
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
