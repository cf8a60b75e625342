"""All layers of an OpenStreetMap file (.osm, .osm.pbf), read in one go; the one room of osmium."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import geopandas as gpd
import osmium
import pyarrow as pa
import shapely
from osmium.filter import EntityFilter, IdFilter, KeyFilter
from osmium.osm import AREA, NODE, RELATION, WAY, Area, Relation, mutable
from osmium.replication import newest_change_from_file

from layers.checks import Finding, InputRecord, digest
from layers.errors import InputError
from layers.guard import recognise
from layers.opl import FORMAT, read_opl
from layers.osm_layers import Found, build_layers
from layers.osm_tags import COLUMNS, claims_of_area, keys_of_layers

STATE_OF: Final = "osmosis_replication_timestamp"
"""Field of a file's header with the time whose state of the map it holds."""

FORMATS: Final = {"osm": "osm", "pbf": "pbf"}
"""Kinds of file that are read, with osmium's names of their formats."""

_DAMAGE: Final = (RuntimeError, OSError, ValueError, osmium.InvalidLocationError)
"""What osmium raises over a damaged file; ValueError: ids that are no numbers, endless tags."""


Element = Mapping[str, Any]
"""A node, way or relation as Overpass gives it."""


@dataclass(frozen=True)
class OsmData:
    """Raw layers of one OpenStreetMap file, in degrees (EPSG:4326).

    Every layer has the index ``osm_id`` (``n``, ``w`` or ``r`` and the number; parts of one object
    get ``_1``, ``_2``) and the columns of `layers.osm_tags.COLUMNS`; ``tags`` is JSON text. A
    missing name is NA.

    Parameters
    ----------
    streets
        Every way with ``highway``, walkable or not, and the outlines of pedestrian squares that
        are drawn as multipolygons; whole, also where they leave `extent`.
    squares
        Pedestrian areas as polygons.
    barriers
        Walls, fences, rivers, railways and other obstacles with ``kind``, ``bridge``, ``tunnel``.
    buildings
        Outlines with ``levels`` and ``flats`` as mapped (text).
    subdistricts
        Closed boundaries of admin_level 8 (street offices and towns in China).
    communities
        Areas of ``landuse=residential``, named or not, whole.
    facilities
        Everything that could be one of the nine haves, to be classified; points and polygons.
    gates
        Gates and entrances, points; ``kind`` is the value of ``barrier`` or ``entrance``.
    land
        Water, green and railways for the base map.
    extent
        The box that the file's header claims, else the bounds of the data; with vertices along
        its sides, so that it keeps its shape in another system.
    data_date
        Date of the newest edit, ISO; without edit times the date that the header states, or empty.
    record
        Account of the file: objects with a tag that some layer asks for.
    findings
        What was left out or repaired, and why.
    """

    streets: gpd.GeoDataFrame
    squares: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    subdistricts: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    land: gpd.GeoDataFrame
    extent: shapely.Polygon
    data_date: str
    record: InputRecord
    findings: tuple[Finding, ...] = ()


def read_osm(path: Path, *, layers: Iterable[str] = tuple(COLUMNS)) -> OsmData:
    """Read all layers of an OpenStreetMap file.

    Parameters
    ----------
    path
        A file ``.osm``, ``.osm.pbf`` or ``.pbf``; nodes may follow the ways.
    layers
        Names of the layers to make, of those of `OsmData`; the others stay empty. A network alone
        needs ``("streets", "squares")``, which takes half the time of all layers.

    Returns
    -------
    OsmData
        The layers. Objects that lie wholly outside the box of the file's header are left out and
        counted as refused: extracts keep all nodes of ways that cross their edge, and what is
        there is not complete. Objects that cross the edge are kept whole; `prepare_streets` cuts
        streets at `OsmData.extent`.

    Raises
    ------
    InputError
        If the file is missing, is no such file, is damaged, or holds ways whose nodes are missing
        throughout.
    ValueError
        If a layer has no such name.

    Notes
    -----
    A layer without rows is an empty table; whether it may be empty is the caller's question.
    Polygons that cross themselves are repaired where that changes nothing else; areas of which the
    file has not all members are refused. Relations that are no areas (routes, sites) have no place
    of their own and are not read.
    """
    wanted = frozenset(layers)
    if not wanted <= COLUMNS.keys():
        raise ValueError(f"layers must be of {sorted(COLUMNS)}, got {sorted(wanted)!r}")
    kind = recognise(path)
    if kind not in FORMATS:
        raise InputError(
            en=f"{path} is no OpenStreetMap file but looks like {kind}; [inputs] osm wants a .osm "
            "or .osm.pbf file. Other layers have their own entries under [inputs].",
            zh=f"{path} 不是 OpenStreetMap 文件（看来是 {kind}）；"
            "[inputs] osm 应为 .osm 或 .osm.pbf。其他图层请写在 [inputs] 下各自的条目中。",
        )
    source = osmium.io.File(str(path), FORMATS[kind])
    try:
        header = osmium.FileProcessor(source).header
        with ThreadPoolExecutor(max_workers=1) as beside, _uncollected():
            newest = beside.submit(newest_change_from_file, source)
            found = _collect(source, wanted)
            if found.unlocated > found.located:
                found = _collect_in_order(source, wanted)
            data_date = _date_of(newest.result(), header)
    except _DAMAGE as error:
        raise InputError(
            en=f"{path}: cannot be read as OpenStreetMap data ({error}). "
            "Expected a complete .osm or .osm.pbf file; download or export it again.",
            zh=f"{path}：无法按 OpenStreetMap 数据读取（{error}）。"
            "应为完整的 .osm 或 .osm.pbf 文件，请重新下载或导出。",
        ) from error
    if found.unlocated > found.located:
        raise InputError(
            en=f"{path}: {found.unlocated} of {found.unlocated + found.located} ways have no "
            "coordinates: their nodes are not in the file, or have negative ids. Export the area "
            "again with all nodes, or number it anew (osmium renumber).",
            zh=f"{path}：{found.unlocated + found.located} 条线中有 {found.unlocated} 条没有坐标："
            "文件缺少其节点，或节点编号为负。请连同全部节点重新导出，"
            "或重新编号（osmium renumber）。",
        )
    extent = None
    box = header.box()
    if box.valid():
        low, high = box.bottom_left, box.top_right
        extent = shapely.box(low.lon, low.lat, high.lon, high.lat)
    with _uncollected():
        made = build_layers(found, extent)
    del found
    _give_back()
    return OsmData(
        **made.frames,
        extent=made.extent,
        data_date=data_date,
        record=InputRecord(
            role="osm",
            path=str(path),
            sha256=digest(path),
            read=made.read,
            kept=made.kept,
            refused=made.read - made.kept,
        ),
        findings=made.findings,
    )


def write_osm(
    path: Path, elements: Iterable[Element], *, box: tuple[float, float, float, float], state: str
) -> None:
    """Write nodes, ways and relations into a file that `read_osm` reads.

    Parameters
    ----------
    path
        File to write, ``.osm`` or ``.osm.pbf``; replaced if it is there.
    elements
        Nodes, ways and relations in any order, as Overpass gives them (``type``, ``id``, ``lat``,
        ``lon``, ``nodes``, ``members``, ``tags``); of equal ones the last counts.
    box
        West, south, east, north in degrees, for the header.
    state
        Time whose state of the map this is, ISO; empty when it is not known.
    """
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(*box))
    if state:
        header.set(STATE_OF, state)
    unique = {(element["type"], element["id"]): element for element in elements}
    with osmium.SimpleWriter(path, header=header, overwrite=True) as writer:
        for kind in ("node", "way", "relation"):
            for number in sorted(number for found, number in unique if found == kind):
                writer.add(_mutable(unique[kind, number]))


def _mutable(element: Element) -> mutable.Node | mutable.Way | mutable.Relation:
    facts: dict[str, Any] = {"id": element["id"], "version": 1, "tags": element.get("tags", {})}
    if element["type"] == "node":
        return mutable.Node(location=(element["lon"], element["lat"]), **facts)
    if element["type"] == "way":
        return mutable.Way(nodes=element["nodes"], **facts)
    members = [(m["type"][0], m["ref"], m.get("role", "")) for m in element["members"]]
    return mutable.Relation(members=members, **facts)


def _give_back() -> None:
    """Give memory that is free back to the system: what was read is several times what is kept."""
    for pool in (pa.default_memory_pool(), pa.system_memory_pool()):
        pool.release_unused()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the garbage collector: it would walk over half a million new geometries in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _date_of(newest: datetime, header: osmium.io.Header) -> str:
    """Give the day of the newest edit, else the day for which the header says the file stands."""
    if newest > datetime(1970, 1, 2, tzinfo=UTC):
        return newest.date().isoformat()
    stated = header.get(STATE_OF, "")[:10]
    try:
        return date.fromisoformat(stated).isoformat()
    except ValueError:
        return ""


def _collect(source: osmium.io.File, wanted: frozenset[str]) -> Found:
    """Read the file (its relations twice); nodes and ways never become Python objects.

    osmium writes what has a tag of interest as text, with the places of ways' nodes, and arrow
    reads the text: a call for each of half a million ways would take several times as long.
    """
    keys = keys_of_layers(wanted)
    relations = _relations(source, keys, wanted)
    processor = osmium.FileProcessor(source).with_locations()
    if relations:
        chosen = IdFilter(relations)
        chosen.enable_for(RELATION)
        processor.with_areas(chosen)
    processor.with_filter(EntityFilter(NODE | WAY | AREA)).with_filter(KeyFilter(*keys))
    # An area of a relation has the number 2 r + 1; areas of closed ways are made from the ways.
    areas = IdFilter([2 * number + 1 for number in relations])
    areas.enable_for(AREA)
    factory = osmium.geom.WKBFactory()
    shapes: dict[int, str] = {}
    with TemporaryDirectory() as folder:
        text = Path(folder) / "objects.opl"
        with osmium.SimpleWriter(osmium.io.File(str(text), FORMAT)) as writer:
            processor.with_filter(writer).with_filter(EntityFilter(AREA)).with_filter(areas)
            for area in processor:
                if isinstance(area, Area):
                    shapes[area.orig_id()] = factory.create_multipolygon(area)
        del processor
        read = read_opl(text)
    _give_back()
    return Found(
        read=read,
        area_numbers=list(shapes),
        area_tags=[relations[number] for number in shapes],
        areas=list(shapes.values()),
        incomplete=[number for number in relations if number not in shapes],
        wanted=wanted,
    )


def _tags(thing: Relation) -> dict[str, str]:
    """Copy the tags of an object; counted, as running to the end of osmium's list costs thrice."""
    tags = thing.tags
    return dict(islice(tags, len(tags)))


def _relations(
    source: osmium.io.File, keys: Iterable[str], wanted: frozenset[str]
) -> dict[int, dict[str, str]]:
    """Give the tags of the relations that are areas and that some layer asks for, in file order."""
    found: dict[int, dict[str, str]] = {}
    processor = osmium.FileProcessor(source, RELATION).with_filter(KeyFilter(*keys))
    for relation in processor:
        if not isinstance(relation, Relation):
            continue
        if relation.tags.get("type") in {"multipolygon", "boundary"}:
            tags = _tags(relation)
            del tags["type"]  # says only that it is an area
            if any(claim.layer in wanted for claim in claims_of_area(tags)):
                found[relation.id] = tags
    return found


def _collect_in_order(source: osmium.io.File, wanted: frozenset[str]) -> Found:
    """Collect from a copy in which nodes come first; exports of queries often put them last."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "ordered.osm.pbf"
        with osmium.SimpleWriter(copy) as writer:
            for entity in (NODE, WAY, RELATION):
                for thing in osmium.FileProcessor(source, entity):
                    writer.add(thing)
        return _collect(osmium.io.File(str(copy)), wanted)
