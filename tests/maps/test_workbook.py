"""The workbook as an office opens it: sheets, captions, texts that stay texts, equal bytes."""

from __future__ import annotations

import math
import re
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.contracts import captions_of, conform, title_of
from layers.tables import CATEGORIES
from layers.walking import Walking
from maps.labels import Imprint
from maps.office_sheets import ledger
from maps.sheet_widths import (
    WIDE_TEXT,
    Paper,
    lines,
    pages_high,
    paper_for,
    row_heights,
    widen_paragraphs,
)
from maps.summary_sheets import is_detail, tell_drawn
from maps.words import say
from maps.workbook import NETWORK_TABLES, write_workbook
from tests.town import town_tables
from zoning.summary import summarise
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
        "目标值（户 × 米）：12 / Objective",
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
    first = ["说明", "汇总", "九有一览", "小区台账", "缺项清单", "责任单位", "片区"]
    assert tabs[: len(first)] == first


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
    assert "20,000 行" in str(about[0][1])
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
    *rows, total = rows
    assert len(rows) == len(expected)
    assert total[0] == "合计"
    assert str(total[2]).startswith("=SUBTOTAL(103,")
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    status = chinese.index("结论")
    assert {row[status] for row in rows} == {"缺项", "距离超标", "面积不足", "待核实"}
    bureau = chinese.index("责任单位")
    assert all(row[bureau] and " / " not in str(row[bureau]) for row in rows)
    unnamed = [row for row in rows if row[-1] == "c09"]
    assert unnamed
    assert {row[2] for row in unnamed} == {"c09"}


def test_the_ledger_has_a_row_for_each_community_with_zone_verdict_and_what_is_missing(
    book: Path,
) -> None:
    chinese, english, *rows, total = rows_of(book, "小区台账")
    tables = town_tables()
    assert len(rows) == len(tables["communities"])
    place = {str(caption): column for column, caption in enumerate(chinese)}
    by_id = {str(row[place["小区编码"]]): row for row in rows}
    gaps = tables["gaps"].reset_index()
    adult = gaps[gaps["walker"].eq("adult")]
    missing = adult[adult["status"].isin(["far", "gap"])].groupby("community_id").size()
    for one, row in by_id.items():
        zone = tables["assignment"]["zone_id"][one]
        assert row[place["片区"]] == (None if pd.isna(zone) else zone)
        count = missing.get(one, 0)
        assert row[place["缺项数"]] == count
        named = str(row[place["缺什么"]] or "")
        assert len([word for word in named.split("、") if word]) == count
    assert "Eligibility" in english
    assert total[0] == "合计"
    assert str(total[place["户数（户）"]]).startswith("=SUBTOTAL(109,")


def test_who_must_act_is_counted_from_the_list_of_gaps(book: Path) -> None:
    page = openpyxl.load_workbook(book, data_only=True)["责任单位"]
    _, _, *rows, total = page.iter_rows(values_only=True)
    chinese, _, *listed, _ = rows_of(book, "缺项清单")
    bureau, status = chinese.index("责任单位"), chinese.index("结论")
    assert {row[0] for row in rows} == {row[bureau] for row in listed}
    for row in rows:
        own = [line for line in listed if line[bureau] == row[0]]
        for place, word in enumerate(("缺项", "距离超标", "面积不足", "待核实"), start=2):
            assert row[place] == sum(line[status] == word for line in own)
    assert sum(total[2:6]) == len(listed)


def test_whoever_is_zoned_without_being_in_scope_stands_in_red(tmp_path: Path) -> None:
    tables = town_tables()
    zoned = tables["assignment"].index[tables["assignment"]["zone_id"].notna()]
    eligibility = tables["eligibility"].copy()
    eligibility.loc[zoned, "status"] = "core"
    eligibility.loc[zoned[0], "status"] = "excluded"
    tables["eligibility"] = eligibility
    write_workbook(tables, IMPRINT, tmp_path / "plan.xlsx")
    page = openpyxl.load_workbook(tmp_path / "plan.xlsx")["小区台账"]
    head = [cell.value for cell in page[1]]
    status, key = head.index("改造资格"), head.index("小区编码")
    red = [
        row[key].value for row in page.iter_rows(min_row=3) if "[Red]" in row[status].number_format
    ]
    assert red == [zoned[0]]


def test_years_of_the_ledger_show_which_side_is_open() -> None:
    tables = town_tables()
    communities = tables["communities"].iloc[:4].copy()
    communities["year_built_from"] = pd.array([1990, 1990, None, None], dtype="Int64")
    communities["year_built_to"] = pd.array([1999, 1990, 2000, None], dtype="Int64")
    sheet = ledger({"communities": communities}, ("zh",))
    years = next(column.cells for column in sheet.columns if column.field == "years")
    assert years.fillna("").tolist() == ["1990–1999", "1990", "–2000", ""]


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
    assert first[at] == "约数"
    assert english[chinese.index("台账行")] == "Rows of the ledger"
    assert first[chinese.index("与台账关联")] == "按名称和位置"
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
    own = r"[A-Z]+\([^<]*"  # our functions, over addresses and our own words
    for name, xml in xml_of(path).items():
        for formula in re.findall(r"<f>(.*?)</f>", xml):
            assert re.fullmatch(own, formula), (name, formula)
            assert not re.search("cmd|HYPERLINK|1\\+1|http|A0", formula), (name, formula)
        assert len(re.findall("<f[ >]", xml)) == len(re.findall("<f>", xml)), name
        assert not re.search(r't="(?!inlineStr|n|str)[a-z]+"', xml), name
        assert xml.count('t="str"') == len(re.findall(r't="str"><f>IF\(', xml)), name
    page = openpyxl.load_workbook(path)["小区"]
    got = [page.cell(row, 2) for row in range(3, 14)]
    assert {cell.data_type for cell in got} == {"s"}
    assert [cell.quotePrefix for cell in got] == [True] * 7 + [False] * 4
    assert [cell.value for cell in got][:8] == list(HOSTILE[:8])
    assert got[8].value == "_x005F_x000D_ kept"
    assert got[9].value == "bell _x0007_ rings"
    assert got[10].value == " spaces "


def test_a_text_longer_than_a_cell_is_cut_and_says_where_the_whole_is(tmp_path: Path) -> None:
    tables = town_tables()
    tables["communities"]["address"] = "长" * 40_000
    write_workbook(tables, IMPRINT, tmp_path / "plan.xlsx")
    page = openpyxl.load_workbook(tmp_path / "plan.xlsx")["小区"]
    address = [cell.value for cell in page[1]].index("地址") + 1
    value = str(page.cell(3, address).value)
    assert len(value) == 32_767
    assert value.endswith(
        "长…（已截断，全文见 tables 文件夹 / cut; the whole text is in the folder tables）"
    )


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
    assert tabs[:5] == ["About", "Summary", "Nine haves", "Ledger", "List of gaps"]
    assert "Words" not in tabs
    assert [str(head).isascii() for head in rows_of(path, "Zones")[0]] == [True] * 12
    assert rows_of(path, "Zones")[1][0] == "Z01"
    assert rows_of(path, "List of gaps")[1][5] in {"missing", "too far", "unconfirmed"}


def test_words_in_the_cells_stand_with_their_english_on_a_sheet_of_their_own(book: Path) -> None:
    _, _, *rows = rows_of(book, "用语对照")
    assert ("结论", "缺项", "missing") in rows
    assert ("人群", "老年人", "older people") in rows


def test_an_empty_sheet_says_why(tmp_path: Path) -> None:
    tables = town_tables()
    for name in ("packages", "findings", "barriers"):
        tables[name] = tables[name].iloc[:0]
    write_workbook(tables, IMPRINT, tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    for tab, said in (("物业服务打包", "六(五)"), ("数据疑点", "没有"), ("阻隔", "没有内容")):
        assert said in str(book[tab].cell(3, 1).value)
        assert next(iter(book[tab].merged_cells.ranges)).coord.startswith("A3:")
        if tab != "阻隔":
            assert str(book[tab].print_area).endswith("$3")


def test_figures_of_the_summary_are_formatted_by_their_unit(tmp_path: Path) -> None:
    tables = town_tables()
    tables["summary"] = summarise(tables, walking=Walking())
    write_workbook(tables, IMPRINT, tmp_path / "plan.xlsx")
    page = openpyxl.load_workbook(tmp_path / "plan.xlsx")["汇总"]
    formats = {
        str(row[-1].value): row[2].number_format for row in page.iter_rows(min_row=3, max_col=7)
    }
    assert formats["covered_toilet_share"] == "0.0%"
    assert formats["zones_area_m2"] == "#,##0"
    assert formats["zone_walk_minutes_max"] == "0.0"
    units = {str(row[-1].value): row[5].value for row in page.iter_rows(min_row=3, max_col=7)}
    assert units["households"] == "户 households"
    assert units["covered_toilet_share"] is None


def test_no_caption_is_broken_inside_a_word_and_no_text_is_cut_off(book: Path) -> None:
    """Columns hold the longest English word of their caption; rows hold every line of a text."""
    for page in openpyxl.load_workbook(book).worksheets[1:]:
        for column in page.iter_cols(min_row=1, max_row=2):
            width = page.column_dimensions[column[0].column_letter].width
            words = str(column[1].value).split()
            assert max(map(len, words)) < width, (page.title, column[1].value)
        for row in page.iter_rows(min_row=3):
            height = page.row_dimensions[row[0].row].height
            for cell in row:
                if isinstance(cell.value, str) and not cell.value.startswith("="):
                    width = page.column_dimensions[cell.column_letter].width or 0
                    if not page.merged_cells:
                        assert lines(cell.value, width) * 14.5 <= height, (page.title, cell.value)


@pytest.mark.parametrize(
    ("width", "paper"),
    [
        (100.0, Paper("portrait", "A4", 1)),
        (200.0, Paper("landscape", "A4", 1)),
        (300.0, Paper("landscape", "A3", 1)),
        (600.0, Paper("landscape", "A3", 2)),
    ],
)
def test_paper_grows_with_the_columns_so_that_text_stays_readable(
    width: float, paper: Paper
) -> None:
    assert paper_for(width) == paper


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


def test_who_prints_the_workbook_prints_its_papers_and_no_whole_table(book: Path) -> None:
    """The print area of an appendix is an empty cell beside it; that of a paper is all of it."""
    kinds = set()
    for page in openpyxl.load_workbook(book).worksheets:
        area = str(page.print_area).split("!")[1].replace("$", "")
        is_appendix = str(page.oddHeader.center.text).startswith("附表")
        kinds.add(is_appendix)
        if is_appendix:
            last = page.max_column
            assert page[area].value is None
            assert page[area].column > last
            assert "取消打印区域" in page.oddHeader.right.text
        else:
            assert area.startswith("A1:")
            assert int("".join(filter(str.isdigit, area.split(":")[1]))) == page.max_row
    assert kinds == {True, False}


def test_a_sheet_that_overruns_its_page_by_a_row_is_set_smaller() -> None:
    paper = paper_for(100.0)
    assert (paper.orientation, paper.size) == ("portrait", "A4")
    for rows, wanted in ((46, 0), (47, 1), (59, 1), (60, 0), (94, 2), (150, 3), (168, 0)):
        assert pages_high([15.0] * rows, 34.0, 100.0, paper) == wanted, rows


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=60),
    st.floats(20.0, 150.0),
    st.floats(20.0, 90.0),
)
def test_paragraphs_are_widened_only_to_save_pages_and_within_the_same_paper(
    lengths: list[int], beside: float, head: float
) -> None:
    texts = {1: pd.Series(["片" * length for length in lengths])}
    before = [beside, WIDE_TEXT]
    after = widen_paragraphs(before, texts, len(lengths), head)
    assert after[0] == beside
    assert paper_for(sum(after)) == paper_for(sum(before))
    counts = [
        pages_of(row_heights([(texts[1], widths[1])], len(lengths)), head, sum(widths))
        for widths in (before, after)
    ]
    assert counts[1] < counts[0] or after == before


def pages_of(heights: list[float], head: float, width: float) -> int:
    paper = paper_for(width)
    fitted = pages_high(heights, head, width, paper)
    scale = min(1.0, {"portrait": 102.0, "landscape": 149.0}[paper.orientation] / width)
    points = {"portrait": 734.0, "landscape": 487.0}[paper.orientation]
    return fitted or math.ceil(sum(heights) / (points / scale - head))


def test_the_zones_of_a_town_are_printed_on_one_page(tmp_path: Path) -> None:
    tables = town_tables()
    zones = tables["zones"]
    zones["explanation_zh"] = "片区说明" * 45
    one = zones.iloc[:1]
    rows = [one.rename(index={one.index[0]: f"Z{n:02d}"}) for n in range(7)]
    tables["zones"] = pd.concat(rows)
    tables["protections"] = tables["protections"].iloc[:0]
    path = tmp_path / "plan.xlsx"
    write_workbook(tables, Imprint(title="x"), path)
    page = openpyxl.load_workbook(path)["片区"]
    head = [cell.value for cell in page[1]]
    letter = openpyxl.utils.get_column_letter(head.index("说明（中文）") + 1)
    assert WIDE_TEXT < page.column_dimensions[letter].width <= WIDE_TEXT * 1.6
    heights = [page.row_dimensions[row].height or 15.0 for row in range(3, page.max_row + 1)]
    widths = [page.column_dimensions[cell.column_letter].width for cell in page[1]]
    printed = sum(widths[: head.index("说明（中文）") + 1])
    assert page.page_setup.orientation == "landscape"
    assert pages_of(heights, 85.0, printed) == 1


def test_an_appendix_says_so_in_the_header_of_each_page(book: Path) -> None:
    pages = openpyxl.load_workbook(book)
    assert pages["邻接"].oddHeader.center.text == "附表 Appendix · 邻接 Adjacency"
    assert "附表" not in pages["小区台账"].oddHeader.center.text


def test_the_plan_drawn_says_that_the_others_are_compared_with_it() -> None:
    plans = pd.DataFrame(
        {"kind": ["drawn", "near"], "zh": [None, "3 个小区换片区"], "en": [None, "3 change"]}
    )
    told = tell_drawn(plans)
    assert told["zh"].tolist() == ["采用方案，其余各行与它比较。", "3 个小区换片区"]
    assert told["en"][1] == "3 change"
    assert is_detail("plans", "objective", ("zh", "en"))
    assert is_detail("plans", "en", ("zh", "en"))
    assert not is_detail("plans", "zh", ("zh", "en"))
