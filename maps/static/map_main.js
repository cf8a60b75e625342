/* Start of the page, changes of its state, language, keyboard, the link in its address. */
"use strict";
(() => {
  const app = window.lianpian;
  const WIDE = 900;

  const translate = () => {
    document.documentElement.lang = app.state.language === "zh" ? "zh-CN" : "en";
    for (const node of document.querySelectorAll("[data-word]")) node.textContent = app.t(node.dataset.word);
    for (const node of document.querySelectorAll("[data-word-label]")) {
      node.setAttribute("aria-label", app.t(node.dataset.wordLabel));
    }
    for (const node of document.querySelectorAll("[data-word-title]")) node.title = app.t(node.dataset.wordTitle);
    for (const node of document.querySelectorAll("[data-word-placeholder]")) {
      node.placeholder = app.t(node.dataset.wordPlaceholder);
    }
    if (app.doc.kind === "working") {
      document.getElementById("subtitle").textContent = app.t("subtitle_working");
    }
    app.map.getContainer().setAttribute("aria-label", app.t("map"));
    for (const button of document.querySelectorAll("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === app.state.language));
    }
    app.showImprint();
    app.showAbout();
  };

  app.refresh = () => {
    app.recount();
    app.showLegend();
    app.showHaves();
    app.showLayers();
    app.showZones();
    app.showCard();
    app.showTiles();
    for (const layer of [app.areas, app.marks]) layer.invalidate();
    if (app.bench) app.bench.refresh();
  };

  /* Change the state and show it. */
  app.change = (parts, { everything = false } = {}) => {
    const language = app.state.language;
    app.sameCard = !("chosen" in parts);
    Object.assign(app.state, parts);
    if (app.state.language !== language || everything) {
      translate();
      if (document.getElementById("table-dialog").open) app.showTable();
    }
    app.refresh();
    app.writeLink();
  };

  const room = () => {
    const wide = window.innerWidth >= WIDE;
    return wide
      ? { paddingTopLeft: [30, 30], paddingBottomRight: [30, 40] }
      : { paddingTopLeft: [16, 60], paddingBottomRight: [16, 16] };
  };

  const bounds = (box) => L.latLngBounds(app.latLng(box[0], box[3]), app.latLng(box[2], box[1]));

  /* Let the walk to one have stand out (-1: none) and bring it into view. */
  app.showWalk = (community, have, { fly = true } = {}) => {
    app.change({ walk: have, layers: { ...app.state.layers, walks: true } });
    const one = have >= 0 ? app.walkOfChosen(community, have) : null;
    if (one && fly) app.map.fitBounds(bounds(one.box), { ...room(), maxZoom: 17, animate: false });
  };

  /* A community is shown with its walks, a zone with its members. */
  const groundOf = ({ kind, at }) => {
    if (kind === "zone") return bounds(app.doc.zones.shapes[at].box);
    const ground = bounds(app.doc.communities.shapes[at].box);
    if (app.state.layers.walks) for (const one of app.walksOf(at)) ground.extend(bounds(one.box));
    return ground;
  };

  /* Choose a community, a zone or a facility; null puts the card away. */
  app.choose = (chosen, { fly = false, focus = false } = {}) => {
    const wasInCard = document.getElementById("card").contains(document.activeElement);
    app.change({ chosen, walk: -1 });
    app.map.invalidateSize({ animate: false });
    if (!chosen) {
      if (wasInCard) app.map.getContainer().focus({ preventScroll: true });
      document.getElementById("search").value = "";
      return;
    }
    if (fly) app.map.fitBounds(groundOf(chosen), { ...room(), maxZoom: chosen.kind === "zone" ? 17 : 16, animate: false });
    const title = document.getElementById("card-title");
    document.getElementById("spoken").textContent = app.t("chosen", { name: title.textContent });
    if (focus) title.focus({ preventScroll: true });
  };

  app.flyToPlace = (at) => {
    const { x, y } = app.doc.facilities.places[at];
    app.map.setView(app.latLng(x, y), Math.max(16, app.map.getZoom()), { animate: false });
  };

  app.showAll = () => {
    const [west, south, east, north] = app.doc.bounds;
    app.map.fitBounds([[south, west], [north, east]], { ...room(), animate: false });
  };

  const startMap = () => {
    app.map = window.map_lianpian;
    app.map.setMinZoom(9);
    app.map.setMaxZoom(20);
    const container = app.map.getContainer();
    container.setAttribute("role", "application");
    L.control.scale({ imperial: false, maxWidth: 120, position: "bottomleft" }).addTo(app.map);
    const panes = { base: 200, areas: 300, marks: 400 };
    for (const [name, level] of Object.entries(panes)) {
      app.map.createPane(name).style.zIndex = level;
      app.map.getPane(name).style.pointerEvents = "none";
    }
    const options = (pane) => ({ pane, padding: 0.25 });
    app.base = new app.Canvas(app.drawBase, options("base"));
    app.areas = new app.Canvas(app.drawAreas, options("areas"));
    app.marks = new app.Canvas(app.drawMarks, options("marks"));
    app.map.on("click", (event) => app.choose(app.hit(app.map, event.latlng)));
    followPointer(container);
    app.startTiles();
  };

  /* The hand over what can be clicked; looked up once a frame and never while the map is dragged. */
  const followPointer = (container) => {
    let last = null;
    app.map.on("mousemove", (event) => {
      if (last === null) {
        requestAnimationFrame(() => {
          if (!app.map.dragging.moving()) container.style.cursor = app.hit(app.map, last) ? "pointer" : "";
          last = null;
        });
      }
      last = event.latlng;
    });
  };

  /* On a phone the buttons of the head stand in a menu, and the panel is folded to its legend. */
  const startMenu = () => {
    const more = document.getElementById("more");
    const show = (isOpen) => {
      document.body.classList.toggle("tools-open", isOpen);
      more.setAttribute("aria-expanded", String(isOpen));
    };
    more.addEventListener("click", () => show(!document.body.classList.contains("tools-open")));
    document.addEventListener("click", (event) => {
      if (!more.contains(event.target)) show(false);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && document.body.classList.contains("tools-open")) {
        show(false);
        more.focus();
      }
    });
    if (window.innerWidth < WIDE) {
      document.body.classList.add("side-folded");
      document.getElementById("side-handle").setAttribute("aria-expanded", "false");
    }
  };

  const startControls = () => {
    const on = (id, action) => document.getElementById(id).addEventListener("click", action);
    on("zoom-in", () => app.map.zoomIn());
    on("zoom-out", () => app.map.zoomOut());
    on("zoom-all", app.showAll);
    on("open-table", () => {
      app.showTable();
      document.getElementById("table-dialog").showModal();
    });
    on("open-about", () => document.getElementById("about-dialog").showModal());
    for (const button of document.querySelectorAll("[data-close]")) {
      button.addEventListener("click", () => button.closest("dialog").close());
    }
    document.getElementById("languages").hidden = app.doc.imprint.languages.length < 2;
    for (const button of document.querySelectorAll("[data-language]")) {
      button.addEventListener("click", () => app.change({ language: button.dataset.language }));
    }
    on("side-handle", (event) => {
      const isFolded = document.body.classList.toggle("side-folded");
      event.currentTarget.setAttribute("aria-expanded", String(!isFolded));
      app.map.invalidateSize({ animate: false });
    });
    startMenu();
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && app.state.chosen && !document.querySelector("dialog[open]")) app.choose(null);
    });
    app.startLink();
    app.startPrint();
  };

  const run = async () => {
    app.start(await app.decode(await app.readDocument()));
    const asked = app.readLink();
    app.firstTheme();
    startMap();
    startControls();
    app.startSearch();
    if (app.bench) app.bench.begin();
    translate();
    app.recount();
    app.refresh();
    app.map.invalidateSize({ animate: false });
    app.showAll();
    for (const layer of [app.base, app.areas, app.marks]) layer.addTo(app.map);
    document.getElementById("waiting").hidden = true;
    document.documentElement.dataset.drawn = "yes";
    await app.decodeRest(app.doc);
    app.followLink(asked);
    if (app.state.have >= 0) app.areas.invalidate();
    document.documentElement.dataset.ready = "yes";
  };

  if (typeof DecompressionStream === "undefined") {
    document.getElementById("waiting").textContent =
      "浏览器版本过旧，请使用 Edge/Chrome 80、Firefox 113、Safari 16.4 以上版本。This browser is too old for the map.";
  } else {
    run();
  }
})();
