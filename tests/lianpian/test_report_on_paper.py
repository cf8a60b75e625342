"""LibreOffice sets the report: a page a zone, nothing lost; run by `.ci/full`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from lianpian.plan import Plan


def run(*command: str | Path) -> str:
    done = subprocess.run(  # noqa: S603  Debian's own programs on our own file
        [str(part) for part in command], check=True, capture_output=True, timeout=300
    )
    return done.stdout.decode("utf-8", "replace")


@pytest.mark.full
def test_every_zone_has_one_page_of_the_report(
    small_plan: Plan, small_result: Path, tmp_path: Path
) -> None:
    writer, poppler = shutil.which("soffice"), shutil.which("pdftotext")
    assert writer is not None, ".ci/full installs LibreOffice"
    assert poppler is not None, ".ci/full installs poppler-utils"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    report = small_result / "report.docx"
    run(writer, profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, report)
    pages = run(poppler, tmp_path / "report.pdf", "-").split("\f")
    headings = [f"{zone} 片区 Zone {zone}" for zone in small_plan.zones.index]
    found = [[place for place, page in enumerate(pages) if head in page] for head in headings]
    assert all(len(places) == 1 for places in found)
    first = found[0][0]
    assert [places[0] for places in found] == list(range(first, first + len(headings)))
    # What follows the zones begins on the page behind the last of them.
    assert "方法与依据" in pages[first + len(headings)]
