"""The walk filter: one list of rules that says which OpenStreetMap ways people may walk."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from layers.spots import number_keys

Verdict = Literal["open", "closed"]


@dataclass(frozen=True, kw_only=True)
class WalkRule:
    """One row of the walk filter.

    Parameters
    ----------
    order
        Place of the rule; the first rule that matches decides.
    tag, values
        The rule matches a way whose tag has one of the values.
    verdict
        ``open``: people may walk there; ``closed``: they may not.
    zh, en
        Why.
    highways
        Classes that the rule is limited to; empty for all.
    """

    order: int
    tag: str
    values: tuple[str, ...]
    verdict: Verdict
    zh: str
    en: str
    highways: tuple[str, ...] = ()

    def matches(self, tags: Mapping[str, str]) -> bool:
        """Tell whether the rule decides on a way with these tags (``highway`` among them)."""
        if tags.get(self.tag) not in self.values:
            return False
        return not self.highways or tags.get("highway") in self.highways


_LANES: Final = (
    "footway",
    "living_street",
    "path",
    "pedestrian",
    "residential",
    "service",
    "steps",
)
"""Classes of ways among homes."""

_NOT: Final = (None, "", "no")
_ABOVE_GROUND: Final = (*_NOT, "building_passage", "covered", "avalanche_protector")
"""Values of ``tunnel`` that do not lead under the ground."""

_BY_LEAVE: Final = ("private", "permit", "residents", "employees")
"""Values of ``access`` that let those in who belong there."""

_OF_A_STREET: Final = ("sidewalk", "crossing", "traffic_island")
"""Values of ``footway`` that name a part of a street."""
_JUDGED: Final = ("verdict", "order", "level", "bridge", "tunnel", "parallel", "odd_level")

PRIVATE_LANES: Final = 11
"""Order of the rule that opens private lanes among homes; streets that it opens are listed."""

WALK_FILTER: Final = (
    WalkRule(
        order=1,
        tag="highway",
        values=(
            "abandoned",
            "construction",
            "demolished",
            "disused",
            "dismantled",
            "no",
            "planned",
            "proposed",
            "razed",
        ),
        verdict="closed",
        zh="尚未建成或已拆除",
        en="not built, or gone",
    ),
    WalkRule(
        order=2,
        tag="highway",
        values=("corridor", "elevator"),
        verdict="closed",
        zh="建筑内部通道、电梯",
        en="inside a building: corridors and lifts",
    ),
    WalkRule(
        order=3,
        tag="indoor",
        values=("yes", "corridor", "room", "area"),
        verdict="closed",
        zh="建筑内部通道",
        en="inside a building",
    ),
    WalkRule(
        order=4,
        tag="foot",
        values=("no", "private", "use_sidepath"),
        verdict="closed",
        zh="禁止行人，或行人须走旁边的步道",
        en="no walkers, or walkers use the path beside it",
    ),
    WalkRule(
        order=5,
        tag="foot",
        values=(
            "yes",
            "designated",
            "permissive",
            "official",
            "public",
            "destination",
            "customers",
        ),
        verdict="open",
        zh="明确允许步行，优先于以下各条",
        en="walking explicitly allowed; overrides the rules below",
    ),
    WalkRule(
        order=6,
        tag="highway",
        values=("motorway", "motorway_link", "bus_guideway", "busway", "escape", "raceway"),
        verdict="closed",
        zh="机动车专用道",
        en="for motor vehicles only",
    ),
    WalkRule(
        order=7,
        tag="highway",
        values=(
            "emergency_bay",
            "platform",
            "rest_area",
            "services",
            "traffic_island",
            "via_ferrata",
        ),
        verdict="closed",
        zh="站台、服务区等，不是通路",
        en="platforms, service areas and the like: no way through",
    ),
    WalkRule(
        order=8,
        tag="motorroad",
        values=("yes",),
        verdict="closed",
        zh="汽车专用公路",
        en="motor road",
    ),
    WalkRule(
        order=9,
        tag="expressway",
        values=("yes",),
        verdict="closed",
        zh="快速路主路",
        en="urban expressway",
        highways=("trunk", "trunk_link", "primary", "primary_link"),
    ),
    WalkRule(
        order=10,
        tag="access",
        values=("no", "military", "agricultural", "forestry"),
        verdict="closed",
        zh="禁止通行",
        en="no access",
    ),
    WalkRule(
        order=PRIVATE_LANES,
        tag="access",
        values=_BY_LEAVE,
        verdict="open",
        zh="小区内部道路：居民可走；外人能否穿行由围墙和出入口决定",
        en="lanes among homes: residents walk there; walls and gates decide whether others may",
        highways=_LANES,
    ),
    WalkRule(
        order=12,
        tag="access",
        values=_BY_LEAVE,
        verdict="closed",
        zh="私有道路",
        en="private",
    ),
    WalkRule(
        order=13,
        tag="highway",
        values=(
            *_LANES,
            "bridleway",
            "crossing",
            "cycleway",
            "primary",
            "primary_link",
            "road",
            "secondary",
            "secondary_link",
            "tertiary",
            "tertiary_link",
            "track",
            "trail",
            "trunk",
            "trunk_link",
            "unclassified",
        ),
        verdict="open",
        zh="可步行的道路等级（含非机动车道）",
        en="classes that can be walked, cycleways included",
    ),
)
"""The walk filter: the first rule that matches decides; a way that none matches is closed and
listed as a finding. Pedestrian squares (``area=yes``, multipolygons) are walked along their outline
and straight across (`layers.squares`). One-way is for vehicles."""


def first_match(tags: Mapping[str, str], rules: Iterable[WalkRule]) -> WalkRule | None:
    """Find the rule that decides on a way, or None.

    Parameters
    ----------
    tags
        Tags of the way, ``highway`` among them.
    rules
        The filter, in any order.
    """
    matching = (rule for rule in rules if rule.matches(tags))
    return min(matching, key=lambda rule: rule.order, default=None)


def judge_ways(ways: pd.DataFrame, rules: Iterable[WalkRule]) -> pd.DataFrame:
    """Judge ways; each combination of class and tags is judged once.

    Parameters
    ----------
    ways
        Columns ``highway`` and ``tags`` (JSON text).
    rules
        The filter.

    Returns
    -------
    DataFrame
        Keyed as `ways`: ``verdict``, ``order`` of the rule that decided (0: none did, the verdict
        is ``closed``), ``level`` (NA where there is none or it is no whole number), ``bridge``,
        ``tunnel``, and ``parallel``: sidewalks, crossings and outlines of areas, whose length is
        counted elsewhere, and ``odd_level``: a level that could not be read.
    """
    rows = tuple(rules)
    classes, highways = pd.factorize(ways["highway"])
    combinations, texts = pd.factorize(ways["tags"])
    number, first = number_keys(classes * max(1, len(texts)) + combinations)
    judged = [_judge_one(highways[classes[way]], texts[combinations[way]], rows) for way in first]
    verdicts = pd.DataFrame(judged, columns=_JUDGED)
    return verdicts.astype({"level": "Int64"}).take(number).set_index(ways.index)


def _judge_one(
    highway: str, text: str, rules: Iterable[WalkRule]
) -> tuple[str, int, int | None, bool, bool, bool, bool]:
    tags: dict[str, str] = {**json.loads(text), "highway": highway}
    rule = first_match(tags, rules)
    level = read_level(tags.get("layer"))
    return (
        rule.verdict if rule else "closed",
        rule.order if rule else 0,
        level,
        tags.get("bridge") not in _NOT,
        tags.get("tunnel") not in _ABOVE_GROUND,
        tags.get("footway") in _OF_A_STREET or tags.get("area") == "yes",
        level is None and "layer" in tags,
    )


def read_level(text: object) -> int | None:
    """Read a level: a whole number, also written ``1.0``; anything else is none."""
    found = re.fullmatch(r"\s*([+-]?\d{1,2})(?:\.0*)?\s*", str(text))
    return int(found[1]) if found else None
