"""Tiles of a service on the internet: only where a job gives one, and only from its own host."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from layers.errors import JobError

_SIGNS: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!()*+,;=%&{}]+")
"""Signs of an address (RFC 3986) without quotes and spaces, and the braces of its slots."""

_HOST: Final = re.compile(r"[a-z0-9.-]+(:\d+)?")


def tile_origin(address: str) -> str:
    """Give the origin that a page's security policy must let images come from.

    Parameters
    ----------
    address
        As of `require_tiles`, or empty.

    Returns
    -------
    str
        ``https://host`` or ``https://host:port``; empty for an empty address.

    Raises
    ------
    JobError
        If the address is no address of tiles.
    """
    if not address:
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    slots = sorted(re.findall(r"\{([^{}]*)\}", address))
    is_whole = parts.scheme in {"http", "https"} and _HOST.fullmatch(parts.netloc) is not None
    if not is_whole or slots != ["x", "y", "z"] or not _SIGNS.fullmatch(address):
        raise JobError(
            en=f"job.toml: [outputs] tiles_url = {address!r} is no address of tiles; expected one "
            "like https://host/path?x={x}&y={y}&l={z} with a fixed host. Leave it out to draw maps "
            "that ask nobody for anything.",
            zh=f"job.toml：[outputs] tiles_url = {address!r} 不是瓦片地址；应形如 "
            "https://主机/路径?x={x}&y={y}&l={z}，主机名固定。不需要在线底图时请删去此项。",
        )
    return f"{parts.scheme}://{parts.netloc}"
