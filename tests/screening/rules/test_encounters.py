"""A photo joins the sitting that asked for it, as long as that sitting can still be completed."""

from datetime import timedelta

import pytest

from screening.rules.encounters import answers_open_question
from tests.rule_cases import NOW, eye


@pytest.mark.parametrize(
    ("state", "retakes", "expected"),
    [("missing", 0, True), ("ungradable", 1, True), ("ungradable", 2, True), ("ungradable", 3, False), ("graded", 0, False), ("pending", 0, False)],
)
def test_only_an_eye_that_asks_for_a_photo_is_answered(state: str, retakes: int, expected: bool) -> None:
    assert answers_open_question(eye("OD", state, retakes=retakes), opened_at=NOW, now=NOW) is expected


def test_question_closes_after_exactly_28_days() -> None:
    missing = eye("OD", "missing")
    assert answers_open_question(missing, opened_at=NOW, now=NOW + timedelta(days=28))
    assert not answers_open_question(missing, opened_at=NOW, now=NOW + timedelta(days=28, microseconds=1))
