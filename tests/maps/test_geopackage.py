"""The GeoPackage read back: layers, keys, reference system, kinds of geometry, equal bytes."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from layers.contracts import check, conform, keys_of
from maps.geopackage import write_geopackage
from tests.town import CRS, town_tables
from zoning.tables import CONTRACTS


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("package") / "plan.gpkg"
    write_geopackage(town_tables(), path)
    return path


def test_every_table_with_geometry_is_a_layer_under_its_name(package: Path) -> None:
    layers = {str(name): kind for name, kind in pyogrio.list_layers(package)}
    expected = {
        name for name, table in town_tables().items() if isinstance(table, gpd.GeoDataFrame)
    }
    assert set(layers) == expected
    assert {"streets", "network", "communities", "zones", "catchments"} <= expected
    assert layers["communities"] == "Polygon"
    assert layers["streets"] == "LineString"
    assert layers["access_points"] == "Point"


@pytest.mark.parametrize("name", ["communities", "zones", "circles", "facilities", "network"])
def test_a_layer_reads_back_as_its_table(package: Path, name: str) -> None:
    table = town_tables()[name]
    read = gpd.read_file(package, layer=name)
    assert read.crs == CRS
    assert set(keys_of(CONTRACTS[name])) <= set(read.columns)
    back = conform(CONTRACTS[name], read)
    check(CONTRACTS[name], back)
    columns = [column for column in table.columns if column != "geometry"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(back[columns]), pd.DataFrame(table[columns]), check_dtype=False
    )
    assert shapely.equals_exact(back.geometry.to_numpy(), table.geometry.to_numpy()).all()


def test_single_and_multiple_polygons_make_one_kind_of_layer(tmp_path: Path) -> None:
    tables = town_tables()
    communities = tables["communities"]
    first = communities.index[0]
    far = shapely.transform(communities.geometry.iloc[0], lambda points: points + 5_000.0)
    halves = shapely.union_all([communities.geometry.iloc[0], far])
    communities.loc[[first], "geometry"] = gpd.GeoSeries([halves], index=[first], crs=CRS)
    path = tmp_path / "计划 plan.gpkg"
    write_geopackage({"communities": communities}, path)
    assert pyogrio.read_info(path, layer="communities")["geometry_type"] == "MultiPolygon"
    read = gpd.read_file(path, layer="communities")
    assert read.geometry.area.sum() == pytest.approx(communities.geometry.area.sum())


def test_a_table_without_rows_is_a_layer_all_the_same(tmp_path: Path) -> None:
    tables = town_tables()
    path = tmp_path / "plan.gpkg"
    write_geopackage({"communities": tables["communities"], "zones": tables["zones"][:0]}, path)
    read = gpd.read_file(path, layer="zones")
    assert len(read) == 0
    assert "zone_id" in read.columns


def test_hostile_names_come_back_as_they_are(tmp_path: Path) -> None:
    tables = town_tables()
    communities = tables["communities"]
    hostile = "'); DROP TABLE zones;-- <script>=1+1"
    communities["name"] = hostile
    path = tmp_path / "plan.gpkg"
    write_geopackage({"communities": communities, "zones": tables["zones"]}, path)
    assert set(gpd.read_file(path, layer="communities")["name"]) == {hostile}
    assert len(gpd.read_file(path, layer="zones")) == 3


def test_equal_tables_give_equal_bytes(package: Path, tmp_path: Path) -> None:
    write_geopackage(town_tables(), tmp_path / "again.gpkg")
    assert (tmp_path / "again.gpkg").read_bytes() == package.read_bytes()
