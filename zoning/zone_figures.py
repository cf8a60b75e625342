"""Figures and outlines of zones, checked against their members; part of the independent checker."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoning.zone_faults import Fault, make_fault

CLOSE: Final = 1e-6
"""Relative slack of figures that were worked out in another order."""

SLIVER: Final = 0.005
"""Share of a community's ground that rounding to the grid may move."""

SLIVER_M2: Final = 1.0
"""Ground that rounding may move in any case, m²."""


def check_figures(
    zones: pd.DataFrame,
    members: Mapping[str, Sequence[str]],
    office: Mapping[str, str],
    broken: frozenset[str],
) -> Iterator[Fault]:
    """Check what the zones state of street offices and of their limits.

    Parameters
    ----------
    zones
        Contract `ZONES`.
    members
        Communities of each zone.
    office
        Street office of each community, where one is known.
    broken
        Zones that break a limit on households, communities or the walk.

    Yields
    ------
    Fault
        ``subdistricts-differ``, ``bounds-met-wrong``.
    """
    for zone in sorted(set(zones.index) & set(members)):
        stated = zones.loc[zone, "subdistricts"]
        found = ";".join(sorted({office[name] for name in members[zone] if name in office}))
        if (found or None) != (None if pd.isna(stated) else stated):
            yield make_fault("subdistricts-differ", zone=zone, found=found, limit=stated)
        met = bool(zones.loc[zone, "bounds_met"])
        if met == (zone in broken):
            yield make_fault("bounds-met-wrong", zone=zone, found=not met, limit=met)


def check_walks(
    zones: pd.DataFrame,
    members: Mapping[str, Sequence[str]],
    walked: Mapping[frozenset[str], float],
    metres_per_minute: float,
) -> Iterator[Fault]:
    """Check the longest walk that the zones state, over members whose walk is known.

    Parameters
    ----------
    zones
        Contract `ZONES`.
    members
        Communities of each zone.
    walked
        Shortest walk of each pair, m.
    metres_per_minute
        Speed of an adult.

    Yields
    ------
    Fault
        ``walk-differs``.
    """
    for zone in sorted(set(zones.index) & set(members)):
        centre = str(zones.loc[zone, "centre_id"])
        walks = [
            0.0 if name == centre else walked.get(frozenset((name, centre)), math.nan)
            for name in members[zone]
        ]
        known = [walk for walk in walks if not math.isnan(walk)]
        found = max(known) / metres_per_minute if known else math.nan
        stated = zones.loc[zone, "walk_minutes_max"]
        same = pd.isna(stated) if math.isnan(found) else math.isclose(found, stated, rel_tol=CLOSE)
        if not same:
            yield make_fault("walk-differs", zone=zone, found=found, limit=float(stated))


def check_outlines(
    zones: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, members: Mapping[str, Sequence[str]]
) -> Iterator[Fault]:
    """Check the outlines: all of their members, nobody else, no ground twice (RULES Z02).

    Parameters
    ----------
    zones, communities
        Contracts `ZONES` and `COMMUNITIES`, in one metric CRS.
    members
        Communities of each zone.

    Yields
    ------
    Fault
        ``compactness-wrong``, ``outline-misses-member``, ``outline-holds-stranger``,
        ``outlines-overlap``. Ground on which communities themselves overlap is nobody's fault.
    """
    names = communities.index.to_numpy(dtype=object)
    shapes = np.asarray(communities.geometry.to_numpy(), dtype=object)
    tree = shapely.STRtree(shapes)
    listed = sorted(set(zones.index) & set(members))
    own = {zone: shapely.union_all(shapes[np.isin(names, list(members[zone]))]) for zone in listed}
    for place, zone in enumerate(listed):
        outline = zones.geometry[zone]
        round_ = 4 * math.pi * outline.area / outline.length**2 if outline.length else math.nan
        stated = zones.loc[zone, "compactness"]
        if not math.isclose(min(round_, 1.0), stated, rel_tol=CLOSE):
            yield make_fault("compactness-wrong", zone=zone, found=round_, limit=float(stated))
        near = set(tree.query(outline, predicate="intersects").tolist())
        for at in sorted(near | set(np.flatnonzero(np.isin(names, list(members[zone]))).tolist())):
            shape, name = shapes[at], str(names[at])
            slack = SLIVER_M2 + SLIVER * shape.area
            if name in members[zone]:
                if shapely.difference(shape, outline).area > slack:
                    yield make_fault("outline-misses-member", zone=zone, who=name)
            elif _beyond(shape, outline, own[zone]) > slack:
                yield make_fault("outline-holds-stranger", zone=zone, who=name)
        for other in listed[place + 1 :]:
            if not outline.intersects(zones.geometry[other]):
                continue
            both = shapely.union(own[zone], own[other])
            if _beyond(outline, zones.geometry[other], both) > SLIVER_M2:
                yield make_fault("outlines-overlap", zone=zone, found=other)


def _beyond(one: shapely.Geometry, other: shapely.Geometry, allowed: shapely.Geometry) -> float:
    """Measure the ground that two share, less what is allowed, m²."""
    return float(shapely.difference(shapely.intersection(one, other), allowed).area)
