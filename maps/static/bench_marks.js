/* Over the plan: links by kind, loose parts, what is chosen, pins, names, the hand's traces, a legend. */
"use strict";
(() => {
  const app = window.lianpian;
  const { bench } = app;
  const KINDS = ["wall", "lane", "road", "bridge", "added", "cut"];
  const LOOSE = "#b3121f";

  const drawLink = (ctx, view, a, b, kind) => {
    const { anchors } = app.doc.communities;
    const theme = app.theme();
    ctx.beginPath();
    ctx.moveTo(view.x(anchors[a].x), view.y(anchors[a].y));
    ctx.lineTo(view.x(anchors[b].x), view.y(anchors[b].y));
    app.strokePath(ctx, theme.halo, 3);
    app.strokePath(ctx, theme[kind], kind === "wall" || kind === "added" ? 2.8 : 1.8, app.linkDash(kind));
    if (kind !== "cut") return;
    const x = (view.x(anchors[a].x) + view.x(anchors[b].x)) / 2;
    const y = (view.y(anchors[a].y) + view.y(anchors[b].y)) / 2;
    ctx.beginPath();
    for (const turn of [1, -1]) {
      ctx.moveTo(x - 5, y - 5 * turn);
      ctx.lineTo(x + 5, y + 5 * turn);
    }
    app.strokePath(ctx, theme.cut, 2.4);
  };

  const drawLinks = (ctx, view) => {
    const { links, communities } = app.doc;
    const isSeen = (a, b) => app.isSeen(view, communities.shapes[a].box) || app.isSeen(view, communities.shapes[b].box);
    links.a.forEach((a, n) => {
      const b = links.b[n];
      if (!isSeen(a, b) || bench.links.has(bench.pairKey(a, b))) return;
      if (links.linked[n] === "1") drawLink(ctx, view, a, b, links.kind[n]);
    });
    for (const [key, { action }] of bench.links) {
      const [a, b] = key.split(" ").map(Number);
      if (isSeen(a, b)) drawLink(ctx, view, a, b, action === "add" ? "added" : "cut");
    }
  };

  const outlineOf = (ctx, view, positions, colour, width, dash) => {
    const shapes = positions.map((i) => app.doc.communities.shapes[i]);
    app.strokeShapes(ctx, view, shapes, "#ffffff", width + 3);
    app.strokeShapes(ctx, view, shapes, colour, width, dash);
  };

  /* A small pin, and a lock: signs, not colours. */
  const drawPin = (ctx, x, y) => {
    ctx.beginPath();
    ctx.arc(x, y - 6, 4, 0, 7);
    ctx.moveTo(x, y - 2);
    ctx.lineTo(x, y + 5);
    app.strokePath(ctx, "#ffffff", 4.4);
    ctx.fillStyle = "#1c2730";
    ctx.fill();
    app.strokePath(ctx, "#1c2730", 1.8);
  };

  const drawNames = (ctx, view, taken) => {
    const { communities } = app.doc;
    const size = app.between(view.zoom, 12.5, 16, 11, 14);
    for (const one of bench.figures.values()) {
      const place = communities.anchors[one.centre];
      if (!app.isPointSeen(view, place)) continue;
      const isTarget = one.id === bench.target;
      const text = bench.locked.has(one.id) ? `${one.id} ${app.t("bench_locked_mark")}` : one.id;
      const style = isTarget
        ? { size: size + 1, weight: 700, ink: "#ffffff", pill: "#1c2730" }
        : { size, weight: 700, ink: "#1c2730", pill: "rgba(255,255,255,.94)", rim: "#1c2730" };
      app.text(ctx, taken, text, view.x(place.x), view.y(place.y) - 12, style);
    }
    for (let i = 0; i < bench.count; i += 1) {
      if (!app.isSeen(view, communities.shapes[i].box)) continue;
      const place = communities.anchors[i];
      if (bench.pinned[i] && view.zoom >= 13.5) drawPin(ctx, view.x(place.x), view.y(place.y) + 10);
      const { box } = communities.shapes[i];
      const width = (box[2] - box[0]) * view.scale;
      if (bench.shows.missing && app.classes[i].label && width > 14) {
        const { fill, label } = app.classes[i];
        const halo = fill.ink === "#ffffff" ? "rgba(60,25,10,.75)" : "rgba(255,255,255,.9)";
        app.text(ctx, taken, label, view.x(place.x), view.y(place.y), { size: 12, weight: 700, ink: fill.ink, halo });
        continue;
      }
      if (view.zoom < 15 || width <= 46) continue;
      const style = { size: 12, fits: width * 1.5, ink: "#1c2730", halo: "rgba(255,255,255,.9)" };
      app.text(ctx, taken, app.communityShort(i), view.x(place.x), view.y(place.y), style);
    }
  };

  /* Links, what is loose, what is chosen, names, and what the hand is drawing. */
  bench.drawMarks = (ctx, view) => {
    if (bench.shows.links || bench.tool === "link") drawLinks(ctx, view);
    const loose = [...bench.loose.values()].flat();
    if (loose.length) outlineOf(ctx, view, loose, bench.isFlashing ? "#ffb000" : LOOSE, bench.isFlashing ? 7 : 3.4, [7, 4]);
    if (bench.chosen >= 0) outlineOf(ctx, view, [bench.chosen], "#1c2730", 3.4);
    if (bench.other >= 0) outlineOf(ctx, view, [bench.other], "#1c2730", 3.4, [4, 3]);
    const taken = new Map();
    app.claimControls(taken);
    drawNames(ctx, view, taken);
    if (bench.trace) bench.trace(ctx, view);
  };

  /* Loose parts flash three times when they come apart; for those who want no motion they only stand out. */
  let timer = 0;
  bench.flash = () => {
    window.clearInterval(timer);
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    let left = 6;
    timer = window.setInterval(() => {
      left -= 1;
      bench.isFlashing = left % 2 === 1;
      if (left <= 0) window.clearInterval(timer);
      bench.marks.invalidate();
    }, 220);
  };

  /* What the lines mean that are shown just now. */
  const lineSample = (colour, dash, width) =>
    app.picture(30, 12, (pen) => {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.setLineDash(dash);
      pen.beginPath();
      pen.moveTo(0, 6);
      pen.lineTo(30, 6);
      pen.stroke();
    });

  bench.showLegend = () => {
    const box = document.getElementById("bench-legend");
    const theme = app.theme();
    const rows = [];
    const row = (picture, text) => rows.push(app.make("li", {}, picture, app.make("span", { textContent: text })));
    if (bench.shows.links || bench.tool === "link") {
      for (const kind of KINDS) {
        row(lineSample(theme[kind], app.linkDash(kind), kind === "wall" ? 2.8 : 2), app.code("adjacency.kind", kind));
      }
    }
    if (bench.shows.old) row(lineSample(bench.inks.OLD, [8, 4], 6), app.t("bench_show_old"));
    if (bench.shows.circle) row(lineSample(bench.inks.CIRCLE, [], 2.6), app.t("bench_show_circle"));
    if (bench.shows.missing) row(app.make("strong", { textContent: "2" }), app.t("bench_legend_missing"));
    if (bench.loose.size) row(lineSample(LOOSE, [5, 3], 3), app.t("bench_legend_loose"));
    box.hidden = !rows.length;
    box.replaceChildren(...rows);
  };
})();
