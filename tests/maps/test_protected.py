"""What must be kept, on sheets, maps of the report and the working map."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from layers.contracts import check, conform
from layers.tables import PROTECTED_KINDS, PROTECTIONS
from maps.cartography import GroundMap
from maps.drawing import Canvas
from maps.fonts import paper_face
from maps.labels import Imprint
from maps.paper import lay_out
from maps.payload import public_document, working_document
from maps.protected import MARK_MM, SMALL_MARK_MM, draw_protected, spots_of
from maps.report_maps import MapDrawer
from maps.scene import make_scene
from maps.sheets import draw_sheets
from maps.style import PROTECTED_INK, PROTECTED_SHAPES
from maps.views import Shown
from tests.browser import Watched, count_colours, open_map, wait_until
from tests.town import CRS, at, town_tables
from tests.town_ground import SOUTH, WEST


def kept(*rows: tuple[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        [{"protection_id": f"p{n}", "kind": kind} for n, (kind, _) in enumerate(rows)]
    )
    shapes = [shape for _, shape in rows]
    table = conform(PROTECTIONS, gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS))
    check(PROTECTIONS, table)
    return gpd.GeoDataFrame(table)


def test_every_kind_has_words_and_each_thing_a_mark_of_its_own() -> None:
    things = set(PROTECTED_KINDS) - {"historic_city", "historic_area"}
    assert set(PROTECTED_SHAPES) == things
    known = [shape for kind, shape in PROTECTED_SHAPES.items() if kind != "other"]
    assert len(set(known)) == len(known)


def test_things_have_marks_and_ground_has_an_outline_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    house = shapely.box(WEST, SOUTH, WEST + 20, SOUTH + 10)
    rows = kept(
        ("relic", house),
        ("old_tree", at(50, 50)),
        ("old_tree", at(90, 50)),
        ("historic_city", shapely.box(WEST, SOUTH, WEST + 300, SOUTH + 300)),
        ("other", shapely.LineString([at(0, 0), at(40, 0)])),
    )
    marks: list[tuple[str, int]] = []
    lines: list[tuple[str, bool]] = []

    def note_mark(self: Canvas, axes: object, places: list[object], **look: object) -> None:
        del self, axes
        marks.append((str(look["shape"]), len(places)))

    def note_path(self: Canvas, axes: object, path: object, **look: object) -> None:
        del self, axes, path
        if look["edge"] == PROTECTED_INK:
            lines.append((str(look["edge"]), bool(look.get("dash"))))

    canvas = Canvas(lay_out("A3"), paper_face())
    monkeypatch.setattr(Canvas, "marks", note_mark)
    monkeypatch.setattr(Canvas, "path", note_path)
    counts = draw_protected(canvas, canvas.page, rows)
    assert counts == {"relic": 1, "old_tree": 2, "historic_city": 1, "other": 1}
    assert marks == [("square", 1), ("circle", 2), ("square", 1)]
    assert [dashed for _, dashed in lines] == [False, True, False]
    assert len(spots_of(rows)) == 4
    assert draw_protected(canvas, canvas.page, rows.iloc[:0]) == {}
    assert spots_of(rows.iloc[:0]).shape == (0, 2)


SEEN = ("古树名木 / old and famous trees", "历史城区 / the historic city")


def test_the_overview_draws_what_must_be_kept_and_says_so(imprint: Imprint, tmp_path: Path) -> None:
    tables = town_tables()
    sizes: list[float] = []
    draw = GroundMap._protections

    def note(self: GroundMap) -> None:
        sizes.append(self.view.mark)
        draw(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GroundMap, "_protections", note)
        with_them = lines_of(tables, imprint, tmp_path / "with")
    overviews, zones = sizes.count(SMALL_MARK_MM), sizes.count(MARK_MM)
    assert (overviews, zones) == (3, len(tables["zones"]))
    assert all(with_them.count(one) >= overviews for one in SEEN)


def test_maps_of_the_report_draw_what_must_be_kept_and_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables = town_tables()
    shown: list[Shown] = []

    def note(*place: object, **look: object) -> None:
        del look
        shown.append(place[2])  # type: ignore[arg-type]  # the third is what the map shows

    monkeypatch.setattr("maps.report_maps.draw_legend", note)
    drawer = MapDrawer(make_scene(tables), ("zh", "en"))
    drawer.overview()
    drawer.zone(str(tables["zones"].index[0]))
    assert [one.protections["historic_city"] for one in shown] == [1, 1]
    assert "old_tree" in shown[0].protections
    drawer = MapDrawer(make_scene({**tables, "protections": tables["protections"][:0]}), ("zh",))
    drawer.overview()
    assert shown[-1].protections == {}


def lines_of(tables: dict[str, pd.DataFrame], imprint: Imprint, folder: Path) -> list[str]:
    """List the texts that the sheets of a plan set."""
    lines: list[str] = []

    def note(*place: object, **look: object) -> None:
        del look
        lines.append(str(place[3]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("maps.drawing.Canvas.text", note)
        draw_sheets(tables, imprint, folder, sheets=("A3 png",))
    return lines


def test_the_legend_of_a_zone_lists_what_its_map_shows(imprint: Imprint, tmp_path: Path) -> None:
    tables = town_tables()
    with_them = lines_of(tables, imprint, tmp_path / "with")
    assert with_them.count("古树名木 / old and famous trees") >= 1
    assert with_them.count("历史城区 / the historic city") >= 1
    assert "历史建筑 / historic buildings" not in with_them
    bare = {**tables, "protections": tables["protections"].iloc[:0]}
    without = lines_of(bare, imprint, tmp_path / "without")
    assert not [line for line in without if "古树" in line or "历史城区" in line]


def test_the_working_map_alone_carries_what_lies_on_it(imprint: Imprint) -> None:
    tables = town_tables()
    far = shapely.Point(WEST + 90_000, SOUTH)
    tables["protections"] = kept(
        ("old_tree", at(50, 50)),
        ("relic", far),
        ("historic_city", shapely.box(WEST, SOUTH, WEST + 300, SOUTH + 300)),
        ("other", shapely.LineString([at(0, 0), at(40, 0)])),
    )
    document = working_document(tables, imprint)
    found = document["protections"]
    named = [found["kinds"][kind][0] for kind in found["kind"]]
    assert named == ["古树名木", "历史城区", "类别未识别的保护对象"]
    assert [found["kinds"][kind][2] for kind in found["kind"]] == ["circle", "", "square"]
    assert found["unknown"] == found["kind"][2]
    assert document["piles"]["protections"]
    public = public_document(tables, imprint)
    assert "protections" not in public
    assert "protections" not in public["piles"]


def test_without_such_a_layer_the_working_map_says_nothing_of_it(imprint: Imprint) -> None:
    tables = town_tables()
    bare = {**tables, "protections": tables["protections"].iloc[:0]}
    without = {name: table for name, table in tables.items() if name != "protections"}
    document = working_document(bare, imprint)
    assert "protections" not in document
    assert document == working_document(without, imprint)
    tables["protections"] = kept(("relic", shapely.Point(WEST + 90_000, SOUTH)))
    assert working_document(tables, imprint) == document


@pytest.mark.browser
def test_the_layer_of_what_must_be_kept_is_drawn_and_can_be_hidden(
    watched: Watched, working_map: Path
) -> None:
    page = open_map(watched, working_map)
    row = page.locator(".layer", has=page.locator("#layer-kept"))
    assert row.locator("li").all_inner_texts() != []
    assert "古树名木" in row.inner_text()
    assert "历史城区" in row.inner_text()
    assert "文物古迹" not in row.inner_text()
    drawn = count_colours(page, "marks")
    page.uncheck("#layer-kept")
    assert "古树名木" not in row.inner_text()
    # the picture follows in the next frame
    wait_until(page, lambda: count_colours(page, "marks") < drawn)
    assert watched.errors == []


@pytest.mark.browser
def test_the_public_map_has_no_such_layer(watched: Watched, public_map: Path) -> None:
    page = open_map(watched, public_map)
    assert page.locator("#layer-kept").count() == 0
    assert watched.errors == []
