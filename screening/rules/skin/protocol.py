"""The rows of the skin protocol: urgency for screening, days for follow-up."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.pure.tables import read_rows
from screening.rules.protocol_rows import urgency_rank
from screening.rules.skin.body_sites import DATA


@dataclass(frozen=True)
class SkinRow:
    """One row of skin_protocol.csv; `days` within which its `action` is due."""

    id: str
    version: str
    urgency: str
    days: int
    action: str
    source: str
    status: str


SKIN_PROTOCOL: Mapping[str, SkinRow] = MappingProxyType(
    {
        cells["id"]: SkinRow(cells["id"], cells["version"], cells["urgency"], int(cells["days"]), cells["action"], cells["source"], cells["status"])
        for cells in read_rows(DATA / "skin_protocol.csv")
    }
)

# One row an urgency, which names no class: what a patient may read of why a step is due.
ROW_OF_URGENCY: Mapping[str, SkinRow] = MappingProxyType(
    {
        SKIN_PROTOCOL[row].urgency: SKIN_PROTOCOL[row]
        for row in ("skin_watch", "skin_within_12_weeks", "skin_within_6_weeks", "skin_within_14_days", "skin_same_day", "skin_emergency")
    }
)
LEVELS = tuple(sorted(ROW_OF_URGENCY, key=urgency_rank))
"""The urgencies of the skin programme from the calmest to the most pressing."""


def raised(urgency: str, *, at_most: str) -> str:
    """One level higher, never above `at_most` and never lower than it was."""
    if urgency not in LEVELS or urgency_rank(urgency) >= urgency_rank(at_most):
        return urgency
    return LEVELS[LEVELS.index(urgency) + 1]
