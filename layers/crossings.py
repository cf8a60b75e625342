"""Where walkable ways cross the outlines of communities."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

Shapes = npt.NDArray[np.object_]
Places = npt.NDArray[np.intp]

DEPTH_M: Final = 2.0
"""A way enters when it comes this far inside; less is a line not quite drawn on another."""

_ON_M: Final = 0.01
_JOINED_M: Final = 0.5


def fill_holes(polygons: Shapes) -> Shapes:
    """Fill the holes of polygons: a courtyard left out of the ground is no way out.

    Parameters
    ----------
    polygons
        Valid polygons and multipolygons.
    """
    parts, owner = shapely.get_parts(polygons, return_index=True)
    filled = np.asarray(shapely.polygons(shapely.get_exterior_ring(parts)), dtype=object)
    several = np.bincount(owner, minlength=len(polygons)) > 1
    single = ~several[owner]
    out = np.empty(len(polygons), dtype=object)
    out[owner[single]] = filled[single]
    for place in np.flatnonzero(several):
        out[place] = shapely.union_all(filled[owner == place])
    return out


def find_crossings(polygons: Shapes, streets: Shapes) -> pd.DataFrame:
    """Find the points where ways enter polygons.

    A way crosses where a stretch of it that comes 2 m inside begins or ends on the outline.
    A way along the outline, or one that touches it from outside or inside, does not cross; a way
    inside that ends on the outline crosses only where another way goes on from there.

    Parameters
    ----------
    polygons
        Valid polygons without holes.
    streets
        Lines that can be walked, on the ground.

    Returns
    -------
    DataFrame
        Columns ``polygon`` (place in `polygons`) and ``point``; in the order of polygon, x, y.
    """
    nothing = pd.DataFrame(
        {"polygon": np.empty(0, dtype=np.intp), "point": np.empty(0, dtype=object)}
    )
    if not len(streets) or not len(polygons):
        return nothing
    of_polygon, of_street = shapely.STRtree(streets).query(polygons, predicate="intersects")
    outlines = shapely.boundary(polygons)
    inside = shapely.difference(
        shapely.intersection(streets[of_street], polygons[of_polygon]), outlines[of_polygon]
    )
    stays_out = _stays_out(streets, of_street, inside)
    parts, pair = shapely.get_parts(inside, return_index=True)
    cores = shapely.buffer(polygons, -DEPTH_M)
    core = cores[of_polygon[pair]]
    deep = np.where(
        shapely.is_empty(core), shapely.length(parts) > DEPTH_M, shapely.intersects(core, parts)
    )
    is_line = shapely.get_dimensions(parts) == 1
    parts, pair = parts[deep & is_line], pair[deep & is_line]
    ends = np.concatenate([shapely.get_point(parts, 0), shapely.get_point(parts, -1)])
    pair = np.concatenate([pair, pair])
    on = shapely.dwithin(ends, outlines[of_polygon[pair]], _ON_M)
    ends, pair = ends[on], pair[on]
    if not len(ends):
        return nothing
    once = _is_single(ends, pair)
    ends, pair = ends[once], pair[once]
    goes_on = _goes_on(ends, pair, streets, of_polygon, of_street, stays_out)
    found = pd.DataFrame({"polygon": of_polygon[pair[goes_on]], "point": ends[goes_on]})
    found["x"], found["y"] = shapely.get_x(found["point"]), shapely.get_y(found["point"])
    ordered = found.sort_values(["polygon", "x", "y"], ignore_index=True)
    return ordered[["polygon", "point"]]


def merge_near(owner: Places, points: Shapes, rank: npt.NDArray[np.int64], near_m: float) -> Places:
    """Merge points of one owner that lie within a distance of each other, in chains.

    Parameters
    ----------
    owner
        Owner of each point.
    points
        The points.
    rank
        Points of the lowest rank in a chain are preferred as its representative.
    near_m
        The distance, in metres; points exactly so far apart are merged.

    Returns
    -------
    array
        Places of the representatives, ascending: of the preferred points the one nearest to the
        middle of the chain, of equals the first by x and y.
    """
    count = len(points)
    if not count:
        return np.empty(0, dtype=np.intp)
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=near_m)
    same = owner[one] == owner[other]
    chain = np.arange(count)
    # Chains are short: passing the least place along until nothing changes takes few rounds.
    while True:
        least = chain.copy()
        np.minimum.at(least, one[same], chain[other[same]])
        if (least == chain).all():
            break
        chain = least
    table = pd.DataFrame(
        {"chain": chain, "rank": rank, "x": shapely.get_x(points), "y": shapely.get_y(points)}
    )
    middle = table.groupby("chain")[["x", "y"]].transform("mean")
    table["away"] = np.hypot(table["x"] - middle["x"], table["y"] - middle["y"]).round(6)
    best = table.sort_values(["chain", "rank", "away", "x", "y"]).drop_duplicates("chain")
    return np.sort(best.index.to_numpy().astype(np.intp))


def _stays_out(streets: Shapes, of_street: Places, inside: Shapes) -> npt.NDArray[np.bool_]:
    """Tell of each pair whether the street has a stretch outside the polygon or on its outline."""
    outside: npt.NDArray[np.bool_] = (
        shapely.length(streets[of_street]) - shapely.length(inside) > _JOINED_M
    )
    return outside


def _is_single(ends: Shapes, pair: Places) -> npt.NDArray[np.bool_]:
    """Tell the ends where one stretch of a street ends: two that meet only touch the outline."""
    one, other = shapely.STRtree(ends).query(ends, predicate="dwithin", distance=_ON_M)
    twin = (one != other) & (pair[one] == pair[other])
    single = np.ones(len(ends), dtype=bool)
    single[one[twin]] = False
    return single


def _goes_on(
    ends: Shapes,
    pair: Places,
    streets: Shapes,
    of_polygon: Places,
    of_street: Places,
    stays_out: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    """Tell the ends from which the same street, or another, goes on outside."""
    own = streets[of_street[pair]]
    at_own_end = shapely.dwithin(shapely.boundary(own), ends, _ON_M) & ~shapely.is_ring(own)
    goes_on = ~at_own_end
    outer = np.flatnonzero(stays_out)
    if not len(outer):
        return goes_on
    waiting = np.flatnonzero(at_own_end)
    tree = shapely.STRtree(streets[of_street[outer]])
    end, found = tree.query(ends[waiting], predicate="dwithin", distance=_JOINED_M)
    end, found = waiting[end], outer[found]
    fits = of_polygon[found] == of_polygon[pair[end]]
    goes_on[end[fits]] = True
    return goes_on
