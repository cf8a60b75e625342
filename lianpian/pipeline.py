"""The steps of a job in their order; the only place where the rooms meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from layers.access_legs import doubt_access_legs
from layers.building_reach import measure_building_reach, snap_buildings
from layers.checks import Finding, findings_table
from layers.contracts import conform
from layers.edge import mark_edge
from layers.ground import Ground
from layers.land import list_closed_land
from layers.network import WalkNetwork, build_network
from layers.reach import (
    find_entrances,
    measure_reach,
    measure_walks,
    snap_all,
)
from layers.routes import trace_walks
from layers.tables import ACCESS_POINTS, ROUTES, SNAPS
from layers.walking import Walking
from lianpian.account import make_imprint, make_record
from lianpian.job import LocatedJob, read_job
from lianpian.plan import Plan
from lianpian.printable import require_printable
from lianpian.sources import asked_to_finish, read_inputs, zoning_settings
from lianpian.steps import Clock, Progress
from lianpian.wishes import doubt_wishes
from lianpian.zoned import Zoned
from lianpian.zoning_step import draw_zones
from maps.leaks import list_findings
from maps.long_texts import doubt_long_texts
from zoning.adjacency import Nearness, find_adjacency
from zoning.coverage import list_uncovered
from zoning.eligibility import judge_eligibility
from zoning.gaps import find_gaps, roll_up_gaps
from zoning.life_circles import trace_catchments, trace_life_circles, trace_zone_circles
from zoning.packages import PackageRules, offer_packages
from zoning.partners import rank_partner_sets, rank_partners
from zoning.protections import list_protections
from zoning.provision import measure_provision
from zoning.reached_streets import trace_reached_streets
from zoning.regionalization.settings import ZoningSettings
from zoning.rulebooks import Rulebook, read_rulebook
from zoning.settlement import doubt_settlement
from zoning.summary import summarise
from zoning.tables import SUBDISTRICT_GAPS, ZONE_GAPS

ZONE_RADIUS_M: Final = 2000.0
"""Walks kept for zones when the job sets no ``walk_minutes``: half an hour at 4 km/h."""

NO_SUBDISTRICT: Final = "未注明"
"""Stands for the street office of a community that names none."""

GROUND_TABLES: Final = (
    "communities",
    "access_points",
    "facilities",
    "review",
    "streets",
    "barriers",
    "buildings",
    "subdistricts",
    "protections",
    "land",
)

Tables = dict[str, Any]
"""Tables by name; each is under the contract of its name."""


def run_job(
    job: str | Path | LocatedJob,
    *,
    assignment: Path | None = None,
    links: Path | None = None,
    finish: bool = False,
    for_papers: bool = False,
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
    finish
        Keep only the locked rows of the assignment and solve the rest again.
    for_papers
        Refuse names that no paper can print before anything is computed.
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
        ground = read_inputs(located, assignment=assignment, links=links)
        located = asked_to_finish(located, ground, finish=finish)
        doubt_wishes(located, ground, rulebook)  # refused now; what it finds comes with the zones
        if for_papers:
            found = require_printable(located, ground, rulebook)
            ground = replace(ground, findings=(*ground.findings, *found))
    return _compute(located, ground, rulebook, clock)


def _rulebook_name(located: LocatedJob) -> str | Path:
    name = located.job.job.rulebook
    return located.folder / name if name.endswith(".toml") else name


def _compute(located: LocatedJob, ground: Ground, rulebook: Rulebook, clock: Clock) -> Plan:
    walking = located.job.walking.assumptions()
    settings = zoning_settings(located)
    findings = list(ground.findings)
    tables = {name: getattr(ground, name) for name in GROUND_TABLES}
    with clock.step("network"):
        network, found = _connect(tables, ground, findings, walking)
        tables |= found
    with clock.step("reach"):
        tables |= _measure(network, tables, settings, walking)
    with clock.step("circles"):
        snaps, facilities = tables["snaps"], tables["facilities"]
        closed = list_closed_land(tables["land"], tables["barriers"])
        tables["circles"] = trace_life_circles(network, snaps, walking=walking, land=closed)
        tables["reached_streets"] = trace_reached_streets(
            network, snaps, tables["streets"], walking=walking
        )
        tables["catchments"] = trace_catchments(
            network, snaps, facilities, walking=walking, land=closed
        )
    with clock.step("gaps"):
        tables |= _judge(tables, rulebook, walking)
        findings += doubt_settlement(tables["communities"], rulebook)
        findings += list_uncovered(tables["gaps"])
        tables["routes"] = _draw_walks(network, tables, walking)
    with clock.step("zones"):
        found, zoning = _zone(located, ground, tables, findings)
        findings += list_protections(
            tables["communities"], found["assignment"], rulebook, tables["protections"]
        )
        tables |= found
        tables["zone_circles"] = trace_zone_circles(
            network, tables["snaps"], tables["assignment"], walking=walking, land=closed
        )
    with clock.step("summary"):
        tables |= _rank_partners(tables, settings)
        imprint = make_imprint(located, ground, rulebook, tables["communities"], zoning)
        own = {"name": imprint.title, "drafting_unit": imprint.drafting_unit}
        sources = {f"sources {n}": text for n, text in enumerate(imprint.sources, start=1)}
        findings += [*list_findings(tables, own | sources), *doubt_long_texts(tables)]
        tables["findings"] = findings_table(findings)
        tables["summary"] = summarise(tables, walking=walking)
    return Plan(
        **tables,
        imprint=imprint,
        record=make_record(located, ground, imprint, zoning),
        inputs=ground.records,
        offers=tuple(found for found in ground.findings if found.offer),
        timings=clock.timings,
    )


def _connect(
    tables: Tables, ground: Ground, findings: list[Finding], walking: Walking
) -> tuple[WalkNetwork, Tables]:
    """Build the network, put gates and facilities onto it, mark who is near the data's edge."""
    network = build_network(
        tables["streets"],
        tables["barriers"],
        tables["access_points"],
        tables["communities"],
        walking=walking,
        heights=ground.heights,
    )
    own, entrances = tables["access_points"], find_entrances(tables["facilities"], network)
    entrances = entrances[~entrances["owner_id"].isin(own["owner_id"])]
    both = gpd.GeoDataFrame(pd.concat([own, entrances]), crs=own.crs)
    access_points = gpd.GeoDataFrame(conform(ACCESS_POINTS, both))
    snaps, unsnapped = snap_all(network, access_points, tables["facilities"], walking=walking)
    doubted = doubt_access_legs(
        snaps,
        access_points,
        tables["facilities"],
        barriers=tables["barriers"],
        communities=tables["communities"],
        walking=walking,
    )
    homes = snap_buildings(
        network, snaps, tables["buildings"], tables["communities"], own, walking=walking
    )
    snaps = conform(SNAPS, pd.concat([snaps, homes]))
    communities, edge = mark_edge(
        tables["communities"],
        access_points,
        ground.extent,
        walking=walking,
        is_hilly=ground.heights is not None,
    )
    findings += [*unsnapped, *doubted, *edge]
    return network, {
        "access_points": access_points,
        "communities": communities,
        "network": network.table,
        "snaps": snaps,
    }


def _measure(
    network: WalkNetwork, tables: Tables, settings: ZoningSettings, walking: Walking
) -> Tables:
    """Measure walks to facilities, from buildings, and among communities."""
    snaps = tables["snaps"]
    radius = ZONE_RADIUS_M
    if settings.walk_minutes is not None:
        radius = settings.walk_minutes * walking.metres_per_minute("adult")
    return {
        "reach": measure_reach(network, snaps, walking=walking),
        "building_reach": measure_building_reach(
            network, snaps, tables["facilities"], walking=walking
        ),
        # to the millimetre, as the working map carries them: its figures of zones are then ours
        "walks": measure_walks(network, snaps, within_m=max(radius, settings.link_walk_m)).round(3),
    }


def _judge(tables: Tables, rulebook: Rulebook, walking: Walking) -> Tables:
    """Say what is missing where, for how many, and who may be renovated."""
    communities, facilities = tables["communities"], tables["facilities"]
    provision = measure_provision(
        tables["reach"],
        facilities,
        communities,
        snaps=tables["snaps"],
        walking=walking,
        building_reach=tables["building_reach"],
        buildings=tables["buildings"],
    )
    gaps = find_gaps(provision, communities, facilities, rulebook, walking=walking)
    # a community without a street office still counts: levels must add up to the city
    office = communities["subdistrict"].fillna(NO_SUBDISTRICT)
    return {
        "provision": provision,
        "gaps": gaps,
        "subdistrict_gaps": roll_up_gaps(gaps, office, SUBDISTRICT_GAPS),
        "eligibility": judge_eligibility(communities, rulebook),
    }


def _draw_walks(network: WalkNetwork, tables: Tables, walking: Walking) -> gpd.GeoDataFrame:
    """Draw an adult's walk from every community to its nearest of each have."""
    adult = tables["provision"].xs("adult", level="walker").dropna(subset="nearest_id")
    pairs = adult.reset_index()[["community_id", "category", "nearest_id"]]
    pairs = pairs.rename(columns={"nearest_id": "facility_id"})
    walks = trace_walks(
        network,
        tables["snaps"],
        pairs,
        walking=walking,
        access_points=tables["access_points"],
        facilities=tables["facilities"],
    )
    lines = pairs.join(walks, on=["community_id", "facility_id"]).drop(columns=["walker", "reason"])
    frame = gpd.GeoDataFrame(lines, geometry="geometry", crs=network.crs)
    return gpd.GeoDataFrame(conform(ROUTES, frame, crs=network.crs))


def _zone(
    located: LocatedJob, ground: Ground, tables: Tables, findings: list[Finding]
) -> tuple[Tables, Mapping[str, Any]]:
    """Find who is next to whom, and draw zones; doubts are added to `findings`."""
    settings = zoning_settings(located)
    adjacency, doubts = find_adjacency(
        tables["communities"],
        tables["walks"],
        streets=tables["streets"],
        barriers=tables["barriers"],
        links=ground.links,
        nearness=Nearness(
            max_gap_m=settings.max_gap_m,
            link_walk_m=settings.link_walk_m,
            min_shared_m=located.job.zones.min_shared_m,
            arterial=located.job.zones.arterial,
        ),
    )
    given = Zoned(
        communities=tables["communities"],
        eligibility=tables["eligibility"],
        walks=tables["walks"],
        gaps=tables["gaps"],
        adjacency=adjacency,
        settings=settings,
        walking=located.job.walking.assumptions(),
    )
    drawn = draw_zones(
        given,
        edited=ground.assignment,
        keep="locked" if located.job.zones.finish else "all",
        seed=located.job.job.seed,
        time_limit_s=located.job.zones.time_limit_s,
    )
    packages, unpacked = offer_packages(
        drawn.assignment,
        tables["communities"],
        tables["eligibility"],
        tables["walks"],
        rules=PackageRules(
            households=located.job.zones.package_households,
            walk_m=located.job.zones.package_walk_m,
        ),
        include=settings.include,
        subdistrict=tables["communities"]["subdistrict"]
        if settings.subdistrict == "hard"
        else None,
    )
    findings += [*doubts, *drawn.findings, *unpacked]
    zone_of = drawn.assignment["zone_id"].dropna()
    return {
        "adjacency": adjacency,
        "assignment": drawn.assignment,
        "plans": drawn.plans,
        "alternatives": drawn.alternatives,
        "zones": drawn.zones,
        "packages": packages,
        "zone_gaps": roll_up_gaps(tables["gaps"], zone_of, ZONE_GAPS),
    }, drawn.record


def _rank_partners(tables: Tables, settings: ZoningSettings) -> Tables:
    """Say with whom each community gains most by being renovated together."""
    given = [tables[name] for name in ("adjacency", "gaps", "communities", "eligibility")]
    beside = {
        "walks": tables["walks"],
        "assignment": tables["assignment"],
        "households_floor": settings.households[0] or None if settings.households else None,
    }
    return {
        "partners": rank_partners(*given, **beside),
        "partner_sets": rank_partner_sets(*given, **beside),
    }
