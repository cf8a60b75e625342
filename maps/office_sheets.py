"""Papers of an office in the workbook: the ledger (台账) and the list of gaps (缺项清单)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal

import pandas as pd

from layers.contracts import Caption, captions_of
from layers.tables import COMMUNITIES
from maps.columns import column_of, names_of
from maps.kept_words import KEPT, tell_kept
from maps.words import HAVES, STATUSES, Both, pick, say
from maps.worksheets import TEXT_FORMAT, Column, Sheet
from zoning.tables import GAPS, MISSING_STATUSES

TO_DO: Final = ("gap", "far", "small", "unconfirmed")
"""Statuses on the list of gaps, in order of weight; what is met or has no data is in ``gaps``."""

RED: Final = "[Red]@"
"""Format of a text that must strike the eye."""

TOTAL: Final[Both] = ("合计", "Total")
SIGN_OFF: Final[Both] = (
    "填报人：＿＿＿＿＿　审核人：＿＿＿＿＿　（盖章）",
    "Filled in by: __________ Checked by: __________ (seal)",
)
LEDGER: Final[Both] = ("小区台账", "Ledger")
GAP_LIST: Final[Both] = ("缺项清单", "List of gaps")
BUREAUS: Final[Both] = ("责任单位", "Who must act")

_NUMBER: Final = Caption(zh="序号", en="No.", unit="")
_MORE: Final[Mapping[str, Caption]] = {
    "number": _NUMBER,
    "zone_id": Caption(zh="片区", en="Zone", unit=""),
    "name": Caption(zh="小区名称", en="Name of the community", unit=""),
    "subdistrict": Caption(zh="街道", en="Street office", unit=""),
    "nearest_name": Caption(zh="最近设施", en="Nearest facility", unit=""),
    "years": Caption(zh="建成年份", en="Built", unit=""),
    "status": Caption(zh="改造资格", en="Eligibility", unit=""),
    "role": Caption(zh="角色", en="Role", unit=""),
    "left_out": Caption(zh="未入片区原因", en="Left out because", unit=""),
    "met": Caption(zh="达标项数", en="Haves met", unit=""),
    "missing": Caption(zh="缺项数", en="Haves missing", unit=""),
    "missing_haves": Caption(zh="缺什么", en="What is missing", unit=""),
    "unconfirmed_haves": Caption(zh="待核实", en="Unconfirmed", unit=""),
    "kept": KEPT,
    "no_data_haves": Caption(zh="无数据", en="No data", unit=""),
    "uncovered": Caption(zh="未覆盖户数", en="Households not covered", unit="户"),
}

_GAP_FIELDS: Final = (
    "number",
    "zone_id",
    "name",
    "subdistrict",
    "category",
    "status",
    "households",
    "uncovered",
    "nearest_name",
    "nearest_m",
    "limit_m",
    "reason",
    "bureau",
    "clause",
    "households_source",
    "community_id",
)
_LEDGER_FIELDS: Final = (
    "number",
    "zone_id",
    "name",
    "subdistrict",
    "address",
    "years",
    "households",
    "households_source",
    "buildings",
    "floor_area_m2",
    "property_mgmt",
    "status",
    "role",
    "left_out",
    "met",
    "missing",
    "missing_haves",
    "unconfirmed_haves",
    "no_data_haves",
    "community_id",
)
_LEDGER_TOTALS: Final[Mapping[str, Literal["sum", "count"]]] = {
    "name": "count",
    "households": "sum",
    "buildings": "sum",
    "floor_area_m2": "sum",
    "missing": "sum",
}


def gap_list(tables: Mapping[str, pd.DataFrame], languages: tuple[str, ...]) -> Sheet:
    """List what adults lack or what waits for review: by zone, community and have.

    Parameters
    ----------
    tables
        At least ``gaps`` and ``communities``; zones and names of facilities where they are there.
    languages
        Languages in order of preference; the first one gives the words in the cells.
    """
    gaps = tables["gaps"].reset_index()
    rows = gaps[gaps["walker"].eq("adult") & gaps["status"].isin(TO_DO)].copy()
    communities = tables["communities"]
    rows["name"] = names_of(rows["community_id"], communities)
    rows["subdistrict"] = rows["community_id"].map(communities["subdistrict"])
    rows["zone_id"] = _mapped(rows["community_id"], tables, "assignment", "zone_id")
    rows["uncovered"] = rows["households"] - rows["households_covered"]
    if "facilities" in tables:
        rows["nearest_name"] = names_of(rows["nearest_id"], tables["facilities"])
    else:
        rows["nearest_name"] = rows["nearest_id"]
    rows["have"] = rows["category"].map({have: place for place, have in enumerate(HAVES)})
    rows = rows.sort_values(["zone_id", "community_id", "have"], na_position="last")
    note = (
        "没有缺项：每个小区的九有都已达标，或没有数据可供判断（见「缺口」）。",
        "Nothing is missing: every have is met, or there is no data to judge it (see the gaps).",
    )
    captions = {**captions_of(GAPS), **_MORE, "status": captions_of(GAPS)["status"]}
    return _sheet(
        GAP_LIST, rows, _GAP_FIELDS, captions, {"name": "count"}, languages=languages, note=note
    )


def bureau_sheet(listed: Sheet, languages: tuple[str, ...]) -> Sheet:
    """Count the list of gaps by bureau in charge: who must act, on what, how often.

    Parameters
    ----------
    listed
        The list of gaps, from `gap_list`.
    languages
        Languages in order of preference.
    """
    cells = {column.field: column.cells.reset_index(drop=True) for column in listed.columns}
    names = list(dict.fromkeys(cells["bureau"]))
    first = len(languages) + 1
    said = {status: pick(STATUSES[status], languages[:1]) for status in TO_DO}
    haves = [
        _JOINTS[languages[0]].join(dict.fromkeys(cells["category"][cells["bureau"].eq(name)]))
        for name in names
    ]
    columns = [
        Column(
            field="bureau",
            caption=captions_of(GAPS)["bureau"],
            cells=pd.Series(names, dtype="str"),
        ),
        Column(
            field="haves",
            caption=Caption(zh="九有", en="Haves", unit=""),
            cells=pd.Series(haves, dtype="str"),
        ),
    ]
    for status in TO_DO:
        own = cells["status"].eq(said[status])
        counts = [int((cells["bureau"].eq(name) & own).sum()) for name in names]
        columns.append(
            Column(
                field=status,
                caption=Caption(zh=STATUSES[status][0], en=STATUSES[status][1], unit=""),
                cells=pd.Series(counts, dtype="int64"),
                kind="number",
                number_format="#,##0",
                formulas=tuple(
                    f"COUNTIFS({listed.area('bureau', first)},$A{first + row},"
                    f'{listed.area("status", first)},"{said[status]}")'
                    for row in range(len(names))
                ),
                total="sum",
            )
        )
    return Sheet(
        tab=pick(BUREAUS, languages[:1]),
        title=pick(BUREAUS, languages),
        columns=tuple(columns),
        note=listed.note,
        total_label=pick(TOTAL, languages[:1]),
        sign_off=pick(SIGN_OFF, languages[:1]),
    )


def ledger(tables: Mapping[str, pd.DataFrame], languages: tuple[str, ...]) -> Sheet:
    """List the communities as an office's ledger (台账): zone, eligibility, households, gaps.

    Parameters
    ----------
    tables
        At least ``communities``; what else is there fills its columns.
    languages
        Languages in order of preference; the first one gives the words in the cells.
    """
    communities = tables["communities"]
    rows = pd.DataFrame(communities.drop(columns="geometry")).reset_index()
    ids = rows["community_id"]
    rows["name"] = names_of(ids, communities)
    spans = rows[["year_built_from", "year_built_to"]].astype("object")
    spans = spans.where(spans.notna(), None)
    years = [_years(first, last) for first, last in spans.itertuples(index=False)]
    rows["years"] = pd.Series(years, index=rows.index, dtype="str")
    for field, table, column in (
        ("zone_id", "assignment", "zone_id"),
        ("role", "assignment", "role"),
        ("left_out", "assignment", "reason"),
        ("status", "eligibility", "status"),
    ):
        values = _mapped(ids, tables, table, column)
        known = {code: say(table, column, code, languages[:1]) for code in values.dropna().unique()}
        rows[field] = values if field == "zone_id" else values.map(known)
    for field, values in _answers(ids, tables, languages).items():
        rows[field] = values
    fields: tuple[str, ...] = _LEDGER_FIELDS
    told = tell_kept(tables, "communities", languages[0])
    if len(told):
        rows["kept"] = ids.map(told)
        fields = (*_LEDGER_FIELDS[:-1], "kept", _LEDGER_FIELDS[-1])
    rows = rows.sort_values(["zone_id", "community_id"], na_position="last")
    captions = {**captions_of(COMMUNITIES), **_MORE}
    sheet = _sheet(LEDGER, rows, fields, captions, _LEDGER_TOTALS, languages=languages)
    return _with_red(sheet, languages)


def _with_red(sheet: Sheet, languages: tuple[str, ...]) -> Sheet:
    """Set the verdict on whoever is in a zone without being in scope in red (RULES E12)."""
    cells = {column.field: column.cells for column in sheet.columns}
    words = [say("eligibility", "status", one, languages[:1]) for one in ("excluded", "unknown")]
    wrong = cells["zone_id"].notna() & cells["status"].isin(words)
    if not wrong.any():
        return sheet
    formats = tuple(RED if is_wrong else TEXT_FORMAT for is_wrong in wrong)
    columns = tuple(
        replace(column, formats=formats) if column.field == "status" else column
        for column in sheet.columns
    )
    return replace(sheet, columns=columns)


def _sheet(
    title: Both,
    rows: pd.DataFrame,
    fields: tuple[str, ...],
    captions: Mapping[str, Caption],
    totals: Mapping[str, Literal["sum", "count"]],
    *,
    languages: tuple[str, ...],
    note: Both = ("", ""),
) -> Sheet:
    rows = rows.reset_index(drop=True)
    rows["number"] = pd.Series(range(1, len(rows) + 1), dtype="Int64")
    columns = [
        replace(
            column_of("gaps", field, rows[field], captions[field], languages[:1]),
            total=totals.get(field, ""),
        )
        for field in fields
    ]
    return Sheet(
        tab=pick(title, languages[:1]),
        title=pick(title, languages),
        columns=tuple(columns),
        frozen=3,
        note=pick(note, languages),
        total_label=pick(TOTAL, languages[:1]),
        sign_off=pick(SIGN_OFF, languages[:1]),
    )


def _mapped(
    ids: pd.Series, tables: Mapping[str, pd.DataFrame], table: str, column: str
) -> pd.Series:
    if table not in tables:
        return pd.Series(pd.NA, index=ids.index, dtype="str")
    return (
        ids.map(tables[table][column]).astype("str").where(ids.map(tables[table][column]).notna())
    )


def _answers(
    ids: pd.Series, tables: Mapping[str, pd.DataFrame], languages: tuple[str, ...]
) -> dict[str, pd.Series]:
    """Count and name what each community has, misses, or waits for."""
    empty = pd.Series(pd.NA, index=ids.index)
    if "gaps" not in tables:
        blank = {name: empty.astype("Int64") for name in ("met", "missing")}
        return blank | {
            name: empty.astype("str")
            for name in ("missing_haves", "unconfirmed_haves", "no_data_haves")
        }
    gaps = tables["gaps"].reset_index()
    adult = gaps[gaps["walker"].eq("adult")]
    table = adult.pivot_table(
        index="community_id", columns="category", values="status", aggfunc="first"
    ).reindex(index=ids, columns=list(HAVES))
    found: dict[str, pd.Series] = {}
    for name, words in (
        ("met", ("met", "small")),
        ("missing", MISSING_STATUSES),
        ("unconfirmed", ("unconfirmed",)),
        ("no_data", ("no_data",)),
    ):
        here = table.isin(words)
        if name in {"met", "missing"}:
            found[name] = pd.Series(here.sum(axis=1).to_numpy(), index=ids.index, dtype="Int64")
        if name != "met":
            said = [
                _JOINTS[languages[0]].join(
                    pick(both, languages[:1])
                    for both, flag in zip(HAVES.values(), row, strict=True)
                    if flag
                )
                for row in here.to_numpy()
            ]
            found[f"{name}_haves"] = pd.Series(said, index=ids.index, dtype="str")
    return found


_JOINTS: Final = {"zh": "、", "en": ", "}


def _years(first: int | None, last: int | None) -> str | None:
    """Write a span of years; an open side stays open."""
    if first == last:
        return None if first is None else str(first)
    return f"{'' if first is None else first}–{'' if last is None else last}"
