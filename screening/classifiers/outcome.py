"""What a classifier says of one photo, as plain values."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Outcome:
    """The reading of one photo, before anybody decides what it means for a person.

    `outcome` is graded, retake (quality) or refused (wrong kind or unreadable); `reason` its stable code where it is not graded.
    `probabilities` are calibrated: p_any_dr, p_referable, p_sight_threatening (ICDR >= 1, 2, 3) and p_grade_0..4, given for `retake` too and empty
    for `refused`; `intervals` are their 95 % intervals. `grade_set` is the conformal set. `view` is an upright JPEG of at most 1,024 px without
    metadata, `attention` a PNG with alpha in the same geometry. `findings` are calibrated probabilities of the other findings that the version
    may show (heads.FINDINGS by name, intervals under p_<name>), `findings_seen` those at or over their thresholds on a graded photo.

    Skin: p_ACK .. p_SEK and p_suspicious; `suspicious` at the released threshold, `in_scope` whether the spot may be called one of the six classes
    at all, `lesion_class` only where it may, `class_set` the conformal set. All None or empty for an overview, which is gated and not classified.
    """

    outcome: str
    reason: str | None
    quality: str | None
    p_reject: float | None
    grade: int | None
    referable: bool | None
    model_version: str
    width: int
    height: int
    view: bytes
    attention: bytes | None
    laterality_seen: str | None = None
    probabilities: dict[str, float] = field(default_factory=dict)
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    grade_set: tuple[int, ...] = ()
    findings: dict[str, float] = field(default_factory=dict)
    findings_seen: tuple[str, ...] = ()
    lesion_class: str | None = None
    suspicious: bool | None = None
    in_scope: bool | None = None
    class_set: tuple[str, ...] = ()
