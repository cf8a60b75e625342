"""What may be opened: content decides, and nothing that points elsewhere gets in."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import socket
import sqlite3
import struct
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from layers.errors import InputError
from layers.guard import check_input, recognise

POINTER = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'


def one_point() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": ["a"]}, geometry=[Point(112.8, 34.7)], crs="EPSG:4326")


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        check_input(path)
    return caught.value


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.shp", "shapefile"),
        ("a.gpkg", "geopackage"),
        ("a.geojson", "geojson"),
        ("a.fgb", "flatgeobuf"),
        ("a.gdb", "filegdb"),
        ("a.kml", "kml"),
    ],
)
def test_accepted_kinds_are_told_by_content(tmp_path: Path, name: str, kind: str) -> None:
    driver = {"gdb": "OpenFileGDB", "kml": "KML"}.get(name.rpartition(".")[2])
    one_point().to_file(tmp_path / name, driver=driver)
    assert recognise(tmp_path / name) == kind


def test_a_wrong_ending_does_not_change_the_kind(tmp_path: Path) -> None:
    one_point().to_file(tmp_path / "a.gpkg")
    (tmp_path / "a.gpkg").rename(tmp_path / "a.dat")
    assert recognise(tmp_path / "a.dat") == "geopackage"


def test_tables_parquet_and_osm_are_told_by_content(tmp_path: Path) -> None:
    one_point().to_parquet(tmp_path / "a.parquet")
    assert recognise(tmp_path / "a.parquet") == "parquet"
    pd.DataFrame({"a": [1]}).to_excel(tmp_path / "a.xlsx")
    assert recognise(tmp_path / "a.xlsx") == "xlsx"
    assert recognise(written(tmp_path / "a.csv", "名称,经度\n".encode("gbk"))) == "csv"
    assert recognise(written(tmp_path / "a.osm", "<?xml version='1.0'?><osm/>")) == "osm"
    head = b"\x00\x00\x00\x0d\n\tOSMHeader\x18"
    assert recognise(written(tmp_path / "a.osm.pbf", head)) == "pbf"


@pytest.mark.parametrize("name", ["a.vrt", "a.csv", "a.geojson", "a.kml", "a.shp", "a.osm"])
def test_a_document_that_points_at_other_files_is_refused_under_any_name(
    tmp_path: Path, name: str
) -> None:
    error = refused(written(tmp_path / name, POINTER))
    assert "OGR" in error.en or "XML" in error.en
    assert name in error.zh


def test_a_pointer_hidden_in_geojson_cannot_take_over(tmp_path: Path) -> None:
    content = {"type": "FeatureCollection", "name": POINTER, "features": []}
    assert recognise(written(tmp_path / "a.geojson", json.dumps(content))) == "geojson"


@pytest.mark.parametrize("magic", [b"\x00\x00\x27\x0a", b"fgb\x03fgb\x01", b"SQLite format 3\x00"])
def test_a_pointer_behind_a_known_beginning_is_refused(tmp_path: Path, magic: bytes) -> None:
    error = refused(written(tmp_path / "a.shp", magic + POINTER.encode()))
    assert "'<OGR'" in error.en
    assert "'<OGR'" in error.zh


def test_no_address_is_asked_for_anything(tmp_path: Path) -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        port = server.getsockname()[1]

        def listen() -> None:
            try:
                asked.append(server.accept()[0].recv(10))
            except TimeoutError:
                return

        thread = threading.Thread(target=listen)
        thread.start()
        for text in (
            f"/vsicurl/http://127.0.0.1:{port}/a.geojson",
            f"http://127.0.0.1:{port}/a.geojson",
            f"WFS:http://127.0.0.1:{port}/",
            f"PG:host=127.0.0.1 port={port}",
            f"/vsizip//vsicurl/http://127.0.0.1:{port}/a.zip",
        ):
            error = refused(Path(text))
            assert "not a local file" in error.en
            assert "不访问网络" in error.zh
            assert "not a local file" in refused(tmp_path / text).en
        thread.join()
    assert asked == []


def test_a_missing_file_brings_the_nearest_name(tmp_path: Path) -> None:
    written(tmp_path / "communities.shp", b"x")
    error = refused(tmp_path / "comunities.shp")
    assert "did you mean 'communities.shp'?" in error.en
    assert "'communities.shp'" in error.zh


def test_a_file_that_only_ends_alike_is_no_suggestion(tmp_path: Path) -> None:
    written(tmp_path / "facilities.csv", b"x")
    assert "did you mean" not in refused(tmp_path / "communities.shp").en


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    error = refused(tmp_path / "入库" / "a.shp")
    assert str(tmp_path / "入库") in error.en
    assert str(tmp_path / "入库") in error.zh


def test_a_folder_is_no_input_but_a_filegdb_is(tmp_path: Path) -> None:
    (tmp_path / "empty.gdb").mkdir()
    assert "is a folder" in refused(tmp_path / "empty.gdb").en
    assert "是文件夹" in refused(tmp_path).zh


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_and_a_device_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "a device or a pipe" in refused(tmp_path / "pipe.csv").en
    assert "设备或管道" in refused(Path(os.devnull)).zh


def test_a_link_may_stay_in_its_folder_only(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    written(tmp_path / "secret.csv", "a,b\n1,2\n")
    written(tmp_path / "in" / "real.csv", "a,b\n1,2\n")
    (tmp_path / "in" / "out.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "in" / "near.csv").symlink_to(tmp_path / "in" / "real.csv")
    assert recognise(tmp_path / "in" / "near.csv") == "csv"
    error = refused(tmp_path / "in" / "out.csv")
    assert "secret.csv" in error.en
    assert "链接" in error.zh


@pytest.mark.parametrize("name", ["bomb.osm", "bomb.kml", "bomb.csv"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_any_parser_sees_them(
    tmp_path: Path, name: str, encoding: str
) -> None:
    bomb = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<!-- {" " * 70_000} -->'
        '<!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><osm>&b;</osm>'
    )
    error = refused(written(tmp_path / name, bomb.encode(encoding)))
    assert "<!DOCTYPE osm>" in error.en
    assert "<!DOCTYPE osm>" in error.zh


def test_xml_in_an_encoding_of_several_bytes_is_refused(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="GBK"?>\n<osm version="0.6"/>'
    error = refused(written(tmp_path / "a.osm", text.encode("gbk")))
    assert "save it as UTF-8" in error.en
    assert "请另存为 UTF-8" in error.zh


@pytest.mark.parametrize(
    ("pack", "what"), [(gzip.compress, "gzip"), (bz2.compress, "bzip2"), (lzma.compress, "xz")]
)
def test_a_compressed_file_is_to_be_unpacked(
    tmp_path: Path, pack: Callable[[bytes], bytes], what: str
) -> None:
    error = refused(written(tmp_path / "area.osm.gz", pack(b'<osm version="0.6"/>')))
    assert f"area.osm.gz is compressed ({what}); unpack it" in error.en
    assert f"压缩文件（{what}）；请解压" in error.zh


def test_broken_xml_is_refused_with_the_place(tmp_path: Path) -> None:
    assert "line 1" in refused(written(tmp_path / "a.kml", "<kml <")).en


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"AC1027....", "AutoCAD"),
        (b"%PDF-1.7", "PDF"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"\x00\x01\x00\x00Standard Jet DB", "Access"),
        (b'{"type": "Topology", "objects": {}}', "Topology"),
        (b"<gml:FeatureCollection xmlns:gml='x'/>", "FeatureCollection"),
        (b"\x01\x02\x03", "unknown kind"),
    ],
)
def test_other_kinds_are_refused_by_name(tmp_path: Path, content: bytes, what: str) -> None:
    error = refused(written(tmp_path / "a.dat", content))
    assert what in error.en
    assert "GeoPackage" in error.zh


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "is empty" in refused(written(tmp_path / "a.csv", b"\n  ")).en


def test_json_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refused(written(tmp_path / "a.geojson", "{oops")).en


def test_an_sqlite_file_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.udbx") as connection:
        connection.execute("CREATE TABLE a (b)")
    connection.close()
    assert "without GeoPackage tables" in refused(tmp_path / "a.udbx").en


def test_a_geopackage_that_runs_a_foreign_module_is_refused(tmp_path: Path) -> None:
    one_point().to_file(tmp_path / "a.gpkg")
    with sqlite3.connect(tmp_path / "a.gpkg") as connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute(
            "INSERT INTO sqlite_master VALUES ('table', 'x', 'x', 0, "
            "'CREATE VIRTUAL TABLE x USING VirtualOGR(''/vsicurl/http://x'')')"
        )
    connection.close()
    error = refused(tmp_path / "a.gpkg")
    assert "'VirtualOGR'" in error.en
    assert "'VirtualOGR'" in error.zh


def test_a_damaged_geopackage_is_refused(tmp_path: Path) -> None:
    error = refused(written(tmp_path / "a.gpkg", b"SQLite format 3\x00" + b"\x07" * 200))
    assert "damaged" in error.en
    assert "损坏" in error.zh


def packed(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("members", "en", "zh"),
    [
        ({"a.shp": b"\x00" * 3_000_000}, "times its size", "倍"),
        ({f"a{n}.shp": b"" for n in range(1001)}, "1001 members", "1001"),
        ({"../a.shp": b"x"}, "outside its folder: '../a.shp'", "越出"),
        ({"/etc/a.shp": b"x"}, "outside its folder", "越出"),
        ({"C:\\a.shp": b"x"}, "outside its folder", "越出"),
        ({"a.zip": b"x"}, "another archive: 'a.zip'", "嵌套"),
    ],
)
def test_archives_beyond_the_limits_are_refused(
    tmp_path: Path, members: dict[str, bytes], en: str, zh: str
) -> None:
    error = refused(packed(tmp_path / "a.zip", **members))
    assert en in error.en
    assert zh in error.zh


def test_an_archive_with_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.shp")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "is a link" in refused(tmp_path / "a.zip").en


def test_an_encrypted_or_damaged_archive_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", **{"a.shp": b"x"})
    raw = bytearray(path.read_bytes())
    central = raw.index(b"PK\x01\x02")
    raw[central + 8 : central + 10] = struct.pack("<H", 1)
    assert "encrypted" in refused(written(path, bytes(raw))).en
    assert "damaged" in refused(written(path, bytes(raw[:30]))).en


def test_a_workbook_that_declares_entities_is_refused(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "a.xlsx",
        **{
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><workbook/>',
        },
    )
    error = refused(path)
    assert "'xl/workbook.xml'" in error.en
    assert "实体" in error.zh


@pytest.mark.parametrize("name", ["a" * 300 + ".csv", "a" * 5000 + ".csv"])
def test_a_path_that_no_disk_can_hold_is_refused(tmp_path: Path, name: str) -> None:
    error = refused(tmp_path / name)
    assert len(error.en) < 600
    assert error.zh


@pytest.mark.parametrize("name", ["台账.xls", "poi.csv"])
def test_a_web_page_under_the_name_of_a_table_is_called_one(tmp_path: Path, name: str) -> None:
    for text in ("<!DOCTYPE html><html><table></table></html>", "<html><body>404</body></html>"):
        error = refused(written(tmp_path / name, text))
        assert "is a web page" in error.en
        assert "网页" in error.zh
