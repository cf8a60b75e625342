"""The result folder: whole or untouched, equal bytes, read back as written."""

from __future__ import annotations

import filecmp
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyogrio
import pytest

from layers.checks import Finding
from layers.contracts import check
from layers.corrections import read_corrections
from layers.errors import InputError, OutputError
from lianpian import outputs
from lianpian.outputs import read_result, write_result
from lianpian.plan import Plan
from zoning.tables import CONTRACTS


def test_a_result_folder_has_every_file(small_result: Path):
    for name in (
        "run.json",
        "timings.json",
        "plan.gpkg",
        "map_public.html",
        "map_working.html",
        "plan.xlsx",
        "report.docx",
        "ATTRIBUTION.txt",
    ):
        assert (small_result / name).stat().st_size > 0, name
    assert list(small_result.glob("sheets/*.pdf"))
    assert list(small_result.glob("sheets/*.png"))
    tables = {path.stem for path in small_result.glob("tables/*.csv")}
    assert set(CONTRACTS) - tables == {"network", "land", "catchments", "zone_circles"}


def test_a_result_reads_back_as_written(small_result: Path, small_plan: Plan):
    tables, imprint, record = read_result(small_result)
    for name, table in small_plan.tables.items():
        check(CONTRACTS[name], tables[name])
        assert len(tables[name]) == len(table), name
    pd.testing.assert_frame_equal(tables["gaps"], small_plan.gaps)
    assert imprint == small_plan.imprint
    assert record["zoning"] == small_plan.record["zoning"]


def test_open_joins_stand_beside_the_tables_in_the_order_of_the_ledger(
    small_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outputs, "draw_result", lambda *_args, **_options: None)
    write_result(replace(small_plan, offers=()), tmp_path / "none", sheets=())
    assert not (tmp_path / "none" / "tables" / "joins.csv").exists()
    offers = tuple(
        Finding(
            severity="decide",
            table_name="ledger",
            row_key=row,
            code="ledger-unmatched",
            zh="",
            en="",
            offer=(("ledger_row", row), ("community_id", "?"), ("ledger_name", name)),
        )
        for row, name in (("台账!9", "甲"), ("台账!10", "=乙"))
    )
    write_result(replace(small_plan, offers=offers), tmp_path / "some", sheets=())
    joins, _ = read_corrections(tmp_path / "some" / "tables" / "joins.csv", "joins")
    assert joins["ledger_row"].tolist() == ["台账!9", "台账!10"]
    assert joins["community_id"].tolist() == ["?", "?"]
    assert joins["ledger_name"].tolist() == ["甲", "=乙"]
    assert "tables/joins.csv" in json.loads((tmp_path / "some" / "run.json").read_text())["files"]


def test_every_open_ledger_row_of_a_plan_is_offered(small_plan: Plan):
    open_rows = small_plan.findings["code"].eq("ledger-unmatched")
    told = small_plan.findings.loc[open_rows, "row_key"]
    assert len(told)
    assert {dict(found.offer)["ledger_row"] for found in small_plan.offers} == set(told)


def test_a_result_from_before_there_were_protections_reads_back(small_result: Path, tmp_path: Path):
    folder = tmp_path / "old"
    shutil.copytree(small_result, folder)
    (folder / "tables" / "protections.csv").unlink()
    with closing(sqlite3.connect(folder / "plan.gpkg")) as package, package:
        for table in ("gpkg_geometry_columns", "gpkg_contents"):
            package.execute(f"DELETE FROM {table} WHERE table_name = 'protections'")  # noqa: S608
    tables, _, _ = read_result(folder)
    check(CONTRACTS["protections"], tables["protections"])
    assert tables["protections"].empty


def test_equal_runs_write_equal_bytes(small_plan: Plan, small_result: Path, tmp_path: Path):
    other = tmp_path / "again"
    write_result(small_plan, other, sheets=("A3 pdf",))
    names = [
        path.relative_to(small_result).as_posix()
        for path in sorted(small_result.rglob("*"))
        if path.is_file() and path.name != "timings.json"
    ]
    _, different, missing = filecmp.cmpfiles(small_result, other, names, shallow=False)
    assert (different, missing) == ([], [])


def test_tables_are_plain_utf8_with_bom(small_result: Path):
    raw = (small_result / "tables" / "communities.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    header = raw.decode("utf-8-sig").splitlines()[0].split(",")
    assert header[0] == "community_id"
    assert "geometry" not in header


def test_run_json_accounts_for_every_input(small_result: Path):
    record = json.loads((small_result / "run.json").read_text(encoding="utf-8"))
    roles = {item["role"] for item in record["inputs"]}
    assert {"osm", "communities", "ledger", "facilities", "gates", "subdistricts"} <= roles
    for item in record["inputs"]:
        assert item["read"] == item["kept"] + item["refused"], item
        assert len(item["sha256"]) == 64
    assert set(record["zoning"]) >= {"objective", "bound", "gap_share", "optimal", "stopped_by"}


def test_the_geopackage_has_every_table_with_geometry(small_result: Path):
    layers = {name for name, _ in pyogrio.list_layers(small_result / "plan.gpkg")}
    assert {"communities", "zones", "circles", "facilities", "streets", "network"} <= layers


def test_a_folder_that_is_no_result_is_not_replaced(small_plan: Plan, tmp_path: Path):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "letter.doc").write_text("important", encoding="utf-8")
    with pytest.raises(OutputError) as caught:
        write_result(small_plan, tmp_path / "work", sheets=())
    assert "no result folder" in caught.value.en
    assert "不是结果文件夹" in caught.value.zh
    assert (tmp_path / "work" / "letter.doc").read_text(encoding="utf-8") == "important"


def test_a_failing_write_leaves_the_earlier_result(
    small_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out = tmp_path / "result"
    out.mkdir()
    (out / "run.json").write_text("{}", encoding="utf-8")

    def no_space(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lianpian.outputs.write_geopackage", no_space)
    with pytest.raises(OutputError, match="No space left"):
        write_result(small_plan, out, sheets=())
    assert (out / "run.json").read_text(encoding="utf-8") == "{}"
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_a_full_disk_names_the_folder_that_was_asked_for(
    small_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def no_space(_: object, path: Path, **__: object) -> None:
        raise OutputError(en=f"{path} cannot be written: full", zh=f"无法写入 {path}：磁盘已满")

    monkeypatch.setattr("lianpian.outputs.write_geopackage", no_space)
    out = tmp_path / "result"
    with pytest.raises(OutputError) as caught:
        write_result(small_plan, out, sheets=())
    assert caught.value.en == f"{out / 'plan.gpkg'} cannot be written: full"
    assert str(out / "plan.gpkg") in caught.value.zh
    assert not list(tmp_path.iterdir())


def test_two_runs_at_once_do_not_mix(small_plan: Plan, tmp_path: Path):
    (tmp_path / ".result.lock").touch()
    with pytest.raises(OutputError, match="another run is writing here"):
        write_result(small_plan, tmp_path / "result", sheets=())


def test_a_folder_without_a_result_is_refused(tmp_path: Path):
    with pytest.raises(InputError) as caught:
        read_result(tmp_path)
    assert "run.json" in caught.value.en
    assert "不是结果文件夹" in caught.value.zh


def test_shapefiles_are_written_when_the_job_asks_and_replaced_by_the_next_run(
    small_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outputs, "draw_result", lambda *_args, **_options: None)
    out = tmp_path / "result"
    assert write_result(small_plan, out, sheets=(), shapefiles="gbk") == 0
    zones = pyogrio.read_dataframe(out / "shapefiles" / "zones.shp")
    assert len(zones) == len(small_plan.zones)
    listed = json.loads((out / "run.json").read_text(encoding="utf-8"))["files"]
    assert {"shapefiles/zones.dbf", "shapefiles/fields.csv"} <= set(listed)
    write_result(small_plan, out, sheets=())
    assert not (out / "shapefiles").exists()
