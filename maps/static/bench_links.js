/* The chosen community: where it goes, who should join it, its links and why they are as they are. */
"use strict";
(() => {
  const app = window.lianpian;
  const { bench } = app;
  const make = (...parts) => app.make(...parts);

  bench.communityLink = (i) =>
    make("button", {
      type: "button",
      class: "link",
      textContent: app.communityName(i),
      on: { click: () => bench.chooseCommunity(i, { fly: true }) },
    });

  const actions = (i) => {
    const ids = bench.zoneOrder.includes(bench.target) ? [...bench.zoneOrder] : [...bench.zoneOrder, bench.target];
    const near = new Set(bench.beside[i].map((other) => bench.zone[other]));
    const rank = (id) => (near.has(id) ? 0 : 1);
    ids.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    const option = (id, text) => make("option", { value: id, textContent: text, selected: id === bench.zone[i] });
    const choice = make(
      "select",
      { id: "bench-move" },
      option("", app.t("not_in_zone")),
      ...ids.map((id) => option(id, near.has(id) ? app.t("bench_zone_near", { zone: id }) : id)),
    );
    return make(
      "div",
      { class: "bench-actions" },
      make("label", { htmlFor: "bench-move", textContent: app.t("bench_move_to") }),
      choice,
      bench.button(app.t("bench_move_go"), () => bench.assign("bench_step_move", [i], choice.value), { id: "bench-move-go" }),
      bench.button(app.t(bench.pinned[i] ? "bench_unpin" : "bench_pin"), () => bench.togglePin(i), {
        id: "bench-pin",
        aria: { pressed: String(Boolean(bench.pinned[i])) },
      }),
    );
  };

  const zoneLink = (id) =>
    bench.button(id, () => bench.setTarget(id, { show: true }), { class: "link", aria: { label: app.t("bench_edit_zone", { zone: id }) } });

  const facts = (i) => {
    const { communities } = app.doc;
    const list = make("dl", { class: "facts" });
    const households = bench.data.households[i];
    const rows = [
      [app.t("zone"), bench.zone[i] ? zoneLink(bench.zone[i]) : app.t("not_in_zone")],
      [app.t("households"), households === null ? "–" : app.t("households_n", { n: app.number(households) })],
      [app.t("eligibility"), communities.eligibility[i] && app.code("eligibility.status", communities.eligibility[i])],
      [app.t("subdistrict"), communities.subdistrict[i]],
      [app.t("code"), communities.id[i]],
    ];
    for (const [name, value] of rows) if (value) list.append(make("dt", { textContent: name }), make("dd", {}, value));
    return list;
  };

  /* Reasons were written for the plan that the page came with. */
  const oldPlan = (text) => text.replace(/(^|；)方案(?=[同分]在)/, "$1原方案").replace(/(^|; )the plan (?=joins|parts)/, "$1the old plan ");

  /* "Who should join?": the partners table, with what each would change. */
  const partners = (i) => {
    const found = app.doc.partners[i];
    if (!found.length) return [];
    const rows = found.map(([at, reason, common]) => {
      const zone = bench.zone[i];
      const isIn = zone !== "" && bench.zone[at] === zone;
      return make(
        "li",
        {},
        make(
          "div",
          { class: "bench-line" },
          bench.communityLink(at),
          make("span", { class: "hint", textContent: isIn ? app.t("bench_together") : bench.zone[at] || app.t("not_in_zone") }),
          isIn || zone === ""
            ? null
            : bench.button(app.t("bench_take_in"), () => bench.assign("bench_step_move", [at], zone), {
                id: `bench-partner-${at}`,
                class: "bench-small",
                aria: { label: app.t("bench_take_in_named", { name: app.communityName(at), zone }) },
              }),
        ),
        make("p", { class: "hint", textContent: oldPlan(app.named(app.half(reason))) }),
        common ? make("p", { class: "hint", textContent: app.t("common_missing", { list: app.code("common_missing", common) }) }) : null,
      );
    });
    return [make("h3", { textContent: app.t("bench_who") }), make("ol", { class: "bench-list bench-partners" }, ...rows)];
  };

  /* Every pair that the table of neighbours lists with this community, and those the planner added. */
  const pairsOf = (i) => {
    const { links } = app.doc;
    const found = new Map();
    links.a.forEach((a, n) => {
      const other = a === i ? links.b[n] : links.b[n] === i ? a : -1;
      if (other < 0) return;
      found.set(other, { other, kind: links.kind[n], isLinked: links.linked[n] === "1", reason: links.reason[n] });
    });
    for (const [key, { action, reason }] of bench.links) {
      const [a, b] = key.split(" ").map(Number);
      if (a !== i && b !== i) continue;
      const other = a === i ? b : a;
      const isLinked = action === "add";
      found.set(other, { other, kind: isLinked ? "added" : "cut", isLinked, reason, isOurs: true, key });
    }
    if (bench.other >= 0 && !found.has(bench.other)) found.set(bench.other, { other: bench.other, kind: "", isLinked: false, reason: "" });
    const rank = ({ other, isLinked }) => (other === bench.other ? 0 : isLinked ? 1 : 2);
    return [...found.values()].sort((a, b) => rank(a) - rank(b) || a.other - b.other);
  };

  const wasOurs = (key) => bench.first.link.some(([known]) => known === key);

  /* Asking for a reason: a field that opens below the pair. */
  const reasonForm = (key, { other, isLinked }) => {
    const field = make("input", {
      id: `bench-why-${other}`,
      type: "text",
      placeholder: app.t("bench_reason"),
      aria: { label: app.t("bench_reason_for", { name: app.communityName(other) }) },
    });
    const go = () => {
      const why = field.value.trim();
      if (!why) {
        bench.say(app.t("bench_reason_needed"));
        field.focus();
        return;
      }
      bench.asked = -1;
      const value = { action: isLinked ? "cut" : "add", reason: why };
      bench.edit(isLinked ? "bench_step_cut" : "bench_step_add", [{ kind: "link", key, value }]);
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") go();
    });
    const label = app.t(isLinked ? "bench_cut_named" : "bench_add_named", { name: app.communityName(other) });
    const button = bench.button(app.t(isLinked ? "bench_cut" : "bench_add"), go, { id: `bench-link-${other}`, class: "bench-small", aria: { label } });
    return make("div", { class: "bench-line" }, field, button);
  };

  const linkRow = (i, pair) => {
    const { other, kind, isLinked, reason, isOurs } = pair;
    const key = bench.pairKey(i, other);
    const name = app.communityName(other);
    const isOpen = other === bench.asked || (other === bench.other && !isOurs);
    const word = !isLinked && kind !== "cut" ? app.t("not_linked") : app.code("adjacency.kind", kind);
    const ask = bench.button(
      `${app.t(isLinked ? "bench_cut" : "bench_add")}…`,
      () => {
        bench.asked = bench.asked === other ? -1 : other;
        bench.showDetail();
        const field = document.getElementById(`bench-why-${other}`);
        if (field) field.focus();
      },
      {
        id: `bench-ask-${other}`,
        class: "bench-small",
        aria: { expanded: String(isOpen), label: app.t(isLinked ? "bench_cut_named" : "bench_add_named", { name }) },
      },
    );
    const back = () => bench.edit("bench_step_back", [{ kind: "link", key, value: null }]);
    return make(
      "li",
      { class: other === bench.other ? "is-asked" : "" },
      make(
        "div",
        { class: "bench-line" },
        bench.communityLink(other),
        make("span", { class: isLinked ? "bench-kept" : "bench-broken", textContent: word }),
        isOurs && !wasOurs(key)
          ? bench.button(app.t("bench_link_back"), back, { id: `bench-back-${other}`, class: "bench-small", aria: { label: app.t("bench_link_back_named", { name }) } })
          : null,
        isOpen ? null : ask,
      ),
      reason ? make("p", { class: "hint", textContent: app.named(app.half(reason)) }) : null,
      isOpen ? reasonForm(key, pair) : null,
    );
  };

  bench.communityParts = () => {
    const i = bench.chosen;
    if (i < 0) return [make("p", { class: "hint", textContent: app.t("bench_none_chosen") })];
    const pairs = pairsOf(i);
    return [
      make("h2", { class: "bench-title", textContent: app.communityName(i) }),
      actions(i),
      facts(i),
      ...partners(i),
      make("h3", { textContent: app.t("bench_links") }),
      pairs.length ? make("ul", { class: "bench-list" }, ...pairs.map((pair) => linkRow(i, pair))) : make("p", { class: "hint", textContent: app.t("bench_no_links") }),
    ];
  };

  bench.focusLink = () => {
    const field = document.getElementById(`bench-why-${bench.other}`);
    if (!field) return;
    field.focus();
    field.scrollIntoView({ block: "nearest" });
  };
})();
