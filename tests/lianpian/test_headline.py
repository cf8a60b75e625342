"""What a run says at its end."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from layers.checks import InputRecord
from lianpian.console import Console
from lianpian.headline import print_headline
from lianpian.plan import Plan

Capture = pytest.CaptureFixture[str]


def say(plan: Plan, capsys: Capture, lang: str = "zh", *, as_json: bool = False) -> str:
    print_headline(plan, Path("out"), Console(lang, as_json=as_json))
    return capsys.readouterr().out


def given_by_hand(plan: Plan, *roles: str, **figures: float) -> Plan:
    records = [
        InputRecord(role=role, path="a.csv", sha256="", read=1, kept=1, refused=0) for role in roles
    ]
    summary = plan.summary.copy()
    for figure, value in figures.items():
        summary.loc[figure, "value"] = value
    zoning = {**plan.record["zoning"], "rules_broken": 2}
    if "assignment" in roles:
        zoning["stopped_by"] = "planner"
    return replace(
        plan,
        imprint=replace(plan.imprint, zoning=tuple((k, str(v)) for k, v in zoning.items())),
        inputs=(*plan.inputs, *records),
        summary=summary,
        record={**plan.record, "zoning": zoning},
    )


def test_a_plan_by_hand_is_announced(small_plan: Plan, capsys: Capture):
    plan = given_by_hand(small_plan, "assignment", "links", links_added=0, links_cut=1)
    said = say(plan, capsys)
    assert "片区由人工给定，添加邻接 0 处，切断邻接 1 处，违反规则 2 条。" in said
    assert "zones given by hand, links added: 0, links cut: 1, rules broken: 2." in say(
        plan, capsys, "en"
    )
    assert said.count("人工给定") == 1
    assert "目标值（户 × 米）：" in said
    assert "已证下界：" in said
    only = say(given_by_hand(small_plan, "assignment"), capsys)
    assert "人工修改：片区由人工给定，违反规则 2 条。" in only
    assert "人工修改" not in say(small_plan, capsys)


def test_unknown_communities_in_zones_are_named(small_plan: Plan, capsys: Capture):
    figures = {"listed_unknown_communities": 13, "listed_unknown_households": 8534}
    plan = given_by_hand(small_plan, **figures)
    assert "列入的待定小区 13 个、8,534 户" in say(plan, capsys)
    assert "13 of unknown eligibility, 8,534 households" in say(plan, capsys, "en")
    assert "列入的待定小区" not in say(small_plan, capsys)


def test_unconfirmed_and_no_data_are_told_apart(small_plan: Plan, capsys: Capture):
    gaps = small_plan.gaps.copy()
    toilets = gaps.index.get_level_values("category") == "toilet"
    gaps.loc[toilets, "status"] = "no_data"
    plan = replace(small_plan, gaps=gaps)
    every = len(plan.communities)
    counts = json.loads(say(plan, capsys, as_json=True))["gaps"]
    assert counts["toilet"] == {
        "met": 0,
        "missing": 0,
        "unconfirmed": 0,
        "no_data": every,
        "open": every,
    }
    for answer in counts.values():
        assert answer["met"] + answer["missing"] + answer["open"] == every
        assert answer["unconfirmed"] + answer["no_data"] == answer["open"]
    said = say(plan, capsys)
    assert f"     0      0      0 {every:>6}  公用厕所" in said
    assert "待核实 / 无数据" in said


def test_households_of_zones_and_of_all_are_told_apart(small_plan: Plan, capsys: Capture):
    inside, every = small_plan.zones["households"].sum(), small_plan.communities["households"].sum()
    assert inside < every
    said = say(small_plan, capsys)
    assert f"片区内户数 {inside:,.0f}" in said
    assert f"全部小区 {every:,.0f} 户" in said
