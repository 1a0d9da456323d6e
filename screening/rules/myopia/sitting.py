"""What was measured of a child in one sitting, in the words of the rules."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from screening.rules.myopia.optics import Refraction

TREATMENTS = ("none", "defocus_spectacles", "soft_multifocal", "atropine", "ortho_k")
CONTROL = frozenset({"defocus_spectacles", "soft_multifocal", "atropine"})
"""Prescribed after an examination at a clinic: the label stays, the child is under care."""


@dataclass(frozen=True)
class EyeMeasures:
    """One eye. Acuities are five-point lines without and with the child's own glasses; what is None was not or could not be measured.

    `refractor` and `biometer` are the devices by kind: only numbers of one kind are compared over time. Axial length in mm.
    """

    acuity: Decimal | None = None
    acuity_corrected: Decimal | None = None
    refraction: Refraction | None = None
    cycloplegic: bool = False
    refractor: str = ""
    axial_length: Decimal | None = None
    biometer: str = ""

    @property
    def spherical_equivalent(self) -> Decimal | None:
        """Dioptres, None without a refraction."""
        return self.refraction.spherical_equivalent if self.refraction else None

    @property
    def is_complete(self) -> bool:
        """Acuity and refraction are there; axial length is extra."""
        return self.refraction is not None and (self.acuity is not None or self.acuity_corrected is not None)


@dataclass(frozen=True)
class Sitting:
    """Both eyes of a child of `age` whole years; `treatment` is one of TREATMENTS, "" where nobody asked."""

    taken_at: datetime
    age: int
    right: EyeMeasures
    left: EyeMeasures
    treatment: str = ""

    @property
    def eyes(self) -> tuple[EyeMeasures, EyeMeasures]:
        """Right, then left."""
        return self.right, self.left
