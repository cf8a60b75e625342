"""What renovation must keep: relics, historic buildings, old trees, the historic city, as a map."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from layers.attributes import column_named, list_keys, read_texts
from layers.checks import Finding
from layers.contracts import conform
from layers.crs import to_metric
from layers.errors import KeyConflictError
from layers.protected_places import AREAS, place_protections
from layers.protection_doubts import (
    cut_long,
    doubt_protections,
    doubt_words,
    note_by_file,
    note_shapes,
    note_twice,
)
from layers.protection_kinds import kind_of_file, read_kind
from layers.repair import repair_polygons
from layers.spots import MILLIMETRE
from layers.tables import ANY_SHAPE, POLYGON, PROTECTIONS

_ID: Final = "protection_id"
_KIND_HEADERS: Final = ("kind", "类别", "保护类别", "类型", "种类", "分类", "lb", "lx", "type")
_NAME_HEADERS: Final = ("name", "名称", "文物名称", "建筑名称", "树种", "树名", "中文名", "mc")
_GRADE_HEADERS: Final = ("grade", "保护级别", "级别", "等级", "保护等级", "jb", "level")
_SAME: Final = ["kind", "shape", "id", "name"]
_BREAKS: Final = frozenset({"Cc", "Zl", "Zp"})
_UNSEEN: Final = frozenset({"Cf", "Cs"})


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
        Kinds that are not known, were read in part or from a file's name, rows given twice, lines
        that enclose no area, things in no community, repairs.

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
    keyed["geometry"] = _enclosed(keyed)
    pairs = place_protections(keyed, communities, within_m=within_m)
    held = pairs.groupby(_ID)["community_id"].agg(lambda ids: ";".join(sorted(ids)))
    keyed["community_ids"] = held.reindex(keyed.index)
    table = gpd.GeoDataFrame(conform(PROTECTIONS, keyed, crs=crs))
    findings += doubt_protections(table, keyed["word"], within_m=within_m)
    return table, findings


def _read(
    raw: gpd.GeoDataFrame, name: str, crs: pyproj.CRS, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Read one layer: words, kinds, names, grades, ids as they stand there."""
    frame = to_metric(raw, crs)
    words = _visible(frame, _KIND_HEADERS)
    read = words.map(lambda word: read_kind("" if pd.isna(word) else str(word)))
    kinds = read.map(lambda one: one.kind).astype("str")
    of_file = kind_of_file(name)
    negated = read.map(lambda one: one.is_negated).astype("bool")
    by_file = (kinds == "other") & ~negated & (of_file != "other")
    if by_file.any():
        findings.append(note_by_file(name, of_file, words[by_file], len(frame)))
    findings += doubt_words(name, words[~by_file], read[~by_file])
    usable = frame.geometry.geom_type.isin(ANY_SHAPE)
    if not usable.all():
        findings.append(note_shapes(name, frame.index[~usable]))
    table = gpd.GeoDataFrame(
        {
            _ID: _visible(frame, (_ID,)),
            "kind": kinds.mask(by_file, of_file),
            "word": words,
            "name": _visible(frame, _NAME_HEADERS),
            "grade": _visible(frame, _GRADE_HEADERS),
            "spot": [f"{name}:{row}" for row in frame.index],
        },
        geometry=frame.geometry,
        crs=crs,
    )
    return _mended(table[usable.to_numpy()].set_index("spot", drop=False), findings)


def _visible(frame: pd.DataFrame, headers: Sequence[str]) -> pd.Series:
    """Read a column as text in one line, without controls and marks of direction."""
    texts = read_texts(frame, column_named(frame, headers))
    seen = texts.map(_one_line, na_action="ignore").astype("str")
    return seen.where(seen.notna() & (seen != ""))


def _one_line(text: str) -> str:
    kinds = [(one, unicodedata.category(one)) for one in text]
    apart = "".join(
        " " if one.isspace() or kind in _BREAKS else one
        for one, kind in kinds
        if one.isspace() or kind in _BREAKS or kind not in _UNSEEN
    )
    return " ".join(apart.split())


def _mended(frame: gpd.GeoDataFrame, findings: list[Finding]) -> gpd.GeoDataFrame:
    """Repair the polygons of a file while its rows still go by their numbers in it."""
    areal = frame.geometry.geom_type.isin(POLYGON)
    mended, repairs = repair_polygons(frame[areal], "protections")
    findings += repairs
    return frame.set_geometry(mended.geometry.reindex(frame.index).fillna(frame.geometry))


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
        # a grade goes before none
        "ungraded": frame["grade"].isna().to_numpy(),
        "grade": frame["grade"].fillna("").to_numpy(),
        "word": frame["word"].fillna("").to_numpy(),
    }
    ranks = pd.DataFrame(order, index=frame.index).sort_values(list(order), kind="stable")
    twice = ranks.duplicated(_SAME)
    kept = frame.loc[ranks.index[~twice]].copy()
    ids = kept[_ID]
    doubled = sorted(ids[ids.notna() & ids.duplicated()])
    if doubled:
        rows, one = list_keys(kept.loc[ids == doubled[0], "spot"]), cut_long(doubled[0])
        raise KeyConflictError(
            en=f"protections: {_ID} {one!r} stands for different things (rows {rows}; "
            f"{len(doubled)} such ids). Give each its own id, or remove the column.",
            zh=f"protections：{_ID} {one!r} 用于不同的对象（行 {rows}；共 {len(doubled)} 个编码"
            "重复）。请为每个对象编唯一编码，或删除该列。",
        )
    taken = set(ids.dropna())
    free = (f"p{n:04d}" for n in range(1, len(kept) + len(taken) + 1) if f"p{n:04d}" not in taken)
    kept[_ID] = [next(free) if pd.isna(one) else one for one in ids]
    if twice.any():
        findings.append(note_twice(int(twice.sum()), _graded_apart(ranks)))
    return kept.set_index(_ID)


def _graded_apart(ranks: pd.DataFrame) -> list[str]:
    """Name the things whose rows are one but for their grades, with these grades."""
    rows = ranks[~ranks["ungraded"]]
    return [
        f"{cut_long(str(name) or str(one) or str(kind))} {'/'.join(map(cut_long, grades))}"
        for (kind, _, one, name), its in rows.groupby(_SAME)["grade"]
        if len(grades := sorted(set(its))) > 1
    ]


def _enclosed(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Turn closed lines around areas into the areas."""
    shapes = np.array(frame.geometry.to_numpy(), dtype=object)
    lines = np.isin(shapely.get_type_id(shapes), (1, 5)) & frame["kind"].isin(AREAS).to_numpy()
    for spot in np.flatnonzero(lines):
        rings = shapely.polygonize([shapely.line_merge(shapes[spot])])
        area = shapely.union_all(shapely.get_parts(rings))
        shapes[spot] = shapes[spot] if area.is_empty else area
    return gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)
