/* The bar of tools above the map. */
"use strict";
(() => {
  const app = window.lianpian;
  const { bench } = app;

  const ICONS = {
    select: "M5 3l12 9-5.4.9L9 18z",
    paint: "M14.5 3.5l4 4L10 16l-5 1 1-5zM4 20h14",
    box: "M4 5h14v13H4z",
    erase: "M8 18l-4-4 8.5-8.5 5.5 5.5L11 18zM8 18h10",
    move: "M11 3v16M3 11h16M11 3l-2.5 3M11 3l2.5 3M11 19l-2.5-3M11 19l2.5-3M3 11l3-2.5M3 11l3 2.5M19 11l-3-2.5M19 11l-3 2.5",
    split: "M4 5h5v12H4zM13 5h5v12h-5M11 2v18",
    merge: "M3 5h7v12H3zM12 5h7v12h-7M8 11h6",
    lock: "M6 10h10v8H6zM8 10V7a3 3 0 016 0v3",
    pin: "M11 12v7M7 12h8l-1.5-3V4h-5v5z",
    link: "M9 13l4-4M7.5 11L5 13.5a3 3 0 004.2 4.2L11.7 15M10.3 7l2.5-2.5a3 3 0 014.2 4.2L14.5 11",
    undo: "M5 9h8a4.5 4.5 0 010 9H8M5 9l4-4M5 9l4 4",
    redo: "M17 9H9a4.5 4.5 0 000 9h5M17 9l-4-4M17 9l-4 4",
  };
  const TOOLS = ["select", "paint", "box", "erase", "move", "split", "merge", "lock", "pin", "link"];
  const KEYS = { select: "V", paint: "B", box: "R", erase: "E", move: "M", split: "S", merge: "G", lock: "L", pin: "P", link: "K" };
  const SPACE = "http://www.w3.org/2000/svg";

  const icon = (name) => {
    const picture = document.createElementNS(SPACE, "svg");
    const path = document.createElementNS(SPACE, "path");
    for (const [key, value] of Object.entries({ viewBox: "0 0 22 22", width: 22, height: 22, "aria-hidden": "true" })) {
      picture.setAttribute(key, value);
    }
    for (const [key, value] of Object.entries({ d: ICONS[name], fill: "none", stroke: "currentColor", "stroke-width": 1.7, "stroke-linejoin": "round", "stroke-linecap": "round" })) {
      path.setAttribute(key, value);
    }
    picture.append(path);
    return picture;
  };

  const toolButton = (name) =>
    app.make(
      "button",
      {
        type: "button",
        id: `bench-tool-${name}`,
        class: "bench-tool",
        title: `${app.t(`bench_hint_${name}`)} (${KEYS[name]})`,
        aria: { pressed: String(bench.tool === name), keyshortcuts: KEYS[name] },
        on: { click: () => bench.useTool(name) },
      },
      icon(name),
      app.make("span", { textContent: app.t(`bench_tool_${name}`) }),
    );

  const stepButton = (name, steps, action) => {
    const step = steps[steps.length - 1];
    const label = step ? `${app.t(`bench_${name}`)}: ${app.t(step.label)}` : app.t(`bench_${name}`);
    return app.make(
      "button",
      { type: "button", id: `bench-${name}`, class: "bench-tool", disabled: !step, title: label, aria: { label }, on: { click: action } },
      icon(name),
      app.make("span", { textContent: app.t(`bench_${name}`) }),
    );
  };

  const switchFor = (name) =>
    app.make(
      "label",
      { class: "bench-show" },
      app.make("input", {
        type: "checkbox",
        id: `bench-show-${name}`,
        checked: bench.shows[name],
        on: {
          change: () => {
            bench.shows[name] = !bench.shows[name];
            bench.redraw();
          },
        },
      }),
      app.make("span", { textContent: app.t(`bench_show_${name}`) }),
    );

  bench.showBar = () => {
    const bar = document.getElementById("bench-bar");
    const focused = bar.contains(document.activeElement) ? document.activeElement.id : "";
    const group = (label, ...nodes) =>
      app.make("div", { class: "bench-group", role: "group", aria: { label: app.t(label) } }, ...nodes);
    bar.replaceChildren(
      group("bench_group_tools", ...TOOLS.map(toolButton)),
      group("bench_group_steps", stepButton("undo", bench.past, bench.stepBack), stepButton("redo", bench.future, bench.stepForward)),
      group("bench_group_shows", ...["missing", "links", "old", "circle"].map(switchFor)),
    );
    if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
  };

  /* Steps that only move on keep their buttons: nothing else of the bar changes. */
  bench.showSteps = () => {
    for (const [name, steps, action] of [["undo", bench.past, bench.stepBack], ["redo", bench.future, bench.stepForward]]) {
      const old = document.getElementById(`bench-${name}`);
      const isFocused = document.activeElement === old;
      const fresh = stepButton(name, steps, action);
      old.replaceWith(fresh);
      if (isFocused) (fresh.disabled ? document.getElementById("bench-tool-select") : fresh).focus();
    }
  };
})();
