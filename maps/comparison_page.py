"""Two plans side by side as one page that opens offline: both maps move and light up together."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from jinja2 import Environment, StrictUndefined

from maps import assets
from maps.comparison import FIGURES, FIRST, MOVED, NO_ZONE_FILL, SECOND, TITLE, PlanPair
from maps.escape import POLICY_SLOT, escape_text, seal
from maps.labels import Imprint
from maps.notes import marks, review_note
from maps.scene import Scene, make_scene
from maps.style import LAND_COLOURS
from maps.words import Both, pick

_AROUND: Final = 0.08
"""Ground shown around all communities, as a share of their extent."""

_FINE_M: Final = 1.0
"""Bends smaller than this are not drawn."""

_HINT: Final[Both] = (
    "滚轮缩放，拖动平移，两图同步；点选小区或表中的行，两图同时突出显示。",
    "Scroll to zoom, drag to move: both maps follow. Choose a community or a row: both light up.",
)
_NOBODY: Final[Both] = ("没有小区换片区。", "No community changes zone.")
_SAME: Final[Both] = ("各项指标相同。", "All figures are equal.")
_HOUSEHOLDS: Final[Both] = ("户", "households")
_RESET: Final[Both] = ("全图", "Whole map")
_NORTH: Final[Both] = ("上北", "north is up")
_MATCHED: Final[Both] = (
    "两图同色即同一片区：按共同小区最多者一一对应；片区编号为各方案自有编号。",
    "One fill, one zone: matched by most common members. Zone ids are each plan's own.",
)


def write_comparison_page(pair: PlanPair, imprint: Imprint, path: Path) -> None:
    """Write the page.

    Parameters
    ----------
    pair
        The plans, in one metric reference system.
    imprint
        What stands in the margins; its languages give the texts.
    path
        The .html file to write; equal plans and imprint give equal bytes.

    Notes
    -----
    The maps are drawings in the page itself: no library, no address, and they stand there even
    where scripts are off.
    """
    languages = imprint.languages or ("zh",)

    def say(both: Both) -> str:
        return escape_text(pick(both, languages, joint=" / "))

    fills = pair.fills()
    template = Environment(
        autoescape=False,  # noqa: S701  every text from data passes maps.escape, not Jinja
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    ).from_string(assets.static_text("comparison.html"))
    page = template.render(
        lang="zh-CN" if languages[0] == "zh" else "en",
        policy=POLICY_SLOT,
        version=escape_text(imprint.version),
        title=escape_text(imprint.title),
        subtitle=say(TITLE),
        marks=[say(both) for both in marks(imprint)],
        review=say(review_note(imprint)),
        sources=escape_text("；".join(imprint.sources)),
        hint=say(_HINT),
        matched=say(_MATCHED),
        reset=say(_RESET),
        north=say(_NORTH),
        heads=[say(FIRST), say(SECOND)],
        names=[escape_text(name) for name in pair.names],
        maps=[_drawing(pair, number, fills[number], languages) for number in (0, 1)],
        moved_title=say(MOVED),
        moved=[
            (
                escape_text(one),
                escape_text(pair.called(one)),
                *(escape_text(z or "—") for z in zones),
            )
            for one, zones in pair.moved.items()
        ],
        nobody=say(_NOBODY),
        figures_title=say(FIGURES),
        figures=[
            (say(both), escape_text(one), escape_text(other)) for both, one, other in pair.figures
        ],
        same=say(_SAME),
        style=assets.static_text("comparison.css"),
        script=assets.static_text("comparison.js"),
    )
    path.write_text(seal(page), encoding="utf-8", newline="\n")


def _drawing(pair: PlanPair, number: int, fills: dict[str, str], languages: tuple[str, ...]) -> str:
    """Draw one plan as SVG, in metres from the upper left corner."""
    scene = make_scene(pair.plans[number])
    west, south, east, north = pair.bounds()
    rim = _AROUND * max(east - west, north - south)
    box = west - rim, south - rim, east + rim, north + rim
    width, height = box[2] - box[0], box[3] - box[1]
    parts = [
        *_ground(scene, box),
        *_communities(scene, fills, box, languages),
        *_zones(scene, box),
        *_marks(pair, scene, box),
    ]
    label = escape_text(pair.names[number])
    return (
        f'<svg class="map" role="img" aria-label="{label}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" data-width="{width:.0f}" '
        f'data-height="{height:.0f}">{"".join(parts)}</svg>'
    )


Box = tuple[float, float, float, float]


def _ground(scene: Scene, box: Box) -> list[str]:
    parts = []
    for kind in ("green", "water", "railway"):
        rows = scene.land[scene.land["kind"].eq(kind)] if len(scene.land) else scene.land
        path = _path(rows.geometry, box)
        if path:
            areas = _path(rows.geometry[rows.geom_type.str.contains("Polygon")], box)
            lines = _path(rows.geometry[~rows.geom_type.str.contains("Polygon")], box)
            colour = LAND_COLOURS[kind]
            if areas:
                parts.append(f'<path class="area" fill="{colour}" d="{areas}"/>')
            if lines:
                parts.append(f'<path class="{kind}-line" stroke="{colour}" d="{lines}"/>')
    for group in ("path", "minor", "major"):
        rows = scene.streets[scene.streets["group"].eq(group)]
        path = _path(rows.geometry, box)
        if path and group != "path":
            parts.append(f'<path class="street {group} edge" d="{path}"/>')
        if path:
            parts.append(f'<path class="street {group}" d="{path}"/>')
    return parts


def _communities(
    scene: Scene, fills: dict[str, str], box: Box, languages: tuple[str, ...]
) -> list[str]:
    parts = []
    word = pick(_HOUSEHOLDS, languages[:1])
    for row in scene.communities.reset_index().to_dict("records"):
        one, zone = str(row["community_id"]), row["zone_id"]
        path = _path(gpd.GeoSeries([row["geometry"]]), box)
        if not path:
            continue
        inside = isinstance(zone, str)
        fill = fills.get(zone, NO_ZONE_FILL) if inside else NO_ZONE_FILL
        told = f"{row['label']} · {zone if inside else '—'}"
        if not pd.isna(row["households"]):
            told += f" · {row['households']:,g} {word}"
        parts.append(
            f'<path class="community" data-id="{escape_text(one)}" fill="{fill}" '
            f'd="{path}"><title>{escape_text(told)}</title></path>'
        )
    return parts


def _zones(scene: Scene, box: Box) -> list[str]:
    parts = []
    for shape in scene.zones.geometry:
        path = _path(gpd.GeoSeries([shape]), box)
        if path:
            parts.append(f'<path class="zone-rim" d="{path}"/><path class="zone" d="{path}"/>')
    for zone, shape in scene.zones.geometry.items():
        at = shape.representative_point()
        x, y = at.x - box[0], box[3] - at.y
        text = escape_text(str(zone))
        parts.append(f'<text class="zone-name" x="{x:.0f}" y="{y:.0f}">{text}</text>')
    return parts


def _marks(pair: PlanPair, scene: Scene, box: Box) -> list[str]:
    """Mark and name the communities that moved, above everything else."""
    rows = scene.communities[scene.communities.index.isin(list(pair.moved))]
    parts = []
    for one, shape in rows.geometry.items():
        path = _path(gpd.GeoSeries([shape]), box)
        parts.append(f'<path class="mark-moved" data-id="{escape_text(str(one))}" d="{path}"/>')
    for one, shape in rows.geometry.items():
        at = shape.representative_point()
        x, y = at.x - box[0], box[3] - at.y
        name = escape_text(pair.called(str(one)))
        parts.append(f'<text class="name" x="{x:.0f}" y="{y:.0f}">{name}</text>')
    return parts


def _path(shapes: gpd.GeoSeries, box: Box) -> str:
    """Write shapes as one SVG path, whole metres with one decimal, y downwards."""
    if not len(shapes):
        return ""
    cut = shapely.clip_by_rect(np.asarray(shapes.to_numpy(), dtype=object), *box)
    fine = shapely.simplify(cut[~shapely.is_empty(cut)], _FINE_M)
    pieces = []
    for part in shapely.get_parts(fine):
        if shapely.get_type_id(part) == shapely.GeometryType.POLYGON:
            rings = [part.exterior, *part.interiors]
            pieces += [_line(shapely.get_coordinates(ring), box) + "z" for ring in rings]
        else:
            pieces.append(_line(shapely.get_coordinates(part), box))
    return "".join(pieces)


def _line(points: npt.NDArray[np.float64], box: Box) -> str:
    moved = np.column_stack([points[:, 0] - box[0], box[3] - points[:, 1]])
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in moved)
