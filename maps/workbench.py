"""What the workbench of the working map computes with: walks, faces of the ground, rules.

The page has no server, so it carries what the figures of a zone are made of, in the units in which
`lianpian run --assignment` adds them up. Figures on the screen are then those of the command line:

========================= ==========================================================================
households, communities   sums over members; core and absorbed by eligibility
centre                    the core member to which the others' households walk least, in the order
                          of ids (`lianpian.hand_edits.medoids`), on walks of whole millimetres
walk                      the longest walk of a member to the centre, where it is known
compactness               4 pi area / perimeter² of the faces that `zoning.land_faces` hands out;
                          sums of whole numbers
gaps                      communities by answer, of `zoning.gaps.roll_up_gaps`
rules kept or broken      the faults of `zoning.zone_checks`, in its words
========================= ==========================================================================
"""

from __future__ import annotations

import hashlib
from typing import Any, Final, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maps.coordinates import Grid
from maps.escape import pack, to_json
from maps.labels import Imprint
from maps.piles import pile_lines
from maps.rows import Tables, flags
from zoning.land_faces import LandFaces, cut_faces
from zoning.regionalization.settings import ZoningSettings
from zoning.zone_checks import TOUCHING_M
from zoning.zone_faults import WORDS

Ints = npt.NDArray[np.int64]

MOST_WALKS: Final = 200_000
"""Pairs of communities whose walk a page carries: about 1 MB. Beyond, the shorter walks only."""

_MILLIMETRES: Final = 1000.0


def pile_bench(
    tables: Tables,
    communities: gpd.GeoDataFrame,
    imprint: Imprint,
    rules: ZoningSettings | None,
    grid: Grid,
) -> tuple[str, dict[str, str]]:
    """Write what the workbench computes with; a page reads it when the workbench is opened.

    Parameters
    ----------
    tables
        Every table by name, in the job's metric CRS.
    communities
        Communities of the page, in its order: the rest names them by position.
    imprint
        Margin of the map; its speed turns metres into minutes.
    rules
        The job's rules for zones; the defaults where none are known.
    grid
        Grid that lines are written on.

    Returns
    -------
    key : str
        Names this job with these inputs: what a browser keeps of a plan is kept under it.
    piles : dict
        ``bench``: numbers and rules, as deflated JSON. ``borders``: borders of the faces as lines.
    """
    rules = rules or ZoningSettings()
    faces = cut_faces(communities.geometry, rules.max_gap_m)
    bench: dict[str, Any] = {
        "households": [None if pd.isna(one) else float(one) for one in communities["households"]],
        "speed": imprint.speed_kmh * 1000 / 60,
        "rules": {
            "households": rules.households,
            "communities": rules.communities,
            "walk_minutes": rules.walk_minutes,
            "count": [rules.count] * 2 if isinstance(rules.count, int) else rules.count,
            "subdistrict": rules.subdistrict,
            "include": rules.include,
            "together": rules.together,
            "apart": rules.apart,
            "locked": dict(rules.locked),
        },
        "faults": WORDS,
        "walks": _walks(tables["walks"], communities.index),
        "near": flags(_touching(tables["adjacency"].sort_index())),
        "faces": _faces(faces),
    }
    text = to_json(bench)
    named = to_json([imprint.title, list(communities.index)]) + text
    lines = gpd.GeoSeries(_lines(faces), crs=communities.crs)
    return (
        hashlib.sha256(named.encode("utf-8")).hexdigest()[:16],
        {"bench": pack(text), "borders": pile_lines(lines, grid)},
    )


def _touching(adjacency: pd.DataFrame) -> pd.Series:
    """Tell which pairs are near enough to absorb one another, whether linked or not."""
    return ~(adjacency["gap_m"] > TOUCHING_M)


def _walks(walks: pd.DataFrame, ids: pd.Index) -> dict[str, Any]:
    """Write the shorter walk of each pair in millimetres, row by row of the lesser community."""
    rows = cast("pd.MultiIndex", walks.index)
    ends = np.sort(
        np.column_stack(
            [
                ids.get_indexer(level)[codes]
                for level, codes in zip(rows.levels, rows.codes, strict=True)
            ]
        ),
        axis=1,
    )
    known = (ends[:, 0] >= 0) & (ends[:, 0] != ends[:, 1])
    found = pd.DataFrame(
        {
            "one": ends[known, 0],
            "other": ends[known, 1],
            "mm": np.rint(walks["walk_m"].to_numpy()[known] * _MILLIMETRES).astype(np.int64),
        }
    )
    found = found.groupby(["one", "other"], sort=True)["mm"].min().reset_index()
    longest = int(found["mm"].max()) if len(found) else 0
    within = None
    if len(found) > MOST_WALKS:
        within = int(np.partition(found["mm"].to_numpy(), MOST_WALKS)[MOST_WALKS])
        found = found[found["mm"] < within]
    return {
        "counts": np.bincount(found["one"], minlength=len(ids)).tolist(),
        "others": _steps(found["other"].to_numpy()),
        "mm": found["mm"].tolist(),
        "longest": longest,
        "within": within,
    }


def _faces(faces: LandFaces) -> dict[str, Any]:
    return {
        "area": faces.area.tolist(),
        "owners": [_steps(column) for column in faces.owners.T],
        "pairs": [_steps(column) for column in faces.pairs.T],
        "borders": [_steps(column) for column in faces.borders.T],
        "length": faces.length.tolist(),
    }


def _lines(faces: LandFaces) -> npt.NDArray[np.object_]:
    if not faces.lines:
        return np.empty(0, dtype=object)
    owner = np.repeat(np.arange(len(faces.lines)), [len(run) for run in faces.lines])
    return np.asarray(shapely.linestrings(np.concatenate(faces.lines), indices=owner))


def _steps(numbers: Ints) -> list[int]:
    """Write a column as differences: neighbours are alike, and small numbers pack well."""
    steps: list[int] = np.diff(numbers, prepend=0).tolist()
    return steps
