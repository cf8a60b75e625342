"""Draws two plans side by side into a folder: a page and a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from layers.errors import InputError, OutputError
from lianpian.compare import Comparison
from lianpian.replacing import require_own_folder
from maps.comparison import PlanPair, draw_comparison
from maps.comparison_page import write_comparison_page
from maps.labels import Imprint

FILES: Final = ("comparison.html", "comparison.png")
"""What a comparison writes."""


def names_of(first: Path, second: Path) -> tuple[str, str]:
    """Give two result folders names that tell them apart.

    Parameters
    ----------
    first, second
        Result folders.

    Returns
    -------
    tuple of str
        The part of each path, from its end, in which they differ: ``one/result`` and
        ``two/result`` are ``one`` and ``two``. Where nothing differs, the folders' own names.
    """
    one, other = first.resolve(), second.resolve()
    pairs = zip(reversed(one.parts), reversed(other.parts), strict=False)
    return next(((a, b) for a, b in pairs if a != b), (one.name, other.name))


def draw_pair(
    first: Mapping[str, pd.DataFrame],
    second: Mapping[str, pd.DataFrame],
    result: Comparison,
    imprint: Imprint,
    names: tuple[str, str],
    folder: Path,
) -> tuple[Path, ...]:
    """Draw two plans side by side.

    Parameters
    ----------
    first, second
        Tables of each plan by name.
    result
        What differs between them.
    imprint
        Margin of the first plan; it stands on both outputs.
    names
        What the plans are called.
    folder
        Where the files go. It is made if need be; files of an earlier comparison are replaced.

    Returns
    -------
    tuple of Path
        The page and the sheet.

    Raises
    ------
    InputError
        If the plans lie in two reference systems.
    OutputError
        If the folder holds anything but an earlier comparison, or cannot be written.
    """
    crs = [str(tables["communities"].crs) for tables in (first, second)]
    if crs[0] != crs[1]:
        raise InputError(
            en=f"the two plans lie in {crs[0]} and {crs[1]} and cannot be laid side by side. Set "
            "the same [job] crs in both jobs and run them again.",
            zh=f"两个方案的坐标系分别为 {crs[0]} 和 {crs[1]}，无法对照。"
            "请在两个作业的 [job] 中设置相同的 crs 后重新运行。",
        )
    require_own_folder(folder)
    strangers = (
        sorted({path.name for path in folder.iterdir()} - {*FILES}) if folder.is_dir() else []
    )
    if strangers or (folder.exists() and not folder.is_dir()):
        held = strangers[0] if strangers else folder.name
        raise OutputError(
            en=f"{folder}: holds {held}, which no comparison wrote. Nothing was drawn; choose "
            "another folder with --out.",
            zh=f"{folder}：其中的 {held} 不是对照图。未绘制任何内容；请用 --out 指定其他文件夹。",
        )
    pair = PlanPair(
        first=first,
        second=second,
        names=names,
        same=result.same,
        moved=result.moved,
        figures=result.figures,
    )
    folder.mkdir(parents=True, exist_ok=True)
    page, sheet = (folder / name for name in FILES)
    fresh = page.with_suffix(".html.part"), sheet.with_suffix(".png.part")
    try:
        write_comparison_page(pair, imprint, fresh[0])
        draw_comparison(pair, imprint, fresh[1])
        for part, whole in zip(fresh, (page, sheet), strict=True):
            part.replace(whole)
    finally:
        for part in fresh:
            part.unlink(missing_ok=True)
    return page, sheet
