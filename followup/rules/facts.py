"""What is known of a person's diabetes and eyes: dated answers in, the facts that count on a day out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from core.pure.tables import read_rows
from followup.rules.policy import DATA, POLICY

UNKNOWN = "unknown"
DIABETES = frozenset({"none", "type1", "type2", "gestational", UNKNOWN})
YES_NO = frozenset({"yes", "no", UNKNOWN})
CODES = ("diabetes", "diagnosed_year", "hba1c", "pregnant", "eye_treatment", "under_eye_doctor", "insulin_or_glp1_started")
SOURCES = frozenset({"self", "staff", "document"})
HBA1C_LIMITS = next(
    (Decimal(row["hard_min"]), Decimal(row["hard_max"])) for row in read_rows(DATA / "plausibility_ranges.csv") if row["field"] == "hba1c"
)


@dataclass(frozen=True)
class FactRecord:
    """One answer as it was given. `on` is the day it speaks of (for HbA1c the day of the blood test).

    Values are text: a word of DIABETES, yes/no/unknown, a year, or HbA1c in NGSP percent; "unknown" is always allowed.
    Raises ValueError on anything else.
    """

    code: str
    value: str
    on: date
    recorded_at: datetime
    source: str

    def __post_init__(self) -> None:
        if self.code not in CODES or self.source not in SOURCES:
            raise ValueError(f"unknown fact {self.code!r} or source {self.source!r}")
        if not _fits(self.code, self.value):
            raise ValueError(f"{self.code} cannot be {self.value!r}")


@dataclass(frozen=True)
class Facts:
    """The facts that count on a day; None is unknown, expired or not asked.

    `not_asked` and `unsure` (the latest answer is *don't know*) hold codes; what is unsure keeps its last known value,
    so that *don't know* never lengthens an interval, and lengthens nothing by itself either.
    """

    diabetes: str | None = None
    diagnosed_year: int | None = None
    hba1c: Decimal | None = None
    hba1c_on: date | None = None
    hba1c_fell_fast: bool = False
    pregnant: bool | None = None
    pregnant_on: date | None = None  # when this pregnancy was first told
    eye_treatment: bool | None = None
    under_eye_doctor: bool | None = None
    insulin_or_glp1_started: bool | None = None
    not_asked: frozenset[str] = frozenset(CODES)
    unsure: frozenset[str] = frozenset()


def facts_on(records: Sequence[FactRecord], day: date) -> Facts:
    """The facts that count on `day`, from all records whenever they were made.

    Pregnancy ends after 300 days, HbA1c after 180; later answers replace earlier ones. To judge an interval give the
    day of signing: then a fact that expires afterwards does not lengthen it again. Source: CLINICAL.md D1.
    """
    by_code = {code: sorted((r for r in records if r.code == code), key=lambda r: (r.on, r.recorded_at)) for code in CODES}
    known = {code: _last_known(rows, day) for code, rows in by_code.items()}
    unsure = frozenset(code for code, rows in by_code.items() if rows and rows[-1].value == UNKNOWN)
    hba1c, pregnant, year = known["hba1c"], known["pregnant"], known["diagnosed_year"]
    return Facts(
        diabetes=_diabetes(known["diabetes"], unsure="diabetes" in unsure),
        diagnosed_year=int(year.value) if year else None,
        hba1c=Decimal(hba1c.value) if hba1c else None,
        hba1c_on=hba1c.on if hba1c else None,
        hba1c_fell_fast=hba1c is not None and _fell_fast(hba1c, by_code["hba1c"]),
        pregnant=_yes(pregnant),
        pregnant_on=_pregnant_on(by_code["pregnant"], pregnant),
        eye_treatment=_yes(known["eye_treatment"]),
        under_eye_doctor=_yes(known["under_eye_doctor"]),
        insulin_or_glp1_started=_yes(known["insulin_or_glp1_started"]),
        not_asked=frozenset(code for code, rows in by_code.items() if not rows),
        unsure=unsure,
    )


def hba1c_percent(value: Decimal, unit: str) -> Decimal:
    """HbA1c in NGSP percent, one decimal, from "percent" or IFCC "mmol_mol" (NGSP master equation).

    Raises ValueError for another unit, or for a percentage outside 3-20 (plausibility_ranges.csv: above it is most
    likely mmol/mol, so ask).
    """
    if unit == "mmol_mol":
        value = Decimal("0.0915") * value + Decimal("2.15")
    elif unit != "percent":
        raise ValueError(f"unknown unit of HbA1c {unit!r}")
    if not HBA1C_LIMITS[0] <= value <= HBA1C_LIMITS[1]:
        raise ValueError(f"HbA1c lies between {HBA1C_LIMITS[0]} and {HBA1C_LIMITS[1]} percent")
    return value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _fits(code: str, value: str) -> bool:
    if value == UNKNOWN:
        return True
    if code == "diabetes":
        return value in DIABETES
    if code == "diagnosed_year":
        return len(value) == 4 and value.isascii() and value.isdigit()
    if code == "hba1c":
        return value.replace(".", "", 1).isdecimal() and value.isascii()
    return value in YES_NO


def _last_known(rows: Sequence[FactRecord], day: date) -> FactRecord | None:
    known = [row for row in rows if row.value != UNKNOWN]
    if not known:
        return None
    last = known[-1]
    valid = POLICY.get(f"{last.code}_valid")
    return last if valid is None or day - last.on <= timedelta(days=valid.value) else None


def _diabetes(known: FactRecord | None, *, unsure: bool) -> str | None:
    # "none" that is no longer certain must not keep a person out of the programme.
    if unsure and (known is None or known.value == "none"):
        return UNKNOWN
    return known.value if known else None


def _yes(record: FactRecord | None) -> bool | None:
    return None if record is None else record.value == "yes"


def _pregnant_on(rows: Sequence[FactRecord], last: FactRecord | None) -> date | None:
    if last is None or last.value != "yes":
        return None
    earliest = last.on - timedelta(days=POLICY["pregnant_valid"].value)
    said_no = max((row.on for row in rows if row.value == "no"), default=date.min)
    return min(row.on for row in rows if row.value == "yes" and row.on >= max(earliest, said_no))


def _fell_fast(latest: FactRecord, rows: Sequence[FactRecord]) -> bool:
    fall = Decimal(POLICY["hba1c_fall"].value)
    window = timedelta(days=POLICY["hba1c_fall_within"].value)
    return any(
        Decimal(row.value) - Decimal(latest.value) >= fall and timedelta(0) < latest.on - row.on <= window for row in rows if row.value != UNKNOWN
    )
