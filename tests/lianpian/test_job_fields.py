"""Names in `fields`: a slip on either side is told, with what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.errors import JobError
from layers.facility_fields import HEADERS
from lianpian.job import parse_job
from lianpian.job_fields import READ


def refusal(text: str) -> tuple[str, str]:
    with pytest.raises(JobError) as caught:
        parse_job(text, name="job.toml")
    return caught.value.zh, caught.value.en


@pytest.mark.parametrize(
    ("role", "fields", "meant"),
    [
        ("communities", 'comunity_id = "代码"', "'community_id'"),
        ("ledger", 'housholds = "户数"', "'households'"),
        ("ledger", '"户数" = "核实后"', "'households'"),
        ("gates", 'comunity_id = "小区"', "'community_id'"),
        ("streets", 'clas = "等级"', "'road_class'"),
        ("barriers", 'kinds = "类"', "'kind'"),
        ("protections", 'grad = "级"', "'grade'"),
        ("ledger", '"户数列" = "households"', "households = '户数列'"),
    ],
)
def test_a_slip_on_the_left_is_told_with_what_was_meant(role: str, fields: str, meant: str):
    zh, en = refusal(f'[inputs.{role}]\npath = "a"\nfields = {{ {fields} }}\n')
    for said in (zh, en):
        assert f"[inputs.{role}]" in said
        assert fields.split(" = ", maxsplit=1)[0].strip('"') in said
        assert meant in said


def test_a_name_that_is_like_none_gets_the_whole_list():
    zh, en = refusal('[[inputs.facilities]]\npath = "a"\nfields = { qqq = "b" }\n')
    for said in (zh, en):
        assert all(one in said for one in READ["facilities"])


def test_the_table_is_named_where_there_are_several():
    table = '[[inputs.facilities]]\npath = "a.csv"\n'
    zh, en = refusal(f"{table}{table}fields = {{ nmae = 'b', categroy = 'c' }}\n")
    assert en.count("[inputs.facilities], item 2") == 2
    assert zh.count("[inputs.facilities] 第 2 项") == 2
    assert "'name'" in en
    assert "'category'" in zh


@pytest.mark.parametrize("role", ["links", "assignment", "review", "joins"])
def test_tables_of_fixed_columns_take_no_fields(role: str):
    zh, en = refusal(f"[inputs.{role}]\npath = 'a.csv'\nfields = {{ reason = 'b' }}\n")
    assert "not read here" in en
    assert "固定" in zh


def test_one_column_is_one_field():
    zh, en = refusal("[inputs.ledger]\npath = 'a'\nfields = { name = 'b', community_id = 'b' }\n")
    for said in (zh, en):
        assert "'name'" in said
        assert "'community_id'" in said
        assert "'b'" in said


@pytest.mark.parametrize(
    ("role", "fields"),
    [
        ("communities", "name = '小区名', gate_open = '封闭', year_built_from = '建于'"),
        ("communities", "'小区名称' = 'XQ'"),
        ("ledger", "households = '总户', elderly_population = '60+'"),
        ("facilities", "name = 'a', category = 'b', lon = 'c', lat = 'd', typecode = 'e'"),
        ("facilities", "poi_name = 'a', '类别' = 'b'"),
        ("streets", "highway = 'a', bridge = 'b', u = 'c', v = 'd'"),
        ("gates", "owner_id = 'a', lon = 'b', lat = 'c'"),
    ],
)
def test_what_is_read_is_taken(role: str, fields: str):
    table = f"[[inputs.{role}]]" if role == "facilities" else f"[inputs.{role}]"
    job = parse_job(f"{table}\npath = 'a'\nfields = {{ {fields} }}\n", name="job.toml")
    given = getattr(job.inputs, role)
    assert (given[0] if isinstance(given, tuple) else given).fields


@pytest.mark.parametrize("text", ["fields = 3", "fields = [1]", "fields = { name = 3 }"])
def test_fields_that_are_no_pairs_of_words_are_told(text: str):
    zh, en = refusal(f"[inputs.ledger]\npath = 'a'\n{text}\n")
    assert "fields" in zh
    assert "fields" in en


def test_the_documentation_lists_what_is_read():
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    for role, names in READ.items():
        row = next((one for one in rows if one.startswith(f"| {role} | `")), "")
        own = [one for one in names if role != "facilities" or one in HEADERS]
        assert not row or all(f"`{one}`" in row for one in own)
        assert row or role in {"built_up", "extent"}
