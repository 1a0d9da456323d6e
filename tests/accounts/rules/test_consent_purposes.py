"""Purposes are those of the legal table, each off until it is given."""

import tomllib
from pathlib import Path

import accounts.rules
from core.pure.tables import read_rows

DATA = Path(next(iter(accounts.rules.__path__))) / "data"
PURPOSES = read_rows(DATA / "consent_purposes.csv")


def test_every_purpose_that_is_asked_is_in_the_table_verbatim() -> None:
    asked = tomllib.loads((DATA / "consent_texts.toml").read_text(encoding="utf-8"))
    assert set(asked) <= {row["code"] for row in PURPOSES}
    assert {"care", "automatic_reading", "share_clinic", "reminder_wechat"} <= set(asked)


def test_no_purpose_is_on_by_itself() -> None:
    assert {row["default"] for row in PURPOSES} == {"off"}
