"""What a set of communities gains by being renovated together, in five terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.tables import CATEGORIES
from zoning.tables import MISSING_STATUSES

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

FULL_BORDER_M: Final = 100.0
"""Shared border that earns the full border term, metres."""

FULL_COMMON: Final = 3
"""Haves missing in common that earn the full term."""

KINDS: Final = {"wall": 1.0, "lane": 0.8, "road": 0.5, "added": 0.5, "bridge": 0.3}
"""How much of the border term each kind of link can earn."""

TERMS: Final = ("border", "common", "households", "subdistrict", "likeness")
"""Names of the terms, as `PartnerWeights` has them."""

_CHUNK: Final = 40_000


@dataclass(frozen=True, kw_only=True)
class PartnerWeights:
    """How much each reason counts; an assumption of this toolkit, open to change.

    Parameters
    ----------
    border
        Shared wall, lane, road or bridge: half for the kind, half for the metres shared.
    common
        Haves that both miss and that one new facility within both walks closes for both.
    households
        Mean of what each side gains towards the floor by counting together.
    subdistrict
        Same street office (RULES Z03).
    likeness
        Share of haves with the same known answer (RULES Z04).
    """

    border: float = 0.3
    common: float = 0.3
    households: float = 0.2
    subdistrict: float = 0.1
    likeness: float = 0.1


OUR_WEIGHTS: Final = PartnerWeights()


@dataclass(frozen=True)
class _Pairs:
    """A number for some pairs of positions, in either order; the rest have the default."""

    keys: Ints
    values: Floats
    count: int
    default: float

    def of(self, one: Ints, other: Ints) -> Floats:
        """Look up pairs."""
        wanted = np.minimum(one, other) * self.count + np.maximum(one, other)
        if not len(self.keys):
            return np.full(len(wanted), self.default)
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[at] == wanted, self.values[at], self.default)


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything that the terms need to know of a city, by position of the sorted ids.

    Parameters
    ----------
    ids
        Ids, sorted.
    households, floor
        Households (NaN: unknown), and the least of a zone or None.
    office
        Number of the street office, -1 unknown.
    missing, known
        Which haves are missing, and of which anything is known, (n, 9), adult walker.
    limit_m
        Walk within which each have counts, (9,).
    border, walk
        Border term of linked pairs; shortest walks, m.
    """

    ids: pd.Index
    households: Floats
    floor: float | None
    office: Ints
    missing: Flags
    known: Flags
    limit_m: Floats
    border: _Pairs
    walk: _Pairs


@dataclass(frozen=True)
class Gains:
    """Terms of some sets before weighting, and what they are made of; one entry a set.

    Parameters
    ----------
    terms
        By name, 0 to 1.
    saved
        Facilities that need not be built, by have, (k, 9): one serves all who can walk to it.
    likeness
        Mean share of haves with the same answer over the pairs of which any is known; else NaN.
    """

    terms: dict[str, Floats]
    saved: Ints
    likeness: Floats


def read_situation(
    adjacency: pd.DataFrame,
    gaps: pd.DataFrame,
    communities: pd.DataFrame,
    walks: pd.DataFrame | None,
    households_floor: float | None,
) -> Situation:
    """Read the tables into arrays.

    Parameters
    ----------
    adjacency, gaps, communities, walks
        Contracts `ADJACENCY`, `GAPS`, `COMMUNITIES`, `WALKS`; without walks those of linked
        neighbours are all that is known.
    households_floor
        Least households of a zone, if there is one.

    Returns
    -------
    Situation
        Of all communities.
    """
    ids = communities.index.sort_values()
    adult = gaps[gaps.index.get_level_values("walker") == "adult"].droplevel("walker")
    wide = adult["status"].unstack("category")  # noqa: PD010 - the key is the index
    wide = wide.reindex(index=ids, columns=list(CATEGORIES))
    missing = wide.isin(MISSING_STATUSES).to_numpy()
    limits = adult["limit_m"].groupby(level="category").max().reindex(list(CATEGORIES))
    linked = adjacency[adjacency["linked"].to_numpy(dtype=bool)]
    metres = (linked["shared_m"].fillna(0.0) / FULL_BORDER_M).clip(upper=1.0)
    strength = linked["kind"].astype("str").map(KINDS).astype("float64") * (0.5 + 0.5 * metres)
    walked = [linked["walk_m"]] if walks is None else [linked["walk_m"], walks["walk_m"]]
    offices = communities["subdistrict"].reindex(ids)
    return Situation(
        ids=ids,
        households=communities["households"].reindex(ids).to_numpy(dtype="float64"),
        floor=households_floor,
        office=pd.factorize(offices)[0].astype(np.int64),
        missing=missing,
        known=missing | wide.isin(("met", "small")).to_numpy(),
        limit_m=limits.fillna(0.0).to_numpy(dtype="float64"),
        border=_pairs(ids, [strength], 0.0),
        walk=_pairs(ids, walked, np.inf),
    )


def _pairs(ids: pd.Index, columns: list[pd.Series], default: float) -> _Pairs:
    keys, values = [], []
    for column in columns:
        known = column.dropna()
        ends = [ids.get_indexer(known.index.get_level_values(level)) for level in (0, 1)]
        keys.append(np.minimum(*ends).astype(np.int64) * len(ids) + np.maximum(*ends))
        values.append(known.to_numpy(dtype="float64"))
    key, value = np.concatenate(keys), np.concatenate(values)
    order = np.lexsort((value, key))
    key, value = key[order], value[order]
    first = np.concatenate([[True], key[1:] != key[:-1]]) if len(key) else np.zeros(0, np.bool_)
    return _Pairs(key[first], value[first], len(ids), default)


def measure_gains(members: Ints, situation: Situation) -> Gains:
    """Measure what sets of equal size gain by joining.

    Parameters
    ----------
    members
        Positions of the members, (k, size), size 2 or more.
    situation
        The city.

    Returns
    -------
    Gains
        The order of members changes nothing.

    Notes
    -----
    *border*: mean over the members of the best link of each inside the set. *common*: of the haves
    that several miss, how many facilities are saved for each who joins, by `FULL_COMMON`: one new
    facility beside a member closes a have for every member that misses it and is within its walk;
    for two it may stand anywhere between them, and so their walk may be twice the limit.
    *households*: share of the floor that is reached together, less the mean of what each reaches
    alone. *subdistrict* and *likeness*: share of pairs of one office, mean likeness of pairs.
    What is not known earns nothing.
    """
    if len(members) > _CHUNK:
        cuts = range(0, len(members), _CHUNK)
        parts = [measure_gains(members[cut : cut + _CHUNK], situation) for cut in cuts]
        return Gains(
            {name: np.concatenate([part.terms[name] for part in parts]) for name in TERMS},
            np.concatenate([part.saved for part in parts]),
            np.concatenate([part.likeness for part in parts]),
        )
    count, size = members.shape
    best = np.zeros((count, size))
    walk = np.zeros((count, size, size))
    same = np.zeros(count)
    alike = np.zeros(count)
    told = np.zeros(count)
    for i in range(size):
        for j in range(i + 1, size):
            one, other = members[:, i], members[:, j]
            strength = situation.border.of(one, other)
            best[:, i] = np.maximum(best[:, i], strength)
            best[:, j] = np.maximum(best[:, j], strength)
            walk[:, i, j] = walk[:, j, i] = situation.walk.of(one, other)
            office = situation.office[one]
            same += (office == situation.office[other]) & (office >= 0)
            both = situation.known[one] & situation.known[other]
            agreed = both & (situation.missing[one] == situation.missing[other])
            counted = both.sum(axis=1)
            told += counted > 0
            alike += agreed.sum(axis=1) / np.maximum(counted, 1)
    pairs = size * (size - 1) / 2
    saved = _saved(situation.missing[members], walk, situation.limit_m)
    terms = {
        "border": best.mean(axis=1),
        "common": np.minimum(saved.sum(axis=1) / (size - 1) / FULL_COMMON, 1.0),
        "households": _toward_floor(members, situation),
        "subdistrict": same / pairs,
        "likeness": alike / pairs,
    }
    likeness = np.divide(alike, told, out=np.full(count, np.nan), where=told > 0)
    return Gains(terms, saved, likeness)


def _saved(missing: Flags, walk: Floats, limit_m: Floats) -> Ints:
    """Count by have the facilities that one well-placed new one makes needless, (k, 9)."""
    saved = np.zeros((len(missing), len(limit_m)), dtype=np.int64)
    for have, limit in enumerate(limit_m):
        lacks = missing[:, :, have]
        rows = np.flatnonzero(lacks.sum(axis=1) > 1)
        wants, far = lacks[rows], walk[rows]
        served = ((far <= limit) & wants[:, None, :]).sum(axis=2).max(axis=1, initial=0)
        both = wants[:, :, None] & wants[:, None, :] & (far <= 2 * limit)
        between = both.sum(axis=(1, 2)) > wants.sum(axis=1)
        saved[rows, have] = np.maximum(np.where(between, 1, 0), served - 1)
    return saved


def _toward_floor(members: Ints, situation: Situation) -> Floats:
    if situation.floor is None:
        return np.zeros(len(members))
    own = situation.households[members]
    together = np.minimum(own.sum(axis=1) / situation.floor, 1.0)
    alone = np.minimum(own / situation.floor, 1.0).mean(axis=1)
    gained: Floats = np.nan_to_num(together - alone)
    return gained


def weigh(gains: Gains, weights: PartnerWeights, *, has_floor: bool) -> dict[str, Floats]:
    """Weigh the terms to points that add up to the score.

    Parameters
    ----------
    gains
        As measured.
    weights
        How much each counts; without a floor the households count for nobody.
    has_floor
        Whether zones have a floor.

    Returns
    -------
    dict
        Points by term, together 0 to 1.
    """
    used = [name for name in TERMS if has_floor or name != "households"]
    whole = sum(getattr(weights, name) for name in used)
    return {
        name: (getattr(weights, name) / whole if name in used else 0.0) * gains.terms[name]
        for name in TERMS
    }
