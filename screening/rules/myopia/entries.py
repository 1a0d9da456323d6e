"""One line of the store's form, read: what was typed becomes a measurement, a fault at a field, or a question at a field."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from screening.rules.myopia.acuity import CATEGORIES, read_acuity
from screening.rules.myopia.entry import EntryFault, has_point, read_number
from screening.rules.myopia.optics import Refraction, minus_cylinder, read_refraction
from screening.rules.myopia.plausibility import (
    Earlier,
    Question,
    acuity_questions,
    axial_length_questions,
    check_range,
    meant_in_hundredths,
    refraction_questions,
)
from screening.rules.myopia.sitting import TREATMENTS

NOT_MEASURABLE = "not_measurable"
REFRACTORS = ("autorefractor", "handheld", "retinoscope", "subjective")
BIOMETERS = ("optical", "ultrasound")


@dataclass(frozen=True)
class Entry:
    """What was typed at one place: `code` acuity, refraction, axial_length or treatment; `category` instead of numbers.

    `confirmed`: staff measured again, or looked again, and it is so.
    """

    id: UUID
    code: str
    taken_at: datetime
    laterality: str = ""
    value: str = ""
    sphere: str = ""
    cylinder: str = ""
    axis: str = ""
    notation: str = ""
    category: str = ""
    corrected: bool = False
    cycloplegic: bool = False
    device: str = ""
    confirmed: bool = False

    @property
    def typed(self) -> dict[str, str]:
        """The entry as it was typed, to be kept beside what it was read as."""
        fields = ("value", "sphere", "cylinder", "axis", "notation", "category")
        return {field: getattr(self, field) for field in fields if getattr(self, field)}


@dataclass(frozen=True)
class Taken:
    """A measurement: five-point acuity or mm in `value`, or a `refraction` in minus cylinder, or a `category`; with what is to be asked first."""

    value: Decimal | None = None
    refraction: Refraction | None = None
    category: str = ""
    notation: str = ""
    unit: str = ""
    questions: tuple[Question, ...] = ()


def read_entry(entry: Entry, *, earlier: Earlier | None = None, other_eye: Decimal | None = None) -> Taken:
    """Read one entry. `earlier` is the last number of the same eye and method, `other_eye` the other eye's axial length today.

    Raises EntryFault with the field: `eye_missing`, `unknown_code`, `unknown_device`, `unknown_category`, or what the readers of each kind raise.
    """
    if entry.code == "treatment":
        return _treatment(entry)
    if entry.laterality not in ("OD", "OS"):
        raise EntryFault("eye_missing", "eye")
    if entry.category == NOT_MEASURABLE:
        return Taken(category=NOT_MEASURABLE)
    match entry.code:
        case "acuity":
            return _acuity(entry)
        case "refraction":
            return _refraction(entry, earlier)
        case "axial_length":
            return _axial_length(entry, earlier, other_eye)
    raise EntryFault("unknown_code", "code")


def _treatment(entry: Entry) -> Taken:
    if entry.category not in TREATMENTS:
        raise EntryFault("unknown_category", "category")
    return Taken(category=entry.category)


def _acuity(entry: Entry) -> Taken:
    if entry.category and entry.category not in CATEGORIES:
        raise EntryFault("unknown_category", "category")
    acuity = read_acuity(entry.category or entry.value, entry.notation)
    if acuity.five_point is None:
        return Taken(category=acuity.category)
    return Taken(acuity.five_point, notation=acuity.notation, unit="five_point", questions=tuple(acuity_questions(acuity.five_point)))


def _refraction(entry: Entry, earlier: Earlier | None) -> Taken:
    _check_device(entry, REFRACTORS)
    typed = read_refraction(entry.sphere, entry.cylinder, entry.axis)
    sphere = _meant("sphere", typed.sphere, entry.sphere)
    cylinder = _meant("cylinder", typed.cylinder, entry.cylinder)
    meant = replace(typed, sphere=sphere or typed.sphere, cylinder=cylinder or typed.cylinder)
    check_range("sphere", meant.sphere, "sphere")
    check_range("cylinder", meant.cylinder, "cylinder")
    refraction = minus_cylinder(meant)
    asked = [Question("hundredths", field, value) for field, value in (("sphere", sphere), ("cylinder", cylinder)) if value is not None]
    return Taken(refraction=refraction, unit="D", questions=(*asked, *refraction_questions(refraction, earlier)))


def _axial_length(entry: Entry, earlier: Earlier | None, other_eye: Decimal | None) -> Taken:
    _check_device(entry, BIOMETERS)
    typed = read_number(entry.value, "value")
    meant = _meant("axial_length", typed, entry.value)
    length = typed if meant is None else meant
    check_range("axial_length", length, "value")
    return Taken(
        length,
        unit="mm",
        questions=(*_hundredths(meant), *axial_length_questions(length, taken_at=entry.taken_at, earlier=earlier, other_eye=other_eye)),
    )


def _meant(quantity: str, number: Decimal, typed: str) -> Decimal | None:
    return meant_in_hundredths(quantity, number, with_point=has_point(typed))


def _hundredths(meant: Decimal | None) -> Iterator[Question]:
    if meant is not None:
        yield Question("hundredths", "value", meant)


def _check_device(entry: Entry, devices: tuple[str, ...]) -> None:
    if entry.device and entry.device not in devices:
        raise EntryFault("unknown_device", "device")
