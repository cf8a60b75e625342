"""What may be opened: local files of known kinds, told by their content, never by their name.

A GIS library opens whatever a path or a file's first bytes ask for: web addresses, documents that
point at other files, archives that unpack without end. Every input passes here first, before any
parser sees it.
"""

from __future__ import annotations

import difflib
import json
import re
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal
from xml.parsers import expat

from layers.errors import InputError
from layers.zips import check_archive, is_workbook

Kind = Literal[
    "shapefile",
    "zip",
    "geopackage",
    "geojson",
    "flatgeobuf",
    "filegdb",
    "parquet",
    "kml",
    "csv",
    "xlsx",
    "xls",
    "osm",
    "pbf",
]

ACCEPTED: Final = (
    "Shapefile (.shp, .zip), GeoPackage, GeoJSON, FlatGeobuf, FileGDB (.gdb), GeoParquet, KML, "
    "CSV, Excel (.xlsx, .xls), OSM (.osm, .osm.pbf)"
)
HEAD_BYTES: Final = 65_536
_LONGEST_SHOWN: Final = 120
SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]+:")
"""A web address or a driver's connection text; a drive letter has one character only."""
POINTERS: Final = (b"<OGR", b"<VRT", b"<GDAL", b"<WFS", b"<WMS", b"gdal_streamed_alg", b"GDALG:")
"""Marks by which a library takes any text for a document that points elsewhere."""
MAGIC: Final[tuple[tuple[bytes, Kind], ...]] = (
    (b"\x00\x00\x27\x0a", "shapefile"),
    (b"fgb\x03", "flatgeobuf"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
)
STRANGERS: Final = (
    (b"AC10", "AutoCAD drawing (DWG)"),
    (b"AutoCAD Binary DXF", "AutoCAD drawing (DXF)"),
    (b"%PDF", "PDF"),
    (b"Rar!", "RAR archive"),
    (b"7z\xbc\xaf", "7z archive"),
    (b"\x00\x01\x00\x00Standard", "Access database (MDB)"),
    (b"II*\x00", "TIFF image"),
    (b"MM\x00*", "TIFF image"),
    (b"\x89PNG", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
)
PACKED: Final = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"))
TABLE_SUFFIXES: Final = (".csv", ".txt", ".tsv")
GEOJSON_TYPE = re.compile(
    rb'"type"\s*:\s*"(FeatureCollection|Feature|(Multi)?(Point|LineString|Polygon)'
    rb'|GeometryCollection)"'
)
_WEB_PAGES: Final = ("html", "table", "head", "body", "meta")
XML_KINDS: Final[dict[str, Kind]] = {"kml": "kml", "osm": "osm"}
VIRTUAL_TABLE = re.compile(
    r"CREATE\s+VIRTUAL\s+TABLE.*?\bUSING\s+[\"'`\[]?(\w+)", re.IGNORECASE | re.DOTALL
)
REPLACEMENT: Final = "\ufffd"
HARMLESS_MODULES: Final = ("rtree", "fts3", "fts4", "fts5")


def check_input(path: Path) -> None:
    """Refuse an input that must not or cannot be opened.

    Parameters
    ----------
    path
        A local file, or the folder of a FileGDB.

    Raises
    ------
    InputError
        If `path` is a web address, a path of a virtual file system, missing (the nearest name in
        its folder is given), a folder, a device, a link that leaves its folder, empty, of a kind
        that is not accepted, a document that points at other files, XML with a document type
        declaration, an archive beyond the limits of `zips`, or a GeoPackage that runs foreign
        modules.
    """
    recognise(path)


def recognise(path: Path) -> Kind:
    """Tell an input's kind by its content.

    Parameters
    ----------
    path
        A local file, or the folder of a FileGDB.

    Returns
    -------
    Kind
        One word of the accepted kinds.

    Raises
    ------
    InputError
        As `check_input` says.
    """
    require_local_file(path)
    if path.is_dir():
        return "filegdb"
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head.strip():
        raise InputError(
            en=f"{path} is empty; export it again.", zh=f"{path} 是空文件；请重新导出。"
        )
    for magic, kind in MAGIC:
        if head.startswith(magic):
            _refuse_pointers(path, head)
            return kind
    if head.startswith(b"PK\x03\x04"):
        check_archive(path)
        return "xlsx" if is_workbook(path) else "zip"
    if head.startswith(b"SQLite format 3\x00"):
        _refuse_pointers(path, head)
        _check_geopackage(path)
        return "geopackage"
    if head[4:15] == b"\n\tOSMHeader":
        return "pbf"
    return _recognise_text(path, head)


def require_local_file(path: Path) -> None:
    """Refuse addresses, missing files, folders, devices, and links that leave their folder.

    Parameters
    ----------
    path
        As the job gives it; the folder of a FileGDB passes.

    Raises
    ------
    InputError
        If `path` is none of those, with the nearest existing name when it is missing.
    """
    text = path.as_posix()
    _refuse_odd_name(path)
    virtual = text.startswith("/vsi") or any(part.startswith("vsi") for part in path.parts[1:2])
    if virtual or (not path.exists() and any(SCHEME.match(part) for part in path.parts)):
        raise InputError(
            en=f"{text!r} is an address, not a local file; nothing is opened over a network. "
            "Download or export the data and give the file's path.",
            zh=f"{text!r} 是网络或虚拟地址，不是本地文件；程序不访问网络。"
            "请下载或导出数据后填写文件路径。",
        )
    if not path.exists():
        _raise_missing(path)
    _refuse_leaving_link(path)
    if path.is_dir():
        _check_folder(path)
    elif not stat.S_ISREG(path.stat().st_mode):
        raise InputError(
            en=f"{path} is a device or a pipe, not a file.", zh=f"{path} 是设备或管道，不是文件。"
        )


def _refuse_odd_name(path: Path) -> None:
    """Refuse a path that no file system can hold, before it is asked for."""
    try:
        path.exists()
    except OSError as error:
        shown = str(path)[:_LONGEST_SHOWN]
        raise InputError(
            en=f"'{shown}…' is no path of a file ({error.__class__.__name__}); it is too long or "
            "may not be looked at. Correct it.",
            zh=f"'{shown}…' 不是有效的文件路径（{error.__class__.__name__}）：过长或无权查看。"
            "请更正路径。",
        ) from error


def _raise_missing(path: Path) -> None:
    folder = path.parent
    if not folder.is_dir():
        raise InputError(
            en=f"No such file: {path}; its folder {folder} does not exist either. "
            "Paths in job.toml are relative to job.toml.",
            zh=f"找不到文件：{path}；其所在文件夹 {folder} 也不存在。"
            "job.toml 中的路径以 job.toml 所在位置为准。",
        )
    names = {entry.name.casefold(): entry.name for entry in sorted(folder.iterdir())}
    close = difflib.get_close_matches(path.name.casefold(), list(names), n=1, cutoff=0.65)
    nearest = names[close[0]] if close else None
    raise InputError(
        en=f"No such file: {path}"
        + (f"; did you mean {nearest!r}?" if nearest else f"; {folder} holds no similar name."),
        zh=f"找不到文件：{path}"
        + (f"；是否应为 {nearest!r}？" if nearest else f"；{folder} 中没有相近的文件名。"),
    )


def _refuse_leaving_link(path: Path) -> None:
    if not path.is_symlink():
        return
    target = path.resolve()
    if not target.is_relative_to(path.parent.resolve()):
        raise InputError(
            en=f"{path} is a link to {target}, outside its folder; copy the file itself.",
            zh=f"{path} 是指向文件夹之外的链接（{target}）；请复制文件本身。",
        )


def _check_folder(path: Path) -> None:
    """Let only the folder of a FileGDB pass."""
    if path.suffix.casefold() != ".gdb" or not any(path.glob("*.gdbtable")):
        raise InputError(
            en=f"{path} is a folder; give a file in it, or the folder of a FileGDB (.gdb).",
            zh=f"{path} 是文件夹；请填写其中的文件，或 FileGDB 文件夹（.gdb）。",
        )
    for member in sorted(path.iterdir()):
        _refuse_leaving_link(member)


def _refuse_pointers(path: Path, head: bytes) -> None:
    found = [mark for mark in POINTERS if mark in head]
    if found:
        shown = found[0].decode("ascii")
        raise InputError(
            en=f"{path} holds {shown!r}: a document that points at other files or addresses is "
            f"not opened. Accepted: {ACCEPTED}.",
            zh=f"{path} 含有 {shown!r}：指向其他文件或地址的文档不予打开。可用格式：{ACCEPTED}。",
        )


def _refuse_kind(path: Path, en: str, zh: str) -> InputError:
    return InputError(
        en=f"{path} is {en}, which is not read. Export it as GeoPackage or Shapefile. "
        f"Accepted: {ACCEPTED}.",
        zh=f"{path} 的内容为{zh}，无法读取。请另存为 GeoPackage 或 Shapefile。"
        f"可用格式：{ACCEPTED}。",
    )


def _web_page(path: Path) -> InputError:
    """Explain a page: office systems export tables as pages under the name of a workbook."""
    return InputError(
        en=f"{path} is a web page, whatever its name says. Open it in Excel or WPS and save it as "
        ".xlsx, or download the data again.",
        zh=f"{path} 的内容是网页，与文件名不符。请用 Excel 或 WPS 打开后另存为 .xlsx，"
        "或重新下载数据。",
    )


def _refuse_packed(path: Path, head: bytes) -> None:
    for magic, what in PACKED:
        if head.startswith(magic):
            raise InputError(
                en=f"{path} is compressed ({what}); unpack it and give the file that is in it.",
                zh=f"{path} 是压缩文件（{what}）；请解压后填写其中的文件。",
            )


def _recognise_text(path: Path, head: bytes) -> Kind:
    _refuse_packed(path, head)
    for magic, what in STRANGERS:
        if head.startswith(magic):
            raise _refuse_kind(path, what, what)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        return _recognise_json(path, head)
    if start.startswith(b"<") or start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        root = _root_of_xml(path)
        if root is not None:
            _refuse_pointers(path, head)
            if root.casefold() in _WEB_PAGES:
                raise _web_page(path)
            if root not in XML_KINDS:
                raise _refuse_kind(path, f"an XML document <{root}>", f"XML 文档 <{root}>")
            return XML_KINDS[root]
    if path.suffix.casefold() in TABLE_SUFFIXES:
        if b"\x00" in head and head[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
            raise _refuse_kind(path, "binary data under a table's name", "以表格为名的二进制数据")
        return "csv"
    raise _refuse_kind(path, "of an unknown kind", "未知类型")


def _recognise_json(path: Path, head: bytes) -> Kind:
    """Accept GeoJSON only; a GeoJSON may name its type at the end."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - HEAD_BYTES))
        tail = stream.read()
    if GEOJSON_TYPE.search(head) or GEOJSON_TYPE.search(tail):
        return "geojson"
    try:
        kind = json.loads(path.read_bytes()).get("type")
    except (ValueError, RecursionError) as error:
        raise InputError(
            en=f"{path} is JSON that cannot be read: {error}; export it again as GeoJSON.",
            zh=f"{path} 不是有效的 JSON({error})；请重新导出为 GeoJSON。",
        ) from error
    raise _refuse_kind(path, f"JSON of type {kind!r}", f"类型为 {kind!r} 的 JSON")


def _root_of_xml(path: Path) -> str | None:
    """Give the root element's name, refusing any document type declaration on the way.

    Entities can be declared in a document type declaration only, and that stands before the root
    element: reading stops there, whatever the file's size.
    """
    root: list[str] = []
    parser = expat.ParserCreate()

    def refuse_doctype(name: str, *_: object) -> None:
        if name.casefold() == "html":
            raise _web_page(path)
        raise InputError(
            en=f"{path} declares a document type <!DOCTYPE {name}>, which can hide entity bombs; "
            "it is not opened. Remove the declaration or export the file again.",
            zh=f"{path} 含有文档类型声明 <!DOCTYPE {name}>，可能藏有实体炸弹，不予打开。"
            "请删除该声明或重新导出。",
        )

    def note_root(name: str, _: object) -> None:
        root.append(name.rpartition(":")[2])
        parser.StartElementHandler = None

    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.StartElementHandler = note_root
    return _feed(path, parser, root)


def _feed(path: Path, parser: expat.XMLParserType, root: list[str]) -> str | None:
    with path.open("rb") as stream:
        read: Callable[[int], bytes] = stream.read
        while not root and (chunk := read(HEAD_BYTES)):
            try:
                parser.Parse(chunk, False)  # noqa: FBT003 - expat takes it by position only
            except (expat.ExpatError, LookupError, ValueError) as error:
                # LookupError: unknown encoding; ValueError: one of several bytes, such as GBK
                if root:
                    return root[0]
                if path.suffix.casefold() in TABLE_SUFFIXES:
                    return None
                raise InputError(
                    en=f"{path} is XML that cannot be read: {error}; save it as UTF-8.",
                    zh=f"{path} 不是有效的 XML({error})；请另存为 UTF-8。",
                ) from error
    return root[0] if root else None


def _check_geopackage(path: Path) -> None:
    """Refuse an SQLite file that is no GeoPackage, or that runs modules other than indexes."""
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True)
    try:
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        connection.execute("PRAGMA trusted_schema=OFF")
        rows = connection.execute("SELECT name, coalesce(sql, '') FROM sqlite_master").fetchall()
        if any(REPLACEMENT in name + sql for name, sql in rows):
            raise sqlite3.DatabaseError("names that are no text")  # noqa: TRY301 - told below
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise InputError(
            en=f"{path} is damaged: {error}; export it again.",
            zh=f"{path} 已损坏（{error}）；请重新导出。",
        ) from error
    finally:
        connection.close()
    if "gpkg_contents" not in {name for name, _ in rows}:
        raise _refuse_kind(
            path,
            "an SQLite database without GeoPackage tables",
            "不含 GeoPackage 表的 SQLite 数据库",
        )
    for name, sql in rows:
        module = VIRTUAL_TABLE.search(sql)
        if module and module[1].casefold() not in HARMLESS_MODULES:
            raise InputError(
                en=f"{path}: table {name!r} runs the module {module[1]!r}; it is not opened. "
                "Export the layer into a new GeoPackage.",
                zh=f"{path}：表 {name!r} 会运行模块 {module[1]!r}，不予打开。"
                "请将图层导出为新的 GeoPackage。",
            )
