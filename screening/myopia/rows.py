"""Rows of measurements -> what the rules read."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from accounts.models import Patient
from accounts.rules.age import youngest_age
from core.pure.days import local_day
from screening.models import Measurement
from screening.rules.myopia.acuity import BELOW_CHART, CATEGORIES
from screening.rules.myopia.optics import Refraction
from screening.rules.myopia.sitting import EyeMeasures, Sitting

Code = Measurement.Code

ACUITY, REFRACTION, AXIAL_LENGTH, TREATMENT = (
    Measurement.Code.ACUITY,
    Measurement.Code.REFRACTION,
    Measurement.Code.AXIAL_LENGTH,
    Measurement.Code.TREATMENT,
)


def in_order(rows: Iterable[Measurement]) -> list[Measurement]:
    """Oldest first, so that the last of a kind holds."""
    return sorted(rows, key=lambda row: (row.taken_at, row.recorded_at, row.pk))


def sitting_of(patient: Patient, rows: Sequence[Measurement]) -> Sitting | None:
    """The measurements of one visit as one sitting; None where nothing of an eye was tried."""
    ordered = in_order(rows)
    if not any(row.laterality for row in ordered):
        return None
    taken_at = max(row.taken_at for row in ordered if row.laterality)
    treatments = [row.category for row in ordered if row.code == Code.TREATMENT]
    return Sitting(
        taken_at=taken_at,
        age=age_on(patient, local_day(taken_at, patient.zone)),
        right=_eye([row for row in ordered if row.laterality == "OD"]),
        left=_eye([row for row in ordered if row.laterality == "OS"]),
        treatment=treatments[-1] if treatments else "",
    )


def age_on(patient: Patient, day: date) -> int:
    """Whole years on a day, at the youngest."""
    return youngest_age(day, birth_date=patient.birth_date, birth_year=patient.birth_year)


def is_born_by(patient: Patient, day: date) -> bool:
    """Whether she may have been born by a day; of a year alone its first day counts."""
    return (patient.birth_date or date(patient.birth_year, 1, 1)) <= day


def refraction_of(row: Measurement) -> Refraction | None:
    """The three numbers together, None where there are none."""
    if row.sphere is None or row.cylinder is None:
        return None
    return Refraction(row.sphere, row.cylinder, row.axis)


def _eye(rows: Sequence[Measurement]) -> EyeMeasures:
    # Drops tell more than none: a refraction under cycloplegia holds over one without, whichever came last.
    refraction = _last(rows, Code.REFRACTION, cycloplegic=True) or _last(rows, Code.REFRACTION, cycloplegic=False)
    length = _last(rows, Code.AXIAL_LENGTH)
    return EyeMeasures(
        acuity=_line(_last(rows, Code.ACUITY, corrected=False)),
        acuity_corrected=_line(_last(rows, Code.ACUITY, corrected=True)),
        refraction=refraction_of(refraction) if refraction else None,
        cycloplegic=refraction.cycloplegic if refraction else False,
        refractor=refraction.device if refraction else "",
        axial_length=length.value if length else None,
        biometer=length.device if length else "",
    )


def _last(rows: Sequence[Measurement], code: str, **kind: bool) -> Measurement | None:
    found = [row for row in rows if row.code == code and all(getattr(row, name) is value for name, value in kind.items())]
    return found[-1] if found else None


def _line(row: Measurement | None) -> Decimal | None:
    if row is None:
        return None
    return BELOW_CHART if row.category in CATEGORIES else row.value
