"""What a subscription message's fields may hold, as the platform's page states it (followup/rules/data/wechat_sms_limits.csv)."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import followup

_TABLE = Path(followup.__file__).parent / "rules" / "data" / "wechat_sms_limits.csv"
_DATE = r"(\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d{1,2}-\d{1,2})"
_HOUR = r"\d{1,2}:\d{2}"
_SHAPES = {
    "thing": r"[^\r\n]+",
    "number": r"-?\d+(\.\d+)?",
    "letter": r"[A-Za-z]+",
    "symbol": r"[^\w\s]+",
    "character_string": r"[\x21-\x7e]+",
    "time": rf"({_DATE} ?)?{_HOUR}(~({_DATE} ?)?{_HOUR})?",
    "date": rf"{_DATE}( ?{_HOUR})?",
    "amount": r"[^\d\s]?\d{1,10}(\.\d+)?元?",
    "phone_number": r"[\d+()\- #*]+",
    "car_number": r"\S+",
    "name": r"[^\d\W][^\d\r\n]*",
    "phrase": r"[\u4e00-\u9fff]+",
}
# Their shapes say all there is: a moment and a sum have no length of their own.
_UNMEASURED = {"time", "date", "amount"}


@cache
def limits() -> Mapping[str, int]:
    """The longest value of each kind of field, in code points."""
    with _TABLE.open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["channel"] == "wechat" and row["item"].endswith(".DATA")]
    found = {row["item"].removesuffix(".DATA"): re.match(r"\d+", row["limit"]) for row in rows}
    return {kind: int(number.group()) for kind, number in found.items() if number and kind not in _UNMEASURED}


def broken_field(template: tuple[str, ...], fields: Mapping[str, str]) -> str:
    """The first field of `template` that is empty or breaks its kind's rule; empty where all hold."""
    return next((key for key in template if not _holds(key, fields.get(key, ""))), "")


def _holds(key: str, value: str) -> bool:
    kind = key.rstrip("0123456789")
    if not re.fullmatch(_SHAPES[kind], value) or any(unicodedata.category(letter) == "Cc" for letter in value):
        return False
    longest = limits().get(kind, len(value))
    # A name counts 10 as soon as one Chinese character is in it, else 20 letters.
    return len(value) <= (2 * longest if kind == "name" and value.isascii() else longest)
