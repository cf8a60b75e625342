"""Raw layers of an OpenStreetMap file out of its objects, with the account of objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from layers.checks import Finding
from layers.opl import Ints, Pass
from layers.osm_findings import (
    note_cut,
    note_flat_squares,
    note_incomplete,
    note_outside,
    note_repaired,
    note_shapeless,
    note_twice,
)
from layers.osm_shapes import Runs, Shapes, find_runs, outlines, read_polygons
from layers.osm_tags import COLUMNS, Claim, claims_of_area, claims_of_node, claims_of_way
from layers.printable import printable

WGS84: Final = "EPSG:4326"

_EDGE_STEP: Final = 0.005
"""Degrees between vertices of the extent: a parallel of latitude is a curve in metres, and over
half a kilometre it leaves its chord by millimetres only."""
_HEM: Final = 1e-6
"""Degrees (0.1 m) by which the bounds of the data are widened, so that its outermost street is
inside."""

_LETTERS: Final = "nwr"
"""Nodes, ways, relations; the place of the letter and the number make the key of an object."""


@dataclass(frozen=True)
class Found:
    """What the passes over a file found, before layers are made.

    Parameters
    ----------
    read
        Nodes and ways.
    area_numbers, area_tags, areas
        Relations that are areas: number, tags, geometry (well-known binary).
    incomplete
        Relations of which members are missing.
    wanted
        Layers to make; the others stay empty.
    """

    read: Pass
    area_numbers: list[int]
    area_tags: list[dict[str, str]]
    areas: list[str]
    incomplete: list[int]
    wanted: frozenset[str] = frozenset(COLUMNS)

    @cached_property
    def node_claims(self) -> list[list[Claim]]:
        """Rows that each combination of tags of nodes becomes."""
        return [self._only_wanted(claims_of_node(tags)) for tags in self.read.node_tags]

    @cached_property
    def way_claims(self) -> list[list[Claim]]:
        """Rows that each combination of tags of ways becomes."""
        return [self._only_wanted(claims_of_way(tags)) for tags in self.read.way_tags]

    @cached_property
    def area_claims(self) -> list[list[Claim]]:
        """Rows that each relation becomes."""
        return [self._only_wanted(claims_of_area(tags)) for tags in self.area_tags]

    @cached_property
    def node_is_used(self) -> NDArray[np.bool_]:
        """Tell which nodes become a row."""
        return _has_claims(self.node_claims)[self.read.nodes.tags]

    @cached_property
    def way_is_used(self) -> NDArray[np.bool_]:
        """Tell which ways become a row."""
        return _has_claims(self.way_claims)[self.read.ways.tags]

    @cached_property
    def runs(self) -> Runs:
        """The known stretches of the ways that are used."""
        return find_runs(self.read.ways, self.way_is_used)

    @cached_property
    def has_line(self) -> NDArray[np.bool_]:
        """Tell which ways have coordinates."""
        drawn = np.zeros(len(self.read.ways.number), dtype=bool)
        drawn[self.runs.way] = True
        return drawn

    @cached_property
    def lacks_nodes(self) -> NDArray[np.bool_]:
        """Tell which of the ways that are used lack some or all of their nodes."""
        ways = self.read.ways
        missing = np.isnan(ways.xy[:, 0])
        lacking = np.zeros(len(ways.number), dtype=bool)
        lacking[np.repeat(np.arange(len(ways.size)), ways.size)[missing]] = True
        return lacking & self.way_is_used

    @property
    def located(self) -> int:
        """Ways that have coordinates."""
        return int(self.has_line.sum())

    @property
    def unlocated(self) -> int:
        """Ways whose nodes are not in the file; a way of one place is no fault of its nodes."""
        return int((self.lacks_nodes & ~self.has_line).sum())

    def _only_wanted(self, claims: list[Claim]) -> list[Claim]:
        return [claim for claim in claims if claim.layer in self.wanted]


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


@dataclass
class _Rows:
    """Rows of one layer: id, key of the object, claim and geometry of each."""

    ids: list[pa.Array]
    objects: list[Ints]
    claims: list[Ints]
    shapes: list[Shapes]
    facts: list[Claim]

    def add(self, ids: pa.Array, objects: Ints, claims: Ints, shapes: Shapes) -> None:
        """Add rows; those without the geometry that they need are left out."""
        drawn = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        self.ids.append(ids.filter(pa.array(drawn)))
        self.objects.append(objects[drawn])
        self.claims.append(claims[drawn])
        self.shapes.append(shapes[drawn])


@dataclass(frozen=True)
class _Layer:
    """One raw layer and the key of the object that each row comes from."""

    frame: gpd.GeoDataFrame
    objects: Ints


def build_layers(found: Found, box: shapely.Polygon | None) -> Layers:
    """Make the layers and leave out what lies wholly outside the box.

    Parameters
    ----------
    found
        Objects of the file.
    box
        Box that the file claims to cover, degrees; None: the bounds of the data are taken.
    """
    areas = read_polygons(found.areas)
    mended: list[Ints] = []
    made = {name: _build(name, found, areas, mended) for name in COLUMNS}
    shaped = _union(layer.objects for layer in made.values())
    bounds = box if box is not None else _bounds([layer.frame for layer in made.values()])
    extent = shapely.segmentize(bounds, _EDGE_STEP)
    shapely.prepare(extent)
    twice: set[str] = set()
    # in a file in order no object stands twice, and nothing need be looked for
    numbers = (found.read.nodes.number, found.read.ways.number)
    may_double = not all((np.diff(column) > 0).all() for column in numbers)
    frames = {}
    kept_objects = []
    for name, layer in made.items():
        inside = shapely.intersects(extent, layer.frame.geometry.to_numpy())
        ids = layer.frame.index
        latest = inside.copy()
        if may_double:
            latest[inside] = ~ids[inside].duplicated(keep="last")
        twice.update(ids[inside & ~latest])
        frame = layer.frame if latest.all() else layer.frame[latest]
        frames[name] = frame.sort_index()
        kept_objects.append(layer.objects[latest])
    kept = _union(kept_objects)
    ways = _keys(found.read.ways.number, "w")
    read = _union(
        [
            _keys(found.read.nodes.number[found.node_is_used], "n"),
            ways[found.way_is_used],
            _keys(np.array([*found.area_numbers, *found.incomplete], dtype=np.int64), "r"),
        ]
    )
    incomplete = _keys(np.array(found.incomplete, dtype=np.int64), "r")
    whole = _union([made["squares"].objects, ways[found.lacks_nodes]])
    flat = _without(_claimants("squares", found), whole)
    shapeless = _without(_without(read, shaped), incomplete)
    findings = (
        *note_outside(_names(_without(shaped, kept))),
        *note_incomplete(_names(incomplete)),
        *note_cut(_names(_both(kept, ways[found.lacks_nodes & found.has_line]))),
        *note_shapeless(_names(shapeless)),
        *note_flat_squares(_names(_both(kept, flat))),
        *note_repaired(_names(_both(kept, ways[_union(mended)]))),
        *note_twice(twice),
    )
    return Layers(frames, extent, len(read), len(kept), findings)


def _has_claims(claims: list[list[Claim]]) -> NDArray[np.bool_]:
    return np.array([bool(rows) for rows in claims], dtype=bool)


def _keys(numbers: Ints, letter: str) -> Ints:
    """Give one number to each object: nodes, ways and relations are numbered apart."""
    return numbers * len(_LETTERS) + _LETTERS.index(letter)


def _names(keys: Ints) -> list[str]:
    return [f"{_LETTERS[key % len(_LETTERS)]}{key // len(_LETTERS)}" for key in keys.tolist()]


def _union(parts: Iterable[Ints]) -> Ints:
    """Put numbers in order, each once; numpy's own hashing takes ten times as long."""
    every = np.sort(np.concatenate([*parts, np.empty(0, dtype=np.int64)]))
    is_new = np.ones(len(every), dtype=bool)
    is_new[1:] = every[1:] != every[:-1]
    return every[is_new]


def _without(keys: Ints, others: Ints) -> Ints:
    return keys[~np.isin(keys, others, assume_unique=True)]


def _both(keys: Ints, others: Ints) -> Ints:
    return keys[np.isin(keys, _union([others]), assume_unique=True)]


def _build(name: str, found: Found, areas: Shapes, mended: list[Ints]) -> _Layer:
    """Make one raw layer; ways whose outline was repaired are added to `mended`."""
    rows = _Rows([], [], [], [], [])
    nodes = found.read.nodes
    which, claim = _claimed(name, found.node_claims, nodes.tags, rows.facts)
    spots = np.asarray(shapely.points(nodes.xy[which]), dtype=object)
    spots[np.isnan(nodes.xy[which, 0])] = None
    rows.add(_ids("n", nodes.number[which]), _keys(nodes.number[which], "n"), claim, spots)
    _add_ways(name, found, rows, mended)
    which, claim = _claimed(name, found.area_claims, np.arange(len(areas)), rows.facts)
    forms = np.array([rows.facts[place].form for place in claim], dtype="U7")
    shapes = areas[which].copy()
    shapes[forms == "line"] = outlines(shapes[forms == "line"])
    numbers = np.array(found.area_numbers, dtype=np.int64)[which]
    rows.add(_ids("r", numbers), _keys(numbers, "r"), claim, shapes)
    return _finish(name, rows)


def _claimants(name: str, found: Found) -> Ints:
    """Give the keys of the ways that claim a row of a layer."""
    asks = [any(claim.layer == name for claim in rows) for rows in found.way_claims]
    ways = found.read.ways
    return _union([_keys(ways.number[np.array(asks, dtype=bool)[ways.tags]], "w")])


def _claimed(
    name: str, claims: list[list[Claim]], tags: Ints, facts: list[Claim]
) -> tuple[Ints, Ints]:
    """List the objects that claim a row of a layer, and the place of each claim in `facts`."""
    place = np.full(len(claims), -1, dtype=np.int64)
    for number, rows in enumerate(claims):
        for claim in rows:
            if claim.layer == name:
                place[number] = len(facts)
                facts.append(claim)
    claimed = place[tags] if len(place) else np.empty(0, dtype=np.int64)
    which = np.flatnonzero(claimed >= 0)
    return which, claimed[which]


def _add_ways(name: str, found: Found, rows: _Rows, mended: list[Ints]) -> None:
    ways, runs = found.read.ways, found.runs
    which, claim = _claimed(name, found.way_claims, ways.tags, rows.facts)
    drawn = found.has_line[which]
    which, claim = which[drawn], claim[drawn]
    if not len(which):
        return
    forms = np.array([fact.form for fact in rows.facts], dtype="U7")[claim]
    first = np.searchsorted(runs.way, which)
    parts = np.searchsorted(runs.way, which, side="right") - first
    # a thing stands at one place, however many parts of its outline are known
    parts[forms != "line"] = 1
    number = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    places = np.repeat(first, parts) + number
    which, claim, forms = (np.repeat(column, parts) for column in (which, claim, forms))
    is_part = np.repeat(parts, parts) > 1
    shapes = np.full(len(places), None, dtype=object)
    is_line = forms == "line"
    shapes[is_line] = runs.lines(places[is_line])
    filled = (forms == "polygon") | (forms == "spot")
    shapes[filled], repaired = runs.fill(places[filled])
    mended.append(which[filled][repaired])
    as_point = (forms == "point") | ((forms == "spot") & shapely.is_missing(shapes))
    shapes[as_point] = shapely.line_interpolate_point(
        runs.lines(places[as_point]), 0.5, normalized=True
    )
    ids = _ids("w", ways.number[which])
    if is_part.any():
        suffix = np.where(is_part, np.char.add("_", (number + 1).astype("U")), "")
        ids = pc.binary_join_element_wise(ids, pa.array(suffix), "")
    rows.add(ids, _keys(ways.number[which], "w"), claim, shapes)


def _ids(letter: str, numbers: Ints) -> pa.Array:
    return pc.binary_join_element_wise(letter, pa.array(numbers).cast(pa.string()), "")


def _finish(name: str, rows: _Rows) -> _Layer:
    ids = pd.Index(
        pd.array(pa.concat_arrays(rows.ids).cast(pa.large_string()), dtype="str"), name="osm_id"
    )
    claim = np.concatenate(rows.claims)
    columns = {
        key: _column(key, [values[at] for _, _, values in rows.facts], claim)
        for at, key in enumerate(COLUMNS[name])
    }
    frame = gpd.GeoDataFrame(columns, index=ids, geometry=np.concatenate(rows.shapes), crs=WGS84)
    objects = np.concatenate(rows.objects)
    return _explode(frame, objects) if name == "streets" else _Layer(frame, objects)


def _column(name: str, values: list[object], claim: Ints) -> object:
    if name in {"bridge", "tunnel"}:
        return np.array(values, dtype=bool)[claim]
    return pd.Series([_clean(value) for value in values], dtype="str").iloc[claim].array


def _clean(value: object) -> object:
    """Take out what no document can carry; nearly every text is printable as a whole."""
    return value if not isinstance(value, str) or value.isprintable() else printable(value)


def _explode(frame: gpd.GeoDataFrame, objects: Ints) -> _Layer:
    """Give each part of a line its own row; parts of one object are numbered."""
    many = (frame.geometry.geom_type == "MultiLineString").to_numpy()
    if not many.any():
        return _Layer(frame, objects)
    sizes = shapely.get_num_geometries(frame.geometry.to_numpy()[many])
    parts = frame[many].explode()
    number = parts.groupby(level=0).cumcount() + 1
    parts.index = pd.Index(parts.index + "_" + number.astype("str"), name="osm_id")
    whole = pd.concat([frame[~many], parts])
    return _Layer(whole, np.concatenate([objects[~many], np.repeat(objects[many], sizes)]))


def _bounds(frames: Iterable[gpd.GeoDataFrame]) -> shapely.Polygon:
    bounds = [frame.total_bounds for frame in frames if len(frame)]
    if not bounds:
        return shapely.Polygon()
    west, south, east, north = np.array(bounds).T
    return shapely.Polygon(
        shapely.box(west.min() - _HEM, south.min() - _HEM, east.max() + _HEM, north.max() + _HEM)
    )
