"""Findings: doubts about data that stop nothing, and the account of every input row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from layers.contracts import conform
from layers.tables import FINDINGS

Severity = Literal["decide", "check", "note"]
"""``decide`` needs a person's decision, ``check`` should be looked at, ``note`` informs."""

_ORDER = {"decide": 0, "check": 1, "note": 2}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One doubt about data, in two languages, with what to do about it.

    Parameters
    ----------
    severity
        ``decide``, ``check`` or ``note``.
    table_name, row_key
        Table and key of the row in doubt; `row_key` is empty for a whole table.
    code
        Stable code, lower case with hyphens: ``ledger-unmatched``.
    zh, en
        What is doubtful, with the value found.
    remedy
        What the planner can do, Chinese first: ``中文 / English``.
    offer
        Cells of a row, column and text, that the planner may fill in and hand back; mostly none.
    """

    severity: Severity
    table_name: str
    row_key: str
    code: str
    zh: str
    en: str
    remedy: str = ""
    offer: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class InputRecord:
    """Account of one input file: what was read, kept and refused; goes into ``run.json``.

    Parameters
    ----------
    role
        What the file is for: ``communities``, ``ledger``, ``facilities``, ...
    path
        The file as the job names it.
    sha256
        Digest of the file's bytes.
    read, kept, refused
        Rows; ``read == kept + refused``.
    """

    role: str
    path: str
    sha256: str
    read: int
    kept: int
    refused: int


def digest(path: Path) -> str:
    """Give the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def findings_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """List findings under their contract, numbered.

    Parameters
    ----------
    findings
        Findings in any order; equal ones are listed once.

    Returns
    -------
    DataFrame
        Contract `FINDINGS`, numbered ``F0001`` onwards: decisions first, then by code, table, row.
    """
    ordered = sorted(
        set(findings),
        key=lambda f: (_ORDER[f.severity], f.code, f.table_name, f.row_key, f.zh, f.en),
    )
    rows = [
        {
            "finding_id": f"F{number:04d}",
            "severity": finding.severity,
            "table_name": finding.table_name,
            "row_key": finding.row_key or None,
            "code": finding.code,
            "zh": finding.zh,
            "en": finding.en,
            "remedy": finding.remedy or None,
        }
        for number, finding in enumerate(ordered, start=1)
    ]
    return conform(FINDINGS, pd.DataFrame(rows))
