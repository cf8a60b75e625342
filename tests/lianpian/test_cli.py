"""The command line: exit codes, one clear message, no traceback."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from lianpian.cli import app
from lianpian.job import read_job
from lianpian.sources import read_inputs
from tests.osm_text import node, way, write_osm

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process, in an empty folder."""

    def call(*arguments: object) -> subprocess.CompletedProcess[str]:
        monkeypatch.chdir(tmp_path)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app([*map(str, arguments)], prog_name="lianpian")
        said = capsys.readouterr()
        code = ended.value.code or 0
        assert isinstance(code, int)
        return subprocess.CompletedProcess([], code, said.out, said.err)

    return call


@pytest.fixture
def run_apart(tmp_path: Path) -> Run:
    """Run the command line as a process of its own, in an empty folder."""

    def call(*arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  our own command line
            [sys.executable, "-m", "lianpian", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **env},
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )

    return call


def test_help_is_understood_in_both_languages(run: Run, run_apart: Run):
    done = run_apart("--help")
    assert done.returncode == 0
    for command in ("demo", "new", "fetch", "check", "run", "draw", "partners", "compare"):
        assert command in done.stdout
        assert run(command, "--help").returncode == 0
    assert "老旧小区" in done.stdout
    assert "zone by zone" in done.stdout


def test_a_missing_job_ends_with_two_and_one_message(run: Run, run_apart: Run):
    done = run_apart("run", "nothing", "--lang", "en")
    assert done.returncode == 2
    assert "no such file" in done.stderr
    assert "Traceback" not in done.stderr
    assert "文件不存在" in run("run", "nothing").stderr


def test_json_of_an_error_is_one_document(run: Run):
    done = run("check", "nothing", "--json")
    assert done.returncode == 2
    assert set(json.loads(done.stdout)["error"]) == {"zh", "en"}


def test_a_new_job_starts_from_templates_and_is_not_overwritten(run: Run, tmp_path: Path):
    assert run("new", "作业").returncode == 0
    names = sorted(path.name for path in (tmp_path / "作业").iterdir())
    assert names == ["facilities.csv", "job.toml", "台账.xlsx"]
    again = run("new", "作业")
    assert again.returncode == 2
    assert "不为空" in again.stderr
    # the boundaries are not there yet: the message names the file, and what else there is to do
    done = run("check", "作业", "--lang", "en")
    assert done.returncode == 2
    assert "communities.shp" in done.stderr
    assert "delete this section" in done.stderr
    assert 'give osm = "area.osm.pbf"' in done.stderr


def test_a_new_job_needs_nothing_but_the_name_of_an_extract(run: Run, tmp_path: Path):
    """Tables left empty and boundaries that are not there count as not given, and that is said."""
    assert "osm" in run("new", "作业").stdout
    folder = tmp_path / "作业"
    ring = [node(n, x, y) for n, (x, y) in enumerate([(0, 0), (2, 0), (2, 2), (0, 2)], start=1)]
    home = way(1, [1, 2, 3, 4, 1], landuse="residential", name="甲小区")
    street = way(2, [1, 2, 3], highway="residential")
    write_osm(folder, *ring, home, street)
    job = folder / "job.toml"
    text = job.read_text(encoding="utf-8").replace('# osm = "area.osm.pbf"', 'osm = "area.osm"')
    job.write_text(text, encoding="utf-8")
    done = run("check", folder, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    told = [row for row in document["findings"] if row["code"] == "template-untouched"]
    assert {row["table_name"] for row in told} == {"communities", "ledger", "facilities"}
    assert {item["role"] for item in document["inputs"]} == {"osm"}
    # a row more, and the table counts
    with (folder / "facilities.csv").open("a", encoding="utf-8") as stream:
        stream.write("f1,书房,城市书房,112.791,34.731\n")
    document = json.loads(run("check", folder, "--json").stdout)
    assert {item["role"] for item in document["inputs"]} == {"osm", "facilities"}


def test_a_large_community_without_a_name_is_asked_about(tmp_path: Path):
    """One ground of six has no name and far more households than the others."""
    things = []
    for k in range(6):
        wide = 6 if k == 0 else 1
        corners = [(9 * k, 0), (9 * k + wide, 0), (9 * k + wide, wide), (9 * k, wide)]
        numbers = range(10 * k + 1, 10 * k + 5)
        things += [node(n, x, y) for n, (x, y) in zip(numbers, corners, strict=True)]
        ring = [*numbers, numbers[0]]
        name = {} if k in (0, 3) else {"name": f"小区{k}"}
        things.append(way(k + 1, ring, landuse="residential", **name))
        things.append(way(k + 101, numbers[:2], highway="residential"))
    nodes = [thing for thing in things if thing.startswith("<node")]
    ways = [thing for thing in things if thing.startswith("<way")]
    ground = read_inputs(read_job(write_osm(tmp_path, *nodes, *ways)))
    [finding] = [f for f in ground.findings if f.code == "community-unnamed-large"]
    assert (finding.severity, finding.row_key) == ("decide", "w1")
    households = ground.communities["households"]
    assert f"{households['w1'] / households.sum():.0%}" in finding.zh
    assert f"{households['w1'] / households.sum():.0%}" in finding.en


def test_all_missing_files_are_named_at_once(run: Run, tmp_path: Path):
    job = tmp_path / "job.toml"
    job.write_text(
        '[inputs]\nosm = "a.osm"\ngates = "b.shp"\nfacilities = ["c.csv"]', encoding="utf-8"
    )
    done = run("check", job)
    assert done.returncode == 2
    assert all(name in done.stderr for name in ("a.osm", "b.shp", "c.csv"))


def test_check_lists_findings_and_computes_nothing(run: Run, small_job: Path, tmp_path: Path):
    done = run("check", small_job, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert {item["role"] for item in document["inputs"]} >= {"osm", "communities", "ledger"}
    assert document["findings"]
    assert not list(tmp_path.iterdir())
    undecided = [row for row in document["findings"] if row["severity"] == "decide"]
    assert run("check", small_job, "--strict").returncode == (1 if undecided else 0)


def test_check_speaks_the_language_asked_for(run: Run, small_job: Path):
    zh, en = run("check", small_job).stdout, run("check", small_job, "--lang", "en").stdout
    assert "小区边界：小区边界.shp，读取" in zh
    assert "communities: 小区边界.shp, read" in en
    assert "[需核对] " in zh
    assert "[check] " in en
    assert "Give a layer of gates" not in zh
    assert "补充出入口图层" not in en


def test_the_whole_way_by_command(run: Run, run_apart: Run, tmp_path: Path):
    done = run_apart("demo", "--communities", 16, "--lang", "en", PYTHONIOENCODING="gbk")
    assert done.returncode == 0, done.stderr
    assert "map_public.html" in done.stdout
    assert re.search(r"\d zones?, ", done.stdout)
    assert "Objective (households x metres): " in done.stdout
    assert "households (ledger)" in done.stdout
    assert "Note: Made data, no real city" in done.stdout
    result = tmp_path / "demo" / "result"
    before = (result / "map_public.html").read_bytes()
    assert run("draw", result).returncode == 0
    assert (result / "map_public.html").read_bytes() == before
    partners = json.loads(run("partners", result, _first_id(result), "--json").stdout)
    best = partners["partners"][0]
    assert abs(sum(best["points"].values()) - best["score"]) < 1e-9
    one = _first_id(result, "partner_sets")
    sets = json.loads(run("partners", result, one, "--json").stdout)["sets"]
    assert len(sets[0]["partners"]) > 1
    said = run("partners", result, _first_id(result), "--lang", "en").stdout
    assert said.count("Score 0 to 1") == 1
    assert "same street office" in said
    assert "同一街道" not in said
    wrong = run("partners", result, "nobody", "--lang", "en")
    assert wrong.returncode == 2
    assert "'nobody': no such community" in wrong.stderr
    name, code = _first_name(result)
    assert (
        f"It is the name of {code}: give the id."
        in run("partners", result, name, "--lang", "en").stderr
    )
    assert f"这是 {code} 的名称" in run("partners", result, name).stderr
    same = json.loads(run("compare", result, result, "--json").stdout)
    assert (same["figures"], same["moved"]) == ({}, {})
    assert [Path(file).name for file in same["files"]] == ["comparison.html", "comparison.png"]


def _first_name(result: Path) -> tuple[str, str]:
    table = pd.read_csv(result / "tables" / "communities.csv", dtype=str)
    once = table[~table["name"].duplicated(keep=False) & table["name"].notna()].iloc[0]
    return once["name"], once["community_id"]


def _first_id(result: Path, name: str = "partners") -> str:
    table = (result / "tables" / f"{name}.csv").read_text(encoding="utf-8-sig")
    return table.splitlines()[1].split(",")[0]


def test_bad_input_leaves_the_previous_result(
    run: Run, small_job: Path, small_result: Path, tmp_path: Path
):
    folder = tmp_path / "job"
    shutil.copytree(small_job.parent, folder)
    out = tmp_path / "out"
    shutil.copytree(small_result, out)
    before = (out / "run.json").read_bytes()
    (folder / "poi.csv").unlink()
    done = run("run", folder, "--out", out)
    assert done.returncode == 2
    assert "poi.csv" in done.stderr
    assert (out / "run.json").read_bytes() == before
