/* Figures of zones as `lianpian run --assignment` has them (maps/workbench.py says how each is made). */
"use strict";
(() => {
  const app = window.lianpian;
  const { bench } = app;
  const HAVES = 9;
  const MILLIMETRES = 1000;

  bench.startFigures = (data) => {
    const { counts, others, mm, longest, within } = data.walks;
    bench.data = data;
    bench.place = new Map(app.doc.communities.id.map((id, i) => [id, i]));
    const starts = new Int32Array(counts.length + 1);
    for (let i = 0; i < counts.length; i += 1) starts[i + 1] = starts[i] + counts[i];
    bench.walks = { starts, others: bench.sums(others), mm: Int32Array.from(mm), within };
    bench.far = mm.length ? 2 * (longest / MILLIMETRES) : 1;
    bench.startFaces(data.faces);
    bench.figures = new Map();
  };

  /* The shorter walk between two communities in metres; undefined where none is known. */
  bench.walk = (a, b) => {
    const { starts, others, mm } = bench.walks;
    const [one, other] = a < b ? [a, b] : [b, a];
    let low = starts[one];
    let high = starts[one + 1] - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (others[middle] === other) return mm[middle] / MILLIMETRES;
      if (others[middle] < other) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  };

  const householdsOf = (i) => bench.data.households[i] || 0;

  /* The member to which the others' households walk least. */
  const centreOf = (members) => {
    let best = -1;
    let least = Infinity;
    for (const centre of members) {
      let cost = 0;
      for (const one of members) {
        if (one === centre) continue;
        const walk = bench.walk(one, centre);
        cost += householdsOf(one) * (walk === undefined ? bench.far : walk);
      }
      if (cost < least) {
        best = centre;
        least = cost;
      }
    }
    return best;
  };

  /* Communities of a zone by answer, for each walker and have. */
  const answersOf = (members) => {
    const out = {};
    for (const walker of app.doc.walkers) {
      const { status } = app.doc.gaps[walker];
      out[walker] = Array.from({ length: HAVES }, (_, have) => {
        const counts = { met: 0, unconfirmed: 0, missing: 0, blank: 0 };
        for (const i of members) {
          const word = app.doc.statuses[+status[i * HAVES + have]];
          if (app.isMissing(word)) counts.missing += 1;
          else if (word === "unconfirmed") counts.unconfirmed += 1;
          else if (word === "no_data") counts.blank += 1;
          else counts.met += 1;
        }
        return counts;
      });
    }
    return out;
  };

  const measure = (id, members) => {
    const { communities } = app.doc;
    const { rules, speed } = bench.data;
    const core = members.filter((i) => communities.eligibility[i] !== "absorbable");
    const centre = centreOf(core.length ? core : members);
    let farthest = 0;
    let coreFarthest = 0;
    let unknown = 0;
    for (const i of members) {
      const walk = i === centre ? 0 : bench.walk(i, centre);
      if (walk === undefined) unknown += 1;
      else {
        farthest = Math.max(farthest, walk);
        if (communities.eligibility[i] !== "absorbable") coreFarthest = Math.max(coreFarthest, walk);
      }
    }
    const sum = (list) => list.reduce((total, i) => total + householdsOf(i), 0);
    const one = {
      ...{ id, members, core, centre, unknown },
      households: sum(members),
      coreHouseholds: sum(core),
      minutes: farthest / speed,
      answers: answersOf(members),
      offices: [...new Set(members.map((i) => communities.subdistrict[i]).filter(Boolean))].sort(),
    };
    one.kept = {
      floor: !rules.households || one.coreHouseholds >= rules.households[0],
      cap: !rules.households || one.households <= rules.households[1],
      communities: !rules.communities || (rules.communities[0] <= core.length && core.length <= rules.communities[1]),
      walk: rules.walk_minutes === null || coreFarthest / speed <= rules.walk_minutes,
    };
    one.boundsMet = Object.values(one.kept).every(Boolean);
    return one;
  };

  /* Bring the figures up to date; only zones in `touched` (null: all) are measured anew. */
  bench.measure = (touched = null) => {
    const members = new Map();
    for (const id of bench.zoneIds()) members.set(id, []);
    for (let i = 0; i < bench.count; i += 1) if (bench.zone[i] !== "") members.get(bench.zone[i]).push(i);
    const figures = new Map();
    for (const [id, own] of members) {
      const known = bench.figures.get(id);
      figures.set(id, known && touched && !touched.has(id) ? known : measure(id, own));
    }
    const order = new Map([...members.keys()].map((id, at) => [id, at]));
    const zoneOf = Int32Array.from(bench.zone, (id) => (id === "" ? -1 : order.get(id)));
    bench.given = bench.handOut(zoneOf);
    bench.zoneOrder = [...members.keys()];
    bench.compactness(bench.given, order.size).forEach((value, at) => {
      figures.get(bench.zoneOrder[at]).compactness = value;
    });
    bench.figures = figures;
    bench.faults = bench.findFaults(figures);
    bench.loose = new Map();
    for (const { id, core, members: own } of figures.values()) {
      const stray = bench.partsOf(core).slice(1).flat();
      const inside = new Set(core);
      for (const i of own) {
        if (!inside.has(i) && !bench.touching[i].some((other) => inside.has(other))) stray.push(i);
      }
      if (stray.length) bench.loose.set(id, stray);
    }
  };
})();
