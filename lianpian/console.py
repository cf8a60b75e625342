"""What the command line says: messages in one language, progress, JSON, exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TextIO

import typer

DONE: Final = 0
NEEDS_DECISION: Final = 1
BAD_INPUT: Final = 2
OUR_FAULT: Final = 3

_LONGEST_PATH: Final = 300


class Console:
    """Say things to a planner.

    Parameters
    ----------
    lang
        ``zh`` or ``en``.
    as_json
        Whether the result is printed as one JSON document instead of text.
    """

    def __init__(self, lang: str, *, as_json: bool) -> None:
        self.lang = lang
        self.as_json = as_json

    def choose(self, zh: str, en: str) -> str:
        """Give the text in the language of the console."""
        return zh if self.lang == "zh" else en

    def half(self, text: str) -> str:
        """Give the half in the console's language of a text that says one thing in both.

        Cells of result tables read ``中文 / English``; any other text is given whole.
        """
        halves = text.split(" / ")
        return self.choose(*halves) if len(halves) == len(("zh", "en")) else text

    def say(self, zh: str, en: str) -> None:
        """Print a line of the result, unless the result is JSON."""
        if not self.as_json:
            _write(sys.stdout, self.choose(zh, en))

    def note(self, zh: str, en: str) -> None:
        """Print a line beside the result, on standard error."""
        _write(sys.stderr, self.choose(zh, en))

    def document(self, content: Mapping[str, Any]) -> None:
        """Print the JSON document, when asked for."""
        if self.as_json:
            _write(sys.stdout, json.dumps(content, ensure_ascii=False, indent=1))

    @contextmanager
    def progress(self, steps: tuple[tuple[str, str, str, int], ...]) -> Iterator[Any]:
        """Show a bar with the step's name and the time left on standard error.

        Parameters
        ----------
        steps
            Name, Chinese, English and usual share of each step.

        Yields
        ------
        callable
            To be called with a step's name when it begins.
        """
        from rich.console import Console as RichConsole  # noqa: PLC0415  slow to import
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            Progress,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        total = sum(share for *_, share in steps)
        before = 0
        started: dict[str, tuple[str, int]] = {}
        for name, zh, en, share in steps:
            started[name] = (self.choose(zh, en), before)
            before += share
        if sys.stderr is None or not sys.stderr.isatty():
            yield lambda name: self.note(f"… {started[name][0]}", f"... {started[name][0]}")
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn(self.choose("剩余", "left")),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=RichConsole(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=total)

            def begin(name: str) -> None:
                text, completed = started[name]
                bar.update(task, description=text, completed=completed)

            yield begin


def _write(stream: TextIO | None, text: str) -> None:
    """Write a line; a stream that was closed before the program began is None."""
    if stream is not None:
        stream.write(text + "\n")


@contextmanager
def guarded(console: Console) -> Iterator[None]:
    """Turn errors into one clear message and an exit code; no traceback reaches a planner.

    Exit codes: 2 when the planner can mend it, 3 when the fault is ours, 130 on Ctrl-C.
    """
    from layers.errors import PlanningError  # noqa: PLC0415  loads nothing heavy

    try:
        yield
    except PlanningError as error:
        console.note(f"错误：{error.zh}", f"Error: {error.en}")
        console.document({"error": {"zh": error.zh, "en": error.en}})
        raise typer.Exit(BAD_INPUT) from error
    except KeyboardInterrupt as error:
        console.note("已中断，未写入结果。", "Stopped; nothing was written.")
        raise typer.Exit(130) from error
    except (typer.Exit, typer.Abort):
        raise
    except BrokenPipeError as error:  # `lianpian check DIR | head`: nobody listens any more
        sys.stdout = None
        raise typer.Exit(DONE) from error
    except (OSError, MemoryError) as error:
        _report_machine(console, error)
        raise typer.Exit(BAD_INPUT) from error
    except Exception as error:
        if isinstance(error, UnicodeEncodeError) and not error.encoding.startswith("utf"):
            _report_machine(console, error)
            raise typer.Exit(BAD_INPUT) from error
        _report_fault(console, error)
        raise typer.Exit(OUR_FAULT) from error


def _report_machine(console: Console, error: OSError | MemoryError | UnicodeEncodeError) -> None:
    """Name what the machine refuses: a file without leave to read, a full disk, too little memory.

    None of these is a fault of the program, and each can be mended by who runs it.
    """
    if isinstance(error, MemoryError):
        zh = "内存不足。请关闭其他程序、缩小数据范围，或换用内存更大的计算机。"
        en = "Not enough memory. Close other programs, take a smaller area, or a larger machine."
    elif isinstance(error, UnicodeEncodeError):  # LC_ALL=C with Python's own UTF-8 mode turned off
        zh = (
            f"本机语言环境（{error.encoding}）无法表示中文文件名。"
            "请设置环境变量 PYTHONUTF8=1 后再运行。"
        )
        en = (
            f"The locale of this machine ({error.encoding}) cannot name files in Chinese. "
            "Set the environment variable PYTHONUTF8=1 and run again."
        )
    else:
        name = "" if error.filename is None else f"{error.filename}: "
        shown = name if len(name) <= _LONGEST_PATH else f"{name[:_LONGEST_PATH]}…: "
        why = error.strerror or str(error)
        zh = f"{shown}{why}。操作系统拒绝了该操作；请检查路径、权限和磁盘空间。"
        en = f"{shown}{why}. The operating system refused; check path, permissions and disk space."
    console.note(f"错误：{zh}", f"Error: {en}")
    console.document({"error": {"zh": zh, "en": en}})


def _report_fault(console: Console, error: Exception) -> None:
    """Keep the traceback in a file that the planner can send, and say where it lies."""
    import tempfile  # noqa: PLC0415  only on a fault
    import traceback  # noqa: PLC0415

    with tempfile.NamedTemporaryFile(
        "w", prefix="lianpian-fault-", suffix=".txt", delete=False, encoding="utf-8"
    ) as stream:
        stream.write("".join(traceback.format_exception(error)))
    kind = type(error).__name__
    console.note(
        f"程序故障（{kind}），不是您的数据问题。详情已存入 {stream.name}，请发给开发者。",
        f"A fault of the program ({kind}), not of your data. Details are in {stream.name}; "
        "please send it to the developers.",
    )
    console.document({"fault": {"kind": kind, "details": stream.name}})
