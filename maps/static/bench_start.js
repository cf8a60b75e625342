/* Opening and closing the workbench; bringing figures, table and map up to date after a change. */
"use strict";
(() => {
  const app = window.lianpian;
  const { bench } = app;
  const SLOW_MS = 24;

  /* Read what the bench computes with: once, when it is first opened. */
  bench.read = async () => {
    if (bench.isReady) return;
    const data = await (await app.inflated("pile-bench")).json();
    const count = data.faces.length.length;
    bench.lineOf = await app.readPile("borders", { count, each: 1, grid: app.doc.fine, closed: false });
    bench.startFigures(data);
    bench.startPlan();
    bench.readLinks();
    bench.measure();
    bench.findEdges();
    bench.isReady = true;
  };

  /* After a change: what it touched is measured anew. While the hand draws on a large plan, figures
     follow as fast as they can be measured, and completely when the stroke ends. */
  let touched = new Set();
  let isDirty = false;
  let cost = 0;
  let timer = 0;
  bench.changed = (changes) => {
    if (!bench.isReady) return;
    isDirty = true;
    let hasLinks = false;
    for (const { kind, before, after } of changes) {
      if (kind === "zone") touched.add(before).add(after);
      if (kind === "link") hasLinks = true;
    }
    if (hasLinks) bench.readLinks();
    if (!bench.isStroking) settle();
    else if (!timer) timer = window.setTimeout(update, cost > SLOW_MS ? 4 * cost : 0);
  };

  const looseNow = () =>
    new Map([...bench.loose].flatMap(([id, stray]) => stray.map((i) => [`${i} ${id}`, i])));

  const update = () => {
    timer = 0;
    const begin = performance.now();
    const before = looseNow();
    bench.measure(touched);
    touched = new Set();
    if (bench.isOpen) bench.showTable();
    cost = performance.now() - begin;
    if (!bench.isOpen) return;
    bench.showSteps();
    tellDone();
    const fresh = [...looseNow()].filter(([name]) => !before.has(name)).map(([, i]) => i);
    if (fresh.length) {
      bench.flash();
      bench.say(app.t("bench_loose", { list: app.listed(fresh.slice(0, 4).map(app.communityName)), n: app.count(fresh.length) }));
    }
  };

  /* What the last step did, for the eye and for screen readers. */
  const tellDone = () => {
    const last = bench.past[bench.past.length - 1];
    if (!last) return;
    const moved = new Map();
    for (const { kind, key, after } of last.changes) if (kind === "zone") moved.set(key, after);
    const into = new Set(moved.values());
    const where = into.size === 1 ? [...into][0] || app.t("not_in_zone") : "";
    const key = moved.size ? (where ? "bench_done_into" : "bench_done_n") : "bench_done";
    bench.say(app.t(key, { step: app.t(last.label), n: app.count(moved.size), zone: where }));
  };

  const settle = () => {
    window.clearTimeout(timer);
    timer = 0;
    isDirty = false;
    update();
    bench.findEdges();
    if (!bench.isOpen) return;
    bench.showTable();
    bench.showDetail();
    bench.redraw();
    bench.showKept(bench.keep());
  };
  bench.settle = () => {
    if (bench.isReady && isDirty) settle();
    else if (bench.isOpen) bench.redraw();
  };

  const step = (made, key) => {
    bench.say(app.t(made ? key : "bench_no_step", { step: made ? app.t(made.label) : "" }));
  };
  bench.stepBack = () => step(bench.undo(), "bench_undone");
  bench.stepForward = () => step(bench.redo(), "bench_redone");

  bench.say = (text) => {
    const line = document.getElementById("bench-said");
    if (line) line.textContent = text;
  };
  bench.tellHeld = ({ pinned, locked }) => {
    if (pinned) bench.say(app.t("bench_held_pinned", { n: app.count(pinned) }));
    else if (locked) bench.say(app.t("bench_held_locked", { n: app.count(locked) }));
  };
  bench.showKept = (isKept) => {
    const line = document.getElementById("bench-kept");
    if (line) line.textContent = app.t(isKept ? (bench.past.length ? "bench_saved" : "bench_unchanged") : "bench_not_saved");
  };

  bench.setTarget = (id, { show = false, fly = false } = {}) => {
    bench.target = id;
    bench.findEdges();
    bench.showTable();
    bench.showTargetRow();
    bench.showDetail(show ? "zone" : bench.detail);
    bench.redraw();
    const members = bench.membersOf(id);
    if (fly && members.length) flyTo(members);
  };

  const flyTo = (positions) => {
    const boxes = positions.map((i) => app.doc.communities.shapes[i].box);
    const edge = (n, pick) => pick(...boxes.map((box) => box[n]));
    const [west, north, east, south] = [edge(0, Math.min), edge(1, Math.min), edge(2, Math.max), edge(3, Math.max)];
    app.map.fitBounds(L.latLngBounds(app.latLng(west, south), app.latLng(east, north)), { padding: [60, 60], maxZoom: 17, animate: false });
  };

  bench.chooseCommunity = (i, { fly = false } = {}) => {
    bench.chosen = i;
    bench.asked = -1;
    if (bench.other === i) bench.other = -1;
    bench.showDetail("community");
    bench.marks.invalidate();
    if (fly) flyTo([i]);
  };

  const takeFiles = async (event) => {
    for (const file of event.target.files) {
      const told = bench.takeFile(bench.decodeText(new Uint8Array(await file.arrayBuffer())));
      const words = [app.t(`bench_took_${told.kind}`, { ...told, name: file.name })];
      if (told.mended) words.push(app.t("bench_took_mended", { n: told.mended }));
      if (told.unread) words.push(app.t("bench_took_unread", { n: told.unread }));
      if (told.asked) words.push(app.t("bench_took_asked", told.asked));
      bench.say(words.join(" "));
    }
    event.target.value = "";
  };

  const head = () => {
    const file = app.make("input", { type: "file", id: "bench-file", class: "unseen", accept: ".csv,text/csv", multiple: true, tabIndex: -1, on: { change: takeFiles } });
    file.setAttribute("aria-label", app.t("bench_import"));
    const about = { title: app.t("bench_about_files") };
    return app.make(
      "div",
      { class: "bench-head" },
      app.make("h2", { id: "bench-title", textContent: app.t("bench_title"), tabIndex: -1 }),
      app.make("p", { id: "bench-kept", class: "hint" }),
      app.make(
        "div",
        { class: "bench-actions" },
        bench.button("assignment.csv ↓", () => bench.save("assignment.csv", bench.assignmentCsv()), { id: "bench-save-assignment", ...about, aria: { label: app.t("bench_save_assignment") } }),
        bench.button("links.csv ↓", () => bench.save("links.csv", bench.linksCsv()), { id: "bench-save-links", ...about, aria: { label: app.t("bench_save_links") } }),
        bench.button(app.t("bench_import"), () => file.click(), { id: "bench-import", ...about }),
        bench.button(app.t("bench_again"), () => bench.edit("bench_step_again", bench.changesTo(bench.first)), { id: "bench-again" }),
        file,
      ),
    );
  };

  const notice = (restored) => {
    const box = document.getElementById("bench-notice");
    box.hidden = !restored;
    if (!restored) return;
    const saved = restored.saved.slice(0, 16).replace("T", " ");
    box.replaceChildren(
      app.make("p", { textContent: app.t("bench_restored", { saved }) }),
      bench.button(app.t("bench_restore_keep"), () => (box.hidden = true), { class: "bench-small" }),
      bench.button(
        app.t("bench_restore_drop"),
        () => {
          bench.stepBack();
          box.hidden = true;
        },
        { class: "bench-small" },
      ),
    );
  };

  const makePanel = () => {
    const panel = document.getElementById("bench");
    const find = document.querySelector(".find");
    panel.replaceChildren(
      head(),
      app.make("div", { id: "bench-notice", class: "bench-notice", role: "status", hidden: true }),
      find,
      app.make("div", { class: "bench-table", tabIndex: 0, role: "region", aria: { label: app.t("bench_table") } }, app.make("table", { id: "bench-zones" })),
      app.make("p", { class: "hint bench-key", textContent: app.t("bench_key") }),
      app.make(
        "div",
        { class: "bench-under" },
        bench.button(app.t("bench_new_zone"), () => bench.setTarget(bench.nextZone(), { show: true }), { id: "bench-new", class: "bench-small" }),
        app.make("p", { id: "bench-said", role: "status", aria: { live: "polite" } }),
      ),
      app.make("section", { id: "bench-detail", aria: { label: app.t("bench_details") } }),
    );
    document.getElementById("search").placeholder = app.t("bench_search_hint");
    bench.showBar();
    bench.makeTable();
    bench.showDetail();
    bench.showKept(true);
  };

  /* The frame of the map gets narrower: who saw all of it goes on seeing all of it. */
  const seesAll = () => {
    const { doc, map } = app;
    const [west, south, east, north] = doc.bounds;
    return map.getBounds().contains([[south, west], [north, east]]);
  };

  bench.open = async () => {
    await bench.read();
    const sawAll = seesAll();
    bench.isOpen = true;
    document.body.classList.add("bench-open");
    document.body.classList.remove("has-card");
    for (const layer of [app.areas, app.marks]) layer.remove();
    bench.areas.addTo(app.map);
    bench.marks.addTo(app.map);
    makePanel();
    if (!bench.wasRestored) {
      bench.wasRestored = true;
      notice(bench.restore());
    }
    bench.useTool(bench.tool);
    app.map.invalidateSize({ animate: false });
    if (sawAll) app.showAll();
    bench.redraw();
    showSwitch();
    document.getElementById("bench-title").focus({ preventScroll: true });
  };

  bench.close = () => {
    bench.isOpen = false;
    document.body.classList.remove("bench-open");
    document.querySelector("#side-handle").after(document.querySelector(".find"));
    document.getElementById("search").placeholder = app.t("search_hint");
    app.map.dragging.enable();
    app.map.getContainer().classList.remove("bench-aims", "bench-drags");
    for (const layer of [bench.areas, bench.marks]) layer.remove();
    for (const layer of [app.areas, app.marks]) layer.addTo(app.map);
    app.map.invalidateSize({ animate: false });
    app.refresh();
    showSwitch();
  };

  const showSwitch = () => {
    const button = document.getElementById("open-bench");
    button.textContent = app.t(bench.isOpen ? "bench_close" : "bench_open");
    button.setAttribute("aria-pressed", String(bench.isOpen));
  };

  /* The page calls this once when it starts. */
  bench.begin = () => {
    const button = app.make("button", { type: "button", id: "open-bench", on: { click: () => (bench.isOpen ? bench.close() : bench.open()) } });
    document.querySelector(".bar-tools").prepend(button);
    document.querySelector(".map-box").before(app.make("section", { id: "bench", class: "bench" }));
    document.querySelector(".map-area").append(app.make("ul", { id: "bench-legend", class: "bench-legend", hidden: true }));
    document.querySelector(".map-box").prepend(app.make("div", { id: "bench-bar", class: "bench-bar", role: "toolbar" }));
    bench.startLayers();
    bench.startTools();
    /* The page's own clicks and searches end here while the bench is open. */
    const choose = app.choose;
    app.choose = (chosen, options = {}) => {
      if (!bench.isOpen) choose(chosen, options);
      else if (chosen && chosen.kind === "community" && options.fly) bench.chooseCommunity(chosen.at, { fly: true });
    };
  };

  /* The page calls this whenever its state changed: language, walker, colours. */
  let said = "";
  bench.refresh = () => {
    showSwitch();
    const bar = document.getElementById("bench-bar");
    bar.setAttribute("aria-label", app.t("bench_tools"));
    document.getElementById("bench-legend").setAttribute("aria-label", app.t("bench_legend"));
    document.getElementById("bench").setAttribute("aria-label", app.t("bench_title"));
    if (!bench.isOpen) return;
    const state = [app.state.language, app.state.walker, app.state.theme].join(" ");
    if (state !== said) {
      makePanel();
      bench.say(app.t(`bench_hint_${bench.tool}`));
    }
    said = state;
    bench.redraw();
  };
})();
