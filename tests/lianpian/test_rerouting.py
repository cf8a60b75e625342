"""The exported network and snaps are enough to get every walk again with another router."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from lianpian import outputs
from lianpian.outputs import write_result
from lianpian.pipeline import run_job
from tests.other_router import METRES, MINUTES, route_again

EXACT = 1e-6


@pytest.fixture
def no_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write tables and layers only."""
    monkeypatch.setattr(outputs, "draw_result", lambda *_args, **_options: None)


def check_result(folder: Path) -> pd.DataFrame:
    """Route a result folder again from two of its files; gives the rows of reach.csv."""
    network = gpd.read_file(folder / "plan.gpkg", layer="network")
    ids = ["owner", "owner_id", "point_id", "edge_id"]
    snaps = pd.read_csv(folder / "tables" / "snaps.csv", dtype=dict.fromkeys(ids, str))
    walking = json.loads((folder / "run.json").read_text("utf-8"))["job"]["walking"]
    speeds = {"adult": walking["speed_kmh"], "older": walking["older_speed_kmh"]}
    truth = route_again(pd.DataFrame(network), snaps, speeds).reset_index()
    share = truth["walker"].map(speeds) / speeds["adult"]
    if walking["rule"] == "time":
        spare = 1.5 * walking["limit_minutes"] - truth[MINUTES]
    else:
        spare = 1.5 * walking["limit_m"] * share - truth[METRES]
    keys = ["community_id", "facility_id", "walker"]
    reach = pd.read_csv(folder / "tables" / "reach.csv", dtype=dict.fromkeys(keys, str))
    reach = reach.set_index(keys)
    # exactly at the limit rounding decides: such a row may stand or not
    surely = truth[spare > EXACT].set_index(keys)
    perhaps = truth[spare > -EXACT].set_index(keys)
    assert surely.index.difference(reach.index).empty
    assert reach.index.difference(perhaps.index).empty
    same = perhaps.loc[reach.index]
    assert (reach[METRES] - same[METRES]).abs().max() < EXACT
    assert (reach[MINUTES] - same[MINUTES]).abs().max() < EXACT
    assert set(reach.index.get_level_values("walker")) == set(speeds)
    return reach


def test_every_row_of_reach_comes_again_from_network_and_snaps(small_result: Path):
    assert len(check_result(small_result)) > 2000


@pytest.mark.usefixtures("no_maps")
@pytest.mark.parametrize("rule", [pytest.param("distance", marks=pytest.mark.full), "time"])
def test_every_row_comes_again_where_steps_and_waiting_make_minutes_uneven(
    rule: str, small_job: Path, tmp_path: Path
):
    walking = tomllib.loads(small_job.read_text("utf-8")).get("walking", {})
    walking |= {"rule": rule, "crossing_wait_minutes": 1.5, "limit_m": 700.0, "strict_m": 500.0}
    walking |= {"limit_minutes": 11.0, "speed_kmh": 4.5}
    lines = [f"{key} = {json.dumps(value)}" for key, value in walking.items()]
    text = small_job.read_text("utf-8")
    head, *rest = text.split("[walking]")
    after = rest[0][rest[0].index("\n[") :] if rest and "\n[" in rest[0] else ""
    job = shutil.copytree(small_job.parent, tmp_path / "job") / "job.toml"
    job.write_text("\n".join([head, "[walking]", *lines, after]), "utf-8")
    plan = run_job(job)
    write_result(plan, tmp_path / "result", sheets=())
    reach = check_result(tmp_path / "result")
    assert len(reach) > 1000
    uneven = reach[MINUTES] * (4500 / 60) - reach[METRES]
    assert uneven.xs("adult", level="walker").max() > 10


@pytest.mark.usefixtures("no_maps")
def test_a_real_city_comes_again_too(helsinki: Path, tmp_path: Path):
    write_result(run_job(helsinki), tmp_path / "result", sheets=())
    assert len(check_result(tmp_path / "result")) > 500
