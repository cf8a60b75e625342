"""Names on the sheets as they are drawn: none over another name, a badge or a plate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import shapely
from matplotlib.axes import Axes

from layers.walking import Walking
from maps.cartography import GroundMap
from maps.drawing import PLATE_PAD, Canvas
from maps.fonts import paper_face
from maps.furniture import TextTable, fold, rows_in, widening
from maps.labels import Imprint
from maps.legends import draw_legend
from maps.paper import MM_PER_POINT, Frame, lay_out
from maps.scene import make_scene
from maps.sheet_style import PRINT_FILLS
from maps.sheets import draw_sheets
from maps.style import GATE_COLOURS
from maps.views import Shown
from maps.words import HAVES
from tests.town import town_tables
from zoning.summary import summarise

INK_EM = 0.92
"""Height of Chinese letters with nothing around them."""


@dataclass
class Drawn:
    """What one map frame carries, in units of the layout."""

    names: list[tuple[str, shapely.Polygon]]
    signs: list[shapely.Polygon]
    frame: shapely.Polygon


def around(x: float, y: float, width: float, height: float, angle: float = 0.0) -> shapely.Polygon:
    box = shapely.box(-width / 2, -height / 2, width / 2, height / 2)
    turn = np.radians(angle)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return shapely.transform(box, lambda corners: corners @ matrix + (x, y))


@pytest.fixture(scope="module", params=[("zh", "en"), ("en",)], ids=["both", "english"])
def maps(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Drawn]:
    """Draw the sheets of the town and note every name with the ground it takes."""
    found: dict[Axes, Drawn] = {}
    grounds: dict[Axes, GroundMap] = {}
    begin, write, plate = GroundMap.__init__, Canvas.map_text, Canvas.map_plate

    def note_map(ground: GroundMap, *given: object) -> None:
        begin(ground, *given)  # type: ignore[arg-type]
        frame = ground.view.frame
        grounds[ground.axes] = ground
        plates = [
            shapely.box(p.left - frame.left, p.bottom - frame.bottom,
                        p.right - frame.left, p.top - frame.bottom)
            for p in ground.view.plates
        ]  # fmt: skip
        whole = shapely.box(0, 0, frame.width, frame.height)
        found[ground.axes] = Drawn([], plates, whole)

    def note_text(
        canvas: Canvas, axes: Axes, place: tuple[float, float], text: str, **look: float
    ) -> None:
        x, y = grounds[axes].on_paper(*place)
        points = look["points"]
        box = around(
            x, y, canvas.width_of(text, points), points * MM_PER_POINT * INK_EM,
            look.get("angle", 0.0),
        )  # fmt: skip
        found[axes].names.append((text, box))
        write(canvas, axes, place, text, **look)

    def note_plate(
        canvas: Canvas, axes: Axes, place: tuple[float, float], text: str, **look: float
    ) -> None:
        x, y = grounds[axes].on_paper(*place)
        size = look["points"] * MM_PER_POINT
        width = canvas.width_of(text, look["points"]) + 2 * PLATE_PAD * size
        found[axes].names.append((text, around(x, y, width, size * (1 + 2 * PLATE_PAD))))
        plate(canvas, axes, place, text, **look)

    town = town_tables()
    town["summary"] = summarise(town, walking=Walking())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GroundMap, "__init__", note_map)
        patch.setattr(Canvas, "map_text", note_text)
        patch.setattr(Canvas, "map_plate", note_plate)
        folder: Path = tmp_path_factory.mktemp("labels")
        draw_sheets(town, Imprint(title="甲", languages=request.param), folder, sheets=("A3 pdf",))
    # The index map shows frames that may cross, and their numbers with them.
    return [one for one in found.values() if one.names and one.signs]


def test_no_name_stands_on_another(maps: list[Drawn]) -> None:
    assert len(maps) >= 6
    for one in maps:
        for (text, box), (other, taken) in combinations(one.names, 2):
            assert box.intersection(taken).area < 0.02 * min(box.area, taken.area), (text, other)


def test_no_name_is_hidden_by_scale_or_north_or_cut_by_the_frame(maps: list[Drawn]) -> None:
    for one in maps:
        for text, box in one.names:
            assert one.frame.covers(box), text
            assert not any(box.intersects(sign) for sign in one.signs), text


def test_every_zone_is_named_on_an_overview(maps: list[Drawn]) -> None:
    named = [{text for text, _ in one.names} for one in maps]
    assert sum({"Z01", "Z02", "Z03"} <= texts for texts in named) == 3


def test_a_long_legend_ends_where_its_frame_does() -> None:
    shown = Shown(
        fills=dict.fromkeys(PRINT_FILLS, 3),
        haves=dict.fromkeys(HAVES, (2, 1)),
        gates=dict.fromkeys(GATE_COLOURS, 4),
        signs={
            "zone",
            "no_zone",
            "major",
            "minor",
            "path",
            "railway",
            "water",
            "green",
            "building",
        },
    )
    canvas = Canvas(lay_out("A3"), paper_face())
    rest = draw_legend(canvas, Frame(10, 50, 66, 90), shown, ("zh", "en"))
    assert rest.height >= -1e-9


def numbered(count: int) -> TextTable:
    rows = tuple((str(n), f"小区{n}") for n in range(count))
    return TextTable(("号", "小区"), rows, (1.0, 3.0), ("right", "left"))


@pytest.mark.parametrize("count", [1, 2, 7, 34])
def test_a_folded_table_keeps_every_row_in_order(count: int) -> None:
    folded = fold(numbered(count))
    assert len(folded.rows) == (count + 1) // 2
    read = [row[:2] for row in folded.rows] + [row[2:] for row in folded.rows if row[2]]
    assert tuple(read) == numbered(count).rows
    assert len(folded.header) == len(folded.widths) == len(folded.align) == 4


def test_more_height_never_has_room_for_fewer_rows() -> None:
    counts: Iterator[int] = (rows_in(height) for height in np.linspace(0, 200, 90))
    listed = list(counts)
    assert listed == sorted(listed)


def test_an_unnamed_community_is_called_after_its_street_and_never_by_its_id() -> None:
    town = town_tables()
    town["communities"]["name"] = None
    labels = make_scene(town).communities["label"]
    assert labels.str.startswith("未命名小区").all()
    assert not set(labels) & set(town["communities"].index)
    assert labels.is_unique


def test_sections_fill_a_tall_panel_within_bounds_and_are_never_set_closer() -> None:
    table = TextTable((), (("a",),) * 10, (1.0,), ("left",))
    assert widening(1000.0, [table]) == pytest.approx(1.6)
    assert widening(10.0, [table]) == pytest.approx(1.0)
    assert 1.0 < widening(60.0, [table]) < 1.6


def test_counts_of_the_legend_set_thousands_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(Canvas, "fitted", lambda *place, **_: said.append(str(place[2])))
    canvas = Canvas(lay_out("A3"), paper_face())
    shown = Shown(
        fills={"1": 1_234},
        haves={"clinic": (1_100, 2_200)},
        gates={"surveyed": 4_321},
        protections={"old_tree": 5_000},
    )
    draw_legend(canvas, canvas.layout.left, shown, ("zh", "en"))
    assert {"1,234", "1,100 + 2,200", "4,321", "5,000"} <= set(said)
