from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlwt
from openpyxl.chart import BarChart

from layers.errors import InputError, PlanningError
from layers.files import Source
from layers.ledger import Ledger, read_ledger

COMMUNITIES = 136
OFFICES = ("老城街道", "槐新街道", "商城街道", "伊洛街道")


def write_bureau_ledger(path: Path, *, wrong_total: int = 0) -> None:
    """Write a ledger as a bureau would: title, two merged header rows, 小计 rows, 万㎡, 90年代."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "台账"
    sheet.append(["××区2000年以前建成的城镇老旧小区统计表"])
    sheet.merge_cells("A1:I1")
    sheet.append(["填报单位：住房和城乡建设局", *[None] * 7, "2021年3月"])
    sheet.append(
        ["序号", "街道", "小区编码", "小区名称", "基本情况", None, None, None, "参与率（%）"]
    )
    sheet.append(
        [None, None, None, None, "楼栋数", "户数（户）", "建筑面积（万㎡）", "建成年代", None]
    )
    for merged in ("A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:H3", "I3:I4"):
        sheet.merge_cells(merged)
    number = 0
    for office in OFFICES:
        start = sheet.max_row + 1
        for _ in range(COMMUNITIES // len(OFFICES)):
            number += 1
            told = office if sheet.max_row + 1 == start else None
            sheet.append(
                [
                    number,
                    told,
                    f"{number:03d}",
                    f"小区{number}",
                    2,
                    60 + number % 3,
                    0.5,
                    "90年代",
                    75.5,
                ]
            )
        end = sheet.max_row
        sheet.merge_cells(f"B{start}:B{end}")
        households = sum(sheet.cell(r, 6).value for r in range(start, end + 1))
        sheet.append(["小计", None, None, None, 68, households + wrong_total, 17, None, None])
        sheet.merge_cells(f"A{end + 1}:D{end + 1}")
    total = sum(60 + n % 3 for n in range(1, COMMUNITIES + 1))
    sheet.append(["合计", None, None, None, 272, total, 68, None, None])
    book.save(path)


def read_rows(tmp_path: Path, *rows: list[object], title: str = "台账") -> Ledger:
    """Read a ledger of one sheet with these rows."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "ledger.xlsx")
    return read_ledger(Source(path=tmp_path / "ledger.xlsx"))


def codes(ledger: Ledger) -> set[str]:
    return {finding.code for finding in ledger.findings}


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    path = tmp_path_factory.mktemp("bureau") / "台账 2021.xlsx"
    write_bureau_ledger(path)
    return read_ledger(Source(path=path))


def test_a_bureaus_ledger_loads_with_its_136_rows_and_without_its_totals(bureau: Ledger) -> None:
    assert len(bureau.table) == COMMUNITIES
    assert bureau.table["name"].tolist() == [f"小区{n}" for n in range(1, COMMUNITIES + 1)]
    assert (bureau.record.read, bureau.record.kept, bureau.record.refused) == (141, 136, 5)


def test_a_row_is_keyed_by_the_sheet_and_row_that_the_clerk_sees(bureau: Ledger) -> None:
    assert bureau.table.index.name == "ledger_row"
    assert bureau.table.index[0] == "台账!5"
    assert bureau.table.loc["台账!5", "community_id"] == "001"


def test_areas_in_10_000_m2_become_m2(bureau: Ledger) -> None:
    assert (bureau.table["floor_area_m2"] == 5000.0).all()


def test_the_nineties_become_1990_to_1999(bureau: Ledger) -> None:
    row = bureau.table.iloc[0]
    assert (row["year_built_from"], row["year_built_to"]) == (1990, 1999)
    assert row["year_confidence"] == "vague"


def test_a_percent_under_a_header_with_percent_becomes_a_share(bureau: Ledger) -> None:
    assert (bureau.table["participation_share"] == 0.755).all()


def test_the_merged_street_office_reaches_every_row(bureau: Ledger) -> None:
    assert bureau.table["subdistrict"].value_counts().to_dict() == dict.fromkeys(OFFICES, 34)


def test_every_changed_cell_is_listed_with_sheet_row_and_column(bureau: Ledger) -> None:
    listed = bureau.changes.set_index(["column", "row"])
    assert listed.loc[("G", 5), ["before", "after", "reason"]].tolist() == ["0.5", "5000", "unit"]
    assert listed.loc[("H", 5), ["before", "after"]].tolist() == ["90年代", "[1990, 1999]"]
    assert listed.loc[("B", 6), ["after", "reason"]].tolist() == ["老城街道", "merged"]
    assert (bureau.changes["sheet"] == "台账").all()
    assert (bureau.changes["reason"] == "unit").sum() == COMMUNITIES


def test_each_kind_of_change_is_summarised_in_a_finding(bureau: Ledger) -> None:
    area = next(f for f in bureau.findings if f.code == "ledger-unit")
    assert area.severity == "note"
    assert "136" in area.zh
    assert "G5" in area.zh
    assert "'0.5'" in area.en
    assert "'5000'" in area.en


def test_right_totals_agree_and_raise_no_finding(bureau: Ledger) -> None:
    assert len(bureau.totals) == 15
    assert bureau.totals["agrees"].all()
    assert "ledger-total-differs" not in codes(bureau)


def test_a_wrong_total_is_a_finding_with_both_figures(tmp_path: Path) -> None:
    write_bureau_ledger(tmp_path / "l.xlsx", wrong_total=7)
    got = read_ledger(Source(path=tmp_path / "l.xlsx"))
    wrong = [f for f in got.findings if f.code == "ledger-total-differs"]
    assert [f.row_key for f in wrong] == ["台账!39", "台账!74", "台账!109", "台账!144"]
    assert "2,081" in wrong[0].zh
    assert "2,074" in wrong[0].zh
    assert "a difference of 7" in wrong[0].en


def test_totals_above_their_rows_are_understood(tmp_path: Path) -> None:
    got = read_rows(
        tmp_path,
        ["小区名称", "户数"],
        ["合计", 60],
        ["东街小计", 30],
        ["甲院", 10],
        ["乙院", 20],
        ["西街小计", 31],
        ["丙院", 30],
    )
    assert got.table["name"].tolist() == ["甲院", "乙院", "丙院"]
    assert got.totals["agrees"].tolist() == [True, True, False]


def test_a_title_a_note_of_units_and_a_row_of_numbers_are_no_communities(tmp_path: Path) -> None:
    got = read_rows(
        tmp_path,
        ["统计表"],
        ["单位：户、万㎡、万元"],
        ["小区名称", "户数", "建筑面积", "总投资"],
        [1, 2, 3, 4],
        ["甲院", 40, 0.32, 12.5],
    )
    assert got.table.loc["台账!5", "floor_area_m2"] == 3200.0
    assert got.table.loc["台账!5", "investment_total"] == 125_000.0
    assert len(got.table) == 1


def test_a_row_of_units_belongs_to_the_header(tmp_path: Path) -> None:
    got = read_rows(
        tmp_path, ["小区名称", "户数", "建筑面积"], [None, "户", "万㎡"], ["甲院", 40, 0.32]
    )
    assert got.table["floor_area_m2"].tolist() == [3200.0]


def test_a_header_repeated_on_every_printed_page_is_no_community(tmp_path: Path) -> None:
    head = ["小区名称", "户数"]
    got = read_rows(tmp_path, head, ["甲院", 40], head, ["乙院", 50])
    assert got.table["name"].tolist() == ["甲院", "乙院"]


def test_three_header_rows_name_the_water_and_the_old(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["小区名称", "基本情况", None, None, "改造内容"])
    sheet.append([None, "户数", "人口", None, "水"])
    sheet.append([None, None, "总人口", "60岁及以上", None])
    for merged in ("A1:A3", "B1:D1", "B2:B3", "C2:D2", "E2:E3"):
        sheet.merge_cells(merged)
    sheet.append(["甲院", 40, 120, 33, "√"])
    book.save(tmp_path / "l.xlsx")
    row = read_ledger(Source(path=tmp_path / "l.xlsx")).table.iloc[0]
    assert row[["households", "residents", "elderly_population"]].tolist() == [40, 120, 33]
    assert row["reno_water"] == "√"


def test_years_in_a_header_are_no_data(tmp_path: Path) -> None:
    got = read_rows(tmp_path, ["小区名称", "户数", 2021, 2022], ["甲院", 40, "是", "否"])
    assert got.table.loc["台账!2", ["2021", "2022"]].tolist() == ["是", "否"]


def test_numbers_as_text_full_width_and_with_separators_are_read_and_listed(tmp_path: Path) -> None:
    got = read_rows(
        tmp_path, ["小区名称", "户数"], ["甲院", "1,234"], ["乙院", "３６户"], ["丙院", "约1200"]
    )
    assert got.table["households"].tolist() == [1234.0, 36.0, 1200.0]
    assert got.changes["reason"].tolist() == ["number_text", "number_text", "about"]


def test_an_unreadable_cell_is_missing_and_named(tmp_path: Path) -> None:
    got = read_rows(tmp_path, ["小区名称", "户数"], ["甲院", "四十多"], ["乙院", -3])
    assert got.table["households"].isna().all()
    first, second = [f for f in got.findings if f.code == "ledger-unreadable"]
    assert (first.row_key, second.row_key) == ("台账!2", "台账!3")
    assert "B2（户数）" in first.zh
    assert "'四十多'" in first.en
    assert "'-3'" in second.en


def test_equal_unreadable_cells_are_one_finding_with_their_rows(tmp_path: Path) -> None:
    got = read_rows(
        tmp_path, ["小区名称", "户数"], ["甲", "多"], ["乙", "少"], ["丙", 40], ["丁", "多"]
    )
    one, other = [f for f in got.findings if f.code == "ledger-unreadable"]
    both = sorted([one, other], key=lambda finding: finding.row_key)
    assert [f.row_key for f in both] == ["", "台账!3"]
    assert "2 格（第 2、5 行）" in both[0].zh
    assert "2 cells (rows 2, 5)" in both[0].en


def test_doubtful_shares_of_a_column_are_one_decision(tmp_path: Path) -> None:
    rows = [(0.7, 0.7), (0.7, 80), (75, 0.9), (0.7, 0.8)]
    names = [[f"院{n}", *pair] for n, pair in enumerate(rows)]
    got = read_rows(tmp_path, ["小区名称", "参与率", "同意率"], *names)
    found = sorted(f.zh for f in got.findings if f.code == "ledger-share-doubtful")
    assert len(found) == 2
    same, mixed = sorted(found, key=lambda text: "如" in text)
    assert "3 格（第 2、3、5 行）" in same
    assert "'0.7' → '0.7'" in same
    assert "3 格（第 2、4、5 行）" in mixed
    assert all(
        f.remedy.split(" / ")[0].endswith("）")
        for f in got.findings
        if f.code == "ledger-share-doubtful"
    )


def test_many_unreadable_cells_of_one_column_are_told_in_one_finding(tmp_path: Path) -> None:
    got = read_rows(tmp_path, ["小区名称", "户数"], *([f"院{n}", "多"] for n in range(30)))
    told = [f for f in got.findings if f.code == "ledger-unreadable"]
    assert len(told) == 1
    assert "30 cells" in told[0].en
    assert (got.changes["reason"] == "unreadable").sum() == 30


def test_a_number_in_a_code_column_stays_a_code_and_leading_zeros_survive(tmp_path: Path) -> None:
    got = read_rows(tmp_path, ["小区编码", "小区名称"], [7, "甲院"], ["007", "乙院"])
    assert got.table["community_id"].tolist() == ["7", "007"]


def test_percents_shares_and_bare_numbers_are_told_apart(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["小区名称", "参与率", "同意率"])
    for n, (left, right) in enumerate([("75%", 75), (0.75, 0.8), ("74.96%", 100)]):
        book.active.append([f"院{n}", left, right])
    book.active["B3"].number_format = "0%"
    book.save(tmp_path / "l.xlsx")
    got = read_ledger(Source(path=tmp_path / "l.xlsx"))
    assert got.table["participation_share"].tolist() == [0.75, 0.75, 0.7496]
    assert got.table["agreement_share"].tolist() == [0.75, 0.8, 1.0]
    doubtful = [f for f in got.findings if f.code == "ledger-share-doubtful"]
    assert [f.row_key for f in doubtful] == ["Sheet!3"]
    assert doubtful[0].severity == "decide"
    assert "'0.8'" in doubtful[0].en


def test_yes_and_no_and_grades_of_safety_are_understood(tmp_path: Path) -> None:
    got = read_rows(
        tmp_path,
        ["小区名称", "是否棚改", "鉴定等级", "城中村"],
        ["甲院", "是", "B级", "√"],
        ["乙院", "否", "D级", "×"],
        ["丙院", None, "不详", None],
    )
    assert got.table["excl_shantytown"].tolist() == [True, False, pd.NA]
    assert got.table["structure_safe"].tolist() == [True, False, pd.NA]


def test_yes_under_is_it_dangerous_means_not_safe(tmp_path: Path) -> None:
    got = read_rows(tmp_path, ["小区名称", "是否危房"], ["甲院", "是"], ["乙院", "否"])
    assert got.table["structure_safe"].tolist() == [False, True]


def test_the_last_building_decides_the_last_year(tmp_path: Path) -> None:
    got = read_rows(
        tmp_path,
        ["小区名称", "建成年代", "最晚建成年份"],
        ["甲院", 1995, 2003],
        ["乙院", dt.datetime(1998, 5, 1), None],  # noqa: DTZ001 (a cell of Excel has no zone)
        ["丙院", "2000年以前", None],
    )
    assert got.table["year_built_from"].tolist() == [1995, 1998, pd.NA]
    assert got.table["year_built_to"].tolist() == [2003, 1998, 2000]
    assert got.table["year_confidence"].tolist() == ["range", "stated", "vague"]


def test_the_year_when_building_began_says_nothing_of_the_end(tmp_path: Path) -> None:
    got = read_rows(tmp_path, ["小区名称", "始建年代"], ["甲院", 1995])
    assert got.table["year_built_from"].tolist() == [1995]
    assert got.table["year_built_to"].isna().all()


def test_blank_offices_below_the_first_of_a_block_are_filled_and_told(tmp_path: Path) -> None:
    got = read_rows(
        tmp_path,
        ["街道", "小区名称"],
        ["老城街道", "甲院"],
        [None, "乙院"],
        ["槐新街道", "丙院"],
        [None, "丁院"],
    )
    assert got.table["subdistrict"].tolist() == ["老城街道"] * 2 + ["槐新街道"] * 2
    assert "ledger-filled-down" in codes(got)


def test_ditto_marks_take_the_cell_above(tmp_path: Path) -> None:
    got = read_rows(tmp_path, ["小区名称", "街道"], ["甲院", "老城街道"], ["乙院", "同上"])
    assert got.table["subdistrict"].tolist() == ["老城街道", "老城街道"]
    assert got.changes[["row", "before", "reason"]].to_numpy().tolist() == [[3, "同上", "ditto"]]


def test_hidden_rows_are_read_and_listed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["小区名称", "户数"], ["甲院", 1], ["乙院", 2]):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.save(tmp_path / "l.xlsx")
    got = read_ledger(Source(path=tmp_path / "l.xlsx"))
    assert len(got.table) == 2
    told = next(f for f in got.findings if f.code == "ledger-hidden-rows")
    assert "第 3 行" in told.zh
    assert "1 hidden row," in told.en


def test_sheets_by_street_office_are_joined_and_give_their_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "老城街道"
    other = book.create_sheet("槐新街道")
    notes = book.create_sheet("说明")
    notes.append(["本表由各街道填报"])
    hidden = book.create_sheet("旧")
    hidden.sheet_state = "hidden"
    for sheet, name in ((book.active, "甲院"), (other, "乙院"), (hidden, "丙院")):
        sheet.append(["小区名称", "户数"])
        sheet.append([name, 30])
    book.save(tmp_path / "l.xlsx")
    got = read_ledger(Source(path=tmp_path / "l.xlsx"))
    assert got.table["subdistrict"].to_dict() == {
        "老城街道!2": "老城街道",
        "槐新街道!2": "槐新街道",
    }
    assert {"ledger-hidden-sheet", "ledger-sheet-without-header"} <= codes(got)
    one = read_ledger(Source(path=tmp_path / "l.xlsx", layer="旧"))
    assert one.table["name"].tolist() == ["丙院"]


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    write_bureau_ledger(tmp_path / "l.xlsx")
    with pytest.raises(InputError) as error:
        read_ledger(Source(path=tmp_path / "l.xlsx", layer="总表"))
    assert "'总表'" in error.value.en
    assert "台账" in error.value.en
    assert "没有工作表 '总表'" in error.value.zh


def test_a_header_that_the_job_names_goes_before_the_aliases(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["小区名称", "户数", "核实后户数"])
    book.active.append(["甲院", 40, 44])
    book.save(tmp_path / "l.xlsx")
    got = read_ledger(Source(path=tmp_path / "l.xlsx", fields={"households": "核实后户数"}))
    assert got.table["households"].tolist() == [44.0]
    with pytest.raises(InputError) as error:
        read_ledger(Source(path=tmp_path / "l.xlsx", fields={"households": "总数"}))
    assert "'总数'" in error.value.en
    assert "核实后户数" in error.value.zh


def test_unknown_columns_are_kept_under_their_header(tmp_path: Path) -> None:
    got = read_rows(tmp_path, ["小区名称", "户数", "包片民警"], ["甲院", 40, 7])
    assert got.table["包片民警"].tolist() == ["7"]


def test_a_column_that_lost_to_a_better_one_is_told(tmp_path: Path) -> None:
    got = read_rows(tmp_path, ["小区名称", "套数", "户数"], ["甲院", 50, 40])
    assert got.table["households"].tolist() == [40.0]
    told = next(f for f in got.findings if f.code == "ledger-column-passed-over")
    assert "「套数」" in told.zh


def test_a_row_without_name_and_code_is_left_out_and_told_without_its_text(tmp_path: Path) -> None:
    got = read_rows(tmp_path, ["小区名称", "户数"], ["甲院", 40], [None, "填表人张三"])
    told = next(f for f in got.findings if f.code == "ledger-rows-without-name")
    assert "第 3 行" in told.zh
    assert "张三" not in told.zh


def test_a_floor_area_in_the_wrong_unit_asks_for_a_decision(tmp_path: Path) -> None:
    got = read_rows(tmp_path, ["小区名称", "户数", "建筑面积"], ["甲院", 40, 0.32])
    told = next(f for f in got.findings if f.code == "ledger-floor-area-unit")
    assert told.severity == "decide"
    assert "0.008" in told.en


def test_money_without_a_unit_is_told(tmp_path: Path) -> None:
    got = read_rows(tmp_path, ["小区名称", "总投资"], ["甲院", 40])
    assert "ledger-money-without-unit" in codes(got)


def test_formulas_give_their_saved_value_and_unsaved_ones_are_told(tmp_path: Path) -> None:
    got = read_rows(tmp_path, ["小区名称", "户数"], ["甲院", "=20+20"], ["乙院", 30])
    assert got.table["households"].isna().tolist() == [True, False]
    told = next(f for f in got.findings if f.code == "ledger-unsaved-formula")
    assert "B2" in told.en


def test_an_old_xls_workbook_is_read_the_same_way(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("台账")
    sheet.write_merge(0, 0, 0, 3, "统计表")
    for c, head in enumerate(["街道", "小区编码", "小区名称", "参与率"]):
        sheet.write(1, c, head)
    percent = xlwt.easyxf(num_format_str="0.00%")
    sheet.write_merge(2, 3, 0, 0, "老城街道")
    for r, code in ((2, 7), (3, "007")):
        sheet.write(r, 1, code)
        sheet.write(r, 2, f"院{r}")
        sheet.write(r, 3, 0.75, percent)
    sheet.row(3).hidden = True
    book.save(str(tmp_path / "l.xls"))
    got = read_ledger(Source(path=tmp_path / "l.xls"))
    assert got.table["community_id"].tolist() == ["7", "007"]
    assert got.table["subdistrict"].tolist() == ["老城街道", "老城街道"]
    assert got.table["participation_share"].tolist() == [0.75, 0.75]
    assert "ledger-hidden-rows" in codes(got)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_text_is_read_in_the_encodings_of_offices(tmp_path: Path, encoding: str, mark: str) -> None:
    text = f"小区名称{mark}户数\n甲院{mark}４０\n"
    (tmp_path / "l.csv").write_bytes(text.encode(encoding))
    got = read_ledger(Source(path=tmp_path / "l.csv"))
    assert got.table.loc["l!2", ["name", "households"]].tolist() == ["甲院", 40.0]


def test_text_in_another_encoding_than_the_job_says_is_refused(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_bytes("小区名称,户数\n甲院,40\n".encode("gb18030"))
    with pytest.raises(InputError) as error:
        read_ledger(Source(path=tmp_path / "l.csv", encoding="utf-8"))
    assert "utf-8" in error.value.en
    assert "utf-8" in error.value.zh


def test_a_workbook_without_a_header_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_rows(tmp_path, ["甲院", 40], ["乙院", 30])
    assert "小区名称" in error.value.en
    assert "台账" in error.value.zh


def test_a_header_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_rows(tmp_path, ["小区名称", "户数"], ["合计", 0])
    assert "ledger.xlsx" in error.value.en
    assert "没有任何" in error.value.zh


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "l.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
    with pytest.raises(InputError) as error:
        read_ledger(Source(path=tmp_path / "l.xls"))
    assert "l.xls" in error.value.en
    assert "密码" in error.value.zh


def test_equal_files_give_equal_ledgers(tmp_path: Path) -> None:
    write_bureau_ledger(tmp_path / "l.xlsx")
    first = read_ledger(Source(path=tmp_path / "l.xlsx"))
    second = read_ledger(Source(path=tmp_path / "l.xlsx"))
    pd.testing.assert_frame_equal(first.table, second.table)
    assert first.findings == second.findings


@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
def test_whatever_is_damaged_in_a_workbook_the_planner_gets_a_message(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"l.{suffix}"
    if suffix == "xlsx":
        write_bureau_ledger(path)
    else:
        book = xlwt.Workbook()
        sheet = book.add_sheet("台账")
        for r in range(20):
            for c, cell in enumerate(["小区名称", "户数"] if r == 0 else [f"院{r}", r]):
                sheet.write(r, c, cell)
        book.save(str(path))
    whole = path.read_bytes()
    chance = np.random.default_rng(0)
    for _ in range(15):
        damaged = bytearray(whole)
        for place in chance.integers(len(whole), size=8):
            damaged[place] = int(chance.integers(256))
        path.write_bytes(bytes(damaged))
        message = ""
        try:
            read = len(read_ledger(Source(path=path)).table)
        except PlanningError as error:
            message = f"{error.en} {error.zh}"
            read = 0
        assert (read > 0) != (message.count(path.name) > 1)


def test_a_cell_too_long_for_a_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("小区名称,户数\n甲," + "9" * 200_000, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_ledger(Source(path=tmp_path / "l.csv"))
    assert "l.csv" in error.value.en


def test_a_quotation_mark_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('小区编码,小区名称,户数\n1,"甲,5\n2,乙,6\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_ledger(Source(path=path))
    assert "row 2: a quotation mark is never closed" in caught.value.en
    assert "第 2 行：引号没有闭合" in caught.value.zh


def test_a_sheet_that_is_one_chart_is_passed_by(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["小区编码", "小区名称", "户数"])
    book.active.append(["1", "甲", 5])
    book.create_chartsheet("图", 0).add_chart(BarChart())
    book.save(tmp_path / "a.xlsx")
    assert len(read_ledger(Source(path=tmp_path / "a.xlsx")).table) == 1
