/* The table that equals the map, and the notes about it. */
"use strict";
(() => {
  const app = window.lianpian;
  const HAVES = 9;
  const ROWS_AT_ONCE = 150;
  const make = (...parts) => app.make(...parts);

  /* The table */
  const cell = (i, have) => {
    const status = app.status(i, have);
    const gaps = app.gaps();
    const metres = gaps.m ? gaps.m[i * HAVES + have] : -1;
    const node = make(
      "td",
      { class: `answer-${status}` },
      make("span", { textContent: app.code("gaps.status", status) }),
    );
    if (metres >= 0) node.append(make("small", { textContent: app.t("metres", { n: app.number(metres) }) }));
    const covered = app.coveredText(i, have, "covered_cell");
    if (covered) node.append(make("small", { textContent: covered }));
    return node;
  };

  const columns = () => {
    const { communities, zones } = app.doc;
    const out = [[app.t("community"), (i) => nameCell(i)]];
    const plain = (text) => make("td", { textContent: text });
    if (app.gaps()) out.push([app.t("missing_total"), (i) => make("td", { class: "number" }, tallyText(i), openText(i))]);
    if (communities.subdistrict) out.push([app.t("subdistrict"), (i) => plain(communities.subdistrict[i])]);
    if (communities.zone) {
      out.push([app.t("zone"), (i) => plain(communities.zone[i] >= 0 ? zones.id[communities.zone[i]] : "—")]);
    }
    const estimated = (i) =>
      communities.source && communities.source[i] && communities.source[i] !== "ledger" ? ` ${app.t("estimated")}` : "";
    if (communities.households) {
      out.push([
        app.t("households"),
        (i) => plain(communities.households[i] >= 0 ? app.number(communities.households[i]) + estimated(i) : "—"),
      ]);
    } else if (communities.band) {
      out.push([app.t("households"), (i) => plain((communities.band[i] || "—") + estimated(i))]);
    }
    if (app.gaps()) {
      for (let have = 0; have < HAVES; have += 1) out.push([app.haveShort(have), (i) => cell(i, have)]);
    }
    return out;
  };

  const tallyText = (i) => {
    const tally = app.tally(i);
    return tally.no_data === HAVES ? "—" : String(tally.missing);
  };

  /* A nought of what is missing is no comfort where answers wait or are not known. */
  const openText = (i) => {
    const { unconfirmed, no_data: blank } = app.tally(i);
    const texts = [];
    if (unconfirmed) texts.push(app.t("to_confirm_n", { n: unconfirmed }));
    if (blank) texts.push(app.t("no_data_n", { n: blank }));
    return texts.length ? make("small", { textContent: texts.join(" · ") }) : null;
  };

  const nameCell = (i) =>
    make(
      "th",
      { scope: "row" },
      make("button", {
        type: "button",
        class: "link",
        textContent: app.communityName(i),
        on: {
          click: () => {
            document.getElementById("table-dialog").close();
            app.choose({ kind: "community", at: i }, { fly: true, focus: true });
          },
        },
      }),
    );

  /* Thousands of rows come in portions, so that the first ones stand at once. */
  const fill = (body, rows) => {
    if (body !== fill.last && fill.last) fill.last.stopped = true;
    fill.last = body;
    const next = () => {
      if (body.stopped) return;
      body.append(...rows.splice(0, ROWS_AT_ONCE).map((row) => row()));
      if (rows.length) setTimeout(next, 0);
    };
    next();
  };

  app.showTable = () => {
    const parts = columns();
    const header = make("tr", {}, ...parts.map(([name]) => make("th", { scope: "col", textContent: name })));
    const body = make("tbody");
    const order = [...Array(app.communityCount).keys()];
    if (app.gaps()) {
      const missing = order.map((i) => app.tally(i).missing);
      order.sort((a, b) => missing[b] - missing[a] || a - b);
    }
    fill(body, order.map((i) => () => make("tr", {}, ...parts.map(([, draw]) => draw(i)))));
    const table = make("table", { class: "all" }, make("thead", {}, header), body);
    const note = make("p", { class: "hint", textContent: app.t("table_sum", { n: app.number(app.communityCount) }) });
    document.getElementById("table-body").replaceChildren(note, table);
  };

  /* Notes */
  const source = (text) => app.raised(app.half(text));
  const block = (title, texts) =>
    texts.filter(Boolean).length
      ? [make("h3", { textContent: title }), ...texts.filter(Boolean).map((text) => make("p", { textContent: text }))]
      : [];

  app.showAbout = () => {
    const { imprint, notes, findings } = app.doc;
    const parts = [
      ...notes.marks.map((both) => make("p", { class: "flips", textContent: app.pick(both) })),
      ...block(app.t("review"), [app.pick(notes.review)]),
      ...block(app.t("drafting_unit"), [imprint.drafting_unit]),
      ...block(app.t("date"), [imprint.date]),
      ...block(app.t("data_date"), [imprint.data_date]),
      ...block(app.t("sources"), imprint.sources.map(source)),
      ...block(app.t("rulebook"), [app.pick(notes.rulebook)]),
      ...block(app.t("method"), notes.method.map(app.pick)),
      ...block(app.t("counts"), app.gaps() ? [app.t("counts_note")] : []),
      ...block(app.t("zoning"), notes.zoning.map(app.pick)),
      ...block(app.t("version"), [imprint.version && `lianpian ${imprint.version}`]),
    ];
    if (findings) {
      const rows = findings.code.map((_, n) => make("li", { textContent: app.finding(n) }));
      parts.push(
        make(
          "details",
          {},
          make("summary", { textContent: `${app.t("findings_all")} (${app.number(rows.length)})` }),
          make("ul", { class: "findings" }, ...rows),
        ),
      );
    }
    document.getElementById("about-body").replaceChildren(...parts);
  };

  /* The line that always stands on the map, and the marks beside the title. */
  app.showImprint = () => {
    const { imprint, notes } = app.doc;
    const dated = (key, value) => value && `${app.t(key)} ${value}`;
    const parts = [
      ...imprint.sources.map(source),
      ...(imprint.tiles ? [imprint.tiles.attribution] : []),
      dated("data_date", imprint.data_date),
      dated("date", imprint.date),
      dated("drafting_unit", imprint.drafting_unit),
    ];
    const span = (name, texts) => make("span", { class: name, textContent: texts.filter(Boolean).join(" · ") });
    document.getElementById("imprint").replaceChildren(
      make("strong", { textContent: app.pick(notes.review) }),
      span("imprint-marks", notes.marks.map(app.pick)),
      span("imprint-sources", parts),
      make("span", { class: "print-only", textContent: app.labelled(app.t("method_short"), notes.method.map(app.pick).join(" ")) }),
    );
    document.getElementById("marks").replaceChildren(
      ...notes.marks.map((both) => make("em", { class: "tag", textContent: app.pick(both) })),
    );
  };
})();
