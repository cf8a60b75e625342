/* Tiles of another service, where the job gives one: over the page's own base map, which stays. */
"use strict";
(() => {
  const app = window.lianpian;

  app.hasTiles = () => Boolean(app.tiles && app.state.layers.tiles && app.tiles.seen);

  app.startTiles = () => {
    const { tiles } = app.doc.imprint;
    if (!tiles) return;
    const pane = app.map.createPane("tiles");
    pane.style.zIndex = 250;
    pane.style.pointerEvents = "none";
    app.tiles = L.tileLayer(tiles.url, { pane: "tiles", maxZoom: 20, maxNativeZoom: 18, keepBuffer: 1 });
    app.tiles.on("tileload", () => {
      if (app.tiles.seen) return;
      app.tiles.seen = true;
      app.marks.invalidate();
    });
    app.showTiles();
  };

  app.showTiles = () => {
    if (!app.tiles) return;
    const isOn = app.map.hasLayer(app.tiles);
    if (app.state.layers.tiles && !isOn) app.tiles.addTo(app.map);
    if (!app.state.layers.tiles && isOn) app.tiles.remove();
  };
})();
