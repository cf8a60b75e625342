"""`check` says of links, pins and assignments what `run` would say of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from layers.errors import PlanningError
from lianpian.commands import check_job
from lianpian.console import Console
from lianpian.job import read_job
from lianpian.pipeline import run_job
from lianpian.sources import read_inputs

LINKS = "focal,neighbor,action,reason\n"
ROWS = "community_id,zone_id,locked\n"


@pytest.fixture
def folder(small_job: Path, tmp_path: Path) -> Path:
    """Copy the small job, to be spoiled."""
    folder = tmp_path / "job"
    shutil.copytree(small_job.parent, folder)
    return folder


@pytest.fixture(scope="module")
def ids(small_job: Path) -> list[str]:
    """Give ids of communities that zones are made of."""
    communities = read_inputs(read_job(small_job)).communities
    old = communities["year_built_to"] < 2000
    return sorted(communities.index[old & communities["households"].gt(0)])


def put(folder: Path, role: str, text: str) -> None:
    (folder / f"{role}.csv").write_text(text, encoding="utf-8")
    job = folder / "job.toml"
    given = f'\n[inputs.{role}]\npath = "{role}.csv"\n'
    job.write_text(job.read_text(encoding="utf-8") + given, encoding="utf-8")


def pin(folder: Path, text: str) -> None:
    job = folder / "job.toml"
    old = job.read_text(encoding="utf-8")
    assert "[zones]\n" in old
    job.write_text(old.replace("[zones]\n", f"[zones]\n{text}\n"), encoding="utf-8")


def check(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, str]]:
    """Give the findings of `check`, by code."""
    check_job(folder, strict=False, console=Console("zh", as_json=True))
    found = json.loads(capsys.readouterr().out)["findings"]
    return {row["code"]: row for row in found}


def refusals(folder: Path) -> tuple[tuple[str, str], tuple[str, str]]:
    """Give what `check` and `run` refuse a job with."""
    with pytest.raises(PlanningError) as checked:
        check_job(folder, strict=False, console=Console("en", as_json=True))
    begun: list[str] = []
    with pytest.raises(PlanningError) as ran:
        run_job(folder, progress=begun.append)
    assert begun == ["ground"]  # refused before anything is computed
    return (checked.value.zh, checked.value.en), (ran.value.zh, ran.value.en)


def test_links_without_a_reason_are_refused_alike(folder: Path, ids: list[str]):
    put(folder, "links", f"{LINKS}{ids[0]},{ids[1]},add,\n")
    checked, run = refusals(folder)
    assert checked == run
    assert "reason" in checked[1]


def test_links_both_added_and_cut_are_refused_alike(folder: Path, ids: list[str]):
    row = f"{ids[0]},{ids[1]}"
    put(folder, "links", f"{LINKS}{row},add,a\n{row},cut,b\n")
    checked, run = refusals(folder)
    assert checked == run
    assert "both added and cut" in checked[1]


def test_pins_of_nobody_are_refused_alike(folder: Path, ids: list[str]):
    pin(folder, f'together = [["{ids[0]}", "no such"]]')
    checked, run = refusals(folder)
    assert checked == run
    assert "no such" in checked[0]


@pytest.mark.parametrize(
    "pins",
    [
        'together = [["{0}", "{1}"]]\napart = [["{1}", "{0}"]]',
        'together = [["{0}", "{2}"], ["{2}", "{1}"]]\napart = [["{0}", "{3}", "{1}"]]',
        'together = [["{0}", "{1}"]]\nlocked = [["{0}"], ["{1}"]]',
        'locked = [["{0}", "{1}"]]\napart = [["{0}", "{1}"]]',
    ],
)
def test_pins_that_contradict_each_other_are_refused_alike(pins: str, folder: Path, ids: list[str]):
    pin(folder, pins.format(*ids))
    checked, run = refusals(folder)
    assert checked == run
    assert ids[0] in checked[0]
    assert ids[1] in checked[1]


def test_pins_that_agree_are_taken(
    folder: Path, ids: list[str], capsys: pytest.CaptureFixture[str]
):
    pin(folder, 'together = [["{0}", "{1}"]]\napart = [["{0}", "{2}"]]'.format(*ids))
    assert "zones-pin-idle" not in check(folder, capsys)


def test_to_finish_nothing_is_refused_alike(folder: Path):
    pin(folder, "finish = true")
    checked, run = refusals(folder)
    assert checked == run


def test_doubts_are_told_alike(folder: Path, ids: list[str], capsys: pytest.CaptureFixture[str]):
    put(folder, "links", f"{LINKS}{ids[0]},nobody,add,a gate is planned\n")
    put(folder, "assignment", f"{ROWS}{ids[0]},Z01,maybe\n{ids[1]},Z01,true\nstranger,Z01,\n")
    checked = check(folder, capsys)
    ran = {row["code"]: row for row in run_job(folder).findings.to_dict("records")}
    for code in (
        "link-unknown-community",
        "assignment-unknown-community",
        "assignment-locked-unread",
        "assignment-without-community",
    ):
        assert {one: checked[code][one] for one in ("zh", "en", "severity")} == {
            one: ran[code][one] for one in ("zh", "en", "severity")
        }
