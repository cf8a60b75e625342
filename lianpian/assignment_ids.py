"""Whom rows of an edited assignment mean: ids that a spreadsheet has altered, rows of nobody."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

import pandas as pd

from layers.checks import Finding
from layers.corrections import is_power
from layers.counts import counted
from layers.errors import InputError

_SHOWN: Final = 5
_EXAMPLES: Final = 2
_LONGEST_ID: Final = 40
_DECIMALS: Final = re.compile(r"(?<=\d)\.0+$")
"""What a spreadsheet or a table library writes behind an id that it took for a number."""

_AS_TEXT: Final = (
    "在表格软件中把编码列设为文本。",
    "Let the spreadsheet keep ids as text.",
)


def match_ids(written: pd.Index, ids: pd.Index) -> tuple[pd.Index, list[Finding]]:
    """Give ids back what a spreadsheet did to them, where it is clear who is meant; and tell it.

    Parameters
    ----------
    written
        Ids as the rows of an assignment have them, each once.
    ids
        Ids of the communities.

    Returns
    -------
    tuple
        The ids meant, in the order of `written`; one that could mean several stays as it is.
    """
    plain = _mended(written, ids, lambda one: one.lstrip("0"))
    read = _mended(plain, ids, lambda one: _DECIMALS.sub("", one).lstrip("0"))
    findings = _told(
        [(old, new) for old, new in zip(written, plain, strict=True) if old != new],
        code="assignment-zeros-restored",
        zh="个小区的编码缺少前导零，已补回",
        en="lacked their leading zeros and got them back",
    )
    findings += _told(
        [(old, new) for old, new in zip(plain, read, strict=True) if old != new],
        code="assignment-decimals-dropped",
        zh="个小区的编码被写成小数，已去掉小数部分",
        en="were written as decimal numbers; the decimals are left out",
    )
    return read, findings


def _mended(found: pd.Index, ids: pd.Index, bare: Callable[[str], str]) -> pd.Index:
    """Replace ids that nobody has by those that are the same to `bare`, if there is just one."""
    whole: dict[str, set[str]] = {}
    for one in ids:
        whole.setdefault(bare(str(one)), set()).add(str(one))
    known = set(ids)
    names = []
    for one in found:
        likely = whole.get(bare(str(one)), set())
        names.append(one if one in known or len(likely) != 1 else next(iter(likely)))
    counts = Counter(names)
    names = [new if counts[new] == 1 else old for new, old in zip(names, found, strict=True)]
    return pd.Index(names, name=found.name)


def _told(changed: list[tuple[str, str]], *, code: str, zh: str, en: str) -> list[Finding]:
    if not changed:
        return []
    old, new = changed[0]
    return [
        Finding(
            severity="check",
            table_name="assignment",
            row_key=str(new) if len(changed) == 1 else "",
            code=code,
            zh=f"归属表中 {len(changed):,} {zh}（如 {str(old)!r} 读作 {str(new)!r}）。",
            en=f"ids of {counted(len(changed), 'community', 'communities')} in the assignment {en} "
            f"({str(old)!r} is read as {str(new)!r}).",
            remedy=f"核对；{_AS_TEXT[0].rstrip('。')}。 / Check them. {_AS_TEXT[1]}",
        )
    ]


def unknown_ids(strangers: Iterable[str]) -> list[Finding]:
    """Name rows that fit nobody, with the likely cause where the id shows it."""
    findings = []
    for name in strangers:
        zh, en = _cause([str(name)])
        findings.append(
            Finding(
                severity="decide",
                table_name="assignment",
                row_key=str(name),
                code="assignment-unknown-community",
                zh=f"归属表中的小区 {name!r} 不在小区图层中，已忽略。{zh}",
                en=f"community {str(name)!r} of the assignment is not among the communities; "
                f"ignored.{en}",
                remedy="核对编码。 / Check the id.",
            )
        )
    return findings


def _cause(names: list[str]) -> tuple[str, str]:
    """Say what a spreadsheet has done to an id; nothing where no id shows it."""
    for name in names:
        if is_power(name):
            return (
                f"{name!r} 是科学计数法，编码已失去末位数字：请把该列设为文本后重新填写编码。",
                (
                    f" {name!r} is in scientific notation, which has lost digits of the id: set "
                    "the column to text and write the ids again."
                ),
            )
    for name in names:
        if _DECIMALS.search(name):
            return (
                f"{name!r} 末尾的小数可能是表格软件加上的：请把该列设为文本后重新填写编码。",
                (
                    f" The decimals of {name!r} may come from a spreadsheet: set the column to "
                    "text and write the ids again."
                ),
            )
    return "", ""


def require_somebody(edited: pd.DataFrame, ids: pd.Index, name: str) -> None:
    """Refuse an assignment that says nothing about any community.

    Parameters
    ----------
    edited
        Column ``community_id``, as texts.
    ids
        Ids of the communities.
    name
        The file, for the message.

    Raises
    ------
    InputError
        If there is no row, or if no row names a community of the job.
    """
    written = pd.Index(edited["community_id"].dropna().unique())
    if written.empty:
        raise InputError(
            en=f"assignment: {name} has a header and no row that names a community; expected a "
            "row for each community. Start from tables/assignment.csv of a result.",
            zh=f"assignment：{name} 只有表头，没有任何小区的行；应每个小区一行。"
            "请以结果文件夹中的 tables/assignment.csv 为底稿。",
        )
    read, _ = match_ids(written, ids)
    if read.isin(ids).any():
        return
    shown = _some(written)
    expected = ", ".join(repr(str(one)) for one in ids[:_EXAMPLES])
    zh, en = _cause([str(one) for one in written])
    raise InputError(
        en=f"assignment: {name}: none of its ids ({len(written):,}) is a community of this job. "
        f"community_id has {shown}; expected ids such as {expected}."
        f"{en or ' Check that the file belongs to this job and that ids are kept as text.'}",
        zh=f"assignment：{name} 中的 {len(written):,} 个编码都不是本作业的小区。"
        f"community_id 列为 {shown}；应为 {expected} 之类的编码。"
        f"{zh or '请核对该表是否属于本作业，并把编码列设为文本。'}",
    )


def _some(names: pd.Index) -> str:
    shown = ", ".join(repr(str(one)[:_LONGEST_ID]) for one in names[:_SHOWN])
    return shown + (" ..." if len(names) > _SHOWN else "")


def doubt_alike(edited: pd.DataFrame) -> list[Finding]:
    """Ask about names of zones that differ only by case, width or blanks.

    Parameters
    ----------
    edited
        Column ``zone_id``, as texts; an index ``row`` numbers the rows as their file does.
    """
    zones = edited["zone_id"].dropna().astype("str")
    numbers = edited.index if edited.index.name == "row" else range(2, len(edited) + 2)
    places = dict(zip(edited.index, numbers, strict=True))
    alike: dict[str, dict[str, list[str]]] = {}
    for row, zone in zones.items():
        same = "".join(unicodedata.normalize("NFKC", zone).casefold().split())
        alike.setdefault(same, {}).setdefault(zone, []).append(str(places[row]))
    return [
        Finding(
            severity="check",
            table_name="assignment",
            row_key=min(found),
            code="assignment-zones-alike",
            zh=f"归属表中的片区名 {_named(found, '（第 {} 行）', '、')} "
            "仅大小写、全半角或空格不同，按不同片区处理。",
            en=f"zones {_named(found, ' (row {})', ', ')} of the assignment differ only by case, "
            "width or blanks; they are taken as different zones.",
            remedy="若为同一片区，请统一写法。 / If one zone is meant, write its name alike.",
        )
        for found in alike.values()
        if len(found) > 1
    ]


def _named(found: dict[str, list[str]], rows: str, between: str) -> str:
    parts = []
    for zone in sorted(found):
        listed = ", ".join(found[zone][:_SHOWN]) + (" ..." if len(found[zone]) > _SHOWN else "")
        parts.append(f"{zone!r}{rows.format(listed)}")
    return between.join(parts)
