"""One outcome as the flat row that evaluation and the command line print (docs of the columns: EVALUATION.md)."""

from screening.classifiers.outcome import Outcome

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
    "set_photo",
    "model_version",
    "milliseconds",
)


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
        "set_photo": ";".join(map(str, outcome.grade_set)) or None,
        "model_version": outcome.model_version,
        "milliseconds": milliseconds,
    }


def _rounded(probability: float | None) -> float | None:
    return None if probability is None else round(probability, 5)
