"""Tables of a plan as the one compact document that a map page carries."""

from __future__ import annotations

from typing import Any, Final, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.tables import CATEGORIES
from maps.answers import list_answers
from maps.assets import static_table
from maps.base_map import frame_of, list_land, list_streets
from maps.beside import beside
from maps.bureau import list_findings, list_links, list_partners, list_working_columns
from maps.contents import Contents
from maps.coordinates import COARSE, FINE, ROUGH, Grid
from maps.kept import list_kept
from maps.kept_words import tell_kept
from maps.labels import Imprint
from maps.left_out import tell_left_out
from maps.piles import pile_rings
from maps.pinyin import list_readings
from maps.public import household_band, public_columns
from maps.rows import NONE, Tables, flags, texts, whole
from maps.unnamed import name_unnamed
from maps.walks import pile_walks
from maps.wording import link_marks, links_told, page_words
from maps.words import table_titles
from maps.workbench import pile_bench
from zoning.regionalization.settings import ZoningSettings
from zoning.tables import STATUSES

Document = dict[str, Any]

FORM: Final = 2
"""Version of the document's form; the page's script reads this form only."""

BORDER_TOLERANCE_M: Final = 0.6
CIRCLE_TOLERANCE_M: Final = 6.0
"""Less than a line is wide where a whole circle is in sight; circles are most of a page."""

SLOT_M: Final = 16.0
SPECK_M2: Final = 400.0
"""Less than a millimetre wide at 1:20 000: smaller than the lines of the map."""

YARD_M2: Final = 900.0
"""Holes of life circles from 30 m across on are drawn; smaller ones are the middle of a block."""


def public_document(tables: Tables, imprint: Imprint) -> Document:
    """Make the document of the public map: nothing beyond `maps.public.PUBLIC_COLUMNS`.

    Parameters
    ----------
    tables
        Every table of the contracts by name, in the job's metric CRS.
    imprint
        Margin of the map; its `public_columns` narrow the list.

    Returns
    -------
    dict
        The document: text, whole numbers, lists; ready for `maps.escape.to_json`.

    Raises
    ------
    JobError
        If `imprint.public_columns` names a column that may not be public.
    """
    return _document(tables, imprint, Contents(public_columns(imprint.public_columns)), COARSE)


def working_document(
    tables: Tables, imprint: Imprint, rules: ZoningSettings | None = None
) -> Document:
    """Make the document of the working map: everything, full coordinates.

    Parameters
    ----------
    tables
        Every table of the contracts by name, in the job's metric CRS.
    imprint
        Margin of the map.
    rules
        The job's rules for zones, for the workbench; None: the defaults.

    Returns
    -------
    dict
        As `public_document`, with exact households, both walkers and all bands, eligibility, roles,
        links between neighbours, findings and explanations; and what the workbench computes with.
    """
    communities = _shapes(tables, "communities").sort_index()
    grid = Grid.around(communities.to_crs("EPSG:4326").total_bounds, FINE)
    # most of both is work on geometry, which lets another thread run beside it
    with beside(len(communities)) as helper:
        bench = helper.submit(pile_bench, tables, communities, imprint, rules, grid)
        document = _document(tables, imprint, Contents(None), FINE)
        document["bench"], piles = bench.result()
    document["notes"]["marks"] += link_marks(tables["adjacency"]["kind"])
    document["piles"] |= piles
    document["words"] = document["words"] | static_table("bench_words.json")
    return document


def _document(tables: Tables, imprint: Imprint, contents: Contents, step: float) -> Document:
    communities = _shapes(tables, "communities").sort_index()
    # life circles are half of the work, nearly all of it on geometry: another thread does them
    with beside(len(communities)) as helper:
        grid = Grid.around(communities.to_crs("EPSG:4326").total_bounds, ROUGH)
        circles = helper.submit(_circles, tables, communities.index, "circles", contents, grid)
        document = _without_circles(tables, imprint, contents, step)
        document["piles"]["circles"] = circles.result()
    return document


def _without_circles(tables: Tables, imprint: Imprint, contents: Contents, step: float) -> Document:
    """Make the document, the pile of the communities' circles still empty."""
    communities = _shapes(tables, "communities").sort_index()
    zones = _shapes(tables, "zones").sort_index()
    bounds = communities.to_crs("EPSG:4326").total_bounds
    fine, coarse, rough = (Grid.around(bounds, size) for size in (step, COARSE, ROUGH))
    facilities = _shown_facilities(tables, communities)
    streets, street_pile = list_streets(_shapes(tables, "streets"), communities, coarse)
    land, land_piles = list_land(_shapes(tables, "land"), communities, coarse)
    piles = {
        "communities": pile_rings(_coverage(communities.geometry), fine),
        "streets": street_pile,
        **land_piles,
        "circles": "",
        "catchments": _catchments(tables, rough),
    }
    if contents.has("zone_id"):
        piles["zones"] = pile_rings(_calm(zones.geometry), fine, least_m2=SPECK_M2)
        piles["zone_circles"] = _circles(tables, zones.index, "zone_circles", contents, rough)
    if contents.has("nearest_name"):
        piles["walks"] = pile_walks(tables, communities, coarse)
    document: Document = {
        "form": FORM,
        "kind": "public" if contents.is_public else "working",
        "bounds": [round(float(edge), 6) for edge in bounds],
        "fine": fine.described(),
        "coarse": coarse.described(),
        "rough": rough.described(),
        "statuses": list(STATUSES),
        "walkers": list(contents.walkers),
        "bands": list(contents.bands),
        **page_words(imprint),
        "communities": _communities(tables, communities, contents, fine),
        "gaps": list_answers(tables, communities, facilities, contents),
        "facilities": _facilities(facilities, contents, fine),
        "gates": _gates(tables, communities, fine),
        "zones": _zones(tables, contents, fine),
        "streets": streets,
        "land": land,
        "piles": piles,
    }
    spoken = document["communities"]
    document["readings"] = list_readings(
        [
            *spoken.get("name", []),
            *spoken.get("subdistrict", []),
            *(both[0] for both in spoken["unnamed"].values()),
        ]
    )
    if contents.is_public and contents.has("zone_id"):
        document["notes"]["method"] += links_told(tables["adjacency"]["kind"])
    if not contents.is_public:
        order = communities.index
        document["links"] = list_links(tables, communities)
        _name_kept(document, tables)
        why = [tell_left_out(tables, side) for side in ("zh", "en")]
        document["communities"]["left_out_why"] = [texts(one.reindex(order)) for one in why]
        if len(tables.get("protections", ())):
            kept, pile = list_kept(_shapes(tables, "protections"), communities, fine)
            if kept["kind"]:
                document["protections"], piles["protections"] = kept, pile
        document["findings"] = list_findings(tables, communities)
        told = set(document["findings"]["table_name"])
        titles = {name: both for name, both in table_titles().items() if name in told}
        document["codes"]["table_name"] = titles
        document["partners"] = list_partners(tables, communities)
    return document


def _name_kept(document: Document, tables: Tables) -> None:
    """Add to communities and zones, in both languages, what must be kept in each."""
    parts: tuple[Literal["communities", "zones"], ...] = ("communities", "zones")
    for part in parts:
        told = [tell_kept(tables, part, side) for side in ("zh", "en")]
        if len(told[0]):
            document[part]["kept"] = [texts(one.reindex(document[part]["id"])) for one in told]


def _shapes(tables: Tables, name: str) -> gpd.GeoDataFrame:
    return cast("gpd.GeoDataFrame", tables[name])


def _coverage(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Thin out borders; neighbours that share one keep it shared."""
    outlines = shapes.to_numpy()
    if len(outlines) and shapely.coverage_is_valid(outlines):
        thin = shapely.coverage_simplify(outlines, BORDER_TOLERANCE_M)
    else:
        thin = shapely.simplify(outlines, BORDER_TOLERANCE_M)
    gone = shapely.is_empty(thin)
    thin[gone] = outlines[gone]
    return gpd.GeoSeries(thin, index=shapes.index, crs=shapes.crs)


def _calm(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Close slots and holes between members, too narrow to be seen, in the outline of a zone."""
    width = SLOT_M / 2
    closed = shapes.buffer(width, join_style="mitre").buffer(-width, join_style="mitre")
    closed = closed.where(~closed.is_empty, shapes)
    return closed.simplify(BORDER_TOLERANCE_M)


def _communities(
    tables: Tables, communities: gpd.GeoDataFrame, contents: Contents, grid: Grid
) -> Document:
    zones = list(tables["zones"].index.sort_values())
    member_of = tables["assignment"]["zone_id"].reindex(communities.index)
    out: Document = {
        "id": list(communities.index),
        "anchor": grid.points(communities.geometry),
    }
    if contents.has("name"):
        out["name"] = texts(communities["name"])
    told = [column for column in ("name", "subdistrict") if contents.has(column)]
    shown = communities[[*told, "geometry"]].assign(
        name=communities["name"] if contents.has("name") else None
    )
    out["unnamed"] = name_unnamed(shown, _shapes(tables, "streets"))
    if contents.has("subdistrict"):
        out["subdistrict"] = texts(communities["subdistrict"])
    if contents.has("zone_id"):
        out["zone"] = [zones.index(zone) if zone in zones else NONE for zone in member_of]
    if contents.has("households_source"):
        out["source"] = texts(communities["households_source"])
    if not contents.is_public:
        out |= list_working_columns(tables, communities)
    elif contents.has("households_band"):
        out["band"] = [
            "" if pd.isna(count) else household_band(float(count))
            for count in communities["households"]
        ]
    return out


def _shown_facilities(tables: Tables, communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep facilities on the base map and those that are somebody's nearest, in official order."""
    facilities = _shapes(tables, "facilities")
    west, south, east, north = frame_of(communities)
    spots = facilities.geometry.bounds
    on_map = spots["maxx"].ge(west) & spots["minx"].le(east)
    on_map &= spots["maxy"].ge(south) & spots["miny"].le(north)
    nearest = frozenset(tables["gaps"]["nearest_id"].dropna().unique())
    ids = facilities.index.get_level_values("facility_id")
    named = np.fromiter((one in nearest for one in ids), dtype=bool, count=len(ids))
    kept = facilities[on_map.to_numpy() | named]
    rank = {category: position for position, category in enumerate(CATEGORIES)}
    order = pd.DataFrame(
        {
            "rank": kept.index.get_level_values("category").map(rank),
            "id": kept.index.get_level_values("facility_id"),
        }
    )
    return kept.iloc[order.sort_values(["rank", "id"], kind="stable").index.to_numpy()]


def _facilities(facilities: gpd.GeoDataFrame, contents: Contents, grid: Grid) -> Document:
    categories = facilities.index.get_level_values("category")
    out: Document = {
        "category": [CATEGORIES.index(category) for category in categories],
        "confirmed": flags(facilities["confirmed"]),
        "name": texts(facilities["name"]),
        "points": grid.points(facilities.geometry),
    }
    if not contents.is_public:
        out["id"] = list(facilities.index.get_level_values("facility_id"))
        out["source"] = texts(facilities["source"])
        out["evidence"] = texts(facilities["evidence"])
    return out


def _gates(tables: Tables, communities: gpd.GeoDataFrame, grid: Grid) -> Document:
    gates = _shapes(tables, "access_points").sort_index()
    gates = gates[gates["owner"].eq("community") & gates["owner_id"].isin(communities.index)]
    place = {key: position for position, key in enumerate(communities.index)}
    return {
        "community": [place[owner] for owner in gates["owner_id"]],
        "kind": texts(gates["kind"]),
        "points": grid.points(gates.geometry),
    }


def _zones(tables: Tables, contents: Contents, grid: Grid) -> Document:
    zones = _shapes(tables, "zones").sort_index()
    if not contents.has("zone_id"):
        return {"id": []}
    out: Document = {
        "id": list(zones.index),
        "anchor": grid.points(zones.geometry),
        "communities": whole(zones["communities"].astype("float64")),
    }
    if contents.has("communities_met"):
        out["met"] = {}
        for walker in contents.walkers:
            wanted = pd.MultiIndex.from_product([zones.index, CATEGORIES, [walker]])
            rows = tables["zone_gaps"].reindex(wanted)
            out["met"][walker] = whole(rows["communities_met"].astype("float64"))
    if not contents.is_public:
        out["households"] = whole(zones["households"])
        out["source"] = texts(zones["households_source"])
        out["bounds_met"] = flags(zones["bounds_met"])
        out["walk_tenths"] = whole(zones["walk_minutes_max"], 10.0)
        out["compactness"] = whole(zones["compactness"], 100.0)
        out["subdistricts"] = texts(zones["subdistricts"])
        out["centre"] = texts(zones["centre_id"])
        out["explanation"] = [texts(zones[f"explanation_{side}"]) for side in ("zh", "en")]
    return out


def _thinned(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Thin out circles; one that would vanish stays whole."""
    thin = shapes.simplify(CIRCLE_TOLERANCE_M, preserve_topology=False)
    return thin.where(~thin.is_empty, shapes)


def _circles(tables: Tables, owners: pd.Index, name: str, contents: Contents, grid: Grid) -> str:
    """Pile circles: of each owner all walkers, of each walker all bands, empty where none."""
    circles = _shapes(tables, name).geometry
    wanted = pd.MultiIndex.from_product(
        [owners, list(contents.walkers), list(contents.bands)], names=circles.index.names
    )
    at = circles.index.get_indexer(wanted)
    found = circles.iloc[at[at >= 0]]
    shapes = np.full(len(wanted), None, dtype=object)
    shapes[at >= 0] = _thinned(found).to_numpy()
    each = len(contents.walkers) * len(contents.bands)
    shown = gpd.GeoSeries(shapes, crs=circles.crs)
    return pile_rings(shown, grid, each=each, least_m2=YARD_M2)


def _catchments(tables: Tables, grid: Grid) -> str:
    catchments = _shapes(tables, "catchments").geometry.reindex(list(CATEGORIES))
    return pile_rings(_thinned(catchments), grid, least_m2=SPECK_M2)
