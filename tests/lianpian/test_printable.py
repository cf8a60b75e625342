"""A name that no paper can print stops a job before it computes, and says where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from layers.errors import InputError
from layers.ground import Ground
from lianpian.commands import check_job, run_and_write
from lianpian.console import Console
from lianpian.job import LocatedJob, read_job
from lianpian.pipeline import run_job
from lianpian.printable import MOST_NAMED, require_printable
from lianpian.sources import read_inputs
from zoning.rulebooks import read_rulebook

RARE = "𠮷"
CODE = "U+20BB7"


@pytest.fixture(scope="module")
def located(small_job: Path) -> LocatedJob:
    return read_job(small_job)


@pytest.fixture(scope="module")
def ground(located: LocatedJob) -> Ground:
    return read_inputs(located)


def refusal(located: LocatedJob, ground: Ground) -> InputError:
    with pytest.raises(InputError) as caught:
        require_printable(located, ground, read_rulebook(located.job.job.rulebook))
    return caught.value


def allowed(located: LocatedJob, ground: Ground) -> list[str]:
    found = require_printable(located, ground, read_rulebook(located.job.job.rulebook))
    assert all(finding.severity == "note" for finding in found)
    return [f"{finding.code}: {finding.zh} / {finding.en}" for finding in found]


def test_the_made_city_prints(located: LocatedJob, ground: Ground) -> None:
    assert allowed(located, ground) == []


def test_a_community_is_named_with_its_row_of_the_ledger_and_the_character(
    located: LocatedJob, ground: Ground
) -> None:
    communities = ground.communities.copy()
    key = communities.index[communities["ledger_rows"].notna()][3]
    communities.loc[key, "name"] = f"{RARE}祥里"
    error = refusal(located, replace(ground, communities=communities))
    for text in (error.zh, error.en):
        for part in (key, communities.loc[key, "ledger_rows"], f"{RARE}祥里", CODE):
            assert part in text


@pytest.mark.parametrize("table", ["subdistricts", "facilities"])
def test_street_offices_and_facilities_are_named_by_their_key(
    located: LocatedJob, ground: Ground, table: str
) -> None:
    frame = getattr(ground, table).copy()
    frame.iloc[0, frame.columns.get_loc("name")] = f"甲{RARE}"
    key = str(frame.index.get_level_values(0)[0])
    error = refusal(located, replace(ground, **{table: frame}))
    assert key in error.zh
    assert key in error.en
    assert CODE in error.zh


@pytest.mark.parametrize("key", ["name", "drafting_unit", "review_number"])
def test_the_jobs_own_texts_are_named_by_their_key(
    located: LocatedJob, ground: Ground, key: str
) -> None:
    section = "job" if key == "name" else "outputs"
    changed = getattr(located.job, section).model_copy(update={key: f"某局{RARE}"})
    job = located.job.model_copy(update={section: changed})
    error = refusal(located._replace(job=job), ground)
    assert f"[{section}] {key}" in error.zh
    assert f"[{section}] {key}" in error.en


def test_all_are_told_at_once_and_many_are_counted(located: LocatedJob, ground: Ground) -> None:
    communities = ground.communities.copy()
    communities["name"] = [f"{RARE}{n}" for n in range(len(communities))]
    error = refusal(located, replace(ground, communities=communities))
    assert error.zh.count(CODE) == error.en.count(CODE) == MOST_NAMED
    assert f"另有 {len(communities) - MOST_NAMED} 处" in error.zh
    assert f"{len(communities) - MOST_NAMED} more" in error.en


def test_invisible_characters_are_no_fault(located: LocatedJob, ground: Ground) -> None:
    communities = ground.communities.copy()
    communities["name"] = "幸福\u200b里\t\x07"
    assert allowed(located, replace(ground, communities=communities)) == []


def test_names_that_only_the_map_of_streets_has_are_left_out_with_a_note(
    located: LocatedJob, ground: Ground
) -> None:
    streets, facilities = ground.streets.copy(), ground.facilities.copy()
    streets["name"] = f"{RARE}路"
    facilities["name"], facilities["source"] = f"{RARE}书房", "osm"
    told = allowed(located, replace(ground, streets=streets, facilities=facilities))
    assert [line.split(":")[0] for line in told] == [
        "street-name-not-printed",
        "facility-name-not-printed",
    ]
    assert f"{RARE}路" in told[0]


def run(job: Path) -> None:
    console = Console("zh", as_json=True)
    run_and_write(job, out=None, assignment=None, links=None, strict=False, console=console)


def check(job: Path) -> None:
    check_job(job, strict=False, console=Console("zh", as_json=True))


@pytest.mark.parametrize("command", [run, check])
def test_nothing_is_computed_for_a_job_that_cannot_be_printed(
    small_job: Path, command: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = read_inputs(read_job(small_job))
    communities = ground.communities.copy()
    communities["name"] = RARE
    hostile = replace(ground, communities=communities)
    for module in ("commands", "pipeline"):
        monkeypatch.setattr(f"lianpian.{module}.read_inputs", lambda *_, **__: hostile)
    monkeypatch.setattr("lianpian.pipeline.build_network", None)
    with pytest.raises(InputError, match=CODE.replace("+", r"\+")):
        command(small_job)


def test_who_wants_tables_alone_gets_them(small_job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ground = read_inputs(read_job(small_job))
    communities = ground.communities.copy()
    communities.iloc[0, communities.columns.get_loc("name")] = RARE
    hostile = replace(ground, communities=communities)
    monkeypatch.setattr("lianpian.pipeline.read_inputs", lambda *_, **__: hostile)
    assert RARE in set(run_job(small_job).communities["name"])
