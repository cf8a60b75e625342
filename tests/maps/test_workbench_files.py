"""Files and kept edits that are not what the workbench writes: told, and nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Watched, open_map

pytestmark = pytest.mark.browser

HEAD = "community_id,zone_id,role,locked,reason\n"


def opened(fresh: Watched, path: Path) -> Page:
    page = open_map(fresh, path)
    page.click("#open-bench")
    page.wait_for_selector("#bench-zones tbody tr")
    return page


def take(page: Page, content: bytes) -> None:
    page.set_input_files(
        "#bench-file", {"name": "a.csv", "mimeType": "text/csv", "buffer": content}
    )


def test_files_that_do_not_fit_change_nothing_and_doubts_are_told(
    fresh: Watched, bench_map: Path
) -> None:
    page = opened(fresh, bench_map)
    ids = page.evaluate("lianpian.doc.communities.id")
    first = page.evaluate("lianpian.bench.snapshot()")
    said = page.locator("#bench-said")
    take(page, f"{HEAD}nobody,Z01,,,\n".encode())
    expect(said).to_contain_text("没有一行的小区在本图中，未作改动")
    take(page, f"{HEAD}{ids[0]},Z01,,,\n{ids[0]},Z02,,,\n".encode())
    expect(said).to_contain_text(f"小区 {ids[0]} 出现两次")
    take(page, f"{HEAD}{ids[0]},Z01,,是,\n\n{ids[0]},Z01,,false,\n".encode())
    expect(said).to_contain_text(f"小区 {ids[0]} 出现两次（第 2、4 行），locked 不一致")
    expect(said).to_contain_text("“是”, “false”")
    for name in ("东" * 41, "Z\u202e1", '"Z\n1"'):
        take(page, f"{HEAD}{ids[1]},Z01,,,\n{ids[0]},{name},,,\n".encode())
        expect(said).to_contain_text("第 3 行的片区名超过 40 个字符或含不可见字符，未作改动")
    take(page, bytes(range(256)) * 40)
    expect(said).to_contain_text("不是 assignment.csv")
    take(page, f"focal,neighbor,action,reason\n{ids[0]},0{ids[1]},cut,why\n".encode())
    expect(said).to_contain_text(f"第 2 行的 0{ids[1]} 不是小区编码，是否应为 {ids[1]}？")
    assert page.evaluate("lianpian.bench.snapshot()") == first
    take(page, f"{HEAD}{ids[0]},{'东' * 40},,TRUE,\n{ids[0]},{'东' * 40},,1,\n".encode())
    expect(said).to_contain_text("已读入 2 行")
    take(page, f"{HEAD}0{ids[0]},Z01,,,\n".encode())
    expect(said).to_contain_text("1 行的小区编码缺少前导零，已补回")
    take(page, f"{HEAD}{ids[0]},<b>,,锁定,\n".encode("utf-16"))
    expect(said).to_contain_text(f"{len(ids) - 1} 个小区不在文件中")
    expect(said).to_contain_text("1 行的 locked 既非 true 也非 false")
    assert page.locator("#bench b:empty").count() == 0
    assert fresh.errors == []


@pytest.mark.parametrize(
    "part",
    [
        {"saved": 5},
        {"zone": [{}] * 40},
        {"zone": [None] * 40},
        {"pin": [1] * 99},
        {"lock": "Z01"},
        {"link": [["0 99999", {"action": "add", "reason": "x"}]]},
        {"link": [["0 1", 5]]},
    ],
    ids=str,
)
def test_kept_edits_of_another_form_are_left_alone(
    fresh: Watched, bench_map: Path, part: dict[str, Any]
) -> None:
    page = opened(fresh, bench_map)
    first = page.evaluate("lianpian.bench.snapshot()")
    assert len(first["zone"]) == 40
    plan = {**first, "zone": ["Z01"] * 40, **part}
    kept = {"form": 1, "saved": plan.pop("saved", "2026-01-01T00:00:00Z"), "plan": plan}
    page.evaluate(
        "kept => localStorage.setItem(`lianpian ${lianpian.doc.imprint.title} "
        "${lianpian.doc.bench}`, kept)",
        json.dumps(kept),
    )
    opened(fresh, bench_map)
    assert page.evaluate("lianpian.bench.snapshot()") == first
    assert fresh.errors == []
