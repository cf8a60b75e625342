/* The plan on the map: zones as they stand now, the old plan, links, loose parts, the hand's traces. */
"use strict";
(() => {
  const app = window.lianpian;
  const { bench } = app;
  /* Light grounds that black names stand out on; neighbours differ, and each zone bears its name. */
  const GROUNDS = ["#bcd6ea", "#f6d3a8", "#c9e2b8", "#e8c6dd", "#f3e6a1", "#bfe3df", "#d5cdeb", "#f2c4b8", "#d9dcc0", "#c6cfd8"];
  const KINDS = ["wall", "lane", "road", "bridge", "added", "cut"];
  const OLD = "#d4569a";
  const CIRCLE = "#6b3f94";
  const FREE = { core: "#ffffff", absorbable: "#ffffff", excluded: "#dcdfe2", unknown: "#eceef0" };

  /* A ground for each zone: kept as long as the zone is there, another one than its neighbours'. */
  const grounds = new Map();
  bench.groundOf = (id) => GROUNDS[grounds.get(id) ?? 0];
  const giveGrounds = () => {
    const beside = new Map();
    for (let i = 0; i < bench.count; i += 1) {
      for (const other of bench.beside[i]) {
        const [one, two] = [bench.zone[i], bench.zone[other]];
        if (one === "" || two === "" || one === two) continue;
        if (!beside.has(one)) beside.set(one, new Set());
        beside.get(one).add(two);
      }
    }
    bench.zoneOrder.forEach((id, at) => {
      const taken = new Set([...(beside.get(id) || [])].map((other) => grounds.get(other)));
      if (grounds.has(id) && !taken.has(grounds.get(id))) return;
      for (let step = 0; step < GROUNDS.length; step += 1) {
        const ground = (at + step) % GROUNDS.length;
        if (taken.has(ground) && step < GROUNDS.length - 1) continue;
        grounds.set(id, ground);
        return;
      }
    });
  };

  /* Borders between two zones, or of one: found once after each change. */
  bench.findEdges = () => {
    giveGrounds();
    const { one, other } = bench.faces;
    const { zone } = bench.given;
    const target = bench.zoneOrder.indexOf(bench.target);
    bench.edges = [];
    bench.targetEdges = [];
    for (let n = 0; n < one.length; n += 1) {
      const a = zone[one[n]];
      const b = other[n] < 0 ? -1 : zone[other[n]];
      if (a === b) continue;
      bench.edges.push(n);
      if ((a === target || b === target) && target >= 0) bench.targetEdges.push(n);
    }
  };

  const traceLines = (ctx, view, numbers) => {
    ctx.beginPath();
    for (const n of numbers) {
      const [line] = bench.lineOf(n);
      if (line && app.isSeen(view, line.box)) app.trace(ctx, view, line);
    }
  };

  const fillOne = (ctx, view, i) => {
    const id = bench.zone[i];
    const { eligibility, shapes } = app.doc.communities;
    ctx.beginPath();
    app.trace(ctx, view, shapes[i]);
    if (bench.shows.missing) {
      const { fill, waits } = app.classes[i];
      ctx.fillStyle = fill.colour;
      ctx.fill();
      const hatch = waits ? app.doc.looks.unconfirmed_hatch : fill.hatch;
      if (hatch && view.zoom >= 13) {
        ctx.fillStyle = app.hatch(ctx, hatch, fill.ink, view.ratio);
        ctx.fill();
      }
    } else {
      ctx.fillStyle = id === "" ? FREE[eligibility[i]] || "#ffffff" : bench.groundOf(id);
      ctx.fill();
      const hatch = id === "" ? "cross" : eligibility[i] === "absorbable" ? "dots" : "";
      if (hatch && view.zoom >= 13) {
        ctx.fillStyle = app.hatch(ctx, hatch, "#3d4852", view.ratio);
        ctx.fill();
      }
    }
    ctx.strokeStyle = "rgba(61,72,82,.75)";
    ctx.lineWidth = 0.8;
    ctx.stroke();
  };

  const drawCircle = (ctx, view, members) => {
    const top = app.doc.bands[app.doc.bands.length - 1];
    const own = members.map((i) => app.doc.circleOf(`${app.state.walker}_${top}`, i)).filter(Boolean);
    if (!own.length) return;
    const { width, height } = ctx.canvas;
    const sheet = bench.spare || (bench.spare = document.createElement("canvas"));
    if (sheet.width !== width || sheet.height !== height) Object.assign(sheet, { width, height });
    const pen = sheet.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.setTransform(ctx.getTransform());
    /* The outline of all of them: every outline first, then the ground of each is taken out. */
    pen.globalCompositeOperation = "source-over";
    for (const one of own) app.strokeShapes(pen, view, [one], CIRCLE, 5);
    pen.globalCompositeOperation = "destination-out";
    const fill = (ink) => {
      pen.fillStyle = ink;
      for (const one of own) {
        pen.beginPath();
        app.trace(pen, view, one);
        pen.fill();
      }
    };
    fill("#000000");
    const lay = (alpha) => {
      ctx.save();
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.globalAlpha = alpha;
      ctx.drawImage(sheet, 0, 0);
      ctx.restore();
    };
    lay(1);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.setTransform(ctx.getTransform());
    pen.globalCompositeOperation = "source-over";
    fill(CIRCLE);
    lay(0.1);
  };

  /* Grounds of communities, borders of zones, the old plan. */
  bench.drawAreas = (ctx, view) => {
    const { shapes } = app.doc.communities;
    if (bench.shows.circle) drawCircle(ctx, view, bench.membersOf(bench.target));
    for (let i = 0; i < shapes.length; i += 1) if (app.isSeen(view, shapes[i].box)) fillOne(ctx, view, i);
    const { zone, halo } = app.theme();
    /* The old plan lies under the new one: where they agree it shows on either side of the line. */
    if (bench.shows.old) app.strokeShapes(ctx, view, app.doc.zones.shapes, OLD, 9, [12, 7]);
    traceLines(ctx, view, bench.edges);
    if (!bench.shows.old) app.strokePath(ctx, halo, app.between(view.zoom, 12, 16, 2.4, 4.5));
    traceLines(ctx, view, bench.edges);
    app.strokePath(ctx, zone, app.between(view.zoom, 12, 16, 1, 2));
    traceLines(ctx, view, bench.targetEdges);
    app.strokePath(ctx, zone, app.between(view.zoom, 12, 16, 2.6, 4.6));
  };

  /* Paint communities at once on what is drawn already; the whole picture follows after the stroke. */
  bench.touchUp = (positions) => {
    const layer = bench.areas;
    if (!layer._map || !layer._view) return;
    for (const i of positions) fillOne(layer._ctx, layer._view, i);
  };

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
    if (loose.length) outlineOf(ctx, view, loose, bench.isFlashing ? "#ffb000" : "#b3121f", bench.isFlashing ? 7 : 3.4, [7, 4]);
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

  bench.startLayers = () => {
    const panes = { bench: 350, "bench-marks": 450 };
    for (const [name, level] of Object.entries(panes)) {
      const pane = app.map.createPane(name);
      pane.style.zIndex = level;
      pane.style.pointerEvents = "none";
    }
    const keepView = (ctx, view) => {
      bench.areas._view = view;
      bench.drawAreas(ctx, view);
    };
    bench.areas = new app.Canvas(keepView, { pane: "bench", padding: 0.25 });
    bench.marks = new app.Canvas((ctx, view) => bench.drawMarks(ctx, view), { pane: "bench-marks", padding: 0.25 });
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
    if (bench.shows.old) row(lineSample(OLD, [8, 4], 6), app.t("bench_show_old"));
    if (bench.shows.circle) row(lineSample(CIRCLE, [], 2.6), app.t("bench_show_circle"));
    if (bench.shows.missing) row(app.make("strong", { textContent: "2" }), app.t("bench_legend_missing"));
    if (bench.loose.size) row(lineSample("#b3121f", [5, 3], 3), app.t("bench_legend_loose"));
    box.hidden = !rows.length;
    box.replaceChildren(...rows);
  };

  bench.redraw = () => {
    bench.showLegend();
    bench.areas.invalidate();
    bench.marks.invalidate();
  };
})();
