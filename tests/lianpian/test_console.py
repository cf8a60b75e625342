"""What the console says when things go wrong."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import typer

from layers.errors import JobError
from lianpian.console import Console, guarded


def test_a_planners_error_is_said_in_the_language_asked_for(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(typer.Exit) as caught, guarded(Console("en", as_json=False)):
        raise JobError(en="limit_m = 0; expected more than 0", zh="limit_m = 0；应大于 0")
    assert caught.value.exit_code == 2
    assert capsys.readouterr().err == "Error: limit_m = 0; expected more than 0\n"


def test_a_fault_of_ours_keeps_its_traceback_in_a_file(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(typer.Exit) as caught, guarded(Console("zh", as_json=True)):
        raise ZeroDivisionError("boom")
    assert caught.value.exit_code == 3
    out, err = capsys.readouterr()
    assert "程序故障（ZeroDivisionError）" in err
    details = Path(json.loads(out)["fault"]["details"])
    assert "boom" in details.read_text(encoding="utf-8")
    details.unlink()


def test_an_interrupt_says_that_nothing_was_written(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(typer.Exit) as caught, guarded(Console("en", as_json=False)):
        raise KeyboardInterrupt
    assert caught.value.exit_code == 130
    assert "nothing was written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "en"),
    [
        (PermissionError(13, "Permission denied", "/data/b.shp"), "/data/b.shp: Permission denied"),
        (OSError(36, "File name too long", "x" * 5000), "xxx…: File name too long"),
        (MemoryError(), "Not enough memory"),
        (UnicodeEncodeError("ascii", "区", 0, 1, "ordinal"), "PYTHONUTF8=1"),
    ],
)
def test_what_the_machine_refuses_is_no_fault_of_ours(
    error: BaseException, en: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(typer.Exit) as caught, guarded(Console("en", as_json=True)):
        raise error
    assert caught.value.exit_code == 2
    out, err = capsys.readouterr()
    assert en in err
    assert len(err) < 600
    assert set(json.loads(out)["error"]) == {"zh", "en"}


def test_streams_that_are_closed_are_no_fault(monkeypatch: pytest.MonkeyPatch):
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(f"sys.{name}", None)
    console = Console("zh", as_json=False)
    console.say("甲", "a")
    console.note("乙", "b")
    begun = []
    with console.progress((("read", "读取", "Reading", 1),)) as begin:
        begin("read")
        begun.append("read")
    assert begun == ["read"]
    # nothing is put in the place of a stream that others share
    assert sys.stdout is None
    assert sys.stderr is None
