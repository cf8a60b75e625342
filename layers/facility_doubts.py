"""Doubts about the columns of a file of facilities: no names, several that could be the kind."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from layers.checks import Finding
from layers.facility_fields import HEADERS, columns_of, parse_categories, texts_of
from layers.headers import fold

_LONGEST_CELL: Final = 40


def doubt_columns(raw: pd.DataFrame, path: str) -> list[Finding]:
    """Doubt a file of facilities in which no column is known to hold names.

    Parameters
    ----------
    raw
        The file's table, headers as they stand there.
    path
        The file.

    Returns
    -------
    list of Finding
        At most one, with the columns of the file; it asks for a decision where nothing else tells
        the haves either, neither a category nor a code.
    """
    headers = [str(header) for header in raw.columns if header != "geometry"]
    known = {fold(header) for header in headers}
    if known.intersection(HEADERS["name"]):
        return []
    told = any(known.intersection(HEADERS[name]) for name in ("category", "typecode", "tags"))
    shown = "、".join(headers[:20]) or "—"
    return [
        Finding(
            severity="check" if told else "decide",
            table_name="facilities",
            row_key="",
            code="facility-names-unknown",
            zh=f"{path}：没有认出名称列，多数设施因此无法判断属于九有中的哪一项；现有列：{shown}",
            en=f"{path}: no column is known to hold names, without which most facilities cannot be "
            f"told among the nine haves; its columns: {shown}",
            remedy='在该 [[inputs.facilities]] 中写明 fields = { name = "列名" } / '
            'Write fields = { name = "column" } under its [[inputs.facilities]]',
        )
    ]


def doubt_kinds(raw: pd.DataFrame, path: str) -> list[Finding]:
    """Ask about a file of facilities with several columns that could say which have one is.

    Parameters
    ----------
    raw
        The file's table, without what the job has decided (`keep_chosen`).
    path
        The file.

    Returns
    -------
    list of Finding
        At most one, which names the column that is taken and those that fill its empty cells; it
        asks for a decision where they name different haves in one row, and is a note where only
        the one taken names any.
    """
    columns = columns_of(raw, "category")
    filled = [name for name in columns if raw[name].notna().any()]
    if len(filled) < 2:  # noqa: PLR2004  it takes two to differ
        return []
    haves = {name: texts_of(raw[name]).fillna("").map(parse_categories) for name in filled}
    first, others = filled[0], filled[1:]
    differs = pd.Series(data=False, index=raw.index)
    for name in others:
        told = raw[first].notna() & (haves[name].str.len() > 0)
        differs |= told & (haves[name] != haves[first])
    zh, en = f"取“{first}”列", f"{first!r} is taken"
    told_twice = any((haves[name].str.len() > 0).any() for name in others)
    rest, rest_en = "、".join(f"“{one}”" for one in others), ", ".join(map(repr, others))
    zh += f"，{rest} 只在其为空时采用"
    en += f", {rest_en} only where it is empty"
    if differs.any():
        place = int(np.argmax(differs.to_numpy()))
        row, mine = raw.index[place], haves[first].iloc[place]
        name = next(one for one in others if haves[one].iloc[place] not in {(), mine})
        cells = [str(raw[one].iloc[place])[:_LONGEST_CELL] for one in (first, name)]
        zh += f"；有 {int(differs.sum()):,} 行说法不同，如第 {row} 行“{cells[0]}”与“{cells[1]}”"
        en += (
            f"; they differ in {int(differs.sum()):,} row(s), for example row {row}: "
            f"{cells[0]!r} and {cells[1]!r}"
        )
    return [
        Finding(
            severity="decide" if differs.any() else "check" if told_twice else "note",
            table_name="facilities",
            row_key="",
            code="facility-kinds-several",
            zh=f"{path}：有 {len(filled):,} 列可能是设施类别：{zh}。",
            en=f"{path}: {len(filled):,} columns could say the kind of a facility: {en}.",
            remedy='在该 [[inputs.facilities]] 中写明 fields = { category = "列名" }，'
            "其余各列即不采用 / "
            'Write fields = { category = "column" } under its [[inputs.facilities]]; the others '
            "are then left out",
        )
    ]
