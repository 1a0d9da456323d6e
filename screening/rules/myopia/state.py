"""What a sitting says of a child's eyes, by rule: a label for each eye, the rows that apply, whether a doctor should look (D5, D10).

Stores screen and refer: without cycloplegia every label is a suspicion, and the hyperopic reserve is not computed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from screening.rules.myopia.progression import progresses_fast
from screening.rules.myopia.sitting import CONTROL, EyeMeasures, Sitting
from screening.rules.myopia.tables import ACUITY_LIMITS, RECHECKS, RESERVE, limit

LINE = Decimal("0.1")
SCHOOL_AGE = 6
# From the calmest to the most pressing: a child is as her worse eye.
LABELS = (
    "normal_uncycloplegic",
    "reserve_adequate",
    "not_myopic",
    "low_reserve",
    "suspected_premyopia",
    "premyopia",
    "suspected_myopia",
    "myopia",
    "suspected_high_myopia",
    "high_myopia",
)
TREATED, NOT_MEASURED = "treated", "not_measured"
CALM_ROWS = frozenset({"normal_uncycloplegic", "reserve_adequate"})
REFERRING = frozenset({"yes", "ophthalmologist"})

_ROW_OF_LABEL = {
    "normal_uncycloplegic": "normal_uncycloplegic",
    "reserve_adequate": "reserve_adequate",
    # No reserve limit for this age: the row that claims nothing about it.
    "not_myopic": "normal_uncycloplegic",
    "low_reserve": "premyopia_or_low_reserve",
    "premyopia": "premyopia_or_low_reserve",
    "suspected_premyopia": "suspected_premyopia",
    "suspected_myopia": "suspected_myopia",
    "suspected_high_myopia": "suspected_myopia",
    "myopia": "myopia_no_control",
    "high_myopia": "myopia_no_control",
}
_SHORT_SIGHTED = frozenset({"suspected_myopia", "suspected_high_myopia", "myopia", "high_myopia"})


@dataclass(frozen=True)
class ChildFinding:
    """`labels` of the right and the left eye, `worst` of both; `rows` of recheck_intervals_children.csv that apply, the nearest re-check first.

    `referring` are the rows that send her to a doctor. `incomplete`: acuity or refraction of an eye is lacking, which is never *normal*.
    """

    labels: tuple[str, str]
    worst: str
    rows: tuple[str, ...]
    referring: tuple[str, ...]
    on_treatment: bool
    incomplete: bool


def child_finding(sitting: Sitting, earlier: Sequence[Sitting] = ()) -> ChildFinding:
    """What the sitting says. `earlier` are the child's sittings before it, in any order.

    An acuity or refraction that could not be measured is tried once more; the second sitting in a row that fails refers.
    """
    right, left = (eye_label(eye, sitting) for eye in sitting.eyes)
    known = [label for label in (right, left) if label in LABELS]
    worst = max(known, key=LABELS.index) if known else right
    incomplete = not all(eye.is_complete for eye in sitting.eyes)
    rows = sorted(dict.fromkeys(_rows(sitting, earlier, worst, incomplete)), key=lambda row: RECHECKS[row].days)
    return ChildFinding(
        labels=(right, left),
        worst=worst,
        rows=tuple(rows),
        referring=tuple(row for row in rows if RECHECKS[row].refer in REFERRING or (row == "not_measurable" and _failed_before(earlier))),
        on_treatment=sitting.treatment in CONTROL,
        incomplete=incomplete,
    )


def eye_label(eye: EyeMeasures, sitting: Sitting) -> str:
    """One eye by its spherical equivalent, in the order of CLINICAL.md D5: treated, high, myopia, premyopia, reserve, none of these."""
    equivalent = eye.spherical_equivalent
    if sitting.treatment == "ortho_k":
        return TREATED
    if equivalent is None:
        return NOT_MEASURED
    suspected = "" if eye.cycloplegic else "suspected_"
    if equivalent <= limit("high_myopia"):
        return f"{suspected}high_myopia"
    if equivalent <= limit("myopia"):
        return f"{suspected}myopia"
    if equivalent <= limit("premyopia"):
        return f"{suspected}premyopia"
    if not eye.cycloplegic:
        return "normal_uncycloplegic"
    if sitting.age not in RESERVE:
        return "not_myopic"
    return "low_reserve" if equivalent < RESERVE[sitting.age] else "reserve_adequate"


def below_limit(acuity: Decimal | None, age: int) -> bool:
    """Whether an acuity reaches no line above the limit of her age (five-point); there is none under 3 years."""
    return acuity is not None and age in ACUITY_LIMITS and acuity < ACUITY_LIMITS[age] + LINE


def _rows(sitting: Sitting, earlier: Sequence[Sitting], worst: str, incomplete: bool) -> Iterator[str]:
    found = [*_flags(sitting, worst)]
    if progresses_fast(sitting, earlier):
        found.append("fast_progression")
    yield from found
    if sitting.age < SCHOOL_AGE and any(RECHECKS[row].refer in REFERRING for row in found):
        yield "under_six_flagged"
    if sitting.treatment in RECHECKS:
        yield sitting.treatment
    if incomplete:
        yield "not_measurable"
    calm = _ROW_OF_LABEL.get(worst)
    if calm in CALM_ROWS and not incomplete and not any(RECHECKS[row].refer in REFERRING for row in found):
        yield calm


def _flags(sitting: Sitting, worst: str) -> Iterator[str]:
    young = sitting.age < SCHOOL_AGE
    if worst.endswith("high_myopia") or any(eye.axial_length is not None and eye.axial_length >= limit("high_axial_length") for eye in sitting.eyes):
        yield "high_myopia"
    row = _ROW_OF_LABEL.get(worst)
    if row is not None and row not in CALM_ROWS and not (worst in _SHORT_SIGHTED and sitting.treatment in CONTROL):
        yield row
    if any(_is_unexplained(eye, sitting) for eye in sitting.eyes):
        yield "reduced_acuity_unexplained"
    if any(_is_astigmatic(eye, young) for eye in sitting.eyes):
        yield "astigmatism"
    if _differ(sitting):
        yield "anisometropia"
    if any(_is_hyperopic(eye, young) for eye in sitting.eyes):
        yield "hyperopia"


def _is_unexplained(eye: EyeMeasures, sitting: Sitting) -> bool:
    """Below the limit with her own glasses, or without any although the refraction of this eye does not say why."""
    if below_limit(eye.acuity_corrected, sitting.age):
        return True
    explained = eye_label(eye, sitting) in _SHORT_SIGHTED or _is_astigmatic(eye, sitting.age < SCHOOL_AGE)
    return below_limit(eye.acuity, sitting.age) and not explained


def _is_astigmatic(eye: EyeMeasures, young: bool) -> bool:
    return eye.refraction is not None and abs(eye.refraction.cylinder) >= limit("astigmatism_under_six" if young else "astigmatism_from_six")


def _is_hyperopic(eye: EyeMeasures, young: bool) -> bool:
    equivalent = eye.spherical_equivalent
    return eye.cycloplegic and equivalent is not None and equivalent >= limit("hyperopia_under_six" if young else "hyperopia_from_six")


def _differ(sitting: Sitting) -> bool:
    right, left = (eye.spherical_equivalent for eye in sitting.eyes)
    same_method = sitting.right.cycloplegic == sitting.left.cycloplegic
    return same_method and right is not None and left is not None and abs(right - left) >= limit("anisometropia")


def _failed_before(earlier: Sequence[Sitting]) -> bool:
    last = max(earlier, key=lambda one: one.taken_at, default=None)
    return last is not None and not all(eye.is_complete for eye in last.eyes)
