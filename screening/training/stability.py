"""Does the decision stay the same where only the photo's handling changed, and does the gate name what spoiled a photo?

Everything goes through the production path, bytes in and outcome out; ungraded photos are counted apart.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from screening.classifiers.outcome import Outcome
from screening.imaging.decode import Undecodable, decode
from screening.imaging.geometry import Field, Pixels, find_field
from screening.imaging.skin_crop import middle_square
from screening.training.changes import CHANGES, unchanged
from screening.training.defects import RETINA_DEFECTS, SKIN_DEFECTS, Defect
from screening.training.labels import read_labels
from screening.training.metrics import share, with_interval

Interval = dict[str, float | None]
ReadPhoto = Callable[[bytes], Outcome]


@dataclass(frozen=True)
class Handled:
    """What belongs to a programme: its decision, its defects, and where in a photo they are drawn."""

    decision: Callable[[Outcome], bool | None]
    defects: Mapping[str, Defect]
    field: Callable[[Pixels], Field]


@dataclass(frozen=True)
class Tried:
    """One photo as it is, and its outcomes after each change and each defect; without defects where it was not graded as it is."""

    patient: str
    first: Outcome
    changed: Mapping[str, Outcome]
    spoiled: Mapping[str, Outcome]


HANDLED = {
    "retina": Handled(lambda outcome: outcome.referable, RETINA_DEFECTS, find_field),
    "skin": Handled(lambda outcome: outcome.suspicious, SKIN_DEFECTS, middle_square),
}


def measure_stability(
    programme: str, read_photo: ReadPhoto, table: Path, root: Path, out: Path, limit: int | None, say: Callable[[str], object]
) -> dict[str, object]:
    """Write ``out``/stability.json for the photos of an evaluation table; returns its content. A photo that cannot be opened takes no part.

    Raises OSError where the table cannot be read, ValueError where it has no column ``file``.
    """
    handled = HANDLED[programme]
    rows = read_labels(table)[:limit]
    tried = []
    for number, row in enumerate(rows, start=1):
        try:
            pixels, _ = decode((root / row["file"]).read_bytes())
        except (OSError, Undecodable):
            continue
        tried.append(_try(handled, read_photo, row.get("patient") or row["file"], pixels))
        if number % 10 == 0 or number == len(rows):
            say(f"{number} of {len(rows)} photos changed and spoiled")
    found = summary(programme, tried)
    out.mkdir(parents=True, exist_ok=True)
    (out / "stability.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return found


def summary(programme: str, tried: list[Tried]) -> dict[str, object]:
    """Shares with 95 % intervals by patient: of decisions and outcomes changed, of spoiled photos asked for again and for the right reason.

    A decision counts where the photo was graded before and after the change (``n`` photos); a defect where it was graded before.
    """
    handled = HANDLED[programme]
    patients = np.unique([one.patient for one in tried], return_inverse=True)[1].astype(np.int64) if tried else np.zeros(0, np.int64)
    graded = np.array([one.first.outcome == "graded" for one in tried], bool)
    changes: dict[str, object] = {}
    for name in CHANGES:
        both = graded & np.array([one.changed[name].outcome == "graded" for one in tried], bool)
        decided = np.array([handled.decision(one.first) != handled.decision(one.changed[name]) for one in tried], bool)
        outcome = np.array([one.first.outcome != one.changed[name].outcome for one in tried], bool)
        everyone = np.ones(len(tried), bool)
        changes[name] = {
            "n": int(both.sum()),
            "decision_changed": _share(decided, both, patients),
            "outcome_changed": _share(outcome, everyone, patients),
        }
    defects: dict[str, object] = {}
    for name, defect in handled.defects.items():
        retake = np.array([name in one.spoiled and one.spoiled[name].outcome == "retake" for one in tried], bool)
        right = retake & np.array([name in one.spoiled and one.spoiled[name].reason == defect.reason for one in tried], bool)
        defects[name] = {"n": int(graded.sum()), "retake": _share(retake, graded, patients), "reason_right": _share(right, graded, patients)}
    return {
        "model_version": tried[0].first.model_version if tried else None,
        "n": len(tried),
        "photos_graded": int(graded.sum()),
        "changes": changes,
        "defects": defects,
    }


def _try(handled: Handled, read_photo: ReadPhoto, patient: str, pixels: Pixels) -> Tried:
    first = read_photo(unchanged(pixels))
    changed = {name: read_photo(change(pixels)) for name, change in CHANGES.items()}
    spoiled = {}
    if first.outcome == "graded":
        field = handled.field(pixels)
        spoiled = {name: read_photo(unchanged(defect.spoil(pixels, field))) for name, defect in handled.defects.items()}
    return Tried(patient, first, changed, spoiled)


def _share(hits: NDArray[np.bool_], among: NDArray[np.bool_], patients: NDArray[np.int64]) -> Interval:
    return with_interval(share(hits, among), patients)
