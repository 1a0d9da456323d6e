"""One outcome as the flat row that evaluation and the command line print (docs of the columns: EVALUATION.md)."""

from screening.classifiers.heads import FINDINGS, HEADS
from screening.classifiers.outcome import Outcome
from screening.classifiers.skin import class_set
from screening.classifiers.skin_heads import CLASSES, SUSPICIOUS_CLASSES

COLUMNS = (
    "outcome",
    "reason",
    "quality",
    "p_reject",
    "p_any_dr",
    "p_referable",
    "p_sight_threatening",
    "grade",
    "referable",
    *(f"p_{name}" for name in HEADS[FINDINGS]),
    "set_photo",
    "model_version",
    "milliseconds",
)

SKIN_COLUMNS = (
    "outcome",
    "reason",
    "class",
    "suspicious",
    "in_scope",
    *(f"p_{name}" for name in (*CLASSES, "suspicious")),
    *(f"m_{name}" for name in (*CLASSES, "suspicious")),
    "set_photo",
    "set_clinical",
    "model_version",
    "milliseconds",
)


def skin_row(outcome: Outcome, milliseconds: int | None = None, clinical: dict[str, float] | None = None, least: float = 1.0) -> dict[str, object]:
    """Row with ``SKIN_COLUMNS`` in order. ``class`` is decided for every graded photo, whether it may be called so (``in_scope``) or not.

    ``clinical`` are the probabilities with the answers, where there are any, ``least`` their conformal limit.
    """
    found: dict[str, object] = {
        "outcome": outcome.outcome,
        "reason": outcome.reason,
        "class": outcome.class_set[0] if outcome.outcome == "graded" else None,
        "suspicious": None if outcome.suspicious is None else int(outcome.suspicious),
        "in_scope": None if outcome.in_scope is None else int(outcome.in_scope),
        **{name: _rounded(chance) for name, chance in outcome.probabilities.items()},
        "set_photo": ";".join(outcome.class_set) or None,
        "model_version": outcome.model_version,
        "milliseconds": milliseconds,
    }
    if clinical:
        found |= {f"m_{name}": _rounded(chance) for name, chance in clinical.items()}
        found["m_suspicious"] = _rounded(sum(clinical[name] for name in SUSPICIOUS_CLASSES))
        found["set_clinical"] = ";".join(class_set([clinical[name] for name in CLASSES], max(CLASSES, key=clinical.__getitem__), least))
    return dict.fromkeys(SKIN_COLUMNS) | found


def evaluation_row(outcome: Outcome, milliseconds: int | None = None) -> dict[str, object]:
    """Row with ``COLUMNS`` in order; None where a column does not apply."""
    chances = {name: _rounded(outcome.probabilities.get(name)) for name in ("p_any_dr", "p_referable", "p_sight_threatening")}
    return {
        "outcome": outcome.outcome,
        "reason": outcome.reason,
        "quality": outcome.quality,
        "p_reject": _rounded(outcome.p_reject),
        **chances,
        "grade": outcome.grade,
        "referable": None if outcome.referable is None else int(outcome.referable),
        **{f"p_{name}": _rounded(outcome.findings.get(name)) for name in HEADS[FINDINGS]},
        "set_photo": ";".join(map(str, outcome.grade_set)) or None,
        "model_version": outcome.model_version,
        "milliseconds": milliseconds,
    }


def _rounded(probability: float | None) -> float | None:
    return None if probability is None else round(probability, 5)
