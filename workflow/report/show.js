// The page of scripts/show.py: sends a dropped picture to this machine's server, and shows what it
// answers. tree.js comes before it.
(() => {
  const element = (name) => document.getElementById(`show-${name}`);
  const questions = JSON.parse(element("questions").textContent);
  const drawTree = treeDrawing(questions, element("tree"));
  const answers = questions.flatMap((question) =>
    question.answers.map((answer, k) => ({ question, answer, column: question.first + k })),
  );
  let asked = 0;
  let file = null;

  const picture = (kind, content, alt) =>
    html("img", { src: `data:image/${kind};base64,${content}`, alt });
  const share = (thousandths) => (thousandths / 1000).toFixed(3);

  // What the server says of the file, or null if it refuses it or another has been given since.
  async function ask(address, number) {
    let response;
    try {
      response = await fetch(address, { method: "POST", body: file });
    } catch {
      if (number === asked) tell("The server does not answer: it has been ended.");
      return null;
    }
    const found = await response.json().catch(() => null);
    if (number !== asked) return null;
    if (!response.ok || !found) {
      tell(found?.error ?? `The server answered ${response.status}.`);
      return null;
    }
    return found;
  }

  function tell(text) {
    element("status").textContent = text;
  }

  async function show(given) {
    if (!given) return;
    file = given;
    asked += 1;
    const number = asked;
    element("found").hidden = true;
    const largest = Number(element("file").dataset.largestBytes);
    if (file.size > largest) {
      tell(`It cannot be used: it has more than ${largest.toLocaleString("en")} bytes.`);
      return;
    }
    tell(`Looking at ${given.name} …`);
    const found = await ask("/answer", number);
    if (!found) return;
    tell(`${given.name}:`);
    element("picture").replaceChildren(picture("webp", found.picture, "The middle of the picture"));
    element("sentence").textContent = found.sentence;
    element("warnings").replaceChildren(...found.warnings.map((text) => html("li", {}, [text])));
    drawTree(
      { network: found.predicted },
      { network: found.path },
      "The decision tree with the network’s flow; the table below gives the numbers.",
      { network: found },
    );
    element("numbers").replaceChildren(...answers.map((one) => numberRow(one, found)));
    element("answer").value = found.telling;
    element("nearest").replaceChildren(...found.nearest.map((one) => neighbour(one)));
    element("like")?.replaceChildren(
      ...found.like.map((one) => neighbour(one, `/catalogue?like=${encodeURIComponent(one.name)}`)),
    );
    element("found").hidden = false;
    element("sentence").focus();
    await showPlaces();
  }

  function numberRow({ question, answer, column }, found) {
    const kind = found.path.includes(column) ? "number said" : "number";
    return html("tr", {}, [
      html("td", { class: "number" }, [String(question.number)]),
      html("th", { scope: "row" }, [answer]),
      html("td", { class: kind }, [share(found.predicted[column])]),
      html("td", { class: "number" }, [
        `${share(found.lower[column])} to ${share(found.upper[column])}`,
      ]),
    ]);
  }

  function neighbour({ name, picture: content, sentence }, address) {
    const named = html("b", {}, [name]);
    return html("li", {}, [
      ...(content ? [picture("webp", content, "")] : []),
      html("p", {}, [address ? html("a", { href: address }, [named]) : named, ` ${sentence}`]),
    ]);
  }

  async function showPlaces() {
    const number = asked;
    element("places").replaceChildren();
    const found = await ask(`/places/${element("answer").value}`, number);
    if (!found) return;
    element("places").replaceChildren(
      picture("png", found.picture, "The picture as the network sees it"),
      picture("png", found.map, `Places: hiding one changes the probability by up to ${found.most}`),
    );
  }

  element("answer").append(
    ...questions.map((question) =>
      html(
        "optgroup",
        { label: `${question.number}. ${question.text}` },
        question.answers.map((answer, k) =>
          html("option", { value: question.first + k }, [answer]),
        ),
      ),
    ),
  );
  element("answer").addEventListener("input", showPlaces);
  element("file").addEventListener("change", () => show(element("file").files[0]));
  for (const name of ["dragover", "drop"]) {
    addEventListener(name, (event) => {
      event.preventDefault();
      element("drop").classList.toggle("over", name === "dragover");
      if (name === "drop") show(event.dataTransfer.files[0]);
    });
  }
  addEventListener("dragleave", () => element("drop").classList.remove("over"));
})();
