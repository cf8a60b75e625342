"""Access points of communities: surveyed gates, else inferred crossings, else the nearest point."""

from __future__ import annotations

from typing import Final, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from layers.checks import Finding, Severity
from layers.contracts import check, conform
from layers.counts import counted
from layers.crossings import Shapes, fill_holes, find_crossings, merge_near
from layers.crs import require_metric
from layers.gates import GateRules, PlacedGates, place_gates
from layers.tables import ACCESS_POINTS

_SHOWN: Final = 20

# A street within this of being nearest is nearest: two drawn lines never agree better.
_FACING_M: Final = 0.5

# A surveyed gate that moves farther than a vehicle gate is wide is told.
_MOVED_M: Final = 5.0
_NO_GATES: Final = PlacedGates(
    table=pd.DataFrame(columns=["gate_id", "owner", "owner_id", "source", "point", "away_m"]),
    findings=(),
)


def find_access_points(
    communities: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    *,
    gates: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    crs: pyproj.CRS,
    rules: GateRules | None = None,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Find where people enter each community.

    Parameters
    ----------
    communities
        Contract `COMMUNITIES`.
    streets
        Contract `STREETS`; only walkable ways on the ground count (no bridge, no tunnel, level 0).
    gates
        Points with ``surveyed_source``: ``layer`` for the bureau's gates, ``amap`` for a map
        provider's, ``osm``. See `layers.gates.place_gates`.
    barriers
        Contract `BARRIERS`.
    crs
        The job's metric system.
    rules
        Distances; None for the documented ones.

    Returns
    -------
    access_points : GeoDataFrame
        Contract `ACCESS_POINTS`. A community with a surveyed gate has its surveyed gates only; else
        all crossings of walkable ways and all gates of a map provider (``inferred``); else the
        point of its outline that is nearest to a walkable way (``nearest``). Every point lies on
        the outline: a gate within reach of a crossing is moved there. Ids are the gate's own, else
        ``<community>-g1`` onwards, clockwise from north. Entrances of facilities stay where they
        are.
    findings : list of Finding
        Gates that fit nowhere, communities without a surveyed or crossed entrance, communities
        that no walkable way is near to.

    Raises
    ------
    CrsError
        If a table is not in metres.
    KeyConflictError
        If two surveyed gates have one id.

    References
    ----------
    Order of inference: DATA_REALITY 4.5; what counts as surveyed: DESIGN 5.
    """
    require_metric(communities, "communities")
    require_metric(streets, "streets")
    rules = rules or GateRules()
    polygons = fill_holes(np.asarray(communities.geometry.to_numpy(), dtype=object))
    outlines = shapely.boundary(polygons)
    ways = _ways(streets)
    crossings = find_crossings(polygons, ways)
    placed = _NO_GATES
    if gates is not None and not gates.empty:
        require_metric(gates, "gates")
        placed = place_gates(gates, communities, outlines, barriers, rules=rules)
    of_communities = placed.table[placed.table["owner"] == "community"]
    found = _put_on_outline(of_communities, communities.index, outlines, crossings, rules)
    found = _choose(found, crossings, rules)
    lacking = np.setdiff1d(np.arange(len(communities)), found["community"])
    found = pd.concat([found, _nearest(outlines, ways, lacking)], ignore_index=True)
    found["owner_id"] = communities.index.to_numpy()[found["community"].to_numpy(dtype=np.intp)]
    found["access_point_id"] = _name(found, polygons)
    doors = _doors(placed.table)
    table = pd.concat([found.assign(owner="community"), doors], ignore_index=True)
    points = gpd.GeoDataFrame(
        table[["access_point_id", "owner", "owner_id", "kind"]],
        geometry=gpd.GeoSeries(table["point"].to_numpy(), crs=crs),
    )
    access_points = cast("gpd.GeoDataFrame", conform(ACCESS_POINTS, points, crs=crs))
    check(ACCESS_POINTS, access_points)
    return access_points, [*placed.findings, *_doubts(communities, found)]


def _ways(streets: gpd.GeoDataFrame) -> Shapes:
    """Give the lines that can be walked on the ground, in the order of their ids."""
    level = streets["level"].fillna(0)
    on_ground = ~streets["bridge"] & ~streets["tunnel"] & (level == 0)
    wanted = streets[(streets["walkable"] & on_ground).to_numpy(dtype=bool)].sort_index()
    return np.asarray(wanted.geometry.to_numpy(), dtype=object)


def _put_on_outline(
    gates: pd.DataFrame,
    communities: pd.Index,
    outlines: Shapes,
    crossings: pd.DataFrame,
    rules: GateRules,
) -> pd.DataFrame:
    """Move gates to a crossing nearby, else to the nearest point of their outline."""
    community = communities.get_indexer(pd.Index(gates["owner_id"]))
    points = np.asarray(gates["point"].to_numpy(), dtype=object)
    feet = shapely.get_point(shapely.shortest_line(outlines[community], points), 0)
    if len(crossings) and len(feet):
        there = crossings["point"].to_numpy()
        gate, crossing = shapely.STRtree(there).query(
            feet, predicate="dwithin", distance=rules.merge_m
        )
        near = pd.DataFrame(
            {
                "gate": gate,
                "crossing": crossing,
                "away": shapely.distance(feet[gate], there[crossing]).round(6),
            }
        )
        near = near[community[gate] == crossings["polygon"].to_numpy()[crossing]]
        near = near.sort_values(["gate", "away", "crossing"]).drop_duplicates("gate")
        feet[near["gate"]] = there[near["crossing"]]
    return pd.DataFrame(
        {
            "community": community,
            "gate_id": gates["gate_id"].to_numpy(),
            "source": gates["source"].to_numpy(),
            "point": feet,
            "moved_m": shapely.distance(points, feet),
        }
    )


def _choose(gates: pd.DataFrame, crossings: pd.DataFrame, rules: GateRules) -> pd.DataFrame:
    """Take surveyed gates where there are any, else crossings and a provider's gates, merged."""
    surveyed = gates[gates["source"] != "amap"].assign(kind="surveyed")
    # Two nodes of one mapped gate fall on one crossing; a bureau's gates are all kept.
    place = shapely.to_wkb(surveyed["point"].to_numpy())
    twice = surveyed.assign(place=place).duplicated(["community", "place"])
    surveyed = surveyed[~(twice & (surveyed["source"] == "osm"))]
    known = surveyed["community"].unique()
    crossed = pd.DataFrame(
        {"community": crossings["polygon"], "point": crossings["point"], "source": "streets"}
    )
    provided = gates[gates["source"] == "amap"]
    others = pd.concat([crossed, provided[["community", "point", "source"]]], ignore_index=True)
    others = others[~others["community"].isin(known)].reset_index(drop=True)
    kept = merge_near(
        others["community"].to_numpy(dtype=np.intp),
        np.asarray(others["point"].to_numpy(), dtype=object),
        np.where(others["source"] == "amap", 1, 0),
        rules.merge_m,
    )
    inferred = others.iloc[kept].assign(kind="inferred", gate_id=None, moved_m=0.0)
    return pd.concat([surveyed, inferred], ignore_index=True)


def _nearest(outlines: Shapes, ways: Shapes, lacking: np.ndarray) -> pd.DataFrame:
    """Find the point of each outline that is nearest to a walkable way.

    Where a stretch of the outline is equally near (a street alongside), it is its middle.
    """
    columns = ["community", "point", "source", "kind", "gate_id", "moved_m"]
    if not len(ways) or not len(lacking):
        return pd.DataFrame(columns=columns)
    tree = shapely.STRtree(ways)
    place, way = tree.query_nearest(outlines[lacking], all_matches=True)
    pairs = pd.DataFrame({"place": place, "way": way}).sort_values(["place", "way"])
    pairs = pairs.drop_duplicates("place")
    community = lacking[pairs["place"]]
    lines, nearby = outlines[community], ways[pairs["way"]]
    feet = shapely.get_point(shapely.shortest_line(lines, nearby), 0)
    strip = shapely.buffer(nearby, shapely.distance(lines, nearby) + _FACING_M, quad_segs=32)
    facing = shapely.line_merge(shapely.intersection(lines, strip))
    parts, owner = shapely.get_parts(facing, return_index=True)
    middles = shapely.line_interpolate_point(parts, 0.5, normalized=True)
    stretches = pd.DataFrame(
        {
            "owner": owner,
            "length": -shapely.length(parts).round(3),
            "x": shapely.get_x(middles),
            "y": shapely.get_y(middles),
            "point": middles,
        }
    )
    longest = stretches.sort_values(["owner", "length", "x", "y"]).drop_duplicates("owner")
    # Far away the rounded end of the strip may fall short of the outline: the foot stands then.
    feet[longest["owner"]] = longest["point"]
    found = pd.DataFrame({"community": community, "point": feet})
    return found.assign(source="streets", kind="nearest", gate_id=None, moved_m=0.0)


def _name(found: pd.DataFrame, polygons: Shapes) -> pd.Series:
    """Name the points of each community: their own id, else -g1 onwards, clockwise from north."""
    points = np.asarray(found["point"].to_numpy(), dtype=object)
    centres = shapely.centroid(polygons)[found["community"].to_numpy(dtype=np.intp)]
    x, y = shapely.get_x(points), shapely.get_y(points)
    bearing = np.arctan2(x - shapely.get_x(centres), y - shapely.get_y(centres)) % (2 * np.pi)
    order = pd.DataFrame(
        {"owner_id": found["owner_id"].to_numpy(), "bearing": bearing.round(9), "x": x, "y": y}
    ).sort_values(["owner_id", "bearing", "x", "y"])
    number = order.groupby("owner_id").cumcount().reindex(found.index) + 1
    made = found["owner_id"].astype("str") + "-g" + number.astype("str")
    own = found["gate_id"].astype("str")
    names = own.where(found["gate_id"].notna(), made)
    # A gate between two communities stands in both: the later one adds its community.
    in_order = names.loc[order.index]
    shared = in_order.duplicated().reindex(found.index)
    return names.mask(shared, names + "-" + made)


def _doors(placed: pd.DataFrame) -> pd.DataFrame:
    """Give the entrances of facilities as they are."""
    doors = placed[placed["owner"] == "facility"].reset_index(drop=True)
    points = np.asarray(doors["point"].to_numpy(), dtype=object)
    doors = doors.assign(x=shapely.get_x(points), y=shapely.get_y(points))
    doors = doors.sort_values(["owner_id", "x", "y"], ignore_index=True)
    number = (doors.groupby("owner_id").cumcount() + 1).astype("str")
    made = doors["owner_id"].astype("str") + "-e" + number
    names = doors["gate_id"].where(doors["gate_id"].notna(), made)
    return doors.assign(access_point_id=names, kind="surveyed")


def _doubts(communities: gpd.GeoDataFrame, found: pd.DataFrame) -> list[Finding]:
    findings = []
    nearest = sorted(found.loc[found["kind"] == "nearest", "owner_id"])
    if nearest:
        findings.append(
            _note(
                "check",
                "access-point-nearest",
                f"{len(nearest):,} 个小区既无实测出入口，也无道路穿越边界，"
                f"取边界上离道路最近的点：{_list(nearest)}",
                f"{counted(len(nearest), 'community has', 'communities have')} neither a "
                "surveyed gate nor a "
                "way across the outline; the point nearest to a street stands in: "
                f"{_list(nearest)}",
                "补充出入口图层 / Give a layer of gates",
            )
        )
    lost = sorted(set(communities.index) - set(found["owner_id"]))
    if lost:
        findings.append(
            _note(
                "decide",
                "access-point-missing",
                f"没有可步行道路，{len(lost):,} 个小区没有出入口：{_list(lost)}",
                f"no walkable street: {counted(len(lost), 'community has', 'communities have')} "
                f"no access point: {_list(lost)}",
                "补充道路 / Give streets",
            )
        )
    moved = found[found["moved_m"] > _MOVED_M]
    if len(moved):
        farthest = float(moved["moved_m"].max())
        findings.append(
            _note(
                "note",
                "gate-moved",
                f"{len(moved):,} 个出入口移到小区边界或道路穿越处，最远 {farthest:.1f} m",
                f"{counted(len(moved), 'gate was', 'gates were')} moved onto the outline or a "
                f"crossing, by {farthest:.1f} m at most",
            )
        )
    return findings


def _list(keys: list[str]) -> str:
    return ", ".join(keys[:_SHOWN]) + (", …" if len(keys) > _SHOWN else "")


def _note(severity: Severity, code: str, zh: str, en: str, remedy: str = "") -> Finding:
    return Finding(
        severity=severity,
        table_name="access_points",
        row_key="",
        code=code,
        zh=zh,
        en=en,
        remedy=remedy,
    )
