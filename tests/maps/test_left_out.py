"""Who stands outside of all zones is told why, and whom it could not be joined with."""

from __future__ import annotations

import pandas as pd
import pytest

from maps.left_out import tell_left_out
from maps.words import LEFT_OUT


def tables_of(
    links: list[tuple[str, str, bool]], reasons: dict[str, str], zones: dict[str, str]
) -> dict[str, pd.DataFrame]:
    ids = sorted({*reasons, *zones})
    index = pd.Index(ids, name="community_id")
    pairs = pd.MultiIndex.from_tuples([link[:2] for link in links], names=["focal", "neighbor"])
    return {
        "communities": pd.DataFrame(
            {"name": [f"{one}院" if one != "d" else None for one in ids]}, index
        ),
        "assignment": pd.DataFrame(
            {"zone_id": pd.Series(zones, dtype="str"), "reason": pd.Series(reasons, dtype="str")},
            index=index,
        ),
        "adjacency": pd.DataFrame({"linked": [link[2] for link in links]}, index=pairs),
    }


@pytest.mark.parametrize(
    ("links", "zh", "en"),
    [
        (
            [("a", "b", True)],
            "没有可连片的小区：相邻的b院（资格待定）",
            "no neighbour to join: beside it b院 (eligibility unknown)",
        ),
        (
            [("c", "a", True), ("a", "d", True)],
            "没有可连片的小区：相邻的c院（不在改造范围）、d（在 Z02，不能并入）",
            "no neighbour to join: beside it c院 (out of scope), d (in Z02, which cannot take it)",
        ),
        (
            [("a", "b", False), ("b", "c", True)],
            "没有可连片的小区：没有相邻小区",
            "no neighbour to join: nobody adjoins it",
        ),
    ],
)
def test_the_linked_neighbours_are_named_with_their_own_reasons(
    links: list[tuple[str, str, bool]], zh: str, en: str
) -> None:
    reasons = {"a": "no_neighbour", "b": "unknown", "c": "excluded"}
    tables = tables_of(links, reasons, {"d": "Z02"})
    assert tell_left_out(tables, "zh")["a"] == zh
    assert tell_left_out(tables, "en")["a"] == en
    assert tell_left_out(tables, "zh")["b"] == LEFT_OUT["unknown"][0]
    short = tell_left_out(tables, "zh", is_short=True)
    assert short["a"] == zh.split("：")[1]
    assert short["b"] == LEFT_OUT["unknown"][0]
    assert "d" not in tell_left_out(tables, "zh").index
