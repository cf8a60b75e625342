"""The steps of a job in their order; the only place where the rooms meet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from layers.checks import findings_table
from layers.ground import Ground, mark_edge, read_ground
from layers.network import build_network
from layers.reach import (
    find_entrances,
    measure_building_reach,
    measure_reach,
    measure_walks,
    snap_all,
)
from layers.streets import WALK_FILTER
from layers.tables import ACCESS_POINTS, BUILDING_REACH, conform
from layers.walking import Walking
from lianpian.job import LocatedJob, read_job
from lianpian.plan import Plan
from lianpian.sources import inputs_of, zoning_settings
from lianpian.zoning_step import Zoned, draw_zones
from maps.labels import Imprint
from zoning.adjacency import Nearness, find_adjacency
from zoning.eligibility import judge_eligibility
from zoning.gaps import find_gaps, roll_up_gaps
from zoning.life_circles import trace_catchments, trace_life_circles, trace_zone_circles
from zoning.partners import rank_partners
from zoning.provision import measure_provision
from zoning.rulebooks import Rulebook, read_rulebook
from zoning.summary import summarise
from zoning.tables import SUBDISTRICT_GAPS, ZONE_GAPS

ZONE_RADIUS_M: Final = 2000.0
"""Walks kept for zones when the job sets no ``walk_minutes``: half an hour at 4 km/h."""

STEPS: Final = (
    ("ground", "读取数据", "Reading data", 25),
    ("network", "建立步行网络", "Building the walking network", 10),
    ("reach", "计算步行距离", "Measuring walks", 10),
    ("circles", "绘制生活圈", "Tracing life circles", 15),
    ("gaps", "判定九有缺口", "Finding gaps", 5),
    ("zones", "划分片区", "Drawing zones", 15),
    ("summary", "汇总", "Summing up", 3),
    ("write", "输出图件与表格", "Writing maps and tables", 25),
)
"""Every step with its name for people and its usual share of the time."""

Progress = Callable[[str], None]


class Clock:
    """Seconds and peak memory of each step, and who is told when a step begins."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self.timings: dict[str, dict[str, float]] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step."""
        if self._progress is not None:
            self._progress(name)
        begin = time.perf_counter()
        yield
        self.timings[name] = {"seconds": round(time.perf_counter() - begin, 3)}
        peak = _peak_megabytes()
        if peak is not None:
            self.timings[name]["peak_mb"] = peak


def _peak_megabytes() -> float | None:
    """Give the most memory this process has held; unknown on Windows."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415  not on Windows

    per_megabyte = 2**20 if sys.platform == "darwin" else 2**10
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_megabyte, 1)


def run_job(
    job: str | Path | LocatedJob,
    *,
    assignment: Path | None = None,
    links: Path | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Run a whole job, from files to every table of a plan; nothing is written.

    Parameters
    ----------
    job
        A ``job.toml``, its folder, a bare ``.osm``/``.osm.pbf``, or a job already read.
    assignment
        An edited ``assignment.csv``: zones are taken from it, checked, and everything after the
        assignment is computed again.
    links
        A table of links added or cut by a planner: ``focal, neighbor, action, reason``.
    progress
        Called with the name of each step as it begins.

    Returns
    -------
    Plan
        Every table of DESIGN section 5.

    Raises
    ------
    PlanningError
        If something must be mended in the job or its inputs first.
    """
    located = job if isinstance(job, LocatedJob) else read_job(Path(job))
    clock = Clock(progress)
    with clock.step("ground"):
        rulebook = read_rulebook(_rulebook_name(located))
        ground = read_ground(inputs_of(located, assignment=assignment, links=links))
    return _compute(located, ground, rulebook, clock)


def _rulebook_name(located: LocatedJob) -> str | Path:
    name = located.job.job.rulebook
    return located.folder / name if name.endswith(".toml") else name


def _compute(located: LocatedJob, ground: Ground, rulebook: Rulebook, clock: Clock) -> Plan:
    walking = located.job.walking.assumptions()
    settings = zoning_settings(located)
    findings = list(ground.findings)
    with clock.step("network"):
        network = build_network(
            ground.streets,
            ground.barriers,
            ground.access_points,
            ground.communities,
            walking=walking,
        )
        entrances = find_entrances(ground.facilities, network)
        access_points = _joined(ground.access_points, entrances)
        snaps, doubts = snap_all(network, access_points, ground.facilities, walking=walking)
        findings += doubts
        communities, doubts = mark_edge(
            ground.communities, access_points, ground.extent, walking=walking
        )
        findings += doubts
    with clock.step("reach"):
        reach = measure_reach(network, snaps, walking=walking)
        building_reach = _building_reach(network, snaps, ground, access_points, walking)
        radius = ZONE_RADIUS_M
        if settings.walk_minutes is not None:
            radius = settings.walk_minutes * walking.metres_per_minute("adult")
        walks = measure_walks(network, snaps, within_m=max(radius, settings.link_walk_m))
    with clock.step("circles"):
        circles = trace_life_circles(network, snaps, walking=walking)
        catchments = trace_catchments(network, snaps, ground.facilities, walking=walking)
    with clock.step("gaps"):
        provision = measure_provision(
            reach,
            ground.facilities,
            communities,
            snaps=snaps,
            walking=walking,
            building_reach=building_reach,
            buildings=ground.buildings,
        )
        gaps = find_gaps(provision, communities, ground.facilities, rulebook, walking=walking)
        subdistrict_gaps = roll_up_gaps(gaps, communities["subdistrict"], SUBDISTRICT_GAPS)
        eligibility = judge_eligibility(communities, rulebook)
    with clock.step("zones"):
        adjacency, doubts = find_adjacency(
            communities,
            walks,
            streets=ground.streets,
            barriers=ground.barriers,
            links=ground.links,
            nearness=Nearness(max_gap_m=settings.max_gap_m, link_walk_m=settings.link_walk_m),
        )
        findings += doubts
        given = Zoned(
            communities=communities,
            eligibility=eligibility,
            walks=walks,
            gaps=gaps,
            adjacency=adjacency,
            settings=settings,
            walking=walking,
        )
        drawn = draw_zones(
            given,
            edited=ground.assignment,
            seed=located.job.job.seed,
            time_limit_s=located.job.zones.time_limit_s,
        )
        findings += drawn.findings
        zone_of = drawn.assignment["zone_id"]
        zone_gaps = roll_up_gaps(gaps, zone_of.dropna(), ZONE_GAPS)
        zone_circles = trace_zone_circles(network, snaps, drawn.assignment, walking=walking)
    with clock.step("summary"):
        low = settings.households[0] if settings.households else None
        partners = rank_partners(
            adjacency,
            gaps,
            communities,
            eligibility,
            assignment=drawn.assignment,
            households_floor=low,
        )
        tables: dict[str, pd.DataFrame] = {
            "communities": communities,
            "access_points": access_points,
            "facilities": ground.facilities,
            "review": ground.review,
            "streets": ground.streets,
            "barriers": ground.barriers,
            "buildings": ground.buildings,
            "subdistricts": ground.subdistricts,
            "land": ground.land,
            "network": network.table,
            "snaps": snaps,
            "reach": reach,
            "building_reach": building_reach,
            "walks": walks,
            "provision": provision,
            "gaps": gaps,
            "zone_gaps": zone_gaps,
            "subdistrict_gaps": subdistrict_gaps,
            "circles": circles,
            "zone_circles": zone_circles,
            "catchments": catchments,
            "eligibility": eligibility,
            "adjacency": adjacency,
            "assignment": drawn.assignment,
            "zones": drawn.zones,
            "partners": partners,
            "findings": findings_table(findings),
        }
        tables["summary"] = summarise(tables, walking=walking)
    imprint = _imprint(located, ground, rulebook, communities, drawn.record)
    record = _record(located, ground, imprint, drawn.record)
    return Plan(
        **tables,  # type: ignore[arg-type]  # frames under the contracts of their names
        imprint=imprint,
        record=record,
        inputs=ground.records,
        timings=clock.timings,
    )


def _joined(access_points: gpd.GeoDataFrame, entrances: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    own = entrances[~entrances["owner_id"].isin(access_points["owner_id"])]
    both = gpd.GeoDataFrame(pd.concat([access_points, own]), crs=access_points.crs)
    return gpd.GeoDataFrame(conform(ACCESS_POINTS, both))


def _building_reach(
    network: Any,  # noqa: ANN401
    snaps: pd.DataFrame,
    ground: Ground,
    access_points: gpd.GeoDataFrame,
    walking: Walking,
) -> pd.DataFrame:
    if ground.buildings.empty:
        return conform(BUILDING_REACH, pd.DataFrame())
    return measure_building_reach(
        network, snaps, ground.facilities, ground.buildings, access_points, walking=walking
    )


def _imprint(
    located: LocatedJob,
    ground: Ground,
    rulebook: Rulebook,
    communities: gpd.GeoDataFrame,
    zoning: Mapping[str, Any],
) -> Imprint:
    job, walking = located.job.job, located.job.walking
    return Imprint(
        title=job.name,
        date=job.date,
        data_date=ground.data_date,
        rulebook=rulebook.name,
        rulebook_zh=rulebook.title_zh,
        rulebook_en=rulebook.title_en,
        languages=located.job.outputs.languages,
        rule=walking.rule,
        limit_m=walking.limit_m,
        strict_m=walking.strict_m,
        limit_minutes=walking.limit_minutes,
        speed_kmh=walking.speed_kmh,
        older_speed_kmh=walking.older_speed_kmh,
        sources=ground.sources,
        households_sources=tuple(sorted(communities["households_source"].dropna().unique())),
        drafting_unit=located.job.outputs.drafting_unit,
        review_number=located.job.outputs.review_number,
        public_columns=located.job.outputs.public_columns,
        made_data=job.sample,
        includes_unknown="unknown" in located.job.zones.include,
        edge_ignored=walking.edge == "ignore",
        zoning=tuple((key, str(value)) for key, value in zoning.items()),
        version=version("lianpian"),
    )


def _record(
    located: LocatedJob, ground: Ground, imprint: Imprint, zoning: Mapping[str, Any]
) -> dict[str, Any]:
    names = ("geopandas", "shapely", "numpy", "pandas", "numba", "highspy", "pyogrio", "osmium")
    return {
        "name": imprint.title,
        "version": imprint.version,
        "crs": ground.crs.to_string(),
        "job": located.job.model_dump(mode="json"),
        "rulebook": {
            "name": imprint.rulebook,
            "zh": imprint.rulebook_zh,
            "en": imprint.rulebook_en,
        },
        "seed": located.job.job.seed,
        "versions": {name: version(name) for name in names},
        "walk_filter": [vars(rule) for rule in WALK_FILTER],
        "zoning": dict(zoning),
    }
