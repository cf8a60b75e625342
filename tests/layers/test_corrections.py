"""Tables that a planner hands back."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
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


def _write(folder: Path, text: str, encoding: str = "utf-8-sig") -> Path:
    path = folder / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("role", "text", "en", "zh"),
    [
        ("review", "", "is empty", "空文件"),
        ("review", "facility_id,decision,decision\nf1,yes,no\n", "'decision' twice", "出现两次"),
        ("review", 'facility_id,decision\n"f1,yes\nf2,no\n', "never closed", "没有闭合"),
        ("review", "facility_id,decision\n,yes\n", "row 2: facility_id is empty", "为空"),
        (
            "review",
            "facility_id,category,decision\nf1,toilet,yes\nf1,shop,no\nf1,toilet,no\n",
            "rows 2, 4 contradict each other: f1 toilet has decision = 'yes', 'no'",
            "第 2, 4 行相互矛盾",
        ),
        ("joins", "ledger_row,community_id\na!5,c1\na!5,\n", "community_id = 'c1', ''", "矛盾"),
        ("assignment", "community_id,zone_id\nc1,Z01\nc1,Z02\n", "'Z01', 'Z02'", "矛盾"),
        (
            "assignment",
            "community_id,zone_id\n1.00E+06,Z01\n1.00E+06,Z02\n",
            "'Z01', 'Z02'; expected the same in each. The id is in scientific notation",
            "科学计数法，已失去末位数字：请把该列设为文本",
        ),
        (
            "assignment",
            "community_id,zone_id,locked\nc1,Z01,是\nc2,Z01,\nc1,Z01,false\n",
            "rows 2, 4 contradict each other: c1 has locked = '是', 'false'; expected the same",
            "第 2, 4 行相互矛盾：c1 的 locked 分别为 '是', 'false'",
        ),
        (
            "assignment",
            f"community_id,zone_id\nc1,Z01\nc2,{'东' * 41}\n",
            f"row 3: zone_id = '{'东' * 20}', 41 characters; expected at most 40",
            f"第 3 行 zone_id = '{'东' * 20}'，41 个字符",
        ),
        ("assignment", "community_id,zone_id\nc1,Z\x0701\n", "row 2: zone_id = 'Z\\x0701'", "控制"),
        (
            "assignment",
            "community_id,zone_id\nc1,Z\u202e1\n",
            "row 2: zone_id = 'Z\\u202e1'",
            "控制",
        ),
        ("assignment", 'community_id,zone_id\nc1,"Z\n1"\n', "row 2: zone_id = 'Z\\n1'", "控制"),
        ("links", "focal,neighbor,action\na,b,\n", "row 2: action = ''", "第 2 行"),
        (
            "links",
            "focal,neighbor,action\na,b,add\n,,add\n c,,cut\n,d,cut\n",
            "row 3: focal and neighbor empty; row 4: neighbor empty; row 5: focal empty; expected",
            "table.csv 第 3 行 focal、neighbor 为空；第 4 行 neighbor 为空；",
        ),
    ],
)
def test_a_table_that_would_lose_rows_is_refused(
    role: str, text: str, en: str, zh: str, tmp_path: Path
):
    with pytest.raises(InputError) as caught:
        read_corrections(_write(tmp_path, text), role)
    assert en in caught.value.en
    assert zh in caught.value.zh


@pytest.mark.parametrize("name", [".", "table.csv/x", "/vsicurl/http://localhost/a.csv"])
def test_a_path_that_is_no_file_is_refused(name: str, tmp_path: Path):
    _write(tmp_path, "facility_id,decision\n")
    with pytest.raises(InputError):
        read_corrections(tmp_path / name, "review")


def test_rows_that_say_the_same_twice_pass_and_blank_ones_are_none(tmp_path: Path):
    text = f"community_id,zone_id,locked\nc1,{'Z' * 40},TRUE\n,\n\nc1,{'Z' * 40},是\n"
    table, record = read_corrections(_write(tmp_path, text), "assignment")
    assert table["community_id"].tolist() == ["c1", "c1"]
    assert table.index.tolist() == [2, 5]
    assert record.read == 2


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_control_characters_and_semicolons_are_read_through(encoding: str, tmp_path: Path):
    text = "community_id;zone_id;备注\nc\x07\x001;Z01;好\n"
    path = tmp_path / "table.csv"
    path.write_bytes(text.replace("\x00", "").encode(encoding))
    table, _ = read_corrections(path, "assignment")
    assert table.iloc[0].tolist() == ["c1", "Z01", "好"]


def test_a_join_may_name_its_row_by_name(tmp_path: Path):
    text = "ledger_row,ledger_name,community_id\n,甲,c1\n"
    assert len(read_corrections(_write(tmp_path, text), "joins")[0]) == 1


def test_a_workbook_is_read_as_well(tmp_path: Path):
    path = tmp_path / "review.xlsx"
    pd.DataFrame({"facility_id": ["007"], "decision": ["是"]}).to_excel(path, index=False)
    table, _ = read_corrections(path, "review")
    assert table.iloc[0].tolist() == ["007", "是"]
