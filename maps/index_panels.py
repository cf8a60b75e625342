"""Tables of the index sheet: all zones of a series, and who is in no zone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from maps.furniture import TextTable
from maps.left_out import tell_left_out
from maps.letters import Across
from maps.panels import ANSWERS, head, is_known, minutes, number, text, yes_no
from maps.scene import Scene
from maps.words import HAVES, LEFT_OUT, STATUSES, Both, pick
from maps.zone_haves import ZoneHave


def index_table(
    tables: Mapping[str, pd.DataFrame],
    haves: Mapping[str, Mapping[str, ZoneHave]],
    numbers: Mapping[str, str],
    languages: tuple[str, ...],
) -> TextTable:
    """List all zones of a series with what each meets: the index sheet."""
    rows = []
    for zone, row in tables["zones"].to_dict(orient="index").items():
        answers = haves.get(str(zone), {})
        walk, compact = row["walk_minutes_max"], row["compactness"]
        rows.append(
            (
                numbers.get(str(zone), ""),
                str(zone),
                text(row["subdistricts"]),
                number(row["communities"]),
                number(row["households"]),
                minutes(walk),
                f"{compact:.2f}" if is_known(compact) else "—",
                yes_no(row["bounds_met"], languages[:1]),
                *_sums(answers),
                *(_met_of(answers.get(have), languages) for have in HAVES),
            )
        )
    captions = head(
        languages,
        ("图号", "sheet"),
        ("片区", "zone"),
        ("街道", "street office"),
        ("小区", "comm."),
        ("户数", "households"),
        ("最远步行", "walk, min"),
        ("紧凑度", "compact"),
        ("满足限值", "bounds"),
        *ANSWERS[1:],
        *HAVES.values(),
    )
    widths = (1.2, 0.9, 2.8, 0.9, 1.3, 1.2, 1.1, 1.2, 1.1, 1.1, 1.1, *(2.0,) * len(HAVES))
    sides: tuple[Across, ...] = ("left", "left", "left")
    right: list[Across] = ["right"] * (len(widths) - len(sides))
    return TextTable(captions, tuple(rows), widths, (*sides, *right))


INDEX_NOTE: Final[Both] = (
    "缺项、待核实、无数据：小区 × 九有的项数；各有设施：达标小区（+待核实）[无数据] / 小区数。",
    "Missing, open, no data: communities by have; at each have: met (+open) [no data] / all.",
)
"""How the index is read."""


def _sums(haves: Mapping[str, ZoneHave]) -> tuple[str, ...]:
    """Add up what is missing, waits and has no data, over communities and haves."""
    if not haves:
        return ("—",) * 3
    return tuple(
        number(sum(getattr(own, name) for own in haves.values()))
        for name in ("missing", "unconfirmed", "no_data")
    )


def _met_of(own: ZoneHave | None, languages: tuple[str, ...]) -> str:
    if own is None:
        return "—"
    if own.verdict == "no_data":
        return pick(STATUSES["no_data"], languages[:1])
    return own.communities_text


def left_out_list(
    tables: Mapping[str, pd.DataFrame], scene: Scene, languages: tuple[str, ...]
) -> TextTable:
    """Name the communities outside of all zones, those of one reason together, large ones first."""
    reasons = tables["assignment"]["reason"].dropna()
    own = scene.communities.loc[scene.communities.index.intersection(reasons.index)]
    order = {reason: place for place, reason in enumerate(LEFT_OUT)}
    rows = own.assign(
        reason=reasons.reindex(own.index),
        rank=reasons.reindex(own.index).map(order),
        key=own.index,
    ).sort_values(["rank", "households", "key"], ascending=[True, False, True])
    told = tell_left_out(tables, languages[0], is_short=True)
    cells = tuple(
        (
            str(row.label),
            number(row.households),
            told[row.key],
        )
        for row in rows.itertuples()
    )
    captions = head(
        languages, ("小区", "community"), ("户数", "households"), ("未入片区原因", "reason")
    )
    return TextTable(captions, cells, (2.7, 1.2, 3.6), ("left", "right", "left"))


def left_out_table(tables: Mapping[str, pd.DataFrame], languages: tuple[str, ...]) -> TextTable:
    """Count the communities outside of all zones by reason."""
    counts = tables["assignment"]["reason"].value_counts()
    rows = tuple(
        (pick(both, languages), number(int(counts[reason])))
        for reason, both in LEFT_OUT.items()
        if reason in counts.index
    )
    captions = head(languages, ("未入片区的小区", "communities in no zone"), ("小区数", "number"))
    return TextTable(captions, rows, (4.0, 1.0), ("left", "right"))
