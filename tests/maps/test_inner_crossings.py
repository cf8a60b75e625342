"""Parts of a zone on two sides of a railway are joined on its sheet by a line of their own."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from maps.cartography import GroundMap
from maps.inner_crossings import find_inner_crossings
from maps.labels import Imprint
from maps.legends import SIGNS
from maps.sheets import draw_sheets
from maps.views import Shown
from tests.town import town_tables


def pair(
    zones: tuple[str | None, str | None], *, crosses: str = "bridge", linked: bool = True
) -> dict[str, pd.DataFrame]:
    """Make two communities 40 m apart with one row of adjacency."""
    shapes = [shapely.box(0, 0, 50, 50), shapely.box(90, 0, 140, 50)]
    index = pd.Index(["a", "b"], name="community_id")
    keys = pd.MultiIndex.from_tuples([("a", "b")], names=["focal", "neighbor"])
    return {
        "communities": gpd.GeoDataFrame(geometry=shapes, index=index, crs="EPSG:4547"),
        "assignment": pd.DataFrame({"zone_id": pd.Series(zones, index=index, dtype="str")}),
        "adjacency": pd.DataFrame({"crosses": [crosses], "linked": [linked]}, index=keys),
    }


def test_a_link_over_a_barrier_within_a_zone_is_the_shortest_line_over_it() -> None:
    found = find_inner_crossings(pair(("Z01", "Z01")))
    assert found["zone_id"].tolist() == ["Z01"]
    assert found.geometry.iloc[0].length == pytest.approx(40)
    assert found.crs == "EPSG:4547"


@pytest.mark.parametrize(
    "tables",
    [
        pair(("Z01", "Z02")),
        pair((None, None)),
        pair(("Z01", None)),
        pair(("Z01", "Z01"), crosses="road"),
        pair(("Z01", "Z01"), linked=False),
        {"communities": pair(("Z01", "Z01"))["communities"]},
    ],
)
def test_no_other_link_is_drawn(tables: dict[str, pd.DataFrame]) -> None:
    assert find_inner_crossings(tables).empty


@pytest.mark.parametrize("crosses", ["bridge", "road"])
def test_the_zones_sheet_draws_and_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crosses: str
) -> None:
    tables = town_tables()
    tables["adjacency"] = tables["adjacency"].assign(crosses=crosses, linked=True)
    drawn: dict[str, bool] = {}
    own = GroundMap.draw

    def draw(ground: GroundMap) -> Shown:
        shown = own(ground)
        drawn[ground.view.zone] = "crossing" in shown.signs
        return shown

    monkeypatch.setattr(GroundMap, "draw", draw)
    draw_sheets(tables, Imprint(title="甲"), tmp_path)
    assert drawn["Z01"] == (crosses == "bridge")
    assert "跨铁路" in dict(SIGNS)["crossing"][0]
