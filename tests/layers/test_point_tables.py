"""Points from tables: coordinates under many headers, cells as text, rows as the file counts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import xlwt

from layers.errors import CrsError, InputError
from layers.files import Source, VectorInput, read_vector


def read(path: Path, **said: object) -> VectorInput:
    return read_vector(Source(path=path, **said), role="facilities")  # type: ignore[arg-type]


def read_text(folder: Path, text: str, encoding: str = "utf-8", **said: object) -> gpd.GeoDataFrame:
    (folder / "a.csv").write_bytes(text.encode(encoding))
    return read(folder / "a.csv", **said).frame


def first_point(frame: gpd.GeoDataFrame) -> tuple[float, float]:
    point = frame.geometry.iloc[0]
    return point.x, point.y


@pytest.mark.parametrize(
    "text",
    [
        "名称,经度,纬度\n甲,112.7,34.7\n",
        "名称,LNG,Lat\n甲,112.7,34.7\n",
        "纬度(°)\t经度(°)\n34.7\t112.7\n",
        "name;longitude;latitude\n甲;112.7;34.7\n",
        '名称,location\n甲,"112.7,34.7"\n',
        "名称;坐标\n甲;(112.7 34.7)\n",
        "名称,经度,纬度\n甲,１１２．７,34.7°\n",
        "2024年公厕清单,,\n名称,经度,纬度\n甲,112.7,34.7\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_degrees_are_found_under_many_headers(tmp_path: Path, text: str, encoding: str) -> None:
    frame = read_text(tmp_path, text, encoding)
    assert first_point(frame) == (112.7, 34.7)
    assert frame.crs.to_epsg() == 4326


def test_metres_need_a_system(tmp_path: Path) -> None:
    text = "名称,X,Y\n甲,389300,3844500\n"
    with pytest.raises(CrsError) as caught:
        read_text(tmp_path, text)
    assert "'X' and 'Y'" in caught.value.en
    assert "[inputs.facilities]" in caught.value.zh
    assert first_point(read_text(tmp_path, text, crs="EPSG:4547")) == (389300.0, 3844500.0)


def test_surveyors_x_is_north_and_is_put_right(tmp_path: Path) -> None:
    frame = read_text(tmp_path, "X坐标,Y坐标\n3844500,389300\n", crs="EPSG:4547")
    assert first_point(frame) == (389300.0, 3844500.0)


def test_columns_that_the_job_names_are_used(tmp_path: Path) -> None:
    text = "点位,J,W\n甲,112.7,34.7\n"
    with pytest.raises(InputError) as caught:
        read_text(tmp_path, text)
    assert "'J', 'W'" in caught.value.en
    assert "经度" in caught.value.zh
    frame = read_text(tmp_path, text, fields={"lon": "J", "lat": "W", "name": "点位"})
    assert frame.columns.tolist() == ["name", "lon", "lat", "geometry"]
    with pytest.raises(InputError, match=r"fields\.lon"):
        read_text(tmp_path, text, fields={"lon": "东经"})


def test_cells_stay_text_and_leading_zeros_survive(tmp_path: Path) -> None:
    text = "编号,户数,geometry,经度,纬度,,编号\n007,12,x,112.7,34.7,,8\n"
    frame = read_text(tmp_path, text)
    assert frame["编号"].tolist() == ["007"]
    assert frame["户数"].tolist() == ["12"]
    assert frame["编号_7"].tolist() == ["8"]
    assert frame["geometry_3"].tolist() == ["x"]
    assert frame["column_6"].isna().all()


def test_rows_are_numbered_as_the_file_counts_and_bad_ones_are_listed(tmp_path: Path) -> None:
    text = "名称,经度,纬度\n甲,112.7,34.7\n\n乙,,34.7\n丙,abc,34.7\n丁,112.8,34.8\n戊,nan,inf\n"
    (tmp_path / "a.csv").write_text(text, "utf-8")
    found = read(tmp_path / "a.csv")
    assert found.frame.index.tolist() == [2, 6]
    assert (found.record.read, found.record.kept, found.record.refused) == (5, 2, 3)
    assert "4, 5, 7" in found.findings[0].zh


@pytest.mark.parametrize("text", ["名称,经度,纬度\n", "名称,经度,纬度\n,,\n"])
def test_a_table_without_rows_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_text(tmp_path, text)
    assert "no row of data" in caught.value.en
    assert "没有数据" in caught.value.zh


def test_a_cell_of_a_megabyte_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no CSV"):
        read_text(tmp_path, f"名称,经度,纬度\n{'x' * 200_000},112.7,34.7\n")


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["公厕清单"])
    sheet = book.create_sheet("公厕")
    for row in (["公厕清单"], ["编号", "名称", "日期", "经度", "纬度"]):
        sheet.append(row)
    sheet.append([7, "甲", dt.date(2024, 5, 1), 112.7, 34.7])
    book.save(path)
    return path


def test_a_sheet_is_read_by_name(tmp_path: Path) -> None:
    frame = read(workbook(tmp_path / "a.xlsx"), layer="公厕").frame
    assert frame["编号"].tolist() == ["7"]
    assert frame.index.tolist() == [3]
    assert first_point(frame) == (112.7, 34.7)
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.xlsx", layer="公測")
    assert "'公厕'" in caught.value.en
    assert "'公測'" in caught.value.zh


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("s")
    for row, cells in enumerate([["名称", "经度", "纬度"], ["甲", 112.7, 34.7]]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    book.save(str(tmp_path / "a.xls"))
    assert first_point(read(tmp_path / "a.xls").frame) == (112.7, 34.7)


def test_a_damaged_workbook_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.xls")
    assert "no workbook" in caught.value.en
    assert "工作簿" in caught.value.zh


def test_a_quotation_mark_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_text(tmp_path, '名称,经度,纬度\n"甲,112.7,34.7\n乙,112.7,34.7\n')
    assert "row 2: a quotation mark is never closed" in caught.value.en
    assert "没有闭合" in caught.value.zh


def test_single_rows_of_impossible_degrees_are_left_out_and_told(tmp_path: Path) -> None:
    good = "".join(f"店{n},112.7,34.7\n" for n in range(20))
    (tmp_path / "a.csv").write_text(f"名称,经度,纬度\n{good}甲,999,-999\n", encoding="utf-8")
    found = read(tmp_path / "a.csv")
    assert (found.record.read, found.record.kept, found.record.refused) == (21, 20, 1)
    (finding,) = [f for f in found.findings if f.code == "coordinates-impossible"]
    assert finding.row_key == "22"
