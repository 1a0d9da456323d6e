"""Acuity in any of the notations, kept as five-point: L = 5 + log10(decimal) = 5 - logMAR (CLINICAL.md D6)."""

import re
from dataclasses import dataclass
from decimal import Decimal

from screening.rules.myopia.entry import EntryFault, read_number, tidy
from screening.rules.myopia.tables import HUNDREDTH, LINES

NOTATIONS = ("five_point", "decimal", "logmar", "snellen")
CATEGORIES = ("CF", "HM", "LP", "NLP")
BELOW_CHART = Decimal(0)
"""Five-point stand-in of a category for comparisons only: worse than every line of the chart."""
FIVE = Decimal(5)
_BOUNDS = {
    "five_point": (Decimal("3.0"), Decimal("5.3")),
    "decimal": (Decimal("0.02"), Decimal("2.0")),
    "logmar": (Decimal("-0.3"), Decimal("1.7")),
}
_SNELLEN = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)/(\d{1,3}(?:\.\d{1,2})?)")


@dataclass(frozen=True)
class Acuity:
    """`five_point` for a number, else `category` (counting fingers, hand movement, light, no light)."""

    five_point: Decimal | None
    category: str
    notation: str

    @property
    def line(self) -> Decimal:
        """What limits are compared with: the five-point value, below the chart for a category."""
        return BELOW_CHART if self.five_point is None else self.five_point


def read_acuity(text: str, notation: str = "") -> Acuity:
    """An acuity as typed. Without `notation` it is taken only where the number can be read in one way.

    Raises EntryFault `missing`, `not_a_number`, `notation_missing` (0.8 is decimal or logMAR), `never_an_acuity` (2.1 to 2.9),
    `not_in_notation` (a number outside the range of the notation) or `unknown_notation`.
    """
    plain = tidy(text).upper()
    if plain in CATEGORIES:
        return Acuity(None, plain, "")
    if notation and notation not in NOTATIONS:
        raise EntryFault("unknown_notation", "notation")
    if "/" in plain or notation == "snellen":
        if notation not in ("", "snellen"):
            raise EntryFault("not_in_notation", "value")
        return Acuity(_of_decimal(_snellen(plain)), "", "snellen")
    number = read_number(text, "value")
    if Decimal("2.0") < number < Decimal("3.0"):
        raise EntryFault("never_an_acuity", "value")
    meant = notation or _only_notation(number)
    if meant and not _fits(number, meant):
        raise EntryFault("not_in_notation", "value")
    match meant:
        case "five_point":
            return Acuity(number, "", meant)
        case "logmar":
            return Acuity(FIVE - number, "", meant)
        case "decimal":
            return Acuity(_of_decimal(number), "", meant)
    raise EntryFault("notation_missing", "notation")


def decimal_of(five_point: Decimal) -> Decimal:
    """The decimal acuity of a five-point value: that of the chart on its lines, else by the formula to two places."""
    printed = {line: decimal for decimal, line in LINES.items()}
    exact = Decimal(10) ** (five_point - FIVE)
    return printed.get(five_point, exact.quantize(HUNDREDTH))


def _fits(number: Decimal, notation: str) -> bool:
    low, high = _BOUNDS[notation]
    return low <= number <= high


def _only_notation(number: Decimal) -> str:
    """The one notation this number can be, "" where it can be two. Raises EntryFault where it can be none."""
    possible = [notation for notation in _BOUNDS if _fits(number, notation)]
    if not possible:
        raise EntryFault("not_in_notation", "value")
    return possible[0] if len(possible) == 1 else ""


def _snellen(text: str) -> Decimal:
    found = _SNELLEN.fullmatch(text)
    if found is None or not Decimal(found[2]):
        raise EntryFault("not_a_number", "value")
    decimal = Decimal(found[1]) / Decimal(found[2])
    if not _fits(decimal, "decimal"):
        raise EntryFault("not_in_notation", "value")
    return decimal


def _of_decimal(decimal: Decimal) -> Decimal:
    # A chart prints 0.8 on the line 4.9; the formula alone gives 4.903, which would pass a limit of "4.9 or worse".
    return LINES.get(decimal, (FIVE + decimal.log10()).quantize(HUNDREDTH))
