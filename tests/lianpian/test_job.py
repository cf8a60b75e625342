"""The job file: what is refused, with which words."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from layers.errors import InputError, JobError
from lianpian.job import parse_job, read_job
from lianpian.sources import zoning_settings


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
    assert "[walking] limit_m = -1：应不小于 1" in caught.value.zh
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


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ('[walking]\nlimit_m = "1000"', "[walking] limit_m = '1000': expected a number", "数字"),
        ("[walking]\nlimit_m = true", "limit_m = True: expected a number", "应为数字"),
        ("[walking]\nlimit_m = inf", "expected a finite number", "有限的数"),
        ("[walking]\nlimit_m = 1e9", "expected at most 20000", "不大于 20000"),
        ("[walking]\nspeed_kmh = 1e-9", "expected at least 0.5", "不小于 0.5"),
        ("[zones]\nhouseholds = [0, 0]", "zone of none", "上限为 0"),
        ("[zones]\nhouseholds = [0, inf]", "households, item 2 = inf", "households 第 2 项 = inf"),
        ("[zones]\nhouseholds = [-5, -1]", "item 1 = -5: expected at least 0", "不小于 0"),
        ("[zones]\nhouseholds = 800", "expected a list in [ ]", "列表"),
        ("[zones]\nhouseholds = [1, 2, 3]", "expected 2 values", "2 个值"),
        ("[zones]\nhouseholds = [800]", "item 2: a value is missing", "缺少一个值"),
        ("[zones]\ncommunities = [0, 0]", "expected at least 1", "不小于 1"),
        ("[zones]\ncount = [-5, 0]", "count = [-5, 0]: expected a whole", "两个整数"),
        ("[zones]\ncount = true", "count = True: expected a whole", "两个整数"),
        ("[zones]\ncount = [8, 5]", "first exceeds the second", "前一个数大于后一个数"),
        ("[zones]\nterms = { needs = inf }", "[zones.terms] needs = inf", "有限的数"),
        ("[zones]\ntime_limit_s = inf", "expected a finite number", "有限的数"),
        ("[zones]\ninclude = []", "expected at least 1 value", "至少有 1 个值"),
        ("[zones]\nlocked = [['a'], ['a', 'b']]", "names 'a' twice", "重复列出 'a'"),
        ("[zones]\napart = [['a', 'a']]", "[zones] apart, item 1 = ['a', 'a']", "重复列出 'a'"),
        ("[zones]\nsubdistrict = 'Hard'", "expected 'hard', 'soft' or 'off'", "'soft' 或 'off'"),
        ("[job]\nseed = -1", "[job] seed = -1: expected at least 0", "不小于 0"),
        ("[job]\ndate = 'yesterday'", "expected a day", "应为 1980 至 2099 年的日期"),
        ("[job]\ndate = '2021-13-45'", "expected a day", "日期"),
        ("[job]\ndate = '0001-01-01'", "expected a day", "日期"),
        ('[job]\nname = "a\\u0000b"', "control character U+0000", "控制字符 U+0000"),
        ("[job]\nsample = 'yes'", "expected true or false", "应为 true 或 false"),
        ("[outputs]\nlanguages = []", "expected at least 1 value", "至少有 1 个值"),
        ("[outputs]\nsheets = ['B7 gif']", "sheets has 'B7 gif'", "'B7 gif'"),
        ("[outputs]\npublic_columns = ['phone']", "public_columns has ['phone']", "phone"),
        ("[inputs]\nosm = ''", "[inputs] osm = '': expected some text", "不应为空"),
        ("[inputs]\ncommunities = 3", "expected a section", "小节"),
        ("[[inputs.facilities]]\npath = 3", "[inputs.facilities.1] path = 3", "带引号"),
        ("a = " + "[" * 5000 + "]" * 5000, "nested too deeply", "嵌套过深"),
    ],
)
def test_an_absurd_value_is_refused_before_any_data_is_read(text: str, en: str, zh: str):
    with pytest.raises(JobError) as caught:
        parse_job(text, name="job.toml")
    assert en in caught.value.en
    assert zh in caught.value.zh
    assert "Input should" not in caught.value.zh


def test_a_date_may_be_written_as_toml_writes_dates():
    assert parse_job("[job]\ndate = 2021-03-27\n", name="j").job.date == "2021-03-27"


def test_what_counts_as_next_to_each_other_is_for_the_job_to_say(tmp_path: Path):
    zones = parse_job('[zones]\narterial = "never"\nmin_shared_m = 12\n', name="j").zones
    assert (zones.arterial, zones.min_shared_m) == ("never", 12)
    (tmp_path / "job.toml").write_text(
        '[inputs]\nosm = "a.osm"\n[zones]\narterial = "free"\n', encoding="utf-8"
    )
    assert zoning_settings(read_job(tmp_path)).max_gap_m == 50
    with pytest.raises(JobError, match="arterial"):
        parse_job('[zones]\narterial = "sometimes"\n', name="j")


def test_a_range_of_zones_is_a_pair():
    assert parse_job("[zones]\ncount = [5, 8]\n", name="j").zones.count == (5, 8)
    assert parse_job("[zones]\ncount = 7\n", name="j").zones.count == 7


def test_a_path_alone_stands_for_a_table_with_a_path():
    text = (
        '[inputs]\ncommunities = "x.geojson"\nledger = "台账.xlsx"\n'
        'facilities = ["poi.csv", { path = "more.csv", coordinates = "gcj02" }]\n'
    )
    inputs = parse_job(text, name="job.toml").inputs
    assert inputs.communities is not None
    assert inputs.communities.path == "x.geojson"
    assert inputs.ledger is not None
    # whether a provider shifted them is not assumed: who reads points doubts it
    assert inputs.ledger.coordinates is None
    assert [one.path for one in inputs.facilities] == ["poi.csv", "more.csv"]
    assert inputs.facilities[1].coordinates == "gcj02"
    one = parse_job('[inputs]\nfacilities = "poi.csv"\n', name="job.toml").inputs
    assert [file.path for file in one.facilities] == ["poi.csv"]


@pytest.mark.parametrize("value", ["3", '""', "[1]", '["a.shp", "b.shp"]'])
def test_an_input_that_is_no_path_is_refused(value: str):
    with pytest.raises(JobError, match="communities"):
        parse_job(f"[inputs]\ncommunities = {value}\n", name="job.toml")


def test_older_people_who_walk_faster_than_adults_are_refused_in_both_languages():
    with pytest.raises(JobError) as caught:
        parse_job("[walking]\nspeed_kmh = 3\n", name="job.toml")
    assert "older_speed_kmh = 3.2 exceeds speed_kmh = 3" in caught.value.en
    assert "老年人比成年人走得快" in caught.value.zh
    parse_job("[walking]\nspeed_kmh = 3\nolder_speed_kmh = 3\n", name="job.toml")


@pytest.mark.parametrize("encoding", ["", "gbk", "utf-8"])
def test_shapefiles_are_written_in_an_encoding_that_the_job_names(encoding: str):
    job = parse_job(f'[outputs]\nshapefiles = "{encoding}"\n', name="job.toml")
    assert job.outputs.shapefiles == encoding


def test_another_encoding_of_shapefiles_is_refused_with_the_known_ones():
    with pytest.raises(JobError, match="shapefiles = 'big5': expected '', 'gbk' or 'utf-8'"):
        parse_job('[outputs]\nshapefiles = "big5"\n', name="job.toml")
