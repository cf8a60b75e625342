/* A canvas that follows the Leaflet map, with hatches, symbols and text. */
"use strict";
(() => {
  const app = window.lianpian;

  /* One canvas layer: `draw(context, view)` is called with layer coordinates in place. */
  app.Canvas = L.Renderer.extend({
    initialize(draw, options) {
      this._draw = draw;
      L.Renderer.prototype.initialize.call(this, options);
    },
    _initContainer() {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
      this._ctx = this._container.getContext("2d");
    },
    _destroyContainer() {
      L.Util.cancelAnimFrame(this._request);
      this._container.remove();
      delete this._container;
    },
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      const ratio = Math.max(1, Math.min(2, window.devicePixelRatio || 1));
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._container.width = ratio * size.x;
      this._container.height = ratio * size.y;
      this._container.style.width = `${size.x}px`;
      this._container.style.height = `${size.y}px`;
      this._ratio = ratio;
      this._paint();
      this.fire("update");
    },
    _updatePaths() {},
    invalidate() {
      if (!this._map || this._request) return;
      this._request = L.Util.requestAnimFrame(() => {
        this._request = null;
        if (this._map && !this._map._animatingZoom) this._paint();
      });
    },
    _paint() {
      const { min, max } = this._bounds;
      const ctx = this._ctx;
      const scale = 256 * 2 ** this._map.getZoom();
      const origin = this._map.getPixelOrigin();
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.clearRect(0, 0, this._container.width, this._container.height);
      ctx.setTransform(this._ratio, 0, 0, this._ratio, -min.x * this._ratio, -min.y * this._ratio);
      this._draw(ctx, {
        scale,
        zoom: this._map.getZoom(),
        ratio: this._ratio,
        min,
        max,
        x: (unit) => unit * scale - origin.x,
        y: (unit) => unit * scale - origin.y,
        box: [
          (min.x + origin.x) / scale,
          (min.y + origin.y) / scale,
          (max.x + origin.x) / scale,
          (max.y + origin.y) / scale,
        ],
      });
    },
  });

  app.isSeen = (view, box) =>
    box[0] <= view.box[2] && box[2] >= view.box[0] && box[1] <= view.box[3] && box[3] >= view.box[1];

  /* Put a shape into the current path. */
  app.trace = (ctx, view, one) => {
    for (const part of one.parts) {
      ctx.moveTo(view.x(part[0]), view.y(part[1]));
      for (let i = 2; i < part.length; i += 2) ctx.lineTo(view.x(part[i]), view.y(part[i + 1]));
      if (one.closed) ctx.closePath();
    }
  };

  const tiles = new Map();
  /* A hatch as a repeating pattern, in the ink of its fill. */
  app.hatch = (ctx, kind, ink, ratio) => {
    const key = `${kind} ${ink} ${ratio}`;
    if (!tiles.has(key)) {
      const side = kind === "dots" ? 6 : 8;
      const tile = document.createElement("canvas");
      tile.width = side * ratio;
      tile.height = side * ratio;
      const pen = tile.getContext("2d");
      pen.scale(ratio, ratio);
      pen.strokeStyle = ink;
      pen.fillStyle = ink;
      pen.lineWidth = 1;
      pen.globalAlpha = 0.62;
      pen.beginPath();
      if (kind === "dots") {
        pen.arc(3, 3, 1.1, 0, 7);
        pen.fill();
      } else {
        for (const shift of [-side, 0, side]) {
          pen.moveTo(shift - 1, side + 1);
          pen.lineTo(shift + side + 1, -1);
          if (kind === "cross") {
            pen.moveTo(shift - 1, -1);
            pen.lineTo(shift + side + 1, side + 1);
          }
        }
        pen.stroke();
      }
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
  /* Text with a halo, if its place is free; `taken` remembers places. */
  app.text = (ctx, taken, text, x, y, style) => {
    ctx.font = `${style.weight || 500} ${style.size}px ${FONT}`;
    const width = ctx.measureText(text).width;
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

  /* Take a box of the picture unless something stands there already. */
  app.claim = (taken, box) => {
    const side = 64;
    const cells = [];
    for (let i = Math.floor(box[0] / side); i <= Math.floor(box[2] / side); i += 1) {
      for (let j = Math.floor(box[1] / side); j <= Math.floor(box[3] / side); j += 1) {
        cells.push(`${i} ${j}`);
      }
    }
    for (const cell of cells) {
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
