"""For whom retina-dr is: 18 and over with known diabetes; unknown is read and marked; everybody else goes to a clinician unread."""

import pytest

from screening.rules.programmes import PROGRAMMES, Admission, admission


def admit(age: int | None = 50, diabetes: str | None = "type2", automatic_reading: bool = True) -> Admission:
    return admission(PROGRAMMES["retina-dr"], age=age, diabetes=diabetes, automatic_reading=automatic_reading)


@pytest.mark.parametrize("diabetes", ["type1", "type2", "gestational"])
def test_adults_with_known_diabetes_are_read(diabetes: str) -> None:
    assert admit(diabetes=diabetes) == Admission(read=True)


@pytest.mark.parametrize("diabetes", ["unknown", None])
def test_unknown_diabetes_is_read_and_marked(diabetes: str | None) -> None:
    assert admit(diabetes=diabetes) == Admission(read=True, mark="diabetes_not_confirmed")


@pytest.mark.parametrize("diabetes", ["none", "a word nobody declared"])
def test_without_diabetes_the_photo_is_unread(diabetes: str) -> None:
    assert admit(diabetes=diabetes) == Admission(read=False, reason="outside_diabetes")


def test_eighteenth_birthday_is_the_boundary() -> None:
    assert admit(age=17) == Admission(read=False, reason="outside_age")
    assert admit(age=18).read


def test_age_that_is_not_known_refuses() -> None:
    assert admit(age=None) == Admission(read=False, reason="age_unknown")


def test_without_consent_nothing_else_is_asked() -> None:
    assert admit(age=10, diabetes="none", automatic_reading=False) == Admission(read=False, reason="no_automatic_reading")
