/* Search by name, pinyin and initials, with a list that arrow keys walk through. */
"use strict";
(() => {
  const app = window.lianpian;
  const SHOWN = 12;
  const make = (...parts) => app.make(...parts);

  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/[\s·•()（）-]/g, "");

  /* Whether letters spell the signs from `at` on: each sign by the beginning of one of its readings,
     so that full pinyin, initials and a mixture of both are found alike. */
  const spells = (letters, from, signs, at) => {
    if (from === letters.length) return true;
    if (at === signs.length) return false;
    if (letters[from] === signs[at] && spells(letters, from + 1, signs, at + 1)) return true;
    const readings = app.doc.readings[signs[at]] || "";
    for (const reading of readings.split(" ")) {
      let length = 0;
      while (length < reading.length && letters[from + length] === reading[length]) length += 1;
      for (; length > 0; length -= 1) if (spells(letters, from + length, signs, at + 1)) return true;
    }
    return false;
  };

  /* Where a name answers a query: by its signs, else by their sounds; -1 where it does not. */
  const place = (wanted, name) => {
    const at = name.indexOf(wanted);
    if (at >= 0 || !/[a-z]/.test(wanted)) return at;
    const signs = [...name];
    return signs.findIndex((_, n) => spells(wanted, 0, signs, n));
  };

  app.find = (query) => {
    const wanted = plain(query);
    if (!wanted) return [];
    const rows = [];
    const { id, subdistrict } = app.doc.communities;
    for (let i = 0; i < app.communityCount; i += 1) {
      const at = place(wanted, plain(app.communityName(i)));
      if (at >= 0) rows.push([at, i]);
      else if (plain(id[i]) === wanted) rows.push([0, i]);
      else if (subdistrict && place(wanted, plain(subdistrict[i] || "")) >= 0) rows.push([1000, i]);
    }
    rows.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return rows.map((row) => row[1]);
  };

  /* Search with a list that arrow keys walk through */
  app.startSearch = () => {
    const input = document.getElementById("search");
    const list = document.getElementById("found");
    const spoken = document.getElementById("spoken");
    let rows = [];
    let active = -1;

    const close = () => {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
      active = -1;
    };
    const take = (i) => {
      input.value = app.communityName(i);
      close();
      app.choose({ kind: "community", at: i }, { fly: true, focus: true });
    };
    const mark = (next) => {
      active = next;
      [...list.children].forEach((node, n) => {
        node.setAttribute("aria-selected", String(n === active));
        if (n === active) {
          input.setAttribute("aria-activedescendant", node.id);
          node.scrollIntoView({ block: "nearest" });
        }
      });
    };
    const show = () => {
      const all = app.find(input.value);
      rows = all.slice(0, SHOWN);
      if (input.value.trim()) spoken.textContent = app.t("found_n", { n: app.number(all.length) });
      const options = rows.map((i, n) => {
        const office = (app.doc.communities.subdistrict || [])[i] || "";
        return make(
          "li",
          { id: `found-${n}`, role: "option", aria: { selected: "false" }, on: { mousedown: (event) => { event.preventDefault(); take(i); } } },
          make("span", { textContent: app.communityName(i) }),
          make("small", { textContent: office }),
        );
      });
      const none = make("li", { role: "option", class: "none", aria: { disabled: "true", selected: "false" }, textContent: app.t("search_none") });
      list.replaceChildren(...(options.length ? options : [none]));
      const isOpen = input.value.trim() !== "";
      list.hidden = !isOpen;
      input.setAttribute("aria-expanded", String(isOpen));
      active = -1;
    };
    input.addEventListener("input", show);
    input.addEventListener("focus", () => input.value.trim() && show());
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && rows.length) mark((active + 1) % rows.length);
      else if (event.key === "ArrowUp" && rows.length) mark((active - 1 + rows.length) % rows.length);
      else if (event.key === "Enter" && rows.length) take(rows[Math.max(0, active)]);
      else if (event.key === "Escape" && !list.hidden) close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  };
})();
