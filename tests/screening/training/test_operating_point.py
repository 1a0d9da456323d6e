"""One threshold for every camera: each set counts alike, by patient, and severe eyes are nearly all called."""

import numpy as np

from screening.training.operating_point import SENSITIVITY_WANTED, referable_threshold


def chosen(chances: list[float], referable: list[float], patients: list[str], sources: list[str], severe: list[float] | None = None) -> float:
    labels = [np.array(column, float) for column in (chances, referable, severe or [0.0] * len(chances))]
    return referable_threshold(*labels, np.array(patients), np.array(sources))


def test_a_small_set_counts_as_much_as_a_large_one() -> None:
    large, small = np.linspace(0.5, 0.9, 90), np.linspace(0.1, 0.3, 10)
    threshold = chosen([*large, *small], [1.0] * 100, [str(n) for n in range(100)], ["odir"] * 90 + ["eyepacs"] * 10)
    shares = [(found >= threshold).mean() for found in (large, small)]
    assert np.mean(shares) >= SENSITIVITY_WANTED
    # By photos alone the small set could be lost altogether.
    assert shares[1] > 0.7


def test_the_worse_eye_calls_the_patient() -> None:
    chances = [0.01, 0.8] * 20
    threshold = chosen(chances, [1.0] * 40, [str(n // 2) for n in range(40)], ["odir"] * 40)
    assert threshold == 0.8


def test_severe_eyes_pull_the_threshold_down() -> None:
    chances = [*np.linspace(0.5, 0.9, 100), 0.2, 0.21]
    without = chosen(chances, [1.0] * 102, [str(n) for n in range(102)], ["odir"] * 102)
    severe = [0.0] * 100 + [1.0, 1.0]
    assert chosen(chances, [1.0] * 102, [str(n) for n in range(102)], ["odir"] * 102, severe) == 0.2 < without


def test_a_label_that_is_not_given_pulls_nothing() -> None:
    threshold = chosen([0.9, 0.8, 0.01], [1.0, 1.0, float("nan")], ["a", "b", "c"], ["odir"] * 3)
    assert threshold == 0.8
