// The explorer of held-out galaxies: finds and lists them, and shows the one in the page's address.
// Its only data are the page's JSON, from galaxyzoo/report/explorer.py; nothing is fetched. tree.js
// comes before it.
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
  const drawTree = treeDrawing(data.tree, element("tree"));
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
    const named = galaxy.name.toLowerCase().includes(id.toLowerCase());
    if (!named && !galaxy.id.includes(id)) return false;
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
      html("span", { class: "id" }, [galaxy.name]),
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
    element("heading").textContent = galaxy ? `Galaxy ${galaxy.name}` : `No galaxy ${id} here`;
    element("absent").hidden = Boolean(galaxy);
    if (galaxy) showGalaxy(galaxy);
  }

  function showGalaxy(galaxy) {
    element("picture").replaceChildren(picture(galaxy, `Picture of galaxy ${galaxy.name}`));
    for (const who of Object.keys(WHO)) {
      element(`${who}-says`).textContent = data.sayings[galaxy[who]].text;
    }
    element("error").textContent = galaxy.rmse.toFixed(5);
    element("disagreement").textContent = galaxy.disagreement.toFixed(3);
    const owners = ownersOf(galaxy);
    element("owners").replaceChildren(...owners);
    element("owners").hidden = owners.length === 0;
    const position = listed.indexOf(galaxy);
    for (const [name, step] of [["before", -1], ["after", 1]]) {
      const neighbour = position < 0 ? undefined : listed[position + step];
      element(name).hidden = !neighbour;
      if (neighbour) element(name).href = ADDRESS + neighbour.id;
    }
    const whos = Object.entries(WHO);
    drawTree(
      Object.fromEntries(whos.map(([who, values]) => [who, galaxy[values]])),
      Object.fromEntries(whos.map(([who]) => [who, data.sayings[galaxy[who]].path])),
      `The decision tree with ${element("tree").dataset.their} and the network’s flow for galaxy ` +
        `${galaxy.name}; the table below gives the numbers.`,
    );
    element("numbers").replaceChildren(...data.tree.flatMap((q) => numberRows(q, galaxy)));
  }

  function ownersOf(galaxy) {
    const known = data.carried.map((column, i) => [column, galaxy.carried[i]]);
    if (galaxy.name !== galaxy.id) known.unshift(["GalaxyID", galaxy.id]);
    return known.map(([column, cell]) =>
      html("div", {}, [html("dt", {}, [column]), html("dd", {}, [cell || "–"])]),
    );
  }

  function numberRows(question, galaxy) {
    return question.answers.map((answer, k) => {
      const column = question.first + k;
      const cells = Object.entries(WHO).map(([who, values]) =>
        html("td", { class: says(galaxy, who, column) ? "number said" : "number" }, [
          galaxy[values][column] === null
            ? "no label"
            : (galaxy[values][column] / 1000).toFixed(3),
        ]),
      );
      return html("tr", {}, [
        html("td", { class: "number" }, [String(question.number)]),
        html("th", { scope: "row" }, [answer]),
        ...cells,
      ]);
    });
  }

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
