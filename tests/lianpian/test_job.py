"""The job file: what is refused, with which words."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from layers.errors import InputError, JobError
from lianpian.job import parse_job, read_job


def test_an_unknown_key_is_refused_with_the_nearest_known_one():
    with pytest.raises(JobError) as caught:
        parse_job("[walking]\nlimt_m = 900\n[zone]\ncount = 3\n", name="job.toml")
    assert "unknown key 'walking.limt_m'; did you mean 'limit_m'?" in caught.value.en
    assert "未知的键 'walking.limt_m'；是否为 'limit_m'？" in caught.value.zh
    assert "unknown key 'zone'; did you mean 'zones'?" in caught.value.en


def test_every_fault_is_named_at_once():
    text = "[walking]\nlimit_m = -1\nrule = 'fast'\n[zones]\nhouseholds = [900, 800]\nx = 1\n"
    with pytest.raises(JobError) as caught:
        parse_job(text, name="j.toml")
    assert len(caught.value.en.splitlines()) == 4
    assert "[walking limit_m] = -1" in caught.value.zh
    assert "households = [900.0, 800.0]" in caught.value.en


def test_a_strict_limit_above_the_limit_is_refused():
    with pytest.raises(JobError, match="strict_m = 1200 exceeds limit_m = 1000"):
        parse_job("[walking]\nstrict_m = 1200\n", name="j.toml")


def test_broken_toml_names_the_line():
    with pytest.raises(JobError) as caught:
        parse_job("[job]\nname = \n", name="job.toml")
    assert "line 2" in caught.value.en


def test_the_template_is_a_valid_job():
    text = files("lianpian").joinpath("templates/job.toml").read_text(encoding="utf-8")
    job = parse_job(text, name="job.toml")
    assert job.zones.households == (800, 2000)
    assert job.walking.assumptions().reach_m("older") == pytest.approx(800)


def test_a_missing_job_says_what_was_expected(tmp_path: Path):
    with pytest.raises(InputError) as caught:
        read_job(tmp_path / "nothing")
    assert "no such file" in caught.value.en
    assert "文件不存在" in caught.value.zh


def test_a_folder_a_file_and_a_bare_extract_are_jobs(tmp_path: Path):
    (tmp_path / "job.toml").write_bytes("[job]\nname = '偃师'\n".encode("gb18030"))
    assert read_job(tmp_path).job.job.name == "偃师"
    assert read_job(tmp_path / "job.toml").default_out == tmp_path / "result"
    extract = tmp_path / "town.osm.pbf"
    extract.write_bytes(b"")
    bare = read_job(extract)
    assert bare.is_bare
    assert bare.job.inputs.osm == "town.osm.pbf"
    assert bare.default_out == tmp_path / "town-result"
    assert bare.job.zones.include == ("core", "unknown")
    (tmp_path / "x.doc").write_bytes(b"")
    with pytest.raises(InputError, match="not a job"):
        read_job(tmp_path / "x.doc")
