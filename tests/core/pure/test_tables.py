"""Tables that carry clinical numbers are read whole or not at all."""

from pathlib import Path

import pytest

from core.pure.tables import read_policy

HEAD = "id,version,value,unit,source,status\n"


def test_policy_row_keeps_where_its_number_comes_from(tmp_path: Path) -> None:
    table = tmp_path / "policy.csv"
    table.write_text(HEAD + 'wait,2026-11,30,minutes,"a, b",proposal\n', encoding="utf-8")
    row = read_policy(table)["wait"]
    assert (row.value, row.unit, row.source, row.version) == (30, "minutes", "a, b", "2026-11")


@pytest.mark.parametrize("rows", ["wait,1,30,m,s,p\nwait,1,40,m,s,p\n", "wait,1,half,m,s,p\n"])
def test_table_with_an_id_used_twice_or_no_number_is_refused(tmp_path: Path, rows: str) -> None:
    table = tmp_path / "policy.csv"
    table.write_text(HEAD + rows, encoding="utf-8")
    with pytest.raises(ValueError, match=r"twice|invalid literal"):
        read_policy(table)
