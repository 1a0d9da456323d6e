"""The skin programme's classifier: the bytes of one photo in, its reading out. No Django, no torch, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from screening.classifiers import registry
from screening.classifiers.engine import Answer, serving_engine
from screening.classifiers.outcome import Outcome
from screening.classifiers.registry import ModelCard
from screening.classifiers.skin_heads import CLASSES, IN_SCOPE, KINDS, LESION, SUSPICIOUS
from screening.imaging.decode import Undecodable, decode, encode_view
from screening.imaging.geometry import Field, Pixels
from screening.imaging.overlay import attention_png
from screening.imaging.skin_crop import middle_square, square_crop
from screening.imaging.skin_gate import LEAST_SKIN_HUED, SkinMeasured, failing, measure

PROGRAMME = "skin-lesion"
REASON_ORDER = ("too_small", "too_dark", "too_bright", "blur")
"""Shown one at a time, the first failing in this order: light before focus, since a dark photo is never sharp."""

_WRONG_KINDS = ("dermoscopy", "wrong_programme", "not_skin")
_SURELY = 0.95


@dataclass(frozen=True)
class _Seen:
    """One decoded photo with what the network and the measured gate say of it."""

    pixels: Pixels
    size: tuple[int, int]
    square: Field
    measured: SkinMeasured
    answer: Answer
    kinds: Sequence[float]


def read_photo(photo: bytes) -> Outcome:
    """A close-up: decode, gate, classify, calibrate. A photo that cannot be read is an outcome; MemoryError and our own faults raise."""
    card = registry.live(PROGRAMME)
    try:
        seen = _look(card, photo)
    except Undecodable as broken:
        return _closed(card, "refused", broken.reason)
    reason = _quality_reason(seen)
    wrong = _wrong_kind(seen, card.thresholds["skin"])
    if wrong and (reason is None or max(seen.kinds[1:]) >= _SURELY):
        return _closed(card, "refused", wrong, seen)
    return _classified(card, seen, reason)


def view_with_gate(photo: bytes) -> Outcome:
    """An overview: is it skin, and can one see anything on it? Graded without a class, retake or refused.

    A body part at arm's length with clothes and a room around it must pass, so it is refused only where the network sees another kind and hardly
    a pixel has a hue that skin can have, or where the other kind is beyond doubt.
    """
    card = registry.live(PROGRAMME)
    try:
        seen = _look(card, photo)
    except Undecodable as broken:
        return _closed(card, "refused", broken.reason)
    reason = _quality_reason(seen)
    wrong = _wrong_kind(seen, card.thresholds["skin_overview"])
    if wrong and (reason is None or max(seen.kinds[1:]) >= _SURELY):
        return _closed(card, "refused", wrong, seen)
    return _closed(card, "retake" if reason else "graded", reason, seen)


def class_probabilities(logits: Sequence[float], scaling: Mapping[str, float]) -> list[float]:
    """Calibrated probabilities of the six classes; they sum to 1 and assume the prior of the card."""
    return softmax([scaling["slope"] * logit + scaling[name] for name, logit in zip(CLASSES, logits, strict=True)])


def class_set(chances: Sequence[float], least: float) -> tuple[str, ...]:
    """Every class whose probability is at least ``least``, likeliest first; never empty."""
    ranked = sorted(range(len(CLASSES)), key=lambda number: -chances[number])
    return tuple(CLASSES[number] for place, number in enumerate(ranked) if place == 0 or chances[number] >= least)


def softmax(logits: Sequence[float]) -> list[float]:
    """Shares that sum to 1; does not overflow."""
    raised = [exp(logit - max(logits)) for logit in logits]
    total = sum(raised)
    return [number / total for number in raised]


def _look(card: ModelCard, photo: bytes) -> _Seen:
    pixels, size = decode(photo)
    square = middle_square(pixels)
    crop = square_crop(pixels, square, card.input_px)
    answer = serving_engine(PROGRAMME)(crop)
    return _Seen(pixels, size, square, measure(crop, min(size)), answer, softmax(answer.logits.tolist()[KINDS]))


def _quality_reason(seen: _Seen) -> str | None:
    missed = failing(seen.measured)
    return next((reason for reason in REASON_ORDER if reason in missed), None)


def _wrong_kind(seen: _Seen, least: float) -> str | None:
    """Code of the wrong kind, or None where the picture is skin with probability of at least ``least`` and a skin-like hue occurs."""
    if seen.kinds[0] >= least and seen.measured.skin_hued >= LEAST_SKIN_HUED:
        return None
    others = list(seen.kinds[1:])
    return _WRONG_KINDS[others.index(max(others))] if seen.kinds[0] < least else "not_skin"


def _classified(card: ModelCard, seen: _Seen, reason: str | None) -> Outcome:
    logits: list[float] = seen.answer.logits.tolist()
    chances = class_probabilities(logits[LESION], card.class_scaling)
    suspicion = card.calibration["suspicious"]
    p_suspicious = suspicion.probability(logits[SUSPICIOUS])
    in_scope = (
        card.calibration["in_scope"].probability(logits[IN_SCOPE]) >= card.thresholds["in_scope"]
        and max(chances) >= card.thresholds["class_confidence"]
    )
    width, height = seen.pixels.shape[1], seen.pixels.shape[0]
    return Outcome(
        outcome="retake" if reason else "graded",
        reason=reason,
        quality=None,
        p_reject=None,
        grade=None,
        referable=None,
        model_version=card.name,
        width=seen.size[0],
        height=seen.size[1],
        view=encode_view(seen.pixels),
        attention=attention_png(seen.answer.activation, seen.square, width, height, inner=1.0),
        probabilities={f"p_{name}": chance for name, chance in zip(CLASSES, chances, strict=True)} | {"p_suspicious": p_suspicious},
        intervals={"p_suspicious": suspicion.interval(logits[SUSPICIOUS])},
        lesion_class=CLASSES[chances.index(max(chances))] if in_scope and not reason else None,
        suspicious=None if reason else p_suspicious >= card.thresholds["suspicious"],
        in_scope=None if reason else in_scope,
        class_set=class_set(chances, card.least_in_set),
    )


def _closed(card: ModelCard, outcome: str, reason: str | None, seen: _Seen | None = None) -> Outcome:
    """An outcome without a class: refused, or an overview."""
    width, height = seen.size if seen else (0, 0)
    return Outcome(outcome, reason, None, None, None, None, card.name, width, height, encode_view(seen.pixels) if seen else b"", None)
