"""Is this number possible, and is it usual? What cannot be is refused; what is unusual is asked about, at the field, before it is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from screening.rules.myopia.acuity import FIVE
from screening.rules.myopia.entry import EntryFault
from screening.rules.myopia.optics import Refraction
from screening.rules.myopia.tables import HUNDREDTH, RANGES, limit

YEAR = Decimal("365.25")
# A number a device prints without its point: between these it can only be hundredths.
_HUNDREDTHS = {"axial_length": (1500, 4000), "sphere": (100, 3000), "cylinder": (100, 1000)}


@dataclass(frozen=True)
class Question:
    """One thing to measure again or confirm: a `code` (outside_usual, hundredths, jump, fall, fast_rise, eyes_differ), the `field` it is
    asked at and the numbers it speaks of."""

    code: str
    field: str
    value: Decimal
    than: Decimal | None = None
    days: int | None = None


@dataclass(frozen=True)
class Earlier:
    """A number of the same eye and method from an earlier sitting, and when it was taken."""

    value: Decimal
    taken_at: datetime


def check_range(quantity: str, value: Decimal, field: str) -> None:
    """Raises EntryFault `out_of_range` for what cannot be (plausibility_ranges.csv, hard); a cylinder counts by its size."""
    low, high = RANGES[quantity].hard
    if not low <= value <= high:
        raise EntryFault("out_of_range", field)


def meant_in_hundredths(quantity: str, value: Decimal, *, with_point: bool) -> Decimal | None:
    """What 2345 means on a device that prints no decimal point (23.45), None where the number stands as it is."""
    low, high = _HUNDREDTHS[quantity]
    return value * HUNDREDTH if not with_point and low <= abs(value) <= high else None


def acuity_questions(five_point: Decimal) -> Iterator[Question]:
    """Outside the usual range, which the table gives in logMAR."""
    low, high = RANGES["visual_acuity_logmar"].soft
    if not low <= FIVE - five_point <= high:
        yield Question("outside_usual", "value", five_point)


def refraction_questions(refraction: Refraction, earlier: Earlier | None) -> Iterator[Question]:
    """Unusual powers, and a spherical equivalent far from the last one (+8.00 after -1.00)."""
    for field, value in (("sphere", refraction.sphere), ("cylinder", refraction.cylinder)):
        low, high = RANGES[field].soft
        if not low <= value <= high:
            yield Question("outside_usual", field, value)
    now = refraction.spherical_equivalent
    if earlier is not None and abs(now - earlier.value) >= limit("refraction_jump"):
        yield Question("jump", "sphere", now, earlier.value)


def axial_length_questions(value: Decimal, *, taken_at: datetime, earlier: Earlier | None, other_eye: Decimal | None) -> Iterator[Question]:
    """Unusual, far from the other eye, shorter than before, or grown faster than eyes do."""
    low, high = RANGES["axial_length"].soft
    if not low <= value <= high:
        yield Question("outside_usual", "value", value)
    if other_eye is not None and abs(value - other_eye) > limit("axial_length_between_eyes"):
        yield Question("eyes_differ", "value", value, other_eye)
    if earlier is None:
        return
    days = max((taken_at - earlier.taken_at).days, 0)
    grown, error = value - earlier.value, limit("axial_length_fall")
    if grown < -error:
        yield Question("fall", "value", value, earlier.value, days)
    elif grown > max(error, limit("axial_length_rise") * days / YEAR):
        yield Question("fast_rise", "value", value, earlier.value, days)
