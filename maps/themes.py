"""Colours of what lies around the classes on a map page: light on a desk, dark at night."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from maps import style

LIGHT: Final[Mapping[str, str]] = {
    "paper": style.PAPER,
    "ink": style.INK,
    "halo": "rgba(255,255,255,.9)",
    "edge": "#3d4852",
    "green": style.LAND_COLOURS["green"],
    "water": style.LAND_COLOURS["water"],
    "railway": style.LAND_COLOURS["railway"],
    "railway_gap": "#ffffff",
    "path": "#cfc8ba",
    "minor": "#e2dccf",
    "minor_near": "#ffffff",
    "minor_edge": "#ddd6c9",
    "major": "#fffdf6",
    "major_edge": "#d3c9b6",
    "street_name": "#625a4e",
    "street_halo": "rgba(255,253,246,.95)",
    "zone": style.ZONE_INK,
    "zone_pill": "rgba(255,255,255,.94)",
    "circle": style.CIRCLE_INK,
    "circle_fill": "rgba(31,92,153,.14)",
    "circle_pill": style.CIRCLE_INK,
    "zone_circle": "#6b3f94",
    "zone_circle_fill": "rgba(107,63,148,.10)",
    "zone_circle_pill": "#6b3f94",
    "catchment": "rgba(31,92,153,.75)",
    "catchment_fill": "rgba(31,92,153,.10)",
    "walk": style.WALK_INK,
    "gate": style.GATE_COLOURS["surveyed"],
    "gate_nearest": style.GATE_COLOURS["nearest"],
    "kept": style.PROTECTED_INK,
    **style.LINK_COLOURS,
}
"""Colours by what they draw; `edge` is drawn around every class and stands out from the ground."""

DARK: Final[Mapping[str, str]] = {
    "paper": "#161b20",
    "ink": "#eef2f5",
    "halo": "rgba(13,17,20,.88)",
    "edge": "#c3ccd3",
    "green": "#21352a",
    "water": "#1d3c50",
    "railway": "#7b8792",
    "railway_gap": "#161b20",
    "path": "#3d474f",
    "minor": "#343e46",
    "minor_near": "#3a454e",
    "minor_edge": "#232b32",
    "major": "#424d56",
    "major_edge": "#262f36",
    "street_name": "#b9c3cb",
    "street_halo": "rgba(20,25,30,.92)",
    "zone": "#a9ccf5",
    "zone_pill": "rgba(18,26,36,.94)",
    "circle": "#7fbcf0",
    "circle_fill": "rgba(95,165,225,.20)",
    "circle_pill": "#1f5c99",
    "zone_circle": "#c9a5ec",
    "zone_circle_fill": "rgba(175,125,220,.16)",
    "zone_circle_pill": "#6b3f94",
    "catchment": "rgba(127,188,240,.85)",
    "catchment_fill": "rgba(95,165,225,.14)",
    "walk": "#bfe1ff",
    "gate": "#8fd3f0",
    "gate_nearest": "#aab4bc",
    "kept": "#ff9c8a",
    "wall": "#eef2f5",
    "lane": "#8fd3f0",
    "road": "#e8b07a",
    "arterial": "#ff9aa2",
    "bridge": "#7fd6d8",
    "added": "#93d69b",
    "cut": "#ff9aa2",
}
"""The same in the dark; the colours of classes stay, so that both pages read alike."""

THEMES: Final[Mapping[str, Mapping[str, str]]] = {"light": LIGHT, "dark": DARK}
