"""Quotation marks in text tables: one that is never closed swallows every row below it."""

from __future__ import annotations

import csv
import io

from layers.errors import InputError


def require_closed(text: str, *, delimiter: str, name: str) -> None:
    """Refuse a table whose last cell runs to the end of the file.

    Parameters
    ----------
    text
        The whole table.
    delimiter
        What separates its cells.
    name
        The file, for the message.

    Raises
    ------
    InputError
        With the row in which the quotation mark was opened.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begun = 1
    try:
        for _ in reader:
            begun = reader.line_num + 1
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise InputError(
                en=f"{name} row {begun}: a quotation mark is never closed, so the rows below "
                'would be lost. Close it, or delete the ".',
                zh=f"{name} 第 {begun} 行：引号没有闭合，其后各行会丢失。请补上或删去该引号。",
            ) from error
