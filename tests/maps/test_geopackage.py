"""The GeoPackage read back: layers, keys, reference system, kinds of geometry, equal bytes."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

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
    assert set(layers) == expected | {"answers", "layer_styles"}
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
    write_geopackage({**tables, "communities": communities, "zones": tables["zones"]}, path)
    assert set(gpd.read_file(path, layer="answers")["name"]) == {hostile}
    assert set(gpd.read_file(path, layer="communities")["name"]) == {hostile}
    assert len(gpd.read_file(path, layer="zones")) == 3


def test_equal_tables_give_equal_bytes(package: Path, tmp_path: Path) -> None:
    write_geopackage(town_tables(), tmp_path / "again.gpkg")
    assert (tmp_path / "again.gpkg").read_bytes() == package.read_bytes()


def styles_of(path: Path) -> pd.DataFrame:
    return pyogrio.read_dataframe(path, layer="layer_styles").set_index("f_table_name")


def test_every_layer_has_one_style_that_qgis_takes_by_itself(package: Path) -> None:
    table = styles_of(package)
    layers = {str(name) for name, _ in pyogrio.list_layers(package)} - {"layer_styles"}
    assert set(table.index) == layers
    assert table.index.is_unique
    assert table["useAsDefault"].all()
    assert set(table["f_geometry_column"]) == {"geom"}
    assert set(table["f_table_schema"]) == {""}
    for name, qml in table["styleQML"].items():
        root = ET.fromstring(qml)  # noqa: S314  our own text
        rules = root.findall("renderer-v2/rules/rule")
        symbols = {symbol.get("name") for symbol in root.findall("renderer-v2/symbols/symbol")}
        assert rules, name
        assert {rule.get("symbol") for rule in rules} == symbols, name
        assert all(rule.get("label") for rule in rules), name


@pytest.mark.parametrize("name", ["communities", "zones", "facilities", "network", "answers"])
def test_captions_are_the_aliases_of_a_layers_fields(package: Path, name: str) -> None:
    root = ET.fromstring(styles_of(package).loc[name, "styleQML"])  # noqa: S314  our own text
    aliases = {str(one.get("field")): one.get("name") for one in root.findall("aliases/alias")}
    fields = set(pyogrio.read_info(package, layer=name)["fields"])
    assert set(aliases) == fields
    assert all(aliases.values())
    if name == "communities":
        assert aliases["households"] == "户数 Households [户]"
        assert aliases["community_id"] == "小区编码 Community id"


def test_a_style_covers_every_feature_of_its_layer(package: Path) -> None:
    """Words in the rules of a style are the words that the contract allows."""
    table = styles_of(package)
    for name, field in (
        ("facilities", "category"),
        ("catchments", "category"),
        ("access_points", "kind"),
        ("barriers", "kind"),
        ("land", "kind"),
        ("circles", "walker"),
        ("answers", "class"),
    ):
        values = set(pyogrio.read_dataframe(package, layer=name, read_geometry=False)[field])
        named = set(re.findall(rf"&quot;{field}&quot; = '(\w+)'", table.loc[name, "styleQML"]))
        assert values <= named, name


def test_the_layer_of_answers_counts_what_is_missing_and_takes_the_maps_class(
    package: Path,
) -> None:
    layer = pyogrio.read_dataframe(package, layer="answers").set_index("community_id")
    gaps = town_tables()["gaps"].reset_index()
    adult = gaps[gaps["walker"].eq("adult")]
    wanted = adult[adult["status"].isin(["far", "gap"])].groupby("community_id").size()
    assert layer["missing"].to_dict() == wanted.reindex(layer.index, fill_value=0).to_dict()
    counted = layer[layer["missing"].gt(0) & layer["class"].ne("no_data")]
    assert len(counted)
    assert counted["class"].tolist() == [str(min(count, 6)) for count in counted["missing"]]
    assert set(layer.loc[layer["missing"].eq(0), "class"]) <= {"0", "doubt", "no_data"}
    status = adult.set_index(["community_id", "category"])["status"]
    assert all(layer.loc[one, "toilet"] == status[one, "toilet"] for one in layer.index)


def test_styles_speak_the_languages_of_the_job(tmp_path: Path) -> None:
    write_geopackage(town_tables(), tmp_path / "plan.gpkg", languages=("en",))
    table = styles_of(tmp_path / "plan.gpkg")
    root = ET.fromstring(table.loc["facilities", "styleQML"])  # noqa: S314  our own text
    labels = [str(rule.get("label")) for rule in root.findall("renderer-v2/rules/rule")]
    assert labels[:2] == ["service centre", "service centre (unconfirmed)"]
    assert table.loc["zones", "styleName"] == "Zones"
