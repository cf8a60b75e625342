"""Identifiers of communities: from a column of codes, from OpenStreetMap, else made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.checks import Finding
from layers.counts import counted
from layers.errors import KeyConflictError
from layers.fields import WEAK_CODES, fold
from layers.likeness import code_key

_KEYED: Final = ("osm_id", "community_id")
_LEAST_DIGITS: Final = 3
_SHOWN: Final = 20


@dataclass(frozen=True, kw_only=True)
class Identities:
    """Identifiers of communities.

    Parameters
    ----------
    ids
        Identifier of each row, in its order.
    codes
        The bureau's code of each row for joining a ledger, NA where there is none.
    weak
        Whether the codes may be row numbers.
    findings
        What was made, and what was not used.
    """

    ids: pd.Index
    codes: list[str | None]
    weak: bool
    findings: tuple[Finding, ...]


def identify(
    boundaries: gpd.GeoDataFrame, codes: pd.Series | None, names: pd.Series, *, header: str
) -> Identities:
    """Give every community an identifier that survives another run and another order of rows.

    An index named ``osm_id`` or ``community_id`` is taken as it is, else the column of codes. Codes
    from a column that often counts rows (序号, id, 项目编号) are used only where every row has its
    own. Rows without a code get ``c001``, ``c002``, ... in the order of name and centre.

    Parameters
    ----------
    boundaries
        The polygons, in metres.
    codes
        Codes of the rows; None when there is no such column.
    names
        Names of the rows.
    header
        Header of the column of codes.

    Raises
    ------
    KeyConflictError
        If two rows have one code; all such codes are named.
    """
    if boundaries.index.name in _KEYED:
        keys = [str(key) for key in boundaries.index]
        _require_unique(pd.Series(keys, index=boundaries.index))
        return Identities(ids=_index(keys), codes=list(keys), weak=False, findings=())
    findings: list[Finding] = []
    weak = fold(header) in WEAK_CODES
    if (
        codes is not None
        and weak
        and (codes.isna().any() or codes.map(code_key).duplicated().any())
    ):
        findings.append(_not_used(header))
        codes = None
    known: list[str | None] = [None] * len(boundaries)
    if codes is not None:
        _require_unique(codes)
        known = [None if pd.isna(code) else str(code) for code in codes]
    made = _make(boundaries, names, known)
    if any(code is None for code in known):
        findings.append(_made(made, known, header if codes is not None else ""))
    return Identities(ids=_index(made), codes=known, weak=weak, findings=tuple(findings))


def _index(ids: list[str]) -> pd.Index:
    return pd.Index(ids, dtype="str", name="community_id")


def _require_unique(codes: pd.Series) -> None:
    folded = codes.dropna().map(code_key)
    doubled = folded[folded.duplicated(keep=False)]
    if doubled.empty:
        return
    groups = [
        f"{codes[rows[0]]!r} ({', '.join(map(str, rows))})"
        for _, rows in sorted(doubled.groupby(doubled).groups.items())
    ]
    shown = "; ".join(groups[:_SHOWN])
    raise KeyConflictError(
        en=f"communities: {len(groups)} ids stand in more than one row: {shown}. Give each "
        "community its own id, or unite the parts of one community.",
        zh=f"communities：{len(groups):,} 个小区编码重复（括号内为行号）：{shown}。"
        "请为每个小区编唯一编码，或合并同一小区的多个面。",
    )


def _make(boundaries: gpd.GeoDataFrame, names: pd.Series, known: list[str | None]) -> list[str]:
    """Make ids for rows without a code, by name and centre: the order of rows does not matter."""
    centres = shapely.centroid(np.asarray(boundaries.geometry.to_numpy(), dtype=object))
    x, y = np.round(shapely.get_x(centres), 1), np.round(shapely.get_y(centres), 1)
    unnamed = names.isna().to_numpy()
    texts = names.fillna("").to_numpy()
    order = sorted(
        (n for n, code in enumerate(known) if code is None),
        key=lambda n: (bool(unnamed[n]), str(texts[n]), float(x[n]), float(y[n])),
    )
    digits = max(_LEAST_DIGITS, len(str(len(order))))
    taken = {code for code in known if code is not None}
    free = (f"c{number:0{digits}d}" for number in range(1, len(order) + len(taken) + 1))
    fresh = (made for made in free if made not in taken)
    ids = dict(zip(order, fresh, strict=False))
    return [code if code is not None else ids[n] for n, code in enumerate(known)]


def _made(ids: list[str], known: list[str | None], header: str) -> Finding:
    made = [key for key, code in zip(ids, known, strict=True) if code is None]
    shown = f"{min(made)}–{max(made)}" if len(made) > 1 else made[0]
    where_zh = f"列「{header}」为空" if header else "没有编码列"
    where_en = f"no code in column {header!r}" if header else "no column of codes"
    return Finding(
        severity="check" if header else "note",
        table_name="communities",
        row_key="",
        code="community-ids-made",
        zh=f"{len(made):,} 个小区{where_zh}，按名称和位置编号 {shown}；名称或边界改动后编号会变",
        en=f"{counted(len(made), 'community has', 'communities have')} {where_en}, numbered by "
        f"name and place: {shown}. The numbers change when names or boundaries do",
        remedy="增加小区编码列 / Add a column 小区编码",
    )


def _not_used(header: str) -> Finding:
    return Finding(
        severity="check",
        table_name="communities",
        row_key="",
        code="community-code-not-used",
        zh=f"列「{header}」有空值或重复，不作为小区编码",
        en=f"column {header!r} has blanks or repeats and is not used as the id of communities",
        remedy="增加小区编码列 / Add a column 小区编码",
    )
