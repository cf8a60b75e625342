"""Raw layers of an OpenStreetMap file out of claims and geometries, with the account of objects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.checks import Finding, Severity
from layers.osm_shapes import Shapes, fill, outlines, read_lines, read_polygons
from layers.osm_tags import COLUMNS, Claim
from layers.printable import printable

WGS84: Final = "EPSG:4326"

_EDGE_STEP: Final = 0.005
"""Degrees between vertices of the extent: a parallel of latitude is a curve in metres, and over
half a kilometre it leaves its chord by millimetres only."""
_HEM: Final = 1e-6
"""Degrees (0.1 m) by which the bounds of the data are widened, so that its outermost street is
inside."""

_SHOWN: Final = 5
"""Ids that a finding names; the rest is counted."""


@dataclass
class _Rows:
    """Claims for one layer: id, place in the list of geometries, form, and values in one row.

    Plain values in long lists: half a million tuples would keep the garbage collector busy.
    """

    ids: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    facts: list[object] = field(default_factory=list)


@dataclass
class Found:
    """What a pass over a file collects, before geometries are made.

    Parameters
    ----------
    layers
        Claims by layer.
    points, lines, areas
        Geometries of nodes (lon and lat in turn), ways and relations (well-known binary).
    objects
        Ids of all objects that claim a row.
    located, unlocated
        Ways with and without coordinates.
    cut
        Ways of which some nodes are missing.
    incomplete
        Relations of which members are missing.
    """

    layers: dict[str, _Rows] = field(default_factory=lambda: {name: _Rows() for name in COLUMNS})
    points: list[float] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    objects: set[str] = field(default_factory=set)
    located: int = 0
    unlocated: int = 0
    cut: list[str] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)

    def claim(self, osm_id: str, place: int, claims: Iterable[Claim]) -> None:
        """Note the rows that one geometry becomes."""
        for layer, form, values in claims:
            rows = self.layers[layer]
            rows.ids.append(osm_id)
            rows.places.append(place)
            rows.forms.append(form)
            rows.facts.extend(values)


@dataclass(frozen=True)
class Layers:
    """The raw layers of a file and the account of its objects.

    Parameters
    ----------
    frames
        Layers by name, in degrees, keyed ``osm_id``.
    extent
        Box of the data.
    read, kept
        Objects that claimed a row, and those that got one.
    findings
        What was left out or repaired.
    """

    frames: Mapping[str, gpd.GeoDataFrame]
    extent: shapely.Polygon
    read: int
    kept: int
    findings: tuple[Finding, ...]


def build_layers(found: Found, box: shapely.Polygon | None) -> Layers:
    """Make the layers and leave out what lies wholly outside the box; `found` is used up.

    Parameters
    ----------
    found
        Claims and geometries.
    box
        Box that the file claims to cover, degrees; None: the bounds of the data are taken.
    """
    lines = read_lines(found.lines)
    areas = read_polygons(found.areas)
    found.lines.clear()  # the text of half a million lines is as large as the lines
    filled, repaired = fill(lines, _filled_places(found))
    made = _Made(
        points=np.asarray(
            shapely.points(np.array(found.points, dtype=float).reshape(-1, 2)), dtype=object
        ),
        lines=lines,
        filled=filled,
        areas=areas,
    )
    frames = {name: _frame(name, rows, made) for name, rows in found.layers.items()}
    shaped = _objects_in(frames)
    claimed = sum(map(len, frames.values()))
    extent = shapely.segmentize(box if box is not None else _bounds(frames), _EDGE_STEP)
    shapely.prepare(extent)
    twice: set[str] = set()
    for name, frame in frames.items():
        inside = frame[shapely.intersects(extent, frame.geometry.to_numpy())]
        doubled = inside.index.duplicated(keep="last")
        twice.update(inside.index[doubled])
        frames[name] = inside[~doubled].sort_index()
    is_whole = not twice and sum(map(len, frames.values())) == claimed
    kept = shaped if is_whole else _objects_in(frames)
    repaired_ids = _owners_of(found, set(repaired.tolist())) if len(repaired) else set()
    findings = (
        *_note_outside(shaped - kept),
        *_note_incomplete(set(found.incomplete)),
        *_note_cut(kept.intersection(found.cut)),
        *_note_shapeless(found.objects - shaped - set(found.incomplete)),
        *_note_repaired(kept & repaired_ids),
        *_note_twice(twice),
    )
    return Layers(frames, extent, len(found.objects), len(kept), findings)


def _filled_places(found: Found) -> NDArray[np.intp]:
    """List the ways that some layer wants as a polygon."""
    wanted = {
        place
        for rows in found.layers.values()
        for osm_id, place, form in zip(rows.ids, rows.places, rows.forms, strict=True)
        if form in {"polygon", "spot"} and osm_id[0] == "w"
    }
    return np.array(sorted(wanted), dtype=np.intp)


def _owners_of(found: Found, places: set[int]) -> set[str]:
    return {
        _object_of(osm_id)
        for rows in found.layers.values()
        for osm_id, place, form in zip(rows.ids, rows.places, rows.forms, strict=True)
        if place in places and form in {"polygon", "spot"} and osm_id[0] == "w"
    }


@dataclass(frozen=True)
class _Made:
    """Geometries of one file: of nodes, of ways as lines and as polygons, of relations."""

    points: Shapes
    lines: Shapes
    filled: Shapes
    areas: Shapes

    def shapes(self, letter: str, form: str, places: NDArray[np.intp]) -> Shapes:
        """Give geometries of one form; None where an object has no such geometry."""
        if letter == "n":
            return self.points[places]
        if letter == "r":
            areas = self.areas[places]
            return outlines(areas) if form == "line" else areas
        if form == "line":
            return self.lines[places]
        filled = self.filled[places]
        if form == "polygon":
            return filled
        middle = shapely.line_interpolate_point(self.lines[places], 0.5, normalized=True)
        without = shapely.is_missing(filled) | (form == "point")
        return np.asarray(np.where(without, middle, filled), dtype=object)


def _frame(name: str, rows: _Rows, made: _Made) -> gpd.GeoDataFrame:
    """Make one raw layer; rows without the geometry that they need are left out."""
    letters = np.array([osm_id[0] for osm_id in rows.ids], dtype="U1")
    forms = np.array(rows.forms, dtype="U7")
    places = np.array(rows.places, dtype=np.intp)
    geometry = np.full(len(places), None, dtype=object)
    for letter in "nwr":
        for form in np.unique(forms):
            mask = (letters == letter) & (forms == form)
            if mask.any():
                geometry[mask] = made.shapes(letter, str(form), places[mask])
    names = COLUMNS[name]
    ids = pd.Index(rows.ids, dtype="str", name="osm_id")
    frame = gpd.GeoDataFrame(
        {key: _column(key, rows.facts[at :: len(names)], ids) for at, key in enumerate(names)},
        index=ids,
        geometry=geometry,
        crs=WGS84,
    )
    frame = frame[~(shapely.is_missing(geometry) | shapely.is_empty(geometry))]
    return _explode(frame) if name == "streets" else frame


def _column(name: str, values: list[object], ids: pd.Index) -> pd.Series:
    if name in {"bridge", "tunnel"}:
        return pd.Series(values, index=ids, dtype="bool")
    clean = [_clean(value) for value in values]
    return pd.Series(clean, index=ids, dtype="str")


def _clean(value: object) -> object:
    """Take out what no document can carry; nearly every text is printable as a whole."""
    return value if not isinstance(value, str) or value.isprintable() else printable(value)


def _explode(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give each part of a line its own row; parts of one object are numbered."""
    many = frame.geometry.geom_type == "MultiLineString"
    if not many.any():
        return frame
    parts = frame[many].explode()
    number = parts.groupby(level=0).cumcount() + 1
    parts.index = pd.Index(parts.index + "_" + number.astype("str"), name="osm_id")
    return pd.concat([frame[~many], parts])


def _bounds(frames: Mapping[str, gpd.GeoDataFrame]) -> shapely.Polygon:
    bounds = [frame.total_bounds for frame in frames.values() if len(frame)]
    if not bounds:
        return shapely.Polygon()
    west, south, east, north = np.array(bounds).T
    return shapely.Polygon(
        shapely.box(west.min() - _HEM, south.min() - _HEM, east.max() + _HEM, north.max() + _HEM)
    )


def _objects_in(frames: Mapping[str, gpd.GeoDataFrame]) -> set[str]:
    ids: set[str] = set().union(*(frame.index for frame in frames.values()))
    parts = {osm_id for osm_id in ids if "_" in osm_id}
    return (ids - parts) | {_object_of(osm_id) for osm_id in parts}


def _object_of(osm_id: str) -> str:
    return osm_id.partition("_")[0]


def _note(
    ids: Collection[str], severity: Severity, code: str, texts: tuple[str, str, str]
) -> tuple[Finding, ...]:
    """Make one finding for all objects of a kind; none when there are none."""
    if not ids:
        return ()
    ordered = sorted(ids, key=lambda osm_id: (osm_id[0], len(osm_id), osm_id))
    more = len(ordered) - _SHOWN
    listed = ", ".join(ordered[:_SHOWN])
    en, zh, remedy = texts
    return (
        Finding(
            severity=severity,
            table_name="osm",
            row_key="",
            code=code,
            en=f"{len(ids)} {en}: {listed}" + (f" and {more} more" if more > 0 else ""),
            zh=f"{len(ids)} {zh}：{listed}" + (f" 等，另有 {more} 个" if more > 0 else ""),
            remedy=remedy,
        ),
    )


def _note_outside(ids: Collection[str]) -> tuple[Finding, ...]:
    return _note(
        ids,
        "note",
        "osm-outside",
        (
            "objects lie wholly outside the box of the file and were left out",
            "个对象完全位于数据范围框之外，未采用",
            "如需使用，请扩大下载范围 / Download a larger area if they are needed",
        ),
    )


def _note_incomplete(ids: Collection[str]) -> tuple[Finding, ...]:
    return _note(
        ids,
        "check",
        "osm-incomplete",
        (
            "areas could not be closed, as parts are missing in the file",
            "个面要素缺少部分边线，无法闭合，未采用",
            "请下载包含完整关系的数据 / Download the data with whole relations",
        ),
    )


def _note_cut(ids: Collection[str]) -> tuple[Finding, ...]:
    return _note(
        ids,
        "check",
        "osm-missing-nodes",
        (
            "ways lack some of their nodes; the parts that are there were read",
            "条线缺少部分节点，仅采用现有部分",
            "请连同全部节点重新导出 / Export again with all nodes",
        ),
    )


def _note_shapeless(ids: Collection[str]) -> tuple[Finding, ...]:
    return _note(
        ids,
        "check",
        "osm-no-shape",
        (
            "objects have no usable geometry (not closed, of one place, or crossing themselves)",
            "个对象没有可用图形（未闭合、仅一个位置或自相交）",
            "请在 OSM 编辑器中修正 / Mend them in an OSM editor",
        ),
    )


def _note_repaired(ids: Collection[str]) -> tuple[Finding, ...]:
    return _note(
        ids,
        "note",
        "osm-repaired",
        (
            "outlines crossed themselves and were repaired, area changed by at most 1 %",
            "个轮廓自相交，已修复，面积变化不超过 1%",
            "",
        ),
    )


def _note_twice(ids: Collection[str]) -> tuple[Finding, ...]:
    return _note(
        ids,
        "check",
        "osm-doubled",
        (
            "objects stand in the file more than once; the last one was taken",
            "个对象在文件中重复出现，采用最后一个",
            "请重新导出 / Export again",
        ),
    )
