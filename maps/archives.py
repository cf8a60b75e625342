"""Zip archives of office files with fixed dates, so that equal content means equal bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

_DOS_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_PLAIN_FILE: Final = 0o100644 << 16
_CORE: Final = "docProps/core.xml"
_DATES: Final = re.compile(
    rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:(?:created|modified)>)"
)
FIXED_DATE: Final = "2000-01-01"
"""Date of an office file whose job gives none; no clock is read."""


def seal(
    archive: bytes,
    path: Path,
    *,
    date: str,
    rewrite: Callable[[str, bytes], Iterable[bytes]] | None = None,
) -> None:
    """Write an office file anew with fixed dates inside and outside.

    Parameters
    ----------
    archive
        The file as its library saved it.
    path
        Where to write.
    date
        Date that its properties carry, ISO; `FIXED_DATE` when empty.
    rewrite
        Turns a member's name and content into the pieces to write; without it they are copied.
    """
    stamp = f"{date or FIXED_DATE}T00:00:00Z".encode()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            member = zipfile.ZipInfo(name, _DOS_EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            # The system is part of the header: Windows and Linux write the same one.
            member.create_system = _UNIX
            member.external_attr = _PLAIN_FILE
            with new.open(member, "w") as stream:
                content = old.read(name)
                if name == _CORE:
                    content = _DATES.sub(rb"\g<1>" + stamp + rb"\g<3>", content)
                for piece in rewrite(name, content) if rewrite else (content,):
                    stream.write(piece)
