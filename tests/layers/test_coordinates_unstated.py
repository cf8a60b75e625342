"""Points in degrees of which nobody said what coordinates they are."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from layers.files import Source, read_vector
from layers.gcj02 import wgs84_to_gcj02

HERE, ABROAD = "112.790,34.730", "24.94,60.17"


def codes(path: Path, text: str, role: str = "facilities", **said: object) -> list[str]:
    path.write_text(text, encoding="utf-8")
    source = replace(Source(path=path, coordinates_stated=False), **said)
    return [one.code for one in read_vector(source, role=role).findings]


@pytest.mark.parametrize("role", ["facilities", "gates"])
def test_points_in_mainland_china_are_doubted_until_somebody_says(tmp_path: Path, role: str):
    path, text = tmp_path / "poi.csv", f"name,lon,lat\n甲,{HERE}\n"
    assert "coordinates-unstated" in codes(path, text, role)
    assert "coordinates-unstated" not in codes(path, text, role, coordinates_stated=True)


def test_points_abroad_and_layers_of_the_bureau_are_not_doubted(tmp_path: Path):
    path = tmp_path / "poi.csv"
    assert "coordinates-unstated" not in codes(path, f"name,lon,lat\n甲,{ABROAD}\n")
    assert "coordinates-unstated" not in codes(path, f"name,lon,lat\n甲,{HERE}\n", "protections")


def test_the_doubt_says_how_far_and_what_to_write(tmp_path: Path):
    path = tmp_path / "poi.csv"
    path.write_text(f"name,lon,lat\n甲,{HERE}\n乙,{ABROAD}\n", encoding="utf-8")
    found = read_vector(Source(path=path, coordinates_stated=False), role="facilities").findings
    (doubt,) = (one for one in found if one.code == "coordinates-unstated")
    lon, lat = (float(part) for part in HERE.split(","))
    (east,), (north,) = wgs84_to_gcj02([lon], [lat])
    degree = 6_371_000.0 * math.pi / 180
    apart = math.hypot((east - lon) * degree * math.cos(math.radians(lat)), (north - lat) * degree)
    told = f"{round(apart, -1):,.0f} m"
    assert told in doubt.en
    assert told in doubt.zh
    assert 'coordinates = "gcj02"' in doubt.remedy
    assert doubt.severity == "check"
