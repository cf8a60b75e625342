"use strict";
// Both maps share one window: what zooms or moves one moves the other; what is chosen lights up in both.
(function () {
  const maps = Array.from(document.querySelectorAll("svg.map"));
  const whole = { x: 0, y: 0, w: Number(maps[0].dataset.width), h: Number(maps[0].dataset.height) };
  const nearest = 0.04;
  const named = 2.2; // metres to a pixel below which names have room
  let view = { ...whole };

  function show() {
    for (const map of maps) {
      map.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
      map.style.setProperty("--unit", String(unit(map)));
      map.classList.toggle("close", unit(map) < named);
    }
    measure();
  }

  // A round length of at most 140 pixels.
  function measure() {
    const bar = document.getElementById("bar");
    const metres = unit(maps[0]);
    const power = 10 ** Math.floor(Math.log10(140 * metres));
    const length = [5, 2, 1].map((step) => step * power).find((one) => one <= 140 * metres);
    bar.hidden = false;
    bar.querySelector("i").style.width = `${length / metres}px`;
    bar.querySelector("b").textContent = `${length} m`;
  }

  // Metres to one pixel.
  function unit(map) {
    const box = map.getBoundingClientRect();
    return Math.max(view.w / box.width, view.h / box.height);
  }

  function place(map, event) {
    const box = map.getBoundingClientRect();
    const metres = unit(map);
    return {
      x: view.x + view.w / 2 + (event.clientX - box.left - box.width / 2) * metres,
      y: view.y + view.h / 2 + (event.clientY - box.top - box.height / 2) * metres,
    };
  }

  function zoom(at, by) {
    const share = Math.min(1, Math.max(nearest, (view.w * by) / whole.w));
    const real = (share * whole.w) / view.w;
    view = { x: at.x - (at.x - view.x) * real, y: at.y - (at.y - view.y) * real, w: view.w * real, h: view.h * real };
    keepInside();
  }

  function keepInside() {
    view.x = Math.min(Math.max(view.x, 0), whole.w - view.w);
    view.y = Math.min(Math.max(view.y, 0), whole.h - view.h);
    show();
  }

  function light(id) {
    for (const one of document.querySelectorAll(".lit")) one.classList.remove("lit");
    if (id === null) return;
    for (const one of document.querySelectorAll("[data-id]")) {
      if (one.dataset.id === id) one.classList.add("lit");
    }
  }

  for (const map of maps) {
    let from = null;
    let dragged = false;
    map.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(place(map, event), event.deltaY < 0 ? 0.8 : 1.25);
    }, { passive: false });
    map.addEventListener("pointerdown", (event) => {
      from = { x: event.clientX, y: event.clientY };
      dragged = false;
    });
    map.addEventListener("pointermove", (event) => {
      if (from === null) return;
      const metres = unit(map);
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > 3) {
        if (!dragged) map.setPointerCapture(event.pointerId);
        dragged = true;
      }
      if (!dragged) return;
      view.x -= (event.clientX - from.x) * metres;
      view.y -= (event.clientY - from.y) * metres;
      from = { x: event.clientX, y: event.clientY };
      keepInside();
    });
    for (const end of ["pointerup", "pointercancel"]) map.addEventListener(end, () => { from = null; });
    map.addEventListener("click", (event) => {
      if (!dragged) light(event.target.dataset && event.target.dataset.id || null);
    });
  }

  // A row of the table also brings its community into the middle.
  function choose(row) {
    light(row.dataset.id);
    const shape = maps[0].querySelector(".community.lit") || maps[1].querySelector(".community.lit");
    if (!shape) return;
    const box = shape.getBBox();
    const size = Math.max(whole.w * 0.25, box.width * 4);
    view.w = Math.min(size, whole.w);
    view.h = (view.w * whole.h) / whole.w;
    view.x = box.x + box.width / 2 - view.w / 2;
    view.y = box.y + box.height / 2 - view.h / 2;
    keepInside();
  }
  for (const row of document.querySelectorAll("tr[data-id]")) {
    row.addEventListener("click", () => choose(row));
    row.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(row); }
    });
  }

  const reset = document.getElementById("reset");
  reset.hidden = false;
  reset.addEventListener("click", () => { view = { ...whole }; light(null); show(); });
  window.addEventListener("resize", show);
  show();
})();
