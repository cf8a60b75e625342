"""What may be replaced: folders in which everything was written by the program itself."""

from __future__ import annotations

import csv
import fnmatch
import json
import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from layers.checks import digest
from layers.errors import OutputError
from layers.unmatched import UNDECIDED
from zoning.tables import CONTRACTS

RESULT_FILES: Final = (
    "run.json",
    "timings.json",
    "plan.gpkg",
    "map_public.html",
    "map_working.html",
    "plan.xlsx",
    "report.docx",
    "report_template.docx",
    "ATTRIBUTION.txt",
    *(f"tables/{name}.csv" for name in (*CONTRACTS, "joins")),
    "sheets/overview-*.*",
    "sheets/sheet*-*.*",
    "shapefiles/*.*",
)
"""Files of a result folder; beside them those that its own run.json lists."""

CLUTTER: Final = (
    *(".DS_Store", "Thumbs.db", "desktop.ini"),
    *("plan.gpkg-wal", "plan.gpkg-shm", "plan.gpkg-journal", "plan.gpkg.aux.xml", "plan.qmd"),
    *("~$*", ".~lock.*#"),
)
"""What desktops, spreadsheets and GIS leave beside files that they open."""

MADE_LIST: Final = ".made.json"
"""Stands in a folder of sample data: every file of it with its digest."""

_SHOWN: Final = 5


def require_replaceable(out: Path, inputs: Iterable[Path] = ()) -> None:
    """Refuse to replace anything but a result, and a result that holds a person's work.

    Parameters
    ----------
    out
        Where a result shall stand.
    inputs
        Files that the job reads.

    Raises
    ------
    OutputError
        If `out` is the root of a disk, a file, a folder without ``run.json``, one that holds files
        which no run wrote, an input of the job, or a ``review.csv`` or ``joins.csv`` with
        decisions; if another run is writing there, or if it cannot be written.
    """
    require_own_folder(out)
    if lock_of(out).exists():
        raise in_use(out)
    whole = out.resolve()
    inside = [path for path in inputs if path.resolve().is_relative_to(whole)]
    if inside:
        raise OutputError(
            en=f"{out}: the input {inside[0]} lies in the result folder, which a run replaces. "
            "Nothing was written; copy it beside job.toml and name it there, or choose another "
            "folder with --out.",
            zh=f"{out}：输入文件 {inside[0]} 位于结果文件夹中，而运行会替换该文件夹。"
            "未写入任何内容；请将其复制到 job.toml 旁并在其中写明，或用 --out 指定其他文件夹。",
        )
    if not out.exists():
        _require_writable(out)
        return
    if not out.is_dir() or (any(out.iterdir()) and not (out / "run.json").is_file()):
        raise OutputError(
            en=f"{out}: exists and is no result folder (it has no run.json). Nothing was written; "
            "choose another folder with --out.",
            zh=f"{out}：已存在且不是结果文件夹（没有 run.json）。"
            "未写入任何内容；请用 --out 指定其他文件夹。",
        )
    known = {*RESULT_FILES, *_listed(out)}
    foreign = [name for name in _names(out) if not _is_one_of(name, known)]
    if foreign:
        raise OutputError(
            en=f"{out}: holds {len(foreign):,} file(s) that no run wrote: {_some(foreign)}. "
            "Nothing was written; move them elsewhere, or choose another folder with --out.",
            zh=f"{out}：含有 {len(foreign):,} 个并非由本程序写出的文件：{_some(foreign)}。"
            "未写入任何内容；请将其移到别处，或用 --out 指定其他文件夹。",
        )
    _require_no_decisions(out / "tables" / "review.csv", "decision", {""})
    _require_no_decisions(out / "tables" / "joins.csv", "community_id", set(UNDECIDED))
    _require_writable(out)


def require_own_folder(out: Path) -> None:
    """Refuse the root of a disk: nothing can stand beside it, and all else lies in it."""
    whole = out.resolve()
    if whole == whole.parent:
        raise OutputError(
            en=f"{out}: is the root of a disk; expected a folder of its own. Nothing was written; "
            "choose another folder with --out.",
            zh=f"{out}：是磁盘根目录；应为单独的文件夹。未写入任何内容；"
            "请用 --out 指定其他文件夹。",
        )


def lock_of(out: Path) -> Path:
    """Name the file that stands beside a result folder while a run is writing it."""
    whole = out.resolve()
    return whole.with_name(f".{whole.name or 'result'}.lock")


def in_use(out: Path) -> OutputError:
    """Say that another run is writing."""
    lock = lock_of(out)
    return OutputError(
        en=f"{out}: another run is writing here. Wait for it; if none is, delete {lock}.",
        zh=f"{out}：另一次运行正在写入此处。请等待其完成；若确无运行，请删除 {lock}。",
    )


def file_names(folder: Path) -> list[str]:
    """List the files below a folder, relative to it, sorted."""
    return sorted(_names(folder))


def mark_made(folder: Path) -> None:
    """Note every file of a folder of sample data, so that it can be told from a person's."""
    made = {name: digest(folder / name) for name in file_names(folder)}
    (folder / MADE_LIST).write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", "utf-8")


def require_made(folder: Path) -> None:
    """Refuse to replace sample data that a person has added to or changed.

    Parameters
    ----------
    folder
        Where sample data shall be written; it may be missing.

    Raises
    ------
    OutputError
        If the folder holds anything that `mark_made` did not note as it is now.
    """
    if not folder.exists():
        return
    made = _made(folder / MADE_LIST)
    names = file_names(folder) if folder.is_dir() else [folder.name]
    own = [
        name
        for name in names
        if name != MADE_LIST and (name not in made or made[name] != digest(folder / name))
    ]
    if own or not folder.is_dir():
        raise OutputError(
            en=f"{folder}: holds {len(own):,} file(s) that the demo did not make, or that were "
            f"changed since: {_some(own)}. Nothing was written; choose another folder with --out.",
            zh=f"{folder}：含有 {len(own):,} 个不是示例程序生成、或生成后改动过的文件："
            f"{_some(own)}。未写入任何内容；请用 --out 指定其他文件夹。",
        )


def _made(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _listed(out: Path) -> list[str]:
    """Read which files the earlier run wrote; an older or damaged run.json names none."""
    if not (out / "run.json").is_file():
        return []
    try:
        record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    except ValueError:
        return []
    names = record.get("files", []) if isinstance(record, dict) else []
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _names(folder: Path) -> list[str]:
    return [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    ]


def _is_one_of(name: str, known: set[str]) -> bool:
    own = name.rpartition("/")[2]
    return any(fnmatch.fnmatchcase(name, one) for one in known) or any(
        fnmatch.fnmatchcase(own, one) for one in CLUTTER
    )


def _require_no_decisions(path: Path, column: str, open_words: Collection[str]) -> None:
    """Keep what a person filled in, in the result itself instead of in a copy."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        rows = list(csv.DictReader(stream))
    decided = sum((row.get(column) or "").strip() not in open_words for row in rows)
    if decided:
        raise OutputError(
            en=f"{path}: holds {decided} decision(s), and a run replaces this file. Nothing was "
            f"written; move it beside job.toml and name it under [inputs.{path.stem}].",
            zh=f"{path}：已填写 {decided} 条结论，而运行会替换该文件。"
            f"未写入任何内容；请将其移到 job.toml 旁，并在 [inputs.{path.stem}] 中写明。",
        )


def _require_writable(out: Path) -> None:
    """Find out before hours of work whether the result can be put there."""
    place = out.resolve().parent
    while not place.exists() and place != place.parent:
        place = place.parent
    if out.exists() and not os.access(out, os.W_OK):
        place = out
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        raise OutputError(
            en=f"{out}: cannot be written, because {place} is no folder that may be written to. "
            "Nothing was written; choose another folder with --out.",
            zh=f"{out}：无法写入，因为 {place} 不是可写的文件夹。"
            "未写入任何内容；请用 --out 指定其他文件夹。",
        )


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "")
