"""Facilities of the nine haves: from points of any source to one checked table and a review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from layers.amap_types import is_type_path
from layers.categories import classify
from layers.checks import Finding
from layers.contracts import conform
from layers.crs import to_metric
from layers.doubles import merge_doubles
from layers.facility_fields import TITLES, parse_categories, read_fields
from layers.repair import name_rows
from layers.review import apply_verdicts, read_verdicts
from layers.review_reasons import reason_of
from layers.tables import FACILITIES, REVIEW

Flags = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

KEYS: Final = ["facility_id", "category"]
COLUMNS: Final = ["name", "source", "evidence", "confirmed", "decided", "geometry"]
SAME_PLACE_M: Final = 1.0
_SHOWN_TYPES: Final = 5
COLLECTION: Final = 7
"""Type id of a geometry collection."""


@dataclass(frozen=True, kw_only=True)
class FacilityTables:
    """Facilities, what waits for a person, and doubts.

    Parameters
    ----------
    facilities
        Contract `FACILITIES`; what waits in `review` is in it with ``confirmed`` false.
    review
        Contract `REVIEW`, ``decision`` empty.
    findings
        What was merged, taken out, not understood.
    """

    facilities: gpd.GeoDataFrame
    review: pd.DataFrame
    findings: tuple[Finding, ...]


def read_facilities(
    raw: gpd.GeoDataFrame, *, crs: pyproj.CRS, review: pd.DataFrame | None = None
) -> FacilityTables:
    """Class points into the nine haves, apply a person's decisions, and merge doubles.

    Parameters
    ----------
    raw
        Points or areas of any source, in any system: OSM objects with ``tags``, a provider's points
        with ``typecode``, a bureau's table with a category in Chinese or English; several may stand
        one below the other. Headers as in `facility_fields.HEADERS`.
    crs
        The job's metric system.
    review
        ``tables/review.csv`` filled in: ``decision`` is yes or no (是, 否), or the have that the
        facility is.

    Returns
    -------
    FacilityTables
        A facility whose category is given is confirmed (evidence ``given``). One row of the rules
        that is enough confirms; weak or doubtful evidence does not: the facility is listed with
        ``confirmed`` false and waits in `review` until a person decides. Points without an id are
        named ``p`` and their row.

    Raises
    ------
    CrsError
        If `raw` has no system, or lies where `crs` cannot be used.

    References
    ----------
    RULES 2.5 and 1.8; FEATURES F06, F07.
    """
    points, findings = _points(to_metric(raw, crs))
    table, doubts = _rows(points)
    findings += doubts
    if review is not None:
        verdicts, unread = read_verdicts(review, set(points.index))
        table, taken_out = apply_verdicts(table, points, verdicts)
        findings += unread + taken_out
    shaped = gpd.GeoDataFrame(table, geometry="geometry", crs=crs)
    kept, merged = merge_doubles(shaped)
    facilities = conform(FACILITIES, kept, crs=crs)
    return FacilityTables(
        facilities=cast("gpd.GeoDataFrame", facilities),
        review=_review(kept),
        findings=tuple(findings + merged),
    )


def _points(raw: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Give every point its id, canonical columns and a plain geometry."""
    fields = read_fields(raw)
    own = fields.pop("facility_id")
    ids = own.where(own.notna(), pd.Series(_row_ids(raw.index), index=raw.index, dtype="str"))
    fields["source"] = _sources(fields)
    fields["geometry"] = _plain(np.asarray(raw.geometry.to_numpy(), dtype=object))
    fields["given"] = own.notna()
    fields["facility_id"] = ids.to_numpy()
    joined, repeated = _join_rows(fields.reset_index(drop=True))
    unique, doubled = _unique_ids(joined)
    findings = repeated + doubled
    points = gpd.GeoDataFrame(unique.set_index("facility_id"), geometry="geometry", crs=raw.crs)
    return points.drop(columns="given"), findings


def _row_ids(index: pd.Index) -> list[str]:
    """Name rows: text ids as they are (OSM), row numbers with a ``p`` before them."""
    if index.name == "facility_id":
        return [str(key) for key in index]
    return [f"p{key}" if str(key).isdigit() else str(key) for key in index]


def _sources(fields: pd.DataFrame) -> pd.Series:
    """Name the source where the table does not: by the codes that it has."""
    named = fields["source"].astype("object")
    for column, source in (("tags", "osm"), ("typecode", "amap"), ("baidu", "baidu")):
        named = named.where(named.notna() | fields[column].isna(), source)
    return named.fillna("bureau").astype("str")


def _plain(shapes: Shapes) -> Shapes:
    """Replace what cannot be measured to, by a point of it: broken areas, mixed collections."""
    odd = ~shapely.is_valid(shapes) | (shapely.get_type_id(shapes) == COLLECTION)
    plain = shapes.copy()
    plain[odd] = shapely.point_on_surface(shapely.make_valid(shapes[odd]))
    return plain


def _join_rows(fields: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Join rows of one id, name and place: a bureau lists a house of two haves twice."""
    spots = shapely.get_coordinates(shapely.centroid(fields["geometry"].to_numpy()))
    keyed = fields.assign(
        x=np.round(spots[:, 0] / SAME_PLACE_M), y=np.round(spots[:, 1] / SAME_PLACE_M)
    ).sort_values(["facility_id", "x", "y", "name", "category"], kind="stable")
    same = ["facility_id", "x", "y", "name"]
    again = int(keyed.duplicated([*same, "category"]).sum())
    doubled = keyed.duplicated(same, keep=False)
    if doubled.any():
        named = keyed[doubled].groupby(same, dropna=False)["category"]
        joined = named.transform(lambda cells: ";".join(dict.fromkeys(cells.dropna())) or np.nan)
        whole = keyed["category"].astype("object")
        keyed["category"] = whole.mask(doubled, joined.astype("object")).astype("str")
    return keyed.drop_duplicates(same).reset_index(drop=True), _repeated(again)


def _repeated(count: int) -> list[Finding]:
    """Account for rows that say what another row says already."""
    if not count:
        return []
    return [
        Finding(
            severity="note",
            table_name="facilities",
            row_key="",
            code="facility-row-repeated",
            zh=f"{count:,} 行的编码、名称、位置和类别与另一行相同，只计一次。",
            en=f"{count:,} row(s) repeat the id, name, place and category of another; each counts "
            "once.",
        )
    ]


def _unique_ids(fields: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Tell apart places that share an id: the second one becomes ``id-2``."""
    number = fields.groupby("facility_id").cumcount() + 1
    again = number > 1
    if not again.any():
        return fields, []
    clash = sorted(fields.loc[again & fields["given"], "facility_id"].unique())
    ids = fields["facility_id"].where(~again, fields["facility_id"] + "-" + number.astype("str"))
    if not clash:
        return fields.assign(facility_id=ids), []
    finding = Finding(
        severity="check",
        table_name="facilities",
        row_key=clash[0] if len(clash) == 1 else "",
        code="facility-id-doubled",
        zh=f"{len(clash):,} 个设施编码用于不同地点，后者已加后缀 -2 等：{name_rows(clash)}。",
        en=f"{len(clash):,} id(s) stand for different places; the later ones got the ending -2 "
        f"and so on: {name_rows(clash)}.",
        remedy="在原表中改为唯一编码 / Give each facility its own id",
    )
    return fields.assign(facility_id=ids), [finding]


def _rows(points: gpd.GeoDataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """List facilities by have: given ones, and those that the rules find."""
    named = points["category"].notna()
    given = {
        key: parse_categories(str(cell)) for key, cell in points.loc[named, "category"].items()
    }
    stated = [(key, have) for key, haves in given.items() for have in haves]
    unread = [key for key, haves in given.items() if not haves]
    rest = points.drop(index=[key for key, haves in given.items() if haves])
    found = classify(rest)
    index = pd.MultiIndex.from_tuples([*stated, *found.index], names=KEYS)
    places = points.loc[index.get_level_values("facility_id")]
    table = pd.DataFrame(
        {
            "name": places["name"].to_numpy(dtype=object),
            "source": places["source"].to_numpy(dtype=object),
            "evidence": ["given"] * len(stated) + found["evidence"].tolist(),
            "confirmed": [True] * len(stated) + (found["decision"] == "include").tolist(),
            "decided": False,
            "geometry": places["geometry"].to_numpy(dtype=object),
        },
        index=index,
        columns=COLUMNS,
    )
    haves = set(index.get_level_values("facility_id"))
    findings = [*_unread_categories(points.loc[unread]), *_no_have(points, haves)]
    return table.sort_index(kind="stable"), findings


def _unread_categories(points: gpd.GeoDataFrame) -> list[Finding]:
    """List category words that name no have, unless a code or a type of AMap says what it is."""
    silent = points["typecode"].isna() & points["tags"].isna() & points["baidu"].isna()
    silent &= ~_have_types(points)
    words = points.loc[silent, "category"].value_counts()
    return [
        Finding(
            severity="check",
            table_name="facilities",
            row_key="",
            code="category-unknown",
            zh=f"{count:,} 行的类别 {word!r} 不是九有之一，改由名称判断。",
            en=f"{count:,} row(s) have the category {word!r}, which is none of the nine haves; the "
            "name decides.",
            remedy="改写类别，或不予理会 / Write another category, or ignore this",
        )
        for word, count in sorted(words.items())
    ]


def _no_have(points: gpd.GeoDataFrame, haves: set[str]) -> list[Finding]:
    """Account for the points that are none of the nine."""
    others = len(points) - len(haves)
    if not others:
        return []
    left = points.loc[~points.index.isin(list(haves))]
    types = left.loc[_have_types(left), "category"].value_counts(sort=False)
    often = sorted(types.items(), key=lambda item: (-item[1], str(item[0])))[:_SHOWN_TYPES]
    listed = [f"{path} {count:,}" for path, count in often]
    zh = en = ""
    if listed:
        more = len(types) > len(listed)
        zh = f"其中 {types.sum():,} 个的高德类型不在九有之列：{'、'.join(listed)}{' 等' * more}。"
        en = f" The AMap types of {types.sum():,} are none of the nine: {', '.join(listed)}"
        en += f"{', …' * more}."
    return [
        Finding(
            severity="note",
            table_name="facilities",
            row_key="",
            code="points-without-have",
            zh=f"共 {len(points):,} 个点，其中 {others:,} 个不属于九有，未列入。{zh}",
            en=f"{others:,} of {len(points):,} points are none of the nine haves and are not "
            f"listed.{en}",
        )
    ]


def _have_types(points: gpd.GeoDataFrame) -> Flags:
    """Tell the points whose category is a type of AMap in words."""
    paths = [cell for cell in points["category"].dropna().unique() if is_type_path(cell)]
    return np.asarray(points["category"].isin(paths), dtype=bool)


def _review(table: gpd.GeoDataFrame) -> pd.DataFrame:
    """List what waits for a person, with the reason and what to look at."""
    waiting = table[~table["confirmed"].to_numpy(dtype=bool)]
    spots = shapely.get_coordinates(shapely.point_on_surface(waiting.geometry.to_numpy()))
    haves = [TITLES[have] for have in waiting.index.get_level_values("category")]
    frame = pd.DataFrame(
        {
            "name": waiting["name"].to_numpy(dtype=object),
            "reason": [
                reason_of(str(have), str(row))
                for (_, have), row in zip(waiting.index, waiting["evidence"], strict=True)
            ],
            "suggestion": [
                f"是否为{zh}？填 是、否 或其他类别 / Is it {en}? yes, no, or another have"
                for zh, en in haves
            ],
            "decision": None,
            "x_m": spots[:, 0],
            "y_m": spots[:, 1],
        },
        index=waiting.index,
    )
    return conform(REVIEW, frame)
