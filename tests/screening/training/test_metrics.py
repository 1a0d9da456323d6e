"""Figures of merit against values worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.training import metrics
from screening.training.judgement import judge, truth_of
from screening.training.per_thousand import per_thousand


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


def test_the_sensitivity_at_a_specificity_is_that_above_the_score_which_so_many_healthy_do_not_pass() -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.9, 0.25, 0.5, 0.95])
    ill = np.array([False] * 5 + [True] * 3)
    # Four of five healthy lie at or below 0.4; of the ill 0.5 and 0.95 lie above.
    assert by_hand(metrics.sensitivity_at(scores, ill, 0.8), 8) == pytest.approx(2 / 3)
    assert by_hand(metrics.sensitivity_at(scores, ill, 0.4), 8) == pytest.approx(1)


def test_of_a_thousand_screened_everybody_is_found_missed_sent_cleared_or_not_readable() -> None:
    called = np.array([True, True, False, False, True, False, False, False, False])
    ill = np.array([True] * 4 + [False] * 5)
    unread = np.array([False, False, False, True, False, False, False, False, True])
    figures = per_thousand(called, ill, unread, np.arange(9), 0.10)
    counts = {name: figures[name]["value"] for name in ("found", "missed", "sent_needlessly", "not_readable")}  # type: ignore[index]
    assert counts == {"found": 50, "missed": 25, "sent_needlessly": 180, "not_readable": 205}
    assert figures["ppv"]["value"] == pytest.approx(50 / 230, abs=1e-4)  # type: ignore[index]
    assert figures["npv"]["value"] == pytest.approx(540 / 565, abs=1e-4)  # type: ignore[index]


def test_a_severe_eye_that_was_not_graded_counts_as_missed_and_its_patient_is_found_by_the_other() -> None:
    labels = [
        {"file": "a", "patient": "1", "dr_grade": "3"},
        {"file": "b", "patient": "1", "dr_grade": "2"},
        {"file": "c", "patient": "2", "dr_grade": "4"},
        {"file": "d", "patient": "3", "dr_grade": "0"},
    ]
    rows = [prediction("retake", None, 0.5), prediction("graded", 2, 0.5), prediction("graded", 1, 0.5), prediction("graded", 3, 0.5)]
    found = judge(labels, rows)["severe_called"]
    assert found["per_eye"] == {"n": 2, "called": 0, "share": {"value": 0.0, "low": 0.0, "high": 0.0}}  # type: ignore[index]
    assert (found["per_patient"]["n"], found["per_patient"]["called"]) == (2, 1)  # type: ignore[index]


def test_a_photo_called_referable_below_grade_two_counts_as_called() -> None:
    labels = [{"file": "a", "dr_grade": "2"}, {"file": "b", "dr_grade": "0"}]
    rows = [prediction("graded", 1, 0.5) | {"referable": 1}, prediction("graded", 0, 0.5) | {"referable": 0}]
    assert judge(labels, rows)["tasks"]["referable"]["per_eye"]["against_you"]["sensitivity"]["value"] == 1  # type: ignore[index]


def test_another_finding_is_judged_by_the_readers_words_and_only_where_the_version_shows_it() -> None:
    words = ["cataract", "cataract; mild NPDR", "normal", "drusen", "media opacity", "level 0"]
    labels = [{"file": str(place), "source": "EyePACS" if place == 5 else "ODIR-5K", "findings": word} for place, word in enumerate(words)]
    chances = [0.9, 0.2, 0.3, 0.1, 0.8, 0.9]
    rows = [prediction("graded", 0, 0.5) | {"p_cataract": chance, "p_amd": None} for chance in chances]
    found = judge(labels, rows)["findings"]
    # Cloudy media are neither a cataract nor none, EyePACS has no such words: two against two, one pair of four in the wrong order.
    assert set(found) == {"cataract"}  # type: ignore[call-overload]
    assert (found["cataract"]["n"], found["cataract"]["positive"], found["cataract"]["auc"]["value"]) == (4, 2, 0.75)  # type: ignore[index]
