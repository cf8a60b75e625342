"""Who is left out of the zoning problem is told by the sentences of eligibility."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from tests.zoning.test_zones import TWO, Row


def test_who_is_left_out_by_eligibility_is_told_in_its_sentences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = Row().eligibility
    out = str(plain.index[plain["status"].eq("excluded")][0])
    told = plain.assign(
        explained_zh="未满足 E01：建成 2014 年。", explained_en="E01 not met: built 2014."
    )
    monkeypatch.setattr(Row, "eligibility", property(lambda _: told))
    left_out = Row().pose(TWO).left_out
    assert left_out.loc[out, ["reason", "zh", "en"]].tolist() == [
        "excluded",
        "按规则不纳入：未满足 E01：建成 2014 年。",
        "excluded by the rulebook: E01 not met: built 2014.",
    ]


def test_households_that_nobody_knows_are_told_as_such_whatever_eligibility_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = Row()
    told = row.eligibility.assign(
        status=row.eligibility["status"].replace("core", "unknown"),
        explained_zh="待定：建成年份未填。",
        explained_en="Open: year built not stated.",
    )
    homes = row.communities.copy()
    one = str(told.index[told["status"].eq("unknown")][0])
    homes.loc[one, "households"] = pd.NA
    monkeypatch.setattr(Row, "eligibility", property(lambda _: told))
    monkeypatch.setattr(Row, "communities", property(lambda _: homes))
    left_out = Row().pose(replace(TWO, include=("core", "unknown"))).left_out
    assert left_out["reason"][one] == "unknown"
    assert "households = NA" in left_out["zh"][one]
