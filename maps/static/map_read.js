/* Reading the document of a page: packed text -> tables and shapes in unit Mercator coordinates. */
"use strict";
(() => {
  const app = (window.lianpian = {});

  app.unpack = async (packed) => {
    const bytes = Uint8Array.from(atob(packed.trim()), (mark) => mark.charCodeAt(0));
    const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(inflated).text());
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

  const positions = (numbers, grid) => {
    const out = new Float64Array(numbers.length);
    let east = 0;
    let north = 0;
    for (let i = 0; i < numbers.length; i += 2) {
      east += numbers[i];
      north += numbers[i + 1];
      out[i] = app.unitX((grid.lon + east) * grid.step);
      out[i + 1] = app.unitY((grid.lat + north) * grid.step);
    }
    return out;
  };

  const boxOf = (parts) => {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const part of parts) {
      for (let i = 0; i < part.length; i += 2) {
        if (part[i] < box[0]) box[0] = part[i];
        if (part[i] > box[2]) box[2] = part[i];
        if (part[i + 1] < box[1]) box[1] = part[i + 1];
        if (part[i + 1] > box[3]) box[3] = part[i + 1];
      }
    }
    return box;
  };

  const shape = (lists, grid, closed) => {
    const parts = lists.map((numbers) => positions(numbers, grid));
    return { parts, closed, box: boxOf(parts) };
  };

  const points = (numbers, grid) => {
    const flat = positions(numbers, grid);
    const out = [];
    for (let i = 0; i < flat.length; i += 2) out.push({ x: flat[i], y: flat[i + 1] });
    return out;
  };

  /* Circles are many and seldom looked at: each is turned into a shape when it is first asked for. */
  const circles = (group, grid) => {
    const known = new Map();
    return (key, owner) => {
      const name = `${key} ${owner}`;
      if (!known.has(name)) {
        const rings = (group[key] || [])[owner] || [];
        known.set(name, rings.length ? shape(rings, grid, true) : null);
      }
      return known.get(name);
    };
  };

  /* Turn every list of numbers of the document into shapes; the rest stays as it was read. */
  app.decode = (doc) => {
    const { fine, coarse } = doc;
    const read = { ...doc };
    read.communities = {
      ...doc.communities,
      shapes: doc.communities.rings.map((rings) => shape(rings, fine, true)),
      anchors: points(doc.communities.anchor, fine),
    };
    read.zones = {
      ...doc.zones,
      shapes: (doc.zones.rings || []).map((rings) => shape(rings, fine, true)),
      anchors: points(doc.zones.anchor || [], fine),
    };
    read.facilities = { ...doc.facilities, places: points(doc.facilities.points, fine) };
    read.gates = { ...doc.gates, places: points(doc.gates.points, fine) };
    read.circleOf = circles(doc.circles, coarse);
    read.zoneCircleOf = circles(doc.zone_circles, coarse);
    /* Walks are an adult's, by community and have; each becomes a shape when it is asked for. */
    const walks = new Map();
    read.walkOf = (at) => {
      const numbers = (doc.walks || [])[at] || [];
      if (!walks.has(at)) walks.set(at, numbers.length ? shape([numbers], coarse, false) : null);
      return walks.get(at);
    };
    read.catchments = doc.catchments.map((rings) =>
      rings.length ? shape(rings, coarse, true) : null,
    );
    read.streets = doc.streets.map((entry) => ({ ...entry, shape: shape(entry.lines, coarse, false) }));
    read.land = doc.land.map((entry) => ({
      ...entry,
      shape: entry.rings ? shape(entry.rings, coarse, true) : shape(entry.lines, coarse, false),
    }));
    return read;
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
