"""Pages of the report on the zones: map, figures, why this zone, what is missing, who must act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from docx.document import Document as Paper

from maps.document_tables import add_table
from maps.documents import (
    DENSE,
    SMALL,
    TEXT_WIDTH_MM,
    add_heading,
    add_picture,
    add_point,
    add_text,
)
from maps.panels import ANSWERS, COVERAGE_NOTE, is_known, minutes, number, text
from maps.report_fields import MISSING, split_both
from maps.report_room import body_mm, rows_mm, text_mm
from maps.report_sections import Source, head
from maps.words import HAVES, STATUSES, YES_NO, Both, pick, say
from maps.zone_haves import ZoneHave, zone_haves
from zoning.zone_summary import list_open_haves, summarise_zones

NEEDED: Final = ("zones", "gaps", "communities", "assignment")
_MOST_NAMES: Final = 8
"""Communities named in a line of the list; all of them stand in the workbook."""

_LEAST_NAMES: Final = 2
_HEADING_MM: Final = 11.0
_SPARE_MM: Final = 8.0
"""Left free on the page of a zone: faces of other machines run a little wider."""

_SMALLEST_MAP_MM: Final = 46.0
_USUAL_MAP_MM: Final = 58.0
_LARGEST_MAP_MM: Final = 112.0
_SQUARE_METRES: Final = 10_000
_HAVE: Final = (49.0, 15.0, 15.0, 17.0, 17.0, 28.0, 19.0)
_PAIR: Final = (36.0, 44.0, 36.0, 44.0)


def write_zones(paper: Paper, source: Source) -> None:
    """Write one page a zone."""
    tables, languages = source.tables, source.languages
    sums = summarise_zones(tables)
    open_haves = dict(iter(list_open_haves(tables).groupby("zone_id")))
    haves = zone_haves(tables)
    labels = source.maps.scene.communities["label"]
    names = {str(key): str(name) for key, name in labels.items()}
    totals = {str(key): row for key, row in sums.to_dict(orient="index").items()}
    rows = {
        str(key): {str(name): value for name, value in row.items()}
        for key, row in tables["zones"].to_dict(orient="index").items()
    }
    add_heading(paper, pick(("四、分片区说明", "4  Zones"), languages), 1)
    _write_list(paper, rows, totals, haves, languages)
    for zone, row in rows.items():
        heading = pick((f"{zone} 片区", f"Zone {zone}"), languages)
        add_heading(paper, heading, 2, on_new_page=True)
        told = [row[f"explanation_{language}"] for language in languages]
        said = [text for text in told if isinstance(text, str)]
        is_silent = any(own.no_data for own in haves.get(zone, {}).values())
        rest = body_mm(paper) - _SPARE_MM - _taken_mm(said)
        points, map_mm = _fit(open_haves.get(zone), names, languages, rest, is_silent=is_silent)
        add_picture(paper, source.maps.zone(zone, map_mm), TEXT_WIDTH_MM, "", zone)
        add_table(paper, (), _figures(row, totals[zone], names, languages), _PAIR)
        for order, one in enumerate(said):
            add_text(paper, one, style=DENSE if order == 0 else SMALL)
        if zone in haves:
            _write_haves(paper, haves[zone], languages)
        _write_open(paper, points)


def _write_list(
    paper: Paper,
    zones: Mapping[str, Mapping[str, Any]],
    totals: Mapping[str, Mapping[Any, Any]],
    haves: Mapping[str, Mapping[str, ZoneHave]],
    languages: tuple[str, ...],
) -> None:
    """List the zones: where, how large, how many haves are missing or open."""
    rows = [
        [
            zone,
            text(row["subdistricts"]),
            number(row["communities"]),
            number(row["households"]),
            minutes(row["walk_minutes_max"]),
            *(
                number(totals[zone][name])
                for name in ("communities_with_gaps", "gaps", "unconfirmed")
            ),
            number(sum(own.no_data for own in haves[zone].values())) if zone in haves else MISSING,
        ]
        for zone, row in zones.items()
    ]
    header = head(
        languages,
        ("片区", "Zone"),
        ("街道", "Street office"),
        ("小区", "comm."),
        ("户数", "households"),
        ("最远步行（分）", "walk, min"),
        ("有缺项小区", "lacking"),
        ("缺项", "missing"),
        ("待核实项", "open"),
        ("无数据项", "no data"),
    )
    widths = (13.0, 30.0, 12.0, 19.0, 21.0, 18.0, 13.0, 17.0, 17.0)
    add_table(paper, header, rows, widths, right=frozenset(range(2, 9)))


def _figures(
    row: Mapping[str, Any],
    sums: Mapping[Any, Any],
    names: Mapping[str, str],
    languages: tuple[str, ...],
) -> list[list[str]]:
    """Give the figures of a zone in two columns of label and value."""
    source = row["households_source"]
    told = f"（{say('zones', 'households_source', source, languages[:1])}）" if source else ""
    walk, met = row["walk_minutes_max"], row["bounds_met"]
    floor = sums["floor_area_m2"] / _SQUARE_METRES
    pairs: list[tuple[Both, str]] = [
        (("小区数", "Communities"), number(row["communities"])),
        (("户数", "Households"), f"{number(row['households'])}{told}"),
        (
            ("楼栋数", "Buildings"),
            _noted(number(sums["buildings"]), sums["buildings_unknown_communities"], languages),
        ),
        (
            ("建筑面积", "Floor area"),
            _noted(
                f"{floor:,.2f} 万㎡" if is_known(floor) else MISSING,
                sums["floor_area_unknown_communities"],
                languages,
            ),
        ),
        (("所在街道", "Street office"), text(row["subdistricts"])),
        (("中心小区", "Centre"), str(names.get(row["centre_id"], row["centre_id"]))),
        (
            ("最远步行", "Longest walk"),
            _walk_text(walk, languages),
        ),
        (
            ("满足限值", "Bounds met"),
            pick(YES_NO[bool(met)], languages) if is_known(met) else MISSING,
        ),
    ]
    cells = [[pick(label, languages), value] for label, value in pairs]
    return [[*one, *other] for one, other in zip(cells[::2], cells[1::2], strict=True)]


def _walk_text(walk: object, languages: tuple[str, ...]) -> str:
    if not is_known(walk):
        return MISSING
    if walk < 1:
        return pick(("不足 1 分钟", "<1 min"), languages[:1])
    return pick((f"{minutes(walk)} 分钟", f"{minutes(walk)} min"), languages[:1])


def _noted(value: str, unknown: int, languages: tuple[str, ...]) -> str:
    """Say behind a sum for how many members it is not known."""
    if not unknown or value == MISSING:
        return value
    note = pick((f"{unknown} 个小区无数据", f"{unknown} unknown"), languages[:1])
    return f"{value}（{note}）"


def _write_haves(paper: Paper, haves: Mapping[str, ZoneHave], languages: tuple[str, ...]) -> None:
    """Write what the zone has of each of the nine: communities by answer, households."""
    rows = [
        [
            pick(HAVES[have], languages),
            *map(number, (own.met, own.missing, own.unconfirmed, own.no_data)),
            f"{number(own.covered)}/{number(own.households)}",
            pick(STATUSES[own.verdict], languages[:1]),
        ]
        for have, own in haves.items()
    ]
    header = head(
        languages,
        ("九有（小区数）", "Have (communities)"),
        *ANSWERS,
        ("覆盖户数", "households"),
        ("结论", "verdict"),
    )
    add_table(paper, header, rows, _HAVE, right=frozenset(range(1, 6)))
    add_text(paper, pick(COVERAGE_NOTE, languages[:1]), style=SMALL)


@dataclass(frozen=True)
class _Open:
    """What is missing or open in a zone, in the words of its page: points, and a last line."""

    points: tuple[str, ...]
    last: str

    @property
    def height_mm(self) -> float:
        """Measure it."""
        points = sum(text_mm(one, 9.5, 12.5, 2.0, indent_mm=5.0) for one in self.points)
        return points + (text_mm(self.last, 11.5, 18.0, 5.0) if self.last else 0.0)


def _taken_mm(said: list[str]) -> float:
    """Measure what stands on each page of a zone: heading, tables and explanation."""
    texts = [
        text_mm(one, *((10.0, 14.0, 3.0) if order == 0 else (8.5, 11.0, 4.0)))
        for order, one in enumerate(said)
    ]
    note = max(text_mm(one, 8.5, 11.0, 4.0) for one in COVERAGE_NOTE)
    return _HEADING_MM + rows_mm(len(_PAIR)) + rows_mm(len(HAVES) + 2) + note + sum(texts)


def _fit(
    rows: pd.DataFrame | None,
    names: Mapping[str, str],
    languages: tuple[str, ...],
    room_mm: float,
    *,
    is_silent: bool,
) -> tuple[_Open, float]:
    """Name as many communities as fit below the smallest map; the map takes what is left."""
    said = _open_words(rows, names, languages, _MOST_NAMES, is_silent=is_silent)
    for most in range(_MOST_NAMES - 1, _LEAST_NAMES - 1, -1):
        if said.height_mm + _USUAL_MAP_MM <= room_mm:
            break
        said = _open_words(rows, names, languages, most, is_silent=is_silent)
    return said, min(max(room_mm - said.height_mm, _SMALLEST_MAP_MM), _LARGEST_MAP_MM)


def _open_words(
    rows: pd.DataFrame | None,
    names: Mapping[str, str],
    languages: tuple[str, ...],
    most: int,
    *,
    is_silent: bool,
) -> _Open:
    """Say what is missing or open: where, `most` communities by name, who must act, by what."""
    if rows is None or rows.empty:
        said = (
            (
                "本片区未见缺项和待核实项；无数据的项目不能判断是否缺项。",
                "Nothing is found missing or open; what has no data cannot be judged.",
            )
            if is_silent
            else ("本片区九有齐备。", "This zone lacks none of the nine.")
        )
        return _Open((), pick(said, languages))
    points = []
    for row in rows.to_dict(orient="records"):
        ids = row["community_ids"]
        listed = "、".join(str(names.get(one, one)) for one in ids[:most])
        more = pick(("等，全部见 plan.xlsx", ", all in plan.xlsx"), languages[:1])
        listed += more if len(ids) > most else ""
        have = pick(HAVES[row["category"]], languages)
        answer = pick(STATUSES[row["status"]], languages)
        count = pick((f"{row['communities']} 个小区", f"{row['communities']}"), languages[:1])
        who = pick(("责任单位", "bureau"), languages[:1])
        bureau = pick(split_both(row["bureau"]), languages[:1])
        points.append(f"{have}：{answer}，{count}（{listed}）。{who}：{bureau}")
    clauses = {part for text in rows["clause"].dropna() for part in text.split(";")}
    label = pick(("依据：", "Clauses: "), languages[:1])
    last = label + "；".join(sorted(part.strip() for part in clauses)) if clauses else ""
    return _Open(tuple(points), last)


def _write_open(paper: Paper, said: _Open) -> None:
    for point in said.points:
        add_point(paper, point)
    if said.last:
        add_text(paper, said.last, style=SMALL if said.points else "Normal")
