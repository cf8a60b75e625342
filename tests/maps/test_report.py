"""The report as Word opens it: its figures are the summary's, its texts plain, its bytes equal."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pandas as pd
import pytest

from layers.walking import Walking
from maps.labels import Imprint
from maps.report import write_report
from tests.town import town_tables
from zoning.summary import summarise

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


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.docx"
    write_report(tables(), IMPRINT, path)
    return path


def test_the_report_names_rules_dates_sources_and_marks(report: Path) -> None:
    text = text_of(report)
    for words in (
        "示例市连片改造 说明书",
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


def test_each_zone_has_a_section_with_what_is_missing_and_who_must_act(report: Path) -> None:
    text = text_of(report)
    for zone in ("Z01", "Z02", "Z03"):
        assert f"{zone} 片区" in text
    assert "Z01：4个小区由小巷相连，受户数上限所限。" in text
    row = next(line for line in text.splitlines() if "距离超标 too far | 4：" in line)
    assert "幸福里小区、建设路12号院、粮食局家属院、人民医院家属楼" in row
    assert "文旅局" in row


def test_other_figures_in_the_summary_are_other_figures_in_the_text(
    report: Path, tmp_path: Path
) -> None:
    changed = tables()
    changed["summary"].loc["gaps_clinic_communities", "value"] = 987.0
    changed["summary"].loc["zones", "value"] = 654.0
    write_report(changed, IMPRINT, tmp_path / "report.docx")
    before, after = text_of(report), text_of(tmp_path / "report.docx")
    assert "987" not in before
    assert "| 987 |" in after
    assert "片区数 Zones | 654" in after


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
    assert "</w:t><w:br/>{PAGE} =1+1 <b>&amp; 说明书" in text_of(tmp_path / "report.docx")


def test_equal_tables_give_equal_bytes(report: Path, tmp_path: Path) -> None:
    write_report(tables(), IMPRINT, tmp_path / "again.docx")
    assert (tmp_path / "again.docx").read_bytes() == report.read_bytes()
    with zipfile.ZipFile(report) as archive:
        core = archive.read("docProps/core.xml").decode()
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert core.count("2021-03-27T00:00:00Z") == 2
