"""The retina programme's classifier: the bytes of one photo in, its reading out. No Django, no torch, no clock."""

from collections.abc import Sequence
from math import exp

from screening.classifiers import calibration, registry
from screening.classifiers.engine import Answer, serving_engine
from screening.classifiers.heads import FINDINGS, GRADES, HEADS, KINDS, NOT_GOOD, REJECT, RIGHT_EYE
from screening.classifiers.outcome import Outcome
from screening.classifiers.registry import ModelCard
from screening.imaging.decode import Undecodable, decode, encode_view
from screening.imaging.geometry import find_field, inner_crop
from screening.imaging.overlay import attention_png
from screening.imaging.quality import failing, likeliest, measure
from screening.rules.quality import first_reason

PROGRAMME = "retina-dr"

_SIDE_IS_CLEAR = 0.9
_P_NAMES = ("p_any_dr", "p_referable", "p_sight_threatening")


def read_photo(photo: bytes, card: ModelCard | None = None) -> Outcome:
    """Decode, gate, classify, calibrate with a version, the live one where none is given.

    A photo that cannot be read is an outcome; MemoryError and our own faults raise.
    """
    card = card or registry.live(PROGRAMME)
    try:
        pixels, (width, height) = decode(photo)
    except Undecodable as broken:
        return _refused(card, broken.reason, 0, 0, b"")
    field = find_field(pixels)
    crop = inner_crop(pixels, field, card.input_px)
    answer = serving_engine(card)(crop)
    logits: list[float] = answer.logits.tolist()
    view = encode_view(pixels)
    wrong = _wrong_kind(logits[KINDS], card.thresholds["retina"])
    if wrong:
        return _refused(card, wrong, width, height, view)
    measured = measure(crop, field, width / pixels.shape[1])
    p_reject = card.calibration["reject"].probability(logits[REJECT])
    unreadable = p_reject >= card.thresholds["reject"]
    reason = first_reason(failing(measured)) or (likeliest(measured) if unreadable else None)
    overlay = attention_png(answer.activation, field, pixels.shape[1], pixels.shape[0])
    return _graded(card, answer, reason, p_reject, (width, height), view, overlay)


def view_only(photo: bytes) -> tuple[bytes, int, int]:
    """View of a photo that may not be read, and the photo's upright width and height. Raises Undecodable."""
    pixels, (width, height) = decode(photo)
    return encode_view(pixels), width, height


def _graded(card: ModelCard, answer: Answer, reason: str | None, p_reject: float, size: tuple[int, int], view: bytes, overlay: bytes) -> Outcome:
    logits: list[float] = answer.logits.tolist()
    thresholds = calibration.cumulative(logits[GRADES], card.calibration)
    grades = calibration.grade_probabilities(thresholds)
    grade = calibration.decided_grade(thresholds, card.thresholds)
    grade_names = [f"p_grade_{number}" for number in range(5)]
    bounds = calibration.cumulative_intervals(logits[GRADES], card.calibration)
    findings = _findings(card, logits)
    return Outcome(
        outcome="retake" if reason else "graded",
        reason=reason,
        quality="reject" if reason else _quality(card, logits),
        p_reject=p_reject,
        grade=None if reason else grade,
        referable=None if reason else thresholds[1] >= card.thresholds["referable"] or grade >= 2,
        model_version=card.name,
        width=size[0],
        height=size[1],
        view=view,
        attention=overlay,
        laterality_seen=_side(logits[RIGHT_EYE]),
        probabilities=dict(zip(_P_NAMES, thresholds, strict=False)) | dict(zip(grade_names, grades, strict=True)),
        intervals=dict(zip(_P_NAMES, bounds, strict=False))
        | dict(zip(grade_names, calibration.grade_intervals(bounds), strict=True))
        | {f"p_{name}": card.calibration[name].interval(logits[HEADS.index(name)]) for name in findings},
        grade_set=calibration.conformal_set(grades, grade, card.least_in_set),
        findings=findings,
        findings_seen=() if reason else tuple(name for name, chance in findings.items() if chance >= card.thresholds[name]),
    )


def _findings(card: ModelCard, logits: Sequence[float]) -> dict[str, float]:
    """Probability of each other finding that the version may show: those it carries a calibration for."""
    return {name: card.calibration[name].probability(logits[HEADS.index(name)]) for name in HEADS[FINDINGS] if name in card.calibration}


def _refused(card: ModelCard, reason: str, width: int, height: int, view: bytes) -> Outcome:
    return Outcome("refused", reason, None, None, None, None, card.name, width, height, view, None)


def _wrong_kind(logits: Sequence[float], least: float) -> str | None:
    """Code of the wrong kind, or None where the picture is a retina with probability of at least ``least``."""
    retina, outer_eye, other = (exp(logit - max(logits)) for logit in logits)
    if retina >= least * (retina + outer_eye + other):
        return None
    return "outer_eye" if outer_eye > other else "not_fundus"


def _quality(card: ModelCard, logits: Sequence[float]) -> str:
    return "usable" if card.calibration["not_good"].probability(logits[NOT_GOOD]) >= card.thresholds["not_good"] else "good"


def _side(logit: float) -> str | None:
    """Eye that the side of the optic disc suggests, where it is clear; a cross-check only, since some cameras mirror."""
    right = calibration.sigmoid(logit)
    if right >= _SIDE_IS_CLEAR:
        return "OD"
    return "OS" if right <= 1 - _SIDE_IS_CLEAR else None
