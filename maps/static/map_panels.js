/* The side panel: legend with counts, the nine haves, layers, zones. */
"use strict";
(() => {
  const app = window.lianpian;

  const LINKS = ["wall", "lane", "road", "arterial", "bridge", "added", "cut"];

  /* Make an element; text only ever becomes a text node. */
  app.make = (tag, options = {}, ...children) => {
    const node = document.createElement(tag);
    const { class: name, on, aria, style, ...rest } = options;
    if (name) node.className = name;
    for (const [key, value] of Object.entries(aria || {})) node.setAttribute(`aria-${key}`, value);
    for (const [key, value] of Object.entries(style || {})) node.style.setProperty(key, value);
    for (const [event, action] of Object.entries(on || {})) node.addEventListener(event, action);
    Object.assign(node, rest);
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };

  /* A small picture drawn by the same pens as the map, hidden from screen readers. */
  app.picture = (width, height, draw) => {
    const ratio = 2;
    const node = app.make("canvas", { class: "picture", width: width * ratio, height: height * ratio });
    node.setAttribute("aria-hidden", "true");
    node.style.width = `${width}px`;
    node.style.height = `${height}px`;
    const pen = node.getContext("2d");
    pen.scale(ratio, ratio);
    draw(pen, ratio);
    return node;
  };

  app.swatch = (fill, hatch) =>
    app.picture(26, 16, (pen, ratio) => {
      pen.fillStyle = fill.colour;
      pen.fillRect(0.5, 0.5, 25, 15);
      if (hatch || fill.hatch) {
        pen.fillStyle = app.hatch(pen, hatch || fill.hatch, fill.ink, ratio);
        pen.fillRect(0.5, 0.5, 25, 15);
      }
      pen.strokeStyle = app.theme().edge;
      pen.strokeRect(0.5, 0.5, 25, 15);
    });

  app.badgePicture = (have, confirmed = true) =>
    app.picture(28, 28, (pen, ratio) => {
      const badge = app.badge(have, 20, confirmed, ratio);
      pen.drawImage(badge, 0, 0, badge.logicalSide, badge.logicalSide);
    });

  const linePicture = (colour, dash, fill) =>
    app.picture(26, 16, (pen) => {
      if (fill) {
        pen.fillStyle = fill;
        pen.fillRect(1, 1, 24, 14);
      }
      pen.strokeStyle = colour;
      pen.lineWidth = 2;
      pen.setLineDash(dash);
      if (fill) pen.strokeRect(1, 1, 24, 14);
      else {
        pen.beginPath();
        pen.moveTo(0, 8);
        pen.lineTo(26, 8);
        pen.stroke();
      }
    });

  const legendRow = (picture, text, count) =>
    app.make(
      "li",
      { class: count === 0 ? "legend-row is-none" : "legend-row" },
      picture,
      app.make("span", { class: "legend-text", textContent: text }),
      count === undefined
        ? null
        : app.make("span", { class: "legend-count", textContent: app.number(count) }),
    );

  const classRows = () => {
    const { looks, statuses } = app.doc;
    const counts = {};
    /* Among the communities that miss something; the rows above count these already. */
    let waiting = 0;
    for (const one of app.classes) {
      counts[one.key] = (counts[one.key] || 0) + 1;
      if (one.waits) waiting += 1;
    }
    if (app.state.have >= 0) {
      return statuses.map((status) =>
        legendRow(
          app.swatch(looks.statuses[status]),
          app.isMissing(status) ? app.t(`missing_${status}`) : app.code("gaps.status", status),
          counts[status] || 0,
        ),
      );
    }
    const rows = looks.missing.map((step) => {
      const text =
        step.low === 0
          ? app.t("missing_0")
          : step.low === step.high
            ? app.t("missing_n", { n: step.low })
            : app.t("missing_range", { low: step.low });
      return legendRow(app.swatch(step.fill), text, counts[`missing_${step.low}`] || 0);
    });
    rows.splice(
      1,
      0,
      legendRow(app.swatch(looks.none_found), app.t("class_none_found"), counts.none_found || 0),
    );
    rows.push(
      legendRow(app.swatch(looks.no_data), app.t("class_no_data"), counts.no_data || 0),
    );
    if (waiting) {
      const hatched = app.swatch({ colour: "#ffffff", ink: looks.no_data.ink }, looks.unconfirmed_hatch);
      rows.push(legendRow(hatched, app.t("class_unconfirmed", { n: app.number(waiting) })));
    }
    return rows;
  };

  app.showLegend = () => {
    const title = document.getElementById("legend-title");
    const { have } = app.state;
    title.textContent =
      have >= 0 ? app.t("legend_have", { have: app.haveName(have) }) : app.t("legend_missing");
    const list = document.getElementById("legend");
    list.replaceChildren(...(app.gaps() ? classRows() : []));
    if (have >= 0) {
      const { catchment, catchment_fill: fill } = app.theme();
      list.append(legendRow(linePicture(catchment, [2, 3], fill), app.t("legend_catchment")));
    }
  };

  /* The nine haves: a radio to look at one, a tick to show its facilities. */
  app.showHaves = () => {
    const box = document.getElementById("haves");
    const focused = document.activeElement && document.activeElement.id;
    const tallies = app.doc.haves.map((_, have) => (app.gaps() ? app.countsOf(have) : { missing: 0, unconfirmed: 0, no_data: 0 }));
    const hasBlanks = tallies.some((one) => one.no_data > 0);
    const table = app.make("table", { class: hasBlanks ? "haves has-blanks" : "haves" });
    table.append(
      app.make(
        "thead",
        {},
        app.make(
          "tr",
          {},
          app.make("th", { scope: "col" }, app.make("span", { class: "unseen", textContent: app.t("haves_title") })),
          app.make("th", { scope: "col", textContent: app.t("haves_column_missing") }),
          app.make("th", { scope: "col", textContent: app.t("haves_column_unconfirmed") }),
          hasBlanks ? app.make("th", { scope: "col", textContent: app.t("haves_column_no_data") }) : null,
          app.make("th", { scope: "col", textContent: app.t("haves_column_places") }),
        ),
      ),
    );
    const body = app.make("tbody");
    const all = app.make(
      "tr",
      { class: app.state.have < 0 ? "is-chosen" : "" },
      app.make("th", { scope: "row", colSpan: hasBlanks ? 5 : 4 }, haveButton(-1, null, app.t("haves_all"))),
    );
    body.append(all);
    app.doc.haves.forEach((_, have) => body.append(haveRow(have, tallies[have], hasBlanks)));
    table.append(body);
    const hollow = app.doc.facilities.confirmed.includes("0")
      ? app.make(
          "p",
          { class: "hint hollow" },
          app.badgePicture(0, false),
          app.make("span", { textContent: app.t("legend_unconfirmed_place") }),
        )
      : null;
    const counted = app.make("p", { class: "hint print-hidden", textContent: app.t("places_note") });
    box.replaceChildren(...[table, hollow, counted].filter(Boolean));
    if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
  };

  const haveButton = (have, picture, text) =>
    app.make(
      "button",
      {
        type: "button",
        class: "have",
        id: `have-${have}`,
        aria: { pressed: String(app.state.have === have) },
        on: { click: () => app.change({ have: app.state.have === have ? -1 : have }) },
      },
      picture,
      app.make("span", { textContent: text }),
    );

  const haveRow = (have, { missing, unconfirmed, no_data: blank }, hasBlanks) => {
    const places = app.placesOf(have).length;
    const tick = app.make("input", {
      type: "checkbox",
      id: `places-${have}`,
      checked: app.state.places.has(have),
      aria: { label: app.t("show_places", { have: app.haveName(have), n: places }) },
      on: {
        change: () => {
          const shown = new Set(app.state.places);
          if (!shown.delete(have)) shown.add(have);
          app.change({ places: shown });
        },
      },
    });
    const bar = app.make("span", { class: "bar-fill" });
    bar.style.width = `${Math.round((100 * missing) / Math.max(1, app.communityCount))}%`;
    return app.make(
      "tr",
      { class: app.state.have === have ? "is-chosen" : "" },
      app.make("th", { scope: "row" }, haveButton(have, app.badgePicture(have), app.haveShort(have))),
      app.make(
        "td",
        { class: "have-missing" },
        app.make("span", { class: "have-number", textContent: app.number(missing) }),
        app.make("span", { class: "bar-track", aria: { hidden: "true" } }, bar),
      ),
      app.make("td", { class: unconfirmed ? "have-open" : "have-open is-none", textContent: app.number(unconfirmed) }),
      hasBlanks ? app.make("td", { class: blank ? "have-blank" : "have-blank is-none", textContent: app.number(blank) }) : null,
      app.make(
        "td",
        { class: "have-places" },
        app.make("label", {}, tick, app.make("span", { textContent: app.number(places) })),
      ),
    );
  };

  /* Layers */
  const layerRow = (name, picture, rows = []) =>
    app.make(
      "div",
      { class: "layer" },
      app.make(
        "label",
        {},
        app.make("input", {
          type: "checkbox",
          id: `layer-${name}`,
          checked: app.state.layers[name],
          on: {
            change: () =>
              app.change({ layers: { ...app.state.layers, [name]: !app.state.layers[name] } }),
          },
        }),
        app.make("span", { textContent: app.t(`layer_${name}`) }),
        picture,
      ),
      rows.length ? app.make("ul", { class: "legend small" }, ...rows) : null,
    );

  /* Nested bands are darker inside, as on the map. */
  const bandPictures = () =>
    app.doc.bands.length < 2
      ? []
      : [...app.doc.bands].reverse().map((band, depth) => {
          const picture = app.picture(26, 16, (pen) => {
            for (let n = 0; n <= depth; n += 1) {
              pen.fillStyle = app.theme().circle_fill;
              pen.fillRect(1, 1, 24, 14);
            }
            pen.strokeStyle = app.theme().circle;
            pen.lineWidth = 2;
            pen.strokeRect(1, 1, 24, 14);
          });
          return legendRow(picture, app.t("band_n", { n: band }));
        });

  const gatePictures = () =>
    ["surveyed", "inferred", "nearest"].map((kind) => {
      const n = app.doc.gates.kind.filter((one) => one === kind).length;
      const picture = app.picture(26, 16, (pen) => app.drawGate(pen, kind, 13, 8, 4.5));
      return legendRow(picture, app.t(`gate_${kind}`), n);
    });

  const linkPictures = () =>
    LINKS.map((kind) => {
      const n = app.doc.links.kind.filter((one) => one === kind).length;
      return legendRow(linePicture(app.theme()[kind], app.linkDash(kind)), app.code("adjacency.kind", kind), n);
    });

  app.showLayers = () => {
    const { doc, state } = app;
    const theme = app.theme();
    const rows = [];
    const hasZones = doc.zones.id.length > 0;
    if (hasZones) rows.push(layerRow("zones", linePicture(theme.zone, [])));
    rows.push(layerRow("circle", linePicture(theme.circle, [], theme.circle_fill), bandPictures()));
    if (hasZones) rows.push(layerRow(app.zoneCircleLayer(), linePicture(theme.zone_circle, [6, 3], theme.zone_circle_fill)));
    rows.push(layerRow("gates", null, gatePictures()));
    if (doc.protections) {
      const kinds = state.layers.kept ? app.kindsKept() : [];
      rows.push(layerRow("kept", null, kinds.map(({ picture, text, n }) => legendRow(picture, text, n))));
    }
    if (doc.links) rows.push(layerRow("links", null, state.layers.links ? linkPictures() : []));
    rows.push(layerRow("names", null));
    if (app.tiles) rows.push(layerRow("tiles", null));
    document.getElementById("layers").replaceChildren(...rows);
    const walkers = document.getElementById("walkers");
    walkers.hidden = doc.walkers.length < 2;
    walkers.replaceChildren(
      ...doc.walkers.map((walker) =>
        app.make("button", {
          type: "button",
          id: `walker-${walker}`,
          textContent: app.code("walker", walker),
          aria: { pressed: String(state.walker === walker) },
          on: { click: () => app.change({ walker }) },
        }),
      ),
    );
  };

  app.showZones = () => {
    const { zones } = app.doc;
    document.getElementById("zones-section").hidden = zones.id.length === 0;
    document.getElementById("zones").replaceChildren(
      ...zones.id.map((id, at) => {
        const { chosen } = app.state;
        const isChosen = Boolean(chosen && chosen.kind === "zone" && chosen.at === at);
        const detail = zones.households
          ? `${app.count(zones.communities[at])} · ${app.t("households_n", { n: app.number(zones.households[at]) })}`
          : app.count(zones.communities[at]);
        return app.make(
          "li",
          {},
          app.make(
            "button",
            {
              type: "button",
              class: "zone",
              aria: { pressed: String(isChosen) },
              on: { click: () => app.choose({ kind: "zone", at }, { fly: true, focus: true }) },
            },
            app.make("strong", { textContent: id }),
            app.make("span", { textContent: detail }),
          ),
        );
      }),
    );
  };
})();
