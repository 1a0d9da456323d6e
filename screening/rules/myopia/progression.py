"""How fast an eye changes: only like is compared with like, over half a year at least (CLINICAL.md D6, D10)."""

from collections.abc import Sequence
from decimal import Decimal

from screening.rules.myopia.plausibility import YEAR
from screening.rules.myopia.sitting import EyeMeasures, Sitting
from screening.rules.myopia.tables import POLICY, limit


def progresses_fast(sitting: Sitting, earlier: Sequence[Sitting]) -> bool:
    """Whether an eye became short-sighted or long too fast since the newest comparable sitting at least 180 days before.

    A spherical equivalent made under ortho-K says nothing of the eye and is not compared.
    """
    return any(_refraction_fast(side, sitting, earlier) or _length_fast(side, sitting, earlier) for side in (0, 1))


def _refraction_fast(side: int, sitting: Sitting, earlier: Sequence[Sitting]) -> bool:
    now = sitting.eyes[side]
    if now.spherical_equivalent is None or sitting.treatment == "ortho_k":
        return False
    for then, before in _apart(side, sitting, earlier):
        same_method = (before.cycloplegic, before.refractor) == (now.cycloplegic, now.refractor) and then.treatment != "ortho_k"
        if before.spherical_equivalent is not None and same_method:
            change = before.spherical_equivalent - now.spherical_equivalent
            return change >= limit("repeatable_refraction") and _a_year(change, then, sitting) >= limit("fast_refraction")
    return False


def _length_fast(side: int, sitting: Sitting, earlier: Sequence[Sitting]) -> bool:
    now = sitting.eyes[side]
    if now.axial_length is None:
        return False
    for then, before in _apart(side, sitting, earlier):
        if before.axial_length is not None and before.biometer == now.biometer:
            change = now.axial_length - before.axial_length
            return change > limit("repeatable_axial_length") and _a_year(change, then, sitting) >= limit("fast_axial_length")
    return False


def _apart(side: int, sitting: Sitting, earlier: Sequence[Sitting]) -> list[tuple[Sitting, EyeMeasures]]:
    """The sittings long enough before, the newest first, each with this eye."""
    newest_first = sorted(earlier, key=lambda one: one.taken_at, reverse=True)
    return [(one, one.eyes[side]) for one in newest_first if (sitting.taken_at - one.taken_at).days >= POLICY["progression_days"].value]


def _a_year(change: Decimal, then: Sitting, now: Sitting) -> Decimal:
    return change * YEAR / (now.taken_at - then.taken_at).days
