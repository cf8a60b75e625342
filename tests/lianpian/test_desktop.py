"""Office and GIS programs open what the job writes; run by `.ci/full`, which installs them."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from lianpian.plan import Plan

# QGIS brings Debian's own Python: nothing of a virtual environment may reach it
PLAIN = {"PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen"}


@pytest.mark.full
def test_libreoffice_reads_the_gap_list_as_written(small_result: Path, tmp_path: Path):
    soffice = shutil.which("soffice")
    assert soffice is not None, ".ci/full installs LibreOffice"
    book = openpyxl.load_workbook(small_result / "plan.xlsx", read_only=True)
    sheet = book.worksheets[1]
    everything = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    subprocess.run(  # noqa: S603  Debian's LibreOffice on our own file
        [
            soffice,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            everything,
            "--outdir",
            str(tmp_path),
            str(small_result / "plan.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    with (tmp_path / f"plan-{sheet.title}.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.reader(stream) if any(row)]
    expected = [row for row in sheet.iter_rows(values_only=True) if any(row)]
    assert len(rows) == len(expected)
    assert rows[0][0] == str(expected[0][0])


@pytest.mark.full
@pytest.mark.parametrize("layer", ["communities", "zones", "network", "circles"])
def test_qgis_opens_every_feature_of_a_layer(
    layer: str, small_result: Path, small_plan: Plan, tmp_path: Path
):
    # Debian's wrapper adds an option that its own program does not know
    qgis = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    assert qgis is not None, ".ci/full installs QGIS"
    out = tmp_path / f"{layer}.geojson"
    subprocess.run(  # noqa: S603  Debian's QGIS on our own file
        [
            qgis,
            "run",
            "native:savefeatures",
            f"--INPUT={small_result / 'plan.gpkg'}|layername={layer}",
            f"--OUTPUT={out}",
        ],
        check=True,
        capture_output=True,
        timeout=300,
        env={**PLAIN, "HOME": str(tmp_path)},
    )
    features = json.loads(out.read_text(encoding="utf-8"))["features"]
    assert len(features) == len(small_plan.tables[layer])
    assert all(feature["geometry"] for feature in features)
