"""Changed and spoiled photos: what is counted, and that each defect is drawn so that the gate can name it."""

from dataclasses import replace
from pathlib import Path

import pytest

from dev.layout import BASE_DIR
from screening.classifiers.outcome import Outcome
from screening.classifiers.retina import read_photo
from screening.imaging.decode import decode
from screening.imaging.geometry import find_field
from screening.training.changes import CHANGES, unchanged
from screening.training.defects import RETINA_DEFECTS
from screening.training.stability import HANDLED, Tried, measure_stability, summary

CALLED = Outcome("graded", None, "good", 0.0, 2, True, "retina-dr 9.9", 100, 100, b"", None)
CLEAR = replace(CALLED, grade=0, referable=False)
BLURRED = replace(CALLED, outcome="retake", reason="blur", grade=None, referable=None)


def tried(patient: str, first: Outcome, after: Outcome, spoiled: Outcome = BLURRED) -> Tried:
    return Tried(patient, first, dict.fromkeys(CHANGES, after), dict.fromkeys(RETINA_DEFECTS, spoiled))


def test_a_decision_counts_only_where_both_photos_were_graded() -> None:
    found = summary("retina", [tried("a", CALLED, CLEAR), tried("b", CALLED, CALLED), tried("c", CALLED, BLURRED)])
    changed = found["changes"]["jpeg_60"]  # type: ignore[index]
    assert changed["n"] == 2
    assert changed["decision_changed"]["value"] == 0.5
    assert changed["outcome_changed"]["value"] == pytest.approx(1 / 3, abs=1e-4)


def test_only_the_right_reason_is_right() -> None:
    defects = summary("retina", [tried("a", CALLED, CALLED), tried("b", CALLED, CALLED, CALLED)])["defects"]
    assert defects["motion"]["reason_right"]["value"] == 0.5  # type: ignore[index]
    assert defects["glare"]["retake"]["value"] == 0.5  # type: ignore[index]
    assert defects["glare"]["reason_right"]["value"] == 0.0  # type: ignore[index]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_a_photo_that_differs(change: str) -> None:
    pixels, _ = decode((BASE_DIR / "dev/samples/retina/none_right.jpg").read_bytes())
    photo = CHANGES[change](pixels)
    assert photo != unchanged(pixels)
    assert decode(photo)[0].ndim == 3


@pytest.mark.parametrize("defect", RETINA_DEFECTS)
def test_every_defect_of_a_sound_retina_is_called_by_its_name(defect: str) -> None:
    pixels, _ = decode((BASE_DIR / "dev/samples/retina/none_right.jpg").read_bytes())
    spoiled = unchanged(RETINA_DEFECTS[defect].spoil(pixels, find_field(pixels)))
    assert read_photo(spoiled).reason == RETINA_DEFECTS[defect].reason


def test_photos_that_cannot_be_opened_take_no_part(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    (tmp_path / "table.csv").write_text("file,patient\nbroken.jpg,a\nabsent.jpg,b\n")
    found = measure_stability("retina", lambda photo: CALLED, tmp_path / "table.csv", tmp_path, tmp_path / "out", None, lambda sentence: None)
    assert found["n"] == 0
    assert (tmp_path / "out" / "stability.json").exists()
    assert set(found["changes"]) == set(CHANGES)  # type: ignore[call-overload]
    assert set(found["defects"]) == set(HANDLED["retina"].defects)  # type: ignore[call-overload]
