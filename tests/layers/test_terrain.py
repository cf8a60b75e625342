"""Heights from an elevation raster: positions, unknown cells, refusals, hills of a real city."""

from __future__ import annotations

import builtins
import hashlib
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator
from shapely import LineString

from layers import rasters
from layers.errors import CrsError, InputError
from layers.network import build_network
from layers.terrain import Terrain, read_terrain
from layers.walking import Walking
from tests.grid import CRS, X0, Y0, line, streets_of

WALKING = Walking(speed_kmh=6.0)
EAST = streets_of(line((0, 0), (400, 0)))
NORTH_UP = Affine(10, 0, X0 - 100, 0, -10, Y0 + 100)


def write(
    path: Path,
    cells: NDArray[np.generic],
    *,
    crs: str | None = CRS,
    transform: Affine = NORTH_UP,
    **profile: object,
) -> Path:
    """Write a raster of one band, or of several where the cells have three axes."""
    bands = cells if cells.ndim == 3 else cells[None]
    profile = {"driver": "GTiff", "dtype": cells.dtype, **profile}
    shape = {"count": len(bands), "height": bands.shape[1], "width": bands.shape[2]}
    with rasterio.open(path, "w", crs=crs, transform=transform, **shape, **profile) as out:
        out.write(bands)
    return path


def ramp(share: float, *, dtype: str = "float64", rows: int = 20, columns: int = 60) -> NDArray:
    """Cells of 10 m that rise eastwards; 0 m at the corner of the town."""
    x = (np.arange(columns) + 0.5) * 10 - 100
    return np.tile(share * x, (rows, 1)).astype(dtype)


def heights_at(terrain: Terrain, *places: tuple[float, float]) -> list[float]:
    return terrain.at(np.add(places, (X0, Y0))).tolist()


def test_a_ramp_in_a_raster_gives_toblers_minutes_up_and_down(tmp_path: Path):
    found = read_terrain(write(tmp_path / "ramp.tif", ramp(0.08)), EAST)
    network = build_network(EAST, walking=WALKING, heights=found.terrain)
    up, down = math.exp(3.5 * 0.08), math.exp(3.5 * (0.03 - 0.05))
    assert network.minutes[0].tolist() == pytest.approx([4 * up, 4 * down], rel=1e-9)
    assert up > 1 > down
    assert found.findings == ()
    assert found.terrain.spacing_m == pytest.approx(10)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64"])
def test_a_flat_raster_gives_the_minutes_of_no_raster_to_the_last_bit(tmp_path: Path, dtype: str):
    streets = streets_of(
        *[line((0, 0), (133, 7)), line((133, 7), (171, -31), (222, 4)), line((222, 4), (398, 3))],
        bridge=[False, True, False],
        steps=[False, False, True],
    )
    flat = write(tmp_path / "flat.tif", np.full((20, 60), 41.3).astype(dtype))
    with_heights = build_network(
        streets, walking=WALKING, heights=read_terrain(flat, streets).terrain
    )
    assert np.array_equal(with_heights.minutes, build_network(streets, walking=WALKING).minutes)


def test_heights_between_cells_are_bilinear(tmp_path: Path):
    rng = np.random.default_rng(3)
    cells = rng.uniform(0, 100, (20, 60))
    terrain = read_terrain(write(tmp_path / "rough.tif", cells), EAST).terrain
    # the town's corner is 100 m from the raster's: the centre of column 10 is at x = 5
    assert heights_at(terrain, (5, -5), (15, -5)) == pytest.approx(cells[10, 10:12])
    corners = cells[10:12, 10:12]
    weights = np.outer([0.7, 0.3], [0.6, 0.4])
    assert heights_at(terrain, (9, -8)) == pytest.approx([(corners * weights).sum()])


def test_beyond_the_outermost_centres_the_height_is_that_of_the_edge(tmp_path: Path):
    cells = np.random.default_rng(4).uniform(0, 100, (20, 60))
    whole = streets_of(line((-100, 100), (500, -100)))
    terrain = read_terrain(write(tmp_path / "rough.tif", cells), whole).terrain
    places = [(-100, 100), (-97, 99), (500, -100), (497, -96)]
    assert heights_at(terrain, *places) == pytest.approx(
        [cells[0, 0], cells[0, 0], cells[-1, -1], cells[-1, -1]]
    )
    assert np.isnan(heights_at(terrain, (-100.1, 99), (0, 100.1))).all()


def test_only_a_window_around_the_streets_is_kept(tmp_path: Path):
    found = read_terrain(write(tmp_path / "wide.tif", ramp(0.05, columns=2000)), EAST)
    assert found.terrain.cells.shape == (4, 44)
    assert (found.record.read, found.record.kept, found.record.refused) == (176, 176, 0)
    assert heights_at(found.terrain, (200, 0)) == pytest.approx([10])


def test_the_account_names_the_file_and_its_digest(tmp_path: Path):
    path = write(tmp_path / "ramp.tif", ramp(0.08))
    record = read_terrain(path, EAST).record
    assert (record.role, record.path) == ("elevation", str(path))
    assert record.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_raster_in_degrees_is_sampled_in_its_own_system(tmp_path: Path):
    to_degrees = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True)
    to_metres = pyproj.Transformer.from_crs(4326, CRS, always_xy=True)
    west, north = to_degrees.transform(X0 - 500, Y0 + 500)
    step = 0.0002777777
    columns, rows = np.meshgrid(np.arange(60) + 0.5, np.arange(60) + 0.5)
    x, _ = to_metres.transform(west + columns * step, north - rows * step)
    cells = 0.06 * (x - X0)
    path = write(
        tmp_path / "degrees.tif",
        cells,
        crs="EPSG:4326",
        transform=Affine(step, 0, west, 0, -step, north),
    )
    found = read_terrain(path, EAST)
    assert found.terrain.spacing_m == pytest.approx(25.4, abs=0.5)  # an arc second at 34.7 N
    network = build_network(EAST, walking=WALKING, heights=found.terrain)
    assert network.minutes[0, 0] == pytest.approx(4 * math.exp(3.5 * 0.06), rel=1e-3)


def test_a_turned_raster_is_sampled_where_its_cells_lie(tmp_path: Path):
    cos, sin = 10 * math.cos(math.radians(30)), 10 * math.sin(math.radians(30))
    transform = Affine(cos, sin, X0 - 300 - 60 * sin, sin, -cos, Y0 + 60 * cos)
    columns, rows = np.meshgrid(np.arange(120) + 0.5, np.arange(120) + 0.5)
    x = transform.a * columns + transform.b * rows + transform.c
    path = write(tmp_path / "turned.tif", 0.07 * (x - X0), transform=transform)
    terrain = read_terrain(path, EAST).terrain
    assert heights_at(terrain, (0, 0), (150, 3), (400, 0)) == pytest.approx([0, 10.5, 28], abs=1e-9)


def test_fine_cells_are_averaged_and_a_ramp_stays_a_ramp(tmp_path: Path):
    x = np.arange(1203) + 0.5 - 400
    fine = write(
        tmp_path / "fine.tif",
        np.tile(0.04 * x, (207, 1)),
        transform=Affine(1, 0, X0 - 400, 0, -1, Y0 + 100),
    )
    found = read_terrain(fine, EAST)
    assert found.terrain.spacing_m == pytest.approx(5)
    assert [f.code for f in found.findings] == ["elevation-averaged"]
    assert heights_at(found.terrain, (0, 0), (123.4, 0), (400, 0)) == pytest.approx([0, 4.936, 16])


def test_an_area_of_too_many_cells_is_averaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rasters, "MOST_CELLS", 60)
    found = read_terrain(write(tmp_path / "ramp.tif", ramp(0.05)), EAST)
    assert found.terrain.cells.size <= 60
    assert "elevation-averaged" in [f.code for f in found.findings]
    assert heights_at(found.terrain, (200, 0)) == pytest.approx([10])


@pytest.mark.parametrize(
    ("nodata", "void", "codes"),
    [
        (-1.0, -1.0, ["elevation-void"]),
        (None, -9999.0, ["elevation-void", "elevation-undeclared-nodata"]),
        (None, math.nan, ["elevation-void"]),
        (None, -3.4028234663852886e38, ["elevation-void", "elevation-undeclared-nodata"]),
    ],
)
def test_cells_without_a_height_are_a_finding_and_interpolated(
    tmp_path: Path, nodata: float | None, void: float, codes: list[str]
):
    cells = ramp(0.08, dtype="float32")
    cells[:, 20:30] = void  # x from 100 to 200
    path = write(tmp_path / "holed.tif", cells, nodata=nodata)
    streets = streets_of(line((0, 0), (400, 0)), line((120, 0), (180, 0)), line((0, 9), (50, 9)))
    found = read_terrain(path, streets)
    assert [f.code for f in found.findings] == codes
    first = found.findings[0]
    assert "2 of 3 walkable streets" in first.en
    assert "1 of them without any height" in first.en
    assert "3 条可步行道路中有 2 条" in first.zh
    assert found.record.refused == np.isnan(found.terrain.cells).sum() > 0
    network = build_network(streets.iloc[:1], walking=WALKING, heights=found.terrain)
    assert network.minutes[0, 0] == pytest.approx(4 * math.exp(0.28), rel=1e-6)


def test_streets_that_leave_the_raster_are_a_finding(tmp_path: Path):
    path = write(tmp_path / "small.tif", ramp(0.08, columns=30))  # ends at x = 200
    found = read_terrain(path, EAST)
    assert [f.code for f in found.findings] == ["elevation-outside"]
    assert "1 of 1 walkable streets leave the elevation raster, 0 of them" in found.findings[0].en
    network = build_network(EAST, walking=WALKING, heights=found.terrain)
    assert network.minutes[0, 0] == pytest.approx(2 * math.exp(0.28) + 2, rel=0.02)


def test_scale_and_offset_of_the_band_are_applied(tmp_path: Path):
    path = write(tmp_path / "tenths.tif", (10 * ramp(0.5) + 1000).round().astype("int16"))
    with rasterio.open(path, "r+") as out:
        out.scales, out.offsets = (0.1,), (-100.0,)
    assert heights_at(read_terrain(path, EAST).terrain, (205, -5)) == pytest.approx([102.5])


@pytest.mark.parametrize("driver", ["AAIGrid", "HFA"])
def test_ascii_grids_and_imagine_files_are_read(tmp_path: Path, driver: str):
    path = tmp_path / {"AAIGrid": "ramp.asc", "HFA": "ramp.img"}[driver]
    if driver == "AAIGrid":
        head = f"ncols 60\nnrows 20\nxllcorner {X0 - 100}\nyllcorner {Y0 - 100}\ncellsize 10\n"
        rows = "\n".join(" ".join(map(str, row)) for row in ramp(0.08))
        path.write_text(f"{head}NODATA_value -9999\n{rows}\n", encoding="ascii")
    else:
        write(path, ramp(0.08), driver=driver)
    found = read_terrain(path, EAST, crs=CRS)
    assert heights_at(found.terrain, (200, 0)) == pytest.approx([16], rel=1e-5)
    assert found.findings == ()


def test_a_raster_without_a_system_is_refused_and_taken_with_one(tmp_path: Path):
    path = write(tmp_path / "bare.tif", ramp(0.08), crs=None)
    with pytest.raises(CrsError) as caught:
        read_terrain(path, EAST)
    assert "bare.tif has no coordinate reference system" in caught.value.en
    assert '[inputs.elevation] crs = "EPSG:4326"' in caught.value.en
    assert "bare.tif 没有坐标系" in caught.value.zh
    assert heights_at(read_terrain(path, EAST, crs=CRS).terrain, (200, 0)) == pytest.approx([16])


def test_a_system_with_heights_in_feet_is_refused(tmp_path: Path):
    path = write(tmp_path / "bare.tif", ramp(0.08), crs=None)
    with pytest.raises(CrsError) as caught:
        read_terrain(path, EAST, crs=f"{CRS}+6360")
    assert "US survey foot" in caught.value.en
    assert "高程应以米为单位" in caught.value.zh


def test_the_jobs_system_overrules_the_files_with_a_finding(tmp_path: Path):
    path = write(tmp_path / "wrong.tif", ramp(0.08), crs="EPSG:4548")
    found = read_terrain(path, EAST, crs=CRS)
    assert [f.code for f in found.findings] == ["crs-overruled"]
    assert heights_at(found.terrain, (200, 0)) == pytest.approx([16])


@pytest.mark.parametrize(
    ("change", "en", "zh"),
    [
        ({"cells": ramp(0.08) + 9500}, "heights from 9498.8 to 9533.2", "应为 -500 至 9000 m"),
        ({"cells": ramp(0.08) - 600}, "heights from -601.2 to -566.8", "单位可能是英尺"),
        ({"unit": "ft"}, "is in 'ft'; expected metres", "单位为 'ft'"),
        ({"cells": np.zeros((3, 20, 60), "uint8")}, "has 3 bands", "3 个波段"),
        ({"crs": "EPSG:4547+5773", "cells": ramp(0.1)}, "", ""),
        ({"crs": "EPSG:4547+6360"}, "'us survey foot'; expected metres", "应为米"),
        ({"nodata": 0.0, "cells": np.zeros((20, 60))}, "no height under any", "没有任何高程"),
        (
            {"transform": Affine(10, 0, X0 + 90_000, 0, -10, Y0 + 100)},
            "lie at 500000, 3.84e+06, 500400, 3.84e+06 in that system",
            "而道路在该坐标系中位于",
        ),
    ],
)
def test_what_holds_no_heights_in_metres_of_this_place_is_refused(
    tmp_path: Path, change: dict[str, object], en: str, zh: str
):
    change = dict(change)
    cells, unit = change.pop("cells", ramp(0.08)), change.pop("unit", None)
    path = write(tmp_path / "dem.tif", cells, **change)
    if unit:
        with rasterio.open(path, "r+") as out:
            out.units = (unit,)
    if not en:
        assert read_terrain(path, EAST).terrain.cells.size
        return
    with pytest.raises((InputError, CrsError)) as caught:
        read_terrain(path, EAST)
    assert "dem.tif" in caught.value.en
    assert en in caught.value.en
    assert zh in caught.value.zh


@pytest.mark.parametrize(
    "content",
    [
        b"<VRTDataset rasterXSize='1' rasterYSize='1'></VRTDataset>",
        b"\x89PNG\r\n\x1a\n",
        b"",
        b"x,y,z\n1,2,3\n",
    ],
)
def test_other_files_are_refused_by_content(tmp_path: Path, content: bytes):
    path = tmp_path / "dem.tif"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_terrain(path, EAST)
    assert "dem.tif is no elevation raster" in caught.value.en
    assert "不是高程栅格" in caught.value.zh


@pytest.mark.parametrize("across", [(20, 0, 20, 0), (math.inf, 0, 0, -10), (10, 0, 0, math.nan)])
def test_cells_without_area_are_refused(tmp_path: Path, across: tuple[float, ...]):
    a, b, d, e = across
    place = Affine(a, b, X0 - 100, d, e, Y0 + 100)
    path = write(tmp_path / "dem.tif", ramp(0.1), transform=place)
    with pytest.raises(InputError) as caught:
        read_terrain(path, EAST)
    assert "dem.tif does not say where it lies" in caught.value.en
    assert "定位" in caught.value.zh


def test_more_cells_than_can_be_read_are_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rasters, "MOST_READ", 100)
    path = write(tmp_path / "dem.tif", ramp(0.1))
    with pytest.raises(InputError) as caught:
        read_terrain(path, EAST)
    assert "billion cells of 10 m around the streets" in caught.value.en
    assert "亿个像元（边长 10 m）" in caught.value.zh


def test_a_cut_off_file_is_refused(tmp_path: Path):
    path = write(tmp_path / "dem.tif", np.random.default_rng(1).normal(size=(20, 60)))
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(InputError) as caught:
        read_terrain(path, EAST)
    assert "dem.tif cannot be read" in caught.value.en


def test_a_raster_of_another_folder_or_host_is_not_followed(tmp_path: Path):
    with pytest.raises(InputError, match="not a local file"):
        read_terrain(Path("/vsicurl/http://example.org/dem.tif"), EAST)
    with pytest.raises(InputError, match="No such file"):
        read_terrain(tmp_path / "absent.tif", EAST)
    path = write(tmp_path / "dem.tif", ramp(0.08))
    (tmp_path / "dem.tif.msk").write_text("<VRTDataset></VRTDataset>", encoding="ascii")
    with pytest.raises(InputError, match=r"dem\.tif\.msk .* is no TIFF"):
        read_terrain(path, EAST)


def test_without_the_extra_a_job_with_heights_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = write(tmp_path / "dem.tif", ramp(0.08))
    real = builtins.__import__

    def without_rasterio(name: str, *args: object, **kwargs: object) -> object:
        if name.partition(".")[0] == "rasterio":
            raise ModuleNotFoundError(f"No module named {name!r}", name="rasterio")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_rasterio)
    with pytest.raises(InputError) as caught:
        read_terrain(path, EAST)
    assert 'python -m pip install "rasterio>=1.4"' in caught.value.en
    assert 'python -m pip install "rasterio>=1.4"' in caught.value.zh
    assert "尚未安装" in caught.value.zh


def slow_minutes(terrain: Terrain, shape: LineString) -> list[float]:
    """Walk a line both ways piece by piece, with another interpolation, one number at a time."""
    rows, columns = terrain.cells.shape
    axes = (np.arange(rows) + 0.5, np.arange(columns) + 0.5)
    between = RegularGridInterpolator(axes, terrain.cells.astype(float))
    parts = math.ceil(shape.length / terrain.spacing_m)
    a, _, c, _, e, f = terrain.to_cells
    heights: list[float] = []
    for number in range(parts + 1):
        spot = shape.interpolate(shape.length * number / parts)
        heights.append(float(between((e * spot.y + f, a * spot.x + c))))
    known = [number for number, height in enumerate(heights) if not math.isnan(height)]
    run, up, down = shape.length / parts, 0.0, 0.0
    if known:
        heights = np.interp(range(parts + 1), known, [heights[n] for n in known]).tolist()
    else:
        heights = [0.0] * (parts + 1)
    for low, high in pairwise(heights):
        slope = max(-1.0, min(1.0, (high - low) / run))
        up += run / 100 / math.exp(-3.5 * (abs(slope + 0.05) - 0.05))
        down += run / 100 / math.exp(-3.5 * (abs(-slope + 0.05) - 0.05))
    return [up, down]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), holes=st.integers(0, 12), rough=st.floats(0, 60))
def test_minutes_equal_a_slow_walk_over_the_raster(
    tmp_path_factory: pytest.TempPathFactory, seed: int, holes: int, rough: float
):
    rng = np.random.default_rng(seed)
    cells = rng.uniform(0, rough, (40, 60)).astype("float32")
    cells[rng.integers(0, 40, holes), rng.integers(0, 60, holes)] = -1
    path = write(tmp_path_factory.mktemp("dem") / "dem.tif", cells, nodata=-1)
    lines = [line(*rng.uniform((-80, -280), (480, 80), (3, 2)).tolist()) for _ in range(5)]
    streets = streets_of(*lines)
    terrain = read_terrain(path, streets).terrain
    network = build_network(streets, walking=WALKING, heights=terrain)
    for shape, minutes in zip(network.lines, network.minutes.tolist(), strict=True):
        assert minutes == pytest.approx(slow_minutes(terrain, shape), rel=1e-6)
