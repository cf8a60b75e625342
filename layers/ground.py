"""All tables of one job's ground, read, checked and brought into one metric CRS."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa
import shapely
from pyproj import CRS

from layers.access_points import find_access_points
from layers.barriers import prepare_barriers
from layers.buildings import prepare_buildings, share_households
from layers.built_up import measure_built_up
from layers.categories import is_gate
from layers.centrelines import from_centrelines
from layers.checks import Finding, InputRecord
from layers.communities import prepare_communities
from layers.contracts import conform
from layers.corrections import read_corrections
from layers.crs import choose_crs, to_metric
from layers.edge import one_area
from layers.elsewhere import doubt_shift, leave_out_elsewhere, require_one_place
from layers.errors import InputError
from layers.facilities import read_facilities
from layers.facility_doubts import doubt_columns, doubt_kinds
from layers.facility_fields import keep_chosen
from layers.files import Source, read_vector
from layers.land import prepare_land
from layers.ledger import read_ledger
from layers.osm import OsmData, read_osm
from layers.parallels import mark_parallel
from layers.protections import prepare_protections
from layers.slopes import Heights
from layers.streets import prepare_streets
from layers.subdistricts import prepare_subdistricts
from layers.tables import BARRIERS, BUILDINGS, LAND, PROTECTIONS, SUBDISTRICTS
from layers.terrain import read_terrain
from layers.usable_ids import require_usable_ids

OSM_SOURCE: Final = (
    "© OpenStreetMap contributors, ODbL 1.0, https://www.openstreetmap.org/copyright"
)
MADE_SOURCE: Final = "示例数据（虚构） / made data (no real place)"


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Files of one job; what is None is filled from `osm`, else empty."""

    osm: Path | None = None
    communities: Source | None = None
    ledger: Source | None = None
    facilities: tuple[Source, ...] = ()
    review: Source | None = None
    joins: Source | None = None
    gates: Source | None = None
    streets: Source | None = None
    buildings: Source | None = None
    barriers: Source | None = None
    subdistricts: Source | None = None
    built_up: Source | None = None
    protections: tuple[Source, ...] = ()
    protected_within_m: float = 5.0
    elevation: Source | None = None
    extent: Source | None = None
    links: Source | None = None
    assignment: Source | None = None
    crs: str = "auto"
    attributions: tuple[str, ...] = ()
    is_sample: bool = False


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What is on the ground, in one projected CRS, under the contracts of `layers.tables`.

    `extent` is the area that the data covers; `links` and `assignment` are what a planner handed
    back, or None; `sources` are the attributions to print; `heights` are those of the ground, None
    where all is taken as flat.
    """

    crs: CRS
    communities: gpd.GeoDataFrame
    access_points: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    review: pd.DataFrame
    streets: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    subdistricts: gpd.GeoDataFrame
    protections: gpd.GeoDataFrame
    land: gpd.GeoDataFrame
    extent: shapely.Polygon
    links: pd.DataFrame | None
    assignment: pd.DataFrame | None
    data_date: str
    sources: tuple[str, ...]
    findings: tuple[Finding, ...]
    records: tuple[InputRecord, ...]
    heights: Heights | None = None


class Prepare(Protocol):
    """A step that brings a raw layer under its contract."""

    def __call__(
        self, raw: gpd.GeoDataFrame, *, crs: CRS
    ) -> tuple[gpd.GeoDataFrame, list[Finding]]:
        """Prepare a layer."""


@dataclass
class _Reading:
    """What has been read so far: findings and accounts gather here."""

    inputs: Inputs
    osm: OsmData | None
    findings: list[Finding] = field(default_factory=list)
    records: list[InputRecord] = field(default_factory=list)

    def vector(self, source: Source, role: str) -> gpd.GeoDataFrame:
        """Read one file and keep its findings and account."""
        found = read_vector(source, role=role)
        self.findings += found.findings
        self.records.append(found.record)
        return found.frame

    def corrections(self, source: Source | None, role: str) -> pd.DataFrame | None:
        """Read a table that a planner handed back, if there is one."""
        if source is None:
            return None
        table, record = read_corrections(source.path, role)
        self.records.append(record)
        return table

    def raw(self, role: str) -> gpd.GeoDataFrame | None:
        """Give a layer as its file or the extract has it."""
        source = getattr(self.inputs, role)
        if source is not None:
            return self.vector(source, role)
        return None if self.osm is None else getattr(self.osm, role)

    def layer(
        self, role: str, prepare: Prepare, schema: pa.DataFrameSchema, crs: CRS
    ) -> gpd.GeoDataFrame:
        """Read and prepare a layer; empty when neither file nor extract has it."""
        raw = self.raw(role)
        return _empty(schema, crs) if raw is None else self.doubted(prepare(raw, crs=crs))

    def doubted(self, pair: tuple[gpd.GeoDataFrame, list[Finding]]) -> gpd.GeoDataFrame:
        """Keep the findings of a step and give its table."""
        table, doubts = pair
        self.findings += doubts
        return table


def read_ground(inputs: Inputs) -> Ground:
    """Read every input of a job.

    Parameters
    ----------
    inputs
        Files of the job; layers that are not given are taken from the OSM extract.

    Returns
    -------
    Ground
        All tables in one metric CRS, findings, and an account of every file.

    Raises
    ------
    PlanningError
        If a file is missing or may not be opened, has no CRS, or if there is no community or no
        street at all.
    """
    reading = _Reading(inputs, read_osm(inputs.osm) if inputs.osm else None)
    if reading.osm is not None:
        reading.records.append(reading.osm.record)
        reading.findings += reading.osm.findings
    boundaries = _boundaries(reading)
    crs = choose_crs(inputs.crs, _degrees(boundaries))
    extent, raw_streets = _streets_and_extent(reading, crs)
    require_one_place(
        to_metric(boundaries, crs),
        to_metric(raw_streets, crs),
        None if inputs.extent is None else extent,
    )
    if inputs.streets is None:
        squares = None if reading.osm is None else reading.osm.squares
        streets = reading.doubted(
            prepare_streets(raw_streets, crs=crs, extent=extent, squares=squares)
        )
    else:
        streets = reading.doubted(from_centrelines(raw_streets, crs=crs))
    streets = mark_parallel(streets)
    subdistricts = reading.layer("subdistricts", prepare_subdistricts, SUBDISTRICTS, crs)
    barriers = reading.layer("barriers", prepare_barriers, BARRIERS, crs)
    communities, buildings = _communities(reading, boundaries, subdistricts, crs)
    points = _points(reading, communities, streets)
    gates = _gates(reading, points, crs)
    access_points = reading.doubted(
        find_access_points(communities, streets, gates=gates, barriers=barriers, crs=crs)
    )
    facilities = read_facilities(
        points[~is_gate(points)], crs=crs, review=reading.corrections(inputs.review, "review")
    )
    reading.findings += facilities.findings
    heights = _heights(reading, streets)
    land = reading.osm.land if reading.osm is not None else None
    return Ground(
        crs=crs,
        communities=communities,
        access_points=access_points,
        facilities=facilities.facilities,
        review=facilities.review,
        streets=streets,
        barriers=barriers,
        buildings=buildings,
        subdistricts=subdistricts,
        protections=_protections(reading, communities),
        land=_empty(LAND, crs) if land is None else prepare_land(land, crs=crs, extent=extent),
        extent=extent,
        links=reading.corrections(inputs.links, "links"),
        assignment=reading.corrections(inputs.assignment, "assignment"),
        data_date="" if reading.osm is None else reading.osm.data_date,
        sources=_sources(inputs),
        findings=tuple(reading.findings),
        records=tuple(reading.records),
        heights=heights,
    )


def _heights(reading: _Reading, streets: gpd.GeoDataFrame) -> Heights | None:
    """Read the heights around the streets, where the job has any."""
    source = reading.inputs.elevation
    if source is None or not streets["walkable"].any():
        return None
    found = read_terrain(source.path, streets, crs=source.crs)
    reading.findings += found.findings
    reading.records.append(found.record)
    return found.terrain


def _sources(inputs: Inputs) -> tuple[str, ...]:
    found = list(inputs.attributions)
    if inputs.is_sample:
        found.append(MADE_SOURCE)
    elif inputs.osm is not None:
        found.append(OSM_SOURCE)
    return tuple(found)


def _empty(schema: pa.DataFrameSchema, crs: CRS) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(conform(schema, pd.DataFrame(), crs=crs))


def _boundaries(reading: _Reading) -> gpd.GeoDataFrame:
    if reading.inputs.communities is not None:
        return reading.vector(reading.inputs.communities, "communities")
    if reading.osm is not None and len(reading.osm.communities):
        return reading.osm.communities
    where = f"{reading.inputs.osm.name}: " if reading.inputs.osm else ""
    raise InputError(
        en=f"{where}no community: no [inputs.communities] is given, and the extract has no "
        "landuse=residential area. Give the boundaries under [inputs.communities].",
        zh=f"{where}没有小区：未给出 [inputs.communities]，OSM 数据中也没有 landuse=residential。"
        "请在 [inputs.communities] 中给出小区边界。",
    )


def _degrees(frame: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    west, south, east, north = frame.to_crs(4326).total_bounds
    return float(west), float(south), float(east), float(north)


def _streets_and_extent(reading: _Reading, crs: CRS) -> tuple[shapely.Polygon, gpd.GeoDataFrame]:
    """Give the area that the data covers, in metres, and the raw streets.

    The area is the job's extent, else the extract's box, else the bounds of the streets.
    """
    inputs = reading.inputs
    if inputs.streets is not None:
        raw = reading.vector(inputs.streets, "streets")
    elif reading.osm is not None:
        raw = reading.osm.streets
    else:
        raise InputError(
            en="no streets: give [inputs] osm = an .osm.pbf, or [inputs.streets].",
            zh="没有道路：请给出 [inputs] osm = .osm.pbf 文件，或 [inputs.streets]。",
        )
    if inputs.extent is not None:
        return one_area(to_metric(reading.vector(inputs.extent, "extent"), crs)), raw
    if inputs.streets is None and reading.osm is not None:
        box = gpd.GeoDataFrame(geometry=[reading.osm.extent], crs=4326)
        return one_area(to_metric(box, crs)), raw
    return shapely.box(*to_metric(raw, crs).total_bounds), raw


def _communities(
    reading: _Reading,
    boundaries: gpd.GeoDataFrame,
    subdistricts: gpd.GeoDataFrame,
    crs: CRS,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Join boundaries and ledger; put buildings into communities, and households into both."""
    ledger = None
    if reading.inputs.ledger is not None:
        ledger = read_ledger(reading.inputs.ledger)
        reading.findings += ledger.findings
        reading.records.append(ledger.record)
    joins = reading.corrections(reading.inputs.joins, "joins")
    raw = reading.raw("buildings")
    found = prepare_communities(
        boundaries, ledger, crs=crs, buildings=raw, subdistricts=subdistricts, joins=joins
    )
    reading.findings += found.findings
    communities = require_usable_ids(found.communities)
    if reading.inputs.built_up is not None:
        town = reading.vector(reading.inputs.built_up, "built_up")
        communities = reading.doubted(measure_built_up(communities, town, crs=crs))
    if raw is None or raw.empty:
        return communities, _empty(BUILDINGS, crs)
    buildings = reading.doubted(prepare_buildings(raw, communities, crs=crs))
    return communities, share_households(buildings, communities)


def _points(
    reading: _Reading, communities: gpd.GeoDataFrame, streets: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Gather everything that could be a facility, from every source, in metres."""
    crs = CRS(communities.crs)
    parts = [_given_points(reading, one, communities, streets) for one in reading.inputs.facilities]
    if reading.osm is not None:
        parts.append(to_metric(reading.osm.facilities, crs))
    if not parts:
        return gpd.GeoDataFrame({"name": [], "source": []}, geometry=[], crs=crs)
    return gpd.GeoDataFrame(pd.concat(parts), crs=crs)


def _given_points(
    reading: _Reading,
    source: Source,
    communities: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Read one file of points, and doubt coordinates that put them elsewhere."""
    near = keep_chosen(_near(reading, source, communities, "facilities"), source.fields)
    path = str(source.path)
    reading.findings += [*doubt_columns(near, path), *doubt_kinds(near, path)]
    reading.findings += doubt_shift(near, streets, coordinates=source.coordinates, path=path)
    return near


def _near(
    reading: _Reading, source: Source, communities: gpd.GeoDataFrame, role: str
) -> gpd.GeoDataFrame:
    """Read one file in metres, without rows that lie far from all communities."""
    rows = to_metric(reading.vector(source, role), CRS(communities.crs))
    record = reading.records.pop()
    near, doubts = leave_out_elsewhere(rows, communities, role=role, path=str(source.path))
    reading.findings += doubts
    left_out = len(rows) - len(near)
    reading.records.append(
        replace(record, kept=record.kept - left_out, refused=record.refused + left_out)
    )
    return near


def _protections(reading: _Reading, communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Read what must be kept from every file of it, and say in which communities it is."""
    crs, inputs = CRS(communities.crs), reading.inputs
    raws = [
        (_near(reading, one, communities, "protections"), one.layer or one.path.name)
        for one in inputs.protections
    ]
    if not raws:
        return _empty(PROTECTIONS, crs)
    within_m = inputs.protected_within_m
    return reading.doubted(prepare_protections(raws, communities, crs=crs, within_m=within_m))


def _gates(reading: _Reading, points: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """Gather gates: the bureau's layer, those among the points of a map provider, the extract's."""
    parts = []
    if reading.inputs.gates is not None:
        given = to_metric(reading.vector(reading.inputs.gates, "gates"), crs)
        parts.append(given.assign(surveyed_source="layer"))
    provided = points[is_gate(points)]
    if len(provided):
        parts.append(provided.assign(surveyed_source="amap"))
    if reading.osm is not None:
        parts.append(to_metric(reading.osm.gates, crs).assign(surveyed_source="osm"))
    if not parts:
        return gpd.GeoDataFrame({"surveyed_source": []}, geometry=[], crs=crs)
    return gpd.GeoDataFrame(pd.concat(parts), crs=crs)
