"""Headers of attribute tables: the form in which they are compared, and the job's own names."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd

from layers.errors import InputError

GEOMETRY: Final = "geometry"
CUT_BYTES: Final = (8, 9, 10)
"""A DBF name holds ten bytes; a last character of two or three bytes may not have fitted."""


def fold(header: str) -> str:
    """Bring a header into the form in which aliases are compared: width, case, blanks, units."""
    text = unicodedata.normalize("NFKC", header).casefold()
    text = re.sub(r"[(\[].*?[)\]]", "", text)
    return re.sub(r"\s+", "", text)


def rename_fields(
    frame: gpd.GeoDataFrame, fields: Mapping[str, str], *, role: str, path: Path
) -> gpd.GeoDataFrame:
    """Give a layer's columns the canonical names that the job maps them to.

    Parameters
    ----------
    frame
        A layer as read.
    fields
        Canonical name -> header in the file, also as it was before a Shapefile cut it.
    role, path
        What the layer is for and where it came from, for messages.

    Returns
    -------
    GeoDataFrame
        The layer with its geometry column named ``geometry``; a column that already had a
        canonical name keeps its values as ``<name>_in_file``.

    Raises
    ------
    InputError
        If the file has no such header, with the nearest one.
    """
    shape = frame.geometry.name
    headers = [str(name) for name in frame.columns if name != shape]
    renamed = map_headers(headers, fields, role=role, path=path)
    if shape != GEOMETRY and GEOMETRY in headers:
        renamed.setdefault(GEOMETRY, f"{GEOMETRY}_in_file")
    named = frame.rename(columns=renamed)
    return named if shape == GEOMETRY else named.rename_geometry(GEOMETRY)


def map_headers(
    headers: Sequence[str], fields: Mapping[str, str], *, role: str, path: Path
) -> dict[str, str]:
    """Find the headers that the job names: header -> canonical name.

    Parameters
    ----------
    headers
        What the file has.
    fields
        Canonical name -> header as the job writes it.
    role, path
        What the file is for and where it lies, for messages.

    Returns
    -------
    dict
        Headers to rename; one that had a canonical name of another becomes ``<name>_in_file``.

    Raises
    ------
    InputError
        If the file has no such header, with the nearest one.
    """
    renamed: dict[str, str] = {}
    for canonical, wanted in fields.items():
        header = find_header(wanted, headers)
        if header is None:
            near = difflib.get_close_matches(wanted, headers, n=1, cutoff=0.4)
            raise InputError(
                en=f"{role}: fields.{canonical} = {wanted!r}, but {path} has no such "
                f"column; it has {', '.join(map(repr, headers))}"
                + (f"; did you mean {near[0]!r}?" if near else "."),
                zh=f"{role}：fields.{canonical} = {wanted!r}，但 {path} 没有此列；"
                f"现有 {'、'.join(map(repr, headers))}"
                + (f"；是否应为 {near[0]!r}？" if near else "。"),
            )
        renamed[header] = canonical
    for canonical in tuple(renamed.values()):
        if canonical in headers and canonical not in renamed:
            renamed[canonical] = f"{canonical}_in_file"
    return renamed


def find_header(wanted: str, headers: Sequence[str]) -> str | None:
    """Find a header as written, else in the same form, else cut to ten bytes by a Shapefile.

    Parameters
    ----------
    wanted
        The header as people know it.
    headers
        What the file has.

    Returns
    -------
    str or None
        The one header that fits; None if none does, or more than one.
    """
    if wanted in headers:
        return wanted
    alike = [header for header in headers if fold(header) == fold(wanted)]
    if not alike:
        alike = [
            header
            for header in headers
            if wanted.startswith(header)
            and any(len(header.encode(code)) in CUT_BYTES for code in ("utf-8", "gb18030"))
        ]
    return alike[0] if len(alike) == 1 else None
