"""Labels and predictions side by side -> metrics.json, in the countings of EVALUATION.md. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from screening.training import metrics
from screening.training.metrics import with_interval
from screening.training.other_findings import other_findings
from screening.training.per_thousand import per_thousand

Row = Mapping[str, object]
Bools = NDArray[np.bool_]

TASKS = {"any_dr": ("p_any_dr", 1), "referable": ("p_referable", 2), "sight_threatening": ("p_sight_threatening", 3)}
SPECIFICITIES = {"sensitivity_at_60_specificity": 0.60, "sensitivity_at_80_specificity": 0.80}
PREVALENCE = 0.10
"""Share of referable patients where the program is used: the issue's assumption."""

_SUBGROUPS = ("source", "set", "eye", "sex", "age", "quality")
_FEWEST = 20
_AGES = ((40, "under 40"), (60, "40 to 59"), (75, "60 to 74"), (200, "75 and over"))


def judge(labels: Sequence[Mapping[str, str]], predictions: Sequence[Row]) -> dict[str, object]:
    """Every task that has labels, per eye and per patient, with intervals by patient, and *referable* by subgroup."""
    pairs = list(zip(labels, predictions, strict=True))
    report: dict[str, object] = {
        "model_version": next((row["model_version"] for row in predictions if row["model_version"]), None),
        "photos": len(pairs),
        "outcomes": dict(Counter(str(row["outcome"]) for row in predictions)),
        "reasons": dict(Counter(str(row["reason"]) for row in predictions if row["reason"])),
        "tasks": {name: found for name in TASKS if (found := _task(pairs, name))},
    }
    report |= {name: found for name, found in (("grade", _grades(pairs)), ("reject", _reject(pairs)), ("wrong_kind", wrong_kind(pairs))) if found}
    if found := _severe_called(pairs):
        report["severe_called"] = found
    if shown := other_findings(pairs, patient_codes([label for label, _ in pairs])):
        report["findings"] = shown
    report["subgroups"] = {column: found for column in _SUBGROUPS if (found := _by(pairs, column))}
    return report


def truth_of(row: Mapping[str, str], task: str) -> bool | None:
    """Whether the row is positive for a task by its labels; None where they do not say."""
    if row.get("dr_grade"):
        return int(float(row["dr_grade"])) >= TASKS[task][1]
    if row.get(task) in ("0", "1"):
        return row[task] == "1"
    return False if row.get("any_dr") == "0" else None


def patient_codes(rows: Sequence[Mapping[str, str]]) -> NDArray[np.int64]:
    """Number of each row's patient; without the column each file is a patient."""
    return np.unique([row.get("patient") or row["file"] for row in rows], return_inverse=True)[1].astype(np.int64)


def _task(pairs: Sequence[tuple[Mapping[str, str], Row]], task: str) -> dict[str, object] | None:
    known = [(label, found, truth) for label, found in pairs if (truth := truth_of(label, task)) is not None]
    if not known:
        return None
    column, least = TASKS[task]
    positive = np.array([truth for *_, truth in known])
    ungradable = np.array([found["outcome"] != "graded" for _, found, _ in known])
    decided = np.array([_is_called(found) if task == "referable" else _grade(found) >= least for _, found, _ in known])
    scores = np.array([number(found[column], 0.5) for _, found, _ in known])
    patients = patient_codes([label for label, *_ in known])
    answered = np.array([given(found[column]) for _, found, _ in known])
    eye = figures(scores, decided, positive, ungradable, patients)
    eye["ece"] = with_interval(metrics.calibration_error(scores[answered], positive[answered]), renumbered(patients[answered]))
    eye |= _at_specificities(scores, positive, patients)
    people = by_patient(scores, decided, positive, ungradable, patients)
    most, called, ill, lost, codes = people
    person = figures(*people) | _at_specificities(most, ill, codes)
    if task == "referable":
        person["per_1000"] = per_thousand(called, ill, lost & ~called, codes, PREVALENCE)
    return {"per_eye": eye, "per_patient": person}


def _at_specificities(scores: NDArray[np.float64], positive: Bools, patients: NDArray[np.int64]) -> dict[str, object]:
    return {name: with_interval(metrics.sensitivity_at(scores, positive, least), patients) for name, least in SPECIFICITIES.items()}


def _severe_called(pairs: Sequence[tuple[Mapping[str, str], Row]]) -> dict[str, object] | None:
    """Severe or proliferative eyes and patients called referable; one that could not be graded is missed."""
    severe = [(label, found) for label, found in pairs if label.get("dr_grade") in ("3", "4")]
    if not severe:
        return None
    patients = patient_codes([label for label, _ in severe])
    called = np.array([_is_called(found) for _, found in severe])
    everybody = patient_codes([label for label, _ in pairs])
    ill, someone_called = (np.zeros(int(everybody.max()) + 1, bool) for _ in range(2))
    for code, (label, found) in zip(everybody.tolist(), pairs, strict=True):
        ill[code] |= label.get("dr_grade") in ("3", "4")
        someone_called[code] |= _is_called(found)
    count = int(ill.sum())
    return {
        "per_eye": {"n": len(called), "called": int(called.sum()), "share": with_interval(metrics.mean_of(called.astype(np.float64)), patients)},
        "per_patient": {
            "n": count,
            "called": int(someone_called[ill].sum()),
            "share": with_interval(metrics.mean_of(someone_called[ill].astype(np.float64)), np.arange(count)),
        },
    }


def by_patient(
    scores: NDArray[np.float64], decided: Bools, positive: Bools, ungradable: Bools, patients: NDArray[np.int64]
) -> tuple[NDArray[np.float64], Bools, Bools, Bools, NDArray[np.int64]]:
    """A patient is positive or called by any eye. Ungradable: a negative with any eye not graded, a positive without a call and an eye missing."""
    count = int(patients.max()) + 1
    most = np.zeros(count)
    np.maximum.at(most, patients, scores)
    called, ill, lost = (np.bincount(patients, column, count) > 0 for column in (decided & ~ungradable, positive, ungradable))
    return most, called, ill, lost & ~(ill & called), np.arange(count)


def figures(scores: NDArray[np.float64], decided: Bools, positive: Bools, ungradable: Bools, patients: NDArray[np.int64]) -> dict[str, object]:
    """AUC, and sensitivity and specificity in three countings, with their intervals."""
    counted = {
        counting: {name: with_interval(metric, patients) for name, metric in rates.items()}
        for counting, rates in metrics.rates(decided, positive, ungradable).items()
    }
    return {
        "n": len(scores),
        "patients": int(patients.max()) + 1,
        "positive": int(positive.sum()),
        "ungradable": int(ungradable.sum()),
        "auc": with_interval(metrics.area(scores, positive), patients),
        **counted,
    }


def _grades(pairs: Sequence[tuple[Mapping[str, str], Row]]) -> dict[str, object] | None:
    known = [(label, found) for label, found in pairs if label.get("dr_grade") and found["outcome"] == "graded"]
    if not known:
        return None
    truth = np.array([int(float(label["dr_grade"])) for label, _ in known])
    decided = np.array([_grade(found) for _, found in known])
    patients = patient_codes([label for label, _ in known])
    sets = [{int(grade) for grade in str(found["set_photo"] or "").split(";") if grade} for _, found in known]
    covered = np.array([grade in kept for grade, kept in zip(truth.tolist(), sets, strict=True)])
    return {
        "n": len(known),
        "kappa": with_interval(metrics.kappa(truth, decided, 5), patients),
        "balanced_accuracy": with_interval(metrics.balanced_accuracy(truth, decided, 5), patients),
        "recall": {str(grade): with_interval(metrics.share(decided == truth, truth == grade), patients) for grade in range(5)},
        "set_coverage": with_interval(metrics.mean_of(covered.astype(np.float64)), patients),
        "set_size": with_interval(metrics.mean_of(np.array([float(len(kept)) for kept in sets])), patients),
        "confusion": np.bincount(truth * 5 + decided, minlength=25).reshape(5, 5).tolist(),
    }


def _reject(pairs: Sequence[tuple[Mapping[str, str], Row]]) -> dict[str, object] | None:
    known = [(label, found) for label, found in pairs if label.get("quality")]
    if not known:
        return None
    positive = np.array([label["quality"] == "reject" for label, _ in known])
    called = np.array([found["outcome"] != "graded" for _, found in known])
    scores = np.array([number(found["p_reject"], 1.0) for _, found in known])
    patients = patient_codes([label for label, _ in known])
    of_eyeq = np.array([label.get("source", "").startswith("EyePACS") for label, _ in known])
    return {
        "n": len(known),
        "positive": int(positive.sum()),
        "auc": with_interval(metrics.area(scores, positive), patients),
        "eyeq": {
            "n": int(of_eyeq.sum()),
            "positive": int(positive[of_eyeq].sum()),
            "auc": with_interval(metrics.area(scores[of_eyeq], positive[of_eyeq]), renumbered(patients[of_eyeq])),
        },
        "sensitivity": with_interval(metrics.share(called, positive), patients),
        "specificity": with_interval(metrics.share(~called, ~positive), patients),
    }


def wrong_kind(pairs: Sequence[tuple[Mapping[str, str], Row]]) -> dict[str, object] | None:
    """How many pictures of a wrong kind were refused, and how many of the right one."""
    wrong = np.array([bool(label.get("wrong_kind")) for label, _ in pairs])
    if not wrong.any():
        return None
    refused = np.array([found["outcome"] == "refused" for _, found in pairs])
    graded = np.array([found["outcome"] == "graded" for _, found in pairs])
    patients = patient_codes([label for label, _ in pairs])
    kinds = sorted({label["wrong_kind"] for label, _ in pairs if label.get("wrong_kind")})
    of_kind = {kind: np.array([label.get("wrong_kind") == kind for label, _ in pairs]) for kind in kinds}
    return {
        "n": int(wrong.sum()),
        "n_right_kind": int((~wrong).sum()),
        "by_kind": {kind: {"n": int(rows.sum()), "refused": int((refused & rows).sum())} for kind, rows in of_kind.items()},
        "refused": with_interval(metrics.share(refused, wrong), patients),
        "graded": with_interval(metrics.share(graded, wrong), patients),
        "right_kind_refused": with_interval(metrics.share(refused, ~wrong), patients),
    }


def _by(pairs: Sequence[tuple[Mapping[str, str], Row]], column: str) -> dict[str, object] | None:
    groups: dict[str, list[tuple[Mapping[str, str], Row]]] = {}
    for pair in pairs:
        if value := group_of(pair[0], column):
            groups.setdefault(value, []).append(pair)
    return {value: _group(group) for value, group in sorted(groups.items())} or None


def _group(group: Sequence[tuple[Mapping[str, str], Row]]) -> dict[str, object]:
    if len(group) < _FEWEST:
        return {"n": len(group)}
    grades = _grades(group) or {}
    return {"n": len(group)} | (_task(group, "referable") or {}) | {name: grades[name] for name in ("set_coverage", "set_size") if name in grades}


def group_of(label: Mapping[str, str], column: str) -> str:
    """Subgroup of a row: an age is a band, ``set`` is the source without what stands in brackets; empty where nothing is known."""
    if column == "set":
        return label.get("source", "").split(" (")[0]
    if column != "age":
        return label.get(column, "")
    try:
        years = float(label.get("age", ""))
    except ValueError:
        return ""
    return next((name for limit, name in _AGES if years < limit), "")


def _is_called(found: Row) -> bool:
    """Called referable; a row from before the decision had a column of its own says it by its grade."""
    return found["outcome"] == "graded" and (number(found["referable"], 0) == 1 if given(found.get("referable")) else _grade(found) >= 2)


def _grade(found: Row) -> int:
    return int(str(found["grade"])) if given(found["grade"]) else -1


def given(value: object) -> bool:
    """Whether a cell holds anything."""
    return value is not None and value != ""


def number(value: object, otherwise: float) -> float:
    """A cell as a number, ``otherwise`` where it is empty."""
    return float(str(value)) if given(value) else otherwise


def renumbered(patients: NDArray[np.int64]) -> NDArray[np.int64]:
    """Patients counted from 0 without gaps."""
    return np.unique(patients, return_inverse=True)[1].astype(np.int64)
