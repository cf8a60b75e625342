"""Damaged inputs: one clear message in both languages, whatever the damage."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString, Polygon

from layers.errors import PlanningError
from layers.ground import Ground, read_ground
from lianpian.job import read_job
from lianpian.pipeline import run_job
from lianpian.sources import inputs_of, read_inputs

Damage = Callable[[Path], None]


def _read(folder: Path) -> Ground:
    return read_ground(inputs_of(read_job(folder)))


def _edit(folder: Path, old: str, new: str) -> None:
    job = folder / "job.toml"
    text = job.read_text(encoding="utf-8")
    assert old in text
    job.write_text(text.replace(old, new, 1), encoding="utf-8")


def _boundaries(folder: Path) -> Path:
    return next(folder.glob("*.shp"))


def _rewrite(folder: Path, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> None:
    """Replace the boundaries by a changed copy in a GeoPackage."""
    found = _boundaries(folder)
    change(gpd.read_file(found, encoding="gbk")).to_file(folder / "b.gpkg", layer="b")
    _edit(folder, found.name, "b.gpkg")


def _no_such_file(folder: Path) -> None:
    _edit(folder, "poi.csv", "pio.csv")


def _unknown_key(folder: Path) -> None:
    _edit(folder, "limit_m", "limitm")


def _no_crs(folder: Path) -> None:
    _boundaries(folder).with_suffix(".prj").unlink()


def _empty_layer(folder: Path) -> None:
    _rewrite(folder, lambda frame: frame.iloc[:0])


def _duplicate_ids(folder: Path) -> None:
    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        code = next(column for column in frame.columns if "编" in column)
        frame.loc[1, code] = frame.loc[0, code]
        return frame

    _rewrite(folder, change)


def _degrees_as_metres(folder: Path) -> None:
    _rewrite(folder, lambda frame: frame.to_crs(4326).set_crs(4547, allow_override=True))


def _metres_as_degrees(folder: Path) -> None:
    _rewrite(folder, lambda frame: frame.set_crs(4326, allow_override=True))


def _flat_geometry(folder: Path) -> None:
    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        x, y = frame.geometry.iloc[3].representative_point().coords[0]
        flat = Polygon([(x, y), (x + 9, y), (x + 18, y), (x, y)])
        shapes = list(frame.geometry)
        shapes[3] = flat
        return frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))

    _rewrite(folder, change)


def _points_for_polygons(folder: Path) -> None:
    _rewrite(folder, lambda frame: frame.set_geometry(frame.geometry.centroid))


def _no_street(folder: Path) -> None:
    shape = LineString([(389_000, 3_845_000), (389_900, 3_845_000)])
    roads = gpd.GeoDataFrame({"道路等级": ["高速公路"]}, geometry=[shape], crs=4547)
    roads.to_file(folder / "roads.gpkg", layer="roads")
    _edit(folder, "[inputs.gates]", '[inputs.streets]\npath = "roads.gpkg"\n\n[inputs.gates]')


def _damaged_extract(folder: Path) -> None:
    path = next(folder.glob("*.osm.pbf"))
    path.write_bytes(path.read_bytes()[:2000])


def _damaged_ledger(folder: Path) -> None:
    path = next(folder.glob("*.xlsx"))
    path.write_bytes(path.read_bytes()[:3000])


def _degrees_for_the_job(folder: Path) -> None:
    _edit(folder, 'crs = "EPSG:4547"', 'crs = "EPSG:4490"')


def _text_for_a_map(folder: Path) -> None:
    (folder / "poi.csv").write_text("hello", encoding="utf-8")


def _unknown_rulebook(folder: Path) -> None:
    _edit(folder, '"yanshi_2021"', '"yanshi_2012"')


@pytest.mark.parametrize(
    ("damage", "en", "zh"),
    [
        (_no_such_file, "pio.csv", "pio.csv"),
        (_unknown_key, "limit_m", "limit_m"),
        (_no_crs, "reference system", "坐标"),
        (_empty_layer, "b.gpkg", "b.gpkg"),
        (_duplicate_ids, "more than one row", "重复"),
        (_degrees_as_metres, "degrees", "度"),
        (_metres_as_degrees, "degrees", "度"),
        (_flat_geometry, "row 4: encloses no area", "不围合任何面积"),
        (_points_for_polygons, "polygon", "面"),
        (_no_street, "walk", "步行"),
        (_damaged_extract, ".osm.pbf", ".osm.pbf"),
        (_damaged_ledger, ".xlsx", ".xlsx"),
        (_degrees_for_the_job, "4490", "4490"),
        (_text_for_a_map, "poi.csv", "poi.csv"),
    ],
)
def test_damaged_input_is_refused_in_both_languages(
    damage: Damage, en: str, zh: str, small_job: Path, tmp_path: Path
):
    folder = tmp_path / "job"
    shutil.copytree(small_job.parent, folder)
    damage(folder)
    with pytest.raises(PlanningError) as caught:
        run_job(folder)
    assert en in caught.value.en
    assert zh in caught.value.zh
    assert caught.value.en != caught.value.zh


def test_an_unknown_rulebook_names_the_shipped_ones(small_job: Path, tmp_path: Path):
    folder = tmp_path / "job"
    shutil.copytree(small_job.parent, folder)
    _unknown_rulebook(folder)
    with pytest.raises(PlanningError) as caught:
        run_job(folder)
    assert "yanshi_2021" in caught.value.en
    assert "yanshi_2021" in caught.value.zh


def test_a_job_without_any_input_says_what_to_give(tmp_path: Path):
    (tmp_path / "job.toml").write_text("[job]\nname = 'x'\n", encoding="utf-8")
    with pytest.raises(PlanningError) as caught:
        _read(tmp_path)
    assert "[inputs.communities]" in caught.value.en
    assert "没有小区" in caught.value.zh


def test_what_can_be_repaired_is_repaired_and_listed(small_job: Path, tmp_path: Path):
    folder = tmp_path / "job"
    shutil.copytree(small_job.parent, folder)

    def twist(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Give one outline a spike that goes out and comes back."""
        ring = list(frame.geometry.iloc[0].exterior.coords)
        spike = [(ring[0][0] - 6, ring[0][1] - 6), ring[0]]
        shapes = [Polygon([ring[0], *spike, *ring[1:]]), *frame.geometry.iloc[1:]]
        return frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))

    before = len(_read(folder).communities)
    _rewrite(folder, twist)
    ground = _read(folder)
    assert len(ground.communities) == before
    assert ground.communities.is_valid.all()
    repaired = [f for f in ground.findings if "repair" in f.code]
    assert repaired


def test_doubled_inputs_are_told(small_job: Path, tmp_path: Path):
    folder = tmp_path / "job"
    shutil.copytree(small_job.parent, folder)
    again = '[[inputs.facilities]]\npath = "poi.csv"\ncoordinates = "gcj02"\n'
    _edit(folder, "[[inputs.facilities]]\n", again + "[[inputs.facilities]]\n")
    found = {f.code: f for f in read_inputs(read_job(folder)).findings}
    assert "poi.csv, poi.csv are the same data" in found["input-given-twice"].en
    assert "2 次" in found["input-given-twice"].zh


def test_a_floor_of_no_households_is_no_floor(small_job: Path, tmp_path: Path):
    folder = tmp_path / "job"
    shutil.copytree(small_job.parent, folder)
    job = folder / "job.toml"
    lines = job.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("households", "count"))]
    text = "\n".join(kept).replace("[zones]", "[zones]\nhouseholds = [0, 5000]")
    job.write_text(text, encoding="utf-8")
    assert len(run_job(folder).zones) > 0
