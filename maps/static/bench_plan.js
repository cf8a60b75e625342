/* The plan on the workbench: zones, pins, locks, links; every change is a step that can be undone. */
"use strict";
(() => {
  const app = window.lianpian;
  const bench = (app.bench = { isOpen: false, isReady: false, tellHeld: () => {} });

  /* Four kinds of things can change: zone of a community, pin of a community, lock of a zone,
     link of a pair ("a b" by position, a < b). Each is read and written in one way. */
  const kinds = {
    zone: { get: (key) => bench.zone[key], set: (key, value) => (bench.zone[key] = value) },
    pin: { get: (key) => bench.pinned[key], set: (key, value) => (bench.pinned[key] = value) },
    lock: { get: (key) => bench.locked.has(key), set: (key, on) => bench.locked[on ? "add" : "delete"](key) },
    link: {
      get: (key) => bench.links.get(key) || null,
      set: (key, value) => (value ? bench.links.set(key, value) : bench.links.delete(key)),
    },
  };

  /* Take the plan of the document. A zone is named by its id, "" is in no zone. */
  bench.startPlan = () => {
    const { communities, zones, links } = app.doc;
    bench.count = communities.id.length;
    bench.zone = communities.zone.map((at) => (at >= 0 ? zones.id[at] : ""));
    bench.pinned = [...communities.locked].map(Number);
    bench.locked = new Set();
    bench.links = new Map();
    links.kind.forEach((kind, n) => {
      if (kind !== "added" && kind !== "cut") return;
      bench.links.set(bench.pairKey(links.a[n], links.b[n]), {
        action: kind === "cut" ? "cut" : "add",
        reason: links.reason[n],
      });
    });
    bench.first = bench.snapshot();
    bench.past = [];
    bench.future = [];
    bench.target = bench.zoneIds()[0] || bench.nextZone();
  };

  bench.pairKey = (a, b) => (a < b ? `${a} ${b}` : `${b} ${a}`);

  bench.zoneIds = () => [...new Set(bench.zone)].filter((id) => id !== "").sort();

  bench.membersOf = (id) => {
    const out = [];
    for (let i = 0; i < bench.count; i += 1) if (bench.zone[i] === id) out.push(i);
    return out;
  };

  /* The least number that no zone has, as wide as the others. */
  bench.nextZone = () => {
    const taken = new Set(bench.zone);
    const widths = [...taken].map((id) => (/^Z\d+$/.test(id) ? id.length - 1 : 0));
    const width = Math.max(2, ...widths);
    for (let n = 1; ; n += 1) {
      const id = `Z${String(n).padStart(width, "0")}`;
      if (!taken.has(id)) return id;
    }
  };

  const isSame = (one, other) => one === other || JSON.stringify(one) === JSON.stringify(other);

  /* Make changes [{kind, key, value}] as one step. Steps with the same `stroke` become one. */
  bench.edit = (label, changes, stroke = null) => {
    const done = [];
    for (const { kind, key, value } of changes) {
      const before = kinds[kind].get(key);
      if (isSame(before, value)) continue;
      kinds[kind].set(key, value);
      done.push({ kind, key, before, after: value });
    }
    if (!done.length) return 0;
    const last = bench.past[bench.past.length - 1];
    if (stroke !== null && last && last.stroke === stroke) last.changes.push(...done);
    else bench.past.push({ label, stroke, changes: done });
    bench.future = [];
    bench.changed(done);
    return done.length;
  };

  /* Put communities into a zone ("" takes them out). What is pinned or locked stays, and is told. */
  bench.assign = (label, positions, id, stroke = null) => {
    const held = { pinned: 0, locked: 0 };
    const changes = [];
    for (const i of positions) {
      if (bench.zone[i] === id) continue;
      if (bench.pinned[i]) held.pinned += 1;
      else if (bench.locked.has(bench.zone[i]) || bench.locked.has(id)) held.locked += 1;
      else changes.push({ kind: "zone", key: i, value: id });
    }
    const made = bench.edit(label, changes, stroke);
    bench.tellHeld(held);
    return made;
  };

  const turn = (from, to, side) => {
    const step = from.pop();
    if (!step) return null;
    const order = side === "before" ? [...step.changes].reverse() : step.changes;
    for (const change of order) kinds[change.kind].set(change.key, change[side]);
    to.push(step);
    bench.changed(
      step.changes.map(({ kind, key, before, after }) =>
        side === "before" ? { kind, key, before: after, after: before } : { kind, key, before, after },
      ),
    );
    return step;
  };
  bench.undo = () => turn(bench.past, bench.future, "before");
  bench.redo = () => turn(bench.future, bench.past, "after");

  /* Everything that a plan is, as plain values. */
  bench.snapshot = () => ({
    zone: [...bench.zone],
    pin: [...bench.pinned],
    lock: [...bench.locked].sort(),
    link: [...bench.links].sort(),
  });

  /* The changes that lead from the present plan to another one. */
  bench.changesTo = (plan) => {
    const changes = [];
    plan.zone.forEach((value, key) => changes.push({ kind: "zone", key, value }));
    plan.pin.forEach((value, key) => changes.push({ kind: "pin", key, value }));
    const lock = new Set(plan.lock);
    for (const key of new Set([...lock, ...bench.locked])) changes.push({ kind: "lock", key, value: lock.has(key) });
    const link = new Map(plan.link);
    for (const key of new Set([...link.keys(), ...bench.links.keys()])) {
      changes.push({ kind: "link", key, value: link.get(key) || null });
    }
    return changes;
  };
})();
