"""Sphere, cylinder and axis: one thing in two spellings, which transposition exchanges (CLINICAL.md D6)."""

from dataclasses import dataclass
from decimal import Decimal

from screening.rules.myopia.entry import EntryFault, read_number

AXIS_NEEDED_FROM = Decimal("0.25")


@dataclass(frozen=True)
class Refraction:
    """Dioptres and degrees. `axis` is 1 to 180, None without a cylinder that has one."""

    sphere: Decimal
    cylinder: Decimal
    axis: int | None

    @property
    def spherical_equivalent(self) -> Decimal:
        """Sphere and half the cylinder; the same in both spellings."""
        return self.sphere + self.cylinder / 2


def transpose(refraction: Refraction) -> Refraction:
    """The same lens with the other sign of cylinder; twice gives the first spelling back."""
    axis = refraction.axis
    turned = None if axis is None else (axis + 90 if axis <= 90 else axis - 90)
    return Refraction(refraction.sphere + refraction.cylinder, -refraction.cylinder, turned)


def minus_cylinder(refraction: Refraction) -> Refraction:
    """The spelling in which refractions are kept and compared."""
    return transpose(refraction) if refraction.cylinder > 0 else refraction


def read_refraction(sphere: str, cylinder: str, axis: str) -> Refraction:
    """Three numbers as typed, in either spelling; an empty cylinder is none, axis 0 is 180.

    Raises EntryFault `missing`, `not_a_number`, `axis_missing` (from 0.25 D of cylinder on) or `axis_range`.
    """
    found = read_number(sphere, "sphere")
    power = read_number(cylinder, "cylinder") if cylinder.strip() else Decimal(0)
    degrees = read_axis(axis) if axis.strip() else None
    if degrees is None and abs(power) >= AXIS_NEEDED_FROM:
        raise EntryFault("axis_missing", "axis")
    return Refraction(found, power, degrees if power else None)


def read_axis(text: str) -> int:
    """Whole degrees; 0 is written 180. Raises EntryFault `not_a_number` or `axis_range`."""
    degrees = read_number(text, "axis")
    if degrees != int(degrees) or not 0 <= degrees <= 180:
        raise EntryFault("axis_range", "axis")
    return int(degrees) or 180
