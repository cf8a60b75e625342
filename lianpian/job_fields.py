"""Names on the left of `fields` in a job file: which of them each input reads."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Final

from layers.facility_fields import HEADERS
from layers.fields import canonical_fields, canonical_of
from layers.headers import fold
from lianpian.job_faults import Both

COORDINATES: Final = ("lon", "lat", "location", "x", "y")
"""Read of every layer that may be a table."""

READ: Final[Mapping[str, tuple[str, ...]]] = {
    "facilities": (*HEADERS, "community_id", "owner_id"),
    "gates": ("access_point_id", "name", "community_id", "owner_id", "owner", "kind"),
    "streets": (
        *("street_id", "name", "road_name", "road_class", "walkable", "crossing", "level"),
        *("bridge", "tunnel", "u", "v"),
    ),
    "buildings": ("building_id", "name", "storeys", "levels", "households", "flats", "use"),
    "barriers": ("barrier_id", "name", "kind", "bridge", "tunnel"),
    "subdistricts": ("subdistrict_id", "subdistrict", "name"),
    "built_up": ("built_up_id",),
    "protections": ("protection_id", "name", "kind", "grade"),
    "extent": (),
}
"""Canonical fields of inputs; communities and ledger read the fields of the list of aliases."""

_ALL: Final = ("communities", "ledger")

_CUTOFF: Final = 0.5

_FIXED: Final = (
    (
        "fields is not read here: this table has columns of fixed names. Delete fields and "
        "name the columns as in the table of a result."
    ),
    ("这里不读取 fields：该表的列名是固定的。请删去 fields，按结果文件夹中的同名表命名各列。"),
)


def wrong_fields(inputs: object) -> Iterator[Both]:
    """Say which names on the left of `fields` nothing reads, with the one that was meant.

    Parameters
    ----------
    inputs
        The section ``[inputs]`` as TOML gives it, whatever it holds.

    Yields
    ------
    tuple
        English and Chinese, one pair for each wrong name.
    """
    for role, given in inputs.items() if isinstance(inputs, dict) else ():
        for place, part in enumerate(given if isinstance(given, list) else [given], start=1):
            fields = part.get("fields") if isinstance(part, dict) else None
            if not isinstance(fields, dict):
                continue
            several = isinstance(given, list) and len(given) > 1
            item, item_zh = (f", item {place}", f" 第 {place} 项") if several else ("", "")
            for en, zh in _wrong_in(str(role), fields):
                yield f"[inputs.{role}]{item}: {en}", f"[inputs.{role}]{item_zh}：{zh}"


def _read_of(role: str) -> tuple[str, ...] | None:
    """List what an input reads; None where columns have fixed names."""
    return canonical_fields() if role in _ALL else READ.get(role)


def _wrong_in(role: str, fields: Mapping[str, object]) -> Iterator[Both]:
    read = _read_of(role)
    if read is None:
        yield _FIXED
        return
    known = read if role in _ALL else (*read, *COORDINATES)
    for name, column in fields.items():
        if name in known or (role != "ledger" and _means(role, name)):
            continue
        hint, hint_zh = _meant(name, column, known)
        en = (
            f"fields: {name!r} = {column!r}: no field {name!r} is read here; {hint} On the left of "
            "fields stands our name, on the right the column of the file."
        )
        zh = (
            f"fields 中 {name!r} = {column!r}：这里没有字段 {name!r}；{hint_zh}"
            "fields 的等号左边为本工具的字段名，右边为文件中的列名。"
        )
        yield en, zh
    columns = [column for column in fields.values() if isinstance(column, str)]
    for column in dict.fromkeys(one for one in columns if columns.count(one) > 1):
        both = " and ".join(repr(name) for name, one in fields.items() if one == column)
        both_zh = "、".join(repr(name) for name, one in fields.items() if one == column)
        yield (
            f"fields: {both} both name the column {column!r}; one column is one field. Keep one.",
            f"fields 中 {both_zh} 指向同一列 {column!r}；一列只能作为一个字段。请只保留一项。",
        )


def _means(role: str, name: str) -> bool:
    """Tell whether a name is another word for a field of an input, as headers of files are."""
    if role == "facilities":
        return any(fold(name) in aliases for aliases in HEADERS.values())
    return canonical_of(name) in (_read_of(role) or ())


def _meant(name: str, column: object, known: tuple[str, ...]) -> Both:
    alias = canonical_of(name)
    if alias in known:
        return f"did you mean {alias!r}?", f"是否为 {alias!r}？"
    if column in known:
        return (
            f"it seems to be the wrong way round: {column} = {name!r}.",
            f"左右似乎写反了，应为 {column} = {name!r}。",
        )
    near = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=_CUTOFF)
    if near:
        return f"did you mean {near[0]!r}?", f"是否为 {near[0]!r}？"
    listed = ", ".join(known)
    return f"known: {listed}.", f"可用的有：{listed}。"
