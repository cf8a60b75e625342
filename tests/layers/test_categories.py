"""Which of the nine haves a point is: the order of decision, and the row that decided."""

from __future__ import annotations

import csv
import json
import re
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.categories import DECISIONS, classify, is_gate, load_rules
from layers.tables import CATEGORIES

CASES = list(
    csv.DictReader(
        Path(__file__).with_name("data").joinpath("name_cases.csv").read_text("utf-8").splitlines()
    )
)
EMPTY = {"name": None, "tags": None, "typecode": None, "baidu": None}


def points(*rows: dict[str, object]) -> pd.DataFrame:
    keys = pd.Index([f"f{number}" for number in range(len(rows))], name="facility_id")
    return pd.DataFrame([EMPTY | row for row in rows], index=keys).astype("str")


def decided(**row: object) -> dict[str, str]:
    if isinstance(row.get("tags"), dict):
        row["tags"] = json.dumps(row["tags"], ensure_ascii=False)
    table = classify(points({key: value for key, value in row.items() if value is not None}))
    return {category: text for (_, category), text in table["decision"].items()}


@pytest.fixture(scope="module")
def all_cases() -> pd.DataFrame:
    return classify(
        points(
            *({"name": case["name"], "typecode": case["amap_typecode"] or None} for case in CASES)
        )
    )


@pytest.mark.parametrize("number", range(67), ids=[case["name"] for case in CASES])
def test_every_name_case_is_reproduced(number: int, all_cases: pd.DataFrame) -> None:
    expected: dict[str, str] = {}
    if CASES[number]["expected"]:
        word, _, category = CASES[number]["expected"].rpartition(":")
        expected = {category: word or "include"}
    found = all_cases[all_cases.index.get_level_values("facility_id") == f"f{number}"]
    assert found.droplevel("facility_id")["decision"].to_dict() == expected


def test_there_are_sixty_seven_name_cases() -> None:
    assert len(CASES) == 67


def test_the_shipped_rules_use_known_words_and_sound_patterns() -> None:
    for rule in load_rules():
        assert rule.action in {"include", "weak", "exclude", "route", "review"}
        assert rule.source in {"osm", "amap", "baidu", "name"}
        assert rule.category in CATEGORIES or rule.category.startswith("support_")
        if rule.source == "name":
            re.compile(rule.value)


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_have_has_rules_of_names_and_codes(category: str) -> None:
    sources = {rule.source for rule in load_rules() if rule.category == category}
    assert sources == {"osm", "amap", "baidu", "name"}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"amenity": "library"}, {"library": "include"}),
        ({"amenity": "toilets"}, {"toilet": "include"}),
        ({"amenity": "toilets", "access": "customers"}, {}),
        ({"amenity": "toilets", "access": "no"}, {}),
        ({"amenity": "parking", "access": "customers"}, {"parking": "review"}),
        ({"amenity": "parking", "parking": "underground"}, {"parking": "review"}),
        ({"amenity": "cafe", "access": "customers"}, {}),
        ({"amenity": "pharmacy", "healthcare": "clinic"}, {}),
        ({"amenity": "hospital"}, {"clinic": "weak"}),
        ({"office": "government", "government": "administrative"}, {"service_centre": "weak"}),
        ({"office": "government"}, {}),
        ({"vending": "parcel_pickup;parcel_mail_in"}, {"parcel": "include"}),
        ({"shop": "alcohol;convenience"}, {}),
        ({"shop": "bakery;convenience"}, {"shop": "include"}),
        (
            {"amenity": "social_facility", "social_facility:for": "senior"},
            {"elderly_care": "include"},
        ),
    ],
)
def test_osm_tags_decide_with_what_must_hold_as_well(
    tags: dict[str, str], expected: dict[str, str]
) -> None:
    assert decided(tags=tags) == expected


def test_baidu_tags_decide() -> None:
    assert decided(baidu="生活服务;公共厕所") == {"toilet": "include"}
    assert decided(name="祥和商行", baidu="购物;商铺") == {"shop": "include"}


def test_several_amap_codes_are_all_read_and_lost_zeros_are_found() -> None:
    assert decided(typecode="060400|150904") == {"parking": "include", "shop": "include"}
    assert decided(typecode="60400") == {"shop": "include"}
    assert decided(typecode="60400.0") == {"shop": "include"}


def test_a_building_may_be_several_haves() -> None:
    assert decided(name="首阳社区党群服务中心(社区书屋)") == {
        "library": "include",
        "service_centre": "include",
    }


def test_full_width_letters_and_blanks_do_not_hide_a_name() -> None:
    assert decided(name="  ７-ELEVEn(中州路)　") == {"shop": "include"}


@pytest.mark.parametrize("name", ["邮局家属院", "敬老院小区", "供销社家属楼", "图书馆宿舍"])
def test_a_dwelling_named_after_a_facility_is_none(name: str) -> None:
    assert decided(name=name) == {}
    assert decided(name=name, typecode="120302") == {}


def test_the_evidence_names_the_rows_that_decided() -> None:
    table = classify(
        points(
            {"name": "老城街道便民服务中心"},
            {"tags": '{"amenity": "library"}'},
            {"name": "顺丰速运", "typecode": "070500"},
            {"name": "爱心驿站"},
            {"typecode": "120304"},
        )
    )
    assert table["evidence"].to_dict() == {
        ("f0", "service_centre"): "name: 便民服务中心 (nine_haves.csv:14)",
        ("f1", "library"): "osm: amenity=library",
        ("f2", "parcel"): "name: 顺丰 (nine_haves.csv:160) + amap: 070500",
        ("f3", "parcel"): "name: 驿站 (nine_haves.csv:161)",
        ("f3", "toilet"): "name: 爱心驿站 (nine_haves.csv:136)",
        ("f4", "elderly_care"): "amap: 120304",
        ("f4", "service_centre"): "amap: 120304",
    }


def test_gates_are_told_by_code_and_are_no_haves() -> None:
    frame = points(
        {"name": "便民服务中心东门", "typecode": "991400"},
        {"name": "便民服务中心", "typecode": "130105"},
        {"tags": '{"barrier": "gate"}'},
        {"typecode": "991401"},
        {"typecode": "991000"},
    )
    assert is_gate(frame).tolist() == [True, False, True, True, False]
    assert is_gate(frame).index.equals(frame.index)
    assert is_gate(frame.rename(columns={"typecode": "类型编码"})).sum() == 3
    assert classify(frame).index.tolist() == [("f1", "service_centre")]


def test_nothing_in_gives_nothing_out() -> None:
    empty = classify(points())
    assert empty.index.names == ["facility_id", "category"]
    assert empty.columns.tolist() == ["decision", "evidence"]
    assert is_gate(pd.DataFrame(index=pd.Index([], name="facility_id"))).empty
    assert classify(pd.DataFrame(index=pd.Index(["a"], name="facility_id"))).empty


def test_tags_that_are_no_json_say_nothing() -> None:
    assert decided(tags="amenity=library") == {}
    assert decided(tags="[1]") == {}


def test_a_key_that_is_not_unique_is_a_fault() -> None:
    frame = points({"name": "公厕"}, {"name": "公厕"})
    with pytest.raises(ValueError, match="'f0'"):
        classify(frame.set_axis(["f0", "f0"]))


parts = st.sampled_from(
    ["社区", "卫生", "服务", "中心", "超市", "驿站", "公厕", "停车场", "(暂停营业)"]
)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(parts, max_size=5).map("".join), max_size=8))
def test_the_order_of_rows_changes_nothing(names: list[str]) -> None:
    frame = points(*({"name": name, "typecode": "120304"} for name in names))
    shuffled = frame.sample(frac=1.0, random_state=len(names))
    table = classify(frame)
    pd.testing.assert_frame_equal(table, classify(shuffled))
    assert set(table["decision"]) <= set(DECISIONS)


def test_twenty_thousand_points_take_seconds() -> None:
    names = [f"{case['name']}{number}号店" for number in range(300) for case in CASES]
    frame = pd.DataFrame(
        {"name": names, "typecode": [CASES[n % 67]["amap_typecode"] for n in range(len(names))]},
        index=pd.Index(map(str, range(len(names))), name="facility_id"),
    )
    started = time.process_time()
    assert len(classify(frame)) > 1000
    assert time.process_time() - started < 10.0
