/* The plan outside the page: files for `lianpian run --assignment --links`, and what the browser keeps. */
"use strict";
(() => {
  const app = window.lianpian;
  const { bench } = app;
  const BOM = "\ufeff";
  const YES = ["true", "1", "是", "yes", "y", "x", "√"];
  const NO = ["", "false", "0", "否", "no", "n", "×"];
  const LONGEST_ZONE = 40;
  const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;
  const isZone = (name) => [...name].length <= LONGEST_ZONE && !UNSEEN.test(name);
  const LINE = Symbol("number of the row in its file");
  const REASONS = ["excluded", "unknown", "component_below_floor", "unit_above_cap", "no_neighbour", "planner"];

  /* A cell: quoted where it must be; what a spreadsheet would run as a formula gets a ' in front. */
  const cell = (text) => {
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  const written = (rows) => `${BOM}${rows.map((row) => row.map(cell).join(",")).join("\n")}\n`;

  const reasonOf = (i) => {
    const { left_out, eligibility } = app.doc.communities;
    if (bench.zone[i] !== "") return "";
    if (left_out[i]) return left_out[i];
    return REASONS.includes(eligibility[i]) ? eligibility[i] : "planner";
  };

  bench.assignmentCsv = () => {
    const { id, eligibility } = app.doc.communities;
    const rows = id.map((name, i) => {
      const zone = bench.zone[i];
      const role = zone === "" ? "" : eligibility[i] === "absorbable" ? "absorbed" : "core";
      const locked = bench.pinned[i] || (zone !== "" && bench.locked.has(zone));
      return [name, zone, role, locked ? "true" : "false", reasonOf(i)];
    });
    return written([["community_id", "zone_id", "role", "locked", "reason"], ...rows]);
  };

  bench.linksCsv = () => {
    const { id } = app.doc.communities;
    const rows = [...bench.links].map(([key, edit]) => [...key.split(" ").map(Number), edit]);
    rows.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
    return written([
      ["focal", "neighbor", "action", "reason"],
      ...rows.map(([a, b, { action, reason }]) => [id[a], id[b], action, reason]),
    ]);
  };

  /* Rows of a CSV text as objects by the names of its header. */
  bench.readCsv = (text) => {
    const rows = [[""]];
    let isQuoted = false;
    for (let at = 0; at < text.length; at += 1) {
      const mark = text[at];
      const row = rows[rows.length - 1];
      if (isQuoted) {
        if (mark !== '"') row[row.length - 1] += mark;
        else if (text[at + 1] === '"') {
          row[row.length - 1] += '"';
          at += 1;
        } else isQuoted = false;
      } else if (mark === '"') isQuoted = true;
      else if (mark === ",") row.push("");
      else if (mark === "\n") rows.push([""]);
      else if (mark !== "\r" && mark !== BOM) row[row.length - 1] += mark;
    }
    rows.forEach((row, n) => (row[LINE] = n + 1));
    const [header, ...body] = rows.filter((row) => row.some((one) => one.trim() !== ""));
    const names = (header || []).map((name) => name.trim());
    return body.map((row) => {
      const cells = names.map((name, n) => [name, (row[n] || "").trim().replace(/^'/, "")]);
      return Object.assign(Object.fromEntries(cells), { [LINE]: row[LINE] });
    });
  };

  /* UTF-8 or marked UTF-16, else GB18030, as Excel and WPS write. */
  bench.decodeText = (bytes) => {
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      return new TextDecoder("gb18030").decode(bytes);
    }
  };

  /* The only community whose id is this one but for leading zeros, which spreadsheets take; or -1. */
  const likely = () => {
    const bare = new Map();
    app.doc.communities.id.forEach((id, i) => {
      const key = id.replace(/^0+/, "");
      bare.set(key, bare.has(key) ? -1 : i);
    });
    return (id) => bare.get(id.replace(/^0+/, "")) ?? -1;
  };

  /* Communities of the rows of an assignment; zeros are given back where that is clear. */
  const placesOf = (rows) => {
    const find = likely();
    const places = rows.map(({ community_id: id }) => bench.place.get(id) ?? find(id));
    const written = new Map();
    rows.forEach(({ community_id: id }, n) => written.set(places[n], (written.get(places[n]) || new Set()).add(id)));
    const isClear = (id, at) => bench.place.has(id) || written.get(at).size === 1;
    return places.map((at, n) => (at >= 0 && isClear(rows[n].community_id, at) ? at : -1));
  };

  /* Take a file of either form; says what was found. */
  bench.takeFile = (text) => {
    const rows = bench.readCsv(text);
    if (!rows.length) return { kind: "none" };
    if ("community_id" in rows[0] && "zone_id" in rows[0]) return takeAssignment(rows);
    if ("focal" in rows[0] && "neighbor" in rows[0] && "action" in rows[0]) return takeLinks(rows);
    return { kind: "none" };
  };

  /* What a row says in `locked`: two ways of writing yes do not contradict each other. */
  const meaning = ({ locked }) => {
    const word = (locked || "").toLowerCase();
    return YES.includes(word) ? "yes" : NO.includes(word) ? "no" : word;
  };

  const takeAssignment = (rows) => {
    const zone = Array(bench.count).fill("");
    const pin = Array(bench.count).fill(0);
    const places = placesOf(rows);
    const seen = new Map();
    const counts = { unknown: 0, unread: 0, mended: 0 };
    for (const [n, row] of rows.entries()) {
      const i = places[n];
      const at = { row: row[LINE], community: row.community_id };
      if (!isZone(row.zone_id)) return { kind: "named", ...at, most: LONGEST_ZONE };
      if (i < 0) {
        counts.unknown += 1;
        continue;
      }
      const first = seen.get(i);
      if (first && first.zone_id !== row.zone_id) return { kind: "torn", ...at, first: first[LINE] };
      if (first && meaning(first) !== meaning(row)) {
        return { kind: "torn_lock", ...at, first: first[LINE], found: [first, row].map(({ locked }) => `“${locked || ""}”`).join(", ") };
      }
      if (!first) seen.set(i, row);
      if (!bench.place.has(row.community_id)) counts.mended += 1;
      zone[i] = row.zone_id;
      pin[i] = Number(meaning(row) === "yes");
      if (!["yes", "no"].includes(meaning(row))) counts.unread += 1;
    }
    if (!seen.size) return { kind: "strange" };
    const plan = { ...bench.snapshot(), zone, pin, lock: [] };
    bench.edit("bench_step_import", bench.changesTo(plan));
    return { kind: "assignment", rows: rows.length - counts.unknown, missing: bench.count - seen.size, ...counts };
  };

  /* What the job had added or cut stays unless the file says otherwise: the page does not know how
     such a pair was measured. Ids are taken as they stand: what may have been meant is told. */
  const takeLinks = (rows) => {
    const find = likely();
    const link = new Map(bench.first.link);
    let unknown = 0;
    let asked = null;
    for (const row of rows) {
      const [a, b] = [row.focal, row.neighbor].map((id) => bench.place.get(id) ?? -1);
      const bare = [row.focal, row.neighbor].find((id) => !bench.place.has(id) && find(id) >= 0);
      if (bare !== undefined && !asked) asked = { row: row[LINE], found: bare, likely: app.doc.communities.id[find(bare)] };
      const isKnown = a >= 0 && b >= 0 && a !== b && ["add", "cut"].includes(row.action) && row.reason;
      if (isKnown) link.set(bench.pairKey(a, b), { action: row.action, reason: row.reason });
      else unknown += 1;
    }
    bench.edit("bench_step_import", bench.changesTo({ ...bench.snapshot(), link: [...link] }));
    return { kind: "links", rows: rows.length - unknown, unknown, asked };
  };

  bench.save = (name, text) => {
    const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    const link = app.make("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    window.setTimeout(() => URL.revokeObjectURL(address), 1000);
  };

  /* What the browser keeps: the plan of this job with these inputs. */
  const slot = () => `lianpian ${app.doc.imprint.title} ${app.doc.bench}`;

  bench.keep = () => {
    const plan = bench.snapshot();
    try {
      if (JSON.stringify(plan) === JSON.stringify(bench.first)) window.localStorage.removeItem(slot());
      else window.localStorage.setItem(slot(), JSON.stringify({ form: 1, saved: new Date().toISOString(), plan }));
      return true;
    } catch {
      return false;
    }
  };

  /* Whether what the browser kept has the form of a plan of this many communities. */
  const isPlan = ({ zone, pin, lock, link }) => {
    const isList = (list, is) => Array.isArray(list) && list.every(is);
    const isText = (one) => typeof one === "string";
    const isPair = (key) => {
      const ends = isText(key) ? key.split(" ").map(Number) : [];
      return ends.length === 2 && ends.every((i) => Number.isInteger(i) && i >= 0 && i < bench.count) && ends[0] < ends[1];
    };
    const isEdit = (edit) => ["add", "cut"].includes(edit?.action) && isText(edit.reason);
    return (
      [zone, pin].every((list) => list?.length === bench.count) &&
      isList(zone, (one) => isText(one) && isZone(one)) &&
      isList(pin, (one) => one === 0 || one === 1) &&
      isList(lock, isText) &&
      isList(link, (one) => Array.isArray(one) && isPair(one[0]) && isEdit(one[1]))
    );
  };

  /* Give back what was kept: the time at which it was saved, or null. */
  bench.restore = () => {
    try {
      const kept = JSON.parse(window.localStorage.getItem(slot()));
      if (!kept || kept.form !== 1 || typeof kept.saved !== "string" || !isPlan(kept.plan)) return null;
      const made = bench.edit("bench_step_restore", bench.changesTo(kept.plan));
      return made ? { saved: kept.saved, made } : null;
    } catch {
      return null;
    }
  };
})();
