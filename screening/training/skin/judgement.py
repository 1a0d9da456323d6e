"""Skin labels and predictions side by side -> metrics.json, in the countings of EVALUATION.md. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from screening.classifiers.skin_heads import CLASSES, SUSPICIOUS_CLASSES
from screening.training import metrics
from screening.training.judgement import by_patient, figures, given, number, patient_codes, renumbered, wrong_kind
from screening.training.metrics import with_interval

Pair = tuple[Mapping[str, str], Mapping[str, object]]

_SUBGROUPS = ("source", "fitspatrick", "skin_tone", "gender", "sex", "region")
_FEWEST = 20
_SPECIFICITY = 0.80


def judge_skin(labels: Sequence[Mapping[str, str]], predictions: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Every task that has labels, with intervals by patient: suspicious per photo and per patient, the six classes, scope and wrong kinds."""
    pairs = list(zip(labels, predictions, strict=True))
    known = [pair for pair in pairs if pair[0].get("label") in CLASSES]
    found = {
        "suspicious": _suspicious(known),
        "melanoma": _melanoma(known),
        "classes": _classes(known, "p"),
        "classes_clinical": _classes([pair for pair in known if given(pair[1]["m_suspicious"])], "m"),
        "scope": _scope(pairs),
        "wrong_kind": wrong_kind(pairs),
        "subgroups": {column: groups for column in _SUBGROUPS if (groups := _by(known, column))} or None,
    }
    return {
        "model_version": next((row["model_version"] for row in predictions if row["model_version"]), None),
        "photos": len(pairs),
        "outcomes": dict(Counter(str(row["outcome"]) for row in predictions)),
        "reasons": dict(Counter(str(row["reason"]) for row in predictions if row["reason"])),
    } | {name: part for name, part in found.items() if part}


def _suspicious(known: Sequence[Pair]) -> dict[str, object] | None:
    if not known:
        return None
    positive = np.array([label["label"] in SUSPICIOUS_CLASSES for label, _ in known])
    ungradable = np.array([found["outcome"] != "graded" for _, found in known])
    decided = np.array([number(found["suspicious"], 0) == 1 for _, found in known])
    scores = np.array([number(found["p_suspicious"], 0.5) for _, found in known])
    answered = np.array([given(found["p_suspicious"]) for _, found in known])
    patients = patient_codes([label for label, _ in known])
    photo = figures(scores, decided, positive, ungradable, patients)
    photo["ece"] = with_interval(metrics.calibration_error(scores[answered], positive[answered]), renumbered(patients[answered]))
    photo["sensitivity_at_80_specificity"] = with_interval(metrics.sensitivity_at(scores, positive, _SPECIFICITY), patients)
    most, called, ill, lost, codes = by_patient(scores, decided, positive, ungradable, patients)
    person = figures(most, called, ill, lost, codes)
    person["sensitivity_at_80_specificity"] = with_interval(metrics.sensitivity_at(most, ill, _SPECIFICITY), codes)
    return {"per_photo": photo, "per_patient": person}


def _melanoma(known: Sequence[Pair]) -> dict[str, object] | None:
    """Melanomas against benign lesions (nevus, seborrheic keratosis), per patient: those called suspicious; a photo not graded counts as missed."""
    some = [pair for pair in known if pair[0]["label"] == "MEL" or pair[0]["label"] not in SUSPICIOUS_CLASSES]
    melanoma = np.array([label["label"] == "MEL" for label, _ in some])
    if not melanoma.any():
        return None
    decided = np.array([number(found["suspicious"], 0) == 1 for _, found in some])
    scores = np.array([number(found["p_suspicious"], 0.5) for _, found in some])
    most, called, ill, _, codes = by_patient(scores, decided, melanoma, np.zeros(len(some), bool), patient_codes([label for label, _ in some]))
    return {
        "patients": int(ill.sum()),
        "called_suspicious": with_interval(metrics.share(called, ill), codes),
        "at_80_specificity": with_interval(metrics.sensitivity_at(most, ill, _SPECIFICITY), codes),
        "p_melanoma_auc": with_interval(
            metrics.area(np.array([number(found["p_MEL"], 0.0) for _, found in some]), melanoma), patient_codes([label for label, _ in some])
        ),
    }


def _classes(known: Sequence[Pair], letter: str) -> dict[str, object] | None:
    """The decided class of every photo with probabilities, asked for again or not; a photo refused is not here but in the outcomes."""
    answered = [pair for pair in known if given(pair[1][f"{letter}_{CLASSES[0]}"])]
    if not answered:
        return None
    chances = np.array([[number(found[f"{letter}_{name}"], 0.0) for name in CLASSES] for _, found in answered])
    truth = np.array([CLASSES.index(label["label"]) for label, _ in answered])
    patients = patient_codes([label for label, _ in answered])
    column = "set_photo" if letter == "p" else "set_clinical"
    # The set begins with the decided class.
    sets = [str(found[column]).split(";") for _, found in answered]
    decided = np.array([CLASSES.index(kept[0]) for kept in sets])
    likeliest = chances.argmax(axis=1)
    covered = np.array([CLASSES[number] in kept for number, kept in zip(truth.tolist(), sets, strict=True)])
    return {
        "n": len(answered),
        "patients": int(patients.max()) + 1,
        "balanced_accuracy": with_interval(metrics.balanced_accuracy(truth, decided, len(CLASSES)), patients),
        "recall": {name: with_interval(metrics.share(decided == truth, truth == place), patients) for place, name in enumerate(CLASSES)},
        "per_class_n": {name: int((truth == place).sum()) for place, name in enumerate(CLASSES)},
        "ece": with_interval(metrics.calibration_error(chances.max(axis=1), likeliest == truth), patients),
        "set_coverage": with_interval(metrics.mean_of(covered.astype(np.float64)), patients),
        "set_size": with_interval(metrics.mean_of(np.array([float(len(kept)) for kept in sets])), patients),
        "confusion": np.bincount(truth * len(CLASSES) + decided, minlength=len(CLASSES) ** 2).reshape(len(CLASSES), -1).tolist(),
    }


def _scope(pairs: Sequence[Pair]) -> dict[str, object] | None:
    """Share of photos that may be called one of the six: of those that are, and of those that are another condition."""
    labelled = [pair for pair in pairs if pair[0].get("label")]
    if not labelled:
        return None
    inside = np.array([label["label"] in CLASSES for label, _ in labelled])
    called = np.array([number(found["in_scope"], 0) == 1 for _, found in labelled])
    patients = patient_codes([label for label, _ in labelled])
    return {
        "n_of_the_six": int(inside.sum()),
        "n_other": int((~inside).sum()),
        "of_the_six_called": with_interval(metrics.share(called, inside), patients),
        "other_called": with_interval(metrics.share(called, ~inside), patients),
    }


def _by(known: Sequence[Pair], column: str) -> dict[str, object] | None:
    values = sorted({label[column] for label, _ in known if label.get(column)})
    groups = {value: [pair for pair in known if pair[0].get(column) == value] for value in values}
    return {value: {"n": len(group)} | (_suspicious(group) or {} if len(group) >= _FEWEST else {}) for value, group in groups.items()} or None
