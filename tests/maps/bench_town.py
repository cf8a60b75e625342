"""A made town of forty blocks for the workbench, and what the command line says of a plan of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.contracts import conform
from layers.corrections import read_corrections
from layers.tables import CATEGORIES, COMMUNITIES, WALKERS, WALKS
from layers.walking import Walking
from lianpian.zoned import Zoned
from lianpian.zoning_step import draw_zones
from tests.town import CRS, town_tables
from zoning.adjacency import Nearness, find_adjacency
from zoning.gaps import roll_up_gaps
from zoning.partners import rank_partners
from zoning.regionalization.settings import ZoningSettings
from zoning.tables import ASSIGNMENT, ELIGIBILITY, GAPS, STATUSES, ZONE_GAPS

WALKING = Walking()
ROWS = 5
WEST, SOUTH = 389_000.0, 3_844_500.0
LANES = (0.0, 4.0, 9.0, 18.0, 35.0, 60.0)


@dataclass(frozen=True)
class BenchTown:
    """Tables of a town, the rules of its job, and the plan that it starts from."""

    tables: dict[str, pd.DataFrame]
    zoned: Zoned

    @property
    def rules(self) -> ZoningSettings:
        """Give the rules of the job."""
        return self.zoned.settings


def bench_town(seed: int = 0, columns: int = 8) -> BenchTown:
    """Make a town of ``5 x columns`` blocks with lanes of many widths between them."""
    rng = np.random.default_rng(seed)
    communities = _communities(rng, columns)
    ids = communities.index
    status = rng.choice(
        ["core", "absorbable", "excluded", "unknown"], len(ids), p=[0.7, 0.18, 0.06, 0.06]
    )
    eligibility = conform(
        ELIGIBILITY,
        pd.DataFrame({"community_id": ids, "status": status, "reasons": "built", "clause": "E01"}),
    )
    zoned = Zoned(
        communities=communities,
        eligibility=eligibility,
        walks=_walks(rng, communities),
        gaps=_gaps(rng, communities),
        adjacency=_adjacency(communities, _walks(rng, communities), None),
        settings=ZoningSettings(
            households=(400.0, 900.0),
            communities=(2, 7),
            walk_minutes=9.0,
            count=(4, 7),
            together=((ids[0], ids[1]), (ids[5], ids[6])),
            apart=((ids[2], ids[30]),),
            locked={ids[9]: "1", ids[10]: "1", ids[20]: "2", ids[33]: ""},
            alternatives=0,
        ),
        walking=WALKING,
    )
    zone = [f"Z{1 + place // (ROWS * 2):02d}" for place in range(len(ids))]
    kept = np.isin(status, ["core", "absorbable"])
    edited = pd.DataFrame(
        {"community_id": ids, "zone_id": pd.Series(zone).where(kept), "locked": "false"}
    )
    return BenchTown(_tables(zoned, edited), zoned)


def _communities(rng: np.random.Generator, columns: int) -> gpd.GeoDataFrame:
    rows, x = [], WEST
    for column in range(columns):
        wide, y = float(rng.integers(50, 130)), SOUTH + float(rng.uniform(0, 15))
        for row in range(ROWS):
            deep = float(rng.integers(40, 110))
            cut = float(rng.uniform(0, 14))
            shape = shapely.Polygon(
                [
                    (x, y),
                    (x + wide, y),
                    (x + wide, y + deep - cut),
                    (x + wide - cut, y + deep),
                    (x, y + deep),
                ]
            )
            number = column * ROWS + row
            rows.append(
                {
                    "community_id": f"{number:03d}",
                    "name": None
                    if number == 4
                    else f"{'甲乙丙丁戊己庚辛'[column % 8]}{number}小区",
                    "subdistrict": None
                    if number == 17
                    else "东街"
                    if column < columns // 2
                    else "西街",
                    "households": np.nan if number == 8 else float(rng.integers(200, 1600)) / 10,
                    "households_source": "ledger",
                    "geometry": shape,
                }
            )
            y += deep + float(rng.choice(LANES))
        x += wide + float(rng.choice(LANES))
    return gpd.GeoDataFrame(
        conform(COMMUNITIES, gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS), crs=CRS)
    )


def _walks(rng: np.random.Generator, communities: gpd.GeoDataFrame) -> pd.DataFrame:
    spots = np.column_stack([communities.geometry.centroid.x, communities.geometry.centroid.y])
    rows = []
    for i, one in enumerate(communities.index):
        for j, other in enumerate(communities.index):
            if i != j and (i + j) % 11:
                away = np.abs(spots[i] - spots[j]).sum()
                if away < 900:
                    rows.append((one, other, round(float(away), 3)))
    del rng
    return conform(WALKS, pd.DataFrame(rows, columns=["focal", "neighbor", "walk_m"]))


def _gaps(rng: np.random.Generator, communities: gpd.GeoDataFrame) -> pd.DataFrame:
    rows = [
        {
            "community_id": one,
            "category": have,
            "walker": walker,
            "status": str(rng.choice(STATUSES)),
            "limit_m": 1000.0,
            "limit_minutes": 15.0,
            "rule": "distance",
            "households": communities["households"][one],
            "households_covered": 0.0,
            "bureau": "住建局",
            "clause": "附件2",
        }
        for one in communities.index
        for have in CATEGORIES
        for walker in WALKERS
    ]
    return conform(GAPS, pd.DataFrame(rows))


@cache
def _empty() -> dict[str, pd.DataFrame]:
    return {name: table.iloc[:0] for name, table in town_tables().items()}


def _adjacency(
    communities: gpd.GeoDataFrame, walks: pd.DataFrame, links: pd.DataFrame | None
) -> pd.DataFrame:
    found, _ = find_adjacency(
        communities,
        walks,
        streets=_empty()["streets"],
        barriers=_empty()["barriers"],
        nearness=Nearness(),
        links=links,
    )
    return found


def _tables(zoned: Zoned, edited: pd.DataFrame) -> dict[str, pd.DataFrame]:
    drawn = draw_zones(zoned, edited=edited, seed=0, time_limit_s=None)
    own = {
        "communities": zoned.communities,
        "eligibility": zoned.eligibility,
        "walks": zoned.walks,
        "gaps": zoned.gaps,
        "adjacency": zoned.adjacency,
        "assignment": drawn.assignment,
        "zones": drawn.zones,
        "zone_gaps": roll_up_gaps(zoned.gaps, drawn.assignment["zone_id"].dropna(), ZONE_GAPS),
        "partners": rank_partners(
            zoned.adjacency, zoned.gaps, zoned.communities, zoned.eligibility
        ),
    }
    return _empty() | own


def figures_of(town: BenchTown, assignment_csv: Path, links_csv: Path) -> dict[str, Any]:
    """Run what ``lianpian run --assignment --links`` runs, from its files; give the figures.

    Returns
    -------
    dict
        ``zones``: figures by zone; ``faults``: code, key and both texts of each finding.
    """
    edited, _ = read_corrections(assignment_csv, "assignment")
    zoned = town.zoned
    if len(links_csv.read_text("utf-8-sig").splitlines()) > 1:
        links, _ = read_corrections(links_csv, "links")
        zoned = replace(zoned, adjacency=_adjacency(zoned.communities, zoned.walks, links))
    drawn = draw_zones(zoned, edited=edited, seed=0, time_limit_s=None)
    check_assignment(drawn.assignment)
    rolled = roll_up_gaps(zoned.gaps, drawn.assignment["zone_id"].dropna(), ZONE_GAPS)
    zones = {}
    for zone_id, row in drawn.zones.iterrows():
        zones[str(zone_id)] = {
            "households": float(row["households"]),
            "communities": int(row["communities"]),
            "centre": row["centre_id"],
            "minutes": float(row["walk_minutes_max"]),
            "compactness": float(row["compactness"]),
            "boundsMet": bool(row["bounds_met"]),
            "offices": row["subdistricts"] if isinstance(row["subdistricts"], str) else "",
            "answers": {
                walker: [
                    [
                        int(rolled.loc[(zone_id, have, walker), column])
                        for column in ("communities_met", "communities_unconfirmed")
                    ]
                    for have in CATEGORIES
                ]
                for walker in WALKERS
            },
        }
    # a zone of one community breaks no rule: the workbench's list shows its number
    told = sorted(
        [found.code, found.row_key, found.zh, found.en]
        for found in drawn.findings
        if found.code != "zone-single"
    )
    return {"zones": zones, "faults": told}


def check_assignment(assignment: pd.DataFrame) -> None:
    """Let the contract judge what the page wrote."""
    conform(ASSIGNMENT, assignment.reset_index())
