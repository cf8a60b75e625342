/* What the three canvases show: base map, areas, marks. */
"use strict";
(() => {
  const app = window.lianpian;
  const HAVES = 9;

  const between = (zoom, low, high, small, large) => {
    const share = Math.max(0, Math.min(1, (zoom - low) / (high - low)));
    return small + share * (large - small);
  };

  const fillShape = (ctx, view, one, colour) => {
    ctx.beginPath();
    app.trace(ctx, view, one);
    ctx.fillStyle = colour;
    ctx.fill("evenodd");
  };

  const strokeShapes = (ctx, view, shapes, colour, width, dash = []) => {
    ctx.beginPath();
    for (const one of shapes) if (app.isSeen(view, one.box)) app.trace(ctx, view, one);
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.setLineDash(dash);
    ctx.lineJoin = "round";
    ctx.lineCap = dash.length ? "butt" : "round";
    ctx.stroke();
    ctx.setLineDash([]);
  };

  /* Base map */
  app.drawBase = (ctx, view) => {
    const { land, streets, looks } = app.doc;
    for (const kind of ["green", "water"]) {
      for (const entry of land) {
        if (entry.kind !== kind || !app.isSeen(view, entry.shape.box)) continue;
        if (entry.shape.closed) fillShape(ctx, view, entry.shape, looks.land[kind]);
        else strokeShapes(ctx, view, [entry.shape], looks.land[kind], between(view.zoom, 13, 17, 1, 4));
      }
    }
    const of = (group) => streets.filter((entry) => entry.group === group).map((entry) => entry.shape);
    if (view.zoom >= 14.5) {
      strokeShapes(ctx, view, of("path"), "#cfc8ba", between(view.zoom, 14.5, 18, 0.7, 1.6), [4, 3]);
    }
    const minor = between(view.zoom, 13, 18, 1, 9);
    const major = between(view.zoom, 11, 18, 1.6, 15);
    if (view.zoom >= 15) strokeShapes(ctx, view, of("minor"), "#ddd6c9", minor + 1.6);
    strokeShapes(ctx, view, of("major"), "#d3c9b6", major + 1.8);
    strokeShapes(ctx, view, of("minor"), view.zoom >= 15 ? "#ffffff" : "#e2dccf", minor);
    strokeShapes(ctx, view, of("major"), "#fffdf6", major);
    const isTrack = (entry) => entry.kind === "railway" && !entry.shape.closed;
    const rails = land.filter(isTrack).map((entry) => entry.shape);
    strokeShapes(ctx, view, rails, looks.land.railway, 2.6);
    strokeShapes(ctx, view, rails, "#ffffff", 1.2, [7, 7]);
  };

  /* Areas */
  const fillCommunity = (ctx, view, i, alpha) => {
    const one = app.doc.communities.shapes[i];
    const { fill, waits } = app.classes[i];
    ctx.beginPath();
    app.trace(ctx, view, one);
    ctx.globalAlpha = alpha;
    ctx.fillStyle = fill.colour;
    ctx.fill("evenodd");
    ctx.globalAlpha = 1;
    const hatch = fill.hatch || (waits ? app.doc.looks.unconfirmed_hatch : "");
    if (hatch && view.zoom >= 13) {
      ctx.fillStyle = app.hatch(ctx, hatch, fill.ink, view.ratio);
      ctx.fill("evenodd");
    }
    ctx.strokeStyle = "#3d4852";
    ctx.lineWidth = between(view.zoom, 12, 17, 0.5, 1.3);
    ctx.stroke();
  };

  app.chosenZone = () => {
    const { chosen } = app.state;
    if (!chosen) return -1;
    if (chosen.kind === "zone") return chosen.at;
    return chosen.kind === "community" && app.doc.communities.zone
      ? app.doc.communities.zone[chosen.at]
      : -1;
  };

  const circlesOfChosen = () => {
    const { chosen, layers, walker } = app.state;
    const out = [];
    const zone = app.chosenZone();
    const top = app.doc.bands[app.doc.bands.length - 1];
    if (zone >= 0 && (layers.zone_circle || (chosen.kind === "zone" && layers.circle))) {
      const one = app.doc.zoneCircleOf(`${walker}_${top}`, zone);
      if (one) out.push({ one, kind: "zone", band: top });
    }
    if (chosen && chosen.kind === "community" && layers.circle) {
      for (const band of [...app.doc.bands].reverse()) {
        const one = app.doc.circleOf(`${walker}_${band}`, chosen.at);
        if (one) out.push({ one, kind: "community", band });
      }
    }
    return out;
  };

  app.circleFill = (kind) => (kind === "zone" ? "rgba(107,63,148,.10)" : "rgba(31,92,153,.14)");

  /* The minutes of a circle, written on its northern end. */
  const drawCircleNames = (ctx, view, taken) => {
    for (const { one, kind, band } of circlesOfChosen()) {
      let top = [0, Infinity];
      for (const ring of one.parts) {
        for (let i = 0; i < ring.length; i += 2) {
          if (ring[i + 1] < top[1]) top = [ring[i], ring[i + 1]];
        }
      }
      const text = app.t("band_n", { n: band });
      const pill = kind === "zone" ? "#6b3f94" : app.doc.looks.circle;
      const style = { size: 11.5, weight: 600, ink: "#ffffff", pill };
      app.text(ctx, taken, text, view.x(top[0]), view.y(top[1]), style);
    }
  };

  app.drawAreas = (ctx, view) => {
    const { communities, zones, catchments, looks } = app.doc;
    const { have, layers, chosen } = app.state;
    const circles = circlesOfChosen();
    const catchment = have >= 0 ? catchments[have] : null;
    if (catchment) {
      fillShape(ctx, view, catchment, "rgba(31,92,153,.10)");
      strokeShapes(ctx, view, [catchment], "rgba(31,92,153,.55)", 1.4, [2, 4]);
    }
    for (const { one, kind } of circles) fillShape(ctx, view, one, app.circleFill(kind));
    communities.shapes.forEach((one, i) => {
      if (app.isSeen(view, one.box)) fillCommunity(ctx, view, i, 0.93);
    });
    for (const { one, kind } of circles) {
      strokeShapes(ctx, view, [one], "rgba(255,255,255,.85)", 4);
      const dash = kind === "zone" ? [9, 5] : [];
      strokeShapes(ctx, view, [one], kind === "zone" ? "#6b3f94" : looks.circle, 2, dash);
    }
    if (layers.zones) {
      strokeShapes(ctx, view, zones.shapes, "rgba(255,255,255,.9)", between(view.zoom, 12, 16, 2.5, 5.5));
      strokeShapes(ctx, view, zones.shapes, looks.zone, between(view.zoom, 12, 16, 1.1, 2.6));
    }
    if (chosen && chosen.kind === "zone") {
      strokeShapes(ctx, view, [zones.shapes[chosen.at]], looks.zone, 5);
    }
    if (chosen && chosen.kind === "community") {
      const one = [communities.shapes[chosen.at]];
      strokeShapes(ctx, view, one, "#ffffff", 7);
      strokeShapes(ctx, view, one, looks.ink, 3.2);
    }
  };

  /* Marks */
  const drawGate = (ctx, kind, x, y, size) => {
    const colour = app.doc.looks.gates[kind];
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.8;
    ctx.beginPath();
    if (kind === "nearest") {
      ctx.moveTo(x - size, y - size);
      ctx.lineTo(x + size, y + size);
      ctx.moveTo(x + size, y - size);
      ctx.lineTo(x - size, y + size);
      ctx.stroke();
      return;
    }
    ctx.moveTo(x, y - size * 1.3);
    ctx.lineTo(x + size * 1.2, y + size * 0.9);
    ctx.lineTo(x - size * 1.2, y + size * 0.9);
    ctx.closePath();
    ctx.fillStyle = kind === "surveyed" ? colour : "#ffffff";
    ctx.fill();
    ctx.stroke();
  };
  app.drawGate = drawGate;

  const drawGates = (ctx, view) => {
    const { gates } = app.doc;
    const { layers, chosen } = app.state;
    gates.places.forEach((place, i) => {
      const own = chosen && chosen.kind === "community" && chosen.at === gates.community[i];
      if (!own && !(layers.gates && view.zoom >= 13.5)) return;
      if (!app.isSeen(view, [place.x, place.y, place.x, place.y])) return;
      drawGate(ctx, gates.kind[i], view.x(place.x), view.y(place.y), own ? 5.5 : 4);
    });
  };

  const drawLinks = (ctx, view) => {
    const { links, communities, looks } = app.doc;
    if (!links || !app.state.layers.links) return;
    links.a.forEach((from, i) => {
      const a = communities.anchors[from];
      const b = communities.anchors[links.b[i]];
      ctx.beginPath();
      ctx.moveTo(view.x(a.x), view.y(a.y));
      ctx.lineTo(view.x(b.x), view.y(b.y));
      ctx.strokeStyle = "rgba(255,255,255,.7)";
      ctx.lineWidth = 3.4;
      ctx.stroke();
      ctx.strokeStyle = looks.links[links.kind[i]];
      ctx.lineWidth = links.kind[i] === "wall" ? 2.6 : 1.5;
      ctx.setLineDash(app.linkDash(links.kind[i]));
      ctx.stroke();
      ctx.setLineDash([]);
    });
  };
  app.linkDash = (kind) =>
    ({ road: [9, 4], arterial: [3, 4], bridge: [12, 3, 3, 3], cut: [2, 5] })[kind] || [];

  /* The walk of a community to its nearest of one have. An older walker's nearest may be another
     place: then no walk is drawn rather than a wrong one. */
  app.walkOfChosen = (community, have) => {
    const { gaps } = app.doc;
    const at = community * HAVES + have;
    const own = gaps[app.state.walker];
    if (!own || !own.nearest || own.nearest[at] !== gaps.adult.nearest[at]) return null;
    return app.doc.walkOf(at);
  };

  const walksOfChosen = () => {
    const { chosen, layers, have, walk } = app.state;
    if (!chosen || chosen.kind !== "community" || !layers.walks) return [];
    const out = [];
    for (let number = 0; number < HAVES; number += 1) {
      const one = app.walkOfChosen(chosen.at, number);
      if (one) out.push({ one, isAsked: number === walk || number === have });
    }
    return out;
  };

  const drawWalks = (ctx, view) => {
    const walks = walksOfChosen();
    const colour = app.doc.looks.walk;
    const quiet = walks.filter(({ isAsked }) => !isAsked).map(({ one }) => one);
    const asked = walks.filter(({ isAsked }) => isAsked).map(({ one }) => one);
    strokeShapes(ctx, view, quiet, "rgba(255,255,255,.8)", 4);
    strokeShapes(ctx, view, quiet, colour, 2, [3, 3]);
    strokeShapes(ctx, view, asked, "#ffffff", 8);
    strokeShapes(ctx, view, asked, colour, 4.2);
  };

  /* Facilities that the state shows: ticked layers, the single have, the chosen one's nearest. */
  app.shownPlaces = () => {
    const { places, have, chosen } = app.state;
    const wanted = new Set(places);
    if (have >= 0) wanted.add(have);
    const out = new Set();
    app.doc.facilities.category.forEach((category, i) => {
      if (wanted.has(category)) out.add(i);
    });
    if (chosen && chosen.kind === "community") {
      for (const i of app.nearestOf(chosen.at)) if (i >= 0) out.add(i);
    }
    if (chosen && chosen.kind === "place") out.add(chosen.at);
    return out;
  };

  app.badgeSize = (zoom) => (zoom < 13 ? 8 : zoom < 14.5 ? 12 : zoom < 16 ? 20 : 24);

  const drawPlaces = (ctx, view, taken) => {
    const { facilities } = app.doc;
    const { chosen } = app.state;
    const nearest = chosen && chosen.kind === "community" ? new Set(app.nearestOf(chosen.at)) : new Set();
    const usual = app.badgeSize(view.zoom);
    for (const i of app.shownPlaces()) {
      const { x, y } = facilities.places[i];
      if (!app.isSeen(view, [x, y, x, y])) continue;
      const strong = nearest.has(i) || (chosen && chosen.kind === "place" && chosen.at === i);
      const size = strong ? Math.max(22, usual) : usual;
      const badge = app.badge(facilities.category[i], size, facilities.confirmed[i] === "1", view.ratio);
      const side = badge.logicalSide;
      const left = view.x(x);
      const top = view.y(y);
      ctx.drawImage(badge, left - side / 2, top - side / 2, side, side);
      app.claim(taken, [left - size / 2, top - size / 2, left + size / 2, top + size / 2]);
    }
  };

  const drawZoneNames = (ctx, view, taken) => {
    const { zones, looks } = app.doc;
    if (!app.state.layers.zones) return;
    const size = between(view.zoom, 13.5, 16, 11, 13.5);
    zones.anchors.forEach((place, i) => {
      const { box } = zones.shapes[i];
      if (!app.isSeen(view, box)) return;
      const fits = (box[2] - box[0]) * view.scale * 0.8;
      const style = { size, weight: 700, ink: looks.zone, pill: "rgba(255,255,255,.94)", rim: looks.zone, fits };
      app.text(ctx, taken, zones.id[i], view.x(place.x), view.y(place.y) - 18, style);
    });
  };

  const drawCommunityNames = (ctx, view, taken) => {
    const { communities } = app.doc;
    const order = [...communities.shapes.keys()];
    const { chosen } = app.state;
    if (chosen && chosen.kind === "community") order.unshift(chosen.at);
    for (const i of order) {
      const { box } = communities.shapes[i];
      if (!app.isSeen(view, box)) continue;
      const width = (box[2] - box[0]) * view.scale;
      const { fill, label } = app.classes[i];
      const x = view.x(communities.anchors[i].x);
      const y = view.y(communities.anchors[i].y);
      const light = fill.ink === "#ffffff";
      const style = {
        ink: light ? "#ffffff" : "#1c2730",
        halo: light ? "rgba(60,25,10,.75)" : "rgba(255,255,255,.9)",
      };
      const named = app.state.layers.names && view.zoom >= 15 && width > 46;
      const above = label ? 8 : 0;
      const name = { ...style, size: 12.5, fits: width * 1.5 };
      const isWritten = named && app.text(ctx, taken, app.communityName(i), x, y - above, name);
      if (label && width > 20) {
        const below = isWritten ? 11 : 0;
        app.text(ctx, taken, label, x, y + below, { ...style, size: 12, weight: 700 });
      }
    }
  };

  const drawStreetNames = (ctx, view, taken) => {
    if (view.zoom < 15 || !app.state.layers.names) return;
    for (const entry of app.doc.streets) {
      if (!entry.name || (entry.group === "minor" && view.zoom < 16.5)) continue;
      let best = null;
      for (const part of entry.shape.parts) {
        for (let i = 2; i < part.length; i += 2) {
          const middle = [(part[i - 2] + part[i]) / 2, (part[i - 1] + part[i + 1]) / 2];
          if (!app.isSeen(view, [...middle, ...middle])) continue;
          const length = Math.hypot(part[i] - part[i - 2], part[i + 1] - part[i - 1]);
          if (!best || length > best.length) {
            const angle = Math.atan2(part[i + 1] - part[i - 1], part[i] - part[i - 2]);
            best = { length, middle, angle };
          }
        }
      }
      if (!best || best.length * view.scale < entry.name.length * 13) continue;
      const x = view.x(best.middle[0]);
      const y = view.y(best.middle[1]);
      if (!app.claim(taken, [x - 24, y - 9, x + 24, y + 9])) continue;
      let { angle } = best;
      if (angle > Math.PI / 2) angle -= Math.PI;
      if (angle < -Math.PI / 2) angle += Math.PI;
      ctx.save();
      ctx.translate(x, y);
      ctx.rotate(angle);
      app.text(ctx, null, entry.name, 0, 0, { size: 11.5, ink: "#6a6255", halo: "rgba(255,253,246,.95)" });
      ctx.restore();
    }
  };

  app.drawMarks = (ctx, view) => {
    const taken = new Map();
    drawLinks(ctx, view);
    drawWalks(ctx, view);
    drawGates(ctx, view);
    drawPlaces(ctx, view, taken);
    drawCircleNames(ctx, view, taken);
    drawZoneNames(ctx, view, taken);
    drawCommunityNames(ctx, view, taken);
    drawStreetNames(ctx, view, taken);
  };

  /* What stands under a point of the map: a facility, else a community, else nothing. */
  app.hit = (map, latlng) => {
    const x = app.unitX(latlng.lng);
    const y = app.unitY(latlng.lat);
    const scale = 256 * 2 ** map.getZoom();
    let best = null;
    for (const i of app.shownPlaces()) {
      const place = app.doc.facilities.places[i];
      const away = Math.hypot(place.x - x, place.y - y) * scale;
      if (away <= 14 && (!best || away < best.away)) best = { kind: "place", at: i, away };
    }
    if (best) return best;
    const at = app.doc.communities.shapes.findIndex((one) => app.isInside(one, x, y));
    return at >= 0 ? { kind: "community", at } : null;
  };
})();
