"""Small random cities with random rules, drawn from a seed and taken the whole way to a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
import shapely.affinity

from layers.contracts import conform
from layers.errors import InfeasibleError
from layers.tables import COMMUNITIES, WALKS
from layers.walking import Walking
from zoning.regionalization import regionalize
from zoning.regionalization.absorption import absorb
from zoning.regionalization.problem import pose_zoning
from zoning.regionalization.settings import ZoningSettings, ZoningTerms
from zoning.tables import ADJACENCY, ELIGIBILITY, GAPS
from zoning.zone_checks import check_zones
from zoning.zones import dissolve_zones

WALKING = Walking()
SPEED = WALKING.metres_per_minute("adult")
CRS = "EPSG:4547"
EMPTY_GAPS = conform(GAPS, pd.DataFrame())


@dataclass(frozen=True, kw_only=True)
class Case:
    """One city and the rules of its job."""

    communities: gpd.GeoDataFrame
    eligibility: pd.DataFrame
    adjacency: pd.DataFrame
    walks: pd.DataFrame
    settings: ZoningSettings


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Its plan."""

    assignment: pd.DataFrame
    zones: gpd.GeoDataFrame


def draw_case(seed: int) -> Case:
    """Draw a patchy grid of 6 to 12 communities, 10 m lanes between them, and rules for it."""
    rng = np.random.default_rng(seed)
    rows, columns = 3, int(rng.integers(2, 5))
    grid = nx.grid_2d_graph(rows, columns)
    grid.remove_edges_from([edge for edge in list(grid.edges) if rng.random() < 0.15])
    names = {cell: f"c{number:02d}" for number, cell in enumerate(sorted(grid))}
    ids = sorted(names.values())
    size = rng.integers(60, 101, (len(ids), 2))
    boxes = [
        shapely.box(110 * x, 110 * y, 110 * x + wide, 110 * y + deep)
        for (x, y), (wide, deep) in zip(sorted(grid), size, strict=True)
    ]
    offices = ["x", "y"] if rng.random() < 0.5 else ["x", "x"]
    households = rng.integers(20, 200, len(ids)).astype(float)
    households[rng.random(len(ids)) < 0.03] = np.nan
    communities = gpd.GeoDataFrame(
        {
            "community_id": ids,
            "households": households,
            "households_source": "ledger",
            "subdistrict": [offices[x > rows // 2] for x, _ in sorted(grid)],
        },
        geometry=[shapely.affinity.translate(box, 500_000, 3_840_000) for box in boxes],
        crs=CRS,
    )
    words = ["core"] * 7 + ["absorbable", "excluded", "unknown"]
    status = [words[at] for at in rng.integers(0, 10, len(ids))]
    pairs = sorted(tuple(sorted((names[a], names[b]))) for a, b in grid.edges)
    adjacency = pd.DataFrame(
        {
            "focal": [one for one, _ in pairs],
            "neighbor": [other for _, other in pairs],
            "gap_m": rng.choice([0.0, 10.0, 25.0, 26.0], len(pairs)),
            "walk_m": 110.0,
            "crosses": "lane",
            "kind": rng.choice(["wall", "lane", "road"], len(pairs)),
            "linked": True,
        }
    )
    detour = rng.uniform(1.0, 1.6)
    walks = [
        (one, other, detour * shapely.distance(boxes[i].centroid, boxes[j].centroid))
        for i, one in enumerate(ids)
        for j, other in enumerate(ids)
        if i < j and rng.random() < 0.98
    ]
    core = float(np.nansum(households[[word == "core" for word in status]]))
    return Case(
        communities=gpd.GeoDataFrame(conform(COMMUNITIES, communities)),
        eligibility=conform(
            ELIGIBILITY, pd.DataFrame({"community_id": ids, "status": status, "clause": "E01"})
        ),
        adjacency=conform(ADJACENCY, adjacency),
        walks=conform(WALKS, pd.DataFrame(walks, columns=["focal", "neighbor", "walk_m"])),
        settings=_rules(rng, ids, core),
    )


def _rules(rng: np.random.Generator, ids: list[str], core: float) -> ZoningSettings:
    count = int(rng.integers(1, 4))
    mean = core / count
    one, other, third = (str(name) for name in rng.choice(ids, 3, replace=False))
    settings = ZoningSettings(
        households=(round(0.5 * mean), round(1.7 * mean) + 1) if rng.random() < 0.8 else None,
        count=[count, (1, count), None][int(rng.integers(3))],
        communities=(1, 6) if rng.random() < 0.2 else None,
        walk_minutes=float(rng.uniform(4, 9)) if rng.random() < 0.3 else None,
        subdistrict=("hard", "soft", "off")[int(rng.integers(3))],
        include=("core", "unknown") if rng.random() < 0.3 else ("core",),
    )
    if rng.random() < 0.2:
        settings = replace(settings, together=((one, other),))
    if rng.random() < 0.2:
        settings = replace(settings, apart=((other, third),))
    if rng.random() < 0.2:
        settings = replace(settings, locked={one: "1", third: "" if rng.random() < 0.5 else "1"})
    if rng.random() < 0.3 and settings.households is not None:
        settings = replace(settings, terms=ZoningTerms(balance=float(rng.uniform(0, 50))))
    return settings


def solve_case(case: Case, seed: int) -> Drawn | None:
    """Draw the zones of a case; None where nobody is to be zoned or no plan keeps the rules."""
    settings = case.settings
    try:
        problem = pose_zoning(
            case.communities,
            case.eligibility,
            case.walks,
            EMPTY_GAPS,
            case.adjacency,
            settings,
            walking=WALKING,
        )
        if problem.is_empty:
            return None
        result = regionalize(
            problem.weights, problem.adjacency, problem.cost, problem.bounds, seed=seed
        )
    except InfeasibleError:
        return None
    found = result.assignment
    assert result.bound <= result.objective * (1 + 1e-9) + 1e-6, seed
    assignment = absorb(
        found,
        case.eligibility,
        case.adjacency,
        households=case.communities["households"],
        left_out=problem.left_out,
        cap=settings.households[1] if settings.households else float("inf"),
        subdistrict=case.communities["subdistrict"] if settings.subdistrict == "hard" else None,
        pins=settings,
    )
    zones = dissolve_zones(
        assignment,
        case.communities,
        case.adjacency,
        case.walks,
        centres=pd.Series({assignment["zone_id"][c]: c for c in sorted(set(found))}, dtype="str"),
        limits=settings,
        walking=WALKING,
    )
    return Drawn(assignment=assignment, zones=zones)


def faults_of(case: Case, drawn: Drawn) -> list[str]:
    """Check a plan by every rule; faults in words."""
    faults = check_zones(
        drawn.assignment,
        case.adjacency,
        case.communities,
        case.eligibility,
        case.settings,
        zones=drawn.zones,
        walks=case.walks,
        metres_per_minute=SPEED,
    )
    return [fault.en for fault in faults]


def count_plans(seeds: range) -> int:
    """Take each seed to a plan and check it; count those that have one."""
    plans = 0
    for seed in seeds:
        case = draw_case(seed)
        drawn = solve_case(case, seed)
        if drawn is not None:
            assert faults_of(case, drawn) == [], seed
            plans += 1
    return plans
