"""The evaluation command on a small table of skin photos: every row is tried, in order, whatever it holds."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from dev.layout import BASE_DIR
from screening.classifiers.rows import SKIN_COLUMNS
from tests import photos

SAMPLES = {"mel_PAT_895_1699_872.jpg": "MEL", "nev_PAT_1379_4145_486.jpg": "NEV", "scc_PAT_397_798_482.jpg": "SCC"}
ROWS = [[name, f"p{number}", label, "", "55"] for number, (name, label) in enumerate(SAMPLES.items())] + [
    ["document.jpg", "", "", "document", ""],
    ["broken.jpg", "", "", "", ""],
    ["absent.jpg", "", "BCC", "", ""],
]


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluate-skin")
    for name in SAMPLES:
        (folder / name).write_bytes((BASE_DIR / "dev/samples/skin" / name).read_bytes())
    (folder / "document.jpg").write_bytes(photos.document())
    (folder / "broken.jpg").write_bytes(photos.truncated(photos.jpeg(640, 480)))
    with (folder / "table.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["file", "patient", "label", "wrong_kind", "age"], *ROWS])
    call_command("evaluate_classifier", "skin", csv=folder / "table.csv", root=folder, out=folder / "out", stdout=StringIO(), stderr=StringIO())
    return folder / "out"


def test_every_row_is_tried_in_order(evaluated: Path) -> None:
    with (evaluated / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["file", *SKIN_COLUMNS]
    assert [row["file"] for row in rows] == [row[0] for row in ROWS]
    assert [row["outcome"] for row in rows] == ["graded"] * 3 + ["refused"] * 3
    assert sum(float(rows[0][f"p_{name}"]) for name in ("ACK", "BCC", "MEL", "NEV", "SCC", "SEK")) == pytest.approx(1, abs=1e-3)
    assert rows[3]["p_suspicious"] == ""
    assert rows[5]["reason"] == "missing_file"


def test_metrics_count_what_was_not_read_against_us(evaluated: Path) -> None:
    found = json.loads((evaluated / "metrics.json").read_text())
    per_photo = found["suspicious"]["per_photo"]
    assert (per_photo["n"], per_photo["positive"], per_photo["ungradable"]) == (4, 3, 1)
    assert per_photo["against_you"]["sensitivity"]["value"] <= 0.6667
    assert set(per_photo["auc"]) == {"value", "low", "high"}
    assert found["classes"]["n"] == 3
    assert found["wrong_kind"]["refused"]["value"] == 1


def test_plots_lie_beside_the_metrics(evaluated: Path) -> None:
    assert {"roc.svg", "reliability.svg", "confusion.svg"} <= {path.name for path in evaluated.iterdir()}
