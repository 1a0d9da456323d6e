"""Which pictures the skin classifier learns from, with what each of them may teach, read from the folders of ``--data``.

A label that a source does not give is NaN (class: -1) and teaches nothing. The folder other_skin teaches nothing at all: it judges.
Nothing but the picture is read of a row: missing clinical columns and `biopsed` would tell the label.
"""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from screening.classifiers.skin_heads import CLASSES, SUSPICIOUS_CLASSES
from screening.training import drawn
from screening.training.datasets import DRAWN

NAN = math.nan
UNKNOWN = -1
SKIN, DERMOSCOPY, FUNDUS, OTHER = 0, 1, 2, 3

_DRAWN_OF_A_KIND = 25
_FUNDUS_PHOTOS = 240


@dataclass(frozen=True)
class LesionPhoto:
    """One picture. ``corner`` None is its middle square, 0 to 3 a corner of it: skin beside the spot, none of the six classes."""

    path: Path
    patient: str
    source: str
    split: str
    lesion_class: int
    suspicious: float
    in_scope: float
    kind: int
    corner: int | None = None


def skin_photos(root: Path, *, commercial: bool = False, leave_out: str | None = None) -> list[LesionPhoto]:
    """Every picture below ``root`` (folders skin and fundus), in a fixed order.

    ``commercial`` leaves out MILK10k (CC BY-NC 4.0). The photos of the set ``leave_out`` teach nothing, choose nothing and are split "left_out".
    """
    lesions = [_lesion(root / "skin/train", row, "pad-ufes", row["patient"]) for row in _rows(root / "skin/train/labels.csv")]
    if not commercial:
        lesions += [_lesion(root / "skin/milk10k", row, "milk10k", row["lesion"]) for row in _rows(root / "skin/milk10k/labels.csv")]
    lesions = [replace(photo, split="left_out") if photo.source == leave_out else photo for photo in lesions]
    return lesions + list(_beside(lesions)) + list(_wrong_kinds(root))


def _lesion(folder: Path, row: dict[str, str], source: str, patient: str) -> LesionPhoto:
    known = row["label"] in CLASSES
    # MILK10k's wide label names what a rarer lesion behaves like: a metastasis is suspicious though it is none of the six.
    wide = row.get("label_wide", row["label"])
    return LesionPhoto(
        path=folder / row["file"],
        patient=patient,
        source=source,
        split=row["split"],
        lesion_class=CLASSES.index(row["label"]) if known else UNKNOWN,
        suspicious=float(wide in SUSPICIOUS_CLASSES) if wide in CLASSES else NAN,
        in_scope=float(known),
        kind=SKIN,
    )


def _beside(lesions: list[LesionPhoto]) -> Iterator[LesionPhoto]:
    """Corners of photos of nevi, which are small: skin with nothing on it."""
    nevi = [photo for photo in lesions if photo.lesion_class == CLASSES.index("NEV")]
    for number, photo in enumerate(nevi[::2]):
        yield LesionPhoto(photo.path, photo.patient, "plain", photo.split, UNKNOWN, NAN, 0.0, SKIN, corner=number % 4)


def _wrong_kinds(root: Path) -> Iterator[LesionPhoto]:
    for path in _jpegs(root / "skin/dermoscopy"):
        yield _other(path, DERMOSCOPY)
    for path in _jpegs(root / "skin/wrongkind") + _jpegs(root / "fundus/wrongkind"):
        yield _other(path, OTHER)
    for folder, split in (("train", "train"), ("aptos", "val")):
        photos = [row["file"] for row in _rows(root / "fundus" / folder / "labels.csv") if row["split"] == "train"]
        for file in photos[:: len(photos) // (_FUNDUS_PHOTOS if split == "train" else _FUNDUS_PHOTOS // 4)]:
            yield LesionPhoto(root / "fundus" / folder / file, file, "fundus", split, UNKNOWN, NAN, NAN, FUNDUS)
    for kind in drawn.KINDS:
        for number in range(_DRAWN_OF_A_KIND):
            yield _other(DRAWN / f"{kind}-{number:03d}", OTHER)


def _other(path: Path, kind: int) -> LesionPhoto:
    split = ("train", "train", "train", "val", "test")[sha256(path.name.encode()).digest()[0] % 5]
    source = "dermoscopy" if kind == DERMOSCOPY else "wrongkind"
    return LesionPhoto(path, path.stem, source, split, UNKNOWN, NAN, NAN, kind)


def _jpegs(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix == ".jpg")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))
