"""Which OpenStreetMap tags make a row of which layer, before any geometry is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

Form = Literal["point", "line", "polygon", "spot"]
"""Geometry that a row needs; ``spot`` is a polygon where there is one, else a point."""

Values = tuple[object, ...]


Tags = dict[str, str]


class Claim(NamedTuple):
    """One row that an object can become.

    Parameters
    ----------
    layer
        Name of the layer.
    form
        Geometry that the row needs.
    values
        Values of the columns of `COLUMNS` of that layer.
    """

    layer: str
    form: Form
    values: Values


COLUMNS: Final = {
    "streets": ("name", "highway", "tags"),
    "squares": ("name", "highway", "tags"),
    "barriers": ("kind", "name", "bridge", "tunnel", "tags"),
    "buildings": ("name", "building", "levels", "flats"),
    "subdistricts": ("name",),
    "communities": ("name", "tags"),
    "facilities": ("name", "source", "tags"),
    "gates": ("name", "kind", "tags"),
    "land": ("kind", "name"),
}
"""Columns of each raw layer beside its key ``osm_id`` and its geometry."""

STREET_TAGS: Final = frozenset(
    {
        "access",
        "area",
        "bicycle",
        "bridge",
        "conveying",
        "covered",
        "crossing",
        "expressway",
        "foot",
        "footway",
        "incline",
        "indoor",
        "layer",
        "motorroad",
        "service",
        "sidewalk",
        "tunnel",
    }
)
"""Tags of a street that are kept beside its ``highway`` and ``name``: few enough that streets share
them, so that the walk filter judges each combination once."""

FACILITY_KEYS: Final = frozenset(
    {
        "amenity",
        "healthcare",
        "office",
        "parking",
        "post_office",
        "shop",
        "social_facility",
        "social_facility:for",
        "toilets",
        "vending",
    }
)
"""Keys that make an object a facility to be classified, whatever their value."""

FACILITY_PAIRS: Final = frozenset({("building", "toilets"), ("man_made", "charge_point")})
"""Tags that do so with this value only."""

GATE_BARRIERS: Final = frozenset(
    {
        "entrance",
        "full-height_turnstile",
        "gate",
        "hampshire_gate",
        "kissing_gate",
        "lift_gate",
        "sally_port",
        "sliding_beam",
        "sliding_gate",
        "swing_gate",
        "turnstile",
        "wicket_gate",
    }
)
"""Values of ``barrier`` that let people through."""

_WALLS: Final = {
    "wall": "wall",
    "city_wall": "wall",
    "retaining_wall": "wall",
    "fence": "fence",
    "guard_rail": "other",
    "hedge": "other",
    "jersey_barrier": "other",
}
_RAILS: Final = frozenset({"rail", "light_rail", "narrow_gauge", "subway"})
_RIVERS: Final = frozenset({"river", "canal", "riverbank"})
_RIVER_WATERS: Final = frozenset({"river", "canal", "oxbow", "moat", "stream"})
_GREEN: Final = {
    "leisure": frozenset({"park", "garden", "nature_reserve", "golf_course"}),
    "landuse": frozenset(
        {
            "allotments",
            "flowerbed",
            "forest",
            "grass",
            "meadow",
            "orchard",
            "recreation_ground",
            "village_green",
        }
    ),
    "natural": frozenset({"grassland", "heath", "scrub", "wood"}),
}
_GROUND_KEYS: Final = frozenset(
    {
        *FACILITY_KEYS,
        *(key for key, _ in FACILITY_PAIRS),
        *_GREEN,
        "barrier",
        "boundary",
        "railway",
        "waterway",
    }
) - {"building"}
_SQUARES: Final = frozenset({"pedestrian", "footway", "path"})
_NO: Final = (None, "no")

READ_KEYS: Final = tuple(sorted({*_GROUND_KEYS, "building", "entrance", "highway"}))
"""Keys of which an object must carry one to be read at all."""

_KEYS_OF: Final = {"streets": ("highway",), "squares": ("highway",), "buildings": ("building",)}


def keys_of_layers(names: Iterable[str]) -> tuple[str, ...]:
    """Give the keys of which an object must carry one to make a row of some layers.

    Parameters
    ----------
    names
        Names of layers, of those of `COLUMNS`.
    """
    wanted = set(names)
    if not wanted <= _KEYS_OF.keys():
        return READ_KEYS
    return tuple(sorted({key for name in wanted for key in _KEYS_OF[name]}))


QUERY_TAGS: Final[Mapping[str, bool | str | list[str]]] = {
    **dict.fromkeys(sorted(FACILITY_KEYS), True),
    **{key: sorted(values) for key, values in _GREEN.items()},
    "landuse": ["railway", "residential", *sorted(_GREEN["landuse"])],
    "natural": ["cliff", "water", *sorted(_GREEN["natural"])],
    "man_made": "charge_point",
    "barrier": sorted({*_WALLS, *GATE_BARRIERS}),
    "railway": sorted(_RAILS),
    "waterway": sorted({*_RIVERS, "stream"}),
    "admin_level": "8",
    "building": True,
    "entrance": True,
    "highway": True,
}
"""What to ask a server for, so that every layer can be made: keys, and their values (True: any).
``admin_level`` stands for boundaries: those of provinces and states would come with it whole."""


def whole_text(tags: Tags) -> str:
    """Write all tags as one line of JSON with sorted keys."""
    return json.dumps(tags, ensure_ascii=False, sort_keys=True)


def claims_of_node(tags: Tags) -> list[Claim]:
    """Name the rows that a node becomes: facilities and gates.

    Parameters
    ----------
    tags
        Tags of the node.
    """
    claims = []
    if _is_facility(tags):
        claims.append(Claim("facilities", "point", (tags.get("name"), "osm", whole_text(tags))))
    kind = _gate_kind(tags)
    if kind:
        claims.append(Claim("gates", "point", (tags.get("name"), kind, whole_text(tags))))
    return claims


def claims_of_way(tags: Tags) -> list[Claim]:
    """Name the rows that a way becomes; whether its geometry allows them is not looked at.

    Parameters
    ----------
    tags
        Its tags.
    """
    claims = []
    highway = tags.get("highway")
    if highway:
        kept = (tags.get("name"), highway, street_text(tags))
        claims.append(Claim("streets", "line", kept))
        if highway in _SQUARES and tags.get("area") == "yes":
            claims.append(Claim("squares", "polygon", kept))
    claims.extend(_claims_of_ground(tags, is_way=True))
    if tags.get("barrier") in GATE_BARRIERS:
        facts = (tags.get("name"), tags["barrier"], whole_text(tags))
        claims.append(Claim("gates", "point", facts))
    return claims


def claims_of_area(tags: Tags) -> list[Claim]:
    """Name the rows that a multipolygon or boundary relation becomes.

    Parameters
    ----------
    tags
        Its tags.
    """
    claims = []
    highway = tags.get("highway")
    if highway in _SQUARES:
        kept = (tags.get("name"), highway, street_text(tags))
        claims.extend([Claim("squares", "polygon", kept), Claim("streets", "line", kept)])
    claims.extend(_claims_of_ground(tags, is_way=False))
    return claims


def _claims_of_ground(tags: Tags, *, is_way: bool) -> Iterator[Claim]:
    name = tags.get("name")
    building = tags.get("building")
    if building not in _NO:
        levels, flats = tags.get("building:levels"), tags.get("building:flats")
        yield Claim("buildings", "polygon", (name, building, levels, flats))
    if _GROUND_KEYS.isdisjoint(tags.keys()) and building != "toilets":
        return  # nothing but a building or a street, as nearly all ways are
    if _is_facility(tags):
        yield Claim("facilities", "spot", (name, "osm", whole_text(tags)))
    if tags.get("landuse") == "residential":
        yield Claim("communities", "polygon", (name, whole_text(tags)))
    if tags.get("boundary") == "administrative" and tags.get("admin_level") == "8":
        yield Claim("subdistricts", "polygon", (name,))
    barrier = _barrier(tags)
    if barrier:
        kind, bridge, tunnel = barrier
        form: Form = "line" if is_way and not _is_filled(tags) else "polygon"
        yield Claim("barriers", form, (kind, name, bridge, tunnel, whole_text(tags)))
    land = _land_kind(tags)
    if land:
        form = "line" if is_way and (_is_track(tags) or _is_flow(tags)) else "polygon"
        yield Claim("land", form, (land, name))


def street_text(tags: Tags) -> str:
    """Write the tags of a street that the walk filter can ask for as JSON with sorted keys."""
    kept = tags.keys() & STREET_TAGS
    return whole_text({key: tags[key] for key in kept}) if kept else "{}"


def _is_facility(tags: Tags) -> bool:
    return not (FACILITY_KEYS.isdisjoint(tags.keys()) and FACILITY_PAIRS.isdisjoint(tags.items()))


def _gate_kind(tags: Tags) -> str | None:
    barrier = tags.get("barrier")
    if barrier in GATE_BARRIERS:
        return barrier
    return "entrance" if tags.get("entrance") not in _NO else None


def _barrier(tags: Tags) -> tuple[str, bool, bool] | None:
    """Name the kind of an obstacle, and whether it runs on a bridge or under the ground."""
    railway = tags.get("railway")
    kind = _WALLS.get(tags.get("barrier") or "")
    if not kind and railway in _RAILS:
        kind = "railway"
    if not kind and tags.get("waterway") in _RIVERS:
        kind = "river"
    natural = tags.get("natural")
    if not kind and natural == "water":
        kind = "river" if tags.get("water") in _RIVER_WATERS else "other"
    if not kind and natural == "cliff":
        kind = "other"
    if not kind:
        return None
    tunnel = tags.get("tunnel")
    hidden = (
        tunnel not in _NO
        or tags.get("location") == "underground"
        or tags.get("covered") == "yes"
        # An underground railway is under the ground unless its mapper says otherwise.
        or (railway == "subway" and tunnel != "no" and tags.get("bridge") in _NO)
    )
    return kind, tags.get("bridge") not in _NO, hidden


def _is_flow(tags: Tags) -> bool:
    """Tell whether water is drawn as the line that it flows along, not as its surface."""
    is_surface = tags.get("natural") == "water"
    return tags.get("waterway") in {"river", "canal", "stream"} and not is_surface


def _is_track(tags: Tags) -> bool:
    """Tell whether something is a railway's line, as against the land that railways lie on."""
    return tags.get("railway") in _RAILS - {"subway"}


def _is_filled(tags: Tags) -> bool:
    """Tell whether an obstacle is drawn by its surface: water, or a thick wall."""
    surface = tags.get("natural") == "water" or tags.get("waterway") == "riverbank"
    return surface or tags.get("area") == "yes"


def _land_kind(tags: Tags) -> str | None:
    hidden = tags.get("tunnel") not in _NO or tags.get("location") == "underground"
    if tags.get("natural") == "water" or tags.get("waterway") in {*_RIVERS, "stream"}:
        return None if hidden else "water"
    if _is_track(tags) or tags.get("landuse") == "railway":
        return None if hidden else "railway"
    if any(tags.get(key) in values for key, values in _GREEN.items()):
        return "green"
    return None
