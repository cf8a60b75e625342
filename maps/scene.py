"""What sheets show: the tables of a plan brought together by community, zone and facility."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from layers.contracts import conform
from layers.squares import SQUARE_CLASS
from layers.tables import CATEGORIES
from maps.fonts import one_line, paper_face
from maps.inner_crossings import find_inner_crossings
from maps.sheet_style import PRINT_FILLS
from maps.style import HAVE_CHARACTERS, missing_class, street_group
from maps.unnamed import name_unnamed
from zoning.tables import CONTRACTS, MISSING_STATUSES

WIDEST_BAND: Final = "15"
"""The band of life circles that sheets show."""


@dataclass(frozen=True)
class Scene:
    """Everything that a sheet may draw, in one metric reference system.

    Parameters
    ----------
    communities
        Keyed by id: ``label``, ``zone_id``, ``households``, ``fill`` (key of `PRINT_FILLS`),
        ``missing``, ``lacks``, ``doubts`` and ``silent`` (characters of haves), geometry.
    zones, circles
        Zones, and their 15-minute circles for adults, keyed by zone.
    facilities
        One row a have: ``category``, ``label``, ``confirmed``, points.
    gates
        Access points of communities: ``kind``, ``owner_id``, points.
    streets
        ``group`` (major, minor, path), ``name``, lines.
    land, buildings, subdistricts, protections
        As in their contracts.
    crossings
        Links inside zones over a river or a railway: ``zone_id``, lines.
    crs_name
        Name of the reference system.
    data_edge
        Outline of the area that the data covers; empty when it is not known.
    """

    communities: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    circles: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    land: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    subdistricts: gpd.GeoDataFrame
    protections: gpd.GeoDataFrame
    crossings: gpd.GeoDataFrame
    crs_name: str
    data_edge: gpd.GeoDataFrame


def make_scene(
    tables: Mapping[str, pd.DataFrame], *, data_edge: Sequence[tuple[float, float]] = ()
) -> Scene:
    """Bring the tables of a plan together for drawing.

    Parameters
    ----------
    tables
        Tables under their contracts; ``communities`` must be there, what else is missing is left
        out of the picture.
    data_edge
        Corners of the area that the data covers, in the tables' reference system.
    """
    communities = cast("gpd.GeoDataFrame", tables["communities"])
    crs = communities.crs

    def layer(name: str) -> gpd.GeoDataFrame:
        if name in tables:
            return cast("gpd.GeoDataFrame", tables[name])
        return cast("gpd.GeoDataFrame", conform(CONTRACTS[name], pd.DataFrame(), crs=crs))

    return Scene(
        communities=_communities(tables),
        zones=layer("zones"),
        circles=_circles(layer("zone_circles")),
        facilities=_facilities(layer("facilities")),
        gates=_gates(layer("access_points")),
        streets=_streets(layer("streets")),
        land=layer("land"),
        buildings=layer("buildings"),
        subdistricts=layer("subdistricts"),
        protections=layer("protections"),
        crossings=find_inner_crossings(tables),
        crs_name=_crs_name(crs),
        data_edge=gpd.GeoDataFrame(
            geometry=[shapely.LineString(data_edge)] if data_edge else [], crs=crs
        ),
    )


def _crs_name(crs: CRS | None) -> str:
    """Name the reference system, the national one in Chinese too (2000国家大地坐标系)."""
    name = str(crs.name) if crs is not None else ""
    is_national = name.startswith("CGCS2000")
    return f"2000国家大地坐标系 {name}" if is_national else name


def _communities(tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    table = tables["communities"]
    answers = _answers(tables.get("gaps"), table.index)
    zones = tables["assignment"]["zone_id"] if "assignment" in tables else pd.Series(dtype="str")
    frame = {
        "label": _labels(table, tables.get("streets")),
        "zone_id": table.index.to_series().map(zones),
        "households": table["households"],
        **{name: answers[name] for name in answers.columns},
    }
    return gpd.GeoDataFrame(frame, geometry=table["geometry"], index=table.index).sort_index()


def _answers(gaps: pd.DataFrame | None, ids: pd.Index) -> pd.DataFrame:
    """Say of each community what adults lack, and the class that it is printed in."""
    rows = pd.DataFrame(index=ids)
    if gaps is None:
        return rows.assign(missing=0, lacks="", doubts="", silent="", fill="no_data")
    long = gaps.reset_index()
    wide = long[long["walker"].eq("adult")].pivot_table(
        index="community_id", columns="category", values="status", aggfunc="first"
    )
    adult = wide.reindex(index=ids, columns=list(CATEGORIES))
    lacking, doubted = adult.isin(MISSING_STATUSES), adult.isin(["unconfirmed"])
    silent = adult.isin(["no_data"]) | adult.isna()
    rows["missing"] = lacking.sum(axis=1)
    rows["lacks"] = [_characters(row) for row in lacking.to_numpy()]
    rows["doubts"] = [_characters(row) for row in doubted.to_numpy()]
    rows["silent"] = [_characters(row) for row in silent.to_numpy()]
    unsure = (doubted | silent).any(axis=1)
    rows["fill"] = [
        "no_data"
        if dumb
        else "doubt"
        if count == 0 and doubt
        else str(missing_class(int(count)).low)
        for dumb, count, doubt in zip(silent.all(axis=1), rows["missing"], unsure, strict=True)
    ]
    return rows


def _characters(flags: np.ndarray) -> str:
    return "".join(
        HAVE_CHARACTERS[have] for have, is_set in zip(CATEGORIES, flags, strict=True) if is_set
    )


def _labels(table: pd.DataFrame, streets: pd.DataFrame | None) -> pd.Series:
    """Give the printable name of each community; one without is called after its street."""
    names = table["name"].astype("object").copy()
    if names.isna().any():
        if streets is None:
            streets = conform(CONTRACTS["streets"], pd.DataFrame(), crs=table.crs)
        streets = streets.assign(name=_drawable(streets["name"]))
        said = name_unnamed(cast("gpd.GeoDataFrame", table), cast("gpd.GeoDataFrame", streets))
        for place, (text, _) in said.items():
            names.iloc[place] = text
    return names.map(one_line)


def _drawable(names: pd.Series) -> pd.Series:
    """Bring names that a map may do without into one line; those that no paper prints are left out.

    A community is never left without its name: there a missing glyph is an error.
    """
    face = paper_face()
    known = {name: None if face.lacks(name) else one_line(name) for name in names.dropna().unique()}
    return names.map(known, na_action="ignore").astype("str")


def _circles(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if table.empty:
        return table
    walker, band = (table.index.get_level_values(level) for level in ("walker", "band"))
    shown = table[(walker == "adult") & (band == WIDEST_BAND)]
    return shown.droplevel(["walker", "band"])


def _facilities(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if table.empty:
        return table
    frame = table.reset_index()
    # An id says nothing to the reader of a map: unnamed facilities have their badge alone.
    frame["label"] = _drawable(frame["name"])
    points = frame.geometry.representative_point()
    shown = frame[["facility_id", "category", "label", "confirmed"]]
    return gpd.GeoDataFrame(shown, geometry=points, crs=table.crs)


def _gates(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return table[table["owner"].eq("community")] if len(table) else table


def _streets(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if table.empty:
        return table
    # walks across squares are lines of thought, not of the ground
    shown = table[
        ~table["tunnel"].fillna(value=False).astype(bool) & (table["class"] != SQUARE_CLASS)
    ]
    groups = shown["class"].map(street_group)
    return gpd.GeoDataFrame(
        {"group": groups, "name": _drawable(shown["name"])},
        geometry=shown.geometry,
        crs=table.crs,
    )


def count_fills(communities: gpd.GeoDataFrame) -> dict[str, int]:
    """Count communities by class, in the order of the legend."""
    counts = communities["fill"].value_counts()
    return {key: int(counts[key]) for key in PRINT_FILLS if key in counts.index}
