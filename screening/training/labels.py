"""Labels of a table that somebody else wrote: read whatever its encoding and manner of writing. What a cell does not clearly say is not scored."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

_YES_NO = {"1": "1", "true": "1", "yes": "1", "0": "0", "false": "0", "no": "0"}
_EYES = {"od": "OD", "right": "OD", "r": "OD", "os": "OS", "left": "OS", "l": "OS"}
_NOTHING = {"", "nan", "none", "null", "na", "n/a"}


def read_labels(table: Path) -> list[dict[str, str]]:
    """Rows with cleaned cells, ``file`` as given. Raises OSError where the table cannot be read, ValueError where it has no column ``file``."""
    reader = csv.DictReader(io.StringIO(_text(table.read_bytes()), newline=""))
    rows = [cleaned(row) for row in reader]
    if "file" not in {(name or "").strip().lower() for name in reader.fieldnames or ()}:
        raise ValueError("the table has no column 'file'")
    return rows


def cleaned(row: Mapping[str | None, str | list[str] | None]) -> dict[str, str]:
    """One row: names in lower case, grades as 0 to 4, yes and no as 1 and 0, words of quality, eye and class as EVALUATION.md writes them."""
    cells = {name.strip().lower(): (cell or "").strip() for name, cell in row.items() if name is not None and not isinstance(cell, list)}
    known = {name: "" if cell.lower() in _NOTHING and name != "file" else cell for name, cell in cells.items()}
    for name, rule in _RULES.items():
        if name in known:
            known[name] = rule(known[name])
    return known


def _text(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1").replace("\0", "")


def _grade(cell: str) -> str:
    whole = _whole(cell)
    return whole if whole in {"0", "1", "2", "3", "4"} else ""


def _whole(cell: str) -> str:
    """2.0 as 2; what is no whole number stays."""
    try:
        number = float(cell)
    except ValueError:
        return cell
    return str(int(number)) if number.is_integer() else cell


def _yes_no(cell: str) -> str:
    return _YES_NO.get(_whole(cell).lower(), "")


def _word(cell: str) -> str:
    word = cell.lower()
    return word if word in {"good", "usable", "reject"} else ""


def _eye(cell: str) -> str:
    return _EYES.get(cell.lower(), "")


def _label(cell: str) -> str:
    return cell.upper() if cell.upper() in {"ACK", "BCC", "MEL", "NEV", "SCC", "SEK"} else cell


_RULES = {
    "dr_grade": _grade,
    "any_dr": _yes_no,
    "referable": _yes_no,
    "quality": _word,
    "eye": _eye,
    "label": _label,
    "fitspatrick": _whole,
    "skin_tone": _whole,
}
