"use strict";
// The page of scripts/label.py: shows one galaxy and one question, and sends each answer to this
// machine's server, which says what comes next. Pictures are fetched before they are shown.
(() => {
  const element = (name) => document.getElementById(`label-${name}`);
  const questions = JSON.parse(element("questions").textContent);
  // Of the answers in order; the letters are those that no other key of the page is.
  const KEYS = [..."1234567890qwetyiopafghjklzxvnm"];
  const KEPT = 24; // pictures
  const pictures = new Map(); // by position, promises of an image or of the reason why there is none
  let view = null;
  let isBusy = true; // until the picture of what is asked is there

  const made = (name, text, attributes = {}) => {
    const one = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    one.textContent = text;
    return one;
  };
  const counted = (n, noun, plural = `${noun}s`) => `${n.toLocaleString("en")} ${n === 1 ? noun : plural}`;

  // The picture at a position, or a paragraph that says why there is none.
  function picture(position) {
    if (!pictures.has(position)) {
      pictures.set(position, fetched(position));
      for (const old of [...pictures.keys()].slice(0, -KEPT)) forget(old);
    }
    return pictures.get(position);
  }

  async function fetched(position) {
    try {
      const response = await fetch(`/picture/${position}`);
      if (!response.ok) {
        const told = await response.json();
        return made("p", `The picture cannot be used. ${told.error} Skip the galaxy.`);
      }
      const image = made("img", "", { alt: "The galaxy", draggable: "false" });
      image.src = URL.createObjectURL(await response.blob());
      await image.decode();
      return image;
    } catch {
      pictures.delete(position); // another attempt may bring it
      return made("p", "The picture did not come. Is the server still there? Load the page again.");
    }
  }

  async function forget(position) {
    const old = pictures.get(position);
    pictures.delete(position);
    const { src } = await old;
    if (src) URL.revokeObjectURL(src);
  }

  // Asks the server, and shows the view that it answers with.
  async function ask(path, sent) {
    const options = sent && {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(sent),
    };
    isBusy = true;
    try {
      const response = await fetch(path, options);
      const found = await response.json();
      await show(response.ok ? found : (found.view ?? view), found.error);
    } catch {
      tell("The server does not answer: it has been ended. What you just did was not kept.");
      isBusy = false;
    }
  }

  function tell(text) {
    element("trouble").textContent = text;
  }

  async function show(found, error) {
    const hadFocus = document.activeElement !== document.body;
    view = found;
    tell(error ?? found.trouble);
    element("count").textContent = `${found.labelled.toLocaleString("en")} of ${counted(found.total, "galaxy", "galaxies")}`;
    element("progress").max = found.total;
    element("progress").value = found.labelled;
    element("asked").hidden = !found.galaxy;
    element("all").hidden = Boolean(found.galaxy);
    element("agreement").textContent = agreement(found);
    element("last").replaceChildren(...found.last.map((one) => made("li", said(one))));
    if (!found.galaxy) {
      element("end").focus();
      isBusy = false;
      return;
    }
    const { position, id, question } = found.galaxy;
    const asked = questions[question];
    element("galaxy").textContent = id;
    element("question").textContent = asked.text || `Question ${asked.number}`;
    element("answers").replaceChildren(...asked.answers.map(answerButton));
    // Who answers by tab and space stays where the answers are.
    if (hadFocus && document.activeElement === document.body) element("question").focus();
    const image = await picture(position);
    if (view !== found) return;
    if (element("stage").firstChild !== image) {
      element("stage").replaceChildren(image);
      look();
    }
    isBusy = false;
    for (const one of found.ahead) picture(one);
  }

  function answerButton(name, k) {
    const button = made("button", ` ${name}`, { type: "button" });
    if (KEYS[k]) {
      button.prepend(made("kbd", KEYS[k]));
      button.setAttribute("aria-keyshortcuts", KEYS[k]);
    }
    button.addEventListener("click", () => answer(k));
    return button;
  }

  function agreement({ agreement: { same, others }, volunteers }) {
    if (!volunteers) return "Nobody else has labelled here yet.";
    if (!others) return `No one of ${counted(volunteers, "other")} has answered what you did.`;
    return `Of ${counted(others, "answer")} that others gave to the same questions, ${same.toLocaleString("en")} (${Math.round((100 * same) / others)} %) are yours.`;
  }

  function said({ galaxy, question, answer, same, others }) {
    if (question === null) return `${galaxy}: skipped`;
    const { text, number } = questions[question];
    const agreed = others ? ` (${same} of ${counted(others, "other")} said the same)` : "";
    return `${galaxy}: ${text || `Question ${number}`} ${answer ?? "can’t tell"}${agreed}`;
  }

  const isUsable = () => element("stage").firstChild?.tagName === "IMG";

  function answer(k) {
    if (isBusy || !view?.galaxy || !isUsable()) return;
    const { position, question } = view.galaxy;
    ask("/answer", { galaxy: position, question, answer: k });
  }

  function skip() {
    if (!isBusy && view?.galaxy) ask("/skip", { galaxy: view.galaxy.position });
  }

  function undo() {
    if (!isBusy) ask("/undo", {});
  }

  // Zoom is in powers of 2, and so is brightness. What is in the middle stays there.
  function look() {
    const [stage, image] = [element("stage"), element("stage").firstChild];
    if (image?.tagName !== "IMG") return;
    const zoom = 2 ** Number(element("zoom").value);
    const light = 2 ** Number(element("light").value);
    const middle = (at, length, whole) => (whole ? (at + length / 2) / whole : 0.5);
    const across = middle(stage.scrollLeft, stage.clientWidth, stage.scrollWidth);
    const down = middle(stage.scrollTop, stage.clientHeight, stage.scrollHeight);
    image.style.width = image.style.height = `${100 * zoom}%`;
    image.style.filter = light === 1 ? "" : `brightness(${light})`;
    stage.scrollLeft = across * stage.scrollWidth - stage.clientWidth / 2;
    stage.scrollTop = down * stage.scrollHeight - stage.clientHeight / 2;
  }

  function change(name, steps) {
    const input = element(name);
    if (steps) input.value = Number(input.value) + steps * Number(input.step);
    else input.value = 0;
    look();
  }

  function reset() {
    change("zoom", 0);
    change("light", 0);
  }

  const COMMANDS = {
    c: () => answer(null),
    s: skip,
    u: undo,
    Backspace: undo,
    "+": () => change("zoom", 1),
    "=": () => change("zoom", 1),
    "-": () => change("zoom", -1),
    b: () => change("light", 1),
    d: () => change("light", -1),
    r: reset,
  };

  addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!element("keys").checked || !view) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const k = view.galaxy ? KEYS.indexOf(key) : -1;
    if (COMMANDS[key]) COMMANDS[key]();
    else if (k >= 0 && k < questions[view.galaxy.question].answers.length) answer(k);
    else return;
    event.preventDefault();
  });

  // A zoomed picture follows the pointer.
  element("stage").addEventListener("pointermove", (event) => {
    if (event.buttons !== 1 || event.pointerType === "touch") return;
    element("stage").scrollLeft -= event.movementX;
    element("stage").scrollTop -= event.movementY;
  });
  element("cant-tell").addEventListener("click", () => answer(null));
  element("skip").addEventListener("click", skip);
  element("undo").addEventListener("click", undo);
  element("reset").addEventListener("click", reset);
  for (const name of ["zoom", "light"]) element(name).addEventListener("input", look);
  ask("/view");
})();
