/* What is shown and how it counts: state of the page, answers, classes, wording. */
"use strict";
(() => {
  const app = window.lianpian;
  const HAVES = 9;
  const SIDE = { zh: 0, en: 1 };

  app.start = (doc) => {
    app.doc = doc;
    app.state = {
      language: doc.imprint.languages[0] || "zh",
      have: -1,
      walker: doc.walkers[0],
      chosen: null,
      walk: -1,
      theme: "light",
      places: new Set(),
      layers: {
        zones: true,
        circle: true,
        zone_circle: false,
        own_circle: true,
        walks: true,
        gates: false,
        kept: true,
        links: false,
        names: true,
        tiles: true,
      },
    };
    app.communityCount = doc.communities.id.length;
  };

  /* Colours around the classes, of the light or the dark page. */
  app.theme = () => app.doc.looks.themes[app.printing || app.state.theme];

  /* Wording */
  app.pick = (both) => (both ? both[SIDE[app.state.language]] || both[0] : "");
  /* A third text is the English singular. */
  app.t = (key, values = {}) => {
    const texts = app.doc.words[key] || [key, key];
    const isOne = texts.length > 2 && String(values.n) === "1" && app.state.language === "en";
    const text = isOne ? texts[2] : app.pick(texts);
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  };
  /* A name without what stands in brackets behind it, for narrow columns. */
  app.haveShort = (have) => app.haveName(have).split(/（| \(/)[0];
  app.labelled = (name, text) => (app.state.language === "zh" ? `${name}：${text}` : `${name}: ${text}`);
  app.listed = (texts) => texts.join(app.state.language === "zh" ? "、" : ", ");
  app.code = (group, word) => {
    const words = app.doc.codes[group] || {};
    const text = app.listed(word.split(";").map((part) => app.pick(words[part] || [part, part])));
    return words[word] ? raised(text) : text;
  };
  /* The half in the page's language of a cell that says one thing in both: "zh / en". */
  app.half = (text) => {
    const halves = text.split(" / ");
    return halves.length === 2 ? app.pick(halves) : text;
  };
  /* Names for the ids of communities that a reason leads through. */
  app.named = (text) =>
    text.replace(/(（经 |^through |; through )([^）;；]+)/g, (_, word, ids) => {
      const places = ids.split(/、|, /).map((id) => app.doc.communities.id.indexOf(id));
      return places.includes(-1) ? word + ids : word + app.listed(places.map(app.communityName));
    });
  /* A format is dear to make and cheap to use. */
  const formats = [0, 1].map(
    (digits) => new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  app.number = (value, digits = 0) => formats[digits].format(value);
  /* Gates that touch are no walk of nought minutes. */
  app.minutesText = (minutes) => (minutes < 1 ? app.t("minutes_under") : app.t("minutes", { n: app.number(minutes, 1) }));
  const raised = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  app.raised = raised;
  app.haveName = (have) => raised(app.pick(app.doc.haves[have].label));
  app.communityName = (i) => (app.doc.communities.name || [])[i] || app.unnamed(i);
  /* Residents know no codes: an unnamed community is told by the street that it stands by. */
  app.unnamed = (i) => app.pick(app.doc.communities.unnamed[i]);
  /* What stands on the map itself: an unnamed one has nothing to say there. */
  app.communityShort = (i) => (app.doc.communities.name || [])[i] || "";
  app.placeName = (i) => {
    const { name, category } = app.doc.facilities;
    return name[i] || app.t("unnamed_place", { have: app.haveShort(category[i]) });
  };
  app.count = (n) => app.t("communities_n", { n: app.number(n) });

  /* Answers */
  app.gaps = () => app.doc.gaps[app.state.walker];
  app.status = (community, have) => {
    const gaps = app.gaps();
    return gaps ? app.doc.statuses[+gaps.status[community * HAVES + have]] : "no_data";
  };
  /* Per cent of households within the limit from their own building, where a have is met from the
     gate and yet not for all of them; else nothing. The public map knows tens only. */
  app.coveredText = (community, have, word) => {
    const gaps = app.gaps();
    const at = community * HAVES + have;
    const status = app.status(community, have);
    if (!gaps.covered || gaps.covered[at] < 0 || gaps.covered[at] >= 100 || (status !== "met" && status !== "small")) return "";
    const n = gaps.covered[at];
    return app.t(word, { n: app.doc.kind === "public" && n > 0 ? app.t("about_n", { n }) : n });
  };
  app.isMissing = (status) => status === "far" || status === "gap";

  /* Count the answers of a community: missing, unconfirmed and not known are three things. */
  app.tally = (community) => {
    const out = { met: 0, missing: 0, unconfirmed: 0, no_data: 0 };
    for (let have = 0; have < HAVES; have += 1) {
      const status = app.status(community, have);
      if (app.isMissing(status)) out.missing += 1;
      else if (status === "unconfirmed") out.unconfirmed += 1;
      else if (status === "no_data") out.no_data += 1;
      else out.met += 1;
    }
    return out;
  };

  /* Class of a community by what it misses. Nothing found missing is not "none missing" as long as
     an answer waits or is not known: the two have a look and a row of the legend of their own. */
  app.missingClass = (community) => {
    const looks = app.doc.looks;
    const tally = app.tally(community);
    if (tally.no_data === HAVES) {
      return { key: "no_data", fill: looks.no_data, label: "", waits: false };
    }
    if (tally.missing === 0 && tally.unconfirmed + tally.no_data > 0) {
      return { key: "none_found", fill: looks.none_found, label: "", waits: false };
    }
    const step = looks.missing.find((one) => tally.missing >= one.low && tally.missing <= one.high);
    const waits = tally.unconfirmed + tally.no_data > 0;
    return { key: `missing_${step.low}`, fill: step.fill, label: tally.missing ? String(tally.missing) : "", waits };
  };

  /* Class of a community in the view: key for the legend, look for the map. */
  app.classOf = (community) => {
    if (app.state.have < 0) return app.missingClass(community);
    const status = app.status(community, app.state.have);
    return { key: status, fill: app.doc.looks.statuses[status], label: "", waits: false };
  };

  app.recount = () => {
    app.classes = [];
    for (let i = 0; i < app.communityCount; i += 1) app.classes.push(app.classOf(i));
  };

  app.countsOf = (have) => {
    const out = { missing: 0, unconfirmed: 0, no_data: 0 };
    for (let i = 0; i < app.communityCount; i += 1) {
      const status = app.status(i, have);
      if (app.isMissing(status)) out.missing += 1;
      else if (status === "unconfirmed") out.unconfirmed += 1;
      else if (status === "no_data") out.no_data += 1;
    }
    return out;
  };

  app.placesOf = (have) => {
    const out = [];
    app.doc.facilities.category.forEach((category, i) => {
      if (category === have) out.push(i);
    });
    return out;
  };

  /* The facilities that are nearest to the chosen community, one a have where there is one. */
  app.nearestOf = (community) => {
    const gaps = app.gaps();
    if (!gaps || !gaps.nearest) return [];
    return gaps.nearest.slice(community * HAVES, (community + 1) * HAVES);
  };
})();
