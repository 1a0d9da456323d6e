"""The rows of the diabetic-retinopathy protocol: urgency for screening, days for follow-up."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from core.pure.tables import read_policy, read_rows

DATA = Path(__file__).parent / "data"

POLICY = read_policy(DATA / "reading_policy.csv")

# From the calmest to the most pressing: the states of the protocol's urgency column (CLINICAL.md B(i) gives the order).
URGENCIES = ("routine", "short", "specialist", "incomplete", "retake", "refer", "refer_soon", "urgent", "same_day", "emergency")


@dataclass(frozen=True)
class ProtocolRow:
    """One row of dr_default_protocol.csv; `region_days` holds only the columns that are filled."""

    id: str
    version: str
    kind: str
    urgency: str
    action: str
    days: int
    region_days: Mapping[str, int]
    source: str
    status: str


def _row(cells: Mapping[str, str]) -> ProtocolRow:
    regions = {
        column.removeprefix("due_days_"): int(days)
        for column, days in cells.items()
        if column.startswith("due_days_") and column != "due_days_default" and days
    }
    return ProtocolRow(
        id=cells["id"],
        version=cells["version"],
        kind=cells["row_kind"],
        urgency=cells["urgency"],
        action=cells["action"],
        days=int(cells["due_days_default"]),
        region_days=MappingProxyType(regions),
        source=cells["basis"],
        status=cells["status"],
    )


PROTOCOL: Mapping[str, ProtocolRow] = MappingProxyType({cells["id"]: _row(cells) for cells in read_rows(DATA / "dr_default_protocol.csv")})

REGIONS = frozenset({"ico_high", "ada", "uk", "cn_2021"})

ROW_OF_GRADE = ("no_dr", "mild", "moderate", "severe", "pdr")


def urgency_rank(urgency: str) -> int:
    """How pressing an urgency is, 0 the calmest; raises ValueError for a word that is not in the protocol."""
    return URGENCIES.index(urgency)


def most_urgent(*urgencies: str) -> str:
    """The most pressing of several urgencies."""
    return max(urgencies, key=urgency_rank)
