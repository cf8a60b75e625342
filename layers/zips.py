"""What may be in a zip archive: limits before anything is unpacked, and safe unpacking."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from layers.errors import InputError

MOST_MEMBERS: Final = 1000
MOST_BYTES: Final = 4 * 1024**3
MOST_RATIO: Final = 100.0
"""Unpacked to packed; maps and sheets pack about 3 to 30 times."""
RATIO_FLOOR: Final = 1024**2
"""Bytes below which the ratio says nothing: a megabyte harms nobody."""
BLOCK: Final = 1024**2
ARCHIVE_SUFFIXES: Final = (".zip", ".rar", ".7z", ".gz", ".tar", ".bz2", ".xz")
DAMAGED: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,  # of encryption
    OSError,
    UnicodeDecodeError,
)
"""What reading a damaged archive raises."""
SHAPEFILE_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def check_archive(path: Path, *, most_bytes: int = MOST_BYTES) -> None:
    """Refuse an archive that could flood the disk or write outside its folder.

    Parameters
    ----------
    path
        A zip file, or a workbook, which is one.
    most_bytes
        Most bytes that all members may unpack to.

    Raises
    ------
    InputError
        If the archive is damaged or encrypted, has more than 1 000 members, unpacks to more than
        `most_bytes` or more than 100 times its size, or if a member has an absolute name or ``..``,
        is a link, is an archive itself, or is XML with a document type declaration.
    """
    members = _members(path)
    if len(members) > MOST_MEMBERS:
        raise _refused(
            path,
            en=f"holds {len(members)} members; at most {MOST_MEMBERS} are opened",
            zh=f"含有 {len(members)} 个成员；至多 {MOST_MEMBERS} 个",
        )
    unpacked = sum(member.file_size for member in members)
    ratio = unpacked / max(1, sum(member.compress_size for member in members))
    if unpacked > most_bytes or (unpacked > RATIO_FLOOR and ratio > MOST_RATIO):
        raise _refused(
            path,
            en=f"unpacks to {unpacked} bytes, {ratio:.0f} times its size; "
            f"at most {most_bytes} bytes and {MOST_RATIO:.0f} times are opened",
            zh=f"解压后为 {unpacked} 字节，是原大小的 {ratio:.0f} 倍；"
            f"至多 {most_bytes} 字节、{MOST_RATIO:.0f} 倍",
        )
    workbook = _is_workbook(members)
    for member in members:
        _check_member(path, member, nested_allowed=workbook)
    declaring = find_doctype(path) if workbook else None
    if declaring is not None:
        raise _refused(
            path,
            en=f"declares entities in {declaring!r}",
            zh=f"在 {declaring!r} 中声明了实体",
        )


def is_workbook(path: Path) -> bool:
    """Tell whether an archive that passed `check_archive` is an Excel workbook (.xlsx)."""
    return _is_workbook(_members(path))


def unpack_shapefile(path: Path, folder: Path, layer: str | None) -> tuple[Path, str]:
    """Unpack the one Shapefile of an archive under a plain name.

    Parameters
    ----------
    path
        An archive that passed `check_archive`.
    folder
        Where to unpack; nothing is written elsewhere.
    layer
        Name of the Shapefile when there are several, without ending.

    Returns
    -------
    tuple of Path and str
        The unpacked ``.shp``, and the Shapefile's own name.

    Raises
    ------
    InputError
        If the archive holds no Shapefile, or several and `layer` names none of them.
    """
    members = _members(path)
    stems = sorted({_stem(m) for m in members if _suffix(m) == ".shp" and not _is_shadow(m)})
    if layer is not None:
        stems = [stem for stem in stems if PurePosixPath(stem).name == layer] or stems
    if len(stems) != 1:
        names = ", ".join(repr(PurePosixPath(stem).name) for stem in stems)
        raise _refused(
            path,
            en=f"holds {len(stems)} Shapefiles ({names or 'none'}); expected one. "
            'Name it: layer = "…"',
            zh=f'含有 {len(stems)} 个 Shapefile({names or "无"})；应为一个。请写明 layer = "…"',
        )
    for member in members:
        if _stem(member) == stems[0] and _suffix(member) in SHAPEFILE_PARTS:
            _unpack(path, member, folder / f"layer{_suffix(member)}")
    return folder / "layer.shp", PurePosixPath(stems[0]).name


def _members(path: Path) -> list[zipfile.ZipInfo]:
    with _opened(path) as archive:
        return [member for member in archive.infolist() if not member.is_dir()]


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive, and tell a planner what is wrong with a damaged one."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except DAMAGED as error:
        raise _refused(path, en=f"is damaged: {error}", zh=f"已损坏：{error}") from error


def _check_member(path: Path, member: zipfile.ZipInfo, *, nested_allowed: bool) -> None:
    name = member.filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    faults = {
        ("has a member outside its folder", "含有越出文件夹的成员"): name.startswith(("/", "\\"))
        or ".." in parts
        or ":" in parts[0],
        ("has a member that is a link", "含有链接成员"): stat.S_ISLNK(member.external_attr >> 16),
        ("is encrypted", "已加密"): bool(member.flag_bits & 1),
        ("holds another archive", "含有嵌套压缩包"): not nested_allowed
        and PurePosixPath(name).suffix.casefold() in ARCHIVE_SUFFIXES,
    }
    for (en, zh), found in faults.items():
        if found:
            raise _refused(path, en=f"{en}: {name!r}", zh=f"{zh}:{name!r}")


def _is_workbook(members: list[zipfile.ZipInfo]) -> bool:
    names = {member.filename for member in members}
    return "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)


def find_doctype(path: Path) -> str | None:
    """Name a part of an office document whose XML declares entities; None if there is none.

    The declaration stands at the start of a part.
    """
    with _opened(path) as archive:
        for member in archive.infolist():
            if not member.filename.endswith((".xml", ".rels")):
                continue
            with archive.open(member) as stream:
                head = stream.read(BLOCK).replace(b"\x00", b"")
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                return member.filename
    return None


def _stem(member: zipfile.ZipInfo) -> str:
    return _decoded(member).rpartition(".")[0]


def _suffix(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(_decoded(member)).suffix.casefold()


def _is_shadow(member: zipfile.ZipInfo) -> bool:
    """Tell the side files that macOS puts into archives."""
    return "__MACOSX" in member.filename or PurePosixPath(member.filename).name.startswith("._")


def _decoded(member: zipfile.ZipInfo) -> str:
    """Give a member's name; Windows in China packs names as GBK without saying so."""
    is_utf8 = bool(member.flag_bits & 0x800)
    if is_utf8:
        return member.filename
    raw = member.filename.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _unpack(path: Path, member: zipfile.ZipInfo, target: Path) -> None:
    """Unpack one member, trusting the bytes that come rather than the size that is written."""
    left = member.file_size
    with _opened(path) as archive, archive.open(member) as source, target.open("wb") as out:
        while chunk := source.read(BLOCK):
            left -= len(chunk)
            if left < 0:
                raise _refused(
                    path,
                    en=f"lies about the size of {member.filename!r}",
                    zh=f"所写 {member.filename!r} 的大小不实",
                )
            out.write(chunk)


def _refused(path: Path, *, en: str, zh: str) -> InputError:
    return InputError(
        en=f"{path} {en}. Pack the data again, or unpack it and give the file.",
        zh=f"{path} {zh}。请重新打包，或解压后直接填写文件。",
    )
