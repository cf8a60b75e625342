"""Sheets of a workbook or text file as grids of cells, with merged cells filled."""

from __future__ import annotations

import csv
import datetime as dt
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import openpyxl
import xlrd
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from layers.cells import Raw
from layers.errors import InputError
from layers.guard import recognise
from layers.quotes import require_closed

# What the readers of workbooks raise on damaged files, found by damaging them at random: they
# check little, and fall over wherever the damage lies. XML errors are kinds of SyntaxError.
_READER_FAULTS: Final = (
    InvalidFileException,
    xlrd.XLRDError,
    xlrd.compdoc.CompDocError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    SyntaxError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    EOFError,
    NotImplementedError,
    RecursionError,
)
_TEXT_ENCODINGS: Final = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, kw_only=True)
class Grid:
    """One sheet: its rows, and what a person sees that the values do not tell.

    Parameters
    ----------
    name
        Name of the sheet; the stem of a text file.
    rows
        Cells, row by row, all of one width. Row 0 here is row 1 of the sheet.
    merged
        Places ``(row, column)`` that a merged range covers, the first cell excepted; they hold the
        value of the range.
    spans
        Places covered by ranges of more than one column, first cells included.
    percent
        Places that the sheet shows as percents.
    hidden_rows
        Rows that the sheet does not show.
    unsaved
        Places of formulas whose value was never saved.
    visible
        Whether the sheet itself is shown.
    """

    name: str
    rows: tuple[tuple[Raw, ...], ...]
    merged: frozenset[tuple[int, int]] = frozenset()
    spans: frozenset[tuple[int, int]] = frozenset()
    percent: frozenset[tuple[int, int]] = frozenset()
    hidden_rows: frozenset[int] = field(default_factory=frozenset)
    unsaved: frozenset[tuple[int, int]] = frozenset()
    visible: bool = True

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0


def read_grids(path: Path, *, encoding: str | None = None) -> tuple[Grid, ...]:
    """Read every sheet of a workbook (.xlsx, .xls) or a text file (.csv, .txt).

    The kind of file is told by its content, not by its name: offices rename freely.

    Parameters
    ----------
    path
        The file; `layers.guard` looks at it first.
    encoding
        Encoding of a text file; without one UTF-8 is tried, then GB18030.

    Raises
    ------
    InputError
        If the file may not be opened, is protected, damaged, or no table at all.
    """
    try:
        kind = recognise(path)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _damaged(path) from error
    if kind == "xlsx":
        return _read_xlsx(path)
    if kind == "xls":
        return _read_xls(path)
    if kind == "csv":
        return (_read_text(path, encoding),)
    raise InputError(
        en=f"{path} is {kind}, not a ledger. Give a workbook (.xlsx, .xls) or a table (.csv).",
        zh=f"{path} 的格式为 {kind}，不是台账。请提供工作簿（.xlsx、.xls）或表格（.csv）。",
    )


def address_of(row: int, column: int) -> str:
    """Name a cell as the spreadsheet does: ``(4, 5)`` is ``F5``."""
    return f"{get_column_letter(column + 1)}{row + 1}"


def _read_xlsx(path: Path) -> tuple[Grid, ...]:
    with warnings.catch_warnings(), path.open("rb") as stream:
        # openpyxl warns of drawings and validation lists it will not keep; nothing is written back.
        warnings.simplefilter("ignore", UserWarning)
        try:
            values = openpyxl.load_workbook(stream, data_only=True)
            formulas = openpyxl.load_workbook(stream) if _has_formulas(path) else values
            return tuple(_grid_of_xlsx(s, formulas[s.title]) for s in values.worksheets)
        except _READER_FAULTS as error:
            raise _damaged(path) from error


def _has_formulas(path: Path) -> bool:
    """Look for formulas in the sheets, so that a workbook of plain values is parsed once."""
    with zipfile.ZipFile(path) as archive:
        return any(
            b"<f>" in content or b"<f " in content
            for name in archive.namelist()
            if name.startswith("xl/worksheets/") and name.endswith(".xml")
            for content in (archive.read(name),)
        )


def _grid_of_xlsx(sheet: Any, formulas: Any) -> Grid:  # noqa: ANN401 (openpyxl has no types)
    width = sheet.max_column
    rows: list[list[Raw]] = []
    percent = set()
    unsaved = set()
    for r, (cells, sources) in enumerate(
        zip(sheet.iter_rows(max_col=width), formulas.iter_rows(max_col=width), strict=True)
    ):
        row: list[Raw] = []
        for c, (cell, source) in enumerate(zip(cells, sources, strict=True)):
            row.append(_plain(cell.value))
            if isinstance(cell.value, int | float) and "%" in str(cell.number_format):
                percent.add((r, c))
            if cell.value is None and source.data_type == "f":
                unsaved.add((r, c))
        rows.append(row)
    ranges = [
        (area.min_row - 1, area.max_row, area.min_col - 1, area.max_col)
        for area in sheet.merged_cells.ranges
    ]
    hidden = {number - 1 for number, shape in sheet.row_dimensions.items() if shape.hidden}
    return _grid(
        sheet.title,
        rows,
        ranges,
        percent=percent,
        hidden=hidden,
        unsaved=unsaved,
        visible=sheet.sheet_state == "visible",
    )


def _read_xls(path: Path) -> tuple[Grid, ...]:
    try:
        book = xlrd.open_workbook(
            file_contents=path.read_bytes(), formatting_info=True, logfile=io.StringIO()
        )
        return tuple(_grid_of_xls(book, sheet) for sheet in book.sheets())
    except _READER_FAULTS as error:
        raise _damaged(path) from error


def _grid_of_xls(book: Any, sheet: Any) -> Grid:  # noqa: ANN401 (xlrd has no types)
    rows: list[list[Raw]] = []
    percent = set()
    for r in range(sheet.nrows):
        row: list[Raw] = []
        for c in range(sheet.ncols):
            cell = sheet.cell(r, c)
            row.append(_value_of_xls(book, cell))
            form = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
            if cell.ctype == xlrd.XL_CELL_NUMBER and "%" in form:
                percent.add((r, c))
        rows.append(row)
    hidden = {r for r, shape in sheet.rowinfo_map.items() if shape.hidden}
    return _grid(
        sheet.name,
        rows,
        list(sheet.merged_cells),
        percent=percent,
        hidden=hidden,
        unsaved=set(),
        visible=sheet.visibility == 0,
    )


def _value_of_xls(book: Any, cell: Any) -> Raw:  # noqa: ANN401 (xlrd has no types)
    value: Raw = None
    if cell.ctype == xlrd.XL_CELL_TEXT:
        value = _plain(cell.value)
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        value = bool(cell.value)
    elif cell.ctype == xlrd.XL_CELL_ERROR:
        value = str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    elif cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        number = float(cell.value)
        value = int(number) if number.is_integer() else number
        if cell.ctype == xlrd.XL_CELL_DATE and number >= 1:
            value = xlrd.xldate_as_datetime(number, book.datemode)
    return value


def _read_text(path: Path, encoding: str | None) -> Grid:
    text = _decode(path, encoding)
    lines = text.splitlines()[:10]
    # The delimiter that stands most often in the first lines; a comma when none does.
    delimiter = max(",\t;", key=lambda mark: sum(line.count(mark) for line in lines))
    try:
        lines_read = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(
            en=f"{path.name} cannot be read as a table: {error}. Open it in Excel or WPS, shorten "
            "or mend the cell, and save it as CSV UTF-8 again.",
            zh=f"{path.name} 无法作为表格读取（{error}）。请用 Excel 或 WPS 打开，"
            "缩短或修改该单元格，再另存为 CSV UTF-8。",
        ) from error
    require_closed(text, delimiter=delimiter, name=path.name)
    rows = [[_plain(cell) for cell in row] for row in lines_read]
    return _grid(path.stem, rows, [], percent=set(), hidden=set(), unsaved=set(), visible=True)


def _decode(path: Path, encoding: str | None) -> str:
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    for candidate in (encoding,) if encoding else _TEXT_ENCODINGS:
        try:
            return content.decode(candidate)
        except (UnicodeDecodeError, LookupError):
            continue
    tried = encoding or " / ".join(_TEXT_ENCODINGS)
    raise InputError(
        en=f"{path.name} is not text in {tried}. Save it as CSV UTF-8, or name its encoding in the "
        'job file: encoding = "...".',
        zh=f"{path.name} 不是 {tried} 编码的文本。请另存为 CSV UTF-8，"
        "或在任务文件中写明 encoding。",
    )


def _grid(
    name: str,
    rows: list[list[Raw]],
    ranges: list[tuple[int, int, int, int]],
    *,
    percent: set[tuple[int, int]],
    hidden: set[int],
    unsaved: set[tuple[int, int]],
    visible: bool,
) -> Grid:
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    for row in rows:
        row.extend([None] * (width - len(row)))
    merged = set()
    spans = set()
    for top, bottom, left, right in ranges:
        for r, c in _places(top, min(bottom, len(rows)), left, min(right, width)):
            if right - left > 1:
                spans.add((r, c))
            if (r, c) != (top, left):
                merged.add((r, c))
                rows[r][c] = rows[top][left]
                if (top, left) in percent:
                    percent.add((r, c))
    return Grid(
        name=name,
        rows=tuple(tuple(row) for row in rows),
        merged=frozenset(merged),
        spans=frozenset(spans),
        percent=frozenset(percent),
        hidden_rows=frozenset(hidden),
        unsaved=frozenset(unsaved),
        visible=visible,
    )


def _places(top: int, bottom: int, left: int, right: int) -> Iterator[tuple[int, int]]:
    return ((r, c) for r in range(top, bottom) for c in range(left, right))


def _plain(value: Any) -> Raw:  # noqa: ANN401 (whatever the workbook holds)
    if isinstance(value, str):
        return value if value.strip() else None
    if value is None or isinstance(value, bool | int | float | dt.date | dt.time):
        return value
    return str(value)


def _damaged(path: Path) -> InputError:
    return InputError(
        en=f"{path.name} cannot be read as a workbook: it is damaged or protected by a password. "
        "Open it in Excel or WPS, remove the password, save it as .xlsx and give that file.",
        zh=f"{path.name} 无法作为工作簿读取：文件已损坏或设有密码。"
        "请用 Excel 或 WPS 打开，取消密码，另存为 .xlsx 后再使用。",
    )
