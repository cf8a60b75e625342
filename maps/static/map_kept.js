/* What must be kept: relics, historic buildings, old trees, the historic city. Working map only. */
"use strict";
(() => {
  const app = window.lianpian;
  const DASH = [10, 4, 2, 4];

  const outline = (ctx, mark, x, y, size) => {
    ctx.beginPath();
    if (mark === "circle") ctx.arc(x, y, size, 0, 2 * Math.PI);
    else if (mark === "diamond") {
      ctx.moveTo(x, y - size * 1.25);
      ctx.lineTo(x + size * 1.25, y);
      ctx.lineTo(x, y + size * 1.25);
      ctx.lineTo(x - size * 1.25, y);
    } else ctx.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8);
    ctx.closePath();
  };

  /* A thing of no known kind is hollow. */
  const drawMark = (ctx, kind, x, y, size) => {
    const { kept, halo, paper } = app.theme();
    const isUnknown = kind === app.doc.protections.unknown;
    outline(ctx, app.doc.protections.kinds[kind][2], x, y, size);
    ctx.fillStyle = isUnknown ? paper : kept;
    ctx.fill();
    app.strokePath(ctx, isUnknown ? kept : halo, 1.6);
  };

  const isShown = () => Boolean(app.doc.protections) && app.state.layers.kept;

  /* Things in sight that have a mark: ground has its outline alone. */
  const marksInSight = (view) => {
    const { kinds, kind, places, name } = app.doc.protections;
    return view.zoom < 13
      ? []
      : places
          .map((place, i) => ({ kind: kind[i], name: name[i], place }))
          .filter((one) => kinds[one.kind][2] && app.isPointSeen(view, one.place))
          .map((one) => ({ ...one, x: view.x(one.place.x), y: view.y(one.place.y) }));
  };

  app.drawKept = (ctx, view) => {
    if (!isShown()) return;
    const { kinds, kind, shapes } = app.doc.protections;
    const { kept, halo } = app.theme();
    shapes.forEach((one, i) => {
      app.strokeShapes(ctx, view, [one], halo, 4);
      app.strokeShapes(ctx, view, [one], kept, 2, kinds[kind[i]][2] ? [] : DASH);
    });
    for (const one of marksInSight(view)) drawMark(ctx, one.kind, one.x, one.y, 5);
  };

  /* Names of things, and room around their marks: what is named before them goes first. */
  app.nameKept = (ctx, view, taken) => {
    if (!isShown()) return;
    const { kept, halo } = app.theme();
    const isNear = app.state.layers.names && view.zoom >= 16;
    for (const { x, y, name } of marksInSight(view)) {
      app.claim(taken, [x - 7, y - 7, x + 7, y + 7], true);
      if (isNear && name) app.text(ctx, taken, name, x, y - 17, { size: 11.5, ink: kept, halo });
    }
  };

  /* Kinds that are there, with how many: picture, words, number. */
  app.kindsKept = () => {
    const { kinds, kind } = app.doc.protections;
    return kinds
      .map((both, at) => ({ at, both, n: kind.filter((one) => one === at).length }))
      .filter(({ n }) => n > 0)
      .map(({ at, both, n }) => ({
        picture: app.picture(26, 16, (pen) => {
          if (both[2]) return drawMark(pen, at, 13, 8, 4.5);
          pen.beginPath();
          pen.moveTo(1, 8);
          pen.lineTo(25, 8);
          return app.strokePath(pen, app.theme().kept, 2, DASH);
        }),
        text: app.pick(both),
        n,
      }));
  };
})();
