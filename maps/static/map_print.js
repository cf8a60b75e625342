/* Light and dark: on the screen as the reader likes it, on paper as it is asked for. */
"use strict";
(() => {
  const app = window.lianpian;
  const layers = () => [app.base, app.areas, app.marks].filter(Boolean);

  const showTheme = (theme) => {
    document.documentElement.dataset.theme = theme;
    document.getElementById("theme").setAttribute("aria-pressed", String(theme === "dark"));
  };

  app.firstTheme = () => {
    const isDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    app.state.theme = isDark ? "dark" : "light";
    showTheme(app.state.theme);
  };

  const paintAll = () => {
    app.refresh();
    for (const layer of layers()) layer._update();
  };

  /* Canvases do not always reach the printer: what they show goes there as pictures. */
  const showPictures = () => {
    for (const layer of layers()) {
      const picture = app.make("img", { class: "printed", alt: "", src: layer._container.toDataURL() });
      picture.style.cssText = layer._container.style.cssText;
      layer._container.after(picture);
    }
  };
  const dropPictures = () => {
    for (const picture of document.querySelectorAll("img.printed")) picture.remove();
  };

  app.setTheme = (theme) => {
    app.state.theme = theme;
    showTheme(theme);
    paintAll();
  };

  /* Paper has its own size, so the same ground is fitted into it and painted before it is taken. */
  let before = null;
  const toPaper = () => {
    if (before) return;
    before = { bounds: app.map.getBounds(), centre: app.map.getCenter(), zoom: app.map.getZoom() };
    app.printing = app.printTheme || "light";
    document.documentElement.classList.add("printing");
    showTheme(app.printing);
    app.map.invalidateSize({ animate: false });
    const zoom = app.map.getBoundsZoom(before.bounds);
    app.map.setView(before.centre, zoom, { animate: false });
    paintAll();
    showPictures();
  };

  const fromPaper = () => {
    if (!before) return;
    const { centre, zoom } = before;
    before = null;
    dropPictures();
    app.printing = "";
    app.printTheme = "";
    document.documentElement.classList.remove("printing");
    showTheme(app.state.theme);
    app.map.invalidateSize({ animate: false });
    app.map.setView(centre, zoom, { animate: false });
    paintAll();
  };

  app.startPrint = () => {
    window.addEventListener("beforeprint", toPaper);
    window.addEventListener("afterprint", fromPaper);
    const on = (id, action) => document.getElementById(id).addEventListener("click", action);
    const dialog = document.getElementById("print-dialog");
    on("theme", () => app.setTheme(app.state.theme === "dark" ? "light" : "dark"));
    on("open-print", () => dialog.showModal());
    for (const theme of ["light", "dark"]) {
      on(`print-${theme}`, () => {
        dialog.close();
        app.printTheme = theme;
        window.print();
      });
    }
  };
})();
