"""What only the bureau sees on its map: exact figures, links, findings, partners."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from maps.rows import NONE, Tables, coded, flags, texts, whole
from maps.words import say


def list_working_columns(tables: Tables, communities: gpd.GeoDataFrame) -> dict[str, Any]:
    """Write what only the bureau sees of communities: exact counts, eligibility, role.

    Parameters
    ----------
    tables
        Every table by name.
    communities
        Communities of the page, in its order: the rest names them by position.

    Returns
    -------
    dict
        One row for each column.
    """
    eligibility = tables["eligibility"].reindex(communities.index)
    assignment = tables["assignment"].reindex(communities.index)
    return {
        "households": whole(communities["households"]),
        "built": [
            whole(communities[column].astype("float64"))
            for column in ("year_built_from", "year_built_to")
        ],
        "buildings": whole(communities["buildings"].astype("float64")),
        "address": texts(communities["address"]),
        "eligibility": texts(eligibility["status"]),
        "eligibility_reasons": [_reasons(eligibility, side) for side in ("zh", "en")],
        "eligibility_clause": texts(
            eligibility["clause"].where(eligibility["explained_zh"].isna())
        ),
        "role": texts(assignment["role"]),
        "left_out": texts(assignment["reason"]),
        "locked": flags(assignment["locked"]),
        "edge": flags(communities["edge"]),
    }


def _reasons(eligibility: pd.DataFrame, side: str) -> list[str]:
    """Give the sentences, with their clauses; where a result has none, the rules that decided."""
    return [
        told or say("eligibility", "reasons", codes, [side])
        for told, codes in zip(
            texts(eligibility[f"explained_{side}"]), texts(eligibility["reasons"]), strict=True
        )
    ]


def list_links(tables: Tables, communities: gpd.GeoDataFrame) -> dict[str, Any]:
    """Write the links between neighbours.

    Parameters
    ----------
    tables
        Every table by name.
    communities
        Communities of the page, in its order: the rest names them by position.

    Returns
    -------
    dict
        Positions ``a`` and ``b``, kind, whether linked, reason, metres of gap and walk.
    """
    table = tables["adjacency"].sort_index()
    place = {key: position for position, key in enumerate(communities.index)}
    focal, neighbour = (table.index.get_level_values(level) for level in ("focal", "neighbor"))
    return {
        "a": [place[key] for key in focal],
        "b": [place[key] for key in neighbour],
        "kind": texts(table["kind"]),
        "linked": flags(table["linked"]),
        "reason": texts(table["reason"]),
        "gap_m": whole(table["gap_m"]),
        "walk_m": whole(table["walk_m"]),
    }


def list_findings(tables: Tables, communities: gpd.GeoDataFrame) -> dict[str, Any]:
    """Write all findings.

    Parameters
    ----------
    tables
        Every table by name.
    communities
        Communities of the page, in its order: the rest names them by position.

    Returns
    -------
    dict
        One row for each column, and ``community``: the position of the community in doubt.
    """
    table = tables["findings"].sort_index()
    place = {key: position for position, key in enumerate(communities.index)}
    own = table["row_key"].where(table["table_name"].eq("communities"))
    columns = ("severity", "table_name", "row_key", "code", "zh", "en", "remedy")
    out: dict[str, Any] = {column: texts(table[column]) for column in columns}
    return out | {"community": [place.get(key, NONE) for key in own]}


def list_partners(tables: Tables, communities: gpd.GeoDataFrame) -> dict[str, Any]:
    """Write for each community its partners, best first.

    Parameters
    ----------
    tables
        Every table by name.
    communities
        Communities of the page, in its order: the rest names them by position.

    Returns
    -------
    dict
        How many partners each community has, and of each partner, community after community, its
        position, the reason and the common missing haves.
    """
    place = pd.Series(range(len(communities)), index=communities.index)
    table = tables["partners"].reset_index()
    own = place.reindex(table["community_id"]).to_numpy()
    table = table.assign(own=own).sort_values(["own", "rank"], kind="stable")
    return {
        "counts": np.bincount(table["own"], minlength=len(communities)).tolist(),
        "partner": place.reindex(table["partner_id"]).tolist(),
        "reason": coded(table["reason"]),
        "common": coded(table["common_missing"]),
    }
