"""Contracts of all tables: a glance and pandera see the same faults."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pandera.errors
import pandera.pandas as pa
import pytest

from layers.contracts import check, keys_of
from layers.errors import ContractError
from layers.keeping import keeps
from tests.town import town_tables
from zoning.tables import CONTRACTS

Planted = Callable[[pd.DataFrame, str], pd.DataFrame]


def as_objects(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table.assign(**{name: pd.Series([object()] * len(table), index=table.index)})


def as_numbers(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table.assign(**{name: pd.Series(-1.5, index=table.index)})


def as_whole(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table.assign(**{name: pd.Series(-7, index=table.index, dtype="Int64")})


def as_much(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table.assign(**{name: pd.Series(1e300, index=table.index)})


def as_words(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table.assign(**{name: pd.Series("nonsense", index=table.index, dtype="str")})


def emptied(table: pd.DataFrame, name: str) -> pd.DataFrame:
    values = table[name].copy()
    values.iloc[-1] = None
    return table.assign(**{name: values})


def without(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table.drop(columns=name)


def doubled(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return pd.concat([pd.DataFrame(table), pd.DataFrame(table[[name]])], axis=1)


COLUMN_FAULTS: list[Planted] = [
    as_objects,
    as_numbers,
    as_whole,
    as_much,
    as_words,
    emptied,
    without,
    doubled,
]


def finds_nothing(schema: pa.DataFrameSchema, table: pd.DataFrame) -> bool:
    try:
        schema.validate(table, lazy=True)
    except (pandera.errors.SchemaErrors, pandera.errors.SchemaError):
        return False
    return True


@pytest.mark.parametrize("name", list(CONTRACTS))
def test_the_town_keeps_every_contract_at_a_glance(name: str):
    table = town_tables()[name]
    assert finds_nothing(CONTRACTS[name], table)
    assert keeps(CONTRACTS[name], table)
    assert keeps(CONTRACTS[name], table.iloc[:0])


def one_of_each_kind() -> list[tuple[str, str]]:
    """List table and column, one for each set of type, bounds and words that any contract has."""
    found = {}
    for table, schema in CONTRACTS.items():
        for column, wanted in schema.columns.items():
            rules = [(check.name, str(check.statistics)) for check in wanted.checks]
            kind = (str(wanted.dtype), wanted.nullable, *rules)
            found.setdefault(kind, (table, str(column)))
    return [place for place in found.values() if place[1] != "geometry"]


@pytest.mark.parametrize(("name", "column"), one_of_each_kind())
def test_a_glance_and_pandera_see_the_same_faults(name: str, column: str):
    table = town_tables()[name].head(3)
    schema = CONTRACTS[name].select_columns([column])
    table = table[[column]]
    for plant in COLUMN_FAULTS:
        planted = plant(table, column)
        # a double column is refused at a glance, whatever pandera thinks of it
        right = plant is not doubled and finds_nothing(schema, planted)
        assert keeps(schema, planted) == right, plant


@pytest.mark.parametrize("name", list(CONTRACTS))
def test_a_fault_of_the_key_is_seen(name: str):
    schema, table = CONTRACTS[name], town_tables()[name]
    keys = keys_of(schema)
    flat = pd.DataFrame(table).reset_index()
    faults = {
        "twice": pd.concat([flat, flat.iloc[[0]]]).set_index(keys),
        "numbers": flat.assign(**{keys[0]: range(len(flat))}).set_index(keys),
        "no key": flat,
        "another name": table.rename_axis(index=[f"{level}_" for level in keys]),
    }
    for fault, planted in faults.items():
        assert not keeps(schema, planted), fault
        with pytest.raises(ContractError) as caught:
            check(schema, planted)
        assert caught.value.faults, fault


def test_every_fault_is_told_at_once():
    schema, table = CONTRACTS["communities"], town_tables()["communities"]
    planted = table.assign(households=pd.Series(-1.0, index=table.index)).drop(columns="name")
    with pytest.raises(ContractError) as caught:
        check(schema, planted)
    told = " ".join(caught.value.faults)
    assert "name" in told
    assert "households" in told
    assert f"{len(table)} case(s)" in told
