"""The absorb pass: who of 2001 to 2005 joins a zone, by the gap and by a planner's pins."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.contracts import conform
from zoning.regionalization.absorption import absorb
from zoning.regionalization.settings import ZoningSettings
from zoning.tables import ADJACENCY, ELIGIBILITY

NOBODY = pd.DataFrame({"reason": pd.Series(dtype="str")})


def joined(
    *links: tuple[str, str, float | None, str],
    core: dict[str, str],
    pins: ZoningSettings | None = None,
    status: dict[str, str] | None = None,
) -> pd.DataFrame:
    """Absorb everyone who is in a link and not in `core` (community -> centre)."""
    ids = sorted({one for link in links for one in link[:2]} | set(core))
    eligibility = pd.DataFrame(
        {
            "community_id": ids,
            "status": ["core" if one in core else "absorbable" for one in ids],
            "clause": "x",
        }
    ).set_index("community_id")
    for one, word in (status or {}).items():
        eligibility.loc[one, "status"] = word
    adjacency = pd.DataFrame(
        [
            {
                "focal": min(one, other),
                "neighbor": max(one, other),
                "gap_m": gap,
                "kind": kind,
                "crosses": "none",
                "linked": kind != "cut",
            }
            for one, other, gap, kind in links
        ]
    )
    return absorb(
        pd.Series(core, dtype="str"),
        conform(ELIGIBILITY, eligibility),
        conform(ADJACENCY, adjacency),
        households=pd.Series(10.0, index=ids),
        left_out=NOBODY,
        pins=pins,
    )


@pytest.mark.parametrize(
    ("gap", "kind", "role"),
    [
        (0.0, "wall", "absorbed"),
        (12.0, "lane", "absorbed"),
        (25.0, "road", "absorbed"),
        (25.1, "lane", None),
        (50.0, "lane", None),
        (50.0, "added", "absorbed"),
        (5.0, "cut", None),
    ],
)
def test_who_touches_a_zone_joins_and_who_is_fifty_metres_outside_does_not(
    gap: float, kind: str, role: str | None
):
    got = joined(("a", "b", gap, kind), core={"a": "a"}).loc["b"]
    assert (None if pd.isna(got["role"]) else got["role"]) == role
    assert (None if pd.isna(got["reason"]) else got["reason"]) == (None if role else "no_neighbour")


def test_one_enclosed_by_a_zone_joins_and_leaves_with_its_core():
    ring = [("m", one, 8.0, "lane") for one in "abcd"]
    got = joined(*ring, core=dict.fromkeys("abcd", "a"))
    assert got.loc["m", ["zone_id", "role"]].tolist() == ["Z01", "absorbed"]
    gone = joined(*ring, core={}, status=dict.fromkeys("abcd", "excluded"))
    assert gone["zone_id"].isna().all()
    assert gone.loc["m", "reason"] == "no_neighbour"


BETWEEN = (("a", "m", 0.0, "wall"), ("b", "m", 9.0, "lane"))


@pytest.mark.parametrize(
    ("pins", "home", "reason"),
    [
        (ZoningSettings(), "Z01", None),
        (ZoningSettings(together=(("b", "m"),)), "Z02", None),
        (ZoningSettings(apart=(("a", "m"),)), "Z02", None),
        (ZoningSettings(locked={"b": "1", "m": "1"}), "Z02", None),
        (ZoningSettings(locked={"a": "1", "m": "2"}), "Z02", None),
        (ZoningSettings(apart=(("a", "m"), ("b", "m"))), None, "planner"),
        (ZoningSettings(together=(("a", "b", "m"),)), None, "planner"),
    ],
)
def test_a_planners_pins_bind_those_who_join(
    pins: ZoningSettings, home: str | None, reason: str | None
):
    got = joined(*BETWEEN, core={"a": "a", "b": "b"}, pins=pins).loc["m"]
    assert (got["zone_id"] if home else None) == home
    assert (got["reason"] if reason else None) == reason
    assert bool(got["locked"]) == ("m" in pins.locked)
