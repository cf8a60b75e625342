from layers.contracts import check
from layers.tables import CATEGORIES
from tests.town import at, community_ids, town_tables, walk_m
from zoning.tables import CONTRACTS, STATUSES


def test_every_table_of_the_town_keeps_its_contract() -> None:
    tables = town_tables()
    assert list(tables) == list(CONTRACTS)
    for name, schema in CONTRACTS.items():
        check(schema, tables[name])
        assert len(tables[name]) > 0, name


def test_the_town_shows_every_status_and_all_nine_haves() -> None:
    tables = town_tables()
    assert set(tables["gaps"]["status"]) == set(STATUSES)
    assert set(tables["facilities"].index.get_level_values("category")) == set(CATEGORIES)
    assert tables["gaps"]["flips_at_strict"].any()
    assert len(tables["gaps"]) == len(community_ids()) * len(CATEGORIES) * 2


def test_a_walk_across_the_river_takes_the_bridge() -> None:
    # Bridge at 200 m north: 300 m along, 200 m up to it, 200 m down again.
    assert walk_m(at(400, 0), at(700, 0)) == 300 + 200 + 200
    assert walk_m(at(0, 0), at(100, 50)) == 150
