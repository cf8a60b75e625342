"""The sheets with a ruler: page sizes, true scale, embedded faces, margins, equal bytes."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from layers.errors import JobError, OutputError
from layers.walking import Walking
from maps.drawing import Canvas
from maps.labels import Imprint
from maps.paper import PAGES, Window, bar_length_m, lay_out
from maps.scale_bar import draw_scale
from maps.sheets import draw_sheets
from tests.town import town_tables
from zoning.summary import summarise

IMPRINT = Imprint(
    title="示例市老旧小区组团连片改造",
    date="2021-03-27",
    data_date="2021-01-01",
    rulebook="yanshi_2021",
    rulebook_zh="偃政办〔2021〕4号",
    sources=("© OpenStreetMap contributors, ODbL 1.0",),
    households_sources=("ledger", "buildings"),
    drafting_unit="示例规划院",
    made_data=True,
    includes_unknown=True,
    version="0.1.0",
)
POINTS_PER_MM = 72 / 25.4
BAR_HEIGHT_MM = 1.5
COMMUNITY_M = (200.0, 176.0)


TOWN = town_tables()
TOWN["summary"] = summarise(TOWN, walking=Walking())


def tables() -> dict[str, pd.DataFrame]:
    return {name: table.copy() for name, table in TOWN.items()}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Draw the default sheets once, and note every line of text that they set."""
    path, lines = tmp_path_factory.mktemp("sheets"), list[str]()
    write = Canvas.text

    def note(canvas: Canvas, x: float, y: float, text: str, **look: object) -> None:
        lines.append(text)
        write(canvas, x, y, text, **look)  # type: ignore[arg-type]  # as they came

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Canvas, "text", note)
        draw_sheets(tables(), IMPRINT, path)
    return path, lines


@pytest.fixture(scope="module")
def folder(both: tuple[Path, list[str]]) -> Path:
    """Give the folder of the default sheets."""
    return both[0]


@pytest.fixture(scope="module")
def drawn(both: tuple[Path, list[str]]) -> list[str]:
    """List every line of text of the default sheets: five pages, wall sheet and preview."""
    return both[1]


def streams(path: Path) -> list[str]:
    """Unpack the parts of a PDF that can be read as text."""
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", path.read_bytes(), re.DOTALL)
    texts = []
    for part in parts:
        try:
            # The last byte of a stream may look like the end of its line.
            texts.append(zlib.decompressobj().decompress(part).decode("latin-1"))
        except zlib.error:
            continue
    return texts


def pages(path: Path) -> list[str]:
    """Give what is drawn on each page: the streams that clip."""
    return [text for text in streams(path) if " re W n" in text.replace("\n", " ")]


def rectangles(page: str) -> list[tuple[float, float, float, float]]:
    """Find the closed rectangles of a page: left, bottom, width, height in mm."""
    found = []
    for shape in re.findall(r"((?:-?[\d.]+\s-?[\d.]+\s[ml]\s){4})h", page):
        points = np.array(re.findall(r"-?[\d.]+", shape), dtype=float).reshape(4, 2)
        low, high = points.min(axis=0) / POINTS_PER_MM, points.max(axis=0) / POINTS_PER_MM
        if len(np.unique(points.round(3), axis=0)) == 4:
            found.append((*low, *(high - low)))
    return found


def page_text(path: Path) -> str:
    """List the characters of a PDF by the tables from glyph to character that it carries."""
    codes = []
    for part in streams(path):
        if "begincmap" in part:
            for row in re.findall(r"\[((?:<[0-9a-f]+>\s*)+)\]", part):
                codes += re.findall(r"[0-9a-f]+", row)
    return "".join(bytes.fromhex(code).decode("utf-16-be") for code in codes)


def bar_mm(page: str, enlargement: float) -> float:
    """Measure the scale bar: four blocks of one height, side by side."""
    height = BAR_HEIGHT_MM * enlargement
    blocks = [box for box in rectangles(page) if abs(box[3] - height) < 0.02 and box[2] > 4]
    assert len(blocks) == 4
    left = min(box[0] for box in blocks)
    right = max(box[0] + box[2] for box in blocks)
    return right - left


def community_mm(page: str, denominator: float) -> list[tuple[float, float]]:
    """List the drawn rectangles that are as large as a community at a scale."""
    wanted = [metres * 1000 / denominator for metres in COMMUNITY_M]
    return [
        box[2:]
        for box in rectangles(page)
        if abs(box[2] - wanted[0]) < 0.5 and abs(box[3] - wanted[1]) < 0.5
    ]


def test_the_default_is_a_series_on_a3_a_wall_sheet_and_a_preview(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        "overview-A1.pdf",
        "overview-A3.png",
        "sheets-A3.pdf",
    ]
    # Overview, index, three zones.
    assert len(pages(folder / "sheets-A3.pdf")) == 5
    assert len(pages(folder / "overview-A1.pdf")) == 1
    with Image.open(folder / "overview-A3.png") as preview:
        assert preview.size == (1587, 1122)


@pytest.mark.parametrize(
    ("name", "size_mm"), [("sheets-A3.pdf", (420, 297)), ("overview-A1.pdf", (841, 594))]
)
def test_pages_are_as_large_as_the_paper(folder: Path, name: str, size_mm: tuple[int, int]) -> None:
    boxes = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", (folder / name).read_bytes())
    assert boxes
    for width, height in boxes:
        assert float(width) / POINTS_PER_MM == pytest.approx(size_mm[0], abs=0.01)
        assert float(height) / POINTS_PER_MM == pytest.approx(size_mm[1], abs=0.01)


@pytest.mark.parametrize(
    ("name", "page", "enlargement", "denominator", "bar_m"),
    [
        ("sheets-A3.pdf", 0, 1.0, 5_000, 250),
        ("sheets-A3.pdf", 2, 1.0, 3_000, 100),
        ("overview-A1.pdf", 0, 1.6, 2_000, 100),
    ],
)
def test_the_scale_is_true_on_paper(
    folder: Path, name: str, page: int, enlargement: float, denominator: int, bar_m: int
) -> None:
    drawn = pages(folder / name)[page]
    assert bar_mm(drawn, enlargement) == pytest.approx(bar_m * 1000 / denominator, abs=0.1)
    # A community of 200 m x 176 m, measured on the paper itself.
    assert community_mm(drawn, denominator)


@pytest.mark.parametrize("size", sorted(PAGES))
def test_a_ruler_on_any_paper_finds_the_bar_that_is_written(
    tmp_path: Path, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[float] = []

    def note(canvas: Canvas, window: Window, *rest: object) -> None:
        metres = bar_length_m(window, canvas.by)
        written.append(metres * 1000 / window.denominator)
        draw_scale(canvas, window, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("maps.sheet_parts.draw_scale", note)
    draw_sheets(tables(), IMPRINT, tmp_path, sheets=(f"{size} pdf",))
    drawn = pages(tmp_path / f"sheets-{size}.pdf")
    # All but the index, which has no scale.
    measured = [bar_mm(page, lay_out(size).enlargement) for page in (drawn[0], *drawn[2:])]
    assert measured == pytest.approx(written[:4], abs=0.1)


def test_letters_are_embedded_and_stay_letters(folder: Path) -> None:
    raw = (folder / "sheets-A3.pdf").read_bytes()
    assert b"/FontFile2" in raw
    assert b"NotoSansSC-Regular" in raw
    assert b"/Type3" not in raw
    assert len(raw) < 2_000_000
    characters = set(page_text(folder / "sheets-A3.pdf"))
    assert set("示例市老旧小区组团连片改造缺项片区总图比例尺图例区位图审核") <= characters


@pytest.mark.parametrize(
    ("words", "times"),
    [
        ("示例数据 made data", 7),
        ("2021-03-27", 7),
        ("2021-01-01", 7),
        ("偃政办〔2021〕4号（yanshi_2021）", 7),
        ("示例规划院", 7),
        ("2000国家大地坐标系 CGCS2000 / 3-degree Gauss-Kruger CM 114E", 7),
        ("（盖章处） (seal)", 7),
        ("数据来源： © OpenStreetMap contributors, ODbL 1.0", 7),
        ("示意图，不作为权属或行政界线依据；未经审核 内部使用", 7),
        ("户数部分或全部按楼栋估算 Some or all households estimated from buildings", 7),
        ("图例 Legend", 6),
        ("区位图 Location", 6),
        ("北", 6),
        ("比例尺 Scale 1:5,000（A3）", 2),
        ("15 分钟生活圈 15-minute life circle", 3),
        ("示例市老旧小区组团连片改造 Z02 片区规划图", 1),
        ("A3-01", 2),
        ("A1-01", 1),
    ],
)
def test_sheets_carry_their_margins(drawn: list[str], words: str, times: int) -> None:
    assert [" ".join(line.split()) for line in drawn].count(words) == times


def test_the_index_and_the_overview_name_the_sheet_of_each_zone(drawn: list[str]) -> None:
    # Overviews of series, wall and preview, the index, and the sheet itself.
    for number in ("A3-03", "A3-04", "A3-05"):
        assert drawn.count(number) == 5


def test_a_legend_lists_what_is_shown_with_counts(drawn: list[str]) -> None:
    assert drawn.count("无数据 / no data") == 4
    assert drawn.count("本片区以外的小区 / other communities") == 3
    assert drawn.count("停车场地 / parking") == 3


def test_a_review_number_stands_in_its_slot(tmp_path: Path) -> None:
    number = "豫S（2025）001号"
    draw_sheets(tables(), Imprint(title="甲", review_number=number), tmp_path, sheets=())
    assert set("豫审图号") <= set(page_text(tmp_path / "overview-A1.pdf"))


def test_a_missing_glyph_is_an_error_in_both_languages(tmp_path: Path) -> None:
    town = tables()
    town["communities"]["name"] = "𠮷祥里"
    with pytest.raises(OutputError) as caught:
        draw_sheets(town, IMPRINT, tmp_path)
    for text in (caught.value.en, caught.value.zh):
        assert "U+20BB7" in text
        assert "𠮷祥里" in text


def test_names_are_plain_text_whatever_they_say(tmp_path: Path) -> None:
    town = tables()
    town["communities"]["name"] = r"$\frac{1}{0}$ <b>\input{x}</b> %&_^" + "\t\x07\u202e尾"
    town["facilities"]["name"] = "$x$\n第二行"
    town["zones"] = town["zones"][:1]
    written = draw_sheets(town, Imprint(title="$甲$ \\乙"), tmp_path)
    assert all(path.stat().st_size > 10_000 for path in written)
    assert set("$\\{}<>") <= set(page_text(tmp_path / "sheets-A3.pdf"))


def test_a_plan_without_zones_is_one_overview(tmp_path: Path) -> None:
    town = tables()
    for name in ("zones", "zone_gaps", "zone_circles", "assignment", "subdistricts", "land"):
        del town[name]
    draw_sheets(town, IMPRINT, tmp_path)
    assert len(pages(tmp_path / "sheets-A3.pdf")) == 1


def test_sizes_and_pictures_on_request(tmp_path: Path) -> None:
    town = tables()
    del town["zones"]
    written = draw_sheets(town, IMPRINT, tmp_path, sheets=("A4 pdf", "A4 png 50"))
    names = [path.name for path in written]
    assert names[:2] == ["sheets-A4.pdf", "sheet-A4-01.png"]
    with Image.open(tmp_path / "sheet-A4-01.png") as picture:
        assert picture.size == (584, 413)


@pytest.mark.parametrize("wish", ["A5 pdf", "A3 svg", "A3", "", "A3 png 5000", "A3 png 96 x"])
def test_a_series_that_cannot_be_drawn_is_refused_in_both_languages(
    tmp_path: Path, wish: str
) -> None:
    with pytest.raises(JobError) as caught:
        draw_sheets({}, IMPRINT, tmp_path, sheets=(wish,))
    for text in (caught.value.en, caught.value.zh):
        assert repr(wish) in text
        assert "A3" in text


def test_equal_tables_give_equal_bytes(folder: Path, tmp_path: Path) -> None:
    draw_sheets(tables(), IMPRINT, tmp_path)
    for path in sorted(folder.iterdir()):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name
