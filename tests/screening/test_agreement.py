"""The agreement report says how two versions differ, by patient, and nothing where nothing can be said."""

import pytest

from screening.agreement import Pair, Word, agreement, quadratic_kappa


def pair(number: int, live: int | None, shadow: int | None, *, patient: str = "", chances: tuple[float, float] = (0.1, 0.1)) -> Pair:
    def word(grade: int | None, chance: float) -> Word:
        return Word("graded" if grade is not None else "retake", None if grade is None else grade >= 2, grade, chance)

    return Pair(str(number), patient or f"p{number}", word(live, chances[0]), word(shadow, chances[1]))


def test_flips_are_counted_each_way_among_photos_that_both_decided() -> None:
    found = agreement([pair(1, 0, 2), pair(2, 2, 2), pair(3, 3, 1), pair(4, 0, 3), pair(5, 2, None)])
    assert (found["photos"], found["patients"], found["both_decided"]) == (5, 5, 4)
    assert found["only_shadow_calls"]["value"] == 0.5
    assert found["only_live_calls"]["value"] == 0.25
    assert found["outcomes"] == {"graded -> graded": 4, "graded -> retake": 1}


def test_the_interval_is_by_patient_so_that_more_photos_of_one_person_do_not_narrow_it() -> None:
    alone = [pair(number, 0, 2 if number % 4 == 0 else 0) for number in range(40)]
    eyes = [pair(number * 10 + eye, 0, 2 if number % 4 == 0 else 0, patient=f"p{number}") for number in range(40) for eye in range(5)]
    narrow, wide = (agreement(pairs)["only_shadow_calls"] for pairs in (eyes, alone))
    assert narrow["high"] - narrow["low"] == pytest.approx(wide["high"] - wide["low"], abs=0.05)
    assert wide["low"] < 0.25 < wide["high"]


def test_the_largest_shifts_come_first_whichever_way() -> None:
    found = agreement([pair(1, 0, 0, chances=(0.1, 0.2)), pair(2, 0, 0, chances=(0.9, 0.1)), pair(3, 0, 0, chances=(0.1, 0.5))])
    assert [shift["photo"] for shift in found["largest_shifts"]] == ["2", "3", "1"]


def test_nothing_read_says_nothing() -> None:
    found = agreement([])
    assert found["photos"] == 0
    assert found["only_live_calls"] == found["grade_kappa"] == {"value": None, "low": None, "high": None}


@pytest.mark.parametrize(
    ("ranks", "kappa"),
    [([(0, 0), (4, 4)], 1.0), ([(0, 4), (4, 0)], -1.0), ([(1, 1), (1, 1)], None), ([(None, 2)], None), ([(0, 0), (0, 1), (1, 0), (1, 1)], 0.0)],
)
def test_kappa_weighs_by_the_square_of_the_distance(ranks: list[tuple[int | None, int | None]], kappa: float | None) -> None:
    assert quadratic_kappa(ranks) == (kappa if kappa is None else pytest.approx(kappa))
