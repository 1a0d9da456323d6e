"""Another finding of the retina reaches a patient as one sentence more, before a doctor has signed, and moves nothing."""

from typing import Any

import pytest

from followup.results import ResultView, released_result
from screening.rules.other_findings import OTHER_CHANGE
from screening.services.reports import compose_if_due
from tests.factories import make_encounter, make_patient, make_photo

pytestmark = pytest.mark.django_db


def shown(settings: Any, *, grade: int, seen: list[str], release: bool = True) -> ResultView:
    settings.RELEASE_UNSIGNED = release
    encounter = make_encounter(make_patient())
    make_photo(encounter, "OD", grade=grade, findings_seen=seen)
    make_photo(encounter, "OS", grade=grade)
    compose_if_due(encounter)
    return released_result(encounter, "en")


def test_it_adds_a_sentence_and_leaves_sentence_date_and_step_as_they_were(settings: Any) -> None:
    with_it, without = shown(settings, grade=2, seen=["cataract"]), shown(settings, grade=2, seen=[])
    assert [message.code for message in with_it.also] == [OTHER_CHANGE]
    assert without.also == ()
    assert (with_it.code, with_it.date, with_it.banner) == (without.code, without.date, without.banner)
    assert "cataract" not in with_it.also[0].text.lower()


@pytest.mark.parametrize(("grade", "release"), [(2, False), (0, True)], ids=["not released", "a doctor answers first"])
def test_it_is_not_told_while_a_doctor_is_to_answer(settings: Any, grade: int, release: bool) -> None:
    found = shown(settings, grade=grade, seen=["cataract"], release=release)
    assert found.code == "doctor_will_answer"
    assert found.also == ()
