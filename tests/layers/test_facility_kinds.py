"""Several columns that could say the kind of a facility: which is taken, and how to choose."""

from __future__ import annotations

import pandas as pd

from layers.attributes import column_named
from layers.checks import Finding
from layers.facility_doubts import doubt_kinds
from layers.facility_fields import keep_chosen, read_fields


def table(**columns: list[str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(columns, dtype="str")
    frame.index = pd.RangeIndex(2, 2 + len(frame), name="row")
    return frame


def asked(frame: pd.DataFrame) -> Finding:
    (finding,) = doubt_kinds(frame, "poi.csv")
    assert finding.code == "facility-kinds-several"
    for said in (finding.zh, finding.en):
        assert "poi.csv" in said
        assert "类别" in said
        assert "类型" in said
    assert "fields = { category" in str(finding.remedy)
    return finding


def test_one_column_is_no_doubt():
    assert doubt_kinds(table(name=["甲"], 类别=["超市"]), "poi.csv") == []
    assert doubt_kinds(table(name=["甲"], 类别=["超市"], 类型=[None]), "poi.csv") == []


def test_columns_that_differ_ask_for_a_decision_and_name_a_row():
    frame = table(类型=["超市", "公厕", "诊所"], 类别=["超市", "停车场", None])
    finding = asked(frame)
    assert finding.severity == "decide"
    assert "1 row(s), for example row 3: '停车场' and '公厕'" in finding.en
    assert "第 3 行" in finding.zh
    # the surest header goes first, whatever the order of columns; the others fill its gaps
    assert read_fields(frame)["category"].tolist() == ["超市", "停车场", "诊所"]


def test_a_column_taken_that_names_no_have_beside_one_that_does_is_a_decision():
    assert asked(table(类别=["重要", "一般"], 类型=["超市", "公厕"])).severity == "decide"


def test_columns_that_agree_are_to_be_checked():
    assert asked(table(类别=["超市"], 类型=["便民超市"])).severity == "check"


def test_classes_of_a_map_provider_beside_a_kind_are_a_note():
    assert asked(table(类别=["超市"], 类型=["购物服务;超级市场;超市"])).severity == "note"


def test_a_column_that_the_job_names_is_taken_alone():
    frame = table(category=["公厕", None], 类别=["停车场", "停车场"], name=["甲", "乙"])
    kept = keep_chosen(frame, {"category": "类型", "name": "点位"})
    assert list(kept.columns) == ["category", "name"]
    assert doubt_kinds(kept, "poi.csv") == []
    assert read_fields(kept)["category"].isna().tolist() == [False, True]


def test_a_name_that_the_job_gives_goes_before_other_headers():
    frame = pd.DataFrame(columns=["类别", "kind", "类型"])
    assert column_named(frame, ("kind", "类别", "类型")) == "kind"
    assert column_named(frame[["类型", "类别"]], ("kind", "类别", "类型")) == "类别"
    assert column_named(frame, ("name",)) is None
