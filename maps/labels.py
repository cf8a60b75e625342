"""Wording of maps and papers, Chinese and English, and the imprint that every output carries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Imprint:
    """What stands in the margin of every map, sheet and workbook.

    Parameters
    ----------
    title
        Name of the job.
    date, data_date
        Date of drafting and date of the data, ISO; empty when not given. No clock is read.
    rulebook, rulebook_zh, rulebook_en
        Name of the rulebook and its document's title.
    languages
        Languages in order of preference: ``("zh", "en")``.
    rule
        ``distance`` or ``time``.
    limit_m, strict_m, limit_minutes, speed_kmh, older_speed_kmh
        Walking assumptions, printed as method.
    is_hilly, steps_share, crossing_wait_minutes
        What else a walking time holds: slopes from an elevation raster, the pace on steps as a
        share of the speed on the flat, waiting at each arterial.
    sources
        Attribution lines, for example ``© OpenStreetMap contributors, ODbL 1.0``.
    households_sources
        Sources of household figures that occur: ``ledger``, ``buildings``, ``area``.
    households_counts
        How many communities have their households from each source; empty when not counted.
    drafting_unit, review_number
        编制单位 and 审图号; empty until given.
    public_columns
        Further narrowing of the public list of columns; empty for the shipped list.
    made_data
        Whether the data is made (示例数据): then every output says so.
    includes_unknown
        Whether communities of unknown eligibility were zoned: then every output says so.
    edge_ignored
        Whether circles that leave the data were judged all the same.
    tiles_url, tiles_attribution
        Address of a tile service with ``{z}``, ``{x}`` and ``{y}``, and whose tiles they are;
        empty: maps ask nobody for anything.
    data_edge
        Corners of the area that the data covers, the first one again at the end, metres in the
        job's reference system; empty when not known. A sheet that reaches beyond it shows the
        line.
    zoning
        Objective, bound, gap share, optimal, stopped_by of the zone plan, as in ``run.json``.
    version
        Version of the toolkit.
    """

    title: str
    date: str = ""
    data_date: str = ""
    rulebook: str = ""
    rulebook_zh: str = ""
    rulebook_en: str = ""
    languages: tuple[str, ...] = ("zh", "en")
    rule: str = "distance"
    limit_m: float = 1000.0
    strict_m: float = 800.0
    limit_minutes: float = 15.0
    speed_kmh: float = 4.0
    older_speed_kmh: float = 3.2
    is_hilly: bool = False
    steps_share: float = 0.46
    crossing_wait_minutes: float = 0.0
    sources: tuple[str, ...] = ()
    households_sources: tuple[str, ...] = ()
    households_counts: tuple[tuple[str, int], ...] = ()
    drafting_unit: str = ""
    review_number: str = ""
    public_columns: tuple[str, ...] = ()
    made_data: bool = False
    includes_unknown: bool = False
    edge_ignored: bool = False
    tiles_url: str = ""
    tiles_attribution: str = ""
    data_edge: tuple[tuple[float, float], ...] = ()
    zoning: tuple[tuple[str, str], ...] = ()
    version: str = ""
