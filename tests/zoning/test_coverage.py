"""What is met from the gate and far from most homes is told; what is half covered is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.contracts import conform
from layers.errors import ContractError
from layers.tables import CATEGORIES, WALKERS
from zoning.coverage import list_uncovered
from zoning.tables import GAPS, STATUSES


def gaps_of(
    *rows: tuple[str, str, str, float | None, float | None], walker: str = "adult"
) -> pd.DataFrame:
    """Make answers from community, have, status, households and households covered."""
    ids = sorted({row[0] for row in rows} or {"c1"})
    keys = pd.MultiIndex.from_product(
        [ids, CATEGORIES, WALKERS], names=["community_id", "category", "walker"]
    )
    columns = {
        "status": "no_data",
        "limit_m": 1000.0,
        "limit_minutes": 15.0,
        "rule": "distance",
        "clause": "x",
        "bureau": "x",
    }
    frame = pd.DataFrame(columns, index=keys).assign(households=np.nan, households_covered=np.nan)
    for community, have, status, households, covered in rows:
        frame.loc[(community, have, walker), ["status", "households", "households_covered"]] = [
            status,
            households,
            covered,
        ]
    return conform(GAPS, frame)


def test_a_met_have_that_covers_less_than_half_is_told_with_its_share() -> None:
    [found] = list_uncovered(
        gaps_of(
            ("c1", "library", "met", 100, 0),
            ("c2", "library", "met", 50, 24),
            ("c3", "shop", "met", 9, 9),
        )
    )
    assert (found.severity, found.table_name, found.row_key) == ("check", "gaps", "library")
    assert "2 个小区" in found.zh
    assert "1 个为 0%（c1 0%、c2 48%）" in found.zh
    assert "2 communities meet" in found.en
    assert "0% in 1 (c1 0%, c2 48%)" in found.en


def test_shares_are_rounded_away_from_nought_and_half() -> None:
    [found] = list_uncovered(
        gaps_of(("c1", "shop", "met", 1000, 499), ("c2", "shop", "small", 1000, 1))
    )
    assert "不足一半（c2 1%、c1 49%）" in found.zh
    assert "by building (c2 1%, c1 49%)" in found.en


@pytest.mark.parametrize(
    ("status", "households", "covered"),
    [
        ("met", 100, 50),
        ("met", 100, 100),
        ("met", None, None),
        ("met", 0, 0),
        ("far", 100, 0),
        ("gap", 100, 0),
        ("unconfirmed", 100, 0),
    ],
)
def test_nothing_else_is_told(status: str, households: float | None, covered: float | None) -> None:
    assert list_uncovered(gaps_of(("c1", "shop", status, households, covered))) == []


def test_statutory_answers_count_alone() -> None:
    assert list_uncovered(gaps_of(("c1", "shop", "met", 100, 0), walker="older")) == []


def test_of_many_the_least_covered_are_named() -> None:
    rows = [(f"c{n:02}", "shop", "met", 100.0, float(n)) for n in range(12)]
    [found] = list_uncovered(gaps_of(*reversed(rows)))
    assert "12 个小区" in found.zh
    assert "c00 0%、c01 1%" in found.zh
    assert "c07 7%等" in found.zh
    assert "c08" not in found.zh + found.en


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["c1", "c2", "c3"]),
            st.sampled_from(list(CATEGORIES)),
            st.sampled_from(list(STATUSES)),
            st.floats(1, 500),
            st.floats(0, 1),
        ),
        max_size=12,
        unique_by=lambda row: row[:2],
    )
)
def test_findings_are_the_haves_that_somebody_meets_with_less_than_half(
    rows: list[tuple[str, str, str, float, float]],
) -> None:
    told = [
        found.row_key
        for found in list_uncovered(
            gaps_of(
                *(
                    (one, have, status, homes, homes * share)
                    for one, have, status, homes, share in rows
                )
            )
        )
    ]
    want = {
        have
        for _, have, status, homes, share in rows
        if status in {"met", "small"} and homes * share / homes < 0.5
    }
    assert told == [have for have in CATEGORIES if have in want]


def test_a_table_that_breaks_its_contract_is_refused() -> None:
    with pytest.raises(ContractError):
        list_uncovered(pd.DataFrame({"status": ["met"]}))
