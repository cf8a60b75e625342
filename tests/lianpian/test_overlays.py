"""Layers laid over the communities: the built-up area, what must be kept; from the job file on."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.errors import PlanningError
from lianpian.commands import check_job
from lianpian.console import Console
from lianpian.job import read_job
from lianpian.pipeline import run_job
from lianpian.sources import read_inputs
from zoning.eligibility import judge_eligibility
from zoning.rulebooks import read_rulebook


@pytest.fixture
def folder(small_job: Path, tmp_path: Path) -> Path:
    """Copy the small city, with its inputs, to a folder of the test's own."""
    shutil.copytree(small_job.parent, tmp_path / "job")
    return tmp_path / "job"


def give(folder: Path, line: str) -> None:
    """Add a line under ``[inputs]``, where paths alone stand."""
    job = folder / "job.toml"
    text = job.read_text(encoding="utf-8")
    assert "[inputs]\n" in text
    job.write_text(text.replace("[inputs]\n", f"[inputs]\n{line}\n", 1), encoding="utf-8")


def west_of_the_middle(folder: Path) -> tuple[gpd.GeoDataFrame, set[str]]:
    """Draw a built-up area that holds the western half of the communities."""
    communities = read_inputs(read_job(folder)).communities
    west, south, _, north = communities.total_bounds
    middle = float(communities.centroid.x.median())
    area = shapely.box(west - 50, south - 50, middle, north + 50)
    share = communities.intersection(area).area / communities.area
    return gpd.GeoDataFrame(geometry=[area], crs=communities.crs), set(share.index[share < 0.5])


def test_who_lies_outside_the_built_up_area_is_excluded_where_the_rules_ask(folder: Path):
    area, outside = west_of_the_middle(folder)
    before = read_inputs(read_job(folder)).communities
    assert before["built_up_share"].isna().all()
    area.to_crs(4490).to_file(folder / "建成区.gpkg", layer="town")
    give(folder, 'built_up = "建成区.gpkg"')
    ground = read_inputs(read_job(folder))
    (record,) = [one for one in ground.records if one.role == "built_up"]
    assert (record.path, record.read, record.kept) == ("建成区.gpkg", 1, 1)
    for name, asks in (("kaifeng_2019", True), ("guizhou_2020", True), ("yanshi_2021", False)):
        rulebook = read_rulebook(name)
        then = judge_eligibility(ground.communities, rulebook)
        left_out = then.index[then["reasons"].str.split(";").map(lambda codes: "E04" in codes)]
        assert set(left_out) == (outside if asks else set())
        assert then.loc[left_out, "status"].eq("excluded").all()
        now = judge_eligibility(before, rulebook)
        others = now.index.difference(sorted(outside))
        assert then.loc[others, "status"].equals(now.loc[others, "status"])


def test_check_tells_who_lies_outside_before_anything_is_computed(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    area, outside = west_of_the_middle(folder)
    area.to_file(folder / "b.gpkg", layer="town")
    give(folder, 'built_up = "b.gpkg"')
    job = folder / "job.toml"
    text = job.read_text(encoding="utf-8")
    job.write_text(text.replace("yanshi_2021", "kaifeng_2019"), encoding="utf-8")
    check_job(folder, strict=False, console=Console("zh", as_json=False))
    assert f"个小区中有 {len(outside)} 个在建成区图层之外" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("fault", "en", "zh"),
    [
        ("no system", "reference system", "坐标"),
        ("no rows", "b.gpkg", "b.gpkg"),
        ("points", "not a polygon", "不是面"),
        ("elsewhere", "none of", "全部在建成区"),
        ("no file", "b.gpkg", "b.gpkg"),
    ],
)
def test_an_area_that_cannot_be_used_is_refused_in_both_languages(
    fault: str, en: str, zh: str, folder: Path
):
    area, _ = west_of_the_middle(folder)
    path = folder / "b.gpkg"
    if fault == "no system":
        path = folder / "b.shp"
        area.to_file(path)
        path.with_suffix(".prj").unlink()
    elif fault == "no rows":
        area.iloc[:0].to_file(path, layer="b")
    elif fault == "points":
        area.set_geometry(area.centroid).to_file(path, layer="b")
    elif fault == "elsewhere":
        area.set_geometry(area.translate(40_000, 0)).to_file(path, layer="b")
    give(folder, f'built_up = "{path.name}"')
    with pytest.raises(PlanningError) as caught:
        read_inputs(read_job(folder))
    assert en in caught.value.en
    assert zh in caught.value.zh
    assert caught.value.en != caught.value.zh


def trees_of(communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Plant one tree in the middle of each of the first six communities."""
    spots = communities.representative_point().iloc[:6].tolist()
    names = ["国槐", "国槐", "银杏", "皂荚", None, "侧柏"]
    return gpd.GeoDataFrame(
        {"树种": names, "级别": ["二级"] * 6}, geometry=spots, crs=communities.crs
    )


def test_what_must_be_kept_comes_from_files_to_findings_and_layers(folder: Path):
    communities = read_inputs(read_job(folder)).communities
    trees, west = trees_of(communities), communities.total_bounds[0]
    trees.to_crs(4490).iloc[:4].to_file(folder / "古树名木.shp", encoding="utf-8")
    trees.iloc[3:].to_file(folder / "古树补充.geojson")
    ring = shapely.box(west - 10, *communities.total_bounds[1:])
    city = gpd.GeoDataFrame({"类别": ["历史城区"]}, geometry=[ring], crs=communities.crs)
    city.to_file(folder / "古城.gpkg", layer="紫线")
    names = ("古树名木.shp", "古树补充.geojson", "古城.gpkg")
    give(folder, f"protections = [{', '.join(repr(name) for name in names)}]")
    plan = run_job(folder)
    kept = plan.protections
    # the fourth tree stands in both files; six trees and the city are left
    assert kept["kind"].value_counts().to_dict() == {"old_tree": 6, "historic_city": 1}
    old = kept[kept["kind"] == "old_tree"]
    assert sorted(old["community_ids"]) == sorted(communities.index[:6])
    assert set(old["grade"]) == {"二级"}
    told = plan.findings[plan.findings["code"] == "protected-inside"]
    zone = plan.assignment["zone_id"].dropna()
    for name, count in zone.reindex(communities.index[:6]).value_counts().items():
        (line,) = told.loc[told["row_key"].eq(name) & told["zh"].str.contains("古树名木"), "zh"]
        assert f"图层中 {count} 处" in line
        assert "偃政办〔2021〕4号 二(三)2" in line
    city_lines = told[told["zh"].str.contains("历史城区")]
    assert set(city_lines["row_key"]) == set(zone)
    codes = set(plan.findings["code"])
    assert {"protection-given-twice", "protection-kind-by-file"} <= codes
    assert {one.path: one.kept for one in plan.inputs if one.role == "protections"} == {
        "古树名木.shp": 4,
        "古树补充.geojson": 3,
        "古城.gpkg": 1,
    }


def test_the_margin_around_outlines_is_a_setting(folder: Path):
    communities = read_inputs(read_job(folder)).communities
    corners = shapely.get_coordinates(communities.geometry.to_numpy())
    lowest = corners[corners[:, 1].argmin()]
    spot = shapely.Point(lowest[0], lowest[1] - 40)
    tree = gpd.GeoDataFrame({"类别": ["古树"]}, geometry=[spot], crs=communities.crs)
    tree.to_file(folder / "trees.gpkg", layer="trees")
    give(folder, "protections = 'trees.gpkg'")
    job = folder / "job.toml"
    text = job.read_text(encoding="utf-8")
    for metres, expected in ((None, False), (39.9, False), (40.1, True)):
        setting = "" if metres is None else f"protected_within_m = {metres}\n"
        job.write_text(text.replace("[zones]\n", f"[zones]\n{setting}", 1), encoding="utf-8")
        found = read_inputs(read_job(folder)).protections
        assert found["community_ids"].notna().tolist() == [expected]


@pytest.mark.parametrize(
    ("fault", "en", "zh"),
    [
        ("no system", "reference system", "坐标"),
        ("no rows", "k.gpkg", "k.gpkg"),
        ("elsewhere", "every one of 6 points lies far", "全部远离小区"),
        (
            "bow-tie",
            "protections: 1 row(s) cannot be used as polygons",
            "protections：1 行不能作为面",
        ),
        ("no file", "k.gpkg", "k.gpkg"),
        ("one id twice", "stands for different things", "用于不同的对象"),
        ("no such field", "k.gpkg", "k.gpkg"),
    ],
)
def test_a_layer_that_cannot_be_used_is_refused_in_both_languages(
    fault: str, en: str, zh: str, folder: Path
):
    trees = trees_of(read_inputs(read_job(folder)).communities)
    path, line = folder / "k.gpkg", "protections = 'k.gpkg'"
    if fault == "no system":
        path, line = folder / "k.shp", "protections = 'k.shp'"
        trees.to_file(path, encoding="utf-8")
        path.with_suffix(".prj").unlink()
    elif fault == "no rows":
        trees.iloc[:0].to_file(path, layer="k")
    elif fault == "elsewhere":
        trees.set_geometry(trees.translate(400_000, 0)).to_file(path, layer="k")
    elif fault == "bow-tie":
        x, y = trees.geometry.iloc[0].coords[0]
        cross = shapely.Polygon([(x, y), (x + 9, y + 9), (x + 9, y), (x, y + 9)])
        trees.iloc[:1].set_geometry([cross], crs=trees.crs).to_file(path, layer="k")
    elif fault == "one id twice":
        trees.assign(protection_id="7").to_file(path, layer="k")
    elif fault == "no such field":
        trees.to_file(path, layer="k")
        line = "protections = [{ path = 'k.gpkg', fields = { kind = '类' } }]"
    give(folder, line)
    with pytest.raises(PlanningError) as caught:
        read_inputs(read_job(folder))
    assert en in caught.value.en
    assert zh in caught.value.zh
    assert caught.value.en != caught.value.zh
