"""Figures of zones, counted again by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.errors import ContractError
from tests.town import town_tables
from zoning.zone_summary import OPEN_STATUSES, list_open_haves, summarise_zones


def test_sums_of_a_zone_are_those_of_its_members() -> None:
    town = town_tables()
    sums = summarise_zones(town)
    assert sums.index.tolist() == town["zones"].index.tolist()
    zone_of = town["assignment"]["zone_id"]
    for zone, row in sums.iterrows():
        members = zone_of.index[zone_of.eq(zone)]
        own = town["communities"].loc[members]
        assert row["buildings_unknown_communities"] == own["buildings"].isna().sum()
        if own["buildings"].notna().any():
            assert row["buildings"] == own["buildings"].dropna().astype(float).sum()
        else:
            assert pd.isna(row["buildings"])
        adult = town["gaps"].xs("adult", level="walker")["status"]
        answers = [adult[member, have] for member, have in adult.index if member in set(members)]
        assert row["gaps"] == sum(answer in {"gap", "far"} for answer in answers)
        assert row["unconfirmed"] == answers.count("unconfirmed")


def test_a_sum_of_unknowns_is_unknown_and_not_zero() -> None:
    town = town_tables()
    town["communities"]["floor_area_m2"] = float("nan")
    sums = summarise_zones(town)
    assert sums["floor_area_m2"].isna().all()
    assert (sums["floor_area_unknown_communities"] == town["zones"]["communities"]).all()


def test_open_haves_name_every_open_answer_in_a_zone_once() -> None:
    town = town_tables()
    rows = list_open_haves(town)
    adult = town["gaps"].xs("adult", level="walker").reset_index()
    zones = adult["community_id"].map(town["assignment"]["zone_id"])
    wanted = adult[zones.notna() & adult["status"].isin(OPEN_STATUSES)]
    found = [
        (one, row["category"], row["status"])
        for row in rows.to_dict("records")
        for one in row["community_ids"]
    ]
    keys = ["community_id", "category", "status"]
    assert sorted(found) == sorted(map(tuple, wanted[keys].to_numpy()))
    assert rows["communities"].tolist() == [len(ids) for ids in rows["community_ids"]]
    assert rows["zone_id"].is_monotonic_increasing


def test_communities_of_most_households_are_named_first() -> None:
    town = town_tables()
    households = town["communities"]["households"]
    for ids in list_open_haves(town)["community_ids"]:
        known = households.loc[list(ids)].dropna().tolist()
        assert known == sorted(known, reverse=True)


def test_broken_tables_are_refused() -> None:
    town = town_tables()
    town["gaps"]["status"] = "wrong"
    for compute in (summarise_zones, list_open_haves):
        with pytest.raises(ContractError):
            compute(town)
