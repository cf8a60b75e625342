"""Communities: boundaries read, identified, joined with the ledger, with households."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from layers.cells import Raw
from layers.checks import Finding
from layers.completeness import doubt_missing, doubt_names, whole_buildings
from layers.contracts import check, conform
from layers.counts import counted
from layers.crs import to_metric
from layers.errors import InputError
from layers.fields import PERSONAL, find_fields, fold, is_canonical
from layers.households import HouseholdAssumptions, estimate_households
from layers.identities import Identities, identify
from layers.ledger import Ledger
from layers.ledger_doubts import doubt_areas, doubt_matches
from layers.matching import Matches, match_rows
from layers.outlines import doubt_outlines
from layers.phases import join_phases
from layers.records import Column, read_records
from layers.repair import repair_polygons
from layers.subdistricts import subdistrict_of
from layers.tables import COMMUNITIES, POLYGON
from layers.unmatched import UNMATCHED_COLUMNS

NOT_KEPT: Final = frozenset({*PERSONAL, "lon", "lat", "remark", "source", "serial"})
"""Fields of a ledger that do not enter the table: about persons, or free remarks."""

RENAMED: Final = {
    "zone_id": "ledger_zone_id",
    "zone_name": "ledger_zone_name",
    "status": "works_status",
}
"""Fields whose names mean a result elsewhere."""

# In a layer of polygons these may be ground or floor; the geometry tells the ground.
_AMBIGUOUS: Final = frozenset({"面积", "area", "mj"})
_OSM_ID: Final = r"[wr]\d+(?:_\d+)?"
"""Id of an area of OpenStreetMap, or of one part of it."""

YEARS: Final = ("year_built_from", "year_built_to", "year_confidence")
"""Columns that are taken from one file together."""


@dataclass(frozen=True, kw_only=True)
class CommunityTables:
    """Communities of one job.

    Parameters
    ----------
    communities
        Contract `COMMUNITIES`, and beside it ``ledger_rows``, ``matched_by``, ``year_confidence``
        and further fields of the ledger.
    unmatched
        Ledger rows and communities without a counterpart: `layers.unmatched.UNMATCHED_COLUMNS`.
    findings
        Doubts.
    """

    communities: gpd.GeoDataFrame
    unmatched: pd.DataFrame
    findings: tuple[Finding, ...]


def prepare_communities(
    boundaries: gpd.GeoDataFrame,
    ledger: Ledger | None,
    *,
    crs: pyproj.CRS,
    buildings: gpd.GeoDataFrame | None = None,
    subdistricts: gpd.GeoDataFrame | None = None,
    joins: pd.DataFrame | None = None,
    assumptions: HouseholdAssumptions | None = None,
) -> CommunityTables:
    """Bring boundaries and ledger together in one table of communities.

    Parameters
    ----------
    boundaries
        Polygons in any system, with the columns of their file; or `OsmData.communities` (index
        ``osm_id``, ``name``).
    ledger
        The ledger, None when there is none.
    crs
        The job's metric system.
    buildings
        Raw buildings, for estimates of households.
    subdistricts
        Contract `SUBDISTRICTS`, to name the street office where neither file does.
    joins
        Corrections: ``ledger_row`` (台账!5) or ``ledger_name``, and ``community_id``; an empty
        ``community_id`` leaves the row out.
    assumptions
        What estimates of households rest on; None for the documented values.

    Returns
    -------
    CommunityTables
        The ledger goes before the attributes of the boundaries, except for the name; households
        that stand in the boundary file are the bureau's record too (``ledger``). ``edge`` is
        missing here: the network tells it.

    Raises
    ------
    InputError
        If there is no polygon.
    KeyConflictError
        If two boundaries have one code, or ledger rows of one code contradict.
    GeometryError
        If an outline cannot be repaired.
    CrsError
        If the boundaries have no reference system.
    """
    shapes, findings = _outlines(boundaries, crs)
    read, doubts, header = _attributes(shapes)
    code = read.get("community_id")
    identities = identify(shapes, code, _text(read, "name"), header=header)
    findings += [*_doubt_columns(boundaries, read), *doubts, *identities.findings]
    table = read.drop(columns="community_id", errors="ignore").set_axis(identities.ids)
    frame = gpd.GeoDataFrame(
        table, geometry=gpd.GeoSeries(shapes.geometry.to_numpy(), index=table.index, crs=crs)
    )
    frame["subdistrict"] = _offices(frame, subdistricts)
    unmatched = pd.DataFrame(columns=list(UNMATCHED_COLUMNS))
    if ledger is not None:
        by_extract = _text(read, "subdistrict").isna().to_numpy() & _is_extract(subdistricts)
        matches = _match(frame, identities, ledger, joins, by_extract)
        unmatched = matches.unmatched
        frame, doubts = _add_ledger(frame, ledger, matches)
        findings += [*matches.findings, *doubts]
    frame, doubts = whole_buildings(frame)
    findings += doubts
    if "households" not in frame.columns:
        frame["households"] = np.nan
    counted = frame["households"].notna()
    frame["households_source"] = counted.map({True: "ledger", False: None}).astype("str")
    frame, doubts = estimate_households(
        frame, buildings, assumptions=assumptions or HouseholdAssumptions()
    )
    frame["area_m2"] = shapely.area(frame.geometry.to_numpy())
    communities = cast("gpd.GeoDataFrame", conform(COMMUNITIES, frame, crs=crs))
    check(COMMUNITIES, communities)
    findings += [
        *doubts,
        *doubt_outlines(communities),
        *doubt_names(communities),
        *doubt_missing(communities),
    ]
    return CommunityTables(
        communities=communities, unmatched=unmatched, findings=tuple(dict.fromkeys(findings))
    )


def _doubt_columns(boundaries: gpd.GeoDataFrame, read: pd.DataFrame) -> list[Finding]:
    """Doubt a layer in which no column is known to hold names: a ledger finds nobody in it."""
    if boundaries.index.name == "osm_id" or "name" in read.columns:
        return []
    named = "、".join(str(c) for c in boundaries.columns if c != boundaries.geometry.name)
    return [
        Finding(
            severity="check" if "community_id" in read.columns else "decide",
            table_name="communities",
            row_key="",
            code="community-names-unknown",
            zh=f"小区边界：没有认出小区名称列，台账因此可能无法匹配；现有列：{named or '—'}",
            en="boundaries: no column is known to hold the names of communities, so that the "
            f"ledger may find none of them; columns: {named or '—'}",
            remedy='在 [inputs.communities] 中写明 fields = { name = "列名" }，编码列同样 / '
            'Write fields = { name = "column" } under [inputs.communities]; codes likewise',
        )
    ]


def _outlines(
    boundaries: gpd.GeoDataFrame, crs: pyproj.CRS
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Bring the polygons into metres, flat and valid; other shapes are left out and told."""
    is_polygon = boundaries.geometry.geom_type.isin(POLYGON) & ~boundaries.geometry.is_empty
    if not is_polygon.any():
        found = ", ".join(sorted(set(boundaries.geometry.geom_type.dropna()))) or "nothing"
        raise InputError(
            en=f"communities: no polygon among {len(boundaries):,} rows; found {found}. "
            "Give the outlines of communities as polygons.",
            zh=f"communities：{len(boundaries):,} 行中没有面，现有图形为 "
            f"{found}。请提供小区边界面。",
        )
    findings: list[Finding] = []
    others = [str(key) for key in boundaries.index[~is_polygon]]
    if others:
        findings.append(
            Finding(
                severity="decide",
                table_name="communities",
                row_key=others[0] if len(others) == 1 else "",
                code="community-no-polygon",
                zh=f"{len(others):,} 行不是面，未作为小区：{', '.join(others[:20])}",
                en=f"{counted(len(others), 'row')} without a polygon, left out: "
                f"{', '.join(others[:20])}",
                remedy="补画边界 / Draw their outlines",
            )
        )
    flat = to_metric(cast("gpd.GeoDataFrame", boundaries[is_polygon]), crs)
    flat = flat.set_geometry(
        gpd.GeoSeries(shapely.force_2d(flat.geometry.to_numpy()), index=flat.index, crs=crs)
    )
    repaired, doubts = repair_polygons(flat, "communities")
    return repaired, [*findings, *doubts]


def _attributes(frame: gpd.GeoDataFrame) -> tuple[pd.DataFrame, list[Finding], str]:
    """Read the columns of the boundary file that are known; give the header of the codes too."""
    keyed = frame.index.name == "osm_id"
    headers = [
        str(name)
        for name in frame.columns
        if name != frame.geometry.name and fold(name) not in _AMBIGUOUS
    ]
    matches = find_fields(["name"] if keyed else headers, given={})
    columns = [
        Column(
            field=canonical,
            header=header,
            letter="",
            cells=[_raw(value) for value in frame[header]],
            unit=matches.units.get(header, ""),
        )
        for canonical, header in sorted(matches.columns.items())
        if header in frame.columns
    ]
    numbers = [int(key) if str(key).isdecimal() else n for n, key in enumerate(frame.index, 1)]
    records = read_records(
        columns,
        [str(key) for key in frame.index],
        table="communities",
        sheet="",
        row_numbers=numbers,
    )
    doubts = [
        *records.findings,
        *doubt_matches(matches, table="communities"),
        *doubt_areas(records.table, table="communities"),
    ]
    return records.table, doubts, matches.columns.get("community_id", "")


def _raw(value: object) -> Raw:
    """Turn a cell of a vector file into a plain value."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (not isinstance(value, str) and pd.isna(value)):  # type: ignore[call-overload]  # any scalar may be missing
        return None
    if isinstance(value, str | int | float | bool | dt.date | dt.time):
        return value
    return str(value)


def _text(table: pd.DataFrame, name: str) -> pd.Series:
    if name in table.columns:
        return table[name]
    return pd.Series(None, index=table.index, dtype="str")


def _offices(frame: gpd.GeoDataFrame, subdistricts: gpd.GeoDataFrame | None) -> pd.Series:
    """Name the street office: as the file says, else by place."""
    stated = _text(frame, "subdistrict")
    if subdistricts is None or subdistricts.empty:
        return stated
    return stated.where(stated.notna(), subdistrict_of(frame, subdistricts))


def _is_extract(subdistricts: gpd.GeoDataFrame | None) -> bool:
    """Tell whether street offices are those of an OpenStreetMap extract, which lacks some."""
    if subdistricts is None or subdistricts.empty:
        return False
    return bool(subdistricts.index.astype("str").str.fullmatch(_OSM_ID).all())


def _match(
    frame: gpd.GeoDataFrame,
    identities: Identities,
    ledger: Ledger,
    joins: pd.DataFrame | None,
    by_extract: npt.NDArray[np.bool_],
) -> Matches:
    known = pd.DataFrame(
        {
            "code": pd.Series(identities.codes, index=frame.index, dtype="str"),
            "weak_code": identities.weak,
            "name": _text(frame, "name"),
            "subdistrict": frame["subdistrict"],
            "address": _text(frame, "address"),
            "office_by_extract": by_extract,
        },
        index=frame.index,
    )
    return match_rows(known, ledger.table, joins=joins)


def _add_ledger(
    frame: gpd.GeoDataFrame, ledger: Ledger, matches: Matches
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Fill in the ledger's fields; where both say something, the ledger does, but for the name."""
    fields = [
        str(name)
        for name in ledger.table.columns
        if (is_canonical(str(name)) or name == "year_confidence")
        and name not in NOT_KEPT | {"community_id"}
    ]
    rows = ledger.table.loc[matches.pairs.index, fields]
    joined, findings = join_phases(rows, matches.pairs["community_id"])
    table = frame.copy()
    ours = joined.reindex(table.index)
    dated = ours[[name for name in YEARS if name in ours.columns]].notna().any(axis=1)
    for name in map(str, joined.columns):
        column = RENAMED.get(name, name)
        if column not in table.columns:
            table[column] = ours[name]
        elif name == "name":
            table[column] = table[column].where(table[column].notna(), ours[name])
        elif name in YEARS:
            # First and last year belong together: never one from each file.
            table[column] = ours[name].where(dated, table[column])
        else:
            table[column] = ours[name].where(ours[name].notna(), table[column])
    for name in YEARS:
        if name in table.columns and name not in ours.columns:
            table[name] = table[name].mask(dated)
    how = matches.pairs.groupby("community_id")["matched_by"].min()
    table["matched_by"] = how.reindex(table.index).astype("str")
    return table, findings
