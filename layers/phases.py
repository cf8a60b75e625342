"""Several ledger rows of one community (一期, 二期) joined to one, unless they contradict."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

from layers.checks import Finding
from layers.errors import KeyConflictError
from layers.fields import KINDS
from layers.likeness import likeness, name_key, same_office

# Names of phases share most characters (家属院一期, 家属院二期); below this they are two places.
_ONE_NAME: Final = 0.6
_EARLIEST: Final = "year_built_from"
_LATEST: Final = "year_built_to"
_VAGUEST: Final = ("vague", "range", "stated")


def join_phases(rows: pd.DataFrame, owner: pd.Series) -> tuple[pd.DataFrame, list[Finding]]:
    """Join the ledger rows of each community to one.

    Parameters
    ----------
    rows
        Ledger rows in canonical fields, keyed ``ledger_row``.
    owner
        Community of each row.

    Returns
    -------
    table : DataFrame
        Keyed ``community_id``, with ``ledger_rows`` (joined by ``;``). Counts and areas are added,
        first and last year widened, shares weighted by households, different texts joined by
        ``;``; where yes and no meet, the answer is unknown.
    findings : list of Finding
        One for each community of several rows; rows that repeat another in every field are counted
        once.

    Raises
    ------
    KeyConflictError
        If rows of one community contradict: their names have little in common, or they lie in
        different street offices. All are named.
    """
    several = owner[owner.duplicated(keep=False)]
    alone = rows.loc[~owner.index.isin(several.index)]
    singles = alone.set_axis(owner.loc[alone.index].astype("str")).assign(
        ledger_rows=alone.index.astype("str")
    )
    groups = {str(key): rows.loc[part.index] for key, part in several.groupby(several, sort=True)}
    _require_agreement(groups)
    findings: list[Finding] = []
    joined: list[dict[str, object]] = []
    for community, part in groups.items():
        distinct = part.drop_duplicates()
        joined.append({**_join(distinct), "ledger_rows": ";".join(map(str, part.index))})
        findings.append(_told(community, part, len(distinct)))
    table = singles
    if joined:
        phases = pd.DataFrame(joined, columns=singles.columns, index=list(groups))
        table = pd.concat([singles, phases.astype(singles.dtypes.to_dict())])
    table.index = pd.Index(table.index.astype("str"), name="community_id")
    return table.sort_index(), findings


def _join(part: pd.DataFrame) -> dict[str, object]:
    if len(part) == 1:
        return dict(part.iloc[0])
    return {str(name): _joined(str(name), part) for name in part.columns}


def _joined(name: str, part: pd.DataFrame) -> object:
    cells = part[name].dropna()
    complete = len(cells) == len(part)
    kind = KINDS.get(name, "text")
    joined: object = None
    if cells.empty:
        pass
    elif name in {_EARLIEST, _LATEST}:
        # A phase whose first year is open leaves the first year of the whole open.
        early = cells.min() if complete else None
        joined = early if name == _EARLIEST else cells.max()
    elif name == "year_confidence":
        joined = next(word for word in _VAGUEST if word in set(cells))
    elif kind in {"number", "area", "money"}:
        joined = cells.sum()
    elif kind == "share":
        joined = _weighted(name, part)
    elif kind in {"flag", "safety"}:
        joined = cells.iloc[0] if complete and len(set(cells)) == 1 else None
    else:
        joined = ";".join(dict.fromkeys(str(cell) for cell in cells))
    return joined


def _weighted(name: str, part: pd.DataFrame) -> float | None:
    """Weigh shares by households; unknown unless every row has both."""
    if "households" not in part.columns:
        return None
    weights = part["households"]
    if part[name].isna().any() or weights.isna().any() or not weights.sum() > 0:
        return None
    return float((part[name] * weights).sum() / weights.sum())


def _require_agreement(groups: dict[str, pd.DataFrame]) -> None:
    wrong = [(community, part) for community, part in groups.items() if _contradict(part)]
    if not wrong:
        return
    shown = "; ".join(
        f"{community}: " + ", ".join(f"{row} {name!r}" for row, name in _named(part))
        for community, part in wrong
    )
    raise KeyConflictError(
        en=f"{len(wrong):,} communities are claimed by ledger rows that name different places: "
        f"{shown}. Give each its own code in the ledger, or say in the table joins which row "
        "belongs where.",
        zh=f"{len(wrong):,} 个小区编码被台账中名称或街道不同的多行占用：{shown}。"
        "请在台账中改正编码，或在 joins 表中写明各行归属。",
    )


def _contradict(part: pd.DataFrame) -> bool:
    names = [name for _, name in _named(part) if name_key(name)]
    offices = list(part["subdistrict"].dropna()) if "subdistrict" in part.columns else []
    return any(not _one_name(names[0], name) for name in names[1:]) or any(
        same_office(offices[0], office) is False for office in offices[1:]
    )


def _one_name(one: object, other: object) -> bool:
    left, right = name_key(one), name_key(other)
    return left in right or right in left or likeness(one, other) >= _ONE_NAME


def _named(part: pd.DataFrame) -> Iterable[tuple[str, object]]:
    names = part["name"] if "name" in part.columns else part.index
    return list(zip(map(str, part.index), names, strict=True))


def _told(community: str, part: pd.DataFrame, distinct: int) -> Finding:
    rows = "、".join(map(str, part.index))
    repeated = len(part) - distinct
    again_zh = f"，其中 {repeated} 行与他行完全相同，只计一次" if repeated else ""
    again_en = (
        f"; {repeated} repeat another in every field and are counted once" if repeated else ""
    )
    return Finding(
        severity="check",
        table_name="ledger",
        row_key=community,
        code="ledger-several-rows",
        zh=f"小区 {community} 在台账中有 {len(part):,} 行（{rows}），户数、楼栋等相加{again_zh}",
        en=f"community {community} has {len(part):,} rows in the ledger ({rows}); households, "
        f"buildings and the like are added up{again_en}",
        remedy="核对是否分期 / Check that these are phases of one community",
    )
