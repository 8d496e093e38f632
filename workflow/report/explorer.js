"use strict";
// The explorer of held-out galaxies: finds and lists them, and shows the one in the page's address.
// Its only data are the page's JSON, from galaxyzoo/report/explorer.py; nothing is fetched.
(() => {
  const ADDRESS = "#galaxy-";
  const ON_A_PAGE = 24;
  const WHO = { crowd: "voted", network: "predicted" };

  const element = (name) => document.getElementById(`explorer-${name}`);
  const data = JSON.parse(element("data").textContent);
  const columns = Object.entries(data.galaxies);
  const galaxies = data.galaxies.id.map((_, i) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[i]])),
  );
  const byId = new Map(galaxies.map((galaxy) => [galaxy.id, galaxy]));
  const controls = ["id", "answer", "who", "sort"].map(element);
  let listed = [];
  let page = 0;

  // Which galaxies

  const says = (galaxy, who, answer) => data.sayings[galaxy[who]].path.includes(answer);
  const paths = (galaxy) => Object.keys(WHO).map((who) => data.sayings[galaxy[who]].path.join());
  const saidBy = {
    either: (crowd, network) => crowd || network,
    crowd: (crowd) => crowd,
    network: (_, network) => network,
    both: (crowd, network) => crowd && network,
    one: (crowd, network) => crowd !== network,
  };

  function isWanted(galaxy) {
    const [id, answer, who] = controls.map((control) => control.value.trim());
    if (!galaxy.id.includes(id)) return false;
    if (answer === "") {
      const [crowd, network] = paths(galaxy);
      return who === "both" ? crowd === network : who !== "one" || crowd !== network;
    }
    const [crowd, network] = Object.keys(WHO).map((by) => says(galaxy, by, Number(answer)));
    return saidBy[who](crowd, network);
  }

  const orders = {
    worst: (a, b) => b.rmse - a.rmse,
    best: (a, b) => a.rmse - b.rmse,
    disagreement: (a, b) => b.disagreement - a.disagreement,
    id: (a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : 1),
  };

  // The list

  function list() {
    listed = galaxies.filter(isWanted).sort(orders[element("sort").value]);
    page = 0;
    showPage();
    showChosen();
  }

  function showPage() {
    const pages = Math.max(1, Math.ceil(listed.length / ON_A_PAGE));
    const start = page * ON_A_PAGE;
    const shown = listed.slice(start, start + ON_A_PAGE);
    element("list").replaceChildren(...shown.map(listItem));
    element("count").textContent = shown.length
      ? `${counted(listed.length)}, of which ${start + 1} to ${start + shown.length} are shown.`
      : "No galaxy matches.";
    element("page").textContent = `Page ${page + 1} of ${pages}`;
    element("previous").disabled = page === 0;
    element("next").disabled = page === pages - 1;
  }

  const counted = (number) =>
    `${number.toLocaleString("en")} ${number === 1 ? "galaxy" : "galaxies"}`;

  function listItem(galaxy) {
    const link = html("a", { href: ADDRESS + galaxy.id }, [
      picture(galaxy, ""),
      html("span", { class: "id" }, [galaxy.id]),
      html("span", {}, [`error ${galaxy.rmse.toFixed(3)}`]),
    ]);
    return html("li", {}, [link]);
  }

  function picture(galaxy, alt) {
    return galaxy.picture
      ? html("img", { src: `data:image/webp;base64,${galaxy.picture}`, alt })
      : html("span", { class: "no-picture" }, ["no picture in this page"]);
  }

  function turnPage(step) {
    page += step;
    showPage();
    showChosen();
  }

  // The chosen galaxy: the one in the address, or the first in the list if there is none

  function chosenId() {
    return location.hash.startsWith(ADDRESS) ? location.hash.slice(ADDRESS.length) : null;
  }

  function showChosen() {
    const id = chosenId();
    const galaxy = id === null ? listed[0] : byId.get(id);
    for (const link of element("list").querySelectorAll("a")) {
      const isChosen = galaxy && link.hash === ADDRESS + galaxy.id;
      if (isChosen) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    element("chosen").hidden = !galaxy && id === null;
    element("galaxy").hidden = !galaxy;
    element("heading").textContent = galaxy ? `Galaxy ${galaxy.id}` : `No galaxy ${id} here`;
    element("absent").hidden = Boolean(galaxy);
    if (galaxy) showGalaxy(galaxy);
  }

  function showGalaxy(galaxy) {
    element("picture").replaceChildren(picture(galaxy, `Picture of galaxy ${galaxy.id}`));
    for (const who of Object.keys(WHO)) {
      element(`${who}-says`).textContent = data.sayings[galaxy[who]].text;
    }
    element("error").textContent = galaxy.rmse.toFixed(5);
    element("disagreement").textContent = galaxy.disagreement.toFixed(3);
    const position = listed.indexOf(galaxy);
    for (const [name, step] of [["before", -1], ["after", 1]]) {
      const neighbour = position < 0 ? undefined : listed[position + step];
      element(name).hidden = !neighbour;
      if (neighbour) element(name).href = ADDRESS + neighbour.id;
    }
    drawTree(galaxy);
    element("numbers").replaceChildren(...data.tree.flatMap((q) => numberRows(q, galaxy)));
  }

  function numberRows(question, galaxy) {
    return question.answers.map((answer, k) => {
      const column = question.first + k;
      const cells = Object.entries(WHO).map(([who, values]) =>
        html("td", { class: says(galaxy, who, column) ? "number said" : "number" }, [
          (galaxy[values][column] / 1000).toFixed(3),
        ]),
      );
      return html("tr", {}, [
        html("td", { class: "number" }, [String(question.number)]),
        html("th", { scope: "row" }, [answer]),
        ...cells,
      ]);
    });
  }

  // The decision tree. Each question is a block in the column of its depth. A band flows in from the
  // answer that leads to it and splits among its answers. The width of a band is a probability: the
  // crowd's above the middle line, the network's below it.

  const COLUMN = 226;
  const ROW = 31;
  const FLOW = 14; // the width of a probability of 1
  const LINE = 14;
  const TITLE_LETTERS = 34;
  const ENTRY = 4;
  const NODE = 46;
  const NODE_WIDTH = 4;
  const LEAVE = 176;

  const questionOf = new Map(
    data.tree.flatMap((question) => question.answers.map((_, k) => [question.first + k, question])),
  );
  const depthOf = (question) =>
    question.parent === null ? 0 : 1 + depthOf(questionOf.get(question.parent));
  const ledToBy = (column) => data.tree.filter((question) => question.parent === column);
  const withFollowing = (question) => [
    question,
    ...question.answers.flatMap((_, k) => ledToBy(question.first + k).flatMap(withFollowing)),
  ];

  const { blocks, rowOf, height, width } = layout();

  function layout() {
    const ends = [];
    const rowOf = new Map();
    const blocks = ledToBy(null).flatMap(withFollowing).map((question) => {
      const depth = depthOf(question);
      const title = lines(`${question.number}. ${question.text}`);
      const top = ends[depth] ?? 0;
      const firstRow = top + LINE * title.length + 8;
      question.answers.forEach((_, k) => {
        rowOf.set(question.first + k, { x: depth * COLUMN, y: firstRow + ROW * (k + 0.5) });
      });
      const rowsHeight = ROW * question.answers.length;
      ends[depth] = firstRow + rowsHeight + 22;
      return { question, title, top, x: depth * COLUMN, middle: firstRow + rowsHeight / 2 };
    });
    return { blocks, rowOf, height: Math.max(...ends) - 16, width: ends.length * COLUMN };
  }

  function lines(text) {
    const found = [""];
    for (const word of text.split(" ")) {
      const longer = `${found.at(-1)} ${word}`.trim();
      if (longer.length <= TITLE_LETTERS) found[found.length - 1] = longer;
      else found.push(word);
    }
    return found;
  }

  function drawTree(galaxy) {
    const bands = [];
    const texts = [];
    for (const { question, title, top, x, middle } of blocks) {
      title.forEach((line, i) => texts.push(label(line, x + ENTRY, top + LINE * (i + 1), "title")));
      for (const [who, values] of Object.entries(WHO)) {
        bands.push(...flows(question, galaxy[values], who, x, middle));
      }
      question.answers.forEach((answer, k) => {
        const column = question.first + k;
        const { y } = rowOf.get(column);
        const said = Object.keys(WHO).filter((who) => says(galaxy, who, column));
        bands.push(svg("path", { class: "node", d: `M${x + NODE} ${y - ROW / 2 + 1}v${ROW - 2}` }));
        texts.push(label(answer, x + NODE + 37, y + 4, said.length ? "said" : ""));
        for (const [who, values] of Object.entries(WHO)) {
          const percent = String(Math.round(galaxy[values][column] / 10));
          const kind = said.includes(who) ? "percent said" : "percent";
          texts.push(label(percent, x + NODE + 28, y + (who === "crowd" ? -2 : 11), kind));
        }
      });
    }
    const tree = element("tree");
    tree.setAttribute("viewBox", `0 0 ${width} ${height}`);
    tree.setAttribute("width", width);
    tree.setAttribute("height", height);
    tree.setAttribute(
      "aria-label",
      `The decision tree with the crowd’s and the network’s flow for galaxy ${galaxy.id}; ` +
        "the table below gives the numbers.",
    );
    tree.replaceChildren(...bands, ...texts);
  }

  // All bands of one question: from the answer that leads to it, to each of its answers, and on
  // through the answers that lead to other questions.
  function flows(question, probabilities, who, x, middle) {
    const side = who === "crowd" ? -1 : 1;
    const widths = question.answers.map((_, k) => (FLOW * probabilities[question.first + k]) / 1000);
    const total = widths.reduce((sum, one) => sum + one, 0);
    const found = [];
    if (question.parent !== null) {
      const from = rowOf.get(question.parent);
      const inflow = (FLOW * probabilities[question.parent]) / 1000;
      found.push(band(who, [from.x + LEAVE, from.y], [x + ENTRY, middle], side * inflow));
    }
    let before = who === "crowd" ? total : 0;
    question.answers.forEach((_, k) => {
      if (who === "crowd") before -= widths[k];
      const { y } = rowOf.get(question.first + k);
      const start = [x + ENTRY, middle + side * before];
      found.push(band(who, start, [x + NODE, y], side * widths[k]));
      if (ledToBy(question.first + k).length) {
        found.push(band(who, [x + NODE + NODE_WIDTH, y], [x + LEAVE, y], side * widths[k]));
      }
      if (who === "network") before += widths[k];
    });
    return found;
  }

  // A band on one side of a smooth curve: below it, or above it if `thickness` is negative.
  function band(who, [x1, y1], [x2, y2], thickness) {
    const bend = (x1 + x2) / 2;
    const there = `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`;
    const back = `v${thickness}C${bend} ${y2 + thickness} ${bend} ${y1 + thickness} ${x1} ${y1 + thickness}z`;
    return svg("path", { class: `band ${who}`, d: there + back });
  }

  const label = (text, x, y, kind) => svg("text", { x, y, class: kind }, [text]);

  // Elements

  const built = (made, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };
  const html = (name, attributes, children = []) =>
    built(document.createElement(name), attributes, children);
  const svg = (name, attributes, children = []) =>
    built(
      document.createElementNS(element("tree").namespaceURI, name),
      attributes,
      children,
    );

  for (const control of controls) control.addEventListener("input", list);
  element("filters").addEventListener("submit", (event) => {
    event.preventDefault();
    if (listed.length) location.hash = ADDRESS + listed[0].id;
  });
  element("previous").addEventListener("click", () => turnPage(-1));
  element("next").addEventListener("click", () => turnPage(1));
  addEventListener("hashchange", () => {
    showChosen();
    if (chosenId() !== null) element("heading").focus();
  });

  element("root").hidden = false;
  list();
  if (chosenId() !== null) element("heading").focus();
})();
