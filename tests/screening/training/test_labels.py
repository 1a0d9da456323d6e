"""A table that we did not write is read; what it does not clearly say is not scored."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from screening.training.labels import cleaned, read_labels


@pytest.mark.parametrize(
    ("name", "cell", "meant"),
    [("dr_grade", "2.0", "2"), ("dr_grade", "9", ""), ("dr_grade", "PDR?", ""), ("quality", "Reject", "reject"), ("referable", "True", "1")]
    + [("eye", "left", "OS"), ("label", "mel", "MEL"), ("label", "tinea", "tinea"), ("fitspatrick", "2.0", "2"), ("any_dr", "nan", "")],
)
def test_a_cell_is_read_as_it_was_meant(name: str, cell: str, meant: str) -> None:
    assert cleaned({name: cell})[name] == meant


def test_a_byte_order_mark_and_another_encoding_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("File,dr_grade\r\n照片.jpg,1.0\r\n".encode("utf-8-sig"))
    (tmp_path / "b.csv").write_bytes("file,dr_grade\n照片.jpg,1\n".encode("gb18030"))
    assert read_labels(tmp_path / "a.csv") == read_labels(tmp_path / "b.csv") == [{"file": "照片.jpg", "dr_grade": "1"}]


@pytest.mark.parametrize("programme", ["retina", "skin"])
def test_a_strange_table_is_judged_to_its_end(programme: str, tmp_path: Path) -> None:
    rows = (
        "File,Patient,dr_grade,Quality,label,findings,age,region\nnone.jpg,7,3.0,REJECT,mel,cataract,x,\n,,,,,,,\n"
        "b.jpg,7,,,,\nc.jpg,,0,good,nev,normal fundus,50,FOOT,more\n"
    )
    (tmp_path / "t.csv").write_text(rows, encoding="utf-8-sig")
    call_command("evaluate_classifier", programme, csv=tmp_path / "t.csv", root=tmp_path, out=tmp_path / "out", stdout=StringIO(), stderr=StringIO())
    found = json.loads((tmp_path / "out/metrics.json").read_text())
    assert found["outcomes"] == {"refused": 4}


def test_a_table_without_files_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("photo,grade\na,1\n")
    with pytest.raises(CommandError, match="no column"):
        call_command(
            "evaluate_classifier", "retina", csv=tmp_path / "t.csv", root=tmp_path, out=tmp_path / "out", stdout=StringIO(), stderr=StringIO()
        )
