"""What may teach what: patients held back stay out in every form, and a label that is not given teaches nothing."""

import csv
import math
from pathlib import Path

import pytest

from screening.training.datasets import OTHER, OUTER_EYE, Example, retina_examples

TRAIN = ["file", "patient", "eye", "source", "dr_grade", "any_dr", "referable", "quality", "split"]
FOLDERS: dict[str, tuple[str, list[str], list[list[str]]]] = {
    "fundus/train": (
        "labels.csv",
        TRAIN,
        [
            ["t1.jpg", "p1", "OD", "ODIR-5K", "2", "1", "1", "", "train"],
            ["t2.jpg", "p2", "OS", "EyePACS (1024 px copy)", "0", "0", "0", "good", "val"],
            ["t3.jpg", "p3", "OS", "EyePACS (1024 px copy)", "1", "1", "0", "reject", "train"],
            ["t4.jpg", "p4", "OD", "ODIR-5K", "", "0", "0", "", "test"],
        ],
    ),
    "fundus/train_more": ("labels.csv", TRAIN, [["m1.jpg", "p2", "OD", "EyePACS", "1", "1", "0", "", "train"]]),
    "fundus/aptos": ("labels.csv", TRAIN, [["a1.jpg", "aptos:1", "", "APTOS", "4", "1", "1", "", "test"]]),
    "fundus/equalised": (
        "labels.csv",
        TRAIN,
        [["e1.jpg", "p4", "OD", "EyePACS", "2", "1", "1", "", "train"], ["e2.jpg", "p9", "OD", "EyePACS", "2", "1", "1", "", "val"]],
    ),
    "fundus/wrongkind": ("sources.csv", ["file", "what"], [["w1.jpg", "outer eye, no cataract"], ["w2.jpg", "OCT section"]]),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder, (name, columns, rows) in FOLDERS.items():
        (tmp_path / folder).mkdir(parents=True)
        with (tmp_path / folder / name).open("w", newline="") as file:
            csv.writer(file).writerows([columns, *rows])
    for folder in ("wrongkind", "dermoscopy", "other_skin", "train", "milk10k"):
        (tmp_path / "skin" / folder).mkdir(parents=True)
        (tmp_path / "skin" / folder / f"{folder}.jpg").touch()
    return tmp_path


def named(root: Path, **options: bool) -> dict[str, Example]:
    return {example.path.name: example for example in retina_examples(root, **options)}


def test_a_held_back_patient_trains_in_no_form(root: Path) -> None:
    examples = named(root)
    assert {"m1.jpg", "e1.jpg", "e2.jpg"}.isdisjoint(examples)
    held_back = {"p2", "p4"}
    assert not [example for example in examples.values() if example.patient in held_back and example.split == "train"]


def test_aptos_judges_nothing(root: Path) -> None:
    assert named(root)["a1.jpg"].split == "train"


def test_labels_become_thresholds_and_what_is_not_given_teaches_nothing(root: Path) -> None:
    examples = named(root)
    assert examples["t1.jpg"].thresholds == (1, 1, 0, 0)
    assert examples["t4.jpg"].thresholds == (0, 0, 0, 0)
    assert all(math.isnan(value) for value in examples["t3.jpg"].thresholds)
    assert examples["t3.jpg"].quality == (1, 1)
    assert all(math.isnan(value) for value in examples["t1.jpg"].quality)


def test_wrong_kinds_are_told_apart(root: Path) -> None:
    examples = named(root)
    assert examples["w1.jpg"].kind == OUTER_EYE
    assert examples["w2.jpg"].kind == examples["wrongkind.jpg"].kind == OTHER


def test_a_commercial_recipe_leaves_non_commercial_sources_out(root: Path) -> None:
    examples = named(root, commercial=True)
    assert "milk10k.jpg" not in examples
    assert math.isnan(examples["t2.jpg"].quality[0])
