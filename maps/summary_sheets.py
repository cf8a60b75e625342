"""Summary sheets of the workbook: every figure by subject, and the nine haves at a glance.

Beside each figure stands the same one counted again from the other sheets, as a formula.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pandas as pd
from openpyxl.utils import get_column_letter

from layers.contracts import Caption, captions_of, title_of
from maps.formulas import Formulas
from maps.kept_words import KEPT
from maps.words import FIGURES, HAVES, Both, pick
from maps.worksheets import Column, Sheet
from zoning.tables import SUMMARY

HAVES_SHEET: Final[Both] = ("九有一览", "Nine haves")
AGREEMENT: Final[tuple[Both, Both]] = (("一致", "agrees"), ("不一致", "differs"))
_CAPTIONS: Final = {
    "have": Caption(zh="九有", en="Have", unit=""),
    "again": Caption(zh="由工作表复算", en="Counted again", unit=""),
    "check": Caption(zh="核对", en="Check", unit=""),
}


def haves_sheet(
    summary: pd.DataFrame, formulas: Mapping[str, str], languages: tuple[str, ...]
) -> Sheet:
    """Show the nine haves on one page, a row each: communities by answer, households, facilities.

    Parameters
    ----------
    summary
        Contract `SUMMARY`.
    formulas
        Formula of each figure, from `maps.formulas`.
    languages
        Languages in order of preference.
    """
    names = pd.Series([pick(HAVES[have], languages[:1]) for have in HAVES], dtype="str")
    columns = [Column(field="have", caption=_CAPTIONS["have"], cells=names)]
    for stem, zh, en, form in _HAVE_COLUMNS:
        figures = [stem.format(have) for have in HAVES]
        if not set(figures) & set(summary.index):
            continue
        columns.append(
            Column(
                field=stem,
                caption=Caption(zh=zh, en=en, unit=""),
                cells=summary["value"].reindex(figures).reset_index(drop=True),
                kind="number",
                number_format=form,
                formulas=tuple(formulas.get(figure, "") for figure in figures),
            )
        )
    return Sheet(
        tab=pick(HAVES_SHEET, languages[:1]),
        title=pick(HAVES_SHEET, languages),
        columns=tuple(columns),
    )


_HAVE_COLUMNS: Final = (
    ("met_{}_communities", "达标小区", "Communities, met", "#,##0"),
    ("gaps_{}_communities", "缺项小区（含距离超标）", "Communities, missing or too far", "#,##0"),
    ("far_{}_communities", "其中距离超标", "of these too far", "#,##0"),
    ("unconfirmed_{}_communities", "待核实小区", "Communities, unconfirmed", "#,##0"),
    ("no_data_{}_communities", "无数据小区", "Communities, no data", "#,##0"),
    ("covered_{}_households", "覆盖户数", "Households covered", "#,##0"),
    ("covered_{}_share", "覆盖率", "Coverage", "0.0%"),
    ("gaps_{}_households", "缺项小区未覆盖户数", "Households not covered where missing", "#,##0"),
    ("flips_{}_communities", "严格限距下结论改变", "Flip at the strict limit", "#,##0"),
    ("older_{}_communities", "仅成年人达标", "Met for adults only", "#,##0"),
    ("zones_met_{}", "达标片区", "Zones, met", "#,##0"),
    (
        "facilities_{}_confirmed",
        "已确认设施（一处兼两有计两次）",
        "Facilities, confirmed (a place may count twice)",
        "#,##0",
    ),
    ("facilities_{}_review", "待核实设施", "Facilities for review", "#,##0"),
)


def summary_sheet(
    summary: pd.DataFrame, formulas: Mapping[str, str], languages: tuple[str, ...]
) -> Sheet:
    """Show every figure by subject, with the same figure counted again from the other sheets.

    Parameters
    ----------
    summary
        Contract `SUMMARY`.
    formulas
        Formula of each figure, from `maps.formulas`; other figures have none.
    languages
        Languages in order of preference.
    """
    order = sorted(summary.index, key=_place)
    rows = summary.loc[order].reset_index()
    captions = captions_of(SUMMARY)
    value, unit = rows["value"], rows["unit"].fillna("")
    formats = tuple(_FIGURE_FORMATS.get(one, "#,##0") for one in unit)
    live = tuple(formulas.get(figure, "") for figure in order)
    again = value.where(pd.Series([bool(formula) for formula in live], dtype="bool"))
    said = unit.map({one: pick(both, languages) for one, both in UNIT_WORDS.items()}).fillna(unit)
    same, differs = (pick(both, languages[:1]) for both in AGREEMENT)
    first = len(languages) + 1
    texts = list(languages)
    letters = [get_column_letter(len(texts) + place) for place in (1, 2)]
    checks = tuple(
        f"IF(ABS({letters[0]}{row}-{letters[1]}{row})<=0.000001*MAX(1,ABS({letters[0]}{row})),"
        f'"{same}","{differs}")'
        if formula and pd.notna(known)
        else ""
        for row, (formula, known) in enumerate(zip(live, again, strict=True), start=first)
    )
    columns = (
        *(Column(field=side, caption=captions[side], cells=rows[side]) for side in texts),
        Column(
            field="value", caption=captions["value"], cells=value, kind="number", formats=formats
        ),
        Column(
            field="again",
            caption=_CAPTIONS["again"],
            cells=again,
            formulas=live,
            kind="number",
            formats=formats,
        ),
        Column(
            field="check",
            caption=_CAPTIONS["check"],
            cells=pd.Series([same if check else None for check in checks], dtype="str"),
            formulas=checks,
        ),
        Column(field="unit", caption=captions["unit"], cells=said.astype("str")),
        Column(field="figure", caption=captions["figure"], cells=rows["figure"]),
    )
    title = title_of(SUMMARY)
    return Sheet(
        tab=pick(title, languages[:1]),
        title=pick(title, languages),
        columns=columns,
        unprinted=1,  # the name of the figure in tables/summary.csv
    )


UNIT_WORDS: Final[Mapping[str, Both]] = {
    "户": ("户", "households"),
    "min": ("分钟", "min"),
    "m": ("米", "m"),
    "m²": ("平方米", "m²"),
    "km/h": ("公里/小时", "km/h"),
    "0–1": ("", ""),
}
_FIGURE_FORMATS: Final = {"0–1": "0.0%", "min": "0.0", "km/h": "0.0"}
_SUBJECTS: Final = (
    ("zone",),
    ("core_", "absorbable_", "excluded_", "unknown_", "absorbed_", "outside_"),
    ("communities", "households", "area_m2", "edge_"),
    ("met_", "gaps", "far_", "unconfirmed", "no_data", "covered_", "flips", "older_"),
    ("facilities", "review"),
    ("access_points", "links", "streets", "walkable_", "buildings", "subdistricts"),
    ("findings",),
)
"""Beginnings of figures by subject, after the headlines; what none names comes last (method)."""


def _place(figure: str) -> tuple[int, int, int, str]:
    """Order figures: headlines, then by subject, the nine haves in their order."""
    if figure in FIGURES:
        return 0, FIGURES.index(figure), 0, figure
    methods = {"older_limit_m", "older_speed_kmh"}
    subject = next(
        (
            place
            for place, heads in enumerate(_SUBJECTS)
            if figure.startswith(heads) and figure not in methods
        ),
        len(_SUBJECTS),
    )
    have = next((place for place, have in enumerate(HAVES) if have in figure), -1)
    return 1 + subject, have, 0, figure


def zones_with_formulas(sheet: Sheet, formulas: Formulas) -> Sheet:
    """Let the members and households of each zone be counted from the ledger."""
    if "ledger" not in formulas.sheets or not sheet.rows:
        return sheet
    place = [column.field for column in sheet.columns].index("zone_id") + 1
    cells = [f"${get_column_letter(place)}{formulas.first_row + row}" for row in range(sheet.rows)]
    live = dict(
        zip(
            ("communities", "households"),
            zip(*(formulas.members(cell) for cell in cells), strict=True),
            strict=True,
        )
    )
    columns = tuple(
        replace(column, formulas=tuple(live[column.field]), total="sum")
        if column.field in live
        else column
        for column in sheet.columns
    )
    return replace(sheet, columns=columns)


def zones_with_kept(sheet: Sheet, told: pd.Series) -> Sheet:
    """Name what must be kept beside each zone, before its explanation; nothing where none is."""
    if told.empty:
        return sheet
    fields = [column.field for column in sheet.columns]
    at = next(
        (n for n, field in enumerate(fields) if field.startswith("explanation_")), len(fields)
    )
    zones = sheet.columns[fields.index("zone_id")].cells
    column = Column(field="kept", caption=KEPT, cells=zones.map(told))
    return replace(sheet, columns=(*sheet.columns[:at], column, *sheet.columns[at:]))


DRAWN: Final[Both] = (
    "采用方案，其余各行与它比较。",
    "The plan drawn; the other rows are compared with it.",
)
_PARAGRAPHS: Final[Mapping[str, str]] = {"zones": "explanation_", "eligibility": "explained_"}
"""How the columns begin that hold a paragraph in one language, by table."""

_DETAILS: Final = frozenset(
    {"objective", "bound", "gap_share", "optimal", "communities_least", "communities_most"}
)
"""Figures of the solver, and what makes the paper too wide: on the screen, not on paper."""


def tell_drawn(plans: pd.DataFrame) -> pd.DataFrame:
    """Say of the plan drawn that it is, where a sentence says of the others how they differ."""
    told = plans.copy()
    drawn = told["kind"].eq("drawn")
    for column, text in zip(("zh", "en"), DRAWN, strict=True):
        told[column] = told[column].where(~drawn | told[column].notna(), text)
    return told


def is_detail(name: str, field: str, languages: tuple[str, ...]) -> bool:
    """Tell whether a column of a table stays on the screen, at the right of what is printed.

    Paragraphs are printed in the first language alone: two make the paper too wide to be read.
    """
    if name in _PARAGRAPHS and field.startswith(_PARAGRAPHS[name]):
        return not field.endswith(languages[0])
    if name != "plans":
        return field.endswith("_points")
    return field in _DETAILS or (field in {"zh", "en"} and field != languages[0])
