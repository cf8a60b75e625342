"""Styles of the GeoPackage's layers, in the colours, hatches and shapes of the maps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from maps import qml
from maps.answer_layer import answer_fills
from maps.qml import Label, Part, Rule, Style, Symbol
from maps.style import (
    CIRCLE_INK,
    GATE_COLOURS,
    HAVE_CHARACTERS,
    HAVE_COLOURS,
    HAVE_SHAPES,
    INK,
    LAND_COLOURS,
    PAPER,
    PROTECTED_INK,
    PROTECTED_SHAPES,
    STREET_CLASSES,
    WALK_INK,
    ZONE_INK,
    Fill,
)
from maps.words import HAVES, WORDS, pick

OUTLINE: Final = "#6e675b"
WALL_INK: Final = "#4a4238"
STREET_EDGE: Final = "#9a9384"
BUILDING: Final = "#b8b1a5"
SUBDISTRICT_INK: Final = "#7a3b69"
NETWORK_INK: Final = "#8b9299"

NEAR: Final = 12_000
"""Largest denominator at which single gates, walks and buildings are shown."""

_NAME: Final = """coalesce("name", "community_id")"""


def styles(languages: tuple[str, ...]) -> dict[str, Style]:
    """Give the style of each layer, by its name; legends are in `languages`."""

    def say(zh: str, en: str) -> str:
        return pick((zh, en), languages)

    return {
        "answers": _answers(languages),
        "communities": Style(
            rules=(
                Rule(
                    label=say("小区", "Communities"),
                    symbol=_fill(qml.area("#e9e0cf", opacity=0.8, edge=OUTLINE, width=0.25)),
                ),
            ),
            label=Label(expression=_NAME, size=7.5, colour=INK, most=NEAR),
        ),
        "zones": Style(
            rules=(
                Rule(
                    label=say("片区", "Zones"),
                    symbol=_fill(
                        qml.area("#ffffff", opacity=0.0, edge="#ffffff", width=1.6),
                        qml.area("#ffffff", opacity=0.0, edge=ZONE_INK, width=0.8),
                    ),
                ),
            ),
            label=Label(expression='"zone_id"', size=13, colour=ZONE_INK, bold=True),
        ),
        "facilities": _facilities(languages),
        "access_points": _access_points(languages),
        "streets": _streets(languages),
        "barriers": _barriers(languages),
        "land": _land(languages),
        "protections": _protections(languages),
        "buildings": Style(
            rules=(
                Rule(
                    label=say("楼栋", "Buildings"),
                    symbol=_fill(qml.area(BUILDING, edge="#ffffff", width=0.1)),
                ),
            ),
            most=20_000,
        ),
        "subdistricts": Style(
            rules=(
                Rule(
                    label=say("街道辖区", "Street offices"),
                    symbol=_fill(
                        qml.area("#ffffff", opacity=0.0),
                        qml.line("#ffffff", 1.4, opacity=0.8),
                        qml.line(SUBDISTRICT_INK, 0.6, dash=(5, 1.5, 1, 1.5)),
                    ),
                ),
            ),
            label=Label(expression='"name"', size=12, colour=SUBDISTRICT_INK, bold=True),
        ),
        "network": Style(
            rules=(
                Rule(
                    label=say("步行网络", "Walking network"),
                    symbol=Symbol("line", (qml.line(NETWORK_INK, 0.2),)),
                ),
            ),
        ),
        "routes": Style(
            rules=(
                Rule(
                    label=say("到最近设施的步行路线", "Walks to the nearest facility"),
                    symbol=Symbol("line", (qml.line(WALK_INK, 0.4, dash=(1.6, 0.8)),)),
                ),
            ),
            most=NEAR,
        ),
        "reached_streets": Style(
            rules=(
                Rule(
                    label=say("可达路段", "Reached streets"),
                    symbol=Symbol("line", (qml.line(CIRCLE_INK, 0.35, opacity=0.5),)),
                ),
            ),
        ),
        "circles": _circles(languages, opacity=0.0),
        "zone_circles": _circles(languages, opacity=0.1),
        "catchments": Style(
            rules=tuple(
                Rule(
                    label=pick(both, languages),
                    where=_is("category", have),
                    symbol=_fill(
                        qml.area(HAVE_COLOURS[have], opacity=0.08),
                        qml.line(HAVE_COLOURS[have], 0.5),
                    ),
                )
                for have, both in HAVES.items()
            ),
        ),
    }


def _answers(languages: tuple[str, ...]) -> Style:
    return Style(
        rules=tuple(
            Rule(
                label=pick(label, languages),
                where=_is("class", code),
                symbol=_fill(
                    qml.area(fill.colour),
                    *_hatched(fill),
                    qml.area("#ffffff", opacity=0.0, edge=OUTLINE, width=0.25),
                ),
            )
            for code, (label, fill) in answer_fills().items()
        ),
        label=Label(expression=_NAME, size=7.5, colour=INK, most=NEAR),
    )


_ANGLES: Final[Mapping[str, tuple[float, ...]]] = {
    "diagonal": (45.0,),
    "back": (135.0,),
    "level": (0.0,),
    "upright": (90.0,),
    "cross": (45.0, 135.0),
    "grid": (0.0, 90.0),
    "dense": (45.0, 135.0),
}
"""Directions of a hatch's lines, degrees."""

_SOFT: Final = 0.45
_DENSE_MM: Final = 1.1


def _hatched(fill: Fill) -> tuple[Part, ...]:
    """Draw a fill's hatch, its ink softened towards the colour so that names stay readable."""
    if not fill.hatch:
        return ()
    ink = _between(fill.colour, fill.ink, _SOFT)
    if fill.hatch == "dots":
        return (qml.dots(ink),)
    step = _DENSE_MM if fill.hatch == "dense" else qml.HATCH_MM
    return tuple(qml.hatch(ink, angle, step=step) for angle in _ANGLES[fill.hatch])


def _between(colour: str, other: str, share: float) -> str:
    pairs = [(int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _facilities(languages: tuple[str, ...]) -> Style:
    """Draw badges: outline, colour and character differ together; unconfirmed ones are hollow."""
    rules: list[Rule] = []
    for have, both in HAVES.items():
        colour, shape = HAVE_COLOURS[have], HAVE_SHAPES[have]
        badge = qml.mark(shape, colour, 4.2 if shape != "diamond" else 5.2, edge="#ffffff")
        here = _is("category", have)
        rules.append(
            Rule(
                label=pick(both, languages),
                where=f'{here} AND "confirmed"',
                symbol=Symbol("marker", (badge, qml.character(HAVE_CHARACTERS[have], 2.7))),
            )
        )
        waiting = pick((f"{both[0]}（待核实）", f"{both[1]} (unconfirmed)"), languages)
        hollow = qml.mark(shape, colour, 3.4, width=0.6, hollow=True)
        rules.append(
            Rule(
                label=waiting,
                where=f'{here} AND NOT "confirmed"',
                symbol=Symbol("marker", (hollow,)),
            )
        )
    grounds = _fill(qml.area("#ffffff", opacity=0.0, edge=OUTLINE, width=0.4))
    rules.append(Rule(label=pick(("设施用地", "Grounds"), languages), where=_AREAS, symbol=grounds))
    return Style(rules=tuple(rules))


_AREAS: Final = "coalesce(area($geometry), 0) > 0"  # of a line it is missing


def _access_points(languages: tuple[str, ...]) -> Style:
    looks = {
        "surveyed": qml.mark("circle", GATE_COLOURS["surveyed"], 2.2, edge="#ffffff"),
        "inferred": qml.mark("circle", GATE_COLOURS["inferred"], 2.0, width=0.5, hollow=True),
        "nearest": qml.mark("cross2", GATE_COLOURS["nearest"], 2.0, edge=GATE_COLOURS["nearest"]),
    }
    words = WORDS["access_points.kind"]
    return Style(
        rules=tuple(
            Rule(
                label=pick(words[kind], languages),
                where=_is("kind", kind),
                symbol=Symbol("marker", (part,)),
            )
            for kind, part in looks.items()
        ),
        most=NEAR,
    )


def _streets(languages: tuple[str, ...]) -> Style:
    groups = {
        group: f"""regexp_replace("class", '_link$', '') IN ({_listed(classes)})"""
        for group, classes in STREET_CLASSES.items()
        if group != "path"
    }
    named = {
        "path": ("小路", "Paths"),
        "minor": ("一般道路", "Streets"),
        "major": ("主要道路", "Main streets"),
    }
    widths = {"minor": 0.9, "major": 1.6}
    other = " AND ".join(f"NOT {where}" for where in groups.values())
    rules = [
        Rule(
            label=pick(named["path"], languages),
            where=other,
            symbol=Symbol("line", (qml.line("#a39c8e", 0.25, dash=(1.4, 0.8)),)),
        )
    ]
    for group, width in widths.items():
        casing, bed = qml.line(STREET_EDGE, width + 0.3), qml.line("#ffffff", width)
        rules.append(
            Rule(
                label=pick(named[group], languages),
                where=groups[group],
                symbol=Symbol("line", (casing, bed)),
            )
        )
    return Style(
        rules=tuple(rules), label=Label(expression='"name"', size=7, colour="#55606a", most=NEAR)
    )


def _barriers(languages: tuple[str, ...]) -> Style:
    looks = {
        "wall": (qml.line(WALL_INK, 0.5),),
        "fence": (qml.line(WALL_INK, 0.35, dash=(1.2, 0.6)),),
        "river": (qml.line("#7fb0c8", 0.9),),
        "railway": _RAILWAY,
        "other": (qml.line(WALL_INK, 0.35, dash=(0.6, 0.6)),),
    }
    words = WORDS["barriers.kind"]
    lines = [
        Rule(
            label=pick(words[kind], languages),
            where=_is("kind", kind) + _LINES,
            symbol=Symbol("line", parts),
        )
        for kind, parts in looks.items()
    ]
    water = _fill(qml.area(LAND_COLOURS["water"], edge="#7fb0c8", width=0.4))
    ground = _fill(qml.area(PAPER, edge=WALL_INK, width=0.35))
    river = Rule(
        label=pick(words["river"], languages),
        where=f"{_is('kind', 'river')} AND {_AREAS}",
        symbol=water,
    )
    other = Rule(
        label=pick(words["other"], languages),
        where=f"NOT {_is('kind', 'river')} AND {_AREAS}",
        symbol=ground,
    )
    return Style(rules=(*lines, river, other))


_LINES: Final = " AND coalesce(area($geometry), 0) = 0"
_RAILWAY: Final = (
    qml.line(LAND_COLOURS["railway"], 0.9),
    qml.line("#ffffff", 0.5, dash=(2.0, 2.0)),
)


def _protections(languages: tuple[str, ...]) -> Style:
    """Draw what must be kept in one ink, areas hatched, points with a shape for each kind."""
    rules: list[Rule] = []
    for kind, both in WORDS["protections.kind"].items():
        label, here = pick(both, languages), _is("kind", kind)
        dash = (3.0, 1.0) if kind.startswith("historic_") else ()
        edge = qml.line(PROTECTED_INK, 0.6, dash=dash)
        sparse = qml.hatch(PROTECTED_INK, 45, step=4.0)
        badge = qml.mark(
            PROTECTED_SHAPES.get(kind, "circle"),
            PROTECTED_INK,
            3.0,
            edge=PROTECTED_INK if kind == "other" else "#ffffff",
            hollow=kind == "other",
        )
        rules += [
            Rule(label=label, where=f"{here} AND {_AREAS}", symbol=_fill(sparse, edge)),
            Rule(label=label, where=here + _LONG, symbol=Symbol("line", (edge,))),
            Rule(label=label, where=here + _SPOTS, symbol=Symbol("marker", (badge,))),
        ]
    return Style(
        rules=tuple(rules), label=Label(expression='"name"', size=7.5, colour=INK, most=NEAR)
    )


_LONG: Final = " AND coalesce(area($geometry), 0) = 0 AND coalesce(length($geometry), 0) > 0"
_SPOTS: Final = " AND coalesce(area($geometry), 0) = 0 AND coalesce(length($geometry), 0) = 0"


def _land(languages: tuple[str, ...]) -> Style:
    words = WORDS["land.kind"]
    rules: list[Rule] = []
    for kind, colour in LAND_COLOURS.items():
        line = _RAILWAY if kind == "railway" else (qml.line(colour, 0.8),)
        for where, symbol in (
            (f" AND {_AREAS}", _fill(qml.area(colour))),
            (_LINES, Symbol("line", line)),
        ):
            rules.append(
                Rule(
                    label=pick(words[kind], languages),
                    where=_is("kind", kind) + where,
                    symbol=symbol,
                )
            )
    return Style(rules=tuple(rules))


def _circles(languages: tuple[str, ...], *, opacity: float) -> Style:
    """Draw the widest circles: adults' with a whole edge, older people's with a dashed one."""
    words = WORDS["walker"]
    adult = (qml.area(CIRCLE_INK, opacity=opacity), qml.line(CIRCLE_INK, 0.4, opacity=0.8))
    older = (qml.line(CIRCLE_INK, 0.4, dash=(2, 1)),)
    widest = ' AND to_int("band") = 15'
    inner = ' AND to_int("band") < 15'
    return Style(
        rules=(
            Rule(
                label=f"{pick(words['adult'], languages)} 15 min",
                where=_is("walker", "adult") + widest,
                symbol=_fill(*adult),
            ),
            Rule(
                label=f"{pick(words['adult'], languages)} 5, 10 min",
                where=_is("walker", "adult") + inner,
                symbol=_fill(qml.line(CIRCLE_INK, 0.2, opacity=0.7)),
            ),
            Rule(
                label=f"{pick(words['older'], languages)} 15 min",
                where=_is("walker", "older") + widest,
                symbol=_fill(*older),
            ),
        )
    )


def _fill(*parts: Part) -> Symbol:
    return Symbol("fill", parts)


def _is(field: str, code: str) -> str:
    return f"\"{field}\" = '{code}'"


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(f"'{code}'" for code in codes)
