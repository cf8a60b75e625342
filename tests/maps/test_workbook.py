"""The workbook as an office opens it: sheets, captions, texts that stay texts, equal bytes."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from layers.contracts import captions_of, conform, title_of
from layers.tables import CATEGORIES
from maps.labels import Imprint
from maps.words import say
from maps.workbook import NETWORK_TABLES, write_workbook
from tests.town import town_tables
from zoning.tables import CONTRACTS, GAPS

IMPRINT = Imprint(
    title="示例市 A&B 连片改造",
    date="2021-03-27",
    data_date="2021-01-01",
    rulebook="yanshi_2021",
    rulebook_zh="偃政办〔2021〕4号",
    sources=("© OpenStreetMap contributors, ODbL 1.0",),
    households_sources=("ledger", "buildings"),
    drafting_unit="示例规划院",
    made_data=True,
    includes_unknown=True,
    zoning=(("objective", "12.5"),),
    version="0.1.0",
)

HOSTILE = (
    "=cmd|'/C calc'!A0",
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "<b>&amp;</b>",
    "_x000D_ kept",
    "bell \x07 rings",
    " spaces ",
)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "plan.xlsx"
    write_workbook(town_tables(), IMPRINT, path)
    return path


def rows_of(path: Path, tab: str) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(path)[tab].iter_rows(values_only=True))


def xml_of(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if "sheet" in name}


def test_the_first_sheet_says_what_every_output_must_say(book: Path) -> None:
    text = "\n".join(str(cell) for row in rows_of(book, "说明") for cell in row if cell)
    for words in (
        "示例市 A&B 连片改造",
        "示例数据",
        "按楼栋估算",
        "资格待定",
        "2021-03-27",
        "2021-01-01",
        "偃政办〔2021〕4号（yanshi_2021）",
        "1,000 m",
        "800 m",
        "© OpenStreetMap contributors, ODbL 1.0",
        "未经审核 内部使用",
        "示例规划院",
        "目标值（户 × 米）：12.5 / Objective",
        "0.1.0",
    ):
        assert words in text


def test_a_review_number_takes_the_place_of_the_internal_mark(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    number = "豫S（2025）001号"
    write_workbook(town_tables(), Imprint(title="x", review_number=number), path)
    text = "\n".join(str(cell) for row in rows_of(path, "说明") for cell in row if cell)
    assert f"审图号：{number}" in text
    assert "未经审核" not in text


def test_every_table_has_a_sheet_or_is_named_as_left_out(book: Path) -> None:
    tabs = openpyxl.load_workbook(book).sheetnames
    about = "\n".join(str(row[0]) for row in rows_of(book, "说明"))
    for name, schema in CONTRACTS.items():
        title, _ = title_of(schema)
        assert (title in tabs) != (name in NETWORK_TABLES), name
        assert (name in about.splitlines()) == (name in NETWORK_TABLES)
    assert tabs[:4] == ["说明", "缺项清单", "汇总", "片区"]


def test_what_has_no_sheet_is_named_with_the_file_that_holds_it(book: Path) -> None:
    found = {str(row[0]): str(row[1]) for row in rows_of(book, "说明")}
    assert "见 plan.gpkg: network" in found["network"]
    assert "见 tables/walks.csv" in found["walks"]


def test_a_long_table_of_reach_is_left_out_and_the_first_sheet_says_so(tmp_path: Path) -> None:
    tables = town_tables()
    one = tables["reach"].reset_index().iloc[:1]
    long = pd.concat([one] * 20_000, ignore_index=True)
    long["facility_id"] = [f"f{i:05d}" for i in range(len(long))]
    tables["reach"] = conform(CONTRACTS["reach"], long)
    write_workbook(tables, IMPRINT, tmp_path / "plan.xlsx")
    about = [row for row in rows_of(tmp_path / "plan.xlsx", "说明") if row[0] == "reach"]
    assert "20000 行" in str(about[0][1])
    assert "tables/reach.csv" in str(about[0][1])
    assert "可达" not in openpyxl.load_workbook(tmp_path / "plan.xlsx").sheetnames


def test_headers_are_the_captions_of_the_contract_in_two_languages(book: Path) -> None:
    chinese, english, *_ = rows_of(book, "缺口")
    captions = captions_of(GAPS)
    for field in ("status", "households", "bureau", "clause"):
        place = [str(c).split("（")[0] for c in chinese].index(captions[field]["zh"])
        assert str(english[place]).startswith(captions[field]["en"])
    assert "步行时间（分钟）" in chinese
    assert "Walking time (min)" in english


def test_the_list_of_gaps_holds_what_adults_lack_and_nothing_else(book: Path) -> None:
    chinese, _, *rows = rows_of(book, "缺项清单")
    gaps = town_tables()["gaps"].reset_index()
    expected = gaps[
        gaps["walker"].eq("adult") & gaps["status"].isin(["gap", "far", "small", "unconfirmed"])
    ]
    assert len(rows) == len(expected)
    status = chinese.index("结论")
    assert {row[status] for row in rows} == {
        "缺项 missing",
        "距离超标 too far",
        "面积不足 too small",
        "待核实 unconfirmed",
    }
    bureau = chinese.index("责任单位")
    assert all(row[bureau] for row in rows)
    unnamed = [row for row in rows if row[1] == "c09"]
    assert {row[2] for row in unnamed} <= {"c09"}


def test_haves_stand_in_their_official_order(book: Path) -> None:
    rows = rows_of(book, "服务范围")[2:]
    assert [str(row[0]).split()[0] for row in rows] == [
        "便民服务中心",
        "养老服务设施",
        "医疗服务中心",
        "城市书房（阅览室）",
        "公用厕所",
        "快递收发点",
        "便民超市",
        "停车场地",
        "充电设施",
    ]


def test_reasons_of_eligibility_are_said_in_words() -> None:
    codes = "E05;missing:year_built_to;straddles:2000;year_conflict;not_stated:structure_safe"
    assert say("eligibility", "reasons", codes, ("zh",)) == (
        "E05 房屋结构安全、缺少「建成年份（止）」、建成年份跨越 2000 年、建成年份前后矛盾、"
        "未填「结构安全」"
    )
    assert say("eligibility", "reasons", "E05;no_clause:excl_self_built", ("en",)) == (
        "E05 safe structure, self-built houses is yes, but no clause speaks of it"
    )


def test_columns_beside_the_contract_have_captions_and_words(tmp_path: Path) -> None:
    tables = town_tables()
    tables["communities"] = tables["communities"].assign(
        year_confidence="vague", ledger_rows="台账!4", matched_by="name_place"
    )
    path = tmp_path / "plan.xlsx"
    write_workbook(tables, Imprint(title="x"), path)
    chinese, english, first, *_ = rows_of(path, "小区")
    at = chinese.index("年份依据")
    assert first[at] == "约数 vague"
    assert english[chinese.index("台账行")] == "Rows of the ledger"
    assert first[chinese.index("与台账关联")] == "按名称和位置 by name and place"
    assert not {"year_confidence", "ledger_rows", "matched_by"} & {*chinese, *english}


def test_numbers_stay_numbers_and_missing_stays_empty(book: Path) -> None:
    page = openpyxl.load_workbook(book)["小区"]
    head = [cell.value for cell in page[1]]
    households = page.cell(3, head.index("户数（户）") + 1)
    assert households.value == 40.0
    assert households.number_format == "#,##0"
    names = [page.cell(row, 2).value for row in range(3, 15)]
    assert names[8] is None
    assert names[0] == "幸福里小区"


def test_sheets_filter_freeze_and_print_one_page_wide(book: Path) -> None:
    page = openpyxl.load_workbook(book)["邻接"]
    assert page.auto_filter.ref == "A2:L19"
    assert page.freeze_panes == "E3"
    assert page.print_title_rows == "$1:$2"
    assert page.print_area == "'邻接'!$A$1:$L$19"
    assert page.page_setup.orientation == "landscape"
    assert page.page_setup.fitToWidth == 1
    assert page.page_setup.fitToHeight == 0
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.oddFooter.left.text == "示例市 A&&B 连片改造"


def test_no_text_of_the_data_becomes_a_formula(tmp_path: Path) -> None:
    tables = town_tables()
    communities = tables["communities"]
    communities["name"] = [HOSTILE[i % len(HOSTILE)] for i in range(len(communities))]
    communities["=cmd|' /C calc'!A0"] = "=1+1"
    facilities = tables["facilities"]
    facilities["name"] = [HOSTILE[i % len(HOSTILE)] for i in range(len(facilities))]
    imprint = Imprint(
        title="=1+1 \x07 &P", drafting_unit="@x", sources=("+1", "-1"), date="2021-01-01"
    )
    path = tmp_path / "plan.xlsx"
    write_workbook(tables, imprint, path)
    for name, xml in xml_of(path).items():
        assert not re.search(r"<f[ >]", xml), name
        assert not re.search(r't="(?!inlineStr|n)[a-z]+"', xml), name
    page = openpyxl.load_workbook(path)["小区"]
    got = [page.cell(row, 2) for row in range(3, 14)]
    assert {cell.data_type for cell in got} == {"s"}
    assert [cell.quotePrefix for cell in got] == [True] * 7 + [False] * 4
    assert [cell.value for cell in got][:8] == list(HOSTILE[:8])
    assert got[8].value == "_x005F_x000D_ kept"
    assert got[9].value == "bell _x0007_ rings"
    assert got[10].value == " spaces "


def test_a_text_longer_than_a_cell_is_cut_with_an_ellipsis(tmp_path: Path) -> None:
    tables = town_tables()
    tables["communities"]["address"] = "长" * 40_000
    write_workbook(tables, IMPRINT, tmp_path / "plan.xlsx")
    page = openpyxl.load_workbook(tmp_path / "plan.xlsx")["小区"]
    address = [cell.value for cell in page[1]].index("地址") + 1
    value = str(page.cell(3, address).value)
    assert len(value) == 32_767
    assert value.endswith("…")


def test_equal_tables_give_equal_bytes(book: Path, tmp_path: Path) -> None:
    write_workbook(town_tables(), IMPRINT, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == book.read_bytes()
    with zipfile.ZipFile(book) as archive:
        core = archive.read("docProps/core.xml").decode()
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert core.count("2021-03-27T00:00:00Z") == 2


def test_english_first_gives_english_tabs_and_one_language_gives_one_header(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    write_workbook(town_tables(), Imprint(title="x", languages=("en",)), path)
    tabs = openpyxl.load_workbook(path).sheetnames
    assert tabs[:3] == ["About", "List of gaps", "Summary"]
    assert rows_of(path, "Zones")[1][0] == "Z01"
    assert rows_of(path, "List of gaps")[1][5] in {"missing", "too far", "unconfirmed"}


def test_ninety_thousand_gaps_are_all_written(tmp_path: Path) -> None:
    tables = town_tables()
    one = tables["gaps"].reset_index().iloc[:18]
    count = 5_000
    many = pd.concat([one] * count, ignore_index=True)
    many["community_id"] = np.repeat([f"c{i:05d}" for i in range(count)], 2 * len(CATEGORIES))
    tables["gaps"] = conform(GAPS, many)
    write_workbook(tables, IMPRINT, tmp_path / "plan.xlsx")
    heads = [sheet[:400] for sheet in xml_of(tmp_path / "plan.xlsx").values()]
    assert sum(f'ref="A1:S{count * 18 + 2}"' in head for head in heads) == 1
