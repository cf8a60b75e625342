/* A canvas that follows the Leaflet map, and shapes on it. */
"use strict";
(() => {
  const app = window.lianpian;

  /* One layer a frame: a pan never waits for all of them at once. */
  const waiting = [];
  let request = null;
  const paintNext = () => {
    request = null;
    const layer = waiting.shift();
    if (layer && layer._map) layer._update();
    if (waiting.length) request = requestAnimationFrame(paintNext);
  };
  const later = (layer) => {
    if (!waiting.includes(layer)) waiting.push(layer);
    if (request === null) request = requestAnimationFrame(paintNext);
  };

  /* One canvas layer: `draw(context, view)` is called with layer coordinates in place. */
  app.Canvas = L.Renderer.extend({
    initialize(draw, options) {
      this._draw = draw;
      L.Renderer.prototype.initialize.call(this, options);
    },
    getEvents() {
      const events = L.Renderer.prototype.getEvents.call(this);
      events.moveend = this._follow;
      events.move = this._watch;
      return events;
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
    /* After a pan the old picture stays in its place until the next one is painted. */
    _follow() {
      if (this._zoom !== this._map.getZoom()) this._update();
      else if (!this._center.equals(this._map.getCenter()) || !this._size.equals(this._map.getSize())) later(this);
    },
    /* While a pan goes on: paint anew before the edge of the picture comes into sight. */
    _watch() {
      if (this._map._animatingZoom || this._zoom !== this._map.getZoom()) return;
      const size = this._map.getSize();
      const near = size.multiplyBy(this.options.padding * 0.4);
      const from = this._map.containerPointToLayerPoint([0, 0]).subtract(near);
      const to = this._map.containerPointToLayerPoint(size).add(near);
      if (!this._bounds.contains(L.bounds(from, to))) later(this);
    },
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      const ratio = app.printing ? 2.5 : Math.max(1, Math.min(2, window.devicePixelRatio || 1));
      this._size = this._map.getSize();
      const [width, height] = [Math.round(ratio * size.x), Math.round(ratio * size.y)];
      if (this._container.width !== width || this._container.height !== height) {
        this._container.width = width;
        this._container.height = height;
        this._container.style.width = `${size.x}px`;
        this._container.style.height = `${size.y}px`;
      }
      this._ratio = ratio;
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._container.style.transform = this._container.style.transform.replace(/ scale\(.*\)$/, "");
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
      const scale = 256 * 2 ** this._zoom;
      const origin = this._map.getPixelOrigin();
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.clearRect(0, 0, this._container.width, this._container.height);
      ctx.setTransform(this._ratio, 0, 0, this._ratio, -min.x * this._ratio, -min.y * this._ratio);
      this._draw(ctx, {
        scale,
        zoom: this._zoom,
        ratio: this._ratio,
        min,
        max,
        origin,
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
  app.isPointSeen = (view, { x, y }) =>
    x <= view.box[2] && x >= view.box[0] && y <= view.box[3] && y >= view.box[1];

  /* Put a shape into the current path, without corners closer than a pixel's half. Rings run so
     that outer ones and holes turn against each other: fill them with the usual rule. */
  app.trace = (ctx, view, one) => {
    const { scale, origin } = view;
    for (const part of one.parts) {
      if (one.parts.length > 1 && !app.isSeen(view, part.box)) continue;
      let x = part[0] * scale - origin.x;
      let y = part[1] * scale - origin.y;
      ctx.moveTo(x, y);
      const last = part.length - 2;
      for (let i = 2; i <= last; i += 2) {
        const nextX = part[i] * scale - origin.x;
        const nextY = part[i + 1] * scale - origin.y;
        if (i < last && Math.abs(nextX - x) + Math.abs(nextY - y) < 0.7) continue;
        x = nextX;
        y = nextY;
        ctx.lineTo(x, y);
      }
      if (one.closed) ctx.closePath();
    }
  };
})();
