"""Tables in the panels of sheets: figures, nine haves, zones, members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeGuard

import pandas as pd

from maps.furniture import TextTable
from maps.letters import Across
from maps.scene import Scene
from maps.style import HAVE_CHARACTERS
from maps.words import FIGURES, HAVES, STATUSES, YES_NO, Both, pick, say
from maps.zone_haves import ZoneHave

_LONGEST_CAPTION: Final = 34
"""Letters of an English caption that a panel has room for beside the Chinese one."""

_SQUARE_METRES: Final = 10_000

ANSWERS: Final[tuple[Both, ...]] = (
    ("达标", "met"),
    ("缺项", "missing"),
    ("待核实", "open"),
    ("无数据", "no data"),
)
"""Columns of communities by answer: each row adds up to all of them."""

COVERAGE_NOTE: Final[Both] = (
    "达标与否按小区出入口的步行距离判定；覆盖按各楼栋至设施的步行距离统计，因此达标的项目覆盖也可能不足。",
    "Met or not is judged from a community's gates, coverage by building: met may cover few.",
)
"""Stands below tables that show answers beside coverage."""

_COUNTS: Final[tuple[Across, ...]] = ("right", "right", "right", "right")
_LACKS: Final[Both] = ("缺项（待核实）[无数据]", "missing (open) [no data]")


def head(languages: tuple[str, ...], *captions: Both) -> tuple[str, ...]:
    """Caption columns: one line a language."""
    return tuple("\n".join(pick(both, (one,)) for one in languages) for both in captions)


def number(value: object) -> str:
    """Write a whole number with groups of thousands, or a dash where it is missing."""
    return f"{value:,.0f}" if is_known(value) else "—"


def minutes(value: object) -> str:
    """Write minutes of a walk; gates that touch are no walk of nought minutes."""
    if not is_known(value):
        return "—"
    return f"{value:.1f}" if value >= 1 else "<1"


def is_known(value: object) -> TypeGuard[float]:
    """Tell whether a cell holds a number."""
    if value is None or value is pd.NA or isinstance(value, str):
        return False
    return value == value  # noqa: PLR0124  # not a number: unlike itself


def text(value: object) -> str:
    """Give the text of a cell, several parts set apart; a dash where it is missing."""
    return value.replace(";", "、") if isinstance(value, str) else "—"


def figure(summary: pd.DataFrame, name: str) -> float | None:
    """Look a figure up; nothing when it was not computed or is unknown."""
    if name not in summary.index:
        return None
    value = summary["value"][name]
    return float(value) if is_known(value) else None


def summary_table(summary: pd.DataFrame, languages: tuple[str, ...]) -> TextTable:
    """List the headline figures of a plan."""
    rows = []
    for name in FIGURES:
        if name in summary.index:
            both = summary["zh"][name], summary["en"][name]
            is_long = len(both[1]) > _LONGEST_CAPTION
            caption = pick(both, languages[:1] if is_long else languages)
            unit = summary["unit"][name] if isinstance(summary["unit"][name], str) else ""
            rows.append((caption, f"{number(summary['value'][name])} {unit}".strip()))
    return TextTable((), tuple(rows), (3.4, 1.0), ("left", "right"))


def haves_of_all(summary: pd.DataFrame, languages: tuple[str, ...]) -> TextTable:
    """Show each have of the whole area: communities by answer, share of households covered."""
    rows = []
    for have, both in HAVES.items():
        counts = [
            number(figure(summary, f"{answer}_{have}_communities"))
            for answer in ("met", "gaps", "unconfirmed", "no_data")
        ]
        share = figure(summary, f"covered_{have}_share")
        covered = "—" if share is None else f"{share:.0%}"
        rows.append((HAVE_CHARACTERS[have], pick(both, languages), *counts, covered))
    captions = head(
        languages,
        ("", ""),
        ("九有（小区数）", "communities"),
        *ANSWERS,
        ("覆盖率", "covered"),
    )
    align: tuple[Across, ...] = ("left", "left", *_COUNTS, "right")
    return TextTable(captions, tuple(rows), (0.5, 4.1, 0.8, 0.9, 0.9, 0.9, 1.0), align)


def haves_of_zone(haves: Mapping[str, ZoneHave], languages: tuple[str, ...]) -> TextTable:
    """Show each have of a zone: communities by answer, households covered, and the verdict."""
    rows = [
        (
            HAVE_CHARACTERS[have],
            pick(HAVES[have], languages),
            *map(number, (own.met, own.missing, own.unconfirmed, own.no_data)),
            number(own.covered),
            pick(STATUSES[own.verdict], languages[:1]),
        )
        for have, own in haves.items()
    ]
    captions = head(
        languages,
        ("", ""),
        ("九有（小区数）", "communities"),
        *ANSWERS,
        ("覆盖户数", "households"),
        ("结论", "verdict"),
    )
    align: tuple[Across, ...] = ("left", "left", *_COUNTS, "right", "right")
    return TextTable(captions, tuple(rows), (0.5, 3.5, 0.7, 0.8, 0.8, 0.8, 1.3, 0.9), align)


def yes_no(flag: object, languages: tuple[str, ...]) -> str:
    """Say yes or no, or that it is open."""
    if not is_known(flag):
        return pick(("待核实", "open"), languages)
    return pick(YES_NO[bool(flag)], languages)


def zones_table(
    tables: Mapping[str, pd.DataFrame],
    haves: Mapping[str, Mapping[str, ZoneHave]],
    numbers: Mapping[str, str],
    languages: tuple[str, ...],
) -> TextTable:
    """List the zones with their size, what they lack and the number of their sheet."""
    rows = []
    for zone, row in tables["zones"].to_dict(orient="index").items():
        rows.append(
            (
                str(zone),
                number(row["communities"]),
                number(row["households"]),
                _lacks(haves.get(str(zone), {})),
                numbers.get(str(zone), ""),
            )
        )
    captions = head(
        languages,
        ("片区", "zone"),
        ("小区", "comm."),
        ("户数", "households"),
        _LACKS,
        ("图号", "sheet"),
    )
    align: tuple[Across, ...] = ("left", "right", "right", "left", "right")
    return TextTable(captions, tuple(rows), (1.1, 0.9, 1.5, 3.2, 1.1), align)


def _lacks(haves: Mapping[str, ZoneHave]) -> str:
    """Name the haves that a zone misses by their characters, doubtful ones in brackets."""
    marked = {
        word: "".join(HAVE_CHARACTERS[have] for have, own in haves.items() if own.verdict == word)
        for word in ("gap", "unconfirmed", "no_data")
    }
    doubtful = f"（{marked['unconfirmed']}）" if marked["unconfirmed"] else ""
    silent = f"[{marked['no_data']}]" if marked["no_data"] else ""
    return f"{marked['gap']}{doubtful}{silent}" or "—"


def zone_figures(
    tables: Mapping[str, pd.DataFrame], zone: str, names: pd.Series, languages: tuple[str, ...]
) -> TextTable:
    """List the figures of one zone: size, floor area, centre, street offices, form."""
    row = tables["zones"].loc[zone].to_dict()
    communities = tables["communities"]
    members = communities[tables["assignment"]["zone_id"].reindex(communities.index).eq(zone)]
    source = row["households_source"]
    told = f"（{say('zones', 'households_source', source, languages[:1])}）" if source else ""
    walk = row["walk_minutes_max"]
    figures: list[tuple[Both, str]] = [
        (("小区数", "Communities"), number(row["communities"])),
        (("户数", "Households"), f"{number(row['households'])}{told}"),
        (("楼栋数", "Buildings"), _total(members["buildings"], languages)),
        (
            ("建筑面积（万㎡）", "Floor area, 10,000 m²"),
            _floor(members["floor_area_m2"], languages),
        ),
        (("所在街道", "Street office"), text(row["subdistricts"])),
        (("中心小区", "Centre"), names.get(row["centre_id"], row["centre_id"])),
        (("最远步行（分钟）", "Longest walk, min"), minutes(walk)),
        (("满足限值", "Bounds met"), yes_no(row["bounds_met"], languages)),
    ]
    rows = tuple((pick(label, languages), value) for label, value in figures)
    return TextTable((), rows, (1.1, 1.0), ("left", "right"))


def _floor(values: pd.Series, languages: tuple[str, ...]) -> str:
    return _total(values / _SQUARE_METRES, languages, decimals=2)


def _total(values: pd.Series, languages: tuple[str, ...], *, decimals: int = 0) -> str:
    """Add up a column of members and say for how many it is not known."""
    unknown = int(values.isna().sum())
    if unknown == len(values):
        return "—"
    total = f"{float(values.sum()):,.{decimals}f}"
    note = pick((f"{unknown} 个小区无数据", f"{unknown} unknown"), languages[:1])
    return f"{total}（{note}）" if unknown else total


def members_in_order(scene: Scene, zone: str) -> list[str]:
    """Order the communities of a zone: those that lack most first; their places number them."""
    members = scene.communities[scene.communities["zone_id"].eq(zone)]
    order = members.assign(key=members.index).sort_values(
        ["missing", "key"], ascending=[False, True]
    )
    return [str(key) for key in order.index]


def members_table(scene: Scene, order: list[str], languages: tuple[str, ...]) -> TextTable:
    """List the communities of a zone with their numbers on the map and what they lack."""
    rows = []
    for place, key in enumerate(order, start=1):
        row = scene.communities.loc[key]
        doubts = f"（{row['doubts']}）" if row["doubts"] else ""
        silent = f"[{row['silent']}]" if row["silent"] else ""
        answer = f"{row['lacks']}{doubts}{silent}" or "—"
        if row["fill"] == "no_data":
            answer = pick(("无数据", "no data"), languages[:1])
        rows.append((str(place), str(row["label"]), number(row["households"]), answer))
    captions = head(
        languages,
        ("号", "no."),
        ("小区", "community"),
        ("户数", "households"),
        _LACKS,
    )
    align: tuple[Across, ...] = ("right", "left", "right", "left")
    return TextTable(captions, tuple(rows), (0.55, 3.6, 1.35, 2.8), align)
