/* Reading the document of a page: packed text -> tables and shapes in unit Mercator coordinates. */
"use strict";
(() => {
  const app = (window.lianpian = {});
  const HAVES = 9;

  /* Five signs are four bytes (maps/escape.py): the digits are all printable signs but nine. */
  const NO_DIGITS = "\"$&'<\\`{}";
  const PLACES = new Uint8Array(128);
  for (let code = 0x21, place = 0; code < 0x7f; code += 1) {
    if (!NO_DIGITS.includes(String.fromCharCode(code))) {
      PLACES[code] = place;
      place += 1;
    }
  }
  const bytesOf = (text) => {
    const groups = Math.ceil(text.length / 5);
    const spare = 5 * groups - text.length;
    const bytes = new Uint8Array(4 * groups);
    const view = new DataView(bytes.buffer);
    for (let group = 0; group < groups; group += 1) {
      let number = 0;
      for (let sign = 5 * group; sign < 5 * group + 5; sign += 1) {
        number = 85 * number + (sign < text.length ? PLACES[text.charCodeAt(sign)] : 84);
      }
      view.setUint32(4 * group, number);
    }
    return bytes.subarray(0, bytes.length - spare);
  };

  /* The inflated content of an element; its text is dropped, it will not be read again. */
  const inflated = async (id) => {
    const node = document.getElementById(id);
    if (!node) return null;
    const bytes = bytesOf(node.textContent.trim());
    node.remove();
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream);
  };

  app.inflated = inflated;
  app.readDocument = async () => (await inflated("document")).json();

  const bytesOfPile = async (name) => {
    const response = await inflated(`pile-${name}`);
    return response ? new Uint8Array(await response.arrayBuffer()) : null;
  };

  /* Web Mercator scaled to 0..1, so that a zoom level is one multiplication away. */
  app.unitX = (lon) => (lon + 180) / 360;
  app.unitY = (lat) => {
    const sine = Math.sin((lat * Math.PI) / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  };
  app.latLng = (x, y) => {
    const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
    return L.latLng(lat, x * 360 - 180);
  };

  /* Rows of points are differences from point to point. */
  const points = (numbers, grid) => {
    const out = [];
    let east = grid.lon;
    let north = grid.lat;
    for (let i = 0; i < numbers.length; i += 2) {
      east += numbers[i];
      north += numbers[i + 1];
      out.push({ x: app.unitX(east * grid.step), y: app.unitY(north * grid.step) });
    }
    return out;
  };

  /* Smallest box around parts: west, north, east, south, as y grows southwards. */
  const boxOf = (parts) => {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { box: one } of parts) {
      box[0] = Math.min(box[0], one[0]);
      box[1] = Math.min(box[1], one[1]);
      box[2] = Math.max(box[2], one[2]);
      box[3] = Math.max(box[3], one[3]);
    }
    return box;
  };

  /* One ring or line of a pile, as coordinates with their box. */
  const readPart = (next, pen, grid, length) => {
    const part = new Float64Array(2 * length);
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    let { east, north } = pen;
    for (let i = 0; i < part.length; i += 2) {
      const dx = next();
      const dy = next();
      east += dx % 2 ? -(dx + 1) / 2 : dx / 2;
      north += dy % 2 ? -(dy + 1) / 2 : dy / 2;
      if (i === 0) Object.assign(pen, { east, north });
      const x = app.unitX((grid.lon + east) * grid.step);
      const y = app.unitY((grid.lat + north) * grid.step);
      part[i] = x;
      part[i + 1] = y;
      if (x < box[0]) box[0] = x;
      if (x > box[2]) box[2] = x;
      if (y < box[1]) box[1] = y;
      if (y > box[3]) box[3] = y;
    }
    part.box = box;
    return part;
  };

  /* A pile (maps/piles.py): things are turned into shapes one at a time, when first asked for. */
  const openPile = (bytes, { count, each, grid, closed }) => {
    let at = 0;
    const next = () => {
      let value = 0;
      let place = 1;
      for (;;) {
        const group = bytes[at];
        at += 1;
        value += (group & 127) * place;
        if (group < 128) return value;
        place *= 128;
      }
    };
    const starts = new Uint32Array(count + 1);
    for (let i = 0; i < count; i += 1) starts[i + 1] = starts[i] + next();
    const body = at;
    const known = new Map();
    return (i) => {
      if (!known.has(i)) {
        at = body + starts[i];
        const pen = { east: 0, north: 0 };
        const shapes = [];
        for (let n = 0; n < each; n += 1) {
          const parts = [];
          for (let left = next(); left > 0; left -= 1) parts.push(readPart(next, pen, grid, next()));
          shapes.push(parts.length ? { parts, closed, box: boxOf(parts) } : null);
        }
        known.set(i, shapes);
      }
      return known.get(i);
    };
  };

  const read = async (name, options) => {
    const bytes = await bytesOfPile(name);
    return bytes ? openPile(bytes, options) : () => Array(options.each).fill(null);
  };

  app.readPile = read;

  const readAll = async (name, count, grid, closed) => {
    const shapeOf = await read(name, { count, each: 1, grid, closed });
    return Array.from({ length: count }, (_, i) => shapeOf(i)[0] || { parts: [], closed, box: boxOf([]) });
  };

  /* Partners of each community: position, reason, what both lack. */
  const partnersOf = ({ counts, partner, reason, common }) => {
    let at = 0;
    return counts.map((count) =>
      Array.from({ length: count }, () => {
        const row = [partner[at], reason.words[reason.at[at]], common.words[common.at[at]]];
        at += 1;
        return row;
      }),
    );
  };

  /* What the first picture needs; the rest of the document stays as it was read. */
  app.decode = async (doc) => {
    const { fine, coarse } = doc;
    const count = doc.communities.id.length;
    const { protections } = doc;
    const [communities, zones, streets, areas, tracks, kept] = await Promise.all([
      readAll("communities", count, fine, true),
      readAll("zones", doc.zones.id.length, fine, true),
      readAll("streets", doc.streets.name.length, coarse, false),
      readAll("areas", doc.land.areas.name.length, coarse, true),
      readAll("tracks", doc.land.tracks.name.length, coarse, false),
      protections ? readAll("protections", protections.kind.length, fine, false) : [],
    ]);
    const entries = (table, shapes) => shapes.map((shape, i) => ({ kind: table.kind[i], name: table.name[i], shape }));
    return {
      ...doc,
      communities: { ...doc.communities, shapes: communities, anchors: points(doc.communities.anchor, fine) },
      zones: { ...doc.zones, shapes: zones, anchors: points(doc.zones.anchor || [], fine) },
      facilities: { ...doc.facilities, places: points(doc.facilities.points, fine) },
      gates: { ...doc.gates, places: points(doc.gates.points, fine) },
      protections: protections && { ...protections, shapes: kept, places: points(protections.points, fine) },
      streets: streets.map((shape, i) => ({ group: doc.streets.group[i], name: doc.streets.name[i], shape })),
      land: [...entries(doc.land.areas, areas), ...entries(doc.land.tracks, tracks)],
      partners: doc.partners && partnersOf(doc.partners),
      hasWalks: Boolean(document.getElementById("pile-walks")),
      catchments: Array(HAVES).fill(null),
      circleOf: () => null,
      zoneCircleOf: () => null,
      walkOf: () => null,
    };
  };

  /* What is asked for one by one: circles of communities and zones, walks, catchments. */
  app.decodeRest = async (doc) => {
    const { coarse, rough } = doc;
    const keys = doc.walkers.flatMap((walker) => doc.bands.map((band) => `${walker}_${band}`));
    const round = (count) => ({ count, each: keys.length, grid: rough, closed: true });
    const count = doc.communities.id.length;
    const [circles, zoneCircles, walks, catchments] = await Promise.all([
      read("circles", round(count)),
      read("zone_circles", round(doc.zones.id.length)),
      read("walks", { count, each: HAVES, grid: coarse, closed: false }),
      read("catchments", { count: HAVES, each: 1, grid: rough, closed: true }),
    ]);
    doc.circleOf = (key, owner) => circles(owner)[keys.indexOf(key)] || null;
    doc.zoneCircleOf = (key, owner) => zoneCircles(owner)[keys.indexOf(key)] || null;
    doc.walkOf = (at) => walks(Math.floor(at / HAVES))[at % HAVES];
    doc.catchments = doc.catchments.map((_, have) => catchments(have)[0]);
  };

  /* Even-odd test over all rings of a shape: holes and parts alike. */
  app.isInside = (one, x, y) => {
    const [west, low, east, high] = one.box;
    if (x < west || x > east || y < low || y > high) return false;
    let inside = false;
    for (const ring of one.parts) {
      for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
        const crosses = ring[i + 1] > y !== ring[j + 1] > y;
        if (crosses) {
          const share = (y - ring[i + 1]) / (ring[j + 1] - ring[i + 1]);
          if (x < ring[i] + share * (ring[j] - ring[i])) inside = !inside;
        }
      }
    }
    return inside;
  };
})();
