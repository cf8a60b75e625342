"""Summary: every printed figure, computed once, with a stable name and captions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import pandas as pd

from layers.contracts import check, conform
from layers.parallels import street_length_m
from layers.tables import CATEGORIES
from layers.walking import Walking
from zoning.rules import HAVE_NAMES
from zoning.tables import CONTRACTS, LEFT_OUT, MISSING_STATUSES, SUMMARY

_SOURCES: Final = {
    "ledger": ("台账", "ledger"),
    "buildings": ("按楼栋估算", "estimated from buildings"),
    "area": ("按用地面积估算", "estimated from area"),
}
_ELIGIBILITY: Final = {
    "core": ("符合改造条件", "in scope"),
    "absorbable": ("可并入", "can be absorbed"),
    "excluded": ("不纳入", "excluded"),
    "unknown": ("资格待定", "eligibility unknown"),
}
_LEFT_OUT: Final = {
    "excluded": ("按规则不纳入", "excluded by the rules"),
    "unknown": ("资格待定", "eligibility unknown"),
    "component_below_floor": ("相连小区合计不足下限", "connected group below the floor"),
    "unit_above_cap": ("单个小区超过上限", "above the cap alone"),
    "no_neighbour": ("没有可连片的小区", "no neighbour to join"),
    "planner": ("规划人员排除", "left out by a planner"),
}
_SEVERITIES: Final = {
    "decide": ("疑点：需决定", "findings: to decide"),
    "check": ("疑点：需核对", "findings: to check"),
    "note": ("疑点：提示", "findings: notes"),
}
_ACCESS: Final = {
    "surveyed": ("实测出入口", "surveyed access points"),
    "inferred": ("推断出入口", "inferred access points"),
    "nearest": ("就近上网点", "nearest points of the network"),
}
_PLAIN_TOTALS: Final = {
    "streets": ("道路段", "street sections"),
    "buildings": ("楼栋", "buildings"),
    "subdistricts": ("街道辖区", "street offices"),
    "review": ("待核实设施", "facilities waiting for review"),
}

_READ: Final = frozenset(
    {
        "communities",
        "eligibility",
        "assignment",
        "zones",
        "facilities",
        "gaps",
        "zone_gaps",
        "adjacency",
        "access_points",
        "findings",
    }
)
"""Tables that figures are computed from, and that are checked; of others rows are counted."""


class _Figures:
    """Figures as they are added; a name may be given once."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, object]] = {}

    def add(self, figure: str, value: float, unit: str, zh: str, en: str) -> None:
        """Add a figure with its unit and both captions."""
        if figure in self.rows:
            raise ValueError(f"figure {figure!r} is computed twice")
        self.rows[figure] = {"value": float(value), "unit": unit, "zh": zh, "en": en}

    def count(self, figure: str, value: float, zh: str, en: str) -> None:
        """Add a number of things."""
        self.add(figure, value, "", zh, en)

    def households(self, figure: str, values: pd.Series, zh: str, en: str) -> None:
        """Add households; all unknown is unknown, not 0. None at all is 0."""
        total = values.sum(min_count=1) if len(values) else 0.0
        self.add(figure, total, "户", zh, en)


def summarise(tables: Mapping[str, pd.DataFrame], *, walking: Walking) -> pd.DataFrame:
    """Compute every figure that maps, workbook, report and command line print.

    Parameters
    ----------
    tables
        Tables by the names of `CONTRACTS`, as many as there are. Figures of an absent table are
        absent: not computed is not 0.
    walking
        Limits and speeds, printed as method.

    Returns
    -------
    DataFrame
        Contract `SUMMARY`, keyed by `figure`: snake case, stable. Counts of communities end in
        ``_communities``, households in ``_households``, areas in ``_m2``, shares (0 to 1) in
        ``_share``. ``<have>`` stands for one of the nine categories:

        - ``communities``, ``households``, ``households_ledger`` (also ``_buildings``, ``_area``),
          ``households_unknown_communities``, ``area_m2``, ``edge_communities``;
        - ``core_communities``, ``core_households`` (also ``absorbable_``, ``excluded_``,
          ``unknown_``), ``renovatable_communities``, ``renovatable_households``: core, and
          absorbed into a zone; ``listed_unknown_communities`` and ``listed_unknown_households``:
          of unknown eligibility, in zones all the same because the job includes them;
        - ``zones``, ``communities_in_zones``, ``households_in_zones``, ``absorbed_communities``,
          ``absorbed_households``, ``outside_communities``, ``outside_<reason>_communities``,
          ``zones_bounds_broken``, ``zone_households_min`` and ``_max``, ``zones_area_m2``,
          ``zone_walk_minutes_max``, ``zones_met_<have>``;
        - ``facilities_<have>_confirmed``, ``facilities_<have>_review``, ``facilities_confirmed``,
          ``facilities_review`` (a facility of two haves counts for each), ``facilities`` (once);
        - for adults ``gaps_<have>_communities`` (far and gap together), ``far_<have>_communities``,
          ``met_``, ``unconfirmed_``, ``no_data_`` and ``flips_<have>_communities``,
          ``gaps_<have>_households`` (households of those communities that are not covered),
          ``covered_<have>_households``, ``covered_<have>_share``, ``older_<have>_communities``
          (met for adults, not for older people), and the totals ``gaps``, ``unconfirmed``,
          ``no_data``, ``flips``, ``older_changes``, ``communities_all_met``,
          ``communities_with_gaps``;
        - ``links``, ``links_added``, ``links_cut``, ``access_points_surveyed`` (``_inferred``,
          ``_nearest``), ``streets``, ``buildings``, ``subdistricts``, ``review``;
        - ``findings_decide``, ``findings_check``, ``findings_note``;
        - ``limit_m``, ``strict_m``, ``limit_minutes``, ``older_limit_m``, ``speed_kmh``,
          ``older_speed_kmh``.

    Raises
    ------
    ContractError
        If a table breaks its contract.

    Notes
    -----
    Sums of households leave out communities whose figure is unknown; how many those are stands in
    ``households_unknown_communities``.
    """
    for name in sorted(_READ & tables.keys()):
        check(CONTRACTS[name], tables[name])
    figures = _Figures()
    _add_method(figures, walking)
    if "communities" in tables:
        _add_communities(figures, tables["communities"])
    if {"communities", "eligibility"} <= tables.keys():
        _add_eligibility(figures, tables)
    if {"communities", "assignment"} <= tables.keys():
        _add_assignment(figures, tables["communities"], tables["assignment"])
    if {"communities", "eligibility", "assignment"} <= tables.keys():
        _add_listed(figures, tables)
    if "zones" in tables:
        _add_zones(figures, tables["zones"])
    if "facilities" in tables:
        _add_facilities(figures, tables["facilities"])
    if "gaps" in tables:
        _add_gaps(figures, tables["gaps"])
    if "zone_gaps" in tables:
        _add_zone_gaps(figures, tables["zone_gaps"])
    _add_network(figures, tables)
    frame = pd.DataFrame.from_dict(figures.rows, orient="index").rename_axis("figure")
    return conform(SUMMARY, frame)


def _add_method(figures: _Figures, walking: Walking) -> None:
    adult, older = walking.reach_m("adult"), walking.reach_m("older")
    minutes = walking.limit_minutes_of("adult")
    figures.add("limit_m", adult, "m", "步行限距", "Walking limit")
    figures.add("strict_m", walking.strict_reach_m("adult"), "m", "严格限距", "Strict limit")
    figures.add("limit_minutes", minutes, "min", "步行限时", "Walking limit in time")
    figures.add("older_limit_m", older, "m", "老年人限距", "Walking limit of older people")
    figures.add("speed_kmh", walking.speed_kmh, "km/h", "步行速度", "Walking speed")
    figures.add(
        "older_speed_kmh",
        walking.older_speed_kmh,
        "km/h",
        "老年人步行速度（未经核实）",
        "Walking speed of older people (unconfirmed)",
    )


def _add_communities(figures: _Figures, communities: pd.DataFrame) -> None:
    households = communities["households"]
    figures.count("communities", len(communities), "小区数", "Communities")
    figures.households("households", households, "户数", "Households")
    for source, (zh, en) in _SOURCES.items():
        figures.households(
            f"households_{source}",
            households[communities["households_source"] == source],
            f"户数（{zh}）",
            f"Households ({en})",
        )
    figures.count(
        "households_unknown_communities",
        households.isna().sum(),
        "户数不明的小区",
        "Communities without a household figure",
    )
    area = communities["area_m2"].sum(min_count=1)
    figures.add("area_m2", area, "m²", "小区用地面积", "Land area of communities")
    figures.count(
        "edge_communities",
        communities["edge"].fillna(value=False).sum(),
        "生活圈触及数据边缘的小区",
        "Communities whose walk leaves the data",
    )


def _add_eligibility(figures: _Figures, tables: Mapping[str, pd.DataFrame]) -> None:
    households = tables["communities"]["households"]
    status = tables["eligibility"]["status"].reindex(households.index)
    for word, (zh, en) in _ELIGIBILITY.items():
        chosen = households[status == word]
        figures.count(f"{word}_communities", len(chosen), f"{zh}的小区", f"Communities: {en}")
        figures.households(f"{word}_households", chosen, f"{zh}的户数", f"Households: {en}")
    renovatable = status == "core"
    if "assignment" in tables:
        role = tables["assignment"]["role"].reindex(households.index)
        renovatable |= role == "absorbed"
    figures.count(
        "renovatable_communities",
        renovatable.sum(),
        "可改造小区（含并入）",
        "Communities that can be renovated, absorbed ones included",
    )
    figures.households(
        "renovatable_households",
        households[renovatable],
        "可改造户数（含并入）",
        "Households that can be renovated, absorbed ones included",
    )


def _add_listed(figures: _Figures, tables: Mapping[str, pd.DataFrame]) -> None:
    """Count the communities of unknown eligibility that the job lists in zones."""
    households = tables["communities"]["households"]
    status = tables["eligibility"]["status"].reindex(households.index)
    zoned = tables["assignment"]["zone_id"].reindex(households.index).notna()
    chosen = households[zoned & (status == "unknown")]
    zh, en = "列入的待定小区", "of unknown eligibility, listed in zones"
    figures.count("listed_unknown_communities", len(chosen), zh, f"Communities: {en}")
    figures.households("listed_unknown_households", chosen, f"{zh}的户数", f"Households: {en}")


def _add_assignment(figures: _Figures, communities: pd.DataFrame, assignment: pd.DataFrame) -> None:
    households = communities["households"].reindex(assignment.index)
    zoned = assignment["zone_id"].notna()
    absorbed = zoned & (assignment["role"] == "absorbed")
    for name, chosen, zh, en in (
        ("{}_in_zones", zoned, "划入片区", "in zones"),
        ("absorbed_{}", absorbed, "并入片区", "absorbed into zones"),
        ("outside_{}", ~zoned, "未划入片区", "in no zone"),
    ):
        number, homes = name.format("communities"), name.format("households")
        figures.count(number, chosen.sum(), f"{zh}的小区", f"Communities: {en}")
        figures.households(homes, households[chosen], f"{zh}的户数", f"Households: {en}")
    for reason in LEFT_OUT:
        zh, en = _LEFT_OUT[reason]
        figures.count(
            f"outside_{reason}_communities",
            (~zoned & (assignment["reason"] == reason)).sum(),
            f"未划入片区：{zh}",
            f"In no zone: {en}",
        )


def _add_zones(figures: _Figures, zones: pd.DataFrame) -> None:
    figures.count("zones", len(zones), "片区数", "Zones")
    figures.count(
        "zones_bounds_broken",
        (~zones["bounds_met"].astype(bool)).sum(),
        "不满足限值的片区",
        "Zones outside the bounds",
    )
    households = zones["households"]
    figures.add("zone_households_min", households.min(), "户", "最小片区户数", "Smallest zone")
    figures.add("zone_households_max", households.max(), "户", "最大片区户数", "Largest zone")
    area = float(zones.geometry.area.sum())
    figures.add("zones_area_m2", area, "m²", "片区面积", "Area of zones")
    figures.add(
        "zone_walk_minutes_max",
        zones["walk_minutes_max"].max(),
        "min",
        "片区内到中心最远步行",
        "Longest walk to a zone's centre",
    )


def _add_facilities(figures: _Figures, facilities: pd.DataFrame) -> None:
    category = facilities.index.get_level_values("category")
    confirmed = facilities["confirmed"].to_numpy(dtype=bool)
    distinct = facilities.index.get_level_values("facility_id").nunique()
    figures.count("facilities", distinct, "设施（一处计一次）", "Facilities, places")
    for name, chosen, word_zh, word_en in (
        ("confirmed", confirmed, "已确认", "confirmed"),
        ("review", ~confirmed, "待核实", "for review"),
    ):
        total = f"facilities_{name}"
        figures.count(
            total, chosen.sum(), f"{word_zh}设施（按九有分计）", f"Facilities {word_en}, by have"
        )
        for have, (zh, en) in HAVE_NAMES.items():
            here = ((category == have) & chosen).sum()
            caption = f"{en.capitalize()}: {word_en}"
            figures.count(f"facilities_{have}_{name}", here, f"{zh}：{word_zh}", caption)


def _add_gaps(figures: _Figures, gaps: pd.DataFrame) -> None:
    walker = gaps.index.get_level_values("walker")
    adult = gaps[walker == "adult"].droplevel("walker")
    older = gaps[walker == "older"].droplevel("walker")["status"].reindex(adult.index)
    changed = adult["status"].isin(_MET) & older.notna() & ~older.isin(_MET)
    flips = adult["flips_at_strict"].fillna(value=False).astype(bool)
    category = adult.index.get_level_values("category")
    for have in CATEGORIES:
        here = category == have
        _add_have(figures, have, adult[here], flips[here], changed[here])
    missing = adult["status"].isin(MISSING_STATUSES)
    for name, chosen, zh, en in (
        (
            "gaps",
            missing,
            "缺项数（小区 × 九有，含距离超标）",
            "Missing haves, those too far included",
        ),
        ("unconfirmed", adult["status"] == "unconfirmed", "待核实项数", "Unconfirmed haves"),
        ("no_data", adult["status"] == "no_data", "无数据项数", "Haves without data"),
        ("flips", flips, "严格限距下结论改变的项数", "Answers that flip at the strict limit"),
        ("older_changes", changed, "老年人结论不同的项数", "Answers that differ for older people"),
    ):
        figures.count(name, chosen.sum(), zh, en)
    community = adult.index.get_level_values("community_id")
    all_met = adult["status"].isin(_MET).groupby(community).all().sum()
    figures.count("communities_all_met", all_met, "九有齐备的小区", "Communities with all nine")
    figures.count(
        "communities_with_gaps",
        missing.groupby(community).any().sum(),
        "有缺项（含距离超标）的小区",
        "Communities that miss a have or have it too far away",
    )


_MET: Final = ("met", "small")

_ANSWERS: Final = {
    "met": (_MET, "达标", "met"),
    "gaps": (MISSING_STATUSES, "缺项（含距离超标）", "missing or too far"),
    "far": (("far",), "距离超标", "too far"),
    "unconfirmed": (("unconfirmed",), "待核实", "unconfirmed"),
    "no_data": (("no_data",), "无数据", "no data"),
}


def _add_have(
    figures: _Figures, have: str, answers: pd.DataFrame, flips: pd.Series, changed: pd.Series
) -> None:
    zh, en = HAVE_NAMES[have][0], HAVE_NAMES[have][1].capitalize()
    for name, (words, word_zh, word_en) in _ANSWERS.items():
        figures.count(
            f"{name}_{have}_communities",
            answers["status"].isin(words).sum(),
            f"{zh}：{word_zh}的小区",
            f"{en}: communities, {word_en}",
        )
    for name, chosen, word_zh, word_en in (
        ("flips", flips, "严格限距下结论改变的小区", "communities that flip at the strict limit"),
        ("older", changed, "成年人达标而老年人未达标的小区", "communities met for adults only"),
    ):
        figures.count(
            f"{name}_{have}_communities", chosen.sum(), f"{zh}：{word_zh}", f"{en}: {word_en}"
        )
    missing = answers["status"].isin(MISSING_STATUSES)
    uncovered = answers["households"] - answers["households_covered"]
    covered = answers["households_covered"]
    figures.households(
        f"gaps_{have}_households",
        uncovered[missing],
        f"{zh}：缺项（含距离超标）小区的未覆盖户数",
        f"{en}: households not covered where it is missing",
    )
    figures.households(
        f"covered_{have}_households", covered, f"{zh}：覆盖户数", f"{en}: households covered"
    )
    whole = answers["households"][covered.notna()].sum()
    share = covered.sum() / whole if whole > 0 else float("nan")
    figures.add(f"covered_{have}_share", share, "0–1", f"{zh}：覆盖率", f"{en}: coverage")


def _add_zone_gaps(figures: _Figures, zone_gaps: pd.DataFrame) -> None:
    adult = zone_gaps[zone_gaps.index.get_level_values("walker") == "adult"]
    category = adult.index.get_level_values("category")
    met = adult["met"].fillna(value=False).to_numpy(dtype=bool)
    for have, (zh, en) in HAVE_NAMES.items():
        here = (met & (category == have)).sum()
        figures.count(f"zones_met_{have}", here, f"{zh}：达标片区", f"{en.capitalize()}: zones met")


def _add_network(figures: _Figures, tables: Mapping[str, pd.DataFrame]) -> None:
    for name, (zh, en) in _PLAIN_TOTALS.items():
        if name in tables:
            figures.count(name, len(tables[name]), zh, en.capitalize())
    streets = tables.get("streets")
    if isinstance(streets, gpd.GeoDataFrame) and "parallel" in streets.columns:
        zh, en = (
            "可步行道路长度（并行步道不重复计）",
            "Walkable streets, footways beside them not counted",
        )
        figures.add("walkable_streets_m", street_length_m(streets), "m", zh, en)
    if "adjacency" in tables:
        adjacency = tables["adjacency"]
        linked = adjacency["linked"].astype(bool)
        figures.count("links", linked.sum(), "相邻关系", "Links between communities")
        for kind, zh, en in (("added", "人工添加", "added"), ("cut", "人工切断", "cut")):
            chosen = adjacency["kind"] == kind
            figures.count(f"links_{kind}", chosen.sum(), f"{zh}的相邻关系", f"Links {en}")
    for table, column, words in (
        ("access_points", "kind", _ACCESS),
        ("findings", "severity", _SEVERITIES),
    ):
        if table in tables:
            for word, (zh, en) in words.items():
                chosen = tables[table][column] == word
                figures.count(f"{table}_{word}", chosen.sum(), zh, en.capitalize())
