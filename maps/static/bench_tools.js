/* The hand on the map: select, paint, box, erase, move, split, merge, lock, pin, link. */
"use strict";
(() => {
  const app = window.lianpian;
  const { bench } = app;
  const DRAGS = new Set(["paint", "box", "erase", "move", "split"]);

  Object.assign(bench, { tool: "select", chosen: -1, other: -1, asked: -1, shows: { missing: false, links: false, old: false, circle: false } });

  bench.hit = (x, y) => app.doc.communities.shapes.findIndex((one) => app.isInside(one, x, y));
  const unitOf = (event) => {
    const { lat, lng } = app.map.mouseEventToLatLng(event);
    return { x: app.unitX(lng), y: app.unitY(lat) };
  };

  bench.useTool = (tool) => {
    bench.tool = tool;
    bench.other = -1;
    const isDrag = DRAGS.has(tool);
    app.map.dragging[isDrag ? "disable" : "enable"]();
    app.map.boxZoom[isDrag ? "disable" : "enable"]();
    app.map.getContainer().classList.toggle("bench-aims", tool !== "select");
    app.map.getContainer().classList.toggle("bench-drags", isDrag);
    bench.showBar();
    bench.say(app.t(`bench_hint_${tool}`));
    bench.redraw();
  };

  /* A click with the tools that need no drag. */
  const clicks = {
    select: (i) => (i >= 0 ? bench.chooseCommunity(i) : null),
    merge: (i) => (i >= 0 && bench.zone[i] !== "" ? bench.merge(bench.zone[i], bench.target) : null),
    lock: (i) => (i >= 0 && bench.zone[i] !== "" ? bench.toggleLock(bench.zone[i]) : null),
    pin: (i) => (i >= 0 ? bench.togglePin(i) : null),
    link: (i) => {
      if (i < 0) return;
      if (bench.chosen < 0 || bench.other >= 0 || bench.chosen === i) {
        bench.other = -1;
        bench.chooseCommunity(i);
      } else {
        bench.other = i;
        bench.showDetail("community");
        bench.focusLink();
      }
      bench.marks.invalidate();
    },
  };

  /* Communities under the way of the hand since the last event. */
  const along = (from, to) => {
    const scale = 256 * 2 ** app.map.getZoom();
    const steps = Math.max(1, Math.ceil((Math.hypot(to.x - from.x, to.y - from.y) * scale) / 4));
    const found = new Set();
    for (let n = 0; n <= steps; n += 1) {
      const i = bench.hit(from.x + ((to.x - from.x) * n) / steps, from.y + ((to.y - from.y) * n) / steps);
      if (i >= 0) found.add(i);
    }
    return [...found];
  };

  let hand = null;
  let strokes = 0;

  const lineTrace = (ctx, view) => {
    const [a, b] = [hand.from, hand.at];
    ctx.beginPath();
    if (bench.tool === "box") ctx.rect(view.x(a.x), view.y(a.y), view.x(b.x) - view.x(a.x), view.y(b.y) - view.y(a.y));
    else {
      ctx.moveTo(view.x(a.x), view.y(a.y));
      ctx.lineTo(view.x(b.x), view.y(b.y));
    }
    app.strokePath(ctx, "#ffffff", 4.5);
    app.strokePath(ctx, "#1c2730", 2, [7, 4]);
  };

  /* With Shift any tool takes up the zone under it. */
  const takeZone = (i) => {
    if (i >= 0 && bench.zone[i] !== "") bench.setTarget(bench.zone[i], { show: true });
  };

  const begin = (event) => {
    if (!bench.isOpen || !DRAGS.has(bench.tool) || event.button !== 0 || event.target.closest(".leaflet-control")) return;
    const at = unitOf(event);
    const start = bench.hit(at.x, at.y);
    if (event.shiftKey) {
      takeZone(start);
      return;
    }
    strokes += 1;
    hand = { from: at, at, stroke: `${bench.tool} ${strokes}`, start };
    app.map.getContainer().setPointerCapture(event.pointerId);
    app.map.getContainer().focus({ preventScroll: true });
    if (bench.tool === "paint" || bench.tool === "erase") brush(at);
    else bench.trace = lineTrace;
    event.preventDefault();
  };

  const brush = (to) => {
    const id = bench.tool === "erase" ? "" : bench.target;
    const found = along(hand.at, to).filter((i) => bench.zone[i] !== id);
    hand.at = to;
    if (!found.length) return;
    bench.isStroking = true;
    bench.assign(`bench_step_${bench.tool}`, found, id, hand.stroke);
    bench.touchUp(found);
  };

  const follow = (event) => {
    if (!hand) return;
    const steps = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const one of steps.length ? steps : [event]) {
      if (bench.tool === "paint" || bench.tool === "erase") brush(unitOf(one));
    }
    hand.at = unitOf(event);
    if (bench.trace) bench.marks.invalidate();
  };

  const finish = () => {
    if (!hand) return;
    const { from, at, start } = hand;
    bench.trace = null;
    bench.isStroking = false;
    if (bench.tool === "box") takeBox(from, at);
    if (bench.tool === "move") drop(start, bench.hit(at.x, at.y));
    if (bench.tool === "split") cutAlong(from, at);
    hand = null;
    bench.settle();
  };

  const anchorsIn = (test) => app.doc.communities.anchors.map((place, i) => (test(place) ? i : -1)).filter((i) => i >= 0);

  const takeBox = (a, b) => {
    const [west, east] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
    const [north, south] = [Math.min(a.y, b.y), Math.max(a.y, b.y)];
    const found = anchorsIn(({ x, y }) => x >= west && x <= east && y >= north && y <= south);
    bench.assign("bench_step_box", found.filter((i) => bench.mayJoin(i)), bench.target);
  };

  /* A box takes communities that may be in a zone; excluded ones are moved one by one only. */
  bench.mayJoin = (i) => {
    const status = app.doc.communities.eligibility[i];
    return status === "absorbable" || bench.data.rules.include.includes(status);
  };

  const drop = (start, end) => {
    if (start < 0) return;
    bench.chooseCommunity(start);
    if (start !== end) bench.assign("bench_step_move", [start], end >= 0 ? bench.zone[end] : "");
  };

  /* Members on the right-hand side of the line become a zone of their own. */
  const cutAlong = (a, b) => {
    if (a.x === b.x && a.y === b.y) return;
    const isRight = (i) => {
      const { x, y } = app.doc.communities.anchors[i];
      return (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x) > 0;
    };
    bench.split(bench.membersOf(bench.target).filter(isRight));
  };

  bench.split = (part) => {
    const members = bench.membersOf(bench.target);
    if (!part.length || part.length === members.length) return bench.say(app.t("bench_split_none", { zone: bench.target }));
    return bench.assign("bench_step_split", part, bench.nextZone());
  };

  /* Without a line: from the two members farthest apart, each grows over links by households. */
  bench.splitAlone = () => {
    const members = bench.membersOf(bench.target);
    let ends = null;
    for (const a of members) {
      for (const b of members) {
        const walk = bench.walk(a, b) ?? bench.far;
        if (a < b && (!ends || walk > ends.walk)) ends = { a, b, walk };
      }
    }
    if (!ends) return bench.split([]);
    const side = new Map([[ends.a, 0], [ends.b, 1]]);
    const sums = [bench.data.households[ends.a] || 0, bench.data.households[ends.b] || 0];
    const rest = new Set(members.filter((i) => !side.has(i)));
    while (rest.size) {
      const turn = sums[0] <= sums[1] ? 0 : 1;
      const next = nextOf(rest, side, turn, ends) ?? nextOf(rest, side, 1 - turn, ends) ?? [[...rest][0], turn];
      side.set(...next);
      sums[next[1]] += bench.data.households[next[0]] || 0;
      rest.delete(next[0]);
    }
    return bench.split(members.filter((i) => side.get(i) === 1));
  };

  const nextOf = (rest, side, turn, ends) => {
    const seed = turn ? ends.b : ends.a;
    let best = null;
    for (const i of rest) {
      if (!bench.beside[i].some((other) => side.get(other) === turn)) continue;
      const walk = bench.walk(i, seed) ?? bench.far;
      if (!best || walk < best.walk) best = { i, walk };
    }
    return best ? [best.i, turn] : null;
  };

  bench.merge = (from, into) => {
    if (from === into || !bench.figures.has(into)) {
      bench.setTarget(from);
      return;
    }
    bench.assign("bench_step_merge", bench.membersOf(from), into);
  };

  bench.toggleLock = (id) => bench.edit("bench_step_lock", [{ kind: "lock", key: id, value: !bench.locked.has(id) }]);
  bench.togglePin = (i) => bench.edit("bench_step_pin", [{ kind: "pin", key: i, value: bench.pinned[i] ? 0 : 1 }]);

  const SHORTCUTS = { v: "select", b: "paint", r: "box", e: "erase", m: "move", s: "split", g: "merge", l: "lock", p: "pin", k: "link" };

  const press = (event) => {
    if (!bench.isOpen || document.querySelector("dialog[open]")) return;
    const inField = event.target.closest("input, select, textarea");
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && !inField && (key === "z" || key === "y")) {
      event.preventDefault();
      if (key === "y" || event.shiftKey) bench.stepForward();
      else bench.stepBack();
      return;
    }
    /* Letters work while the map or the tools have the focus, nowhere else. */
    const isHere = event.target.closest("#bench-bar, .folium-map");
    if (isHere && !inField && !event.ctrlKey && !event.metaKey && !event.altKey && SHORTCUTS[key]) {
      event.preventDefault();
      bench.useTool(SHORTCUTS[key]);
    }
  };

  bench.startTools = () => {
    const container = app.map.getContainer();
    container.addEventListener("pointerdown", begin);
    container.addEventListener("pointermove", follow);
    container.addEventListener("pointerup", finish);
    container.addEventListener("pointercancel", finish);
    document.addEventListener("keydown", press);
    app.map.on("click", (event) => {
      if (!bench.isOpen || DRAGS.has(bench.tool)) return;
      const at = bench.hit(app.unitX(event.latlng.lng), app.unitY(event.latlng.lat));
      if (event.originalEvent.shiftKey) takeZone(at);
      else clicks[bench.tool](at);
    });
  };
})();
