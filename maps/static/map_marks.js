/* Marks on the areas: gates, links, walks, facilities, names; and what stands under a pointer. */
"use strict";
(() => {
  const app = window.lianpian;
  const HAVES = 9;
  const { between, strokeShapes } = app;

  app.gateColour = (kind) => (kind === "nearest" ? app.theme().gate_nearest : app.theme().gate);

  app.drawGate = (ctx, kind, x, y, size) => {
    const colour = app.gateColour(kind);
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
    ctx.fillStyle = kind === "surveyed" ? colour : app.theme().paper;
    ctx.fill();
    ctx.stroke();
  };

  const drawGates = (ctx, view) => {
    const { gates } = app.doc;
    const { layers, chosen } = app.state;
    const showsAll = layers.gates && view.zoom >= 13.5;
    if (!showsAll && !(chosen && chosen.kind === "community")) return;
    gates.places.forEach((place, i) => {
      const own = chosen && chosen.kind === "community" && chosen.at === gates.community[i];
      if (!own && !showsAll) return;
      if (!app.isPointSeen(view, place)) return;
      app.drawGate(ctx, gates.kind[i], view.x(place.x), view.y(place.y), own ? 5.5 : 4);
    });
  };

  app.linkDash = (kind) =>
    ({ road: [9, 4], arterial: [3, 4], bridge: [12, 3, 3, 3], cut: [2, 5] })[kind] || [];

  const drawLinks = (ctx, view) => {
    const { links, communities } = app.doc;
    if (!links || !app.state.layers.links) return;
    const theme = app.theme();
    links.a.forEach((from, i) => {
      const a = communities.anchors[from];
      const b = communities.anchors[links.b[i]];
      const box = [Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y)];
      if (!app.isSeen(view, box)) return;
      ctx.beginPath();
      ctx.moveTo(view.x(a.x), view.y(a.y));
      ctx.lineTo(view.x(b.x), view.y(b.y));
      app.strokePath(ctx, theme.halo, 3.4);
      app.strokePath(ctx, theme[links.kind[i]], links.kind[i] === "wall" ? 2.6 : 1.5, app.linkDash(links.kind[i]));
    });
  };

  /* The walk of a community to its nearest of one have. An older walker's nearest may be another
     place: then no walk is drawn rather than a wrong one. */
  app.walkOfChosen = (community, have) => {
    const { gaps } = app.doc;
    const at = community * HAVES + have;
    const own = gaps[app.state.walker];
    if (!own || !own.nearest || !app.doc.hasWalks || own.nearest[at] !== gaps.adult.nearest[at]) return null;
    return app.doc.walkOf(at);
  };

  app.walksOf = (community) =>
    Array.from({ length: HAVES }, (_, have) => app.walkOfChosen(community, have)).filter(Boolean);

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
    const { walk, halo } = app.theme();
    const quiet = walks.filter(({ isAsked }) => !isAsked).map(({ one }) => one);
    const asked = walks.filter(({ isAsked }) => isAsked).map(({ one }) => one);
    strokeShapes(ctx, view, quiet, halo, 4);
    strokeShapes(ctx, view, quiet, walk, 2, [3, 3]);
    strokeShapes(ctx, view, asked, halo, 8);
    strokeShapes(ctx, view, asked, walk, 4.2);
  };

  /* Facilities that the state shows: ticked layers, the single have, the chosen one's nearest. */
  app.shownPlaces = () => {
    const { places, have, chosen } = app.state;
    const key = JSON.stringify([[...places], have, chosen, app.state.walker]);
    if (app.shown && app.shown.key === key) return app.shown.places;
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
    app.shown = { key, places: out };
    return out;
  };

  app.badgeSize = (zoom) => (zoom < 13 ? 8 : zoom < 14.5 ? 12 : zoom < 16 ? 20 : 24);

  const drawPlaces = (ctx, view, taken) => {
    const { facilities } = app.doc;
    const { chosen } = app.state;
    const nearest = chosen && chosen.kind === "community" ? new Set(app.nearestOf(chosen.at)) : new Set();
    const usual = app.badgeSize(view.zoom);
    const full = new Set();
    for (const i of app.shownPlaces()) {
      const place = facilities.places[i];
      if (!app.isPointSeen(view, place)) continue;
      const left = view.x(place.x);
      const top = view.y(place.y);
      const strong = nearest.has(i) || (chosen && chosen.kind === "place" && chosen.at === i);
      /* dots that would lie on each other say no more than one */
      const spot = `${Math.round(left / 5)} ${Math.round(top / 5)} ${facilities.category[i]}`;
      if (usual < 14 && !strong && full.has(spot)) continue;
      full.add(spot);
      const size = strong ? Math.max(22, usual) : usual;
      const badge = app.badge(facilities.category[i], size, facilities.confirmed[i] === "1", view.ratio);
      const side = badge.logicalSide;
      ctx.drawImage(badge, left - side / 2, top - side / 2, side, side);
      app.claim(taken, [left - size / 2, top - size / 2, left + size / 2, top + size / 2], true);
    }
  };

  /* The minutes of a circle, written on its northern end. */
  const drawCircleNames = (ctx, view, taken) => {
    for (const { one, kind, band } of app.circlesOfChosen()) {
      let top = [0, Infinity];
      for (const ring of one.parts) {
        for (let i = 0; i < ring.length; i += 2) {
          if (ring[i + 1] < top[1]) top = [ring[i], ring[i + 1]];
        }
      }
      const style = { size: 11.5, weight: 600, ink: "#ffffff", pill: app.theme()[`${kind}_pill`] };
      app.text(ctx, taken, app.t("band_n", { n: band }), view.x(top[0]), view.y(top[1]), style);
    }
  };

  const drawZoneNames = (ctx, view, taken) => {
    const { zones } = app.doc;
    if (!app.state.layers.zones) return;
    const { zone, zone_pill: pill } = app.theme();
    const size = between(view.zoom, 13.5, 16, 11, 13.5);
    zones.anchors.forEach((place, i) => {
      const { box } = zones.shapes[i];
      if (!app.isSeen(view, box)) return;
      const fits = (box[2] - box[0]) * view.scale * 0.8;
      const style = { size, weight: 700, ink: zone, pill, rim: zone, fits };
      app.text(ctx, taken, zones.id[i], view.x(place.x), view.y(place.y) - 18, style);
    });
  };

  const drawCommunityName = (ctx, view, taken, i) => {
    const { communities } = app.doc;
    const { box } = communities.shapes[i];
    const width = (box[2] - box[0]) * view.scale;
    const { fill, label } = app.classes[i];
    const named = app.state.layers.names && view.zoom >= 15 && width > 46;
    if (!named && !(label && width > 20)) return;
    const x = view.x(communities.anchors[i].x);
    const y = view.y(communities.anchors[i].y);
    const light = fill.ink === "#ffffff";
    const halo = light ? "rgba(60,25,10,.75)" : "rgba(255,255,255,.9)";
    const style = { ink: light ? "#ffffff" : "#1c2730", halo };
    const above = label ? 8 : 0;
    const name = { ...style, size: 12.5, fits: width * 1.5 };
    const isWritten = named && app.text(ctx, taken, app.communityShort(i), x, y - above, name);
    if (label && width > 20) {
      app.text(ctx, taken, label, x, y + (isWritten ? 11 : 0), { ...style, size: 12, weight: 700 });
    }
  };

  const drawCommunityNames = (ctx, view, taken) => {
    const { shapes } = app.doc.communities;
    const { chosen } = app.state;
    if (chosen && chosen.kind === "community") drawCommunityName(ctx, view, taken, chosen.at);
    shapes.forEach((one, i) => {
      if (app.isSeen(view, one.box)) drawCommunityName(ctx, view, taken, i);
    });
  };

  /* The longest straight piece of a street in sight. */
  const longestPiece = (view, entry) => {
    let best = null;
    for (const part of entry.shape.parts) {
      if (!app.isSeen(view, part.box)) continue;
      for (let i = 2; i < part.length; i += 2) {
        const middle = { x: (part[i - 2] + part[i]) / 2, y: (part[i - 1] + part[i + 1]) / 2 };
        if (!app.isPointSeen(view, middle)) continue;
        const length = Math.hypot(part[i] - part[i - 2], part[i + 1] - part[i - 1]);
        if (!best || length > best.length) {
          const angle = Math.atan2(part[i + 1] - part[i - 1], part[i] - part[i - 2]);
          best = { length, middle, angle };
        }
      }
    }
    return best;
  };

  const drawStreetNames = (ctx, view, taken) => {
    if (view.zoom < 15 || !app.state.layers.names || app.hasTiles()) return;
    const { street_name: ink, street_halo: halo } = app.theme();
    for (const entry of app.doc.streets) {
      if (!entry.name || (entry.group === "minor" && view.zoom < 16.5)) continue;
      if (!app.isSeen(view, entry.shape.box)) continue;
      const best = longestPiece(view, entry);
      if (!best || best.length * view.scale < entry.name.length * 13) continue;
      const x = view.x(best.middle.x);
      const y = view.y(best.middle.y);
      if (!app.claim(taken, [x - 24, y - 9, x + 24, y + 9])) continue;
      let { angle } = best;
      if (angle > Math.PI / 2) angle -= Math.PI;
      if (angle < -Math.PI / 2) angle += Math.PI;
      ctx.save();
      ctx.translate(x, y);
      ctx.rotate(angle);
      app.text(ctx, null, entry.name, 0, 0, { size: 11.5, ink, halo });
      ctx.restore();
    }
  };

  app.drawMarks = (ctx, view) => {
    const taken = new Map();
    app.claimControls(taken);
    if (app.drawKept) app.drawKept(ctx, view);
    drawLinks(ctx, view);
    drawWalks(ctx, view);
    drawGates(ctx, view);
    drawPlaces(ctx, view, taken);
    drawCircleNames(ctx, view, taken);
    drawZoneNames(ctx, view, taken);
    if (app.nameKept) app.nameKept(ctx, view, taken);
    drawCommunityNames(ctx, view, taken);
    drawStreetNames(ctx, view, taken);
  };

  /* Keep names away from what lies over the map: buttons, arrow, scale. */
  app.claimControls = (taken) => {
    const container = app.map.getContainer().getBoundingClientRect();
    for (const node of document.querySelectorAll(".map-area .zoom, .map-area .compass, .leaflet-control-scale")) {
      const box = node.getBoundingClientRect();
      const corner = app.map.containerPointToLayerPoint([box.left - container.left, box.top - container.top]);
      app.claim(taken, [corner.x, corner.y, corner.x + box.width, corner.y + box.height]);
    }
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
