"""Settlement: whether a community lies in a city or county seat, by the ledger and by a map."""

from __future__ import annotations

from typing import Final

import pandas as pd

from layers.attributes import SHOWN
from layers.checks import Finding
from layers.contracts import check
from layers.counts import counted
from layers.tables import COMMUNITIES
from zoning.rules import Rulebook

OUTSIDE: Final = "excl_outside_town"
"""Column of the ledger that says so, and of the rules that ask (RULES E04)."""

INSIDE: Final = "built_up_share"
"""Share of the outline inside the built-up area; NA where the job has no such layer."""

LEAST_INSIDE: Final = 0.5
"""A community of which less lies inside the built-up area lies outside; exactly this is inside.

No document gives a figure: a community is where most of its ground is.
"""

MANY_OUTSIDE: Final = 0.5
"""From this share of all communities outside on, the layer itself is in doubt."""


def settle_outside(communities: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Settle from ledger and map whether each community lies outside city and county seat.

    Parameters
    ----------
    communities
        Contract `COMMUNITIES`.

    Returns
    -------
    outside : Series
        ``boolean``: what the ledger says, else what the map says, else NA.
    contradicted : Series
        ``bool``: both speak, and one says outside where the other says inside.

    Notes
    -----
    Without a built-up area this is the ledger's column and nothing is contradicted.
    """
    ledger = communities[OUTSIDE].astype("boolean")
    mapped = communities[INSIDE].lt(LEAST_INSIDE).astype("boolean")
    mapped = mapped.mask(communities[INSIDE].isna())
    contradicted = (ledger != mapped).fillna(value=False).astype("bool")
    return ledger.fillna(mapped), contradicted


def doubt_settlement(communities: pd.DataFrame, rulebook: Rulebook) -> list[Finding]:
    """Count who lies outside on the map, and list where the ledger puts them on the other side.

    Parameters
    ----------
    communities
        Contract `COMMUNITIES`.
    rulebook
        The rules in force: where they ask for a city or county seat, who lies outside on the map is
        counted, and where ledger and map differ the verdict is withheld, and a person has to
        decide; else that is a thing to check, and the count is left out.

    Returns
    -------
    list of Finding
        One for all that lie outside on the map, to be decided where they are half of all
        communities or more: then the layer may be a wrong or an unfinished one. And one for each
        community of which ledger and map differ, with what both say.

    Raises
    ------
    ContractError
        If `communities` breaks its contract.

    References
    ----------
    RULES E04.
    """
    check(COMMUNITIES, communities)
    rules = [r for r in (*rulebook.exclusions, *rulebook.cautions) if r.column == OUTSIDE]
    clauses = "；".join(dict.fromkeys(rule.citation.text for rule in rules))
    _, contradicted = settle_outside(communities)
    found = _count_outside(communities, clauses) if rules else []
    for one, row in communities[contradicted].iterrows():
        outside, share = bool(row[OUTSIDE]), f"{row[INSIDE]:.0%}"
        name = str(one) if pd.isna(row["name"]) else f"{row['name']}（{one}）"
        ledger_zh, ledger_en = ("以外", "outside") if outside else ("以内", "inside")
        then_zh = f"，资格待定（{clauses}，E04）" if rules else ""
        then_en = f"; its eligibility is left open ({clauses}, E04)" if rules else ""
        found.append(
            Finding(
                severity="decide" if rules else "check",
                table_name="communities",
                row_key=str(one),
                code="outside-town-conflict",
                zh=f"{name}：台账写在城市、县城{ledger_zh}，但其用地有 {share} 在建成区图层内"
                f"{then_zh}。",
                en=f"{name}: the ledger says {ledger_en} city and county seat, but {share} of its "
                f"ground lies inside the layer of the built-up area{then_en}.",
                remedy="核实后更正台账“城市县城以外”一列或建成区图层 / See which is right, then "
                "correct that column of the ledger or the layer",
            )
        )
    return found


def _count_outside(communities: pd.DataFrame, clauses: str) -> list[Finding]:
    """Tell how many communities lie outside on the map, and name the first of them."""
    outside = communities[communities[INSIDE].lt(LEAST_INSIDE).fillna(value=False)]
    if outside.empty:
        return []
    names = outside["name"].fillna(outside.index.to_series()).astype("str").tolist()
    more = len(names) - SHOWN
    total, share = len(communities), len(outside) / len(communities)
    return [
        Finding(
            severity="decide" if share >= MANY_OUTSIDE else "check",
            table_name="communities",
            row_key=str(outside.index[0]) if len(outside) == 1 else "",
            code="outside-built-up",
            zh=f"{total:,} 个小区中有 {len(outside):,} 个在建成区图层之外"
            f"（{'、'.join(names[:SHOWN])}{f'等 {len(names):,} 个' if more > 0 else ''}），"
            f"台账未另行写明的不纳入改造（{clauses}，E04）。",
            en=f"{len(outside):,} of {counted(total, 'community', 'communities')} outside the "
            "built-up "
            f"area ({', '.join(names[:SHOWN])}{f' and {more:,} more' if more > 0 else ''}); "
            f"unless the ledger says otherwise, left out of renovation ({clauses}, E04).",
            remedy="核对 [inputs.built_up] 是否为建成区图层、是否完整 / See whether "
            "[inputs.built_up] is the right layer and complete",
        )
    ]
