"""Heights in a job: how they are named, what they change, what the record says."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine

from layers.errors import JobError
from layers.walking import Walking
from lianpian.job import parse_job, read_job
from lianpian.pipeline import run_job
from lianpian.plan import Plan
from lianpian.sources import input_paths, read_inputs


def job_with_heights(
    job: Path, folder: Path, plan: Plan, *, rise: float, section: str, walking: str = ""
) -> Path:
    """Copy a job and give it a raster of 20 m cells that rises eastwards."""
    shutil.copytree(job.parent, folder)
    west, south, east, north = plan.streets.total_bounds
    columns, rows = int((east - west) / 20) + 20, int((north - south) / 20) + 20
    cells = np.tile(rise * 20 * np.arange(columns) + 120.0, (rows, 1)).astype("float32")
    shape = {"count": 1, "height": rows, "width": columns, "dtype": "float32"}
    transform = Affine(20, 0, west - 200, 0, -20, north + 200)
    with rasterio.open(
        folder / "dem.tif", "w", driver="GTiff", crs=plan.streets.crs, transform=transform, **shape
    ) as out:
        out.write(cells[None])
    text = (folder / "job.toml").read_text(encoding="utf-8")
    text = text.replace("[inputs.communities]", f"{section}\n\n[inputs.communities]", 1)
    text = text.replace('rule = "distance"\n', walking or 'rule = "distance"\n', 1)
    (folder / "job.toml").write_text(text, encoding="utf-8")
    return folder


def test_heights_are_named_by_a_path_or_a_table():
    alone = parse_job('[inputs]\nelevation = "dem.tif"\n', name="job.toml").inputs.elevation
    table = parse_job(
        '[inputs.elevation]\npath = "dem.tif"\ncrs = "EPSG:4326"\n', name="job.toml"
    ).inputs.elevation
    assert alone is not None
    assert table is not None
    assert (alone.path, alone.crs) == ("dem.tif", None)
    assert (table.path, table.crs) == ("dem.tif", "EPSG:4326")


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("[inputs]\nelevation = 3", "[inputs] elevation = 3: expected a section", "小节"),
        (
            '[inputs]\nelevation = ""',
            "[inputs.elevation] path = '': expected some text",
            "不应为空",
        ),
        (
            '[inputs.elevation]\npath = "d.tif"\nencoding = "gbk"',
            "unknown key 'inputs.elevation.encoding'",
            "未知的键",
        ),
        ("[walking]\nsteps_share = 0.01", "steps_share = 0.01: expected at least 0.05", "0.05"),
        ("[walking]\nsteps_share = 1.2", "expected at most 1", "不大于 1"),
        ("[walking]\ncrossing_wait_minutes = -1", "expected at least 0", "不小于 0"),
        ("[walking]\ncrossing_wait_minutes = 60", "expected at most 10", "不大于 10"),
    ],
)
def test_wrong_values_are_refused(text: str, en: str, zh: str):
    with pytest.raises(JobError) as caught:
        parse_job(text, name="job.toml")
    assert en in caught.value.en
    assert zh in caught.value.zh


def test_a_job_without_these_keys_walks_on_the_flat_and_waits_nowhere():
    walking = parse_job("", name="job.toml").walking.assumptions()
    assert walking == Walking()
    assert (walking.steps_share, walking.crossing_wait_minutes) == (0.46, 0.0)


def test_flat_heights_change_nothing_but_the_record(
    small_job: Path, small_plan: Plan, tmp_path: Path
):
    folder = job_with_heights(
        small_job, tmp_path / "高程 平地", small_plan, rise=0.0, section='elevation = "dem.tif"'
    )
    plan = run_job(folder)
    told = plan.findings[plan.findings["code"] == "minutes-only"]
    assert told["row_key"].tolist() == ["[inputs.elevation]"]
    assert "只影响步行时间" in told["zh"].iloc[0]
    # the note is a row of the findings, and counted in the summary
    for name, table in small_plan.tables.items():
        if name != "findings":
            counted = ["findings_note"] if name == "summary" else []
            found = plan.tables[name].drop(index=counted)
            pd.testing.assert_frame_equal(table.drop(index=counted), found, obj=name)
    assert plan.record["job"]["inputs"]["elevation"]["path"] == "dem.tif"
    assert plan.record["job"]["walking"]["steps_share"] == 0.46
    assert "rasterio" in plan.record["versions"]
    (record,) = [one for one in plan.inputs if one.role == "elevation"]
    assert record.path == "dem.tif"
    assert record.sha256 == hashlib.sha256((folder / "dem.tif").read_bytes()).hexdigest()
    assert record.read == record.kept > 1000


def test_by_time_a_slope_moves_walks_and_every_status_follows_the_minutes(
    small_job: Path, small_plan: Plan, tmp_path: Path
):
    folder = job_with_heights(
        small_job,
        tmp_path / "hill",
        small_plan,
        rise=0.07,
        section='[inputs.elevation]\npath = "dem.tif"\ncrs = "EPSG:4547"\nsource = "示例高程"',
        walking='rule = "time"\nlimit_minutes = 12\ncrossing_wait_minutes = 0.5\n',
    )
    located = read_job(folder)
    assert folder / "dem.tif" in input_paths(located)
    assert "示例高程" in read_inputs(located).sources
    plan = run_job(located)
    assert "minutes-only" not in set(plan.findings["code"])
    network = plan.network
    assert (network["forward_minutes"] != network["backward_minutes"]).mean() > 0.5
    assert network["wait_minutes"].max() > 0
    gaps = plan.gaps[plan.gaps["nearest_id"].notna() & (plan.gaps["limit_minutes"] > 0)]
    assert (gaps["limit_minutes"] == 12).all()
    assert (gaps["rule"] == "time").all()
    met = gaps[gaps["status"] == "met"]
    far = gaps[gaps["status"] == "far"]
    assert len(met)
    assert len(far)
    assert (met["nearest_minutes"] <= 12 + 1e-6).all()
    assert far["nearest_minutes"].between(12, 18 + 1e-6, inclusive="right").all()
    strict = 12 * 800 / 1000
    assert (met["flips_at_strict"] == (met["nearest_minutes"] > strict + 1e-6)).all()
