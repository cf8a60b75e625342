"""Communities with surveyed gates: where the wall around them closes a way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from layers.crossings import DEPTH_M, fill_holes
from layers.stretches import Places, Shapes, cut_stretches

GATE_M: Final = 5.0
"""A gate opens the wall within this distance: the width of a vehicle gate."""

SHARED_M: Final = 1.0
"""A gate this near to the wall of another community stands in the wall that both share."""

TOUCH_M: Final = 0.01
"""What is this close to a wall lies on it."""

_ALONG_M: Final = 1e-3
"""A stretch whose middle is this close to the outline runs along it; finer is rounding."""

_MANY: Final = 2


@dataclass(frozen=True)
class Pieces:
    """Pieces of street as arrays.

    Parameters
    ----------
    lines
        Geometry of each piece, shape (k,).
    is_open
        Bridges and tunnels, which no wall stops; shape (k,).
    nodes
        Number of the node at the start and at the end of each piece, shape (k, 2).
    spots
        Point of each node, shape (n,).
    """

    lines: Shapes
    is_open: npt.NDArray[np.bool_]
    nodes: Places
    spots: Shapes


@dataclass(frozen=True)
class Enclosures:
    """Communities that have walls, and the gates that open them.

    Parameters
    ----------
    polygons
        Ground of each, holes filled: the wall stands around the whole.
    gates
        Points of the surveyed gates of communities.
    opens
        Pairs of gate and enclosure that it opens, shape (2, k).
    """

    polygons: Shapes
    gates: Shapes
    opens: Places


def find_enclosures(
    communities: gpd.GeoDataFrame | None, access_points: gpd.GeoDataFrame | None
) -> Enclosures:
    """Find the communities with surveyed gates, in the order of their ids.

    Parameters
    ----------
    communities
        Contract `COMMUNITIES`.
    access_points
        Contract `ACCESS_POINTS`. A gate opens the wall of its own community, and of another one
        when it stands in the wall that both share (at most 1 m off it): a gate in a common wall
        leads from one into the other. Entrances of facilities open no community.
    """
    nobody = Enclosures(
        np.empty(0, dtype=object), np.empty(0, dtype=object), np.empty((2, 0), dtype=np.intp)
    )
    if communities is None or access_points is None:
        return nobody
    surveyed = access_points[
        (access_points["kind"] == "surveyed") & (access_points["owner"] == "community")
    ].sort_index()
    walled = communities[communities.index.isin(surveyed["owner_id"])].sort_index()
    if walled.empty:
        return nobody
    polygons = fill_holes(np.asarray(walled.geometry.to_numpy(), dtype=object))
    gates = np.asarray(surveyed.geometry.to_numpy(), dtype=object)
    owner = walled.index.get_indexer(pd.Index(surveyed["owner_id"]))
    own = np.vstack([np.flatnonzero(owner >= 0), owner[owner >= 0]])
    tree = shapely.STRtree(shapely.boundary(polygons))
    shared = tree.query(gates, predicate="dwithin", distance=SHARED_M)
    return Enclosures(polygons, gates, np.unique(np.hstack([own, shared]), axis=1))


@dataclass(frozen=True)
class Closed:
    """Where a wall closes ways.

    Parameters
    ----------
    cuts
        Columns ``piece``, ``offset``: pieces to be cut there, metres from their start.
    ends
        Columns ``piece``, ``end`` (0 start, 1 end), ``label``: ends of pieces that keep apart from
        those at the same node whose labels differ; an end without a label is outside.
    """

    cuts: pd.DataFrame
    ends: pd.DataFrame


def close_enclosures(pieces: Pieces, yards: Enclosures) -> Closed:
    """Find where ways enter walled communities other than through a gate.

    Parameters
    ----------
    pieces
        Pieces of street from junction to junction.
    yards
        The communities and their gates.

    Returns
    -------
    Closed
        A piece that crosses an outline is cut there; one that starts on it and leads inside is
        parted from what lies outside, at that node. Streets along the outline are outside.

    Notes
    -----
    A way enters when it comes 2 m inside (`layers.crossings.DEPTH_M`): a street beside the wall
    whose line strays across the outline by less, and comes out again, is a street outside, and so
    are its junctions. What leads on from these into the community is parted from them there. A
    bridge or tunnel that leads inside is never cut, and opens the node that it starts from.
    """
    stretches = _inside_stretches(pieces, yards)
    ends = _ends_of(stretches, pieces, yards)
    strayed = _strayed(stretches, ends)
    is_out = strayed[ends["stretch"].to_numpy()]
    place = ends["yard"].to_numpy() * (len(pieces.spots) + 1) + ends["node"].to_numpy()
    at_node = ends["node"].to_numpy() >= 0
    is_street = np.isin(place, place[is_out & at_node]) & at_node
    on = ends["on_outline"].to_numpy()
    contact = ends[~is_out & (on | is_street)].assign(
        place=place[~is_out & (on | is_street)],
    )
    passes = pieces.is_open[contact["piece"].to_numpy()]
    passed = contact["place"][passes & (contact["node"].to_numpy() >= 0)]
    contact = contact[~passes & ~contact["place"].isin(passed)]
    closed = contact[~_near_gate(contact, yards)]
    inner = closed["node"].to_numpy() < 0
    return Closed(
        cuts=closed.loc[inner, ["piece", "offset"]],
        ends=closed.loc[~inner, ["piece", "end"]].assign(label=closed.loc[~inner, "yard"]),
    )


def _inside_stretches(pieces: Pieces, yards: Enclosures) -> pd.DataFrame:
    """List the stretches of pieces inside enclosures, of pieces that come near an outline."""
    outlines = shapely.boundary(yards.polygons)
    shapely.prepare(yards.polygons)
    yard, piece = shapely.STRtree(pieces.lines).query(
        outlines, predicate="dwithin", distance=DEPTH_M
    )
    lines = pieces.lines[piece]
    length = shapely.length(lines)
    xy, pair = shapely.get_coordinates(
        shapely.intersection(lines, outlines[yard]), return_index=True
    )
    offset = shapely.line_locate_point(lines[pair], shapely.points(xy))
    inner = (offset > TOUCH_M) & (offset < length[pair] - TOUCH_M)
    number = np.arange(len(piece))
    pair = np.concatenate([pair[inner], number, number])
    offset = np.concatenate([offset[inner], np.zeros(len(number)), length])
    order = np.lexsort((offset, pair))
    pair, offset = pair[order], offset[order]
    fresh = np.r_[True, (np.diff(pair) > 0) | (np.diff(offset) > TOUCH_M)][: len(pair)]
    pair, offset = pair[fresh], offset[fresh]
    follows = np.flatnonzero(pair[1:] == pair[:-1])
    pair, low, high = pair[follows], offset[follows], offset[follows + 1]
    middle = shapely.line_interpolate_point(lines[pair], (low + high) / 2)
    inside = shapely.contains(yards.polygons[yard[pair]], middle)
    inside &= shapely.distance(middle, outlines[yard[pair]]) > _ALONG_M
    # stretches that meet inside only touch the outline: they are one
    run = np.cumsum(np.r_[True, (np.diff(pair) > 0) | (np.diff(inside.astype(int)) != 0)])
    parts = pd.DataFrame({"run": run[: len(pair)], "pair": pair, "low": low, "high": high})
    runs = parts[inside].groupby("run").agg({"pair": "first", "low": "min", "high": "max"})
    place = runs["pair"].to_numpy()
    found = pd.DataFrame(
        {
            "piece": piece[place],
            "yard": yard[place],
            "low": runs["low"].to_numpy(),
            "high": runs["high"].to_numpy(),
            "to_end": runs["high"].to_numpy() >= length[place],
        }
    )
    found["deep"] = _is_deep(pieces.lines, yards.polygons, found)
    return found


def _is_deep(lines: Shapes, polygons: Shapes, found: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell the stretches that come 2 m inside; in a yard too narrow for that, all do."""
    known, yard = np.unique(found["yard"].to_numpy(), return_inverse=True)
    cores = shapely.buffer(polygons[known], -DEPTH_M)
    shapely.prepare(cores)
    stretches = cut_stretches(
        lines, found["piece"].to_numpy(), found["low"].to_numpy(), found["high"].to_numpy()
    )
    deep: npt.NDArray[np.bool_] = shapely.intersects(cores[yard], stretches)
    deep |= shapely.is_empty(cores)[yard]
    return deep


def _ends_of(stretches: pd.DataFrame, pieces: Pieces, yards: Enclosures) -> pd.DataFrame:
    """List both ends of each stretch: its node (-1 within a piece), its spot."""
    piece, yard = stretches["piece"].to_numpy(), stretches["yard"].to_numpy()
    number = np.arange(len(stretches))
    low, high = stretches["low"].to_numpy(), stretches["high"].to_numpy()
    first = np.where(low <= 0, pieces.nodes[piece, 0], -1)
    last = np.where(stretches["to_end"].to_numpy(), pieces.nodes[piece, 1], -1)
    ends = pd.DataFrame(
        {
            "stretch": np.concatenate([number, number]),
            "piece": np.concatenate([piece, piece]),
            "yard": np.concatenate([yard, yard]),
            "end": np.repeat([0, 1], len(stretches)),
            "offset": np.concatenate([low, high]),
            "node": np.concatenate([first, last]),
        }
    )
    node = ends["node"].to_numpy()
    spot = shapely.line_interpolate_point(
        pieces.lines[ends["piece"].to_numpy()], ends["offset"].to_numpy()
    )
    spot[node >= 0] = pieces.spots[node[node >= 0]]
    outlines = shapely.boundary(yards.polygons)[ends["yard"].to_numpy()]
    ends["spot"] = spot
    ends["foot"] = shapely.get_point(shapely.shortest_line(outlines, spot), 0)
    ends["on_outline"] = (node < 0) | shapely.dwithin(spot, outlines, TOUCH_M)
    return ends


def _strayed(stretches: pd.DataFrame, ends: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell the stretches that only stray inside: shallow, and out again on both sides.

    Shallow stretches that meet inside are judged together: they are a street that strays when they
    touch the outline twice or more, else a way in that has only just begun, or a path inside.
    """
    shallow = ~stretches["deep"].to_numpy()
    rows = ends[shallow[ends["stretch"].to_numpy()]]
    hidden = rows[~rows["on_outline"]]
    _, joint = np.unique(hidden[["yard", "node"]].to_numpy(), axis=0, return_inverse=True)
    count = len(stretches)
    total = count + int(joint.max(initial=-1)) + 1
    links = coo_array(
        (np.ones(len(hidden)), (hidden["stretch"].to_numpy(), count + joint.reshape(-1))),
        shape=(total, total),
    )
    pocket = connected_components(links, directed=False)[1]
    touching = rows.loc[rows["on_outline"], "stretch"].to_numpy()
    touches = np.bincount(pocket[touching], minlength=total)
    strayed: npt.NDArray[np.bool_] = shallow & (touches[pocket[:count]] >= _MANY)
    return strayed


def _near_gate(contact: pd.DataFrame, yards: Enclosures) -> npt.NDArray[np.bool_]:
    """Tell the contacts with a gate of the wall in question nearby."""
    near = np.zeros(len(contact), dtype=bool)
    tree = shapely.STRtree(yards.gates)
    opened = yards.opens[0] * len(yards.polygons) + yards.opens[1]
    for column in ("spot", "foot"):
        spots = np.asarray(contact[column].to_numpy(), dtype=object)
        row, gate = tree.query(spots, predicate="dwithin", distance=GATE_M)
        fits = np.isin(gate * len(yards.polygons) + contact["yard"].to_numpy()[row], opened)
        near[row[fits]] = True
    return near
