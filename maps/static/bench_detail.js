/* Below the table: the chosen zone, the chosen community with those who should join, broken rules. */
"use strict";
(() => {
  const app = window.lianpian;
  const { bench } = app;
  const make = (...parts) => app.make(...parts);
  const TABS = ["zone", "community", "rest", "rules"];

  bench.detail = "zone";
  const button = (text, action, options = {}) => make("button", { type: "button", textContent: text, on: { click: action }, ...options });
  bench.button = button;

  const tab = (name) => {
    const counts = { rules: bench.faults.length, rest: bench.membersOf("").length };
    const text = app.t(`bench_tab_${name}`) + (counts[name] ? ` ${counts[name]}` : "");
    const isOn = bench.detail === name;
    return make("button", {
      type: "button",
      id: `bench-tab-${name}`,
      role: "tab",
      textContent: text,
      tabIndex: isOn ? 0 : -1,
      aria: { selected: String(isOn), controls: "bench-detail-body" },
      on: {
        click: () => bench.showDetail(name),
        keydown: (event) => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (!step) return;
          bench.showDetail(TABS[(TABS.indexOf(name) + step + TABS.length) % TABS.length]);
          document.getElementById(`bench-tab-${bench.detail}`).focus();
        },
      },
    });
  };

  /* What had the focus keeps it: a button that is made anew is found again by its id. */
  bench.showDetail = (name = bench.detail) => {
    bench.detail = name;
    const box = document.getElementById("bench-detail");
    const focused = box.contains(document.activeElement) ? document.activeElement.id : "";
    const old = document.getElementById("bench-detail-body");
    const scroll = old && old.dataset.shown === name ? old.scrollTop : 0;
    const parts = { zone: zoneParts, community: bench.communityParts, rest: restParts, rules: ruleParts }[name]();
    const body = make(
      "div",
      { id: "bench-detail-body", class: "bench-body", role: "tabpanel", tabIndex: 0, aria: { labelledby: `bench-tab-${name}` } },
      ...parts.filter(Boolean),
    );
    body.dataset.shown = name;
    box.replaceChildren(make("div", { class: "bench-tabs", role: "tablist", aria: { label: app.t("bench_details") } }, ...TABS.map(tab)), body);
    body.scrollTop = scroll;
    if (focused && document.getElementById(focused)) document.getElementById(focused).focus({ preventScroll: true });
  };

  const bound = (isKept, text) =>
    make("span", { class: isKept ? "bench-kept" : "bench-broken", textContent: `${isKept ? "✓" : "✗"} ${text}` });

  const factsOf = (one) => {
    const { rules } = bench.data;
    const open = one.core.filter((i) => app.doc.communities.eligibility[i] === "unknown").length;
    const list = make("dl", { class: "facts" });
    const row = (name, ...parts) => list.append(make("dt", { textContent: name }), make("dd", {}, ...parts.filter(Boolean)));
    const range = (limits, unit) => app.t(unit, { low: app.number(limits[0]), high: app.number(limits[1]) });
    row(
      app.t("households"),
      `${app.t("bench_households", { all: app.number(one.households), core: app.number(one.coreHouseholds) })}　`,
      rules.households && bound(one.kept.floor && one.kept.cap, range(rules.households, "bench_limit_households")),
    );
    row(
      app.t("bench_communities"),
      `${app.t("bench_core", { all: one.members.length, core: one.core.length })}　`,
      rules.communities && bound(one.kept.communities, range(rules.communities, "bench_limit_communities")),
      open > 0 && make("em", { class: "tag", textContent: app.t("bench_listed_unknown", { n: open }) }),
    );
    row(app.t("centre"), bench.communityLink(one.centre));
    row(
      app.t("walk_to_centre"),
      `${app.minutesText(one.minutes)}　`,
      rules.walk_minutes !== null && bound(one.kept.walk, app.t("bench_limit_walk", { n: rules.walk_minutes })),
      one.unknown > 0 && make("em", { class: "tag", textContent: unknownText(one.unknown) }),
    );
    row(app.t("compactness"), one.compactness.toFixed(2));
    row(app.t("subdistrict"), app.listed(one.offices) || "–");
    return list;
  };

  const unknownText = (n) => {
    const { within } = bench.walks;
    return within === null ? app.t("bench_walk_unknown", { n }) : app.t("bench_walk_beyond", { n, m: app.number(within / 1000) });
  };

  const gapsOf = (one) => {
    const items = one.answers[app.state.walker].map(({ met, missing, unconfirmed, blank }, have) =>
      make(
        "li",
        { class: missing ? "is-missing" : "" },
        app.badgePicture(have),
        make("span", { class: "bench-have-name", textContent: app.haveShort(have) }),
        make("span", { class: "unseen", textContent: app.t("bench_have_counts", { missing, unconfirmed, blank, met }) }),
        ...[["✗", missing, "bench-lacks"], ["?", unconfirmed, "bench-opens"], ["–", blank, "bench-opens"], ["✓", met, "bench-meets"]].map(([mark, n, name]) =>
          make("span", { class: `bench-count ${name}${n ? "" : " is-none"}`, textContent: `${mark} ${n}`, aria: { hidden: "true" } }),
        ),
      ),
    );
    return make("ul", { class: "bench-haves" }, ...items);
  };

  /* Linked neighbours of a zone that could join it. */
  bench.candidates = (id) => {
    const found = new Map();
    for (const i of bench.membersOf(id)) {
      for (const other of bench.beside[i]) {
        if (bench.zone[other] !== id) found.set(other, (found.get(other) || 0) + 1);
      }
    }
    return [...found.keys()].sort((a, b) => a - b);
  };

  const joinRow = (id, i) =>
    make(
      "li",
      {},
      bench.communityLink(i),
      make("span", { class: "hint", textContent: app.labelled(app.t("zone"), bench.zone[i] || app.t("not_in_zone")) }),
      button(app.t("bench_take_in"), () => bench.assign("bench_step_move", [i], id), {
        id: `bench-in-${i}`,
        class: "bench-small",
        aria: { label: app.t("bench_take_in_named", { name: app.communityName(i), zone: id }) },
      }),
    );

  const memberRow = (i) =>
    make(
      "li",
      {},
      bench.communityLink(i),
      bench.pinned[i] ? make("span", { class: "tag", textContent: app.t("bench_pinned") }) : null,
      make("span", { class: "hint", textContent: app.t("households_n", { n: app.number(bench.data.households[i] || 0) }) }),
      button(app.t("bench_take_out"), () => bench.assign("bench_step_erase", [i], ""), {
        id: `bench-out-${i}`,
        class: "bench-small",
        aria: { label: app.t("bench_take_out_named", { name: app.communityName(i) }) },
      }),
    );

  const zoneActions = (id) => {
    const isLocked = bench.locked.has(id);
    const others = bench.zoneOrder.filter((other) => other !== id);
    const choice = make(
      "select",
      { id: "bench-merge", aria: { label: app.t("bench_merge_with") } },
      ...others.map((other) => make("option", { value: other, textContent: other })),
    );
    return make(
      "div",
      { class: "bench-actions" },
      button(app.t(isLocked ? "bench_unlock" : "bench_lock"), () => bench.toggleLock(id), { id: "bench-lock", aria: { pressed: String(isLocked) } }),
      button(app.t("bench_split_alone"), () => bench.splitAlone(), { id: "bench-split" }),
      others.length ? choice : null,
      others.length ? button(app.t("bench_merge_go"), () => bench.merge(choice.value, id), { id: "bench-merge-go" }) : null,
    );
  };

  const zoneParts = () => {
    const id = bench.target;
    const one = bench.figures.get(id);
    const title = make("h2", { class: "bench-title", textContent: app.labelled(app.t("zone"), id) });
    if (!one) return [title, make("p", { class: "hint", textContent: app.t("bench_empty_zone") })];
    const faults = bench.faults.filter((fault) => fault.zone === id);
    const near = bench.candidates(id);
    return [
      title,
      zoneActions(id),
      faults.length ? make("ul", { class: "bench-faults" }, ...faults.map(bench.faultRow)) : null,
      factsOf(one),
      make("h3", { textContent: app.t("bench_gaps", { walker: app.code("walker", app.state.walker) }) }),
      make("p", { class: "hint", textContent: app.t("bench_marks") }),
      gapsOf(one),
      near.length ? make("h3", { textContent: app.t("bench_near", { n: near.length }) }) : null,
      near.length ? make("ul", { class: "bench-list" }, ...near.map((i) => joinRow(id, i))) : null,
      make("h3", { textContent: app.t("zone_members") }),
      make("ul", { class: "bench-list" }, ...one.members.map(memberRow)),
    ];
  };

  bench.faultRow = (fault) =>
    make("li", {}, make("span", { class: "bench-sign", textContent: "✗", aria: { hidden: "true" } }), bench.faultText(fault, app.state.language === "zh" ? 1 : 0, bench.namedIds));

  /* Communities in no zone, with the reason; into the chosen zone by a button. */
  const restRow = (i) => {
    const { eligibility, left_out, left_out_why } = app.doc.communities;
    const why = left_out[i] ? app.pick([left_out_why[0][i], left_out_why[1][i]]) : app.code("eligibility.status", eligibility[i]);
    return make(
      "li",
      {},
      bench.communityLink(i),
      make("span", { class: "hint", textContent: why }),
      button(app.t("bench_take_in"), () => bench.assign("bench_step_move", [i], bench.target), {
        id: `bench-rest-${i}`,
        class: "bench-small",
        aria: { label: app.t("bench_take_in_named", { name: app.communityName(i), zone: bench.target }) },
      }),
    );
  };

  const restParts = () => {
    const rest = bench.membersOf("");
    return [
      make("p", { class: "hint", textContent: app.t(rest.length ? "bench_rest_hint" : "bench_rest_none", { zone: bench.target }) }),
      make("ul", { class: "bench-list" }, ...rest.map(restRow)),
    ];
  };

  const ruleParts = () => {
    if (!bench.faults.length) return [make("p", { class: "bench-fine", textContent: `✓ ${app.t("bench_rules_kept")}` })];
    const rows = bench.faults.map((fault) => {
      const row = bench.faultRow(fault);
      if (fault.zone) row.append(button(fault.zone, () => bench.setTarget(fault.zone, { show: true, fly: true }), { class: "link" }));
      return row;
    });
    return [make("p", { class: "hint", textContent: app.t("bench_rules_hint") }), make("ul", { class: "bench-faults" }, ...rows)];
  };
})();
