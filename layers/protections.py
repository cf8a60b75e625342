"""What renovation must keep: relics, historic buildings, old trees, the historic city, as a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from layers.attributes import column_named, read_texts
from layers.checks import Finding
from layers.contracts import conform
from layers.crs import to_metric
from layers.errors import KeyConflictError
from layers.protected_places import AREAS, place_protections
from layers.protection_doubts import doubt_protections, note_by_file, note_shapes, note_twice
from layers.repair import repair_polygons
from layers.spots import MILLIMETRE
from layers.tables import ANY_SHAPE, POLYGON, PROTECTED_KINDS, PROTECTIONS

KIND_WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("old_tree", ("古树", "名木", "老树", "old tree", "old_tree", "ancient tree", "famous tree")),
    ("relic", ("文物", "文保", "古迹", "遗址", "遗迹", "旧址", "故居", "城墙", "古墓", "墓葬")),
    ("relic", ("石刻", "碑", "古塔", "古桥", "古井", "古寺", "古建", "relic", "monument")),
    ("historic_area", ("街区", "历史地段", "风貌区", "名镇", "名村", "历史文化保护", "紫线")),
    ("historic_area", ("historic area", "historic district", "conservation area")),
    ("historic_building", ("历史建筑", "近现代建筑", "老建筑", "风貌建筑", "传统建筑")),
    ("historic_building", ("historic building", "listed building", "heritage building")),
    ("historic_city", ("历史城区", "古城", "名城", "historic city", "old city")),
    ("relic", ("heritage", "archaeolog")),
)
"""Parts of a bureau's words for each kind; the first that is found decides."""

_ALONE: Final = {"tree": "old_tree", "trees": "old_tree"}
"""Words that say a kind only by themselves: a street tree is no old tree."""

_ID: Final = "protection_id"
_KIND_HEADERS: Final = ("kind", "类别", "保护类别", "类型", "种类", "分类", "lb", "lx", "type")
_NAME_HEADERS: Final = ("name", "名称", "文物名称", "建筑名称", "树种", "树名", "中文名", "mc")
_GRADE_HEADERS: Final = ("grade", "保护级别", "级别", "等级", "保护等级", "jb", "level")


def prepare_protections(
    raws: Sequence[tuple[gpd.GeoDataFrame, str]],
    communities: gpd.GeoDataFrame,
    *,
    crs: pyproj.CRS,
    within_m: float,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Bring things to keep into metres, read their kinds, and say in which communities they are.

    Parameters
    ----------
    raws
        Layers as read, each with the name of its file. Columns are found by name: kind (类别, 类型;
        文物古迹, 历史建筑, 古树名木, 历史文化街区, 历史城区, or the contract's words), name, grade,
        ``protection_id``. Where no kind is stated or known, the name of the file says it
        if it names one kind: 古树名木.shp.
    communities
        Polygons keyed ``community_id``, in `crs`.
    crs
        The job's metric system.
    within_m
        How far outside an outline a point still touches a community, in metres; exactly so far
        counts.

    Returns
    -------
    protections : GeoDataFrame
        Contract `PROTECTIONS`; every row of the layers is in it, whether its kind is known and
        whether a community holds it or not, except what is left out with a finding.
    findings : list of Finding
        Kinds that are not known or were read from a file's name, rows given twice, lines that
        enclose no area, things in no community, repairs.

    Raises
    ------
    CrsError
        If a layer has no reference system or `crs` is not metric.
    GeometryError
        If a polygon cannot be repaired without changing its area.
    KeyConflictError
        If two different things have one ``protection_id``.

    Notes
    -----
    Rows without an id are numbered by kind and place, so that neither the order of rows nor their
    distribution over files matters. A row with the id (or without one), kind, name and place of
    another is the same thing, to the millimetre, and listed once.

    References
    ----------
    RULES E15 to E17.
    """
    findings: list[Finding] = []
    parts = [_read(raw, name, crs, findings) for raw, name in raws]
    gathered = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=crs)
    keyed = _number(gathered, findings)
    areal = keyed.geometry.geom_type.isin(POLYGON)
    mended, repairs = repair_polygons(keyed[areal], "protections")
    keyed.loc[areal, "geometry"] = mended.geometry
    keyed["geometry"] = _enclosed(keyed)
    pairs = place_protections(keyed, communities, within_m=within_m)
    held = pairs.groupby(_ID)["community_id"].agg(lambda ids: ";".join(sorted(ids)))
    keyed["community_ids"] = held.reindex(keyed.index)
    table = gpd.GeoDataFrame(conform(PROTECTIONS, keyed, crs=crs))
    findings += [*repairs, *doubt_protections(table, keyed["word"], within_m=within_m)]
    return table, findings


def read_kind(word: str) -> str:
    """Read the kind of a thing from the contract's or a bureau's word; ``other`` if not known."""
    folded = word.casefold().strip()
    if folded in PROTECTED_KINDS:
        return folded
    found = _kinds_in(folded)
    return found[0] if found else "other"


def _kinds_in(folded: str) -> list[str]:
    if folded in _ALONE:
        return [_ALONE[folded]]
    return [kind for kind, parts in KIND_WORDS if any(part in folded for part in parts)]


def kind_of_file(name: str) -> str:
    """Read a kind from a file's name; ``other`` where it names none or several."""
    stem = Path(name).stem.casefold().replace("_", " ")
    found = set(_kinds_in(stem))
    return found.pop() if len(found) == 1 else "other"


def _read(
    raw: gpd.GeoDataFrame, name: str, crs: pyproj.CRS, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Read one layer: words, kinds, names, grades, ids as they stand there."""
    frame = to_metric(raw, crs)
    words = read_texts(frame, column_named(frame, _KIND_HEADERS))
    known = ["other" if pd.isna(word) else read_kind(str(word)) for word in words]
    kinds = pd.Series(known, index=frame.index, dtype="str")
    of_file = kind_of_file(name)
    by_file = (kinds == "other") & (of_file != "other")
    if by_file.any():
        findings.append(note_by_file(name, of_file, words[by_file], len(frame)))
    usable = frame.geometry.geom_type.isin(ANY_SHAPE)
    if not usable.all():
        findings.append(note_shapes(name, frame.index[~usable]))
    read = gpd.GeoDataFrame(
        {
            _ID: read_texts(frame, column_named(frame, (_ID,))),
            "kind": kinds.mask(by_file, of_file),
            "word": words,
            "name": read_texts(frame, column_named(frame, _NAME_HEADERS)),
            "grade": read_texts(frame, column_named(frame, _GRADE_HEADERS)),
        },
        geometry=frame.geometry,
        crs=crs,
    )
    return read[usable.to_numpy()]


def _number(frame: gpd.GeoDataFrame, findings: list[Finding]) -> gpd.GeoDataFrame:
    """Key rows by their id, else by kind and place; what is given twice is kept once."""
    shapes = shapely.set_precision(frame.geometry.to_numpy(), MILLIMETRE, mode="pointwise")
    xy = shapely.get_coordinates(shapely.centroid(shapes))
    order: Mapping[str, object] = {
        "kind": frame["kind"].to_numpy(),
        "x": xy[:, 0].round(3),
        "y": xy[:, 1].round(3),
        "shape": [shape.hex() for shape in shapely.to_wkb(shapely.normalize(shapes))],
        "id": frame[_ID].fillna("").to_numpy(),
        "name": frame["name"].fillna("").to_numpy(),
        "grade": frame["grade"].fillna("").to_numpy(),
        "word": frame["word"].fillna("").to_numpy(),
    }
    ranks = pd.DataFrame(order, index=frame.index).sort_values(list(order), kind="stable")
    twice = ranks.duplicated(["kind", "shape", "id", "name"])
    kept = frame.loc[ranks.index[~twice]].copy()
    ids = kept[_ID]
    doubled = sorted(ids[ids.notna() & ids.duplicated()])
    if doubled:
        raise KeyConflictError(
            en=f"protections: {_ID} {doubled[0]!r} stands for different things ({len(doubled)} such"
            " ids). Give each its own id, or remove the column.",
            zh=f"protections：{_ID} {doubled[0]!r} 用于不同的对象（共 {len(doubled)} 个重复编码）。"
            "请为每个对象编唯一编码，或删除该列。",
        )
    taken = set(ids.dropna())
    free = (f"p{n:04d}" for n in range(1, len(kept) + len(taken) + 1) if f"p{n:04d}" not in taken)
    kept[_ID] = [next(free) if pd.isna(one) else one for one in ids]
    if twice.any():
        findings.append(note_twice(int(twice.sum())))
    return kept.set_index(_ID)


def _enclosed(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Turn closed lines around areas into the areas."""
    shapes = np.array(frame.geometry.to_numpy(), dtype=object)
    lines = np.isin(shapely.get_type_id(shapes), (1, 5)) & frame["kind"].isin(AREAS).to_numpy()
    for spot in np.flatnonzero(lines):
        rings = shapely.polygonize([shapely.line_merge(shapes[spot])])
        area = shapely.union_all(shapely.get_parts(rings))
        shapes[spot] = shapes[spot] if area.is_empty else area
    return gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)
