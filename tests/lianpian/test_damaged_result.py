"""A result that was changed or cut short is told by file, and is no fault of the program."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from layers.errors import InputError
from lianpian.outputs import read_result


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def other(path: Path) -> None:
    path.write_text("a,b\n1,2\n" if path.suffix == ".csv" else "{}", encoding="utf-8")


def binary(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00\x81" * 99)


@pytest.mark.parametrize("damage", [cut, empty, other, binary, Path.unlink])
def test_every_file_that_is_read_back_is_named(
    damage: Callable[[Path], None], small_result: Path, tmp_path: Path
):
    folder = tmp_path / "result"
    shutil.copytree(small_result, folder)
    for name in ("run.json", "plan.gpkg", "tables/partners.csv"):
        whole = (folder / name).read_bytes()
        damage(folder / name)
        with pytest.raises(InputError) as caught:
            read_result(folder)
        for said in (caught.value.zh, caught.value.en):
            assert Path(name).name in said
            assert len(said) < 600
        (folder / name).write_bytes(whole)
    read_result(folder)
