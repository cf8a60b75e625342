"""Paper: page sizes, frames on a page, scales of maps and lengths of scale bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from layers.errors import JobError

MM_PER_INCH: Final = 25.4
POINTS_PER_INCH: Final = 72.0
MM_PER_POINT: Final = MM_PER_INCH / POINTS_PER_INCH
MM_PER_M: Final = 1000.0

PAGES: Final = {
    "A4": (297.0, 210.0),
    "A3": (420.0, 297.0),
    "A2": (594.0, 420.0),
    "A1": (841.0, 594.0),
    "A0": (1189.0, 841.0),
}
"""Landscape pages, mm (ISO 216)."""

_ENLARGEMENT: Final = {"A4": 0.72, "A3": 1.0, "A2": 1.25, "A1": 1.6, "A0": 2.2}
"""How much larger text and margins are than on A3: a wall sheet is read from further away."""

SCALES: Final = (
    *(500, 1_000, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000, 6_000, 7_500, 8_000),
    *(10_000, 12_500, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 75_000),
    *(100_000, 150_000, 200_000, 300_000, 500_000, 1_000_000),
)
"""Round denominators of numeric scales; 1:500 to 1:25 000 are those of sheets of zones."""

_BARS_M: Final = (20, 50, 100, 200, 250, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 20_000, 50_000)
LONGEST_BAR: Final = 62.0
"""Longest scale bar, mm on A3."""


@dataclass(frozen=True)
class Frame:
    """A rectangle on a page, in units of the layout (mm on A3)."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Give the right edge."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """Give the upper edge."""
        return self.bottom + self.height

    def inset(self, by: float) -> Frame:
        """Shrink the frame on all sides."""
        return Frame(self.left + by, self.bottom + by, self.width - 2 * by, self.height - 2 * by)

    def cut_top(self, height: float, gap: float = 0.0) -> tuple[Frame, Frame]:
        """Cut a strip from the top; give the strip and the rest below `gap`."""
        strip = Frame(self.left, self.top - height, self.width, height)
        return strip, Frame(self.left, self.bottom, self.width, self.height - height - gap)


@dataclass(frozen=True)
class Layout:
    """Where things stand on a page; one unit is `enlargement` mm on paper.

    Parameters
    ----------
    size
        Name of the page.
    page
        The whole page.
    enlargement
        Millimetres on paper for one unit.
    title, map, left, right, imprint
        Frames of the title, the map, the two side panels and the imprint.
    """

    size: str
    page: Frame
    enlargement: float
    title: Frame
    map: Frame
    left: Frame
    right: Frame
    imprint: Frame


_MARGIN: Final = 8.0
_GAP: Final = 3.0
_TITLE: Final = 15.0
_IMPRINT: Final = 29.0
_LEFT: Final = 66.0
_RIGHT: Final = 92.0


def lay_out(size: str) -> Layout:
    """Lay out a page: title on top, map between two panels, imprint along the bottom."""
    width_mm, height_mm = PAGES[size]
    by = _ENLARGEMENT[size]
    page = Frame(0.0, 0.0, width_mm / by, height_mm / by)
    inner = page.inset(_MARGIN)
    title, rest = inner.cut_top(_TITLE, _GAP)
    imprint = Frame(rest.left, rest.bottom, rest.width, _IMPRINT)
    bottom, height = rest.bottom + _IMPRINT + _GAP, rest.height - _IMPRINT - _GAP
    left = Frame(rest.left, bottom, _LEFT, height)
    right = Frame(rest.right - _RIGHT, bottom, _RIGHT, height)
    middle = Frame(left.right + _GAP, bottom, right.left - left.right - 2 * _GAP, height)
    return Layout(size, page, by, title, middle, left, right, imprint)


@dataclass(frozen=True)
class Window:
    """The ground that a map frame shows, metres in the job's reference system."""

    west: float
    south: float
    width_m: float
    height_m: float
    denominator: float

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Give west, south, east, north."""
        return self.west, self.south, self.west + self.width_m, self.south + self.height_m

    def metres(self, mm: float) -> float:
        """Turn millimetres on paper into metres on the ground."""
        return mm * self.denominator / MM_PER_M


def choose_window(
    bounds: tuple[float, float, float, float],
    frame: Frame,
    enlargement: float,
    *,
    margin: float = 0.06,
    round_scale: bool = True,
) -> Window:
    """Choose the largest round scale at which the ground fits into a frame, and centre it.

    Parameters
    ----------
    bounds
        West, south, east and north of what must be seen, metres.
    frame
        Frame of the map, in units of the layout.
    enlargement
        Millimetres for one unit.
    margin
        Share of the frame that stays free on each side.
    round_scale
        Take a denominator from `SCALES`; small overviews without a printed scale may do without.

    Raises
    ------
    ValueError
        If the ground does not fit at the smallest scale.
    """
    west, south, east, north = bounds
    width_mm, height_mm = frame.width * enlargement, frame.height * enlargement
    free = 1 - 2 * margin
    needed = MM_PER_M * max((east - west) / (width_mm * free), (north - south) / (height_mm * free))
    denominator = max(needed, SCALES[0])
    if round_scale:
        fitting = [scale for scale in SCALES if scale >= needed]
        if not fitting:
            raise ValueError(f"the ground needs 1:{needed:.0f}, the smallest scale is {SCALES[-1]}")
        denominator = float(fitting[0])
    width_m, height_m = (mm * denominator / MM_PER_M for mm in (width_mm, height_mm))
    centre_x, centre_y = (west + east) / 2, (south + north) / 2
    return Window(centre_x - width_m / 2, centre_y - height_m / 2, width_m, height_m, denominator)


def bar_length_m(window: Window, enlargement: float, *, longest_mm: float = LONGEST_BAR) -> int:
    """Choose the longest round scale bar that is no longer than `longest_mm` (A3)."""
    longest = window.metres(longest_mm * enlargement)
    return max([bar for bar in _BARS_M if bar <= longest], default=_BARS_M[0])


@dataclass(frozen=True)
class SheetWish:
    """A series of sheets that a job asks for: page, format and resolution."""

    size: str
    form: Literal["pdf", "png"]
    dpi: int


_DEFAULT_DPI: Final = 96
_DPI: Final = (30, 600)


def read_wish(text: str) -> SheetWish:
    """Read ``A3 pdf`` or ``A1 png 150``.

    Raises
    ------
    JobError
        If the page, the format or the resolution is not one that can be drawn.
    """
    size, form, *rest = [*text.split(), "", ""][:4] if text.split() else ("", "")
    dpi = rest[0] if rest and rest[0] else str(_DEFAULT_DPI)
    good_dpi = dpi.isdecimal() and _DPI[0] <= int(dpi) <= _DPI[1]
    if size in PAGES and good_dpi and len(text.split()) <= 3:  # noqa: PLR2004  # three words
        if form == "pdf":
            return SheetWish(size, "pdf", int(dpi))
        if form == "png":
            return SheetWish(size, "png", int(dpi))
    pages = ", ".join(PAGES)
    raise JobError(
        en=f"job.toml: [outputs] sheets has {text!r}; expected a page ({pages}), pdf or png, and "
        f"for png a resolution of {_DPI[0]} to {_DPI[1]} dpi, for example 'A1 png 150'.",
        zh=f"job.toml:[outputs] sheets 含 {text!r};应为纸幅({pages})、pdf 或 png,"
        f"png 可再写分辨率 {_DPI[0]} 至 {_DPI[1]} dpi,例如 'A1 png 150'。",
    )
