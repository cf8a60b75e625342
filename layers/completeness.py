"""What a table of communities lacks: missing fields by street office, repeated names."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import pandas as pd

from layers.checks import Finding
from layers.contracts import captions_of
from layers.counts import counted
from layers.likeness import name_key
from layers.tables import COMMUNITIES

MINIMUM: Final = (
    "name",
    "households",
    "year_built_to",
    "buildings",
    "floor_area_m2",
    "ownership",
    "property_mgmt",
)
"""Fields of the minimum ledger (RULES L01), and the year of building (RULES E01)."""

_SHOWN: Final = 20


def doubt_missing(communities: gpd.GeoDataFrame) -> list[Finding]:
    """Count the communities that lack a field of the minimum ledger, by street office.

    Parameters
    ----------
    communities
        Contract `COMMUNITIES`; estimated households count as missing.

    Returns
    -------
    list of Finding
        One for each field that some community lacks, and one for all that every community lacks.
    """
    captions = captions_of(COMMUNITIES)
    offices = communities["subdistrict"]
    findings = []
    nowhere: list[str] = []
    for name in MINIMUM:
        lacking = communities[name].isna()
        if name == "households":
            lacking |= communities["households_source"].ne("ledger")
        if lacking.all():
            nowhere.append(name)
        elif lacking.any():
            shown_zh, shown_en = _by_office(offices[lacking])
            zh, en = captions[name]["zh"], captions[name]["en"]
            findings.append(
                _missing(
                    f"{len(communities):,} 个小区中 {lacking.sum():,} 个没有「{zh}」（{shown_zh}）",
                    f"{lacking.sum():,} of {counted(len(communities), 'community', 'communities')} "
                    f"without {en!r} ({shown_en})",
                )
            )
    if nowhere:
        zh = "、".join(captions[name]["zh"] for name in nowhere)
        en = ", ".join(captions[name]["en"] for name in nowhere)
        findings.append(
            _missing(
                f"{len(communities):,} 个小区都没有：{zh}",
                f"none of {len(communities):,} communities has: {en}",
            )
        )
    return findings


def _by_office(offices: pd.Series) -> tuple[str, str]:
    """Count rows by street office, those that name none last: Chinese, English."""
    counts = offices.value_counts().sort_index()
    zh = [f"{office} {count:,} 个" for office, count in counts.items()]
    en = [f"{office} {count:,}" for office, count in counts.items()]
    if unnamed := int(offices.isna().sum()):
        zh.append(f"街道未注明 {unnamed:,} 个")
        en.append(f"no street office given {unnamed:,}")
    return "，".join(zh), ", ".join(en)


def _missing(zh: str, en: str) -> Finding:
    return Finding(
        severity="check",
        table_name="communities",
        row_key="",
        code="community-field-missing",
        zh=zh,
        en=en,
        remedy="在台账中补填 / Fill them in in the ledger",
    )


def doubt_names(communities: gpd.GeoDataFrame) -> list[Finding]:
    """Tell which names several communities have.

    Parameters
    ----------
    communities
        Contract `COMMUNITIES`.

    Returns
    -------
    list of Finding
        One for each name.
    """
    keys = communities["name"].map(name_key)
    repeated = communities[keys.ne("") & keys.duplicated(keep=False)]
    findings = []
    for _, group in repeated.groupby(keys, sort=True):
        ids = ", ".join(map(str, group.index[:_SHOWN]))
        name = group["name"].iloc[0]
        findings.append(
            Finding(
                severity="note",
                table_name="communities",
                row_key="",
                code="community-name-repeats",
                zh=f"{len(group):,} 个小区同名 {name!r}：{ids}",
                en=f"{len(group):,} communities are named {name!r}: {ids}",
                remedy="以编码区分 / Tell them apart by their ids",
            )
        )
    return findings


def whole_buildings(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Leave out counts of buildings that are no whole numbers.

    Parameters
    ----------
    frame
        Communities, with or without ``buildings``.

    Returns
    -------
    frame : GeoDataFrame
        A new table.
    findings : list of Finding
        One for each count that was left out.
    """
    if "buildings" not in frame.columns:
        return frame, []
    counts = pd.to_numeric(frame["buildings"])
    broken = counts.notna() & (counts % 1 != 0)
    findings = [
        Finding(
            severity="check",
            table_name="communities",
            row_key=str(key),
            code="community-buildings-not-whole",
            zh=f"小区 {key} 的楼栋数 {value:g} 不是整数，按缺失处理",
            en=f"community {key} has {value:g} buildings, which is no whole number; left missing",
            remedy="核对楼栋数 / Check the number of buildings",
        )
        for key, value in counts[broken].items()
    ]
    return frame.assign(buildings=counts.mask(broken)), findings
