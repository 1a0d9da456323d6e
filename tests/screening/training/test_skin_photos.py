"""What may teach the skin classifier what, and what a judge makes of its answers."""

import csv
import math
from pathlib import Path

import pytest

from screening.classifiers.skin_heads import CLASSES
from screening.training.skin.judgement import judge_skin
from screening.training.skin.photos import DERMOSCOPY, FUNDUS, OTHER, SKIN, UNKNOWN, LesionPhoto, skin_photos

PAD = ["file", "patient", "label", "split", "biopsed", "age"]
MILK = ["file", "lesion", "label", "label_wide", "split"]
FUNDUS_COLUMNS = ["file", "split"]
FOLDERS: dict[str, tuple[list[str], list[list[str]]]] = {
    "skin/train": (PAD, [["p1.jpg", "a", "MEL", "train", "True", "60"], ["p2.jpg", "b", "NEV", "val", "", ""]]),
    "skin/milk10k": (
        MILK,
        [
            ["m1.jpg", "l1", "SEK", "SEK", "train"],
            ["m2.jpg", "l2", "other", "other", "train"],
            ["m3.jpg", "l3", "other", "MEL", "train"],
            ["m4.jpg", "l4", "NEV", "NEV", "train"],
        ],
    ),
    "fundus/train": (FUNDUS_COLUMNS, [[f"f{number}.jpg", "train" if number else "test"] for number in range(300)]),
    "fundus/aptos": (FUNDUS_COLUMNS, [[f"a{number}.jpg", "train"] for number in range(100)]),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder, (columns, rows) in FOLDERS.items():
        (tmp_path / folder).mkdir(parents=True)
        with (tmp_path / folder / "labels.csv").open("w", newline="") as file:
            csv.writer(file).writerows([columns, *rows])
    for folder in ("skin/wrongkind", "skin/dermoscopy", "skin/other_skin", "fundus/wrongkind"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / f"{Path(folder).name}.jpg").touch()
    return tmp_path


def named(root: Path, **options: bool) -> dict[str, LesionPhoto]:
    return {photo.path.name: photo for photo in skin_photos(root, **options) if photo.corner is None}


def test_classes_and_suspicion_follow_the_labels(root: Path) -> None:
    photos = named(root)
    assert (photos["p1.jpg"].lesion_class, photos["p1.jpg"].suspicious, photos["p1.jpg"].in_scope) == (CLASSES.index("MEL"), 1, 1)
    assert (photos["p2.jpg"].suspicious, photos["p2.jpg"].split) == (0, "val")
    assert (photos["m2.jpg"].lesion_class, photos["m2.jpg"].in_scope) == (UNKNOWN, 0)
    assert math.isnan(photos["m2.jpg"].suspicious)
    assert (photos["m3.jpg"].lesion_class, photos["m3.jpg"].suspicious) == (UNKNOWN, 1)


def test_other_skin_conditions_teach_nothing(root: Path) -> None:
    assert "other_skin.jpg" not in named(root)


def test_kinds_are_told_apart(root: Path) -> None:
    photos = named(root)
    assert photos["dermoscopy.jpg"].kind == DERMOSCOPY
    assert photos["wrongkind.jpg"].kind == OTHER
    assert photos["f1.jpg"].kind == FUNDUS
    assert photos["p1.jpg"].kind == SKIN


def test_no_fundus_photo_that_judges_another_programme_trains_this_one(root: Path) -> None:
    assert "f0.jpg" not in named(root)


def test_skin_beside_a_nevus_is_none_of_the_six_and_stays_on_its_side_of_the_split(root: Path) -> None:
    corners = [photo for photo in skin_photos(root) if photo.corner is not None]
    assert corners
    assert all((photo.lesion_class, photo.in_scope, photo.kind) == (UNKNOWN, 0, SKIN) for photo in corners)
    split = {photo.path: photo.split for photo in skin_photos(root) if photo.corner is None}
    assert all(photo.split == split[photo.path] for photo in corners)


def test_a_commercial_recipe_leaves_milk10k_out(root: Path) -> None:
    assert not [photo for photo in skin_photos(root, commercial=True) if photo.source == "milk10k"]


def answer(chance: float, likeliest: str, **changes: object) -> dict[str, object]:
    chances = {f"p_{name}": 0.5 if name == likeliest else 0.1 for name in CLASSES}
    decided: dict[str, object] = {"outcome": "graded", "reason": None, "suspicious": int(chance >= 0.5), "in_scope": 1, "model_version": "x"}
    return chances | decided | {"p_suspicious": chance, "set_photo": likeliest, "m_suspicious": None} | changes


def test_a_cancer_that_cannot_be_graded_counts_against_us() -> None:
    labels = [{"file": "1", "label": "MEL"}, {"file": "2", "label": "MEL"}, {"file": "3", "label": "NEV"}, {"file": "4", "label": "NEV"}]
    retake = answer(0.9, "MEL", outcome="retake", reason="blur", suspicious=None, in_scope=None)
    found = judge_skin(labels, [answer(0.9, "MEL"), retake, answer(0.1, "NEV"), answer(0.2, "NEV")])
    photo = found["suspicious"]["per_photo"]  # type: ignore[index]
    assert photo["without_ungradables"]["sensitivity"]["value"] == 1
    assert photo["against_you"]["sensitivity"]["value"] == 0.5
    assert found["melanoma"]["called_suspicious"]["value"] == 0.5  # type: ignore[index]
    assert found["melanoma"]["at_80_specificity"]["value"] == 1  # type: ignore[index]


def test_another_condition_called_one_of_the_six_is_counted() -> None:
    labels = [{"file": "1", "label": "NEV"}, {"file": "2", "label": "psoriasis"}, {"file": "3", "label": "eczema"}]
    found = judge_skin(labels, [answer(0.1, "NEV"), answer(0.1, "NEV"), answer(0.1, "NEV", in_scope=0)])
    assert found["scope"]["other_called"]["value"] == 0.5  # type: ignore[index]
    assert found["suspicious"]["per_photo"]["n"] == 1  # type: ignore[index]


def test_a_small_subgroup_is_named_with_its_number_and_no_figure() -> None:
    labels = [{"file": str(number), "label": "NEV", "fitspatrick": "6"} for number in range(3)]
    found = judge_skin(labels, [answer(0.1, "NEV")] * 3)
    assert found["subgroups"]["fitspatrick"]["6"] == {"n": 3}  # type: ignore[index]
