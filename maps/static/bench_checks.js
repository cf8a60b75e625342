/* Rules kept or broken (zoning/zone_checks.py): who is linked with whom, and the faults of a plan. */
"use strict";
(() => {
  const app = window.lianpian;
  const { bench } = app;
  const TINY = 1e-6;

  /* Who is linked with whom, and who touches whom so that one may absorb the other. */
  bench.readLinks = () => {
    const { links } = app.doc;
    bench.beside = Array.from({ length: bench.count }, () => []);
    bench.touching = Array.from({ length: bench.count }, () => []);
    const seen = new Set();
    const join = (a, b, isNear) => {
      bench.beside[a].push(b);
      bench.beside[b].push(a);
      if (!isNear) return;
      bench.touching[a].push(b);
      bench.touching[b].push(a);
    };
    links.a.forEach((a, n) => {
      const key = bench.pairKey(a, links.b[n]);
      const edit = bench.links.get(key);
      seen.add(key);
      if (edit ? edit.action === "add" : links.linked[n] === "1" && links.kind[n] !== "added") {
        join(a, links.b[n], Boolean(edit) || bench.data.near[n] === "1");
      }
    });
    for (const [key, { action }] of bench.links) {
      if (action === "add" && !seen.has(key)) join(...key.split(" ").map(Number), true);
    }
  };

  /* Split communities into parts that hang together, largest first. */
  bench.partsOf = (positions) => {
    const left = new Set(positions);
    const parts = [];
    for (const start of positions) {
      if (!left.delete(start)) continue;
      const part = [start];
      for (let n = 0; n < part.length; n += 1) {
        for (const next of bench.beside[part[n]]) if (left.delete(next)) part.push(next);
      }
      parts.push(part.sort((a, b) => a - b));
    }
    return parts.sort((a, b) => b.length - a.length || a[0] - b[0]);
  };

  const idOf = (i) => app.doc.communities.id[i];
  const officeOf = (i) => app.doc.communities.subdistrict[i];
  const listed = (positions) => positions.map(idOf).join(";");

  /* Every rule that the plan breaks: {code, zone, who, found, limit, status}. */
  bench.findFaults = (figures) => {
    const faults = [];
    const tell = (code, parts) => faults.push({ code, zone: "", who: "", found: "", limit: "", status: "", ...parts });
    for (const one of figures.values()) checkZone(one, tell);
    checkLeftOut(figures, tell);
    checkPins(figures, tell);
    const { count } = bench.data.rules;
    if (count && !(count[0] <= figures.size && figures.size <= count[1])) {
      tell("count-wrong", { found: figures.size, limit: `${count[0]}–${count[1]}` });
    }
    return faults;
  };

  const checkZone = (one, tell) => {
    const { rules, speed } = bench.data;
    const zone = one.id;
    const { eligibility } = app.doc.communities;
    for (const i of one.members) {
      const status = eligibility[i];
      if (status === "absorbable" || rules.include.includes(status)) continue;
      tell("role-wrong", { zone, who: idOf(i), found: "core", status });
    }
    if (!one.core.length) {
      tell("zone-without-core", { zone });
      tell("centre-outside", { zone, who: idOf(one.centre) });
    }
    const parts = bench.partsOf(one.core);
    if (parts.length > 1) {
      const reached = parts.find((part) => part.includes(one.core[0]));
      const rest = one.core.filter((i) => !reached.includes(i));
      const [stray, main] = [reached, rest].sort((a, b) => a.length - b.length || a[0] - b[0]);
      tell("zone-not-connected", { zone, who: idOf(main[0]), found: listed(stray) });
    }
    const core = new Set(one.core);
    for (const i of one.members) {
      if (eligibility[i] !== "absorbable" || bench.touching[i].some((other) => core.has(other))) continue;
      tell("absorbed-not-touching", { zone, who: idOf(i) });
    }
    checkSizes(one, rules, tell);
    const offices = [...new Set(one.members.map((i) => officeOf(i) || "?"))].sort();
    if (rules.subdistrict === "hard" && offices.length > 1) tell("zone-crosses-office", { zone, found: offices.join(";") });
    if (rules.walk_minutes === null) return;
    for (const i of one.core) {
      if (i === one.centre) continue;
      const walk = bench.walk(i, one.centre);
      const limit = rules.walk_minutes;
      if (walk === undefined) tell("walk-unknown", { zone, who: idOf(i), limit });
      else if (walk / speed > limit + TINY) tell("walk-too-long", { zone, who: idOf(i), found: walk / speed, limit });
    }
  };

  const checkSizes = (one, rules, tell) => {
    const zone = one.id;
    if (rules.households) {
      const [low, high] = rules.households;
      if (one.coreHouseholds < low - TINY) tell("households-below-floor", { zone, found: one.coreHouseholds, limit: low });
      if (one.households > high + TINY) tell("households-above-cap", { zone, found: one.households, limit: high });
    }
    if (rules.communities) {
      const [few, many] = rules.communities;
      const found = one.core.length;
      if (found < few || found > many) tell("communities-out-of-range", { zone, found, limit: `${few}–${many}` });
    }
  };

  /* Communities that could be absorbed and are not. */
  const checkLeftOut = (figures, tell) => {
    const { rules } = bench.data;
    const cap = rules.households ? rules.households[1] : Infinity;
    app.doc.communities.eligibility.forEach((status, i) => {
      if (status !== "absorbable" || bench.zone[i] !== "") return;
      const isOurs = (other) => rules.subdistrict !== "hard" || officeOf(other) === officeOf(i);
      const zones = new Set();
      for (const other of bench.touching[i]) {
        const zone = bench.zone[other];
        if (zone !== "" && app.doc.communities.eligibility[other] !== "absorbable" && isOurs(other)) zones.add(zone);
      }
      for (const zone of [...zones].sort()) {
        const sum = figures.get(zone).households + (bench.data.households[i] || 0);
        if (sum <= cap && isFree(i, zone)) tell("absorbable-left-out", { zone, who: idOf(i) });
      }
    });
  };

  const placeOf = (id) => bench.place.get(id);
  const zoneOf = (id) => (bench.place.has(id) ? bench.zone[placeOf(id)] : "");

  /* Whether no pin of the job keeps a community that is in no zone out of this one. */
  const isFree = (i, zone) => {
    const { together, apart, locked } = bench.data.rules;
    const name = idOf(i);
    const own = locked[name];
    const mates = together.filter((group) => group.includes(name)).flat();
    const foes = apart.filter((group) => group.includes(name)).flat().filter((other) => other !== name);
    for (const [other, label] of Object.entries(locked)) {
      if (own && label === own) mates.push(other);
      if (own && label !== own && label !== "") foes.push(other);
    }
    const elsewhere = (other) => zoneOf(other) !== "" && zoneOf(other) !== zone;
    return own !== "" && !mates.some(elsewhere) && !foes.some((other) => zoneOf(other) === zone);
  };

  /* Sets of the job that must share a zone or must not. */
  const checkPins = (figures, tell) => {
    const { together, apart, locked } = bench.data.rules;
    const zonesOf = (group) => [...new Set(group.map(zoneOf).filter((zone) => zone !== ""))].sort();
    for (const group of together) {
      const zones = zonesOf(group);
      if (zones.length > 1) tell("together-broken", { zone: zones[0], who: group.join(";"), found: zones });
    }
    for (const group of apart) {
      for (const zone of zonesOf(group)) {
        const shared = [...new Set(group)].filter((name) => zoneOf(name) === zone).sort();
        if (shared.length > 1) tell("apart-broken", { zone, who: shared.join(";"), found: zone });
      }
    }
    const groups = new Map();
    for (const name of Object.keys(locked).sort()) {
      const zone = zoneOf(name);
      if (zone === "") continue;
      if (locked[name] === "") tell("locked-broken", { zone, who: name, found: zone });
      else groups.set(locked[name], [...(groups.get(locked[name]) || []), name]);
    }
    for (const group of groups.values()) {
      const zones = zonesOf(group);
      if (zones.length > 1) tell("locked-broken", { zone: zones[0], who: group.join(";"), found: zones });
    }
    for (const { id, members } of figures.values()) {
      const pinned = members.map(idOf).filter((name) => locked[name]);
      if (new Set(pinned.map((name) => locked[name])).size > 1) {
        tell("locked-broken", { zone: id, who: pinned.join(";"), found: id });
      }
    }
  };

  /* A number as the command line writes it: six digits, no trailing zeros. */
  bench.short = (value) => {
    const [digits, power] = value.toPrecision(6).split("e");
    const bare = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
    return power ? `${bare}e${power[0]}${power.slice(1).padStart(2, "0")}` : bare;
  };

  /* A number of households as the command line writes it: 1,067 or 1,067.5. */
  const grouped = (value) => bench.short(value).replace(/^\d{4,}/, (digits) => app.number(Number(digits)));

  const quoted = (value) => (Array.isArray(value) ? `[${value.map(quoted).join(", ")}]` : `'${value}'`);

  const SHOWN = 4;
  /* Ids of communities as their names, the first few of them. */
  bench.namedIds = (value) => {
    if (typeof value !== "string" || !value.split(";").every((id) => bench.place.has(id))) return value;
    const ids = value.split(";");
    const names = ids.slice(0, SHOWN).map((id) => app.communityName(bench.place.get(id)));
    return app.listed(names) + (ids.length > SHOWN ? app.t("bench_and_more", { n: ids.length }) : "");
  };

  /* A fault in words, those of the command line; `named` may put names in the place of ids. */
  bench.faultText = (fault, side, named = null) => {
    const template = bench.data.faults[fault.code][side];
    return template.replace(/\{(\w+)(!r)?(?::([^}]*))?\}/g, (_, name, asWritten, form) => {
      const value = named && (name === "who" || name === "found") ? named(fault[name]) : fault[name];
      if (form === ",g") return grouped(value);
      if (form === "g") return named ? bench.short(value).replace(/^\d{4,}$/, (digits) => app.number(Number(digits))) : bench.short(value);
      if (form === ".1f") return value.toFixed(1);
      return asWritten || Array.isArray(value) ? quoted(value) : String(value);
    });
  };
})();
