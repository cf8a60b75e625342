"""Shapefiles for an older GIS: names and texts of few bytes, read back equal in GBK and UTF-8."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.contracts import check, conform
from layers.shapefiles import read_shapefile
from maps.shapefile_export import write_shapefiles
from maps.shapefile_names import FIELD_BYTES, STAND_IN, TEXT_BYTES, encode, short_names, split
from maps.words import HAVES
from tests.town import CRS, town_tables
from zoning.tables import CONTRACTS

ENCODINGS: tuple[Literal["gbk", "utf-8"], ...] = ("gbk", "utf-8")


def read_back(folder: Path, file: str) -> gpd.GeoDataFrame:
    """Read a file as its readers do, and give the columns the names that fields.csv says."""
    frame, findings = read_shapefile(folder / f"{file}.shp", encoding=None, role="export")
    assert findings == []  # the .cpg is believed
    listed = pd.read_csv(folder / "fields.csv", dtype=str, keep_default_na=False)
    listed = listed[listed["file"].eq(file)]
    assert set(listed["field"]) == set(frame.columns) - {"geometry"}
    columns: dict[str, pd.Series] = {}
    for column, fields in listed.groupby("column", sort=False)["field"]:
        parts = frame[list(fields)]
        if len(fields) == 1:
            columns[str(column)] = parts.iloc[:, 0]
        else:
            joined = parts.fillna("").agg("".join, axis=1)
            columns[str(column)] = joined.where(parts.notna().any(axis=1))
    return gpd.GeoDataFrame(columns, geometry=frame.geometry, crs=frame.crs)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_layer_reads_back_equal(encoding: Literal["gbk", "utf-8"], tmp_path: Path) -> None:
    tables = town_tables()
    altered = write_shapefiles(tables, tmp_path / "shapefiles", encoding=encoding)
    assert altered.empty
    assert not (tmp_path / "shapefiles" / "altered.csv").exists()
    for name, table in tables.items():
        if not isinstance(table, gpd.GeoDataFrame):
            continue
        files = sorted((tmp_path / "shapefiles").glob(f"{name}*.shp"))
        own = [one.stem for one in files if one.stem in {name, *(f"{name}_{k}" for k in KINDS)}]
        back = pd.concat([read_back(tmp_path / "shapefiles", file) for file in own])
        for column in table.columns:
            if table[column].dtype == "boolean":
                back[column] = back[column].astype("Float64").astype("boolean")
        back = conform(CONTRACTS[name], gpd.GeoDataFrame(back, crs=CRS), crs=CRS)
        check(CONTRACTS[name], back)
        order = table.sort_index().index
        columns = [column for column in table.columns if column != "geometry"]
        pd.testing.assert_frame_equal(
            pd.DataFrame(back.loc[order, columns]),
            pd.DataFrame(table.loc[order, columns]),
            check_dtype=False,
            rtol=1e-12,
        )
        assert np.allclose(
            back.loc[order].geometry.length, table.loc[order].geometry.length, rtol=1e-12
        )


KINDS = ("point", "line", "area")


def test_what_communities_lack_is_a_file_of_its_own_with_the_words_for_its_codes(
    tmp_path: Path,
) -> None:
    tables = town_tables()
    write_shapefiles(tables, tmp_path / "out", encoding="gbk")
    back = read_back(tmp_path / "out", "answers").set_index("community_id")
    adult = tables["gaps"].xs("adult", level="walker")["status"]
    for community_id, row in back.iterrows():
        own = adult.xs(community_id, level="community_id")
        assert row[list(own.index)].tolist() == own.tolist()
        assert row["missing"] == own.isin(["gap", "far"]).sum()
        assert row["unconfirmed"] == (own == "unconfirmed").sum()
        assert row["no_data"] == (own == "no_data").sum()
    assert len(back) == len(tables["communities"])
    listed = pd.read_csv(tmp_path / "out" / "fields.csv", dtype=str, keep_default_na=False)
    clinic = listed[listed["file"].eq("answers") & listed["column"].eq("clinic")].iloc[0]
    assert clinic["zh"] == HAVES["clinic"][0]
    assert "gap 缺项 missing" in clinic["note"]


@pytest.mark.parametrize(("encoding", "label"), [("gbk", "GBK"), ("utf-8", "UTF-8")])
def test_other_programs_find_encoding_and_system_beside_the_file(
    encoding: Literal["gbk", "utf-8"], label: str, tmp_path: Path
) -> None:
    folder = tmp_path / "中文 文件夹" / "shapefiles"
    folder.parent.mkdir()
    write_shapefiles(town_tables(), folder, encoding=encoding)
    assert (folder / "communities.cpg").read_text() == label
    assert "CGCS2000" in (folder / "communities.prj").read_text()
    assert (folder / "communities.dbf").read_bytes()[29] == (0x4D if encoding == "gbk" else 0)
    read = pyogrio.read_dataframe(folder / "communities.shp")
    assert "幸福里小区" in set(read["name"])
    assert read.crs.to_epsg() == 4547


def test_what_the_format_cannot_hold_is_listed_whole(tmp_path: Path) -> None:
    communities = town_tables()["communities"].copy()
    rare, emoji, long = "㐂楽园", "好😀里", "长" * 2000
    communities["name"] = [rare, emoji, long, *communities["name"].iloc[3:]]
    communities["address"] = ["甲" * 300, "two blanks  ", *communities["address"].iloc[2:]]
    written = {
        encoding: write_shapefiles(
            {"communities": communities}, tmp_path / encoding, encoding=encoding
        )
        for encoding in ENCODINGS
    }
    gbk = written["gbk"].set_index(["row", "column"])
    ids = communities.index
    assert gbk.loc[(ids[0], "name"), "value"] == rare
    assert "not in GBK" in gbk.loc[(ids[1], "name"), "reason"]
    assert gbk.loc[(ids[2], "name"), "value"] == long
    assert "longer" in gbk.loc[(ids[2], "name"), "reason"]
    assert "blanks" in gbk.loc[(ids[1], "address"), "reason"]
    assert len(gbk) == 4
    listed = pd.read_csv(tmp_path / "gbk" / "altered.csv", dtype=str)
    assert listed["value"].tolist() == written["gbk"]["value"].tolist()
    assert set(written["utf-8"]["row"]) == {ids[1], ids[2]}
    back = read_back(tmp_path / "gbk", "communities").set_index("community_id")
    assert back["name"][ids[0]] == f"{STAND_IN}楽园"
    assert back["address"][ids[0]] == "甲" * 300
    assert long.startswith(back["name"][ids[2]])
    assert len(back["name"][ids[2]]) == 8 * 127
    plain = read_back(tmp_path / "utf-8", "communities").set_index("community_id")
    assert plain["name"][ids[1]] == emoji


@pytest.mark.parametrize("shift", range(12))
def test_blanks_between_the_fields_of_a_long_text_stay(shift: int, tmp_path: Path) -> None:
    communities = town_tables()["communities"].iloc[:1].copy()
    text = "a" * shift + "长 walk to the centre " * 40 + "end"
    communities["address"] = text
    write_shapefiles({"communities": communities}, tmp_path / "out", encoding="gbk")
    assert read_back(tmp_path / "out", "communities")["address"].tolist() == [text]


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_shapefiles(town_tables(), tmp_path / name, encoding="gbk")
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "two").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_table_without_rows_is_a_file_all_the_same(tmp_path: Path) -> None:
    write_shapefiles({"zones": town_tables()["zones"][:0]}, tmp_path / "out", encoding="gbk")
    assert len(pyogrio.read_dataframe(tmp_path / "out" / "zones.shp")) == 0


def test_every_contract_has_names_of_ten_bytes_in_both_encodings() -> None:
    for schema in CONTRACTS.values():
        names = short_names(map(str, schema.columns))
        assert len({name.casefold() for name in names.values()}) == len(names)
        for name in names.values():
            assert len(name.encode()) <= FIELD_BYTES
            assert len(name.encode("gbk")) <= FIELD_BYTES


@given(st.lists(st.text(max_size=20), unique=True, max_size=30))
def test_names_are_short_in_both_encodings_and_unlike_each_other(columns: list[str]) -> None:
    names = short_names(columns)
    assert list(names) == columns
    assert len({name.casefold() for name in names.values()}) == len(columns)
    for name in names.values():
        assert 1 <= len(name.encode()) <= FIELD_BYTES
        assert len(name.encode("gbk")) <= FIELD_BYTES


@given(st.text(max_size=400), st.sampled_from(ENCODINGS))
def test_pieces_of_a_text_fit_and_make_the_text_again(
    text: str, encoding: Literal["gbk", "utf-8"]
) -> None:
    clean = text.encode("utf-8", "ignore").decode()
    raw, is_replaced = encode(clean, encoding)
    pieces = split(raw, encoding)
    assert all(len(piece) <= TEXT_BYTES for piece in pieces)
    whole = "".join(piece.decode(encoding) for piece in pieces)
    if is_replaced:
        assert len(whole) == len(clean)
        assert all(one in (other, STAND_IN) for one, other in zip(whole, clean, strict=True))
    else:
        assert whole == clean
