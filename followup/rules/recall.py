"""The date of the next check: rows of the protocol, modifiers, and the smallest of them all (CLINICAL.md D1, D2)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from core.pure.days import local_day
from core.pure.tables import read_rows
from followup.rules.facts import Facts
from followup.rules.policy import DATA, POLICY
from followup.rules.state import SignedReport
from screening.rules.protocol_rows import PROTOCOL, REGIONS, ProtocolRow

# Only these rows may become longer by a region's column.
LENGTHENABLE = frozenset({"no_dr", "mild"})
# Rows about a photo that is lacking: the eye's own steps carry their dates.
GAP_ROWS = frozenset({"ungradable", "ungradable_after_retakes", "eye_missing"})


@dataclass(frozen=True)
class Modifier:
    """One row of dr_modifiers.csv; `value` is days or a factor, `floor` the days below which a factor does not go."""

    id: str
    version: str
    value: Decimal
    floor: int
    source: str


@dataclass(frozen=True)
class Recall:
    """`due` with the row and the rule (row or modifier) that gave it, and every reason that applied, the nearest first.

    `due` is None where the rules give no date; `reasons` then say why.
    """

    due: date | None
    row_id: str | None
    rule_id: str | None
    reasons: tuple[str, ...]


def _modifiers() -> dict[str, Modifier]:
    modifiers = {}
    for row in read_rows(DATA / "dr_modifiers.csv"):
        floor = re.search(r"floor (\d+)", row["effect"])
        # gestational_only suppresses and carries no number.
        value = Decimal(row["value"] or "0")
        modifiers[row["id"]] = Modifier(row["id"], row["version"], value, int(floor[1]) if floor else 0, row["source"])
    return modifiers


MODIFIERS: Mapping[str, Modifier] = MappingProxyType(_modifiers())


def row_days(row: ProtocolRow, region: str | None) -> int:
    """Days of the row: the region's column may shorten any row and lengthen only no_dr and mild; empty means default.

    Raises ValueError for a region without a column.
    """
    if region is not None and region not in REGIONS:
        raise ValueError(f"unknown region {region!r}")
    regional = row.region_days.get(region, row.days) if region else row.days
    return regional if row.id in LENGTHENABLE else min(regional, row.days)


def recall_due(
    report: SignedReport,
    facts: Facts,
    *,
    zone: str,
    symptom: bool | None = None,
    earlier: Sequence[SignedReport] = (),
    region: str | None = None,
) -> Recall:
    """The next date after a signed report (or one as if signed now), in the patient's calendar.

    Days count from the latest `taken_at`, and the date is never before the day of signing. `facts` are those of the day
    of signing (`facts_on`); `symptom` is the encounter's own while it is open; `earlier` are the patient's older signed
    reports, the newest first. A photo too old makes no routine date; a finding in it counts from the signature.
    """
    signed_on = local_day(report.signed_at, zone)
    base = signed_on if report.photo_too_old else local_day(min(report.taken_at, report.accepted_at), zone)
    rows = _rows(report, facts)
    if not rows:
        return Recall(None, None, None, tuple(_why_no_date(report, facts)))
    values = [
        (days, order, row.id, rule_id)
        for row in rows
        for order, (days, rule_id) in enumerate(_values(row, report, facts, base, symptom=symptom, earlier=earlier, region=region))
    ]
    values.sort()
    days, _, row_id, rule_id = values[0]
    return Recall(max(base + timedelta(days=days), signed_on), row_id, rule_id, tuple(dict.fromkeys(value[3] for value in values)))


def _rows(report: SignedReport, facts: Facts) -> list[ProtocolRow]:
    rows = [PROTOCOL[row_id] for row_id in report.finding.row_ids if row_id not in GAP_ROWS]
    if facts.eye_treatment or facts.under_eye_doctor:
        rows.append(PROTOCOL["treated_stable"])
    if report.photo_too_old:
        rows = [row for row in rows if row.kind == "finding"]
    if facts.diabetes == "gestational":
        rows = [row for row in rows if row.urgency != "routine"]
    return rows


def _why_no_date(report: SignedReport, facts: Facts) -> Iterator[str]:
    if report.photo_too_old:
        yield "photo_too_old"
    if facts.diabetes == "gestational":
        yield "gestational_only"
    if report.finding.incomplete:
        yield "incomplete"


def _values(
    row: ProtocolRow,
    report: SignedReport,
    facts: Facts,
    base: date,
    *,
    symptom: bool | None,
    earlier: Sequence[SignedReport],
    region: str | None,
) -> Iterator[tuple[int, str]]:
    """The table's value first, then what each modifier that applies makes of it."""
    days = row_days(row, region)
    if row.id == "no_dr" and _two_clear_screens(report, facts, earlier):
        days = _days("two_clear_screens")
        yield days, "two_clear_screens"
    else:
        yield days, row.id
    if symptom:
        yield _days("new_symptom"), "new_symptom"
    if facts.pregnant_on is not None and facts.diabetes not in ("gestational", "none"):
        # "Screen now" once the pregnancy is known, unless this trimester's photo exists already.
        yield max(_days("pregnancy_pre_existing"), (facts.pregnant_on - base).days), "pregnancy_pre_existing"
    if facts.hba1c_fell_fast:
        yield _days("hba1c_fast_fall"), "hba1c_fast_fall"
    if row.kind != "rescreen":
        return
    if facts.hba1c is not None and facts.hba1c >= POLICY["hba1c_high"].value:
        yield _shortened(days, "hba1c_high"), "hba1c_high"
    if report.finding.worst_grade and facts.diagnosed_year is not None and base.year - facts.diagnosed_year >= POLICY["long_duration"].value:
        yield _shortened(days, "long_duration"), "long_duration"
    if _worse(report, earlier):
        yield _shortened(days, "worse_than_last"), "worse_than_last"


def _days(modifier_id: str) -> int:
    return int(MODIFIERS[modifier_id].value)


def _shortened(days: int, modifier_id: str) -> int:
    modifier = MODIFIERS[modifier_id]
    return min(days, max(modifier.floor, int(days * modifier.value)))


def _clear(report: SignedReport) -> bool:
    return report.finding.worst_grade == 0 and all(eye.state == "graded" for eye in report.finding.eyes) and not report.photo_too_old


def _two_clear_screens(report: SignedReport, facts: Facts, earlier: Sequence[SignedReport]) -> bool:
    if not earlier or not (_clear(report) and _clear(earlier[0])):
        return False
    if report.taken_at - earlier[0].taken_at < timedelta(days=POLICY["clear_screens_apart"].value):
        return False
    if facts.unsure & {"diabetes", "pregnant", "hba1c"}:
        return False
    good_hba1c = facts.hba1c is not None and facts.hba1c < POLICY["hba1c_good"].value
    return facts.diabetes == "type2" and facts.pregnant is False and good_hba1c


def _worse(report: SignedReport, earlier: Sequence[SignedReport]) -> bool:
    last = next((older.finding.worst_grade for older in earlier if older.finding.worst_grade is not None), None)
    return last is not None and report.finding.worst_grade is not None and report.finding.worst_grade > last
