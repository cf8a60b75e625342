"""QGIS styles as XML (QML): rules with symbols, labels, captions and words of fields.

Properties are written in the form that every QGIS 3 reads; lengths are millimetres on the map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.etree import ElementTree as ET

Props = Mapping[str, str]

_VERSION: Final = "3.16.0"
_FONT: Final = "Microsoft YaHei"
_NO_PEN: Final = "no"
HATCH_MM: Final = 1.8


@dataclass(frozen=True)
class Part:
    """One layer of a symbol.

    Parameters
    ----------
    kind
        Class of the symbol layer in QGIS.
    props
        Its properties.
    inner
        Symbol of a pattern's lines or dots.
    """

    kind: str
    props: Props
    inner: Symbol | None = None


@dataclass(frozen=True)
class Symbol:
    """A symbol: points, lines or areas, its parts from below to above."""

    kind: Literal["marker", "line", "fill"]
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Which features a symbol is for.

    Parameters
    ----------
    label
        Text of the legend.
    where
        Expression; empty for all features.
    symbol
        How they are drawn.
    """

    label: str
    where: str = ""
    symbol: Symbol


@dataclass(frozen=True, kw_only=True)
class Label:
    """Text beside features.

    Parameters
    ----------
    expression
        What is written.
    size
        Points.
    colour
        Colour of the text; it has a white edge.
    bold
        Whether it is bold.
    most
        Largest denominator of the scale at which it is shown; 0 for any.
    """

    expression: str
    size: float
    colour: str
    bold: bool = False
    most: int = 0


@dataclass(frozen=True, kw_only=True)
class Style:
    """How one layer looks in QGIS.

    Parameters
    ----------
    rules
        Symbols and what they are for.
    label
        Text beside features, if any.
    most
        Largest denominator of the scale at which the layer is shown; 0 for any.
    """

    rules: tuple[Rule, ...]
    label: Label | None = None
    most: int = 0


def rgba(colour: str, opacity: float = 1.0) -> str:
    """Write ``#rrggbb`` as QGIS does: ``r,g,b,a``."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def line(colour: str, width: float, *, dash: Sequence[float] = (), opacity: float = 1.0) -> Part:
    """Make a line, `width` mm wide, dashed by lengths of mm."""
    props = {
        "line_color": rgba(colour, opacity),
        "line_width": f"{width:g}",
        "line_width_unit": "MM",
        "capstyle": "flat" if dash else "round",
        "joinstyle": "round",
        "use_custom_dash": "1" if dash else "0",
    }
    if dash:
        props |= {"customdash": ";".join(f"{step:g}" for step in dash), "customdash_unit": "MM"}
    return Part("SimpleLine", props)


def area(colour: str, *, opacity: float = 1.0, edge: str = "", width: float = 0.2) -> Part:
    """Make a plain area, with an edge of `width` mm where `edge` is a colour."""
    return Part(
        "SimpleFill",
        {
            "color": rgba(colour, opacity),
            "style": "solid" if opacity else "no",
            "outline_style": "solid" if edge else _NO_PEN,
            "outline_color": rgba(edge or colour),
            "outline_width": f"{width:g}",
            "outline_width_unit": "MM",
            "joinstyle": "round",
        },
    )


def hatch(ink: str, angle: float, *, step: float = HATCH_MM, width: float = 0.18) -> Part:
    """Make parallel lines, `step` mm apart, turned by `angle` degrees."""
    props = {
        "angle": f"{angle:g}",
        "distance": f"{step:g}",
        "distance_unit": "MM",
        "color": rgba(ink),
        "line_width": f"{width:g}",
        "line_width_unit": "MM",
    }
    return Part("LinePatternFill", props, Symbol("line", (line(ink, width),)))


def dots(ink: str, *, step: float = HATCH_MM, size: float = 0.5) -> Part:
    """Make a pattern of dots, `step` mm apart."""
    props = {
        "distance_x": f"{step:g}",
        "distance_y": f"{step:g}",
        "displacement_x": f"{step / 2:g}",
        "displacement_y": "0",
        **{f"{key}_unit": "MM" for key in _OFFSETS},
    }
    return Part("PointPatternFill", props, Symbol("marker", (mark("circle", ink, size),)))


_OFFSETS: Final = ("distance_x", "distance_y", "displacement_x", "displacement_y")


def mark(
    shape: str,
    colour: str,
    size: float,
    *,
    edge: str = "",
    width: float = 0.3,
    hollow: bool = False,
) -> Part:
    """Make a point symbol of `size` mm; a hollow one is filled white."""
    return Part(
        "SimpleMarker",
        {
            "name": shape,
            "color": rgba("#ffffff" if hollow else colour),
            "outline_color": rgba(edge or colour),
            "outline_style": "solid" if edge or hollow else _NO_PEN,
            "outline_width": f"{width:g}",
            "outline_width_unit": "MM",
            "size": f"{size:g}",
            "size_unit": "MM",
            "joinstyle": "round",
        },
    )


def character(sign: str, size: float) -> Part:
    """Write one character, white, into a point symbol."""
    return Part(
        "FontMarker",
        {
            "chr": sign,
            "font": _FONT,
            "color": rgba("#ffffff"),
            "size": f"{size:g}",
            "size_unit": "MM",
            "outline_width": "0",
            "vertical_anchor_point": "1",
            "horizontal_anchor_point": "1",
        },
    )


def write_qml(
    style: Style, aliases: Mapping[str, str], words: Mapping[str, Mapping[str, str]]
) -> str:
    """Write a style.

    Parameters
    ----------
    style
        How the layer looks.
    aliases
        Caption of each field, in the layer's order.
    words
        Field -> code -> word, for fields that hold codes.
    """
    root = ET.Element(
        "qgis",
        version=_VERSION,
        styleCategories="Symbology|Labeling|Fields|Forms|Rendering",
        labelsEnabled="1" if style.label else "0",
        hasScaleBasedVisibilityFlag="1" if style.most else "0",
        minScale=str(style.most or 100_000_000),
        maxScale="0",
    )
    _write_renderer(root, style.rules)
    if style.label:
        _write_label(root, style.label)
    fields = ET.SubElement(root, "fieldConfiguration")
    for name in aliases:
        field = ET.SubElement(fields, "field", name=name)
        if name in words:
            _write_words(field, words[name])
    captions = ET.SubElement(root, "aliases")
    for index, (name, alias) in enumerate(aliases.items()):
        ET.SubElement(captions, "alias", index=str(index), field=name, name=alias)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode")


def _write_renderer(root: ET.Element, rules: Sequence[Rule]) -> None:
    renderer = ET.SubElement(
        root, "renderer-v2", type="RuleRenderer", symbollevels="0", forceraster="0"
    )
    tree = ET.SubElement(renderer, "rules", key="rules")
    symbols = ET.SubElement(renderer, "symbols")
    for number, rule in enumerate(rules):
        entry = ET.SubElement(
            tree, "rule", key=f"rule-{number}", symbol=str(number), label=rule.label
        )
        if rule.where:
            entry.set("filter", rule.where)
        _write_symbol(symbols, str(number), rule.symbol)


def _write_symbol(parent: ET.Element, name: str, symbol: Symbol) -> None:
    entry = ET.SubElement(
        parent, "symbol", name=name, type=symbol.kind, alpha="1", clip_to_extent="1", force_rhr="0"
    )
    for place, part in enumerate(symbol.parts):
        layer = ET.SubElement(
            entry, "layer", {"class": part.kind, "enabled": "1", "pass": "0", "locked": "0"}
        )
        for key, value in part.props.items():
            ET.SubElement(layer, "prop", k=key, v=value)
        if part.inner:
            _write_symbol(layer, f"@{name}@{place}", part.inner)


def _write_label(root: ET.Element, label: Label) -> None:
    labelling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labelling, "settings")
    text = ET.SubElement(
        settings,
        "text-style",
        fieldName=label.expression,
        isExpression="1",
        fontFamily=_FONT,
        fontSize=f"{label.size:g}",
        fontSizeUnit="Point",
        fontWeight="75" if label.bold else "50",
        fontItalic="0",
        textColor=rgba(label.colour),
        textOpacity="1",
    )
    ET.SubElement(
        text,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor=rgba("#ffffff"),
        bufferOpacity="0.9",
        bufferJoinStyle="128",
    )
    ET.SubElement(settings, "placement", placement="1", centroidInside="1", quadOffset="4")
    ET.SubElement(
        settings,
        "rendering",
        drawLabels="1",
        obstacle="0",
        scaleVisibility="1" if label.most else "0",
        scaleMax=str(label.most),
        scaleMin="0",
    )


def _write_words(field: ET.Element, words: Mapping[str, str]) -> None:
    """Let a field show the word for its code; the code stays in the data."""
    widget = ET.SubElement(field, "editWidget", type="ValueMap")
    config = ET.SubElement(widget, "config")
    outer = ET.SubElement(config, "Option", type="Map")
    listed = ET.SubElement(outer, "Option", type="List", name="map")
    for code, word in words.items():
        entry = ET.SubElement(listed, "Option", type="Map")
        ET.SubElement(entry, "Option", type="QString", name=word, value=code)
