"""One concrete instruction at a time, and never one that its reader cannot follow."""

from itertools import combinations

import pytest

from screening.rules.quality import INSTRUCTIONS, REASON_ORDER, first_reason, retake_instruction


def test_first_failing_reason_in_the_clinical_order_is_shown() -> None:
    for first, second in combinations(REASON_ORDER, 2):
        assert first_reason([second, first]) == first


def test_unknown_reason_never_hides_a_known_one() -> None:
    assert first_reason({"a_new_code", "off_centre"}) == "off_centre"
    assert first_reason({"a_new_code"}) == "a_new_code"
    assert first_reason([]) is None


@pytest.mark.parametrize("reason", [*INSTRUCTIONS, "a_new_code", ""])
def test_patient_never_reads_an_operators_instruction(reason: str) -> None:
    assert retake_instruction(reason, "patient").audience in ("patient", "both")


def test_operator_reads_the_reason_itself() -> None:
    assert retake_instruction("blur", "operator").reason == "blur"
    assert retake_instruction("too_small", "patient").reason == "too_small"


def test_every_reason_has_one_text_in_each_language() -> None:
    assert set(REASON_ORDER) <= set(INSTRUCTIONS)
    for instruction in INSTRUCTIONS.values():
        assert instruction.text("zh-hans") != instruction.text("en") != ""


def test_unknown_audience_is_refused() -> None:
    with pytest.raises(ValueError, match="audience"):
        retake_instruction("blur", "partner")
