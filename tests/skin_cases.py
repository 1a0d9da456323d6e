"""Small believable spots for the pure rules: one close-up in scope on the back of an adult, everything else by name."""

from collections.abc import Mapping
from datetime import datetime

from followup.rules.state import LesionState, SignedLesion
from screening.rules.skin.urgency import LesionFinding, SkinPhoto, lesion_finding, malignancy_floors
from tests.rule_cases import NOW

FLOORS = malignancy_floors({})
ALL_NO = dict.fromkeys(("q0a", "q0b", "q0c", "q0d", "q0e", "q0f"), False)
CALM = {f"p_{name}": chance for name, chance in {"ACK": 0.02, "BCC": 0.02, "MEL": 0.01, "NEV": 0.9, "SCC": 0.01, "SEK": 0.04}.items()}


def close_up(
    lesion_class: str = "NEV",
    outcome: str | None = "graded",
    *,
    in_scope: bool = True,
    suspicious: bool = False,
    at: datetime = NOW,
    photo_id: str = "close",
    slot: str = "close_up",
    reason: str = "",
    **chances: float,
) -> SkinPhoto:
    """A close-up accepted at `at`; chances by class name, the rest as those of a harmless mole."""
    graded = outcome == "graded"
    return SkinPhoto(
        photo_id=photo_id,
        slot=slot,
        outcome=outcome,
        reason=reason,
        lesion_class=lesion_class if graded and in_scope and slot == "close_up" else "",
        suspicious=suspicious if graded else None,
        in_scope=in_scope if graded else None,
        probabilities={} if outcome in ("refused", "unread", "failed", None) else CALM | {f"p_{name}": chance for name, chance in chances.items()},
        accepted_at=at,
        taken_at=at,
    )


def overview(outcome: str | None = "graded", *, at: datetime = NOW) -> SkinPhoto:
    """A photo of the region: gated, never classified."""
    return SkinPhoto("over", "overview", outcome, "", "", None, None, {}, at, at)


def spot(*photos: SkinPhoto, site: str = "back", age: int | None = 40, told: Mapping[str, object] = ALL_NO, **more: object) -> LesionFinding:
    """The finding of a spot; told nothing but six times no."""
    return lesion_finding(photos, told, site=site, age=age, floors=FLOORS, **more)  # type: ignore[arg-type]


def sitting(
    finding: LesionFinding,
    *,
    encounter_id: str = "spot-sitting",
    lesion_id: str = "spot",
    at: datetime = NOW,
    waiting: bool = False,
    signed: SignedLesion | None = None,
    **more: object,
) -> LesionState:
    """A sitting opened, photographed and told at one moment."""
    return LesionState(
        encounter_id=encounter_id,
        lesion_id=lesion_id,
        opened_at=at,
        finding=finding,
        accepted_at=at,
        taken_at=at,
        waiting_since=at,
        report_waiting=waiting,
        signed=signed,
        **more,  # type: ignore[arg-type]
    )


def signed_sitting(finding: LesionFinding, *, at: datetime = NOW, encounter_id: str = "spot-sitting", **more: object) -> LesionState:
    """A sitting signed at the moment it was photographed."""
    return sitting(finding, at=at, encounter_id=encounter_id, signed=SignedLesion(finding, at, at, at), **more)  # type: ignore[arg-type]
