/* The link in the page's address: what is shown can be passed on, from a server or from a file. */
"use strict";
(() => {
  const app = window.lianpian;

  /* What the address always holds, without the place on the map. */
  const partsOfState = () => {
    const { chosen, have, language, walker, walk, places } = app.state;
    const { communities, zones, haves, imprint, walkers } = app.doc;
    const parts = new URLSearchParams();
    if (chosen && chosen.kind === "community") parts.set("community", communities.id[chosen.at]);
    if (chosen && chosen.kind === "zone") parts.set("zone", zones.id[chosen.at]);
    if (have >= 0) parts.set("have", haves[have].id);
    if (walk >= 0) parts.set("walk", haves[walk].id);
    if (walker !== walkers[0]) parts.set("walker", walker);
    if (places.size) parts.set("places", [...places].map((one) => haves[one].id).join(","));
    if (language !== imprint.languages[0]) parts.set("lang", language);
    return parts;
  };

  app.writeLink = () => history.replaceState(null, "", `#${partsOfState()}`);

  /* A link that opens the very picture: with its place on the map. */
  const wholeLink = () => {
    const parts = partsOfState();
    const { lat, lng } = app.map.getCenter();
    parts.set("at", `${app.map.getZoom()}/${lat.toFixed(5)}/${lng.toFixed(5)}`);
    return `${window.location.href.split("#")[0]}#${parts}`;
  };

  const placeOf = (text) => {
    const [zoom, lat, lng] = (text || "").split("/").map(Number);
    const isPlace = zoom >= 1 && Math.abs(lat) <= 90 && Math.abs(lng) <= 180;
    return isPlace ? { zoom, centre: [lat, lng] } : null;
  };

  /* Read the address: the state takes what it says, unknown words count for nothing. */
  app.readLink = () => {
    const parts = new URLSearchParams(window.location.hash.slice(1));
    const { doc, state } = app;
    const haveOf = (name) => doc.haves.findIndex((have) => have.id === name);
    const language = parts.get("lang") || doc.imprint.languages[0];
    if (doc.imprint.languages.includes(language)) state.language = language;
    state.walker = doc.walkers.includes(parts.get("walker")) ? parts.get("walker") : doc.walkers[0];
    state.have = haveOf(parts.get("have"));
    state.places = new Set((parts.get("places") || "").split(",").map(haveOf).filter((have) => have >= 0));
    const community = doc.communities.id.indexOf(parts.get("community"));
    const zone = doc.zones.id.indexOf(parts.get("zone"));
    let chosen = null;
    if (zone >= 0) chosen = { kind: "zone", at: zone };
    if (community >= 0) chosen = { kind: "community", at: community };
    return { chosen, walk: haveOf(parts.get("walk")), place: placeOf(parts.get("at")) };
  };

  /* Show what a link asks for, when the page opens and when its address is changed by hand. */
  app.followLink = ({ chosen, walk, place }) => {
    if (chosen || app.state.chosen) app.choose(chosen, { fly: !place });
    if (chosen && chosen.kind === "community" && walk >= 0) app.showWalk(chosen.at, walk, { fly: !place });
    if (place) app.map.setView(place.centre, place.zoom, { animate: false });
  };

  app.startLink = () => {
    window.addEventListener("hashchange", () => {
      const asked = app.readLink();
      app.change({}, { everything: true });
      app.followLink(asked);
    });
    const dialog = document.getElementById("share-dialog");
    const field = document.getElementById("share-link");
    const said = document.getElementById("share-said");
    document.getElementById("open-share").addEventListener("click", () => {
      field.value = wholeLink();
      said.textContent = app.t(window.location.protocol === "file:" ? "share_file" : "share_hint");
      dialog.showModal();
      field.select();
    });
    document.getElementById("share-copy").addEventListener("click", async () => {
      field.select();
      let copied = false;
      try {
        await navigator.clipboard.writeText(field.value);
        copied = true;
      } catch {
        copied = document.execCommand("copy");
      }
      said.textContent = app.t(copied ? "share_copied" : "share_by_hand");
    });
  };
})();
