/* Opening and closing the workbench; bringing figures, table and map up to date after a change. */
"use strict";
(() => {
  const app = window.lianpian;
  const { bench } = app;

  /* Read what the bench computes with: once, when it is first opened. */
  bench.read = async () => {
    if (bench.isReady) return;
    const data = await (await app.inflated("pile-bench")).json();
    const count = data.faces.length.length;
    bench.lineOf = await app.readPile("borders", { count, each: 1, grid: app.doc.fine, closed: false });
    bench.startFigures(data);
    bench.startPlan();
    bench.readLinks();
    bench.measure();
    bench.isReady = true;
  };

  /* After a change: what it touched is measured anew. */
  bench.changed = (changes) => {
    const touched = new Set();
    let hasLinks = false;
    for (const { kind, key, before, after } of changes) {
      if (kind === "zone") touched.add(before).add(after), (bench.zoneDirty = true);
      if (kind === "link") hasLinks = true;
    }
    if (hasLinks) bench.readLinks();
    if (bench.isReady) bench.measure(touched);
    else bench.figures = new Map();
  };

  bench.begin = () => {};
  bench.refresh = () => {};
})();
