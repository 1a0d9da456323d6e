"""A clinician answers within 24 hours, 3 days or 7 days."""

from datetime import timedelta

import pytest

from screening.rules.diabetic_retinopathy import PersonFinding
from screening.rules.review import review_class, review_due, review_policy
from screening.rules.skin.urgency import LesionFinding
from tests.rule_cases import NOW, eye, person
from tests.skin_cases import ALL_NO, close_up, spot


@pytest.mark.parametrize(
    ("finding", "expected", "within"),
    [
        (person(4, 0), "critical", timedelta(hours=24)),
        (person(0, 0, symptom=True), "critical", timedelta(hours=24)),
        (person(0, 0, dme="centre"), "critical", timedelta(hours=24)),
        (person(3, 0), "referable", timedelta(days=3)),
        (person(2, "missing"), "referable", timedelta(days=3)),
        (person(0, 0, dme="off_centre"), "referable", timedelta(days=3)),
        (person(0, eye("OS", "ungradable", suspected=True)), "referable", timedelta(days=3)),
        (person(0, eye("OS", "ungradable", retakes=3)), "other", timedelta(days=7)),
        (person("unread", "unread"), "other", timedelta(days=7)),
        (person(1, 0), "other", timedelta(days=7)),
        (spot(close_up("MEL")), "critical", timedelta(hours=24)),
        (spot(close_up("SEK", MEL=0.05)), "critical", timedelta(hours=24)),
        (spot(told=ALL_NO | {"q0a": True}), "critical", timedelta(hours=24)),
        (spot(told=ALL_NO | {"q0a": "unknown"}), "critical", timedelta(hours=24)),
        (spot(close_up("SCC")), "referable", timedelta(days=3)),
        (spot(close_up("BCC")), "referable", timedelta(days=3)),
        (spot(close_up("NEV"), site="sole"), "referable", timedelta(days=3)),
        (spot(close_up("ACK")), "other", timedelta(days=7)),
        (spot(close_up(in_scope=False)), "other", timedelta(days=7)),
        (spot(close_up("NEV")), "other", timedelta(days=7)),
    ],
)
def test_clock_of_the_review_follows_the_finding_and_counts_from_acceptance(
    finding: PersonFinding | LesionFinding, expected: str, within: timedelta
) -> None:
    assert review_class(finding) == expected
    assert review_due(finding, NOW) == NOW + within
    assert review_policy(finding).id == f"review_{expected}"
