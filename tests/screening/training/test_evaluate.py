"""The evaluation command on a small table: every row is tried, in order, whatever it holds."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from dev.layout import BASE_DIR
from screening.classifiers.rows import COLUMNS
from tests import photos

ROWS = [
    ["none_right.jpg", "a", "OD", "0", ""],
    ["moderate_right.jpg", "b", "OD", "2", ""],
    ["document.jpg", "", "", "", "document"],
    ["broken.jpg", "", "", "", ""],
    ["absent.jpg", "", "", "1", ""],
]


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluate")
    for name in ("none_right.jpg", "moderate_right.jpg"):
        (folder / name).write_bytes((BASE_DIR / "dev/samples/retina" / name).read_bytes())
    (folder / "document.jpg").write_bytes(photos.document())
    (folder / "broken.jpg").write_bytes(photos.truncated(photos.jpeg(640, 480)))
    with (folder / "table.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["file", "patient", "eye", "dr_grade", "wrong_kind"], *ROWS])
    call_command("evaluate_classifier", "retina", csv=folder / "table.csv", root=folder, out=folder / "out", stdout=StringIO(), stderr=StringIO())
    return folder / "out"


def test_every_row_is_tried_in_order(evaluated: Path) -> None:
    with (evaluated / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["file", *COLUMNS]
    assert [row["file"] for row in rows] == [row[0] for row in ROWS]
    assert [row["outcome"] for row in rows[2:]] == ["refused"] * 3
    assert rows[3]["reason"] == "corrupt"
    assert rows[2]["p_referable"] == ""
    assert 0 <= float(rows[0]["p_referable"]) <= 1


def test_metrics_name_tasks_countings_and_intervals(evaluated: Path) -> None:
    found = json.loads((evaluated / "metrics.json").read_text())
    per_eye = found["tasks"]["referable"]["per_eye"]
    assert per_eye["n"] == 3
    assert set(per_eye["against_you"]) == {"sensitivity", "specificity"}
    assert set(per_eye["auc"]) == {"value", "low", "high"}
    assert found["wrong_kind"]["refused"]["value"] == 1


def test_plots_lie_beside_the_metrics(evaluated: Path) -> None:
    assert {"roc.svg", "reliability.svg", "confusion.svg"} <= {path.name for path in evaluated.iterdir()}


def test_a_table_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot read"):
        call_command("evaluate_classifier", "retina", csv=tmp_path / "none.csv", root=tmp_path, out=tmp_path / "out")
