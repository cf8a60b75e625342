/* The table of zones: live figures, one row a zone; only what changed is written anew. */
"use strict";
(() => {
  const app = window.lianpian;
  const { bench } = app;
  const HAVES = 9;
  const rows = new Map();

  const head = () => {
    const cells = ["zone", "households", "communities", "walk", "compactness"].map((name) =>
      app.make("th", { scope: "col", textContent: app.t(`bench_column_${name}`), title: app.t(`bench_about_${name}`) }),
    );
    const haves = app.doc.haves.map((_, have) =>
      app.make(
        "th",
        { scope: "col", class: "bench-have", title: app.t("bench_about_have", { have: app.haveName(have) }) },
        app.badgePicture(have),
        app.make("span", { class: "unseen", textContent: app.t("bench_about_have", { have: app.haveName(have) }) }),
      ),
    );
    const rules = app.make("th", { scope: "col", textContent: app.t("bench_column_rules"), title: app.t("bench_about_rules") });
    return app.make("thead", {}, app.make("tr", {}, ...cells, ...haves, rules));
  };

  const sign = (isLow, isHigh) => (isLow ? "▼" : isHigh ? "▲" : "");

  /* What a row says: text of each cell, and whether it breaks a rule. */
  const textsOf = (one) => {
    const { rules } = bench.data;
    const low = rules.households && !one.kept.floor;
    const high = rules.households && !one.kept.cap;
    const few = !one.kept.communities && one.core.length < rules.communities[0];
    const broken = bench.faults.filter((fault) => fault.zone === one.id).length;
    return [
      [sign(low, high) + app.number(one.households), low || high],
      [sign(few, !few && !one.kept.communities) + app.number(one.members.length), !one.kept.communities],
      [sign(false, !one.kept.walk) + (isCut(one) ? "≥" : "") + one.minutes.toFixed(1), !one.kept.walk],
      [one.compactness.toFixed(2), false],
      ...one.answers[app.state.walker].map((counts) => [answerText(counts), false, app.t("bench_have_counts", counts)]),
      [broken ? `✗ ${broken}` : "✓", broken > 0],
    ];
  };

  /* Nought only where every member meets the have: what waits and what is not known have marks. */
  const answerText = ({ missing, unconfirmed, blank }) =>
    (missing || !(unconfirmed || blank) ? String(missing) : "") + (unconfirmed ? "?" : "") + (blank ? "–" : "");

  /* A walk longer than those that the page carries counts as at least the longest known. */
  const isCut = (one) => one.unknown > 0 && bench.walks.within !== null;

  const empty = () => [["0", false], ["0", false], ["–", false], ["–", false], ...Array(HAVES).fill(["", false]), ["–", false]];

  const makeRow = (id) => {
    const swatch = app.make("span", { class: "bench-ground", aria: { hidden: "true" } });
    const name = app.make("span", { textContent: id });
    const mark = app.make("span", { class: "bench-mark" });
    const button = app.make(
      "button",
      { type: "button", class: "bench-zone", on: { click: () => bench.setTarget(id, { show: true }) } },
      swatch,
      name,
      mark,
    );
    const cells = Array.from({ length: 5 + HAVES }, () => app.make("td"));
    const row = app.make("tr", {}, app.make("th", { scope: "row" }, button), ...cells);
    row.addEventListener("click", (event) => {
      if (!event.target.closest("button")) bench.setTarget(id, { show: true });
    });
    return { row, button, swatch, mark, cells, said: [] };
  };

  const fillRow = (known, id, texts) => {
    texts.forEach(([text, isBroken, title = ""], n) => {
      const said = `${isBroken} ${text} ${title}`;
      if (known.said[n] === said) return;
      known.said[n] = said;
      known.cells[n].textContent = text;
      known.cells[n].title = title;
      known.cells[n].className = isBroken ? "is-broken" : n === texts.length - 1 ? "is-kept" : "";
    });
    const isTarget = id === bench.target;
    known.row.className = isTarget ? "is-target" : "";
    known.button.setAttribute("aria-pressed", String(isTarget));
    known.swatch.style.backgroundColor = bench.groundOf(id);
    const mark = bench.locked.has(id) ? app.t("bench_locked_mark") : "";
    if (known.mark.textContent !== mark) known.mark.textContent = mark;
  };

  bench.makeTable = () => {
    rows.clear();
    const table = document.getElementById("bench-zones");
    table.replaceChildren(
      app.make("caption", { class: "unseen", textContent: app.t("bench_table") }),
      head(),
      app.make("tbody"),
      app.make("tfoot", {}, app.make("tr", {})),
    );
    bench.showTable();
  };

  bench.showTargetRow = () => {
    const known = rows.get(bench.target);
    if (known) known.row.scrollIntoView({ block: "nearest" });
  };

  bench.showTable = () => {
    const table = document.getElementById("bench-zones");
    const ids = [...bench.zoneOrder];
    if (!ids.includes(bench.target)) ids.push(bench.target);
    const body = table.tBodies[0];
    for (const [id, known] of rows) {
      if (ids.includes(id)) continue;
      known.row.remove();
      rows.delete(id);
    }
    ids.forEach((id, at) => {
      if (!rows.has(id)) rows.set(id, makeRow(id));
      const known = rows.get(id);
      const one = bench.figures.get(id);
      fillRow(known, id, one ? textsOf(one) : empty());
      if (body.rows[at] !== known.row) body.insertBefore(known.row, body.rows[at] || null);
    });
    showFoot(table.tFoot.rows[0]);
  };

  const showFoot = (row) => {
    let households = 0;
    let communities = 0;
    for (const one of bench.figures.values()) {
      households += one.households;
      communities += one.members.length;
    }
    const rest = bench.count - communities;
    const said = [bench.figures.size, households, communities, rest, app.state.language].join(" ");
    if (row.dataset.said === said) return;
    row.dataset.said = said;
    const cell = (text, columns = 1) => app.make("td", { textContent: text, colSpan: columns });
    row.replaceChildren(
      app.make("th", { scope: "row", textContent: app.t("bench_zones_n", { n: bench.figures.size }) }),
      cell(app.number(households)),
      cell(app.number(communities)),
      cell(app.t("bench_rest", { n: app.number(rest) }), 3 + HAVES),
    );
  };
})();
