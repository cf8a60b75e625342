/* The plan on the map: zones as they stand now, the old plan, the joint circle. */
"use strict";
(() => {
  const app = window.lianpian;
  const { bench } = app;
  /* Light grounds that black names stand out on; neighbours differ, and each zone bears its name. */
  const GROUNDS = ["#bcd6ea", "#f6d3a8", "#c9e2b8", "#e8c6dd", "#f3e6a1", "#bfe3df", "#d5cdeb", "#f2c4b8", "#d9dcc0", "#c6cfd8"];
  const OLD = "#d4569a";
  const CIRCLE = "#6b3f94";
  bench.inks = { OLD, CIRCLE };
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

  /* Shapes in paths of some dozens each: one path of thousands takes far longer to paint. */
  const AT_ONCE = 60;
  const inPortions = (ctx, view, shapes, paint) => {
    for (let from = 0; from < shapes.length; from += AT_ONCE) {
      ctx.beginPath();
      for (const one of shapes.slice(from, from + AT_ONCE)) app.trace(ctx, view, one);
      paint();
    }
  };

  const linesInSight = (view, numbers) => {
    const out = [];
    for (const n of numbers) {
      const [line] = bench.lineOf(n);
      if (line && app.isSeen(view, line.box)) out.push(line);
    }
    return out;
  };
  const strokeLines = (ctx, view, lines, colour, width) =>
    inPortions(ctx, view, lines, () => app.strokePath(ctx, colour, width));

  /* Ground and hatch of a community: zone and role, or what it misses. */
  const lookOf = (i) => {
    if (bench.shows.missing) {
      const { fill, waits } = app.classes[i];
      return [fill.colour, waits ? app.doc.looks.unconfirmed_hatch : fill.hatch, fill.ink];
    }
    const id = bench.zone[i];
    const status = app.doc.communities.eligibility[i];
    if (id === "") return [FREE[status] || "#ffffff", "cross", "#3d4852"];
    return [bench.groundOf(id), status === "absorbable" ? "dots" : "", "#3d4852"];
  };

  const fillShapes = (ctx, view, [colour, hatch, ink], shapes) => {
    const pattern = hatch && view.zoom >= 13 ? app.hatch(ctx, hatch, ink, view.ratio) : null;
    inPortions(ctx, view, shapes, () => {
      ctx.fillStyle = colour;
      ctx.fill();
      if (pattern) {
        ctx.fillStyle = pattern;
        ctx.fill();
      }
      ctx.strokeStyle = "rgba(61,72,82,.75)";
      ctx.lineWidth = 0.8;
      ctx.stroke();
    });
  };

  const fillCommunities = (ctx, view) => {
    const { shapes } = app.doc.communities;
    const groups = new Map();
    for (let i = 0; i < shapes.length; i += 1) {
      if (!app.isSeen(view, shapes[i].box)) continue;
      const look = lookOf(i);
      const key = look.join(" ");
      if (!groups.has(key)) groups.set(key, { look, own: [] });
      groups.get(key).own.push(shapes[i]);
    }
    for (const { look, own } of groups.values()) fillShapes(ctx, view, look, own);
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
    if (bench.shows.circle) drawCircle(ctx, view, bench.membersOf(bench.target));
    fillCommunities(ctx, view);
    const { zone, halo } = app.theme();
    /* The old plan lies under the new one: where they agree it shows on either side of the line. */
    if (bench.shows.old) app.strokeShapes(ctx, view, app.doc.zones.shapes, OLD, 9, [12, 7]);
    const edges = linesInSight(view, bench.edges);
    if (!bench.shows.old) strokeLines(ctx, view, edges, halo, app.between(view.zoom, 12, 16, 2.4, 4.5));
    strokeLines(ctx, view, edges, zone, app.between(view.zoom, 12, 16, 1, 2));
    strokeLines(ctx, view, linesInSight(view, bench.targetEdges), zone, app.between(view.zoom, 12, 16, 2.6, 4.6));
  };

  /* Paint communities at once on what is drawn already; the whole picture follows after the stroke. */
  bench.touchUp = (positions) => {
    const layer = bench.areas;
    if (!layer._map || !layer._view) return;
    for (const i of positions) fillShapes(layer._ctx, layer._view, lookOf(i), [app.doc.communities.shapes[i]]);
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

  bench.redraw = () => {
    bench.showLegend();
    bench.areas.invalidate();
    bench.marks.invalidate();
  };
})();
