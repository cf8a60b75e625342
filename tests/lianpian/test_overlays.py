"""Layers laid over the communities: the built-up area, from the job file to the verdict."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.errors import PlanningError
from lianpian.job import read_job
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
