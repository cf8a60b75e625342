"""Elevation files that may be opened, told by their content: formats that hold their own cells."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from layers.errors import InputError
from layers.guard import require_local_file

TIFF_MARKS: Final = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_HEAD_BYTES: Final = 64


def driver_of(path: Path) -> str:
    """Tell the driver of an elevation file by its content.

    Parameters
    ----------
    path
        A local file.

    Returns
    -------
    str
        rasterio's name of the driver: ``GTiff``, ``HFA`` or ``AAIGrid``.

    Raises
    ------
    InputError
        If the file may not be opened, is of another format, or has a mask or overview beside it
        that is no TIFF.
    """
    require_local_file(path)
    head = b""
    if path.is_file():
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    if head.startswith(TIFF_MARKS):
        for suffix in (".msk", ".ovr"):
            _require_tiff(path.with_name(path.name + suffix))
        return "GTiff"
    if head.startswith(b"EHFA_HEADER_TAG"):
        return "HFA"
    if head.lstrip().lower().startswith(b"ncols"):
        return "AAIGrid"
    raise InputError(
        en=f"[inputs.elevation] {path.name} is no elevation raster; expected a GeoTIFF (.tif), an "
        "ASCII grid (.asc) or an Imagine file (.img). Export the heights as GeoTIFF.",
        zh=f"[inputs.elevation] {path.name} 不是高程栅格；应为 GeoTIFF（.tif）、ASCII 栅格（.asc）"
        "或 Imagine（.img）。请将高程导出为 GeoTIFF。",
    )


def _require_tiff(beside: Path) -> None:
    """Refuse a mask or overview that is no TIFF: the library opens whatever kind it is."""
    if not beside.exists():
        return
    require_local_file(beside)
    with beside.open("rb") as stream:
        head = stream.read(4)
    if head not in TIFF_MARKS:
        raise InputError(
            en=f"{beside.name} beside the elevation raster is no TIFF; remove it.",
            zh=f"高程栅格旁的 {beside.name} 不是 TIFF；请删除该文件。",
        )
