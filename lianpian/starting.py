"""A job to start from, and what of it a planner has not touched: that counts as not given."""

from __future__ import annotations

import zipfile
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from layers.checks import Finding
from layers.errors import InputError, OutputError
from lianpian.job import FileInput, LocatedJob

LEDGER: Final = "台账.xlsx"
FACILITIES: Final = "facilities.csv"
BOUNDARIES: Final = "communities.shp"
"""File of boundaries that the job to start from names; a planner puts it there."""

_LEDGER_HEADERS: Final = (
    "小区编码",
    "小区名称",
    "街道",
    "社区",
    "地址",
    "建成年份",
    "楼栋数",
    "户数",
    "建筑面积（㎡）",
    "产权性质",
    "物业管理",
    "参与率",
    "同意率",
)
"""The minimum ledger of RULES L01, and what eligibility and consent ask for."""

_FACILITY_HEADER: Final = "facility_id,name,category,经度,纬度"


def write_templates(folder: Path) -> None:
    """Write a commented job, an empty ledger and an empty facility table into a new folder.

    Raises
    ------
    OutputError
        If the folder is there and holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(
            en=f"{folder}: exists and is not empty. Nothing was written; name a new folder.",
            zh=f"{folder}：已存在且不为空。未写入任何内容；请指定新文件夹。",
        )
    folder.mkdir(parents=True, exist_ok=True)
    template = files("lianpian").joinpath("templates/job.toml").read_text(encoding="utf-8")
    (folder / "job.toml").write_text(template, encoding="utf-8", newline="\n")
    book = openpyxl.Workbook()
    book.active.title = "台账"
    book.active.append(_LEDGER_HEADERS)
    book.active.freeze_panes = "A2"
    book.save(folder / LEDGER)
    header = f"{_FACILITY_HEADER}\n"
    (folder / FACILITIES).write_text(header, encoding="utf-8-sig", newline="\n")


def leave_out_untouched(located: LocatedJob) -> tuple[LocatedJob, tuple[Finding, ...]]:
    """Take inputs of the job to start from that nobody filled in as not given.

    Parameters
    ----------
    located
        The job.

    Returns
    -------
    LocatedJob
        The job without the empty ledger and the empty facility table, and, where `osm` is given,
        without the boundaries that are not there.
    tuple of Finding
        One for each input left out.

    Raises
    ------
    InputError
        If files that the job names are not there: all of them at once, with what to do.
    """
    given, folder = located.job.inputs, located.folder
    findings: list[Finding] = []
    changed: dict[str, Any] = {}
    if given.ledger is not None and _is_empty_ledger(folder / given.ledger.path):
        changed["ledger"] = None
        findings.append(_left_out("ledger", given.ledger.path, "台账", "the ledger"))
    rest = tuple(one for one in given.facilities if not _is_empty_table(folder / one.path))
    if rest != given.facilities:
        changed["facilities"] = rest
        findings.append(_left_out("facilities", FACILITIES, "设施表", "the facility table"))
    if (
        given.osm is not None
        and given.communities == FileInput(path=BOUNDARIES)
        and not (folder / BOUNDARIES).exists()
    ):
        changed["communities"] = None
        findings.append(_no_boundaries(given.osm))
    inputs = given.model_copy(update=changed)
    located = located._replace(job=located.job.model_copy(update={"inputs": inputs}))
    _require_files(located)
    return located, tuple(findings)


def _is_empty_table(path: Path) -> bool:
    """Tell whether a facility table is the one to start from, with no row added."""
    if path.suffix != ".csv" or not path.is_file():
        return False
    with path.open("rb") as stream:
        raw = stream.read(200)
    for encoding in ("utf-8-sig", "gb18030"):  # a spreadsheet may have saved it again
        try:
            return raw.decode(encoding).strip() == _FACILITY_HEADER
        except UnicodeDecodeError:
            continue
    return False


def _is_empty_ledger(path: Path) -> bool:
    """Tell whether a ledger is the one to start from, with no row added."""
    if path.name != LEDGER or not path.is_file():
        return False
    try:
        book = openpyxl.load_workbook(path, read_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError):
        return False  # whoever reads it says what is wrong with it
    try:
        if len(book.sheetnames) != 1:
            return False
        rows = book.worksheets[0].iter_rows(max_row=50, values_only=True)
        filled = [tuple(row) for row in rows if any(cell is not None for cell in row)]
    finally:
        book.close()
    return filled == [_LEDGER_HEADERS]


def _left_out(role: str, path: str, zh: str, en: str) -> Finding:
    return Finding(
        severity="note",
        table_name=role,
        row_key="",
        code="template-untouched",
        zh=f"{path} 只有表头，视为没有给出{zh}。",
        en=f"{path} has only its header: {en} counts as not given.",
        remedy=f"填写该表，或删去作业文件中的 [inputs.{role}]"
        f" / Fill it in, or delete [inputs.{role}] in the job file",
    )


def _no_boundaries(osm: str) -> Finding:
    return Finding(
        severity="check",
        table_name="communities",
        row_key="",
        code="template-untouched",
        zh=f"没有 {BOUNDARIES}，小区边界取自 {osm}。",
        en=f"there is no {BOUNDARIES}: boundaries of communities are taken from {osm}.",
        remedy="放入边界文件，或删去作业文件中的 [inputs.communities]"
        " / Put the boundaries there, or delete [inputs.communities] in the job file",
    )


def _require_files(located: LocatedJob) -> None:
    """Name every file that is not there at once, and what else the job lacks."""
    given, folder = located.job.inputs, located.folder
    named = [("osm", given.osm)] if given.osm else []
    for role in type(given).model_fields:
        value = getattr(given, role)
        items = value if isinstance(value, tuple) else (value,)
        named += [(role, item.path) for item in items if hasattr(item, "path")]
    missing = [(role, path) for role, path in named if not (folder / path).exists()]
    if not missing:
        return
    lines = []
    for role, path in missing:
        key = "osm" if role == "osm" else f"[inputs.{role}]"
        spare = role != "osm"
        zh = f"{key}：{folder / path} 文件不存在。请放入该文件或改正路径" + (
            "；没有的，请把这一段删去或在行首加 #，可由 osm 补足的由 osm 补足。" if spare else "。"
        )
        en = f"{key}: {folder / path}: no such file. Put it there or mend the path" + (
            "; if there is none, delete this section or put # before its lines: what osm has is "
            "then taken from it."
            if spare
            else "."
        )
        lines.append((zh, en))
    if given.osm is None and given.streets is None:
        zh = '作业没有道路：请写明 osm = "区域.osm.pbf"，或 [inputs.streets]。'
        en = 'The job has no streets: give osm = "area.osm.pbf", or [inputs.streets].'
        lines.append((zh, en))
    raise InputError(zh="\n".join(zh for zh, _ in lines), en="\n".join(en for _, en in lines))
