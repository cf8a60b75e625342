"""The result folder: written to a temporary folder, swapped in whole, read back for drawing."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyogrio
import shapely

from layers.contracts import conform, keys_of
from layers.errors import InputError, OutputError
from layers.unmatched import offered_joins
from lianpian.job import ZonesSection
from lianpian.plan import Plan
from lianpian.replacing import file_names, in_use, lock_of, require_replaceable
from lianpian.sources import settings_of
from maps.geopackage import write_geopackage
from maps.interactive import draw_public_map, draw_withheld_map, draw_working_map
from maps.labels import Imprint
from maps.leaks import LeakError
from maps.report import write_report
from maps.shapefile_export import write_shapefiles
from maps.sheets import draw_sheets
from maps.workbook import write_workbook
from zoning.tables import CONTRACTS

ONLY_LAYERS: Final = ("network", "land", "catchments", "zone_circles")
"""Tables that stand in plan.gpkg alone."""

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""A text cell that starts so would run as a formula in a spreadsheet; it gets a ``'`` in front."""

_MAIN_FILES: Final = ("run.json", "plan.gpkg", "map_public.html", "map_working.html", "plan.xlsx")


REPORT_TEMPLATE: Final = "report_template.docx"
"""Copy of the office's own template in a result, so that it can be drawn anew."""


def write_result(
    plan: Plan,
    out: Path,
    *,
    sheets: tuple[str, ...],
    report_template: Path | None = None,
    shapefiles: Literal["", "gbk", "utf-8"] = "",
) -> int:
    """Write the whole result folder, or nothing.

    Parameters
    ----------
    plan
        What to write.
    out
        The folder; an earlier result there is replaced in one step at the end.
    sheets
        Sheets to draw, as in ``[outputs] sheets``.
    report_template
        An office's own .docx to fill in; a copy of it stands in the folder.
    shapefiles
        Encoding of Shapefiles to write as well, as in ``[outputs] shapefiles``; empty for none.

    Returns
    -------
    int
        Texts that the Shapefiles could not hold as they are: listed in ``altered.csv`` there.

    Raises
    ------
    OutputError
        If the folder is in use, is no result folder, or cannot be written; the earlier result is
        then untouched.
    """
    require_replaceable(out)
    begin = time.perf_counter()
    altered = 0
    with _swapped(out.resolve()) as folder:
        write_tables(plan.tables, folder / "tables")
        if plan.offers:
            _write_joins(offered_joins(plan.offers), folder / "tables" / "joins.csv")
        languages = plan.imprint.languages
        write_geopackage(plan.tables, folder / "plan.gpkg", languages=languages)
        if shapefiles:
            changed = write_shapefiles(plan.tables, folder / "shapefiles", encoding=shapefiles)
            altered = len(changed)
        if report_template is not None:
            shutil.copyfile(report_template, folder / REPORT_TEMPLATE)
        draw_result(
            plan.tables,
            plan.imprint,
            folder,
            sheets=sheets,
            job=plan.record["job"],
            report_template=report_template,
        )
        files = sorted([*file_names(folder), "run.json", "timings.json"])
        _write_json(folder / "run.json", {**_run_record(plan), "files": files})
        seconds = round(time.perf_counter() - begin, 3)
        _write_json(folder / "timings.json", {**plan.timings, "write": {"seconds": seconds}})
    return altered


def draw_result(
    tables: Mapping[str, pd.DataFrame],
    imprint: Imprint,
    folder: Path,
    *,
    sheets: tuple[str, ...],
    job: Mapping[str, Any],
    report_template: Path | None = None,
) -> None:
    """Draw maps and papers of a plan into a folder; `job` is the job as ``run.json`` has it."""
    rules = settings_of(ZonesSection.model_validate(job["zones"]))
    try:
        draw_public_map(tables, imprint, folder / "map_public.html")
    except LeakError as error:
        # everything else is for the bureau and stands; the findings say what to mend
        draw_withheld_map(error, imprint, folder / "map_public.html")
    draw_working_map(tables, imprint, folder / "map_working.html", rules=rules)
    write_workbook(tables, imprint, folder / "plan.xlsx")
    write_report(tables, imprint, folder / "report.docx", template=report_template)
    draw_sheets(tables, imprint, folder / "sheets", sheets=sheets)
    text = "\n".join(imprint.sources) + "\n"
    (folder / "ATTRIBUTION.txt").write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _swapped(out: Path) -> Iterator[Path]:
    """Give a temporary folder beside `out` and put it in the place of `out` at the end."""
    lock = lock_of(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(out, error) from error
    try:
        handle = os.open(lock, os.O_CREAT | os.O_EXCL)
    except FileExistsError as error:
        raise in_use(out) from error
    except OSError as error:
        raise _cannot_write(out, error) from error
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            folder.chmod(0o755)
            yield folder
            _replace(folder, out)
        except OSError as error:
            raise _cannot_write(out, error) from error
        except OutputError as error:  # of a single file: name the place that the planner knows
            raise OutputError(
                en=error.en.replace(str(folder), str(out)),
                zh=error.zh.replace(str(folder), str(out)),
            ) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)
        lock.unlink(missing_ok=True)


def _replace(folder: Path, out: Path) -> None:
    """Move the new result in; put the old one back should that fail."""
    if not out.exists():
        folder.rename(out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}-old-", dir=out.parent)) / out.name
    try:
        out.rename(old)
        folder.rename(out)
    finally:  # also when interrupted between the two
        if not out.exists():
            old.rename(out)
        shutil.rmtree(old.parent, ignore_errors=True)


def _cannot_write(out: Path, error: OSError) -> OutputError:
    return OutputError(
        en=f"{out}: cannot be written ({error.strerror}). The earlier result is untouched. Close "
        "files of it that are open elsewhere, check the disk, or choose another folder with --out.",
        zh=f"{out}：无法写入（{error.strerror}）。原有结果未改动。请关闭已打开的结果文件、"
        "检查磁盘空间，或用 --out 指定其他文件夹。",
    )


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write every table as CSV: UTF-8 with BOM, sorted by key, empty for missing, no geometry."""
    folder.mkdir()
    for name, table in tables.items():
        if name not in ONLY_LAYERS:
            csv_text = plain(table).to_csv(lineterminator="\n")
            (folder / f"{name}.csv").write_text(csv_text, encoding="utf-8-sig", newline="")


def _write_joins(joins: pd.DataFrame, path: Path) -> None:
    """Write the corrections that wait for a planner, in the order of the ledger."""
    csv_text = plain(joins).loc[joins.index].to_csv(lineterminator="\n")
    path.write_text(csv_text, encoding="utf-8-sig", newline="")


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Turn a table into what its CSV shows: no geometry, ``true``/``false``, harmless text."""
    frame = pd.DataFrame(table).sort_index(kind="stable")
    if isinstance(table, gpd.GeoDataFrame):
        shapes = np.array(frame.pop(table.geometry.name), dtype=object)
        if len(shapes) and (shapely.get_type_id(shapes) == 0).all():
            frame["x_m"], frame["y_m"] = shapely.get_x(shapes), shapely.get_y(shapes)
    for column, values in frame.items():
        if values.dtype == "boolean":
            frame[column] = values.map({True: "true", False: "false"}).astype("str")
        elif pd.api.types.is_string_dtype(values.dtype):
            frame[column] = values.where(
                ~values.str.startswith(FORMULA_STARTS, na=False), "'" + values
            )
    return frame


def _run_record(plan: Plan) -> dict[str, Any]:
    severity = plan.findings["severity"].value_counts()
    return {
        **plan.record,
        "inputs": [vars(item) for item in plan.inputs],
        "findings": {word: int(severity.get(word, 0)) for word in ("decide", "check", "note")},
        "counts": {name: len(table) for name, table in plan.tables.items()},
        "imprint": vars(plan.imprint),
    }


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def read_result(folder: Path) -> tuple[dict[str, pd.DataFrame], Imprint, dict[str, Any]]:
    """Read a result folder back.

    Parameters
    ----------
    folder
        A folder that `write_result` wrote.

    Returns
    -------
    tables : dict
        Every table under its contract.
    imprint : Imprint
        The imprint of that run.
    record : dict
        The content of ``run.json``.

    Raises
    ------
    InputError
        If the folder is no complete result.
    """
    missing = [name for name in _MAIN_FILES if not (folder / name).is_file()]
    if missing:
        raise InputError(
            en=f"{folder}: not a result folder; {', '.join(missing)} missing. "
            "Expected a folder written by `lianpian run`.",
            zh=f"{folder}：不是结果文件夹，缺少 {'、'.join(missing)}。"
            "应为 `lianpian run` 写出的文件夹。",
        )
    with _told_as_damaged(folder / "run.json"):
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        imprint: dict[str, Any] = {
            key: tuple(tuple(v) if isinstance(v, list) else v for v in value)
            if isinstance(value, list)
            else value
            for key, value in record["imprint"].items()
        }
        crs, printed = record["crs"], Imprint(**imprint)
    with _told_as_damaged(folder / "plan.gpkg"):
        layers = {str(name) for name, _ in pyogrio.list_layers(folder / "plan.gpkg")}
    tables: dict[str, pd.DataFrame] = {}
    for name, schema in CONTRACTS.items():
        path = folder / "tables" / f"{name}.csv"
        with _told_as_damaged(folder / "plan.gpkg" if name in layers else path):
            if name in layers:
                frame = gpd.read_file(folder / "plan.gpkg", layer=name)
            elif name == "protections" and not path.is_file():  # a result of before there were any
                frame = pd.DataFrame()
            else:
                frame = _read_table(path, schema)
            tables[name] = conform(schema, frame, crs=crs)
    return tables, printed, record


def _read_table(path: Path, schema: pa.DataFrameSchema) -> pd.DataFrame:
    texts = dict.fromkeys(keys_of(schema), "str")
    texts |= {str(c): "str" for c, d in schema.columns.items() if str(d.dtype) == "str"}
    frame = pd.read_csv(path, dtype=texts, na_values=[""], keep_default_na=False)
    for column in texts:
        frame[column] = frame[column].str.removeprefix("'")
    return frame


_DAMAGED: Final = (
    *(ValueError, KeyError, TypeError, AttributeError, OSError),
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
)
"""What files raise that another program, a full disk or another version has changed."""


@contextmanager
def _told_as_damaged(path: Path) -> Iterator[None]:
    """Say which file of a result cannot be read back, and that another run mends it."""
    try:
        yield
    except _DAMAGED as error:
        what = str(error).partition("\n")[0][:_LONGEST_FAULT]
        raise InputError(
            en=f"{path} cannot be read back ({type(error).__name__}: {what}): the result was "
            "changed, cut short or written by another version. Run the job again.",
            zh=f"{path} 无法读回（{type(error).__name__}）：结果被改动、不完整，或由其他版本写出。"
            "请重新运行该作业。",
        ) from error


_LONGEST_FAULT: Final = 200
