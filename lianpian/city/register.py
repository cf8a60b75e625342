"""Register of the made city: street offices, codes, names, addresses, and what the ledger says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from lianpian.city.communities import Community, Settlement
from lianpian.city.plan import CityPlan, name_neighbourhood

COMMUNITIES_PER_OFFICE: Final = 70
TWIN_NAME: Final = "粮食局家属院"
"""Two communities of this name stand in different streets, as in real ledgers."""

CENTURY: Final = 2000
SEVENTIES: Final = 7
UNKNOWN_YEAR: Final = ("", "不详")

OWNERSHIP: Final = ("房改房", "单位产权", "商品房", "混合产权")
MANAGEMENT: Final = ("无物业", "单位自管", "社区托管", "专业物业")


@dataclass(frozen=True)
class Office:
    """One street office: its name and the land in its charge."""

    name: str
    polygon: shapely.Polygon


@dataclass(frozen=True)
class Entry:
    """What the bureau knows of one community.

    Parameters
    ----------
    community
        The community on the ground.
    code, name, address, neighbourhood, office
        As registered; `code` keeps its leading zero.
    year_text
        The year as the clerk wrote it.
    buildings, residents
        Counts.
    floor_area_m2
        Floor area.
    ownership, management
        Words of the ledger.
    participation, agreement
        Per cent of households.
    """

    community: Community
    code: str
    name: str
    address: str
    neighbourhood: str
    office: str
    year_text: str
    buildings: int
    residents: int
    floor_area_m2: float
    ownership: str
    management: str
    participation: float
    agreement: float


def draw_offices(plan: CityPlan, communities: int, words: dict[str, Any]) -> list[Office]:
    """Divide the city among street offices; each takes whole bands, so no group is split.

    Parameters
    ----------
    plan
        The grid.
    communities
        Communities that can be renovated: about 70 make one office.
    words
        Names to choose from.

    Returns
    -------
    list of Office
        They cover all cells of the grid, margin included, and do not overlap.
    """
    load = [0] * len(plan.bands)
    for band, group in zip(plan.group_bands, plan.groups, strict=True):
        load[band] = group.communities
    high = len(plan.bands) // plan.band_columns
    whole = (0, plan.band_columns, 0, high)
    count = max(1, round(communities / COMMUNITIES_PER_OFFICE))
    parts = _along_river(plan, load, whole, count)
    names = list(words["offices"]) + [f"{stem}路街道" for stem in words["streets"]]
    return [Office(names[k], _land_of(plan, part)) for k, part in enumerate(parts)]


def outline(plan: CityPlan) -> shapely.Polygon:
    """Trace the land that the grid covers, margin included.

    Parameters
    ----------
    plan
        The grid.

    Returns
    -------
    Polygon
        EPSG:4547.
    """
    high = len(plan.bands) // plan.band_columns
    return _land_of(plan, (0, plan.band_columns, 0, high))


def _along_river(
    plan: CityPlan, load: list[int], whole: tuple[int, int, int, int], count: int
) -> list[tuple[int, int, int, int]]:
    """Let the river part the first two offices, then cut each bank by itself."""
    if count == 1:
        return [whole]
    a0, a1, b0, b1 = whole
    river = plan.rows.index("river")
    bank = sum(plan.bands[b * plan.band_columns][2] < river for b in range(b0, b1))
    south, north = (a0, a1, b0, bank), (a0, a1, bank, b1)
    share = _load(plan, load, south) / sum(load)
    first = min(count - 1, max(1, round(share * count)))
    return _bisect(plan, load, south, first) + _bisect(plan, load, north, count - first)


def _bisect(
    plan: CityPlan, load: list[int], part: tuple[int, int, int, int], count: int
) -> list[tuple[int, int, int, int]]:
    """Cut bands ``(a0, a1, b0, b1)`` into parts of about equal load."""
    a0, a1, b0, b1 = part
    if count <= 1 or (a1 - a0 == 1 and b1 - b0 == 1):
        return [part]
    first = count // 2
    wide = a1 - a0 >= b1 - b0
    cuts = range(a0 + 1, a1) if wide else range(b0 + 1, b1)
    goal = first / count

    def halves(cut: int) -> tuple[tuple[int, int, int, int], tuple[int, int, int, int]]:
        if wide:
            return (a0, cut, b0, b1), (cut, a1, b0, b1)
        return (a0, a1, b0, cut), (a0, a1, cut, b1)

    def unevenness(cut: int) -> float:
        low, high = (_load(plan, load, half) for half in halves(cut))
        return abs(low / max(1, low + high) - goal)

    low, high = halves(min(cuts, key=lambda cut: (unevenness(cut), cut)))
    return _bisect(plan, load, low, first) + _bisect(plan, load, high, count - first)


def _load(plan: CityPlan, load: list[int], part: tuple[int, int, int, int]) -> int:
    a0, a1, b0, b1 = part
    return sum(load[b * plan.band_columns + a] for a in range(a0, a1) for b in range(b0, b1))


def _land_of(plan: CityPlan, part: tuple[int, int, int, int]) -> shapely.Polygon:
    """Trace the outline of a rectangle of bands, out to the edge of the grid where it is outer."""
    a0, a1, b0, b1 = part
    high = len(plan.bands) // plan.band_columns
    i0 = 0 if a0 == 0 else plan.bands[a0][0]
    i1 = len(plan.columns) if a1 == plan.band_columns else plan.bands[a1][0]
    j0 = 0 if b0 == 0 else plan.bands[b0 * plan.band_columns][2]
    j1 = len(plan.rows) if b1 == high else plan.bands[b1 * plan.band_columns][2]
    nodes = plan.nodes
    ring = [nodes[i][j0] for i in range(i0, i1)]
    ring += [nodes[i1][j] for j in range(j0, j1)]
    ring += [nodes[i][j1] for i in range(i1, i0, -1)]
    ring += [nodes[i0][j] for j in range(j1, j0, -1)]
    return shapely.Polygon([(round(x, 3), round(y, 3)) for x, y in ring])


def register(
    plan: CityPlan,
    settled: Settlement,
    offices: list[Office],
    words: dict[str, Any],
    seed: int,
) -> list[Entry]:
    """Give each community a code, a name, an address and the ledger's figures.

    Parameters
    ----------
    plan, settled
        What was built.
    offices
        Street offices.
    words
        Names to choose from.
    seed
        Seed of chance.

    Returns
    -------
    list of Entry
        In the order of `Settlement.communities`.
    """
    rng = np.random.default_rng([seed, 6])
    names = _Names(words, rng)
    twins = _twins(settled)
    numbers: dict[str, int] = {}
    serials: dict[tuple[int, int], int] = {}
    entries = []
    for k, community in enumerate(settled.communities):
        office = _office_of(community, offices)
        street = _street_of(community, plan)
        numbers[street] = numbers.get(street, 0) + int(rng.integers(1, 4))
        address = f"{street}{numbers[street]}号"
        cell = community.site.plot.block.cell
        hood = plan.band_of(cell)
        if hood is None:
            raise ValueError(f"a community stands outside the city proper, in {cell!r}")
        serial = serials[office, hood] = serials.get((office, hood), 0) + 1
        name = TWIN_NAME if k in twins else names.draw(community, address)
        entries.append(
            _entry(
                community,
                code=f"{office + 1:03d}{hood + 1:03d}{serial:03d}",
                name=name,
                address=address,
                neighbourhood=name_neighbourhood(hood, words) + "社区",
                office=offices[office].name,
                rng=rng,
            )
        )
    return entries


def _twins(settled: Settlement) -> set[int]:
    """Choose two communities of different blocks for the name that occurs twice."""
    walled = [
        k
        for k, c in enumerate(settled.communities)
        if c.status == "core" and not c.site.is_single and k != settled.walled_in
    ]
    first = walled[0]
    return {first, walled[-1]}


def _office_of(community: Community, offices: list[Office]) -> int:
    middle = community.polygon().representative_point()
    for k, office in enumerate(offices):
        if office.polygon.contains(middle):
            return k
    raise ValueError(f"no street office holds the community at {middle.wkt}")


def _street_of(community: Community, plan: CityPlan) -> str:
    """Name the street of a community: its own, or the nearest one with a name."""
    plot = community.site.plot
    sides = [gate.side for gate in community.site.gates] + plot.open_sides()
    for side in sides:
        street = plot.sides[side]
        if street is not None and "name" in street.tags:
            return street.tags["name"]
    i, j = plot.block.cell
    return plan.level[j].name if plot.v0 < plot.block.height_m / 2 else plan.upright[i].name


class _Names:
    """Names of communities, each given once."""

    def __init__(self, words: dict[str, Any], rng: np.random.Generator) -> None:
        tails = list(dict.fromkeys(words["unit_tails"]))
        pairs = [unit + tail for tail in tails for unit in words["units"]]
        first = [unit + words["unit_tails"][k % 6] for k, unit in enumerate(words["units"])]
        shuffled = [first[int(k)] for k in rng.permutation(len(first))]
        estates = [words["estates"][int(k)] for k in rng.permutation(len(words["estates"]))]
        rest = [name for name in pairs if name not in set(first)]
        self.old = _mix(shuffled, estates) + [rest[int(k)] for k in rng.permutation(len(rest))]
        self.new = [
            words["new_estates"][int(k)] for k in rng.permutation(len(words["new_estates"]))
        ]
        self.villages = [words["villages"][int(k)] for k in rng.permutation(len(words["villages"]))]
        self.used: set[str] = {TWIN_NAME}

    def draw(self, community: Community, address: str) -> str:
        """Give the next name that suits; a house number when there is none left."""
        if community.status in ("self_built", "shantytown"):
            pool, tail = (
                self.villages,
                "自建房片区" if community.status == "self_built" else "棚户区",
            )
        else:
            pool, tail = (self.new, "") if community.status.startswith("after") else (self.old, "")
        name = pool.pop(0) + tail if pool else f"{address}院"
        if name in self.used:
            name = f"{address}院"
        self.used.add(name)
        return name


def _mix(units: list[str], estates: list[str]) -> list[str]:
    """Put one estate after every third work unit's housing."""
    mixed: list[str] = []
    left = list(estates)
    for k, unit in enumerate(units, start=1):
        mixed.append(unit)
        if k % 3 == 0 and left:
            mixed.append(left.pop(0))
    return mixed


def _entry(
    community: Community,
    *,
    code: str,
    name: str,
    address: str,
    neighbourhood: str,
    office: str,
    rng: np.random.Generator,
) -> Entry:
    drawn = rng.random(6)
    floor = sum(slab.floor_area_m2 for slab in community.site.slabs)
    return Entry(
        community=community,
        code=code,
        name=name,
        address=address,
        neighbourhood=neighbourhood,
        office=office,
        year_text=_year_text(community.years, float(drawn[0]), float(drawn[1])),
        buildings=len(community.site.slabs),
        residents=round(community.households * (2.3 + float(drawn[2]))),
        floor_area_m2=round(floor / 100) * 100,
        ownership=OWNERSHIP[int(drawn[3] * len(OWNERSHIP))],
        management=MANAGEMENT[int(drawn[4] ** 2 * len(MANAGEMENT))],
        participation=round(82 + 17 * float(drawn[5]), 1),
        agreement=round(78 + 21 * float(drawn[5] ** 2), 1),
    )


def _year_text(years: tuple[int, int] | None, drawn: float, month: float) -> str:
    """Write a year as clerks do: plain, short, a decade, a range, with a month, or 不详."""
    if years is None:
        return UNKNOWN_YEAR[round(drawn)]
    first, last = years
    if first != last:
        return f"{first}-{last}"
    old = first < CENTURY
    spellings = (
        (0.10, f"{first % 100:02d}年", old),
        (0.08, f"{first % 100 // 10}0年代", old and first % 100 // 10 > SEVENTIES),
        (0.06, f"{first}.{1 + int(month * 12):02d}", True),
        (0.05, f"约{first}年", first < CENTURY - 5),
        (0.30, f"{first}年", True),
    )
    upto = 0.0
    for share, text, fits in spellings:
        upto += share
        if drawn < upto and fits:
            return text
    return str(first)
