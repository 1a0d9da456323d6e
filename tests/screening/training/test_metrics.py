"""Figures of merit against values worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.training import metrics
from screening.training.judgement import judge, truth_of


def by_hand(metric: metrics.Metric, count: int) -> float:
    return metric(np.ones(count))


def test_area_counts_a_tie_half() -> None:
    scores = np.array([0.1, 0.4, 0.4, 0.8])
    assert by_hand(metrics.area(scores, np.array([False, False, True, True])), 4) == pytest.approx(0.875)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=30))
def test_area_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[float, bool]]) -> None:
    ups, downs = [score for score, ill in rows if ill], [score for score, ill in rows if not ill]
    found = by_hand(metrics.area(np.array([score for score, _ in rows]), np.array([ill for _, ill in rows])), len(rows))
    if ups and downs:
        pairs = [(up > down) + (up == down) / 2 for up in ups for down in downs]
        assert found == pytest.approx(sum(pairs) / len(pairs))
    else:
        assert np.isnan(found)


def test_kappa_is_one_for_agreement_and_nought_for_a_constant() -> None:
    truth = np.array([0, 1, 2, 3, 4, 0])
    assert by_hand(metrics.kappa(truth, truth, 5), 6) == pytest.approx(1)
    assert by_hand(metrics.kappa(truth, np.zeros_like(truth), 5), 6) == pytest.approx(0)


def test_the_calibration_error_of_a_constant_is_its_distance_to_the_share() -> None:
    error = metrics.calibration_error(np.full(4, 0.75), np.array([True, False, False, False]))
    assert by_hand(error, 4) == pytest.approx(0.5)


def test_an_interval_holds_its_value_and_widens_with_fewer_patients() -> None:
    values = np.random.default_rng(0).random(400)
    many = metrics.with_interval(metrics.mean_of(values), np.arange(400))
    few = metrics.with_interval(metrics.mean_of(values), np.arange(400) // 40)
    assert many["low"] < many["value"] < many["high"]
    assert few["high"] - few["low"] > 0


LABELS = [
    {"file": "a", "patient": "p", "dr_grade": "2", "eye": "OD"},
    {"file": "b", "patient": "p", "dr_grade": "0", "eye": "OS"},
    {"file": "c", "patient": "q", "dr_grade": "3", "eye": "OD"},
    {"file": "d", "patient": "r", "dr_grade": "0", "eye": "OD"},
    {"file": "e", "patient": "s", "dr_grade": "0", "eye": "OD"},
]


def prediction(outcome: str, grade: int | None, p_referable: float | None) -> dict[str, object]:
    chances = {"p_any_dr": p_referable, "p_referable": p_referable, "p_sight_threatening": p_referable}
    return {"outcome": outcome, "reason": None, "grade": grade, "set_photo": "0;1", "p_reject": 0.1, "model_version": "m", **chances}


FOUND = [
    prediction("graded", 2, 0.9),
    prediction("retake", None, 0.2),
    prediction("retake", None, 0.6),
    prediction("refused", None, None),
    prediction("graded", 0, 0.1),
]


def rate(counting: str, level: str, name: str) -> float:
    return judge(LABELS, FOUND)["tasks"]["referable"][level][counting][name]["value"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("counting", "level", "sensitivity", "specificity"),
    [
        ("without_ungradables", "per_eye", 1.0, 1.0),
        ("ungradable_is_positive", "per_eye", 1.0, 1 / 3),
        ("against_you", "per_eye", 0.5, 1 / 3),
        ("against_you", "per_patient", 0.5, 0.5),
    ],
)
def test_each_counting_treats_ungradables_as_it_says(counting: str, level: str, sensitivity: float, specificity: float) -> None:
    assert rate(counting, level, "sensitivity") == pytest.approx(sensitivity, abs=1e-3)
    assert rate(counting, level, "specificity") == pytest.approx(specificity, abs=1e-3)


def test_a_label_that_is_not_given_is_not_scored() -> None:
    assert truth_of({"file": "x", "dr_grade": "", "any_dr": "1"}, "referable") is None
    assert truth_of({"file": "x", "any_dr": "0"}, "sight_threatening") is False
    assert truth_of({"file": "x", "dr_grade": "3"}, "sight_threatening") is True
