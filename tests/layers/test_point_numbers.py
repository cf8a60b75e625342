"""Coordinates that are no decimal numbers, and systems that nobody knows, are told in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.errors import CrsError, InputError
from layers.point_tables import TableSource, read_point_csv


def source(folder: Path, *rows: str, crs: str | None = None) -> TableSource:
    path = folder / "poi.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return TableSource(path=path, role="facilities", crs=crs)


@pytest.mark.parametrize(
    ("rows", "column", "cell"),
    [
        (("经度;纬度", "112°47′54″;34°43′46″"), "经度", "112°47′54″"),
        (("lon;lat", "112,79;34,72"), "lon", "112,79"),
        (("lon;lat", "112.79;北"), "lat", "北"),
        (("坐标;name", "东112北34;a"), "坐标", "东112北34"),
    ],
)
def test_the_column_and_a_cell_are_named(
    rows: tuple[str, ...], column: str, cell: str, tmp_path: Path
):
    with pytest.raises(InputError) as caught:
        read_point_csv(source(tmp_path, *rows))
    for said in (caught.value.zh, caught.value.en):
        assert column in said
        assert cell in said
        assert "112.7983" in said


def test_one_row_that_can_be_read_is_enough(tmp_path: Path):
    frame = read_point_csv(source(tmp_path, "lon,lat", "x,34.7", "112.8,34.7"))
    assert frame.geometry.notna().tolist() == [False, True]


def test_a_system_that_nobody_knows_is_told(tmp_path: Path):
    with pytest.raises(CrsError, match="EPSG:999999"):
        read_point_csv(source(tmp_path, "lon,lat", "112.8,34.7", crs="EPSG:999999"))
    known = read_point_csv(source(tmp_path, "x,y", "389351,3845698", crs="4547"))
    assert known.crs.to_epsg() == 4547
