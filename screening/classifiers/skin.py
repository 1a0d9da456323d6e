"""The skin programme's classifier: the bytes of one photo in, its reading out. No Django, no torch, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from screening.classifiers import registry
from screening.classifiers.calibration import softmax
from screening.classifiers.engine import Answer, serving_engine
from screening.classifiers.outcome import Outcome
from screening.classifiers.registry import ModelCard
from screening.classifiers.skin_heads import CLASSES, IN_SCOPE, KINDS, LESION, SUSPICIOUS
from screening.imaging.decode import Undecodable, decode, encode_view
from screening.imaging.geometry import Field, Pixels
from screening.imaging.overlay import attention_png
from screening.imaging.skin_crop import middle_square, square_crop
from screening.imaging.skin_gate import LEAST_SKIN_HUED, failing, measure

PROGRAMME = "skin-lesion"
REASON_ORDER = ("too_small", "too_dark", "too_bright", "blur")
"""Shown one at a time, the first failing in this order: light before focus, since a dark photo is never sharp."""

_WRONG_KINDS = ("dermoscopy", "wrong_programme", "not_skin")
_SURELY = 0.95


@dataclass(frozen=True)
class _Seen:
    """One decoded photo of skin with the network's answer; ``reason`` where it must be retaken."""

    pixels: Pixels
    size: tuple[int, int]
    square: Field
    answer: Answer
    reason: str | None


def read_photo(photo: bytes, card: ModelCard | None = None) -> Outcome:
    """A close-up: decode, gate, classify, calibrate with a version, the live one where none is given.

    A photo that cannot be read is an outcome; MemoryError and our own faults raise.
    """
    card = card or registry.live(PROGRAMME)
    seen = _gated(card, photo, card.thresholds["skin"])
    return seen if isinstance(seen, Outcome) else _classified(card, seen)


def view_with_gate(photo: bytes, card: ModelCard | None = None) -> Outcome:
    """An overview: is it skin, and can one see anything on it? Graded without a class, retake or refused.

    A body part at arm's length with clothes and a room around it must pass, so the network must be surer than for a close-up to refuse.
    """
    card = card or registry.live(PROGRAMME)
    seen = _gated(card, photo, card.thresholds["skin_overview"])
    return seen if isinstance(seen, Outcome) else _closed(card, "retake" if seen.reason else "graded", seen.reason, seen)


def class_probabilities(logits: Sequence[float], scaling: Mapping[str, float]) -> list[float]:
    """Calibrated probabilities of the six classes; they sum to 1 and assume the prior of the card."""
    return softmax([scaling["slope"] * logit + scaling[name] for name, logit in zip(CLASSES, logits, strict=True)])


def decided_class(chances: Sequence[float], prior: Mapping[str, float]) -> str:
    """The class that the photo speaks for most: whose probability rises highest above its share in the prior.

    The likeliest class outright would be the commonest one too often: rare classes, melanoma among them, would hardly ever be named.
    """
    return max(zip(CLASSES, chances, strict=True), key=lambda pair: pair[1] / prior[pair[0]])[0]


def class_set(chances: Sequence[float], decided: str, least: float) -> tuple[str, ...]:
    """The decided class, then every other whose probability is at least ``least``, likeliest first."""
    ranked = sorted(zip(CLASSES, chances, strict=True), key=lambda pair: -pair[1])
    return (decided, *(name for name, chance in ranked if name != decided and chance >= least))


def _gated(card: ModelCard, photo: bytes, least: float) -> _Seen | Outcome:
    """What is seen of the photo, or the refusal. A photo too dark, bright or blurred to tell its kind is to be retaken, not refused."""
    try:
        pixels, size = decode(photo)
    except Undecodable as broken:
        return _closed(card, "refused", broken.reason)
    square = middle_square(pixels)
    crop = square_crop(pixels, square, card.input_px)
    answer = serving_engine(card)(crop)
    measured = measure(crop, min(size))
    missed = failing(measured)
    reason = next((reason for reason in REASON_ORDER if reason in missed), None)
    seen = _Seen(pixels, size, square, answer, reason)
    kinds = softmax(answer.logits.tolist()[KINDS])
    wrong = _wrong_kind(kinds, measured.skin_hued, least)
    if wrong and (reason is None or max(kinds[1:]) >= _SURELY):
        return _closed(card, "refused", wrong, seen)
    return seen


def _wrong_kind(kinds: Sequence[float], skin_hued: float, least: float) -> str | None:
    """Code of the wrong kind, or None where the picture is skin with probability of at least ``least`` and a skin-like hue occurs."""
    if kinds[0] < least:
        return _WRONG_KINDS[kinds.index(max(kinds[1:])) - 1]
    return None if skin_hued >= LEAST_SKIN_HUED else "not_skin"


def _classified(card: ModelCard, seen: _Seen) -> Outcome:
    logits: list[float] = seen.answer.logits.tolist()
    chances = class_probabilities(logits[LESION], card.class_scaling)
    suspicion = card.calibration["suspicious"]
    p_suspicious = suspicion.probability(logits[SUSPICIOUS])
    p_in_scope = card.calibration["in_scope"].probability(logits[IN_SCOPE])
    in_scope = p_in_scope >= card.thresholds["in_scope"] and max(chances) >= card.thresholds["class_confidence"]
    decided = decided_class(chances, card.prior)
    readable = seen.reason is None
    width, height = seen.pixels.shape[1], seen.pixels.shape[0]
    return Outcome(
        outcome="graded" if readable else "retake",
        reason=seen.reason,
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
        lesion_class=decided if in_scope and readable else None,
        suspicious=p_suspicious >= card.thresholds["suspicious"] if readable else None,
        in_scope=in_scope if readable else None,
        class_set=class_set(chances, decided, card.least_in_set),
    )


def _closed(card: ModelCard, outcome: str, reason: str | None, seen: _Seen | None = None) -> Outcome:
    """An outcome without a class: refused, or an overview."""
    width, height = seen.size if seen else (0, 0)
    return Outcome(outcome, reason, None, None, None, None, card.name, width, height, encode_view(seen.pixels) if seen else b"", None)
