"""The report as Word opens it: its figures are the summary's, its texts plain, its bytes equal."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pandas as pd
import pytest

from layers.walking import Walking
from maps.labels import Imprint
from maps.report import write_report
from maps.report_fields import SENTENCES, figure_text, sentences
from maps.words import FIGURES
from tests.town import town_tables
from zoning.summary import summarise
from zoning.zone_summary import list_open_haves, summarise_zones

IMPRINT = Imprint(
    title="示例市连片改造",
    date="2021-03-27",
    data_date="2021-01-01",
    rulebook="yanshi_2021",
    rulebook_zh="偃政办〔2021〕4号",
    sources=("© OpenStreetMap contributors, ODbL 1.0",),
    households_sources=("ledger", "buildings"),
    drafting_unit="示例规划院",
    made_data=True,
    version="0.1.0",
)


def tables() -> dict[str, pd.DataFrame]:
    town = town_tables()
    town["summary"] = summarise(town, walking=Walking())
    return town


def text_of(path: Path) -> str:
    paper = docx.Document(str(path))
    lines = [paragraph.text for paragraph in paper.paragraphs]
    for table in paper.tables:
        lines += [" | ".join(cell.text for cell in row.cells) for row in table.rows]
    return "\n".join(lines)


NUMBERS = ("zones", "zone_gaps")
WORDING = ("1", "2", "3", "4", "5", "6", "15", "1.5", "1993", "0.46")


def numbers_in(text: str) -> list[str]:
    """List the numbers of a text; groups of thousands joined."""
    joined = re.sub(r"(?<=\d)[\u00a0,](?=\d{3})", "", text)
    return re.findall(r"\d+(?:\.\d+)?", joined)


def texts_of(town: dict[str, pd.DataFrame]) -> Iterator[str]:
    for table in town.values():
        frame = pd.DataFrame(table).reset_index()
        for column in frame.columns:
            if pd.api.types.is_string_dtype(frame[column].dtype):
                yield from frame[column].dropna().astype("str")


def numeric(table: pd.DataFrame) -> list[float]:
    frame = pd.DataFrame(table).select_dtypes("number")
    return [float(value) for column in frame for value in frame[column].dropna()]


def forms(value: float) -> set[str]:
    """Give the ways in which papers write a figure."""
    return {
        f"{value:.0f}",
        f"{value:.1f}",
        f"{value:g}",
        f"{100 * value:.0f}",
        f"{value / 10_000:.2f}",
    }


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.docx"
    write_report(tables(), IMPRINT, path)
    return path


def test_the_report_names_rules_dates_sources_and_marks(report: Path) -> None:
    text = text_of(report)
    for words in (
        "示例市连片改造",
        "说明书 Report",
        "示例数据",
        "按楼栋估算",
        "未经审核 内部使用",
        "2021-03-27",
        "2021-01-01",
        "偃政办〔2021〕4号（yanshi_2021）",
        "偃政办〔2021〕4号 附件2",
        "© OpenStreetMap contributors, ODbL 1.0",
        "示例规划院",
        "步行到设施出入口",
    ):
        assert words in text


def test_each_zone_has_a_page_with_what_is_missing_and_who_must_act(report: Path) -> None:
    paper = docx.Document(str(report))
    pages = [p.text for p in paper.paragraphs if p.paragraph_format.page_break_before]
    assert pages[:3] == [f"{zone} 片区 Zone {zone}" for zone in ("Z01", "Z02", "Z03")]
    text = text_of(report)
    assert "Z01：4个小区由小巷相连，受户数上限所限。" in text
    row = next(line for line in text.splitlines() if "距离超标 too far，4 个小区" in line)
    for name in ("幸福里小区", "建设路12号院", "粮食局家属院", "人民医院家属楼"):
        assert name in row
    assert "责任单位：文旅局" in row


def test_maps_stand_in_the_report_at_the_width_of_the_text(report: Path) -> None:
    paper = docx.Document(str(report))
    # The whole area and three zones.
    assert [round(shape.width.mm) for shape in paper.inline_shapes] == [160] * 4
    texts = [shape._inline.docPr.get("descr") for shape in paper.inline_shapes]
    assert texts[0].startswith("缺项与片区总图")


def test_the_bureaus_are_listed_with_their_tasks_and_clauses(report: Path) -> None:
    paper = docx.Document(str(report))
    tasks = next(t for t in paper.tables if t.cell(0, 0).text.startswith("责任单位"))
    rows = {row.cells[1].text.split("\n")[0]: [c.text for c in row.cells] for row in tasks.rows}
    library = rows["城市书房（阅览室）"]
    assert library[0].startswith("文旅局")
    assert library[-1].startswith("偃政办〔2021〕4号")


def test_styles_name_a_face_for_chinese_and_header_rows_repeat(report: Path) -> None:
    with zipfile.ZipFile(report) as archive:
        styles = archive.read("word/styles.xml").decode()
        body = archive.read("word/document.xml").decode()
    for name in ("Normal", "Title", "Heading1", "Heading2", "LianpianCell", "LianpianPoint"):
        style = re.search(rf'<w:style [^>]*w:styleId="{name}".*?</w:style>', styles, re.DOTALL)
        assert style
        assert re.search(r'w:eastAsia="(仿宋|黑体|宋体)"', style.group())
    assert 'w:eastAsia="zh-CN"' in styles
    # Each table with a shaded head repeats it.
    heads = [t for t in re.findall(r"<w:tbl>.*?</w:tbl>|<w:tbl .*?</w:tbl>", body) if "E3EAF2" in t]
    assert len(heads) >= 6
    assert all("<w:tblHeader/>" in table for table in heads)


def test_other_figures_in_the_summary_are_other_figures_in_the_text(
    report: Path, tmp_path: Path
) -> None:
    changed = tables()
    changed["summary"].loc["gaps_clinic_communities", "value"] = 987.0
    changed["summary"].loc["zones", "value"] = 654.0
    write_report(changed, IMPRINT, tmp_path / "report.docx")
    before, after = text_of(report), text_of(tmp_path / "report.docx")
    assert "987" not in before
    # In the table of haves and in that of the bureaus.
    assert after.count("| 987 |") == 2
    assert "片区数 Zones | 654" in after
    # In the sentences of the first page, in both languages.
    assert "共划分片区 654 个" in after
    assert "654 zones hold" in after


def _communities_without_answer(values: pd.Series) -> float:
    """Count who neither has all nine nor is found to lack one."""
    return float(
        values["communities"] - values["communities_all_met"] - values["communities_with_gaps"]
    )


def test_haves_of_the_report_add_up_to_the_communities(report: Path) -> None:
    town = tables()
    heads = [
        [cell.text.split("\n")[0] for cell in table.rows[0].cells]
        for table in docx.Document(str(report)).tables
    ]
    whole = town["summary"]["value"]["communities"]
    found = 0
    for table, head in zip(docx.Document(str(report)).tables, heads, strict=True):
        if "达标" not in head or "无数据" not in head:
            continue
        found += 1
        sums = {sum(int(cell.text) for cell in row.cells[1:5]) for row in table.rows[1:]}
        assert len(sums) == 1
        assert sums == {whole} or sums <= set(town["zones"]["communities"])
    assert found == 1 + len(town["zones"])


def test_every_number_of_the_report_is_in_a_table_or_in_the_imprint(report: Path) -> None:
    town = tables()
    known = set(numbers_in(" ".join(texts_of(town))))
    known.update(numbers_in(" ".join(str(value) for value in vars(IMPRINT).values())))
    figures = [
        *town["summary"]["value"].dropna(),
        *(value for name in NUMBERS for value in numeric(town[name])),
        *numeric(summarise_zones(town)),
        *list_open_haves(town)["communities"],
        IMPRINT.steps_share,
    ]
    known.add(f"{_communities_without_answer(town['summary']['value']):.0f}")
    known.update(form for value in figures for form in forms(float(value)))
    # Numbers of headings, of the method's own words and of file names.
    known.update(WORDING)
    unknown = {number for number in numbers_in(text_of(report)) if number not in known}
    assert unknown == set()


def test_each_figure_changed_in_the_summary_changes_the_text(tmp_path: Path) -> None:
    changed = tables()
    summary = changed["summary"]
    odd = {name: 10_000.0 + 7 * place for place, name in enumerate(summary.index)}
    summary["value"] = pd.Series(odd)
    write_report(changed, IMPRINT, tmp_path / "report.docx")
    text = text_of(tmp_path / "report.docx").replace("\u00a0", " ")
    written = {name for name in odd if figure_text(summary, name) in text}
    asked = {field for both in SENTENCES for field in re.findall(r"\{(\w+)\}", both[0])}
    assert set(FIGURES) | asked - {"communities_open"} <= written
    rest = odd["communities"] - odd["communities_all_met"] - odd["communities_with_gaps"]
    assert f"其余 {rest:,.0f} 个未见缺项" in text


@pytest.mark.parametrize("count", [0, 13])
def test_unknown_communities_in_zones_are_spoken_of_where_there_are_any(count: int) -> None:
    summary = tables()["summary"]
    for name, value in (("communities", count), ("households", 8534.0 if count else 0.0)):
        summary.loc[f"listed_unknown_{name}", "value"] = value
    zh, en = (" ".join(sentences(summary, language)) for language in ("zh", "en"))
    assert ("列入的待定小区 13 个、8,534 户" in zh) == bool(count)
    assert ("13 with 8,534 households are of unknown eligibility" in en) == bool(count)
    assert "列入的待定小区 0" not in zh


def test_a_language_alone_gives_a_report_in_it(tmp_path: Path) -> None:
    write_report(tables(), Imprint(title="Plan", languages=("en",)), tmp_path / "report.docx")
    text = text_of(tmp_path / "report.docx")
    assert "Nine haves and gaps" in text
    assert "九有配置" not in text


def test_a_plan_without_zones_has_a_report_without_them(tmp_path: Path) -> None:
    town = tables()
    for name in ("zones", "zone_gaps", "findings"):
        del town[name]
    write_report(town, IMPRINT, tmp_path / "report.docx")
    text = text_of(tmp_path / "report.docx")
    assert "分片区说明" not in text
    assert "九有配置与缺项" in text


def test_texts_of_the_data_stay_plain(tmp_path: Path) -> None:
    town = tables()
    hostile = "</w:t><w:br/>{PAGE}\x07 =1+1 <b>&amp;"
    town["communities"]["name"] = hostile
    write_report(town, Imprint(title=hostile, date="2021-03-27"), tmp_path / "report.docx")
    assert "</w:t><w:br/>{PAGE} =1+1 <b>&amp;" in text_of(tmp_path / "report.docx").splitlines()


def test_equal_tables_give_equal_bytes(report: Path, tmp_path: Path) -> None:
    write_report(tables(), IMPRINT, tmp_path / "again.docx")
    assert (tmp_path / "again.docx").read_bytes() == report.read_bytes()
    with zipfile.ZipFile(report) as archive:
        core = archive.read("docProps/core.xml").decode()
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert core.count("2021-03-27T00:00:00Z") == 2
