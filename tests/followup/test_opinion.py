"""What a clinician is told of a reading: chances as they hold where the program is used."""

from types import SimpleNamespace

import pytest
from django.utils import translation

from followup.case_words import opinion_rows
from screening.classifiers import registry
from screening.models import Reading

READING = Reading(
    outcome="graded",
    grade=2,
    grade_set=[2],
    probabilities={"p_any_dr": 0.5, "p_referable": 0.5, "p_sight_threatening": 0.25, "p_grade_2": 0.25},
    intervals={"p_any_dr": [0.4, 0.6], "p_referable": [0.4, 0.6], "p_sight_threatening": [0.2, 0.3], "p_grade_2": [0.1, 0.4]},
)


def told(monkeypatch: pytest.MonkeyPatch, prevalence: dict[str, float]) -> dict[str, str]:
    monkeypatch.setattr(registry, "live", lambda programme: SimpleNamespace(prior={"referable": 0.5}, prevalence=prevalence))
    with translation.override("en"):
        return dict(opinion_rows(SimpleNamespace(reading=READING)))  # type: ignore[arg-type]


def test_chances_are_told_at_the_prevalence_that_the_version_names(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = told(monkeypatch, {"referable": 0.1})
    assert rows["Referable"] == "0.10 (0.07–0.14)"
    assert rows["Threatens sight"] == "0.05 (0.03–0.07)"
    assert rows["Chances hold where"] == "10 of 100 eyes are referable"


def test_without_a_prevalence_they_are_told_as_they_were_calibrated(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = told(monkeypatch, {})
    assert rows["Referable"] == "0.50 (0.40–0.60)"
    assert "Chances hold where" not in rows


def test_another_finding_is_told_with_its_interval_and_that_it_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(READING, "findings_seen", ["cataract"])
    monkeypatch.setattr(READING, "probabilities", READING.probabilities | {"p_cataract": 0.7, "p_amd": 0.1})
    monkeypatch.setattr(READING, "intervals", READING.intervals | {"p_cataract": [0.6, 0.8], "p_amd": [0.05, 0.2]})
    rows = told(monkeypatch, {})
    assert rows["Also seen"] == "Cataract 0.70 (0.60–0.80): not assessed for treatment, an ophthalmologist decides"
    assert not any("macular" in words for words in rows.values())
