/* Pens of the maps: hatches, badges, text that keeps clear of other text. */
"use strict";
(() => {
  const app = window.lianpian;

  /* Sides of the tiles of hatches, pixels, and how strong they are: names on them must be read. */
  const SIDES = { dots: 7, level: 6, upright: 6, back: 8, grid: 7, dense: 6 };
  const STRENGTHS = { dots: 0.42, level: 0.36, upright: 0.36, back: 0.42, grid: 0.42, dense: 0.45 };
  const tiles = new Map();
  /* A hatch as a repeating pattern, in the ink of its fill. */
  app.hatch = (ctx, kind, ink, ratio) => {
    const key = `${kind} ${ink} ${ratio}`;
    if (!tiles.has(key)) {
      const side = SIDES[kind] || 8;
      const tile = document.createElement("canvas");
      tile.width = side * ratio;
      tile.height = side * ratio;
      const pen = tile.getContext("2d");
      pen.scale(ratio, ratio);
      pen.strokeStyle = ink;
      pen.fillStyle = ink;
      pen.lineWidth = 1;
      pen.globalAlpha = STRENGTHS[kind] || 0.62;
      pen.beginPath();
      const half = side / 2;
      if (kind === "dots") pen.arc(half, half, 1.05, 0, 7);
      if (kind === "level" || kind === "grid") {
        pen.moveTo(0, half);
        pen.lineTo(side, half);
      }
      if (kind === "upright" || kind === "grid") {
        pen.moveTo(half, 0);
        pen.lineTo(half, side);
      }
      for (const shift of [-side, 0, side]) {
        if (["diagonal", "cross", "dense"].includes(kind)) {
          pen.moveTo(shift - 1, side + 1);
          pen.lineTo(shift + side + 1, -1);
        }
        if (["back", "cross", "dense"].includes(kind)) {
          pen.moveTo(shift - 1, -1);
          pen.lineTo(shift + side + 1, side + 1);
        }
      }
      if (kind === "dots") pen.fill();
      else pen.stroke();
      tiles.set(key, tile);
    }
    const pattern = ctx.createPattern(tiles.get(key), "repeat");
    pattern.setTransform(new DOMMatrix([1 / ratio, 0, 0, 1 / ratio, 0, 0]));
    return pattern;
  };

  /* A rectangle with round corners as a path. */
  const roundBox = (pen, x, y, width, height, r) => {
    pen.moveTo(x + r, y);
    pen.arcTo(x + width, y, x + width, y + height, r);
    pen.arcTo(x + width, y + height, x, y + height, r);
    pen.arcTo(x, y + height, x, y, r);
    pen.arcTo(x, y, x + width, y, r);
    pen.closePath();
  };

  const outline = (pen, shape, c, r) => {
    pen.beginPath();
    if (shape === "circle") pen.arc(c, c, r, 0, 7);
    else if (shape === "diamond") {
      const d = r * 1.22;
      pen.moveTo(c, c - d);
      pen.lineTo(c + d, c);
      pen.lineTo(c, c + d);
      pen.lineTo(c - d, c);
      pen.closePath();
    } else roundBox(pen, c - r * 0.92, c - r * 0.92, r * 1.84, r * 1.84, r * 0.35);
  };

  const badges = new Map();
  /* The badge of a have: pictogram on its outline; hollow when the facility is not confirmed. */
  app.badge = (have, size, confirmed, ratio) => {
    const key = `${have} ${size} ${confirmed} ${ratio}`;
    if (!badges.has(key)) {
      const { colour, shape, path } = app.doc.haves[have];
      const side = size + 8;
      const tile = document.createElement("canvas");
      tile.width = side * ratio;
      tile.height = side * ratio;
      const pen = tile.getContext("2d");
      pen.scale(ratio, ratio);
      const centre = side / 2;
      outline(pen, shape, centre, size / 2 + 1.3);
      pen.fillStyle = "#ffffff";
      pen.fill();
      outline(pen, shape, centre, size / 2);
      pen.fillStyle = confirmed ? colour : "#ffffff";
      pen.fill();
      if (!confirmed) {
        pen.strokeStyle = colour;
        pen.lineWidth = 1.5;
        pen.setLineDash([3, 2]);
        pen.stroke();
      }
      if (size >= 14) {
        const glyph = size * (shape === "diamond" ? 0.6 : 0.66);
        pen.translate(centre - glyph / 2, centre - glyph / 2);
        pen.scale(glyph / 24, glyph / 24);
        pen.fillStyle = confirmed ? "#ffffff" : colour;
        pen.fill(new Path2D(path), "evenodd");
      }
      tile.logicalSide = side;
      badges.set(key, tile);
    }
    return badges.get(key);
  };

  const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif';
  const widths = new Map();
  const widthOf = (ctx, font, text) => {
    const key = `${font} ${text}`;
    if (!widths.has(key)) widths.set(key, ctx.measureText(text).width);
    return widths.get(key);
  };

  /* Text with a halo, if its place is free; `taken` remembers places. */
  app.text = (ctx, taken, text, x, y, style) => {
    const font = `${style.weight || 500} ${style.size}px ${FONT}`;
    ctx.font = font;
    const width = widthOf(ctx, font, text);
    const box = [x - width / 2 - 3, y - style.size * 0.7, x + width / 2 + 3, y + style.size * 0.7];
    if (style.fits && width > style.fits) return false;
    if (taken && !app.claim(taken, box)) return false;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    if (style.pill) {
      ctx.beginPath();
      roundBox(ctx, box[0] - 4, y - style.size * 0.85, width + 14, style.size * 1.7, 5);
      ctx.fillStyle = style.pill;
      ctx.fill();
      if (style.rim) {
        ctx.strokeStyle = style.rim;
        ctx.lineWidth = 1.3;
        ctx.stroke();
      }
    } else {
      ctx.lineJoin = "round";
      ctx.lineWidth = 3.2;
      ctx.strokeStyle = style.halo || "rgba(255,255,255,.92)";
      ctx.strokeText(text, x, y);
    }
    ctx.fillStyle = style.ink;
    ctx.fillText(text, x, y);
    return true;
  };

  /* Take a box of the picture unless something stands there already; `isSure` takes it all the same. */
  app.claim = (taken, box, isSure = false) => {
    const side = 64;
    const cells = [];
    for (let i = Math.floor(box[0] / side); i <= Math.floor(box[2] / side); i += 1) {
      for (let j = Math.floor(box[1] / side); j <= Math.floor(box[3] / side); j += 1) {
        cells.push(`${i} ${j}`);
      }
    }
    for (const cell of isSure ? [] : cells) {
      for (const other of taken.get(cell) || []) {
        if (box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]) return false;
      }
    }
    for (const cell of cells) {
      if (!taken.has(cell)) taken.set(cell, []);
      taken.get(cell).push(box);
    }
    return true;
  };
})();
