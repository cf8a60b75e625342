"""A command line that cannot be read: both languages, code 2, where help is."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from lianpian.cli import app
from lianpian.usage import in_chinese

LINES = {
    ("run", "--foo"): ("没有选项 --foo", "No such option"),
    ("run",): ("缺少 JOB", "Missing argument"),
    ("runn", "x"): ("没有命令 runn；是否为 run？", "No such command 'runn'"),
    ("demo", "--communities", "abc"): ("--communities 的值无效：应为整数", "Invalid value"),
    ("demo", "--communities", "3"): ("--communities 的值无效：应不小于 12", "Invalid value"),
    ("run", "x", "--lang", "fr"): ("--lang 的值无效：应为 ", "Invalid value"),
    ("run", "x", "y"): ("多余的参数：y", "unexpected extra argument"),
    ("run", "x", "--out"): ("选项 --out 之后需要一个值", "requires an argument"),
}


@pytest.mark.parametrize("line", list(LINES), ids=" ".join)
def test_a_line_that_cannot_be_read_is_answered_in_both_languages(
    line: tuple[str, ...], capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as caught:
        app(list(line))
    assert caught.value.code == 2
    said = capsys.readouterr()
    zh, en = LINES[line]
    assert f"错误：{zh}" in said.err
    assert "Error: " in said.err
    assert en in said.err
    assert said.err.count("--help") >= 2
    assert said.out == ""


def test_json_of_a_line_that_cannot_be_read_is_one_document(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        app(["check", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["error"]["zh"].startswith("缺少 JOB")
    assert "JOB" in document["error"]["en"]


def test_what_the_parser_never_said_before_is_quoted():
    assert in_chinese("Something new happened.") == "命令无法识别（Something new happened）"
    assert in_chinese("Invalid value for '--x': odd.") == "--x 的值无效：odd"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("No such option: --foo.", "没有选项 --foo"),
        ("No such option '--foo'.", "没有选项 --foo"),
        ("No such option: --outt (Possible options: --out).", "没有选项 --outt；是否为 --out？"),
    ],
)
def test_an_unknown_option_is_named_without_the_full_stop(english: str, chinese: str):
    assert in_chinese(english) == chinese


def test_help_and_its_absence_end_as_before():
    for arguments, code in (([], 2), (["--help"], 0), (["run", "nothing"], 2)):
        done = subprocess.run(  # noqa: S603  our own command line
            [sys.executable, "-m", "lianpian", *arguments], capture_output=True, check=False
        )
        assert done.returncode == code, arguments
