/* The base map and the areas: everything that lies flat. */
"use strict";
(() => {
  const app = window.lianpian;

  app.between = (zoom, low, high, small, large) => {
    const share = Math.max(0, Math.min(1, (zoom - low) / (high - low)));
    return small + share * (large - small);
  };
  const { between } = app;

  const fillShape = (ctx, view, one, colour) => {
    ctx.beginPath();
    app.trace(ctx, view, one);
    ctx.fillStyle = colour;
    ctx.fill();
  };

  /* Shapes in paths of some dozens each: one path of thousands takes ten times as long to fill. */
  const AT_ONCE = 60;
  const inPortions = (ctx, view, shapes, paint) => {
    for (let from = 0; from < shapes.length; from += AT_ONCE) {
      ctx.beginPath();
      for (const one of shapes.slice(from, from + AT_ONCE)) app.trace(ctx, view, one);
      paint();
    }
  };

  app.strokeShapes = (ctx, view, shapes, colour, width, dash = []) => {
    const seen = shapes.filter((one) => app.isSeen(view, one.box));
    inPortions(ctx, view, seen, () => app.strokePath(ctx, colour, width, dash));
  };
  const { strokeShapes } = app;

  /* Round ends only where they can be seen: they cost most of the time of thin lines. */
  app.strokePath = (ctx, colour, width, dash = []) => {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.setLineDash(dash);
    ctx.lineJoin = width > 2.4 ? "round" : "bevel";
    ctx.lineCap = dash.length || width <= 2.4 ? "butt" : "round";
    ctx.stroke();
    ctx.setLineDash([]);
  };

  /* Base map: streets are cut into their lines once, so that those out of sight cost nothing. */
  const linesOf = (group) => {
    const { doc } = app;
    doc.lines = doc.lines || {};
    if (!doc.lines[group]) {
      const entries = doc.streets.filter((entry) => entry.group === group);
      doc.lines[group] = entries.flatMap((entry) =>
        entry.shape.parts.map((part) => ({ parts: [part], closed: false, box: part.box })),
      );
    }
    return doc.lines[group];
  };

  const drawLand = (ctx, view, theme) => {
    for (const kind of ["green", "water"]) {
      for (const entry of app.doc.land) {
        if (entry.kind !== kind || !app.isSeen(view, entry.shape.box)) continue;
        if (entry.shape.closed) fillShape(ctx, view, entry.shape, theme[kind]);
        else strokeShapes(ctx, view, [entry.shape], theme[kind], between(view.zoom, 13, 17, 1, 4));
      }
    }
  };

  const drawStreets = (ctx, view, theme) => {
    if (view.zoom >= 14.5) {
      strokeShapes(ctx, view, linesOf("path"), theme.path, between(view.zoom, 14.5, 18, 0.7, 1.6), [4, 3]);
    }
    const minor = between(view.zoom, 13, 18, 1, 9);
    const major = view.zoom < 12.5 ? 1.1 : between(view.zoom, 12, 18, 2.4, 15);
    const near = view.zoom >= 15;
    const small = view.zoom >= 12.5 ? linesOf("minor") : [];
    const large = linesOf("major");
    if (near) strokeShapes(ctx, view, small, theme.minor_edge, minor + 1.6);
    if (view.zoom >= 12.5) strokeShapes(ctx, view, large, theme.major_edge, major + 1.8);
    strokeShapes(ctx, view, small, near ? theme.minor_near : theme.minor, minor);
    strokeShapes(ctx, view, large, view.zoom >= 12.5 ? theme.major : theme.major_edge, major);
  };

  app.drawBase = (ctx, view) => {
    const theme = app.theme();
    drawLand(ctx, view, theme);
    drawStreets(ctx, view, theme);
    const isTrack = (entry) => entry.kind === "railway" && !entry.shape.closed;
    const rails = app.doc.land.filter(isTrack).map((entry) => entry.shape);
    strokeShapes(ctx, view, rails, theme.railway, 2.6);
    strokeShapes(ctx, view, rails, theme.railway_gap, 1.2, [7, 7]);
  };

  /* Areas: one path for all communities of one look, or thousands would take thousands of fills. */
  const looksInSight = (view) => {
    const looks = new Map();
    app.doc.communities.shapes.forEach((one, i) => {
      if (!app.isSeen(view, one.box)) return;
      const { fill, waits } = app.classes[i];
      const hatch = waits ? app.doc.looks.unconfirmed_hatch : fill.hatch;
      const key = `${fill.colour} ${hatch}`;
      if (!looks.has(key)) looks.set(key, { fill, hatch, shapes: [] });
      looks.get(key).shapes.push(one);
    });
    return looks.values();
  };

  const drawCommunities = (ctx, view, theme) => {
    const seen = [...looksInSight(view)];
    const width = between(view.zoom, 12, 17, 0.5, 1.3);
    for (const { fill, hatch, shapes } of seen) {
      const pattern = hatch && view.zoom >= 12.5 ? app.hatch(ctx, hatch, fill.ink, view.ratio) : null;
      inPortions(ctx, view, shapes, () => {
        ctx.fillStyle = fill.colour;
        ctx.fill();
        if (pattern) {
          ctx.fillStyle = pattern;
          ctx.fill();
        }
        if (view.zoom >= 12.5) app.strokePath(ctx, theme.edge, width);
      });
    }
  };

  app.chosenZone = () => {
    const { chosen } = app.state;
    if (!chosen) return -1;
    if (chosen.kind === "zone") return chosen.at;
    return chosen.kind === "community" && app.doc.communities.zone
      ? app.doc.communities.zone[chosen.at]
      : -1;
  };

  /* The layer that holds the circle of the chosen zone: shown at once if the zone itself was chosen,
     beside the circle of a community only on request. */
  app.zoneCircleLayer = () => {
    const { chosen } = app.state;
    return chosen && chosen.kind === "zone" ? "own_circle" : "zone_circle";
  };

  app.circlesOfChosen = () => {
    const { chosen, layers, walker } = app.state;
    const out = [];
    const zone = app.chosenZone();
    const top = app.doc.bands[app.doc.bands.length - 1];
    if (zone >= 0 && layers[app.zoneCircleLayer()]) {
      const one = app.doc.zoneCircleOf(`${walker}_${top}`, zone);
      if (one) out.push({ one, kind: "zone_circle", band: top });
    }
    if (chosen && chosen.kind === "community" && layers.circle) {
      for (const band of [...app.doc.bands].reverse()) {
        const one = app.doc.circleOf(`${walker}_${band}`, chosen.at);
        if (one) out.push({ one, kind: "circle", band });
      }
    }
    return out;
  };

  const drawCircles = (ctx, view, theme, circles) => {
    for (const { one, kind } of circles) {
      const dash = kind === "zone_circle" ? [9, 5] : [];
      strokeShapes(ctx, view, [one], theme.halo, 4);
      strokeShapes(ctx, view, [one], theme[kind], 2, dash);
    }
  };

  const drawChosen = (ctx, view, theme) => {
    const { chosen } = app.state;
    const { communities, zones } = app.doc;
    if (chosen && chosen.kind === "zone") {
      strokeShapes(ctx, view, [zones.shapes[chosen.at]], theme.zone, 5);
    }
    if (chosen && chosen.kind === "community") {
      const one = [communities.shapes[chosen.at]];
      strokeShapes(ctx, view, one, theme.halo, 7);
      strokeShapes(ctx, view, one, theme.ink, 3.2);
    }
  };

  app.drawAreas = (ctx, view) => {
    const theme = app.theme();
    const { have, layers } = app.state;
    const circles = app.circlesOfChosen();
    const catchment = have >= 0 ? app.doc.catchments[have] : null;
    if (catchment) {
      fillShape(ctx, view, catchment, theme.catchment_fill);
      strokeShapes(ctx, view, [catchment], theme.catchment, 1.4, [2, 4]);
    }
    for (const { one, kind } of circles) fillShape(ctx, view, one, theme[`${kind}_fill`]);
    drawCommunities(ctx, view, theme);
    drawCircles(ctx, view, theme, circles);
    if (layers.zones) {
      const { shapes } = app.doc.zones;
      if (view.zoom >= 12.5) strokeShapes(ctx, view, shapes, theme.halo, between(view.zoom, 12, 16, 2, 5.5));
      strokeShapes(ctx, view, shapes, theme.zone, between(view.zoom, 11, 16, 0.5, 2.6));
    }
    drawChosen(ctx, view, theme);
  };
})();
