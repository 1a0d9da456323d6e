"""`manage.py screen`: the same pipeline from the command line; without a patient nothing is kept."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.ids import new_id
from dev.layout import BASE_DIR
from screening.models import Photo, Reading
from tests import photos
from tests.factories import make_patient

pytestmark = pytest.mark.django_db
SAMPLE = BASE_DIR / "dev" / "samples" / "retina" / "proliferative_left.jpg"
SKIN_SAMPLE = BASE_DIR / "dev" / "samples" / "skin" / "mel_PAT_895_1699_872.jpg"
KEYS = {"file", "outcome", "reason", "quality", "p_reject", "p_any_dr", "p_referable", "p_sight_threatening"} | {
    "grade",
    "referable",
    "set_photo",
    "model_version",
    "milliseconds",
}


def screened(*arguments: str) -> dict[str, Any]:
    said = StringIO()
    call_command("screen", *arguments, "--kind", "retina", "--eye", "OS", "--json", stdout=said)
    found: dict[str, Any] = json.loads(said.getvalue().splitlines()[-1])
    return found


def test_one_line_of_json_comes_last_with_the_keys_of_an_evaluation_row() -> None:
    row = screened(str(SAMPLE))
    assert set(row) >= KEYS
    assert row["file"] == SAMPLE.name
    assert (row["outcome"], row["referable"]) == ("graded", 1)
    assert row["p_referable"] >= row["p_sight_threatening"]


def test_without_a_patient_nothing_is_kept() -> None:
    screened(str(SAMPLE))
    assert not Photo.objects.exists()


def test_with_a_patient_the_photo_takes_the_way_of_all_photos() -> None:
    patient = make_patient()
    row = screened(str(SAMPLE), "--patient", str(patient.pk))
    assert set(row) >= KEYS
    assert Reading.objects.get(photo__patient=patient).outcome == row["outcome"] == "graded"


def test_what_cannot_be_read_is_a_row_and_not_a_crash(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(photos.truncated(photos.jpeg()))
    assert screened(str(broken))["outcome"] == "refused"


def test_a_missing_file_and_an_unknown_patient_are_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot read"):
        screened(str(tmp_path / "nothing.jpg"))
    with pytest.raises(CommandError, match="no such patient"):
        screened(str(SAMPLE), "--patient", str(new_id()))


def test_a_skin_photo_is_one_row_and_nothing_is_kept() -> None:
    said = StringIO()
    call_command("screen", str(SKIN_SAMPLE), "--kind", "skin", "--json", stdout=said)
    row = json.loads(said.getvalue().splitlines()[-1])
    assert (row["outcome"], row["suspicious"]) == ("graded", 1)
    assert row["model_version"].startswith("skin-lesion ")
    assert not Photo.objects.exists()


@pytest.mark.parametrize("arguments", [["--kind", "skin", "--eye", "OD"], ["--kind", "retina"]], ids=["skin with an eye", "retina without"])
def test_a_retina_photo_needs_its_eye_and_a_skin_photo_has_none(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="--eye"):
        call_command("screen", str(SKIN_SAMPLE), *arguments)
