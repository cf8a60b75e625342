"""The workbench's figures are those of the command line, edit after edit, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser import Watched, open_map
from tests.long import examples
from tests.maps.bench_town import BenchTown, figures_of

pytestmark = pytest.mark.browser

SEQUENCES = examples(200, 15)

EDIT_AT_RANDOM = """async (seed) => {
  const { bench } = window.lianpian;
  await bench.read();
  while (bench.undo());
  let state = seed * 2654435761 % 4294967296;
  const random = () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
  const any = (list) => list[Math.floor(random() * list.length)];
  const some = () => {
    const out = [Math.floor(random() * bench.count)];
    while (random() < 0.7) out.push(any(bench.beside[any(out)].concat(out)));
    return [...new Set(out)];
  };
  const edits = [
    () => bench.assign("paint", some(), any([...bench.zoneIds(), bench.nextZone()])),
    () => bench.assign("paint", some(), any(bench.zoneIds())),
    () => bench.assign("erase", some(), ""),
    () => bench.assign("merge", bench.membersOf(any(bench.zoneIds())), any(bench.zoneIds())),
    () => bench.edit("pin", [{ kind: "pin", key: any(some()), value: Number(random() < 0.5) }]),
    () => bench.edit("lock", [{ kind: "lock", key: any(bench.zoneIds()), value: random() < 0.2 }]),
    () => {
      const [a, b] = [Math.floor(random() * bench.count), Math.floor(random() * bench.count)];
      const reason = any(["新开门", "=1+1", 'a,"b"']);
      const value = random() < 0.2 ? null : { action: any(["add", "cut"]), reason };
      if (a !== b) bench.edit("link", [{ kind: "link", key: bench.pairKey(a, b), value }]);
    },
    () => {
      const { a, b } = window.lianpian.doc.links;
      const n = Math.floor(random() * a.length);
      const value = { action: "cut", reason: "墙" };
      bench.edit("link", [{ kind: "link", key: bench.pairKey(a[n], b[n]), value }]);
    },
    () => bench.undo(),
    () => bench.redo(),
  ];
  for (let left = 1 + Math.floor(random() * 12); left > 0; left -= 1) any(edits)();
  const made = bench.snapshot();
  const depth = bench.past.length;
  for (let n = 0; n < depth; n += 1) bench.undo();
  const isFirst = JSON.stringify(bench.snapshot()) === JSON.stringify(bench.first);
  for (let n = 0; n < depth; n += 1) bench.redo();
  const isAgain = JSON.stringify(bench.snapshot()) === JSON.stringify(made);
  const zones = {};
  for (const one of bench.figures.values()) {
    zones[one.id] = {
      households: one.households,
      communities: one.members.length,
      centre: window.lianpian.doc.communities.id[one.centre],
      minutes: one.minutes,
      compactness: one.compactness,
      boundsMet: one.boundsMet,
      offices: one.offices.join(";"),
      answers: Object.fromEntries(Object.entries(one.answers).map(
        ([walker, rows]) => [walker, rows.map(({ met, unconfirmed }) => [met, unconfirmed])])),
    };
  }
  const faults = bench.faults.map((fault) =>
    [fault.code, fault.who || fault.zone, bench.faultText(fault, 1), bench.faultText(fault, 0)]);
  const files = { assignment: bench.assignmentCsv(), links: bench.linksCsv() };
  return { zones, faults, isFirst, isAgain, ...files };
}"""


def same(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Compare figure by figure: counts and texts exactly, sums to the last digits of a double."""
    assert set(found["zones"]) == set(wanted["zones"])
    for zone_id, figures in wanted["zones"].items():
        shown = found["zones"][zone_id]
        for name in (
            "communities",
            "centre",
            "boundsMet",
            "offices",
            "answers",
            "minutes",
            "compactness",
        ):
            assert shown[name] == figures[name], (zone_id, name)
        assert shown["households"] == pytest.approx(figures["households"], rel=1e-12)
    assert sorted(found["faults"]) == wanted["faults"]


def test_figures_on_screen_are_those_of_the_command_line(
    fresh: Watched,
    bench_map: Path,
    town_of_forty: BenchTown,
    tmp_path: Path,
) -> None:
    page = open_map(fresh, bench_map)
    seen = set()
    for seed in range(SEQUENCES):
        found = page.evaluate(EDIT_AT_RANDOM, seed)
        assert found["isFirst"]
        assert found["isAgain"]
        assignment, links = tmp_path / "assignment.csv", tmp_path / "links.csv"
        assignment.write_text(found["assignment"], encoding="utf-8", newline="")
        links.write_text(found["links"], encoding="utf-8", newline="")
        assert assignment.read_bytes().startswith(b"\xef\xbb\xbf")
        same(found, figures_of(town_of_forty, assignment, links))
        seen |= {fault[0] for fault in found["faults"]}
    assert len(seen) > 12
    assert fresh.errors == []
