"""The office's own report template through the front door: checked first, kept, filled again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from layers.errors import JobError
from lianpian import outputs
from lianpian.commands import check_job, draw_again, run_and_write
from lianpian.console import Console
from lianpian.outputs import REPORT_TEMPLATE, write_result
from lianpian.plan import Plan


def made(path: Path, text: str) -> Path:
    paper = docx.Document()
    paper.add_paragraph(text)
    paper.save(str(path))
    return path


def job_with(small_job: Path, tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "job"
    shutil.copytree(small_job.parent, folder)
    made(folder / "模板.docx", text)
    job = folder / small_job.name
    written = job.read_text(encoding="utf-8")
    job.write_text(
        written.replace("[outputs]\n", '[outputs]\nreport_template = "模板.docx"\n'),
        encoding="utf-8",
    )
    return job


def run(job: Path) -> None:
    console = Console("zh", as_json=True)
    run_and_write(job, out=None, assignment=None, links=None, strict=False, console=console)


def check(job: Path) -> None:
    check_job(job, strict=False, console=Console("zh", as_json=True))


@pytest.mark.parametrize("command", [run, check])
def test_an_unknown_placeholder_stops_a_job_before_it_computes(
    small_job: Path,
    tmp_path: Path,
    command: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = job_with(small_job, tmp_path, "{{片区数}}")
    for step in ("run_job", "read_inputs"):
        monkeypatch.setattr(f"lianpian.commands.{step}", None)
    with pytest.raises(JobError) as caught:
        command(job)
    assert "{{片区数}}" in caught.value.zh
    assert "模板.docx" in caught.value.en


def test_a_result_keeps_the_template_and_is_drawn_again_with_it(
    small_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outputs, "draw_sheets", lambda *_args, **_options: [])
    template = made(tmp_path / "模板.docx", "共 {{zones}} 个片区")
    out = tmp_path / "result"
    write_result(small_plan, out, sheets=(), report_template=template)
    assert (out / REPORT_TEMPLATE).read_bytes() == template.read_bytes()
    report = (out / "report.docx").read_bytes()
    (out / "report.docx").write_bytes(b"")
    template.unlink()
    draw_again(out, console=Console("zh", as_json=True))
    assert (out / "report.docx").read_bytes() == report
    text = docx.Document(str(out / "report.docx")).paragraphs[0].text
    assert text == f"共 {len(small_plan.zones)} 个片区"
