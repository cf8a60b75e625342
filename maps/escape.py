"""The one gate that text from data passes before it stands in a page."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from typing import Final

import numpy as np

_DANGEROUS: Final = re.compile(r"[&<>\"'`${}\\]")
_NOT_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_IN_SCRIPT: Final = re.compile("[<>&'`$\u2028\u2029]")

_BYTES: Final = 4

_DIGITS: Final = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "\"$&'<\\`{}")
"""The 85 printable signs that neither HTML, nor a template, nor a script reads as code."""

_SCRIPT: Final = re.compile(r"<script(?P<attributes>[^>]*)>(?P<body>.*?)</script>", re.DOTALL)
POLICY_SLOT: Final = "content-security-policy-goes-here"
"""What a page's template holds where the policy will stand."""


def escape_text(text: str) -> str:
    r"""Write text so that neither HTML, nor a template, nor a script can read it as code.

    Parameters
    ----------
    text
        Any text from data: a name, a title, a street.

    Returns
    -------
    str
        The text with ``& < > " ' ` $ { } \`` as decimal character references. Control characters
        and lone surrogates, which no page may hold, become U+FFFD. Readers see the text as it was.

    Notes
    -----
    Folium and Jinja read ``{{``, Leaflet's templates ``{}``, JavaScript template literals
    ``${}`` and backticks: the ten characters cover all of them at once.
    """
    return _DANGEROUS.sub(lambda found: f"&#{ord(found[0])};", _NOT_TEXT.sub("\ufffd", text))


def to_json(value: object) -> str:
    """Write a value as compact JSON that cannot end a script or open a template.

    Raises
    ------
    ValueError
        If a number is not finite: JSON has no word for it, and a reader would fail.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _IN_SCRIPT.sub(lambda found: f"\\u{ord(found[0]):04x}", _NOT_TEXT.sub("\ufffd", text))


def pack(text: str) -> str:
    """Deflate text and write it in signs that mean nothing to a page; as `pack_bytes`."""
    return pack_bytes(text.encode("utf-8"))


def pack_bytes(content: bytes) -> str:
    """Deflate bytes and write four of them in five signs of `_DIGITS`.

    A quarter is added to the size; base64 would add a third. The last group is cut to one sign more
    than it has bytes, as in Ascii85.
    """
    packed = zlib.compress(content, 7)
    spare = -len(packed) % _BYTES
    numbers = np.frombuffer(packed + b"\0" * spare, dtype=">u4").astype(np.int64)
    digits = numbers[:, None] // len(_DIGITS) ** np.arange(_BYTES, -1, -1) % len(_DIGITS)
    signs = np.frombuffer(_DIGITS.encode("ascii"), dtype=np.uint8)[digits]
    text = str(signs.tobytes(), "ascii")
    return text[: len(text) - spare]


def unpack_bytes(packed: str) -> bytes:
    """Undo `pack_bytes`."""
    spare = -len(packed) % (_BYTES + 1)
    place = np.zeros(128, dtype=np.int64)
    place[np.frombuffer(_DIGITS.encode("ascii"), dtype=np.uint8)] = np.arange(len(_DIGITS))
    signs = np.frombuffer((packed + _DIGITS[-1] * spare).encode("ascii"), dtype=np.uint8)
    digits = place[signs].reshape(-1, _BYTES + 1)
    numbers = digits @ len(_DIGITS) ** np.arange(_BYTES, -1, -1)
    content = numbers.astype(">u4").tobytes()
    return zlib.decompress(content[: len(content) - spare])


def unpack(packed: str) -> str:
    """Undo `pack`."""
    return unpack_bytes(packed).decode("utf-8")


def seal(page: str, *, images: str = "") -> str:
    """Put the content security policy of a finished page into its slot.

    Parameters
    ----------
    page
        The page as it will be written, with `POLICY_SLOT` once in its head.
    images
        Origin that images may come from, ``https://host``; empty: from nowhere.

    Returns
    -------
    str
        The page with a policy that lets exactly the scripts run that stand in it: no handler
        attribute, no further script, no request to any address but for images of `images`.

    Raises
    ------
    ValueError
        If the slot is not there exactly once.
    """
    if page.count(POLICY_SLOT) != 1:
        raise ValueError(f"a page needs one {POLICY_SLOT}, found {page.count(POLICY_SLOT)}")
    digests = [
        hashlib.sha256(found["body"].encode("utf-8")).digest()
        for found in _SCRIPT.finditer(page)
        if "type=" not in found["attributes"]
    ]
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        f"img-src {' '.join(['data:', *images.split()])}; "
        "base-uri 'none'; form-action 'none'"
    )
    return page.replace(POLICY_SLOT, policy)
