"""Where the data ends within a sheet, a line says so and the legend names it."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from maps.cartography import GroundMap
from maps.drawing import Canvas
from maps.fonts import paper_face
from maps.labels import Imprint
from maps.legends import SIGNS
from maps.paper import choose_window, lay_out
from maps.scene import make_scene
from maps.sheets import draw_sheets
from maps.views import Shown, View
from tests.town import town_tables


def box_around(grow: float) -> tuple[tuple[float, float], ...]:
    """Give the corners of the town's bounds, grown on all sides."""
    west, south, east, north = town_tables()["communities"].total_bounds
    ring = shapely.box(west - grow, south - grow, east + grow, north + grow).exterior
    return tuple((float(x), float(y)) for x, y in ring.coords)


def shown_with(edge: tuple[tuple[float, float], ...]) -> Shown:
    tables = town_tables()
    layout = lay_out("A3")
    canvas = Canvas(layout, paper_face())
    west, south, east, north = tables["communities"].total_bounds
    window = choose_window((west, south, east, north), layout.map, canvas.by)
    return GroundMap(canvas, View(layout.map, window), make_scene(tables, data_edge=edge)).draw()


@pytest.mark.parametrize("grow", [-30.0, 5.0])
def test_the_line_is_drawn_where_a_frame_reaches_beyond_the_data(grow: float) -> None:
    assert "data_edge" in shown_with(box_around(grow)).signs


def test_the_line_is_not_drawn_where_the_data_fills_the_frame() -> None:
    assert "data_edge" not in shown_with(box_around(5_000.0)).signs


def test_an_edge_that_is_not_known_is_not_drawn() -> None:
    assert "data_edge" not in shown_with(()).signs


def test_the_legend_has_a_name_for_it() -> None:
    assert "数据范围线" in dict(SIGNS)["data_edge"][0]


def test_sheets_take_the_edge_from_the_imprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[bool] = []
    own = GroundMap.draw

    def draw(ground: GroundMap) -> Shown:
        shown = own(ground)
        drawn.append("data_edge" in shown.signs)
        return shown

    monkeypatch.setattr(GroundMap, "draw", draw)
    draw_sheets(town_tables(), Imprint(title="甲", data_edge=box_around(5.0)), tmp_path, sheets=())
    assert drawn
    assert all(drawn)
