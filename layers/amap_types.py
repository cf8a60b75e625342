"""Types of AMap (高德) written as words: ``医疗保健服务;诊所;诊所`` for the code 090300.

An export of AMap points has the code of a point's type, its words, or both. The words are a path
of three levels with ``;`` between, several of them with ``|`` between. `data/amap_types.csv` gives
the words of every code that the rules of `layers.categories` know, so that either tells the same.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final

from layers.headers import fold

CLASSES: Final = frozenset(
    {
        *("汽车服务", "汽车销售", "汽车维修", "摩托车服务", "餐饮服务", "购物服务", "生活服务"),
        *("体育休闲服务", "医疗保健服务", "住宿服务", "风景名胜", "商务住宅"),
        *("政府机构及社会团体", "科教文化服务", "交通设施服务", "金融保险服务", "公司企业"),
        *(
            "道路附属设施",
            "地名地址信息",
            "公共设施",
            "事件活动",
            "室内设施",
            "虚拟数据",
            "通行设施",
        ),
    }
)
"""The first level of AMap's types: what begins with one of these is a path of AMap."""

LEVELS: Final = ("大类", "中类", "小类")
"""Headers of exports that give each level a column of its own."""

_LEVEL: Final = re.compile("[;；]")
_PATH: Final = re.compile("[|｜]")
_OWN_CLASS: Final = "00"
"""Ending of the code that a middle class has for itself."""


def is_type_path(cell: str) -> bool:
    """Tell whether a cell holds types of AMap in words, one or several."""
    return all(levels[0] in CLASSES for levels in _paths(cell))


def read_type_paths(cell: str) -> str | None:
    """Read the codes of a cell with types of AMap in words.

    Parameters
    ----------
    cell
        Paths such as ``购物服务;便民商店/便利店;便民商店/便利店``, several with ``|`` between. The
        last level may be left out; a middle class then stands for its own code.

    Returns
    -------
    str or None
        Codes with ``|`` between, as AMap writes them. None where the cell holds no path of AMap or
        only types of which the rules know no code.

    Notes
    -----
    The class above is not compared: exports differ in it (公共厕所 also stands under 生活服务). A
    third level that is not known is no code, as an unlisted code is no rule.
    """
    if not is_type_path(cell):
        return None
    known = _codes()
    codes = [known.get((levels[1], levels[-1])) for levels in _paths(cell) if len(levels) > 1]
    return "|".join(dict.fromkeys(code for code in codes if code)) or None


def join_levels(levels: Sequence[str | None]) -> str | None:
    """Join the levels of a type that stand in columns of their own; None where it is not AMap's."""
    path = ";".join(level for level in levels if level)
    return path if path and is_type_path(path) else None


def _paths(cell: str) -> list[list[str]]:
    """Split a cell into paths, and these into levels in folded form; never empty."""
    return [[fold(level) for level in _LEVEL.split(path)] for path in _PATH.split(cell)]


@lru_cache(maxsize=1)
def _codes() -> Mapping[tuple[str, str], str]:
    """Give the code of each pair of middle class and last level, both in folded form."""
    text = files("layers").joinpath("data/amap_types.csv").read_text("utf-8")
    codes: dict[tuple[str, str], str] = {}
    for row in csv.DictReader(text.splitlines()):
        _, middle, last = (fold(level) for level in row["path"].split(";"))
        codes[middle, last] = row["typecode"]
        if row["typecode"].endswith(_OWN_CLASS):
            codes[middle, middle] = row["typecode"]
    return codes
