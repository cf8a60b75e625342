"""What a public map may say: an allow-list of columns, table by table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from layers.errors import JobError

PUBLIC_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "communities": (
        "community_id",
        "name",
        "subdistrict",
        "zone_id",
        "households_band",
        "households_source",
        "missing",
    ),
    "gaps": (
        "status",
        "nearest_m",
        "nearest_minutes",
        "nearest_name",
        "flips_at_strict",
        "limit_m",
        "limit_minutes",
        "rule",
        "clause",
        "covered_share",
    ),
    "facilities": ("category", "facility_name", "confirmed"),
    "access_points": ("gate_kind",),
    "zones": ("communities",),
    "zone_gaps": ("communities_met", "communities_unconfirmed"),
    "streets": ("street_class", "street_name"),
    "land": ("land_kind", "land_name"),
}
"""The whole list. What stands in no row of it is not in the file, whatever the tables hold."""

HOUSEHOLD_BANDS: Final = (50, 100, 200, 500, 1000)
"""Lower ends of the bands that stand for a count of households; fewer than 50 are one band."""


def public_columns(narrowed: Iterable[str] = ()) -> frozenset[str]:
    """Name the columns that a public map may show.

    Parameters
    ----------
    narrowed
        The job's own shorter list (``[outputs] public_columns``); empty for the shipped list.
        ``missing`` includes the answers that it counts.

    Returns
    -------
    frozenset of str
        Column names. Geometry and the base map are not columns and stay.

    Raises
    ------
    JobError
        If `narrowed` names a column that is not on the shipped list: a job may narrow the list,
        never widen it.
    """
    shipped = {column for columns in PUBLIC_COLUMNS.values() for column in columns}
    wanted = set(narrowed)
    if not wanted:
        return frozenset(shipped)
    unknown = sorted(wanted - shipped)
    if unknown:
        known = ", ".join(sorted(shipped))
        raise JobError(
            en=f"job.toml: [outputs] public_columns has {unknown!r}, which may not be shown in "
            f"public; take them out. Allowed: {known}.",
            zh=f"job.toml：[outputs] public_columns 中的 {unknown!r} 不允许公开，请删去。"
            f"可用的列：{known}。",
        )
    if "missing" in wanted:
        wanted.add("status")
    always = {
        column
        for table in ("facilities", "access_points", "streets", "land")
        for column in PUBLIC_COLUMNS[table]
    }
    return frozenset(wanted | always)


def household_band(households: float) -> str:
    """Give the band that stands for a count of households in public: ``<50``, ``50–99``, ...

    Parameters
    ----------
    households
        A count, not missing.
    """
    low = max((edge for edge in HOUSEHOLD_BANDS if edge <= households), default=0)
    if low == 0:
        return f"<{HOUSEHOLD_BANDS[0]}"
    if low == HOUSEHOLD_BANDS[-1]:
        return f"≥{low}"
    high = HOUSEHOLD_BANDS[HOUSEHOLD_BANDS.index(low) + 1]
    return f"{low}–{high - 1}"
