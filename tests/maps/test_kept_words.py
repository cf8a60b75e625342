"""What must be kept, in words: on cards of the working map, in the ledger, beside zones."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from layers.tables import PROTECTED_KINDS
from maps.kept_words import KEPT, tell_kept
from maps.labels import Imprint
from maps.payload import public_document, working_document
from maps.workbook import write_workbook
from tests.browser import Watched, open_map
from tests.town import town_tables


def told_of(
    things: list[tuple[str, str | None, str | None]], zones: dict[str, str | None], language: str
) -> tuple[dict[str, str], dict[str, str]]:
    rows = pd.DataFrame(things, columns=["kind", "name", "community_ids"])
    rows.index = pd.Index([f"p{n}" for n in range(len(rows))], name="protection_id")
    assignment = pd.DataFrame({"zone_id": pd.Series(zones, dtype="str")})
    tables = {"protections": rows, "assignment": assignment}
    communities = tell_kept(tables, "communities", language).to_dict()
    return communities, tell_kept(tables, "zones", language).to_dict()


def test_kinds_stand_in_their_order_and_a_thing_of_two_communities_is_named_once() -> None:
    things = [
        ("historic_city", "老城", "c1;c2"),
        ("old_tree", "银杏", "c1"),
        ("old_tree", "国槐", "c1"),
        ("old_tree", "国槐", "c2"),
        ("relic", None, "c3"),
        ("relic", "石坊", None),
    ]
    zones = {"c1": "Z1", "c2": "Z1", "c3": None}
    communities, of_zones = told_of(things, zones, "zh")
    assert communities == {
        "c1": "古树名木：国槐、银杏；历史城区：老城",
        "c2": "古树名木：国槐；历史城区：老城",
        "c3": "文物古迹：未命名",
    }
    assert of_zones == {"Z1": "古树名木：国槐 ×2、银杏；历史城区：老城"}
    _, in_english = told_of(things, zones, "en")
    assert in_english == {"Z1": "old and famous trees: 国槐 ×2, 银杏; the historic city: 老城"}


def test_of_many_names_five_are_given_and_how_many_there_are() -> None:
    things: list[tuple[str, str | None, str | None]] = [
        ("old_tree", f"T{n}", "c1") for n in range(7)
    ]
    things.append(("old_tree", "T0", "c1"))
    said, _ = told_of(things, {}, "zh")
    assert said["c1"] == "古树名木：T0 ×2、T1、T2、T3、T4等 8 处"
    said, _ = told_of(things, {}, "en")
    assert said["c1"] == "old and famous trees: T0 ×2, T1, T2, T3, T4 and 2 more"


ids = st.sampled_from(["c1", "c2", "c3"])
kept_things = st.lists(
    st.tuples(
        st.sampled_from(sorted(PROTECTED_KINDS)),
        st.sampled_from(["国槐", "老城", None]),
        st.sets(ids, min_size=1).map(lambda own: ";".join(sorted(own))),
    ),
    max_size=6,
)


@settings(max_examples=30)
@given(kept_things, st.permutations(range(6)))
def test_nobody_is_told_of_what_is_elsewhere_and_order_means_nothing(
    things: list[tuple[str, str | None, str | None]], order: list[int]
) -> None:
    zones = {"c1": "Z1", "c2": "Z1", "c3": None}
    communities, of_zones = told_of(things, zones, "en")
    held = {one for _, _, own in things for one in str(own).split(";")}
    assert set(communities) == held
    assert set(of_zones) == ({"Z1"} if held & {"c1", "c2"} else set())
    mixed = [things[place] for place in order if place < len(things)]
    assert told_of(mixed, zones, "en") == (communities, of_zones)
    for community, text in communities.items():
        kinds = {kind for kind, _, own in things if community in str(own).split(";")}
        assert {kind for kind, both in PROTECTED_KINDS.items() if f"{both[1]}: " in text} == kinds


def test_the_working_map_alone_tells_it(imprint: Imprint) -> None:
    tables = town_tables()
    document = working_document(tables, imprint)
    told = tell_kept(tables, "communities", "zh")
    ids_of = document["communities"]["id"]
    zh = document["communities"]["kept"][0]
    assert {key: text for key, text in zip(ids_of, zh, strict=True) if text} == told.to_dict()
    assert any(document["zones"]["kept"][1])
    public = public_document(tables, imprint)
    assert "kept" not in public["communities"]
    assert "kept" not in public["zones"]


def test_ledger_and_zones_name_what_must_be_kept_where_there_is_such_a_layer(
    imprint: Imprint, tmp_path: Path
) -> None:
    tables = town_tables()
    path = tmp_path / "plan.xlsx"
    write_workbook(tables, imprint, path)
    book = load_workbook(path)
    for tab, owner, key in (("小区台账", "communities", "小区编码"), ("片区", "zones", "片区")):
        head, *rows = list(book[tab].iter_rows(values_only=True))
        own, said = head.index(key), head.index(KEPT["zh"])
        told = {row[own]: row[said] for row in rows[len(imprint.languages) - 1 :] if row[said]}
        assert told == tell_kept(tables, owner, "zh").to_dict()  # type: ignore[arg-type]  # two words
        assert told
    bare = {**tables, "protections": tables["protections"].iloc[:0]}
    write_workbook(bare, imprint, path)
    book = load_workbook(path)
    for tab in ("小区台账", "片区"):
        assert KEPT["zh"] not in next(book[tab].iter_rows(values_only=True))


@pytest.mark.browser
def test_cards_name_what_must_be_kept(watched: Watched, working_map: Path) -> None:
    page = open_map(watched, working_map)
    told = tell_kept(town_tables(), "communities", "zh")
    page.evaluate(
        "id => lianpian.choose({kind: 'community', at: lianpian.doc.communities.id.indexOf(id)})",
        str(told.index[0]),
    )
    assert str(told.iloc[0]) in page.locator("#card").inner_text()
    zones = tell_kept(town_tables(), "zones", "zh")
    page.evaluate(
        "id => lianpian.choose({kind: 'zone', at: lianpian.doc.zones.id.indexOf(id)})",
        str(zones.index[0]),
    )
    assert str(zones.iloc[0]) in page.locator("#card").inner_text()
    assert watched.errors == []
