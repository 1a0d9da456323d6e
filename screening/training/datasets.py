"""Which photos the retina classifier learns from, with what each of them may teach, read from the folders of ``--data``.

A label that a source does not give is NaN and teaches nothing. Patients of split ``val`` or ``test`` of fundus/train are training data in
no form; APTOS judges nothing, since its frame tells the grade, so all of it trains.
"""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from screening.classifiers.heads import FINDINGS, HEADS
from screening.training import drawn

NAN = math.nan
RETINA, OUTER_EYE, OTHER = 0, 1, 2
DRAWN = Path("drawn")
SAME_SOURCE = {"odir": ("odir",), "eyepacs": ("eyepacs", "equalised"), "aptos": ("aptos",)}
"""What can be left out as one source, with all its copies."""

_DRAWN_OF_A_KIND = 40

FINDING_WORDS = {
    "cataract": {"cataract"},
    "glaucoma": {"glaucoma", "suspected glaucoma"},
    "amd": {"dry AMD", "wet AMD", "AMD"},
    "pathological_myopia": {"pathological myopia", "myopic retinopathy", "myopic maculopathy"},
    "hypertensive_retinopathy": {"hypertensive retinopathy"},
    "epiretinal_membrane": {"epiretinal membrane"},
}
"""Words of the column ``findings`` that stand for each finding."""

NEAR_WORDS = {
    "cataract": {"media opacity"},
    "glaucoma": {"optic nerve atrophy"},
    "amd": {"drusen", "maculopathy", "atrophic change"},
    "pathological_myopia": {"tessellated fundus", "diffuse retinal atrophy"},
    "hypertensive_retinopathy": {"vessel tortuosity"},
    "epiretinal_membrane": {"optic disk epiretinal membrane", "retina fold"},
}
"""Words that are neither the finding nor its absence."""


@dataclass(frozen=True)
class Example:
    """One picture: ``thresholds``, ``quality`` and ``findings`` follow classifiers.heads.HEADS."""

    path: Path
    patient: str
    source: str
    split: str
    grade: int | None
    thresholds: tuple[float, float, float, float]
    quality: tuple[float, float]
    kind: int
    right_eye: float
    findings: tuple[float, ...] = (NAN,) * len(HEADS[FINDINGS])


def retina_examples(root: Path, *, commercial: bool = False, leave_out: str | None = None) -> list[Example]:
    """Every example below ``root`` (folders fundus and skin), train and val and test, in a fixed order.

    ``commercial`` leaves out what is under non-commercial terms: EyeQ's quality labels and the photos of MILK10k. ``leave_out`` names one
    source, every copy of which then trains nothing, chooses nothing and is split "left_out".
    """
    judged = {row["patient"] for row in _rows(root / "fundus/train/labels.csv") if row["split"] != "train"}
    examples = []
    for folder in ("train", "train_more", "aptos", "equalised"):
        for row in _rows(root / "fundus" / folder / "labels.csv"):
            example = _fundus(root / "fundus" / folder, row, commercial)
            leaks = example.split == "train" and example.patient in judged
            altered = folder == "equalised" and example.split != "train"
            if not leaks and not altered:
                examples.append(example)
    copies = SAME_SOURCE.get(leave_out or "", ())
    examples = [replace(example, split="left_out") if example.source in copies else example for example in examples]
    return examples + list(_wrong_kinds(root, commercial)) + list(_drawn())


def _fundus(folder: Path, row: dict[str, str], commercial: bool) -> Example:
    quality = "" if commercial and row["source"].startswith("EyePACS") else row.get("quality", "")
    grade = int(row["dr_grade"]) if row["dr_grade"] else None
    return Example(
        path=folder / row["file"],
        patient=row["patient"],
        source=_source(folder.name, row["source"]),
        split="train" if folder.name == "aptos" else row["split"],
        grade=grade,
        thresholds=(NAN,) * 4 if quality == "reject" else _thresholds(grade, row["any_dr"], row["referable"]),
        quality=(float(quality != "good"), float(quality == "reject")) if quality else (NAN, NAN),
        kind=RETINA,
        right_eye={"OD": 1.0, "OS": 0.0}.get(row["eye"], NAN),
        findings=_findings(row) if row["source"].startswith("ODIR") else (NAN,) * len(HEADS[FINDINGS]),
    )


def _findings(row: dict[str, str]) -> tuple[float, ...]:
    """1 where the reader's words name the finding, NaN where they come near it or nobody could see, else 0."""
    words = {word.strip() for word in row.get("findings", "").split(";")}
    absent = NAN if row["quality"] == "reject" else 0.0
    return tuple(1.0 if words & FINDING_WORDS[name] else NAN if words & NEAR_WORDS.get(name, set()) else absent for name in HEADS[FINDINGS])


def _thresholds(grade: int | None, any_dr: str, referable: str) -> tuple[float, float, float, float]:
    if grade is not None:
        return (float(grade >= 1), float(grade >= 2), float(grade >= 3), float(grade >= 4))
    if any_dr == "0":
        return (0.0, 0.0, 0.0, 0.0)
    return (float(any_dr) if any_dr else NAN, float(referable) if referable else NAN, NAN, NAN)


def _source(folder: str, source: str) -> str:
    if folder in ("aptos", "equalised"):
        return folder
    return "odir" if source.startswith("ODIR") else "eyepacs"


def _wrong_kinds(root: Path, commercial: bool) -> Iterator[Example]:
    for row in _rows(root / "fundus/wrongkind/sources.csv"):
        kind = OUTER_EYE if row["what"].startswith("outer eye") else OTHER
        yield _other(root / "fundus/wrongkind" / row["file"], kind)
    for folder, share in (("wrongkind", 1), ("dermoscopy", 2), ("other_skin", 2), ("train", 6), ("milk10k", 16)):
        if commercial and folder == "milk10k":
            continue
        photos = sorted(path for path in (root / "skin" / folder).iterdir() if path.suffix == ".jpg")
        for path in photos[::share]:
            yield _other(path, OTHER)


def _drawn() -> Iterator[Example]:
    for kind in drawn.KINDS:
        for number in range(_DRAWN_OF_A_KIND):
            yield _other(DRAWN / f"{kind}-{number:03d}", OTHER)


def _other(path: Path, kind: int) -> Example:
    split = ("train", "train", "train", "val", "test")[sha256(path.name.encode()).digest()[0] % 5]
    return Example(path, path.stem, "wrongkind", split, None, (NAN,) * 4, (NAN, NAN), kind, NAN)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))
