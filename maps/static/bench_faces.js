/* Faces of the ground (zoning/land_faces.py): which zone has which, and the sums of their figures. */
"use strict";
(() => {
  const { bench } = window.lianpian;
  const LENGTH_M = 1e-5;
  const AREA_M2 = 1e-4;
  const NOWHERE = -1;
  const MIXED = -2;

  bench.sums = (steps) => {
    const out = new Int32Array(steps.length);
    let total = 0;
    for (let i = 0; i < steps.length; i += 1) out[i] = total += steps[i];
    return out;
  };

  bench.startFaces = (faces) => {
    const count = faces.area.length;
    const [ownerFace, owner] = faces.owners.map(bench.sums);
    const [pairFace, pairOne, pairOther] = faces.pairs.map(bench.sums);
    const [one, other] = faces.borders.map(bench.sums);
    const owned = new Uint8Array(count);
    for (const face of ownerFace) owned[face] = 1;
    bench.faces = {
      count,
      area: Float64Array.from(faces.area),
      length: Float64Array.from(faces.length),
      ...{ ownerFace, owner, owned, pairFace, pairOne, pairOther, one, other },
    };
  };

  /* Zone of each face: NOWHERE, MIXED where communities of several zones overlap (then `several`
     lists them), or the number of the zone. `zoneOf` numbers zones in the order of their ids. */
  bench.handOut = (zoneOf) => {
    const { count, ownerFace, owner, owned, pairFace, pairOne, pairOther } = bench.faces;
    const zone = new Int32Array(count).fill(NOWHERE);
    const several = new Map();
    const beyond = new Int32Array(count).fill(NOWHERE);
    for (let n = 0; n < ownerFace.length; n += 1) {
      const face = ownerFace[n];
      const found = zoneOf[owner[n]];
      const isFirst = n === 0 || ownerFace[n - 1] !== face;
      if (isFirst) {
        zone[face] = found;
        beyond[face] = found === NOWHERE ? MIXED : found;
        continue;
      }
      if (beyond[face] !== found) beyond[face] = MIXED;
      if (found === NOWHERE || found === zone[face]) continue;
      if (zone[face] === NOWHERE) zone[face] = found;
      else {
        const listed = several.get(face) || [zone[face]];
        if (!listed.includes(found)) listed.push(found);
        several.set(face, listed);
        zone[face] = MIXED;
      }
    }
    for (let n = 0; n < pairFace.length; n += 1) {
      const found = zoneOf[pairOne[n]];
      if (found === NOWHERE || found !== zoneOf[pairOther[n]]) continue;
      const face = pairFace[n];
      if (zone[face] === NOWHERE || found < zone[face]) zone[face] = beyond[face] = found;
    }
    fillHoles(zone, beyond, owned);
    return { zone, several };
  };

  /* Free ground that one zone surrounds alone belongs to it. */
  const fillHoles = (zone, beyond, owned) => {
    const { count, one, other } = bench.faces;
    const lead = new Int32Array(count);
    for (let face = 0; face < count; face += 1) lead[face] = face;
    const head = (face) => {
      let at = face;
      while (lead[at] !== at) at = lead[at] = lead[lead[at]];
      return at;
    };
    const isFree = (face) => face >= 0 && !owned[face] && zone[face] === NOWHERE;
    const edge = [];
    for (let n = 0; n < one.length; n += 1) {
      const a = isFree(one[n]);
      const b = isFree(other[n]);
      if (a && b) lead[head(other[n])] = head(one[n]);
      else if (a || b) edge.push(a ? one[n] : other[n], a ? other[n] : one[n]);
    }
    const around = new Map();
    for (let n = 0; n < edge.length; n += 2) {
      const at = head(edge[n]);
      const found = edge[n + 1] < 0 ? MIXED : beyond[edge[n + 1]];
      around.set(at, !around.has(at) || around.get(at) === found ? found : MIXED);
    }
    const filled = [];
    for (let face = 0; face < count; face += 1) {
      if (!isFree(face)) continue;
      const found = around.get(head(face));
      if (found !== undefined && found >= 0) filled.push(face, found);
    }
    for (let n = 0; n < filled.length; n += 2) zone[filled[n]] = filled[n + 1];
  };

  const zonesAt = (given, face) => {
    if (face < 0 || given.zone[face] === NOWHERE) return [];
    return given.zone[face] === MIXED ? given.several.get(face) : [given.zone[face]];
  };

  /* Polsby and Popper's 4 pi area / perimeter² of each zone; NaN for one without ground. */
  bench.compactness = (given, zones) => {
    const { count, area, length, one, other } = bench.faces;
    const { zone } = given;
    const ground = new Float64Array(zones);
    const around = new Float64Array(zones);
    for (let face = 0; face < count; face += 1) {
      if (zone[face] >= 0) ground[zone[face]] += area[face];
      else if (zone[face] === MIXED) for (const at of given.several.get(face)) ground[at] += area[face];
    }
    for (let n = 0; n < one.length; n += 1) {
      const a = zone[one[n]];
      const b = other[n] < 0 ? NOWHERE : zone[other[n]];
      if (a === b && a !== MIXED) continue;
      if (a !== MIXED && b !== MIXED) {
        if (a >= 0) around[a] += length[n];
        if (b >= 0) around[b] += length[n];
        continue;
      }
      const here = zonesAt(given, one[n]);
      const there = zonesAt(given, other[n]);
      for (const at of here) if (!there.includes(at)) around[at] += length[n];
      for (const at of there) if (!here.includes(at)) around[at] += length[n];
    }
    return Array.from(ground, (sum, at) => {
      const edge = around[at] * LENGTH_M;
      return edge ? Math.min(1, (4 * Math.PI * (sum * AREA_M2)) / (edge * edge)) : NaN;
    });
  };
})();
