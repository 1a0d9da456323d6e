"""For whom a programme is: who is read by the program, and who goes to a clinician unread."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Programme:
    """The declared intended use of a programme (data/programmes.toml); without words for diabetes it does not ask for it."""

    code: str
    version: str
    youngest_age: int
    diabetes_read: frozenset[str]
    diabetes_read_unconfirmed: frozenset[str]


@dataclass(frozen=True)
class Admission:
    """`read` False means unread, with `reason` no_automatic_reading, outside_age, age_unknown or outside_diabetes.

    `mark` is "diabetes_not_confirmed" where the photo is read although diabetes is unknown or was not asked.
    """

    read: bool
    reason: str | None = None
    mark: str | None = None


def _programmes() -> dict[str, Programme]:
    tables = tomllib.loads((Path(__file__).parent / "data" / "programmes.toml").read_text(encoding="utf-8"))
    return {
        code: Programme(
            code=code,
            version=table["version"],
            youngest_age=table["youngest_age"],
            diabetes_read=frozenset(table.get("diabetes_read", ())),
            diabetes_read_unconfirmed=frozenset(table.get("diabetes_read_unconfirmed", ())),
        )
        for code, table in tables.items()
    }


PROGRAMMES = _programmes()


def admission(programme: Programme, *, age: int | None, diabetes: str | None, automatic_reading: bool) -> Admission:
    """Whether the program may read this person's photo; consent is asked first, then age, then diabetes.

    `age` is the youngest possible age in years, None where no birth date is known; `diabetes` is none, type1, type2,
    gestational, unknown, or None when not asked. Source: issue 17 items 2 and 6.
    """
    if not automatic_reading:
        return Admission(read=False, reason="no_automatic_reading")
    if age is None:
        return Admission(read=False, reason="age_unknown")
    if age < programme.youngest_age:
        return Admission(read=False, reason="outside_age")
    if not programme.diabetes_read or diabetes in programme.diabetes_read:
        return Admission(read=True)
    if diabetes is None or diabetes in programme.diabetes_read_unconfirmed:
        return Admission(read=True, mark="diabetes_not_confirmed")
    return Admission(read=False, reason="outside_diabetes")
