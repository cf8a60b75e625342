"""Nodes and ways as arrays, from the text (OPL) into which osmium writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_Form = tuple[bytes, tuple[str, ...]]

FORMAT: Final = "opl,locations_on_ways=true,add_metadata=false"
"""What osmium is asked for: id, tags and place of each object, one object a line."""

_CHUNK: Final = 1 << 22
"""Bytes of text held at once; what they become is a tenth as large."""
_WORLD: Final = (180.0, 90.0)
"""Degrees within which places lie."""
_ESCAPED: Final = re.compile(r"%([0-9a-f]+)%")
_COMMA: Final = ord(",")
_OF_NODES: Final = (bytes.maketrans(b"xy", b"\n,"), ("lon", "lat"))
_OF_WAYS: Final = (bytes.maketrans(b"N,xy", b"\n\n,,"), ("ref", "lon", "lat"))
"""How the words of places become a table with a line for each point, and its columns; empty lines
are passed over."""
_TEXT: Final = arrow_csv.ConvertOptions(
    column_types={"id": pa.string(), "tags": pa.string(), "place": pa.string()}
)
_NUMBERS: Final = arrow_csv.ConvertOptions(
    include_columns=["lon", "lat"], column_types={"lon": pa.float64(), "lat": pa.float64()}
)


@dataclass(frozen=True)
class Things:
    """Nodes or ways of a file, in its order.

    Parameters
    ----------
    number
        Their numbers, shape (n,).
    tags
        Place of their tags in the list of different ones, shape (n,).
    size
        Points of each; 1 for nodes, shape (n,).
    xy
        Longitude and latitude of all points in turn, shape (sum of `size`, 2); NaN where a way's
        node is not in the file, or a place lies beyond the poles or the antimeridian.
    """

    number: Ints
    tags: Ints
    size: Ints
    xy: Floats


@dataclass(frozen=True)
class Pass:
    """What one pass over a file found.

    Parameters
    ----------
    nodes, ways
        The objects.
    node_tags, way_tags
        Every combination of tags once, by order of appearance.
    """

    nodes: Things
    ways: Things
    node_tags: list[dict[str, str]]
    way_tags: list[dict[str, str]]


class _Gathered:
    """Chunks of one kind of object."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}
        self.parts: list[tuple[Ints, Ints, Ints, Floats]] = []

    def take(self, table: pa.Table, form: _Form) -> None:
        """Take the rows of one chunk."""
        number = pc.utf8_slice_codeunits(table["id"], 1).cast(pa.int64()).to_numpy()
        coded = table["tags"].combine_chunks().dictionary_encode()
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.combine_chunks()
        places = [
            self.texts.setdefault(text, len(self.texts)) for text in coded.dictionary.to_pylist()
        ]
        tags = np.array(places, dtype=np.int64)[coded.indices.to_numpy()]
        self.parts.append((number, tags, *_read_places(table["place"], form)))

    def things(self) -> Things:
        """Put the chunks together."""
        nothing = np.empty(0, dtype=np.int64)
        parts = self.parts or [(nothing, nothing, nothing, np.empty((0, 2)))]
        number, tags, size, xy = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        self.parts.clear()
        xy[(np.abs(xy) > _WORLD).any(axis=1)] = np.nan
        return Things(number, tags, size, xy)

    def tags(self) -> list[dict[str, str]]:
        """Give every combination of tags once."""
        return [_read_tags(text) for text in self.texts]


def read_opl(path: Path) -> Pass:
    """Read nodes and ways from osmium's text.

    Parameters
    ----------
    path
        A file in `FORMAT`: every object has tags, ways have the places of their nodes.

    Returns
    -------
    Pass
        Coordinates are the doubles nearest to the file's decimals, as osmium itself gives them.
    """
    nodes, ways = _Gathered(), _Gathered()
    for table in _tables(path):
        is_node = pc.starts_with(table["id"], "n")
        nodes_here = pc.sum(is_node).as_py() or 0
        if nodes_here:
            nodes.take(table if nodes_here == len(table) else table.filter(is_node), _OF_NODES)
        if nodes_here < len(table):
            ways.take(table if not nodes_here else table.filter(pc.invert(is_node)), _OF_WAYS)
    return Pass(nodes.things(), ways.things(), nodes.tags(), ways.tags())


def _tables(path: Path) -> Iterator[pa.Table]:
    """Give the lines in chunks, split into their three words."""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            lines = chunk + stream.readline()
            if lines.startswith(b"n") or b"\nn" in lines:
                # the place of a node is two words; in tags a space is escaped
                lines = lines.replace(b" y", b"y")
            yield arrow_csv.read_csv(
                pa.py_buffer(lines),
                arrow_csv.ReadOptions(
                    column_names=["id", "tags", "place"], block_size=len(lines) + 1
                ),
                arrow_csv.ParseOptions(delimiter=" ", quote_char=False),
                _TEXT,
            )


def _read_places(column: pa.ChunkedArray, form: _Form) -> tuple[Ints, Floats]:
    """Read how many points each object has, and their coordinates."""
    marks, names = form
    words: Any = column.combine_chunks()
    if isinstance(words, pa.ChunkedArray):
        words = words.chunk(0)
    _, offsets, values = words.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int32)[words.offset : words.offset + len(words) + 1]
    text = values.to_pybytes()[bounds[0] : bounds[-1]]
    bounds = bounds - bounds[0]
    commas = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _COMMA)
    size = np.diff(np.searchsorted(commas, bounds)) + (np.diff(bounds) > 1)
    if not size.sum():
        return size.astype(np.int64), np.empty((0, 2))
    numbers = arrow_csv.read_csv(
        pa.py_buffer(text.translate(marks)),
        arrow_csv.ReadOptions(column_names=list(names), block_size=len(text) + 1),
        convert_options=_NUMBERS,
    )
    xy = np.column_stack([numbers["lon"].to_numpy(), numbers["lat"].to_numpy()])
    return size.astype(np.int64), xy


def _read_tags(text: str) -> dict[str, str]:
    """Read ``Tkey=value,key=value``, in which odd characters are written by their number."""
    pairs = (pair.split("=", 1) for pair in text[1:].split(",") if pair)
    if "%" not in text:
        return dict(pairs)
    return {_plain(key): _plain(value) for key, value in pairs}


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
