"""The tables of the myopia programme: definitions, limits by age, ranges, and when a child is measured again."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from core.pure.tables import read_policy, read_rows
from screening.rules.protocol_rows import DATA

POLICY = read_policy(DATA / "myopia_policy.csv")
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class RecheckRow:
    """One row of recheck_intervals_children.csv: `days` until the first re-check after a state or treatment began, `then_days` from there on.

    `refer` is no, offer, yes, "after second failure", or who looks after it (prescriber, clinic, ophthalmologist).
    """

    id: str
    version: str
    state: str
    days: int
    then_days: int
    extra: str
    refer: str
    source: str


@dataclass(frozen=True)
class Range:
    """What can be (hard) and what is usual (soft) of one number, in `unit`."""

    unit: str
    hard: tuple[Decimal, Decimal]
    soft: tuple[Decimal, Decimal]


def _row(cells: Mapping[str, str]) -> RecheckRow:
    return RecheckRow(
        id=cells["id"],
        version=cells["version"],
        state=cells["state"],
        days=int(cells["due_days"]),
        then_days=int(cells["then_days"]),
        extra=cells["extra"],
        refer=cells["refer"],
        source=f"recheck_intervals_children.csv ({cells['status']})",
    )


def _range(cells: Mapping[str, str]) -> Range:
    return Range(
        cells["unit"],
        (Decimal(cells["hard_min"]), Decimal(cells["hard_max"])),
        (Decimal(cells["soft_min"]), Decimal(cells["soft_max"])),
    )


RECHECKS: Mapping[str, RecheckRow] = MappingProxyType({cells["id"]: _row(cells) for cells in read_rows(DATA / "recheck_intervals_children.csv")})
RANGES: Mapping[str, Range] = MappingProxyType({cells["field"]: _range(cells) for cells in read_rows(DATA / "plausibility_ranges.csv")})
RESERVE: Mapping[int, Decimal] = MappingProxyType(
    {int(cells["age_years"]): Decimal(cells["lower_limit_D"]) for cells in read_rows(DATA / "hyperopic_reserve_wst10039_2025.csv")}
)
ACUITY_LIMITS: Mapping[int, Decimal] = MappingProxyType(
    {
        age: Decimal(cells["at_or_below"])
        for cells in read_rows(DATA / "acuity_limits_children.csv")
        for age in range(int(cells["age_from"]), int(cells["age_to"]) + 1)
    }
)
LINES: Mapping[Decimal, Decimal] = MappingProxyType(
    {Decimal(cells["decimal"]): Decimal(cells["five_point"]) for cells in read_rows(DATA / "acuity_lines.csv")}
)


def limit(name: str) -> Decimal:
    """A number of myopia_policy.csv that is written in hundredths, in dioptres or millimetres."""
    return POLICY[name].value * HUNDREDTH
