"""Read the versioned tables that carry the clinical and legal numbers."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True)
class PolicyRow:
    """One number of house policy with where it comes from; `value` is a whole number of `unit`."""

    id: str
    version: str
    value: int
    unit: str
    source: str
    status: str


def read_rows(table: Path) -> tuple[dict[str, str], ...]:
    """Rows of a CSV table, in file order; raises OSError when the table is not shipped."""
    with table.open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def read_policy(table: Path) -> Mapping[str, PolicyRow]:
    """A policy table by id; raises ValueError on an id used twice or a value that is no whole number."""
    rows = [PolicyRow(row["id"], row["version"], int(row["value"]), row["unit"], row["source"], row["status"]) for row in read_rows(table)]
    policy = {row.id: row for row in rows}
    if len(policy) != len(rows):
        raise ValueError(f"{table.name} uses an id twice")
    return MappingProxyType(policy)
