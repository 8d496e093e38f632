"use strict";
// The search of a catalogue's page. Its only data are the page's JSON, from
// galaxyzoo/catalogue/preview.py; nothing is fetched.
(() => {
  const MOST_SHOWN = 50;
  const element = (name) => document.getElementById(`catalogue-${name}`);
  const rows = JSON.parse(element("data").textContent);
  const numbers = rows.map((row) => row.map((value) => typeof value === "number"));
  const searched = rows.map((row) => `${row[0]} ${row[1]} ${row.at(-1)}`.toLowerCase());

  const cell = (value, isNumber, isFirst) => {
    const made = document.createElement(isFirst ? "th" : "td");
    if (isFirst) made.scope = "row";
    if (isNumber) made.className = "number";
    made.textContent = isNumber ? value.toFixed(3) : value ?? "";
    return made;
  };

  function search() {
    const words = element("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = rows.flatMap((_, i) => (words.every((word) => searched[i].includes(word)) ? [i] : []));
    element("rows").replaceChildren(
      ...found.slice(0, MOST_SHOWN).map((i) => {
        const row = document.createElement("tr");
        row.append(...rows[i].map((value, k) => cell(value, numbers[i][k], k === 0)));
        return row;
      }),
    );
    const many = found.length.toLocaleString("en");
    element("count").textContent =
      found.length > MOST_SHOWN ? `${many} galaxies match; the first ${MOST_SHOWN} are shown.`
      : found.length === 1 ? "1 galaxy matches."
      : found.length ? `${many} galaxies match.`
      : "No galaxy matches.";
  }

  element("form").hidden = false;
  element("form").addEventListener("submit", (event) => event.preventDefault());
  element("search").addEventListener("input", search);
})();
