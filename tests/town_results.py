"""Results of the made town: walks, provision, gaps, circles, zones, summary."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry import LineString, MultiLineString, Point, Polygon

from layers.tables import CATEGORIES, WALKERS
from tests.town_ground import (
    CRS,
    NAMES,
    PLACES,
    WALKING,
    ZONE_OF,
    at,
    community_ids,
    facility_rows,
    frame,
    gate,
    households,
    office,
    walk_m,
)
from zoning.tables import BANDS, MISSING_STATUSES

NOT_SNAPPED: Final = 10
"""Position of the community whose gate found no street: all its answers are ``no_data``."""


def _walks_to_places(position: int, walker: str) -> list[tuple[float, float, dict[str, Any]]]:
    """List metres, minutes and facility rows within 1.5 x the limit, nearest first."""
    if position == NOT_SNAPPED:
        return []
    speed = WALKING.metres_per_minute(walker)
    found = []
    for row in facility_rows():
        metres = walk_m(gate(position), row["geometry"].centroid)
        if metres <= 1.5 * WALKING.reach_m(walker):
            found.append((metres, metres / speed, row))
    return sorted(found, key=lambda item: (item[0], item[2]["facility_id"]))


def reach() -> pd.DataFrame:
    rows = {}
    for (position, key), walker in product(enumerate(community_ids()), WALKERS):
        for metres, minutes, row in _walks_to_places(position, walker):
            entry = {"walker": walker, "walk_m": metres, "walk_minutes": minutes}
            pair = {"community_id": key, "facility_id": row["facility_id"]}
            rows[key, row["facility_id"], walker] = pair | entry
    return pd.DataFrame(list(rows.values()))


def building_reach() -> pd.DataFrame:
    rows = []
    for position, walker in product(range(len(NAMES)), WALKERS):
        for category in CATEGORIES:
            near = [w for w in _walks_to_places(position, walker) if w[2]["category"] == category]
            rows += [
                {
                    "building_id": f"b{2 * position + number + 1:02d}",
                    "category": category,
                    "walker": walker,
                    "nearest_id": near[0][2]["facility_id"],
                    "walk_m": near[0][0] + 60.0,
                    "walk_minutes": near[0][1] + 0.9,
                }
                for number in range(2 if near else 0)
            ]
    return pd.DataFrame(rows)


def walks_between() -> pd.DataFrame:
    rows = [
        {"focal": a, "neighbor": b, "walk_m": walk_m(gate(i), gate(j))}
        for (i, a), (j, b) in product(enumerate(community_ids()), repeat=2)
        if i != j and NOT_SNAPPED not in {i, j}
    ]
    return pd.DataFrame(rows)


def snaps() -> pd.DataFrame:
    rows = []
    for position, key in enumerate(community_ids()):
        if position != NOT_SNAPPED:
            rows.append(_snap("community", key, f"a{position + 1:02d}", gate(position)))
    rows += [
        _snap("facility", f"f{n + 1:02d}", f"f{n + 1:02d}", at(place[2], place[3]))
        for n, place in enumerate(PLACES)
    ]
    return pd.DataFrame(rows)


def _snap(owner: str, owner_id: str, point_id: str, place: Point) -> dict[str, Any]:
    return {
        "owner": owner,
        "owner_id": owner_id,
        "point_id": point_id,
        "edge_id": "e1_000",
        "offset_m": 10.0,
        "access_m": 0.0,
        "component": 0,
        "x_m": place.x,
        "y_m": place.y,
    }


def findings() -> pd.DataFrame:
    rows = [
        ("decide", "facilities", "f08", "facility-weak", "社区书屋待核实", "Reading room in doubt"),
        ("check", "communities", "c09", "name-missing", "小区无名称", "The community has no name"),
        ("check", "access_points", "a11", "not-snapped", "出入口未接入路网", "Gate on no street"),
        ("note", "communities", "", "households-estimated", "1个小区户数为估算", "One estimated"),
    ]
    names = ("severity", "table_name", "row_key", "code", "zh", "en")
    table = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows])
    table["row_key"] = table["row_key"].where(table["row_key"] != "", None)
    table["finding_id"] = [f"F{n + 1:04d}" for n in range(len(table))]
    table["remedy"] = "补充数据后重算 / Add the data and run again"
    return table


BUREAUS: Final = dict(
    zip(
        CATEGORIES,
        ("民政局", "民政局", "卫健委", "文旅局", "城管局", "商务局", "商务局", "住建局", "住建局"),
        strict=True,
    )
)


def provision_and_gaps() -> tuple[pd.DataFrame, pd.DataFrame]:
    provision, gaps = [], []
    for (position, key), walker in product(enumerate(community_ids()), WALKERS):
        walks = _walks_to_places(position, walker)
        limit, strict = WALKING.reach_m(walker), WALKING.strict_reach_m(walker)
        for category in CATEGORIES:
            near = [walk for walk in walks if walk[2]["category"] == category]
            sure = [walk for walk in near if walk[2]["confirmed"]]
            best = (sure or near or [None])[0]
            reason = None if best else "none_in_reach"
            if position == NOT_SNAPPED:
                reason = "not_snapped"
            status = _status(near, limit, position=position, category=category)
            have = {"community_id": key, "category": category, "walker": walker}
            nearest = {
                "nearest_id": best[2]["facility_id"] if best else None,
                "nearest_m": best[0] if best else None,
                "nearest_minutes": best[1] if best else None,
                "reason": reason,
            }
            covered = None if reason == "not_snapped" else float(status in {"met", "small"})
            provision.append(
                have
                | nearest
                | {
                    "nearest_confirmed": best[2]["confirmed"] if best else None,
                    "straight_m": (
                        gate(position).distance(best[2]["geometry"].centroid) if best else None
                    ),
                    "reachable": sum(walk[0] <= limit for walk in near),
                    "covered_share": covered,
                    "covered_share_strict": covered,
                }
            )
            gaps.append(
                have
                | nearest
                | {
                    "status": status,
                    "limit_m": limit,
                    "limit_minutes": WALKING.limit_minutes_of(walker),
                    "rule": "distance",
                    "households": households(position),
                    "households_covered": None
                    if covered is None
                    else covered * households(position),
                    "households_source": "buildings" if position == 7 else "ledger",
                    "flips_at_strict": bool(best and strict < best[0] <= limit),
                    "bureau": BUREAUS[category],
                    "clause": "偃政办〔2021〕4号 附件2",
                }
            )
    return pd.DataFrame(provision), pd.DataFrame(gaps)


def _status(near: list[Any], limit: float, *, position: int, category: str) -> str:
    if position == NOT_SNAPPED:
        return "no_data"
    if any(walk[0] <= limit and walk[2]["confirmed"] for walk in near):
        return "small" if (position, category) == (2, "parking") else "met"
    if any(walk[0] <= limit for walk in near):
        return "unconfirmed"
    return "far" if near else "gap"


def routes(provision: pd.DataFrame, facilities: pd.DataFrame) -> pd.DataFrame:
    """Draw each adult's walk to the nearest along one street and then the next."""
    places = facilities.reset_index().drop_duplicates("facility_id").set_index("facility_id")
    adult = provision[(provision["walker"] == "adult") & provision["nearest_id"].notna()]
    rows = []
    for row in adult.to_dict("records"):
        start = gate(community_ids().index(row["community_id"]))
        end = places.loc[row["nearest_id"], "geometry"].centroid
        rows.append(
            {
                "community_id": row["community_id"],
                "category": row["category"],
                "facility_id": row["nearest_id"],
                "walk_m": row["nearest_m"],
                "walk_minutes": row["nearest_minutes"],
                "straight_m": start.distance(end),
                "detour": row["nearest_m"] / start.distance(end) if start.distance(end) else None,
                "gate_id": f"{row['community_id']}-g",
                "entrance_id": row["nearest_id"],
                "street_ids": "s1;s2",
                "geometry": LineString([start, (end.x, start.y), end]),
            }
        )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def rolled_up(gaps: pd.DataFrame) -> dict[str, pd.DataFrame]:
    offices = {key: office(i) for i, key in enumerate(community_ids())}
    zones = dict(zip(community_ids(), ZONE_OF, strict=True))
    out = {}
    for name, key, group in (
        ("zone_gaps", "zone_id", zones),
        ("subdistrict_gaps", "subdistrict", offices),
    ):
        rows = []
        table = gaps.assign(**{key: gaps["community_id"].map(group)}).dropna(subset=[key])
        for keys, part in table.groupby([key, "category", "walker"], sort=True):
            met = part["status"].eq("met")
            rows.append(
                dict(zip((key, "category", "walker"), keys, strict=True))
                | {
                    "communities_met": int(met.sum()),
                    "communities_unconfirmed": int(part["status"].eq("unconfirmed").sum()),
                    "communities": len(part),
                    "households_covered": float(part["households_covered"].sum()),
                    "households": float(part["households"].sum()),
                    "households_source": ";".join(sorted(set(part["households_source"]))),
                    "met": bool(met.all()),
                }
            )
        out[name] = pd.DataFrame(rows)
    return out


def _diamond(centre: Point, metres: float) -> Polygon:
    x, y = centre.x, centre.y
    return Polygon([(x + metres, y), (x, y + metres), (x - metres, y), (x, y - metres)])


def circles() -> dict[str, pd.DataFrame]:
    reach = dict(zip(BANDS, (300.0, 500.0, 1000.0), strict=True))
    by_community, by_street, by_zone, by_category = [], [], [], []
    for walker, band in product(WALKERS, BANDS):
        limit = reach[band] * WALKING.reach_m(walker) / WALKING.reach_m("adult")
        tail = {"walker": walker, "band": band, "limit_m": limit}
        shapes = {
            key: _diamond(gate(position), limit)
            for position, key in enumerate(community_ids())
            if position != NOT_SNAPPED
        }
        for key, outline in shapes.items():
            row = {"community_id": key, "area_m2": outline.area, "geometry": outline}
            by_community.append(row | tail)
        for zone in sorted({zone for zone in ZONE_OF if zone}):
            members = [
                shapes[key]
                for key, own in zip(community_ids(), ZONE_OF, strict=True)
                if own == zone and key in shapes
            ]
            outline = shapely.union_all(members)
            row = {"zone_id": zone, "area_m2": outline.area, "geometry": outline}
            by_zone.append(row | tail)
    for position, key in enumerate(community_ids()):
        if position != NOT_SNAPPED:
            x, y = gate(position).x, gate(position).y
            cross = MultiLineString([[(x - 900, y), (x + 900, y)], [(x, y - 900), (x, y + 900)]])
            row = {"community_id": key, "walker": "adult", "limit_m": WALKING.limit_m}
            by_street.append(row | {"length_m": cross.length, "geometry": cross})
    for category in CATEGORIES:
        points = [r["geometry"].centroid for r in facility_rows() if r["category"] == category]
        outline = shapely.union_all([_diamond(p, WALKING.limit_m) for p in points])
        by_category.append(
            {
                "category": category,
                "limit_m": WALKING.limit_m,
                "area_m2": outline.area,
                "geometry": outline,
            }
        )
    return {
        "circles": frame(by_community),
        "reached_streets": frame(by_street),
        "zone_circles": frame(by_zone),
        "catchments": frame(by_category),
    }


def summary(gaps: pd.DataFrame) -> pd.DataFrame:
    adult = gaps[gaps["walker"].eq("adult")]
    missing = adult["status"].isin(MISSING_STATUSES)
    rows: list[tuple[str, float, str, str, str]] = [
        ("communities", len(NAMES), "个", "小区", "Communities"),
        ("zones", 3, "个", "片区", "Zones"),
        (
            "households",
            sum(households(i) for i in range(len(NAMES))),
            "户",
            "户数",
            "Households",
        ),
        ("facilities", len(facility_rows()), "处", "设施", "Facilities"),
    ]
    rows += [
        (
            f"missing_{category}",
            float((missing & adult["category"].eq(category)).sum()),
            "个",
            f"缺{category}的小区",
            f"Communities without {category}",
        )
        for category in CATEGORIES
    ]
    names = ("figure", "value", "unit", "zh", "en")
    return pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows])
