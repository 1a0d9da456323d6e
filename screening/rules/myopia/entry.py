"""What a person typed, as a number: a comma is a dot, a full-width digit a digit, and a fault names the field it belongs to."""

import re
import unicodedata
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?\d{1,4}(\.\d{1,3})?")
LONGEST = 16
"""No reading of a device is longer."""


class EntryFault(ValueError):
    """Why an entry cannot be taken: a `code` and the `field` (value, sphere, cylinder, axis, notation) where it is asked."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(code)
        self.code = code
        self.field = field


def tidy(text: str) -> str:
    """The entry without spaces, with ordinary digits, signs and a dot."""
    plain = unicodedata.normalize("NFKC", text[: LONGEST + 1]).replace("\u2212", "-").replace("\u2013", "-")
    return re.sub(r"\s", "", plain).replace(",", ".").replace("、", ".").replace("。", ".")


def read_number(text: str, field: str) -> Decimal:
    """A decimal number. Raises EntryFault `missing` or `not_a_number` (also for NaN, exponents and numbers no device prints)."""
    plain = tidy(text)
    if not plain:
        raise EntryFault("missing", field)
    if len(text) > LONGEST or not _NUMBER.fullmatch(plain):
        raise EntryFault("not_a_number", field)
    return Decimal(plain)


def has_point(text: str) -> bool:
    """Whether a decimal point was typed; a device that prints none leaves it to be asked."""
    return "." in tidy(text)
