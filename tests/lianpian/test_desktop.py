"""Office and GIS programs open what the job writes; run by `.ci/full`, which installs them."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import pytest
from PIL import Image
from shapely import LineString, Point, box

from layers.contracts import conform
from layers.tables import PROTECTIONS
from lianpian.plan import Plan
from maps import style
from maps.answer_layer import answer_fills
from maps.geopackage import write_geopackage
from maps.layer_styles import WALL_INK
from maps.words import WORDS
from tests.town import town_tables

# QGIS brings Debian's own Python: nothing of a virtual environment may reach it
PLAIN = {"PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen"}


def convert(book: Path, form: str, tmp_path: Path) -> None:
    """Let Debian's LibreOffice convert a workbook into a folder."""
    soffice = shutil.which("soffice")
    assert soffice is not None, ".ci/full installs LibreOffice"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(  # noqa: S603  Debian's LibreOffice on our own file
        [
            soffice,
            profile,
            "--headless",
            "--convert-to",
            form,
            "--outdir",
            str(tmp_path),
            str(book),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )


@pytest.mark.full
def test_libreoffice_reads_the_gap_list_as_written(small_result: Path, tmp_path: Path):
    book = openpyxl.load_workbook(small_result / "plan.xlsx", read_only=True)
    sheet = book["缺项清单"]
    everything = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    convert(small_result / "plan.xlsx", everything, tmp_path)
    with (tmp_path / f"plan-{sheet.title}.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.reader(stream) if any(row)]
    expected = [row for row in sheet.iter_rows(values_only=True) if any(row)]
    assert len(rows) == len(expected)
    assert rows[0][0] == str(expected[0][0])


@pytest.mark.full
def test_printing_the_workbook_prints_its_papers_only(small_result: Path, tmp_path: Path):
    """LibreOffice leaves out the whole tables: no page of theirs, and few pages in all."""
    convert(small_result / "plan.xlsx", "pdf", tmp_path)
    text = subprocess.run(  # noqa: S603  of poppler-utils, on our own file
        ["pdftotext", "-layout", str(tmp_path / "plan.pdf"), "-"],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    pages = text.split("\f")[:-1]
    assert not [page for page in pages if "附表 Appendix ·" in page]
    for title in ("汇总 Summary", "缺项清单", "小区台账", "方案比较"):
        assert any(title in page for page in pages), title
    assert len(pages) <= MOST_PAGES


MOST_PAGES = 24
"""Of a city of 40 communities."""


def without_results(book: Path, copy: Path) -> int:
    """Copy a workbook without the results of its formulas; count the formulas."""
    count = 0
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            xml, found = re.subn(r"(</f>)<v>[^<]*</v>", r"\1", old.read(name).decode())
            new.writestr(name, xml)
            count += found
    return count


@pytest.mark.full
def test_libreoffice_computes_every_formula_to_our_figure(
    small_result: Path, small_plan: Plan, tmp_path: Path
):
    """The results are taken out first: what comes back is LibreOffice's own."""
    bare = tmp_path / "bare" / "plan.xlsx"
    bare.parent.mkdir()
    count = without_results(small_result / "plan.xlsx", bare)
    convert(bare, "xlsx", tmp_path)
    formulas = openpyxl.load_workbook(small_result / "plan.xlsx")
    ours = openpyxl.load_workbook(small_result / "plan.xlsx", data_only=True)
    theirs = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)
    seen = 0
    for page in formulas.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    own = ours[page.title][cell.coordinate].value
                    got = theirs[page.title][cell.coordinate].value
                    where = (page.title, cell.coordinate, cell.value)
                    assert got == (own if isinstance(own, str) else pytest.approx(own)), where
                    seen += 1
    assert seen == count
    summary = small_plan.tables["summary"]["value"]
    page = theirs["汇总"]
    again = {row[-1]: row[3] for row in page.iter_rows(min_row=3, values_only=True) if row[4]}
    assert len(again) > 0.8 * len(summary)
    for figure, value in again.items():
        assert value == pytest.approx(summary[figure]), figure


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


LOOKS = {
    "answers": [fill.colour for _, fill in answer_fills().values()],
    "zones": [style.ZONE_INK],
    "land": list(style.LAND_COLOURS.values()),
    "facilities": list(style.HAVE_COLOURS.values()),
    "barriers": [WALL_INK],
    "access_points": [style.GATE_COLOURS["surveyed"]],
    "routes": [style.WALK_INK],
    "streets": ["#ffffff"],
}
"""Colours of the maps that a layer shows in QGIS, each where the layer has such features."""


def colours_of(picture: Path) -> set[str]:
    """List the colours of a picture that fill more than a few points."""
    with Image.open(picture) as image:
        counted = image.convert("RGB").getcolors(image.width * image.height) or []
    return {"#{:02x}{:02x}{:02x}".format(*colour) for number, colour in counted if number > 3}


def render(package: Path, folder: Path, *names: str) -> dict[str, list[dict[str, Any]]]:
    """Draw layers in QGIS, a picture each, and give what it took from their styles."""
    script = Path(__file__).with_name("render_in_qgis.py")
    done = subprocess.run(  # noqa: S603  Debian's Python, which has QGIS
        ["/usr/bin/python3", str(script), str(package), str(folder), "1.5", *names],
        check=True,
        capture_output=True,
        timeout=600,
        env={**PLAIN, "HOME": str(folder), "LANG": "C.UTF-8"},
    )
    told: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    return told


@pytest.mark.full
def test_qgis_draws_what_must_be_kept_by_kind_and_form(tmp_path: Path):
    town = town_tables()
    corner = town["communities"].geometry.iloc[0].centroid
    kinds = list(WORDS["protections.kind"])
    shapes = [
        shape
        for k, _ in enumerate(kinds)
        for x, y in [(corner.x + 60 * k, corner.y)]
        for shape in (
            Point(x, y),
            LineString([(x, y + 50), (x + 30, y + 70)]),
            box(x, y + 100, x + 40, y + 140),
        )
    ]
    things = gpd.GeoDataFrame(
        {"protection_id": [f"t{n:02d}" for n in range(len(shapes))], "kind": np.repeat(kinds, 3)},
        geometry=shapes,
        crs=town["communities"].crs,
    )
    town["protections"] = conform(PROTECTIONS, things)
    write_geopackage(town, tmp_path / "plan.gpkg")
    told = render(tmp_path / "plan.gpkg", tmp_path, "protections", "answers")
    layers = told["protections"]
    assert sum(layer["features"] for layer in layers) == len(shapes)
    for layer in layers:
        assert set(layer["legend"]) == {
            " ".join(both) for both in WORDS["protections.kind"].values()
        }
        assert all([*layer["drawn"], *layer["filters"]])
    assert style.PROTECTED_INK in colours_of(tmp_path / "protections.png")


@pytest.mark.full
def test_qgis_opens_the_package_in_the_colours_of_the_maps(
    small_result: Path, small_plan: Plan, tmp_path: Path
):
    # a layer of any shape without a feature is a table without shapes to QGIS
    names = [
        name
        for name, table in small_plan.tables.items()
        if "geometry" in table.columns and len(table)
    ]
    told = render(small_result / "plan.gpkg", tmp_path, *names, "answers")
    for name, layers in told.items():
        for layer in layers:
            assert layer["renderer"] == "RuleRenderer", name
            assert all([*layer["drawn"], *layer["filters"]]), name
            aliases = {field: alias for field, alias in layer["aliases"].items() if field != "fid"}
            assert all(aliases.values()), name
    assert told["communities"][0]["aliases"]["households"] == "户数 Households [户]"
    assert "category" in told["facilities"][0]["words"]
    assert told["zones"][0]["labels"]
    for name, layers in told.items():
        if sum(layer["features"] for layer in layers):
            assert len(colours_of(tmp_path / f"{name}.png")) > 1, name
    there = {
        "answers": set(
            pyogrio.read_dataframe(small_result / "plan.gpkg", layer="answers")["class"]
        ),
        "land": set(small_plan.tables["land"]["kind"]),
        "facilities": {
            category
            for (_, category), yes in small_plan.tables["facilities"]["confirmed"].items()
            if yes
        },
    }
    keys = {
        "answers": list(answer_fills()),
        "land": list(style.LAND_COLOURS),
        "facilities": list(style.HAVE_COLOURS),
    }
    # catchments reach as far as each other and hide each other's edges
    assert colours_of(tmp_path / "catchments.png") & set(style.HAVE_COLOURS.values())
    for name, wanted in LOOKS.items():
        seen = colours_of(tmp_path / f"{name}.png")
        for place, colour in enumerate(wanted):
            if name in there and keys[name][place] not in there[name]:
                continue
            assert colour in seen, (name, colour)
