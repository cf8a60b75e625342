/* The card of what was chosen: a community, a zone, a facility. */
"use strict";
(() => {
  const app = window.lianpian;
  const HAVES = 9;
  const make = (...parts) => app.make(...parts);
  const line = (text, name = "") => make("p", { class: name, textContent: text });

  const head = (title, detail) => {
    const close = make("button", {
      type: "button",
      class: "close",
      textContent: "×",
      aria: { label: app.t("close") },
      on: { click: () => app.choose(null) },
    });
    const heading = make("h2", { id: "card-title", tabIndex: -1, textContent: title });
    return make("div", { class: "card-head" }, make("div", {}, heading, ...detail), close);
  };

  const facts = (pairs) => {
    const rows = pairs.filter(([, value]) => value);
    if (!rows.length) return null;
    const list = make("dl", { class: "facts" });
    for (const [name, value] of rows) {
      list.append(make("div", {}, make("dt", { textContent: name }), make("dd", {}, value)));
    }
    return list;
  };

  const chip = (status) => {
    const fill = app.doc.looks.statuses[status];
    return make(
      "span",
      { class: "chip" },
      app.swatch(fill),
      make("span", { textContent: app.code("gaps.status", status) }),
    );
  };

  /* Households with their source: what is estimated says so wherever it shows. */
  const households = (i) => {
    const { communities } = app.doc;
    let text = "";
    if (communities.households && communities.households[i] >= 0) {
      text = app.t("households_n", { n: app.number(communities.households[i]) });
    } else if (communities.band && communities.band[i]) {
      text = app.t("households_n", { n: communities.band[i] });
    }
    if (!text) return "";
    const source = (communities.source || [])[i];
    const box = make("span", { textContent: text });
    if (source && source !== "ledger") {
      box.append(" ", make("em", { class: "tag", textContent: app.code("households_source", source) }));
    }
    return box;
  };

  const zoneButton = (at) =>
    make("button", {
      type: "button",
      class: "link",
      textContent: app.doc.zones.id[at],
      on: { click: () => app.choose({ kind: "zone", at }, { fly: true, focus: true }) },
    });

  /* Where nothing was found missing so far, the headline counts what is met and what is not known. */
  const summary = (i) => {
    const tally = app.tally(i);
    const { key, fill } = app.missingClass(i);
    const open = [];
    if (tally.unconfirmed) open.push(app.t("to_confirm_n", { n: tally.unconfirmed }));
    if (tally.no_data && tally.no_data < HAVES) open.push(app.t("no_data_n", { n: tally.no_data }));
    const said = {
      no_data: app.t("class_no_data"),
      none_found: [app.t("met_n", { n: tally.met, all: HAVES }), ...open].join(app.state.language === "zh" ? "，" : ", "),
      missing_0: app.t("missing_0"),
    };
    const big = make("p", {
      class: "big",
      textContent: said[key] || app.t("missing_n", { n: tally.missing }),
    });
    big.style.backgroundColor = fill.colour;
    big.style.color = fill.ink;
    const rest = key === "none_found" || !open.length ? null : line(open.join(" · "), "hint");
    return make("div", { class: "summary" }, big, rest);
  };

  const limitText = (gaps, at) => {
    if (!gaps.limit_m) return "";
    const values = {
      m: app.number(gaps.limit_m[at]),
      min: gaps.limit_tenths ? app.number(gaps.limit_tenths[at] / 10, gaps.limit_tenths[at] % 10 ? 1 : 0) : "",
    };
    return app.t(app.doc.imprint.rule === "time" ? "limit_time" : "limit_distance", values);
  };

  /* The strict limit of this walker, in the unit that decides. */
  const strictText = (gaps, at) => {
    const { rule, limit_m, strict_m, limit_minutes } = app.doc.imprint;
    const share = strict_m / limit_m;
    if (rule !== "time") {
      return app.t("flips", { n: app.number(Math.round((gaps.limit_m ? gaps.limit_m[at] : limit_m) * share)) });
    }
    const tenths = Math.round((gaps.limit_tenths ? gaps.limit_tenths[at] : 10 * limit_minutes) * share);
    return app.t("flips_time", { n: app.number(tenths / 10, tenths % 10 ? 1 : 0) });
  };

  const distance = (gaps, at) => {
    const parts = [];
    if (gaps.m && gaps.m[at] >= 0) parts.push(app.t("metres", { n: app.number(gaps.m[at]) }));
    if (gaps.tenths && gaps.tenths[at] >= 0) {
      parts.push(app.minutesText(gaps.tenths[at] / 10));
    }
    return parts.join(" · ");
  };

  const placeButton = (at) =>
    make("button", {
      type: "button",
      class: "link",
      textContent: app.t("nearest", { name: app.placeName(at) }),
      aria: { label: app.t("to_place", { name: app.placeName(at) }) },
      on: { click: () => app.flyToPlace(at) },
    });

  /* Shows one walk in full; pressed again it goes back among the others. */
  const walkButton = (i, have) => {
    const isOn = app.state.walk === have;
    return make("button", {
      type: "button",
      class: "link walk-button",
      textContent: app.t("show_walk"),
      aria: { pressed: String(isOn), label: app.t("show_walk_to", { have: app.haveName(have) }) },
      on: { click: () => app.showWalk(i, isOn ? -1 : have) },
    });
  };

  const FAR = 1.5;
  const HALF = 50;
  /* Why the answer is so: how far nothing was found, or what waits for review. */
  const whyOf = (gaps, at, status, place) => {
    if (status === "gap" && !(gaps.m && gaps.m[at] >= 0)) {
      const { rule, limit_m, limit_minutes } = app.doc.imprint;
      if (rule !== "time") return app.t("none_within", { n: app.number(Math.round(FAR * (gaps.limit_m ? gaps.limit_m[at] : limit_m))) });
      return app.t("none_within_time", { n: (FAR * (gaps.limit_tenths ? gaps.limit_tenths[at] / 10 : limit_minutes)).toFixed(1).replace(/\.0$/, "") });
    }
    const told = gaps.reason && gaps.reason.words[gaps.reason.at[at]];
    if (told && (place < 0 || status === "unconfirmed")) return app.code("gaps.reason", told);
    if (status !== "unconfirmed") return "";
    return app.t(place >= 0 && app.doc.facilities.confirmed[place] !== "1" ? "open_place" : "open_thin");
  };

  const haveRow = (i, have) => {
    const gaps = app.gaps();
    const at = i * HAVES + have;
    const status = app.status(i, have);
    const place = gaps.nearest ? gaps.nearest[at] : -1;
    const notes = [];
    if (place >= 0) {
      const button = app.walkOfChosen(i, have) ? walkButton(i, have) : null;
      notes.push(make("p", { class: "to-place" }, placeButton(place), button));
    }
    const why = whyOf(gaps, at, status, place);
    if (why) notes.push(line(why, "hint"));
    if (gaps.flips && gaps.flips[at] === "1") {
      notes.push(line(strictText(gaps, at), "flips"));
    }
    const covered = app.coveredText(i, have, "covered");
    if (covered) notes.push(line(covered, gaps.covered[at] < HALF ? "flips" : "hint"));
    if (gaps.bureau && app.isMissing(status)) {
      notes.push(line(app.labelled(app.t("bureau"), app.half(gaps.bureau.words[gaps.bureau.at[at]])), "hint"));
    }
    return make(
      "tr",
      { class: app.isMissing(status) ? "is-missing" : "" },
      make(
        "th",
        { scope: "row" },
        app.badgePicture(have),
        make("span", { textContent: app.haveShort(have) }),
      ),
      make("td", { class: "have-answer" }, make("div", { class: "answer-line" }, chip(status), make("span", { class: "walk", textContent: distance(gaps, at) })), ...notes),
    );
  };

  /* Clauses behind the answers, each with the haves that it is for. */
  const clauses = (i) => {
    const { clause } = app.gaps();
    if (!clause) return null;
    const of = new Map();
    for (let have = 0; have < HAVES; have += 1) {
      const text = clause.words[clause.at[i * HAVES + have]];
      if (text) of.set(text, [...(of.get(text) || []), app.haveName(have)]);
    }
    const rows = [...of].map(([text, names]) =>
      line(of.size > 1 ? app.labelled(app.listed(names), text) : text, "hint"),
    );
    return rows.length ? make("div", {}, make("h3", { textContent: app.t("clause") }), ...rows) : null;
  };

  const haves = (i) => {
    const gaps = app.gaps();
    if (!gaps) return null;
    const table = make("table", { class: "answers" });
    table.append(make("caption", { textContent: limitText(gaps, i * HAVES) }));
    const body = make("tbody");
    for (let have = 0; have < HAVES; have += 1) body.append(haveRow(i, have));
    table.append(body);
    return table;
  };

  const circleTicks = (i) => {
    const key = `${app.state.walker}_${app.doc.bands[app.doc.bands.length - 1]}`;
    if (!app.doc.circleOf(key, i)) return line(app.t("no_circle"), "hint");
    const names = ["circle"];
    if (app.chosenZone() >= 0) names.push("zone_circle");
    if (app.doc.hasWalks) names.push("walks");
    const ticks = names.map((name) =>
      make(
        "label",
        {},
        make("input", {
          type: "checkbox",
          checked: app.state.layers[name],
          on: { change: () => app.change({ layers: { ...app.state.layers, [name]: !app.state.layers[name] } }) },
        }),
        make("span", { textContent: app.t(`layer_${name}`) }),
      ),
    );
    return make("div", { class: "circle-box" }, make("div", { class: "ticks" }, ...ticks), line(app.t("circle_note"), "hint circle-note"));
  };

  /* What must be kept in a community or a zone. */
  const kept = (owners, at) => (owners.kept ? app.pick([owners.kept[0][at], owners.kept[1][at]]) : "");

  /* What only the bureau sees. */
  const forTheBureau = (i) => {
    const { communities, findings, partners } = app.doc;
    if (!communities.eligibility) return [];
    const out = [];
    const years = communities.built.map((list) => list[i]).filter((year) => year >= 0);
    out.push(
      facts([
        [app.t("code"), communities.id[i]],
        [app.t("address"), communities.address[i]],
        [app.t("built"), [...new Set(years)].join("–")],
        [app.t("buildings"), communities.buildings[i] >= 0 ? String(communities.buildings[i]) : ""],
        [app.t("eligibility"), eligibility(i)],
        [app.t("role"), communities.role[i] && app.code("role", communities.role[i])],
        [app.t("left_out"), app.pick([communities.left_out_why[0][i], communities.left_out_why[1][i]])],
        [app.t("kept"), kept(communities, i)],
      ]),
    );
    const tags = [];
    if (communities.locked[i] === "1") tags.push(app.t("locked"));
    if (communities.edge[i] === "1") tags.push(app.t(app.doc.imprint.edge_ignored ? "edge_ignored" : "edge"));
    for (const text of tags) out.push(line(text, "flips"));
    if (partners[i].length) {
      const rows = partners[i].slice(0, 3).map(([at, reason, common]) =>
        make(
          "li",
          {},
          make("button", {
            type: "button",
            class: "link",
            textContent: app.communityName(at),
            on: { click: () => app.choose({ kind: "community", at }, { fly: true, focus: true }) },
          }),
          line(app.named(app.half(reason)), "hint"),
          common ? line(app.t("common_missing", { list: app.code("common_missing", common) }), "hint") : null,
        ),
      );
      out.push(make("h3", { textContent: app.t("partners") }), make("ol", { class: "partners" }, ...rows));
    }
    const told = linksOf(i).filter((n) => app.doc.links.reason[n]);
    if (told.length) {
      const rows = told.map((n) => {
        const { a, b, kind, linked, reason } = app.doc.links;
        const word = kind[n] === "cut" || linked[n] === "1" ? app.code("adjacency.kind", kind[n]) : app.t("not_linked");
        const name = app.communityName(a[n] === i ? b[n] : a[n]);
        return make("li", {}, `${name} · ${word}`, line(app.named(app.half(reason[n])), "hint"));
      });
      out.push(make("h3", { textContent: app.t("links_told") }), make("ul", { class: "findings" }, ...rows));
    }
    const own = findings.community.map((at, n) => (at === i ? n : -1)).filter((n) => n >= 0);
    if (own.length) {
      const rows = own.map((n) => make("li", { textContent: app.finding(n) }));
      out.push(
        make("h3", { textContent: app.t("findings_n", { n: own.length }) }),
        make("ul", { class: "findings" }, ...rows),
      );
    }
    return out;
  };

  const linksOf = (i) => {
    const { links } = app.doc;
    return links ? links.a.map((at, n) => (at === i || links.b[n] === i ? n : -1)).filter((n) => n >= 0) : [];
  };

  app.finding = (n) => {
    const { findings } = app.doc;
    const text = app.pick([findings.zh[n], findings.en[n]]);
    const table = app.code("table_name", findings.table_name[n]);
    const where = [table, findings.row_key[n]].filter(Boolean).join(" ");
    return [app.code("severity", findings.severity[n]), text, where].filter(Boolean).join(" · ");
  };

  const eligibility = (i) => {
    const { communities } = app.doc;
    if (!communities.eligibility[i]) return "";
    const parts = [
      app.code("eligibility.status", communities.eligibility[i]),
      app.pick([communities.eligibility_reasons[0][i], communities.eligibility_reasons[1][i]]),
      communities.eligibility_clause[i],
    ];
    return parts.filter(Boolean).join(" · ");
  };

  const communityCard = (i) => {
    const { communities } = app.doc;
    const zone = communities.zone ? communities.zone[i] : null;
    const detail = facts([
      [app.t("subdistrict"), (communities.subdistrict || [])[i]],
      [app.t("zone"), zone === null ? "" : zone >= 0 ? zoneButton(zone) : app.t("not_in_zone")],
      [app.t("households"), households(i)],
    ]);
    return [
      head(app.communityName(i), []),
      make(
        "div",
        { class: "card-body" },
        app.gaps() ? summary(i) : null,
        detail,
        circleTicks(i),
        haves(i),
        app.gaps() ? clauses(i) : null,
        ...forTheBureau(i),
      ),
    ];
  };

  const zoneCard = (at) => {
    const { zones, communities } = app.doc;
    const body = make("div", { class: "card-body" });
    const own = communities.id.map((_, i) => i).filter((i) => communities.zone[i] === at);
    if (zones.bounds_met) {
      body.append(line(app.t(zones.bounds_met[at] === "1" ? "bounds_met" : "bounds_broken"), zones.bounds_met[at] === "1" ? "fine" : "flips"));
      const source = zones.source[at] && zones.source[at] !== "ledger" ? ` · ${app.code("households_source", zones.source[at])}` : "";
      const centre = communities.id.indexOf(zones.centre[at]);
      body.append(
        facts([
          [app.t("subdistrict"), app.listed(zones.subdistricts[at].split(";"))],
          [app.t("households"), app.t("households_n", { n: app.number(zones.households[at]) }) + source],
          [app.t("centre"), centre >= 0 ? app.communityName(centre) : zones.centre[at]],
          [app.t("walk_to_centre"), zones.walk_tenths[at] >= 0 ? app.minutesText(zones.walk_tenths[at] / 10) : ""],
          [app.t("compactness"), zones.compactness[at] >= 0 ? (zones.compactness[at] / 100).toFixed(2) : ""],
          [app.t("kept"), kept(zones, at)],
        ]) || "",
        make("h3", { textContent: app.t("explanation") }),
        line(app.pick([zones.explanation[0][at], zones.explanation[1][at]])),
      );
    }
    if (zones.met) body.append(zoneHaves(at, zones.met[app.state.walker], own));
    body.append(make("h3", { textContent: app.t("zone_members") }));
    body.append(make("ul", { class: "members" }, ...own.map(memberRow)));
    return [head(zones.id[at], [line(app.count(zones.communities[at]))]), body];
  };

  /* What the communities of a zone that do not meet a have are told instead. */
  const unmet = (own, have) => {
    const counts = { missing: 0, unconfirmed: 0, no_data: 0 };
    if (!app.gaps()) return "";
    for (const i of own) {
      const status = app.status(i, have);
      const word = app.isMissing(status) ? "missing" : status;
      if (word in counts) counts[word] += 1;
    }
    const told = [["missing", app.t("missing_total")], ["unconfirmed", app.code("gaps.status", "unconfirmed")], ["no_data", app.code("gaps.status", "no_data")]];
    return told.filter(([word]) => counts[word]).map(([word, text]) => `${text} ${app.number(counts[word])}`).join(" · ");
  };

  const zoneHaves = (at, answers, own) => {
    const { zones } = app.doc;
    const table = make("table", { class: "answers" });
    for (let have = 0; have < HAVES; have += 1) {
      const met = Math.max(0, answers[at * HAVES + have]);
      const bar = make("span", { class: "bar-fill is-met" });
      bar.style.width = `${Math.round((100 * met) / Math.max(1, zones.communities[at]))}%`;
      table.append(
        make(
          "tr",
          {},
          make("th", { scope: "row" }, app.badgePicture(have), make("span", { textContent: app.haveShort(have) })),
          make(
            "td",
            {},
            make("span", { textContent: app.t("zone_met", { met, all: zones.communities[at] }) }),
            make("span", { class: "bar-track", aria: { hidden: "true" } }, bar),
            line(unmet(own, have), "hint"),
          ),
        ),
      );
    }
    return table;
  };

  const memberRow = (i) =>
    make(
      "li",
      {},
      app.gaps() ? app.swatch(app.classes[i].fill) : null,
      make("button", {
        type: "button",
        class: "link",
        textContent: app.communityName(i),
        on: { click: () => app.choose({ kind: "community", at: i }, { fly: true, focus: true }) },
      }),
    );

  const placeCard = (i) => {
    const { facilities } = app.doc;
    const have = facilities.category[i];
    const confirmed = facilities.confirmed[i] === "1";
    const gaps = app.gaps();
    const served = gaps && gaps.nearest ? gaps.nearest.filter((at) => at === i).length : 0;
    const detail = facts([
      [app.t("code"), (facilities.id || [])[i]],
      [app.t("source"), (facilities.source || [])[i]],
      [app.t("evidence"), (facilities.evidence || [])[i]],
    ]);
    const kind = make("p", { class: "place-kind" }, app.badgePicture(have, confirmed), make("span", { textContent: app.haveName(have) }));
    return [
      head(app.placeName(i), []),
      make(
        "div",
        { class: "card-body" },
        kind,
        line(app.t(confirmed ? "place_confirmed" : "place_unconfirmed"), confirmed ? "fine" : "flips"),
        served ? line(app.t("place_nearest_of", { n: app.number(served) })) : null,
        detail,
      ),
    ];
  };

  app.showCard = () => {
    const card = document.getElementById("card");
    const { chosen } = app.state;
    const had = card.contains(document.activeElement);
    const scrolled = card.scrollTop;
    document.body.classList.toggle("has-card", Boolean(chosen));
    card.hidden = !chosen;
    if (!chosen) {
      card.replaceChildren();
      return;
    }
    const cards = { community: communityCard, zone: zoneCard, place: placeCard };
    card.replaceChildren(...cards[chosen.kind](chosen.at));
    card.scrollTop = app.sameCard ? scrolled : 0;
    if (had) document.getElementById("card-title").focus({ preventScroll: true });
  };
})();
