"""Tables that a planner hands back."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.corrections import read_corrections
from layers.errors import InputError


def test_a_table_saved_by_excel_in_gbk_is_read_as_text(tmp_path: Path):
    path = tmp_path / "assignment.csv"
    path.write_bytes("community_id,zone_id,备注\n007,Z01,东关\n'=1+1,,\n".encode("gb18030"))
    table, record = read_corrections(path, "assignment")
    assert table["community_id"].tolist() == ["007", "=1+1"]
    assert table["zone_id"].isna().tolist() == [False, True]
    assert (record.read, record.kept, record.refused) == (2, 2, 0)


def test_a_missing_column_is_named_with_what_was_found(tmp_path: Path):
    path = tmp_path / "review.csv"
    path.write_text("facility_id,name\n1,a\n", encoding="utf-8-sig")
    with pytest.raises(InputError) as caught:
        read_corrections(path, "review")
    assert "lacks the column(s) decision; found facility_id, name" in caught.value.en
    assert "缺少列 decision" in caught.value.zh


def test_an_unknown_action_on_a_link_is_named_with_its_row(tmp_path: Path):
    path = tmp_path / "links.csv"
    path.write_text("focal,neighbor,action\na,b,add\na,c,remove\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_corrections(path, "links")
    assert "row 3: action = 'remove'" in caught.value.en
    assert "第 3 行" in caught.value.zh


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(InputError, match="no such file"):
        read_corrections(tmp_path / "links.csv", "links")
