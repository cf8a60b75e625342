"""Vector files in and out: every format, unlabelled text, missing systems, counted rows."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from shapely import Point, box

from layers.errors import CrsError, InputError, OutputError, PlanningError
from layers.files import Source, VectorInput, list_layers, read_vector, write_layers

NAME = "翠苑一区"


def two_squares(crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
    shapes = [box(112.79, 34.73, 112.80, 34.74), box(112.81, 34.73, 112.82, 34.74)]
    frame = gpd.GeoDataFrame(
        {"小区名称": [NAME, "b"], "编码": ["007", "08"], "户数": [12, 30]},
        geometry=shapes,
        crs="EPSG:4326",
    )
    return frame.to_crs(crs)


def shapefile(path: Path, encoding: str = "gbk", label: str | None = None) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL tells of names that it cuts
        two_squares().to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if label is not None:
        path.with_suffix(".cpg").write_text(label)
    return path


def read(path: Path, **said: object) -> VectorInput:
    return read_vector(Source(path=path, **said), role="communities")  # type: ignore[arg-type]


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def codes(found: VectorInput) -> list[str]:
    return [finding.code for finding in found.findings]


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.fgb", "a.gdb", "a.parquet", "a.kml"])
def test_every_format_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if path.suffix == ".parquet":
        two_squares().to_parquet(path)
    else:
        drivers = {".gdb": "OpenFileGDB", ".kml": "KML"}
        frame = two_squares().astype({"户数": "int32"})
        frame.to_file(path, driver=drivers.get(path.suffix), engine="pyogrio")
    found = read(path)
    rows = found.frame.sort_values("编码")
    assert rows["小区名称"].tolist() == [NAME, "b"]
    assert rows["编码"].tolist() == ["007", "08"]
    assert found.frame.crs.to_epsg() == 4326
    assert rows.geometry.iloc[0].bounds == pytest.approx((112.79, 34.73, 112.80, 34.74))
    assert (found.record.read, found.record.kept, found.record.refused) == (2, 2, 0)
    assert found.frame.index.name == "row"
    assert found.frame.index.tolist() == [1, 2]


def test_the_account_names_the_file_and_its_digest(tmp_path: Path) -> None:
    two_squares().to_file(tmp_path / "a.geojson")
    record = read(tmp_path / "a.geojson").record
    assert record.role == "communities"
    assert record.path == str(tmp_path / "a.geojson")
    assert record.sha256 == hashlib.sha256((tmp_path / "a.geojson").read_bytes()).hexdigest()


@pytest.mark.parametrize("label", [None, "GBK", "936", "UTF-8"])
def test_gbk_text_is_read_whatever_its_label_says(tmp_path: Path, label: str | None) -> None:
    found = read(shapefile(tmp_path / "a.shp", "gbk", label))
    assert found.frame["小区名称"].tolist() == [NAME, "b"]
    expected = {None: ["encoding-found"], "UTF-8": ["encoding-label-wrong"]}
    assert codes(found) == expected.get(label, [])
    for finding in found.findings:
        assert NAME in finding.zh
        assert NAME in finding.en


@pytest.mark.parametrize("label", [None, "UTF-8", "GBK"])
def test_names_cut_in_the_middle_of_a_character_do_not_crash(
    tmp_path: Path, label: str | None
) -> None:
    found = read(shapefile(tmp_path / "a.shp", "utf-8", label), fields={"name": "小区名称"})
    assert found.frame.columns.tolist() == ["name", "编码", "户数", "geometry"]
    assert found.frame["name"].tolist() == [NAME, "b"]


def test_two_columns_that_are_equal_once_cut_stay_two(tmp_path: Path) -> None:
    frame = two_squares().rename(columns={"编码": "总户数（户）"}).drop(columns="户数")
    frame = frame.rename(columns={"小区名称": "总户数合计"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_file(tmp_path / "a.shp", encoding="utf-8")
    found = read(tmp_path / "a.shp")
    assert found.frame.columns.tolist()[:2] == ["总户数", "总户数_2"]


def test_a_given_encoding_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    shapefile(tmp_path / "a.shp", "gbk")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.shp", encoding="utf-8")
    assert "'utf-8'" in caught.value.en
    assert "'utf-8'" in caught.value.zh
    with pytest.raises(InputError, match="klingon"):
        read(tmp_path / "a.shp", encoding="klingon")


@pytest.mark.parametrize("suffix", [".dbf", ".shx"])
def test_a_shapefile_without_its_parts_is_refused(tmp_path: Path, suffix: str) -> None:
    shapefile(tmp_path / "a.shp").with_suffix(suffix).unlink()
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.shp")
    assert suffix in caught.value.en
    assert suffix in caught.value.zh


def test_a_shapefile_whose_table_was_cut_short_is_refused(tmp_path: Path) -> None:
    dbf = shapefile(tmp_path / "a.shp").with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes()[:-120])
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.shp")
    assert "cut short" in caught.value.en
    assert "不完整" in caught.value.zh


def test_a_zipped_shapefile_is_read_without_unpacking_beside_it(tmp_path: Path) -> None:
    shapefile(tmp_path / "a.shp")
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "数据.zip", "w") as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(tmp_path / f"a{suffix}", f"成果/小区{suffix}")
    found = read(tmp_path / "in" / "数据.zip")
    assert found.frame["小区名称"].tolist() == [NAME, "b"]
    assert names_in(tmp_path / "in") == ["数据.zip"]
    assert found.record.path.endswith("数据.zip")


def test_an_archive_with_two_shapefiles_needs_a_name(tmp_path: Path) -> None:
    shapefile(tmp_path / "a.shp")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for stem in ("甲", "乙"):
            for suffix in (".shp", ".shx", ".dbf", ".prj"):
                archive.write(tmp_path / f"a{suffix}", f"{stem}{suffix}")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "z.zip")
    assert "'甲'" in caught.value.en
    assert "'乙'" in caught.value.zh
    assert len(read(tmp_path / "z.zip", layer="甲").frame) == 2


def test_several_layers_need_a_name_and_one_does_not(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    write_layers(path, {"楼栋": two_squares(), "说明": pd.DataFrame({"a": [1]})})
    assert len(read(path).frame) == 2
    write_layers(path, {"楼栋": two_squares(), "小区": two_squares()})
    with pytest.raises(InputError) as caught:
        read(path)
    assert "'楼栋'" in caught.value.en
    assert "'小区'" in caught.value.zh
    with pytest.raises(InputError, match="did you mean '小区'"):
        read(path, layer="小区1")
    assert len(read(path, layer="小区").frame) == 2


def test_layers_are_listed_with_their_geometry(tmp_path: Path) -> None:
    write_layers(tmp_path / "a.gpkg", {"g": two_squares(), "t": pd.DataFrame({"甲": [1]})})
    listed = {layer.name: layer for layer in list_layers(tmp_path / "a.gpkg")}
    assert listed["g"].geometry == "Polygon"
    assert listed["t"].geometry is None
    assert listed["t"].columns == ("甲",)
    (tmp_path / "a.csv").write_text("lon,lat\n1,2\n")
    with pytest.raises(InputError, match=r"a\.csv"):
        list_layers(tmp_path / "a.csv")


def test_no_reference_system_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    shapefile(tmp_path / "a.shp").with_suffix(".prj").unlink()
    with pytest.raises(CrsError) as caught:
        read(tmp_path / "a.shp")
    assert "[inputs.communities]" in caught.value.en
    assert "EPSG:4490" in caught.value.zh
    assert read(tmp_path / "a.shp", crs="EPSG:4490").frame.crs.to_epsg() == 4490


def test_a_system_named_by_the_job_overrules_the_file_and_says_so(tmp_path: Path) -> None:
    two_squares("EPSG:4547").to_file(tmp_path / "a.gpkg")
    assert codes(read(tmp_path / "a.gpkg", crs="EPSG:4547")) == []
    found = read(tmp_path / "a.gpkg", crs="EPSG:4546")
    assert found.frame.crs.to_epsg() == 4546
    assert codes(found) == ["crs-overruled"]
    assert "CM 111E" in found.findings[0].zh


def test_degrees_declared_as_metres_and_metres_as_degrees_are_refused(tmp_path: Path) -> None:
    two_squares().to_file(tmp_path / "degrees.gpkg")
    with pytest.raises(CrsError, match="these are degrees"):
        read(tmp_path / "degrees.gpkg", crs="EPSG:4547")
    two_squares("EPSG:4526").to_file(tmp_path / "metres.gpkg")
    with pytest.raises(CrsError) as caught:
        read(tmp_path / "metres.gpkg", crs="EPSG:4326")
    assert "EPSG:4526" in caught.value.en
    assert "38 带" in caught.value.zh


def test_an_empty_layer_is_refused(tmp_path: Path) -> None:
    write_layers(tmp_path / "a.gpkg", {"g": two_squares().iloc[:0]})
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.gpkg")
    assert "no rows" in caught.value.en
    assert "没有任何记录" in caught.value.zh


def test_rows_without_a_place_are_left_out_and_counted(tmp_path: Path) -> None:
    frame = two_squares()
    frame = pd.concat([frame, frame.assign(geometry=None)], ignore_index=True)
    write_layers(tmp_path / "a.gpkg", {"g": frame})
    found = read(tmp_path / "a.gpkg")
    assert (found.record.read, found.record.kept, found.record.refused) == (4, 2, 2)
    assert codes(found) == ["geometry-missing"]
    assert "3, 4" in found.findings[0].en


def test_a_layer_of_wild_coordinates_only_is_refused(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(geometry=[Point(np.inf, 3.0)], crs="EPSG:4326")
    frame.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.parquet")
    assert "1 row(s), none" in caught.value.en
    assert "均无可用图形" in caught.value.zh


def test_parquet_without_places_is_refused_in_one_line(tmp_path: Path) -> None:
    pd.DataFrame({"u": [1], "v": [2]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.parquet")
    assert "Missing geo metadata in Parquet/Feather file; export" in caught.value.en
    assert "不是 GeoParquet(Missing geo metadata" in caught.value.zh


def test_heights_are_dropped(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(geometry=[Point(112.8, 34.7, 120.0)], crs="EPSG:4326")
    frame.to_file(tmp_path / "a.gpkg")
    assert not read(tmp_path / "a.gpkg").frame.geometry.has_z.any()


def test_unclosed_rings_are_closed_and_listed(tmp_path: Path) -> None:
    ring = [[112.79, 34.73], [112.80, 34.73], [112.80, 34.74], [112.79, 34.74]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"a": 1}, "geometry": shape}
    content = {"type": "FeatureCollection", "features": [feature]}
    (tmp_path / "a.geojson").write_text(json.dumps(content))
    found = read(tmp_path / "a.geojson")
    assert found.frame.geometry.iloc[0].area == pytest.approx(1e-4)
    assert codes(found) == ["rings-closed"]


def test_geojson_in_gbk_is_read(tmp_path: Path) -> None:
    two_squares().to_file(tmp_path / "a.geojson")
    text = (tmp_path / "a.geojson").read_text("utf-8")
    (tmp_path / "a.geojson").write_bytes(text.encode("gbk"))
    assert read(tmp_path / "a.geojson").frame["小区名称"].tolist() == [NAME, "b"]


def test_a_provider_shift_is_undone_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("名称,lng,lat\n天安门,116.41024449916938,39.91640428150164\n")
    found = read(tmp_path / "a.csv", coordinates="gcj02")
    assert found.frame.geometry.iloc[0].x == pytest.approx(116.404, abs=1e-9)
    assert found.frame.crs.to_epsg() == 4326
    assert codes(found) == ["shift-undone"]
    assert "GCJ02" in found.findings[0].zh


def test_a_provider_shift_of_metres_is_refused(tmp_path: Path) -> None:
    two_squares("EPSG:4547").to_file(tmp_path / "a.gpkg")
    with pytest.raises(CrsError) as caught:
        read(tmp_path / "a.gpkg", coordinates="bd09")
    assert "'bd09'" in caught.value.en
    assert "'bd09'" in caught.value.zh


def test_swapped_axes_are_put_right_and_said(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(geometry=[Point(34.7, 112.8)], crs="EPSG:4326")
    frame.to_file(tmp_path / "a.geojson")
    found = read(tmp_path / "a.geojson")
    assert found.frame.geometry.iloc[0].coords[0] == (112.8, 34.7)
    assert codes(found) == ["axes-swapped"]


def test_fields_name_columns_and_a_wrong_name_is_refused(tmp_path: Path) -> None:
    two_squares().rename(columns={"编码": "name"}).to_file(tmp_path / "a.gpkg")
    frame = read(tmp_path / "a.gpkg", fields={"name": "小区名称"}).frame
    assert frame["name"].tolist() == [NAME, "b"]
    assert frame["name_in_file"].tolist() == ["007", "08"]
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.gpkg", fields={"households": "小区户数"})
    assert "'小区户数'" in caught.value.en
    assert "'户数'" in caught.value.zh


def test_text_that_was_lost_before_is_listed(tmp_path: Path) -> None:
    two_squares().replace({"小区名称": {"b": "b\ufffd"}}).to_file(tmp_path / "a.gpkg")
    found = read(tmp_path / "a.gpkg")
    assert codes(found) == ["text-damaged"]
    assert found.findings[0].row_key == "2"


def test_osm_data_is_sent_to_its_own_entry(tmp_path: Path) -> None:
    (tmp_path / "a.osm").write_text("<osm/>")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.osm")
    assert "[inputs] osm" in caught.value.en
    assert "[inputs]" in caught.value.zh


@pytest.mark.parametrize("name", ["a.fgb", "a.parquet", "a.gpkg", "a.shp"])
def test_a_damaged_file_is_an_input_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "a.parquet":
        pd.DataFrame({"a": [1]}).to_parquet(path)
    else:
        two_squares()[["geometry"]].to_file(path)
        path.write_bytes(path.read_bytes()[:180])
    with pytest.raises(InputError) as caught:
        read(path)
    assert name in caught.value.en
    assert name in caught.value.zh


def every_format(folder: Path) -> dict[str, Path]:
    """Write one layer in every format; the key is the file to damage, the value the one to read."""
    frame = two_squares().astype({"户数": "int32"})
    shapefile(folder / "a.shp", "gbk", "GBK")
    for name in ("a.gpkg", "a.geojson", "a.fgb"):
        frame.to_file(folder / name)
    frame.to_file(folder / "a.kml", driver="KML")
    frame.to_parquet(folder / "a.parquet")
    table = pd.DataFrame({"名称": frame["小区名称"], "经度": 112.8, "纬度": 34.7})
    table.to_csv(folder / "a.csv", index=False)
    table.to_excel(folder / "a.xlsx", index=False)
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(folder / f"a{suffix}", f"a{suffix}")
    parts = {f"a{suffix}": folder / "a.shp" for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg")}
    whole = ("a.gpkg", "a.geojson", "a.fgb", "a.kml", "a.parquet", "a.csv", "a.xlsx", "a.zip")
    return parts | {name: folder / name for name in whole}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(2, 120))]
)
def test_damage_anywhere_is_read_or_refused_in_plain_words(tmp_path: Path, seed: int) -> None:
    refusals = []
    rng = np.random.default_rng(seed)
    for name, target in every_format(tmp_path).items():
        sound = (tmp_path / name).read_bytes()
        for kind in ("cut", "bytes", "head"):
            raw = bytearray(sound)
            if kind == "cut":
                raw = raw[: rng.integers(len(raw))]
            reach = len(raw) if kind == "bytes" else min(len(raw), 200)
            for _ in range(4 if reach else 0):
                raw[rng.integers(reach)] = rng.integers(256)
            (tmp_path / name).write_bytes(bytes(raw))
            try:
                assert len(read(target).frame) > 0
            except PlanningError as error:
                refusals.append(error)
        (tmp_path / name).write_bytes(sound)
    assert refusals
    assert all(error.en and error.zh for error in refusals)


@pytest.mark.parametrize(
    "name", ["a!b.gpkg", "a!b.fgb", "a!b.geojson", "a!b.shp", "小区 #1?%20.gpkg"]
)
def test_odd_characters_in_a_path_do_no_harm(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "!资料 (1)"
    folder.mkdir()
    plain = tmp_path / f"plain{Path(name).suffix}"
    two_squares()[["geometry"]].to_file(plain)
    for part in tmp_path.glob("plain.*"):
        part.rename(folder / f"{Path(name).stem}{part.suffix}")
    assert len(read(folder / name).frame) == 2
    write_layers(folder / "结果!.gpkg", {"g": two_squares()})
    assert list_layers(folder / "结果!.gpkg")[0].name == "g"


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_reading_changes_neither_the_file_nor_its_folder(tmp_path: Path, journal: str) -> None:
    path = tmp_path / "a.gpkg"
    write_layers(path, {"g": two_squares()})
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA journal_mode={journal}")
    connection.close()
    before = (names_in(tmp_path), path.read_bytes(), path.stat().st_mtime_ns)
    assert len(read(path).frame) == 2
    assert (names_in(tmp_path), path.read_bytes(), path.stat().st_mtime_ns) == before


def test_rows_still_in_the_write_ahead_log_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    write_layers(path, {"g": two_squares()})
    other = sqlite3.connect(path)
    other.execute("PRAGMA journal_mode=wal")
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for (trigger,) in other.execute(triggers).fetchall():
        other.execute(f'DROP TRIGGER "{trigger}"')
    other.execute("UPDATE g SET 户数 = 99 WHERE 编码 = '007'")
    other.commit()
    assert read(path).frame["户数"].tolist() == [99, 30]
    other.close()


def test_equal_tables_make_equal_bytes(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "count": pd.array([1, None], dtype="Int64"),
            "flag": pd.array([True, None], dtype="boolean"),
            "text": pd.Series(["x", None], dtype="str"),
            "number": [1.5, np.nan],
        },
        index=pd.MultiIndex.from_tuples([("01", "x"), ("2", "y")], names=["key", "other"]),
    )
    layers = {"table": table, "shapes": two_squares("EPSG:4547"), "none": two_squares().iloc[:0]}
    for name in ("a.gpkg", "b.gpkg"):
        write_layers(tmp_path / name, layers)
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None
    again = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="table")
    assert again["key"].tolist() == ["01", "2"]
    assert again["count"].tolist()[0] == 1
    assert np.isnan(again["number"].tolist()[1])


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").mkdir()
    with pytest.raises(OutputError) as caught:
        write_layers(tmp_path / "a.gpkg", {"g": two_squares()})
    assert "a.gpkg" in caught.value.en
    assert "无法写入" in caught.value.zh
    assert names_in(tmp_path) == ["a.gpkg"]


def test_a_shapefile_whose_shapes_were_cut_short_is_refused(tmp_path: Path) -> None:
    for suffix in (".shp", ".shx"):
        path = shapefile(tmp_path / f"{suffix[1:]}.shp")
        part = path.with_suffix(suffix)
        part.write_bytes(part.read_bytes()[:-20])
        with pytest.raises(InputError) as caught:
            read(path)
        assert "cut short" in caught.value.en
        assert "不完整" in caught.value.zh


def test_control_characters_are_taken_out_and_counted(tmp_path: Path) -> None:
    frame = two_squares()
    frame.loc[0, "小区名称"] = "翠\x01苑\x1b[31m一区\uffff"
    frame.to_file(tmp_path / "a.gpkg", layer="a")
    found = read(tmp_path / "a.gpkg")
    assert found.frame["小区名称"].tolist() == ["翠苑[31m一区", "b"]
    (finding,) = [f for f in found.findings if f.code == "text-control-characters"]
    assert "1 row(s)" in finding.en
    assert "控制字符" in finding.zh
