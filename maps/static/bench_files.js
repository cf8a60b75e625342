/* The plan outside the page: files for `lianpian run --assignment --links`, and what the browser keeps. */
"use strict";
(() => {
  const app = window.lianpian;
  const { bench } = app;
  const BOM = "\ufeff";
  const YES = ["true", "1", "是", "yes", "y", "x", "√"];
  const NO = ["", "false", "0", "否", "no", "n", "×"];
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
    const [header, ...body] = rows.filter((row) => row.some((one) => one.trim() !== ""));
    const names = (header || []).map((name) => name.trim());
    return body.map((row) =>
      Object.fromEntries(names.map((name, n) => [name, (row[n] || "").trim().replace(/^'/, "")])),
    );
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

  /* Ids get back leading zeros that a spreadsheet took, where that is clear. */
  const finder = () => {
    const bare = new Map();
    app.doc.communities.id.forEach((id, i) => {
      const key = id.replace(/^0+/, "");
      bare.set(key, bare.has(key) ? -1 : i);
    });
    return (id) => bench.place.get(id) ?? bare.get(id) ?? -1;
  };

  /* Take a file of either form; says what was found. */
  bench.takeFile = (text) => {
    const rows = bench.readCsv(text);
    if (!rows.length) return { kind: "none" };
    if ("community_id" in rows[0] && "zone_id" in rows[0]) return takeAssignment(rows);
    if ("focal" in rows[0] && "neighbor" in rows[0] && "action" in rows[0]) return takeLinks(rows);
    return { kind: "none" };
  };

  const takeAssignment = (rows) => {
    const find = finder();
    const zone = Array(bench.count).fill("");
    const pin = Array(bench.count).fill(0);
    const seen = new Set();
    let unknown = 0;
    let unread = 0;
    for (const row of rows) {
      const i = find(row.community_id);
      if (i < 0) {
        unknown += 1;
        continue;
      }
      if (seen.has(i) && zone[i] !== row.zone_id) return { kind: "torn", community: row.community_id };
      seen.add(i);
      zone[i] = row.zone_id;
      const word = (row.locked || "").toLowerCase();
      pin[i] = Number(YES.includes(word));
      if (!pin[i] && !NO.includes(word)) unread += 1;
    }
    if (!seen.size) return { kind: "strange" };
    const plan = { ...bench.snapshot(), zone, pin, lock: [] };
    bench.edit("bench_step_import", bench.changesTo(plan));
    return { kind: "assignment", rows: rows.length - unknown, unknown, missing: bench.count - seen.size, unread };
  };

  /* What the job had added or cut stays unless the file says otherwise: the page does not know how
     such a pair was measured. */
  const takeLinks = (rows) => {
    const find = finder();
    const link = new Map(bench.first.link);
    let unknown = 0;
    for (const row of rows) {
      const [a, b] = [find(row.focal), find(row.neighbor)];
      const isKnown = a >= 0 && b >= 0 && a !== b && ["add", "cut"].includes(row.action) && row.reason;
      if (isKnown) link.set(bench.pairKey(a, b), { action: row.action, reason: row.reason });
      else unknown += 1;
    }
    bench.edit("bench_step_import", bench.changesTo({ ...bench.snapshot(), link: [...link] }));
    return { kind: "links", rows: rows.length - unknown, unknown };
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
      isList(zone, isText) &&
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
