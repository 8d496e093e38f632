"use strict";
// Draws a decision tree as probabilities flow down it, for the report's explorer and for the page of
// scripts/show.py. `questions` are what `tree_table` in galaxyzoo/report/explorer.py returns.
const built = (made, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};
const html = (name, attributes, children = []) =>
  built(document.createElement(name), attributes, children);

// A function that draws into the element `figure`. It takes whole thousandths of each column and the
// positions of the columns in the sentence, both by who says it: `crowd`, `network`, or both; and of
// some of these `ranges`, the `lower` and `upper` ends of each column's interval.
function treeDrawing(questions, figure) {
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
    questions.flatMap((question) => question.answers.map((_, k) => [question.first + k, question])),
  );
  const depthOf = (question) =>
    question.parent === null ? 0 : 1 + depthOf(questionOf.get(question.parent));
  const ledToBy = (column) => questions.filter((question) => question.parent === column);
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

  return (values, paths, description, ranges = {}) => {
    const bands = [];
    const texts = [];
    for (const { question, title, top, x, middle } of blocks) {
      title.forEach((line, i) => texts.push(label(line, x + ENTRY, top + LINE * (i + 1), "title")));
      for (const who of Object.keys(values)) {
        bands.push(...flows(question, values[who], who, x, middle));
      }
      question.answers.forEach((answer, k) => {
        const column = question.first + k;
        const { y } = rowOf.get(column);
        const said = Object.keys(values).filter((who) => paths[who].includes(column));
        bands.push(svg("path", { class: "node", d: `M${x + NODE} ${y - ROW / 2 + 1}v${ROW - 2}` }));
        for (const who of Object.keys(ranges)) {
          bands.push(range(who, ranges[who], column, x + NODE + NODE_WIDTH / 2, y));
        }
        texts.push(label(answer, x + NODE + 37, y + 4, said.length ? "said" : ""));
        for (const who of Object.keys(values)) {
          const percent = String(Math.round(values[who][column] / 10));
          const kind = said.includes(who) ? "percent said" : "percent";
          texts.push(label(percent, x + NODE + 28, y + (who === "crowd" ? -2 : 11), kind));
        }
      });
    }
    figure.setAttribute("viewBox", `0 0 ${width} ${height}`);
    figure.setAttribute("width", width);
    figure.setAttribute("height", height);
    figure.setAttribute("aria-label", description);
    figure.replaceChildren(...bands, ...texts);
  };

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

  // The interval of a band's width, from the middle line on.
  function range(who, { lower, upper }, column, x, y) {
    const [from, to] = [lower, upper].map((ends) => (FLOW * ends[column]) / 1000);
    const side = who === "crowd" ? -1 : 1;
    return svg("path", { class: `range ${who}`, d: `M${x} ${y + side * from}V${y + side * to}` });
  }

  function label(text, x, y, kind) {
    return svg("text", { x, y, class: kind }, [text]);
  }

  function svg(name, attributes, children = []) {
    return built(document.createElementNS(figure.namespaceURI, name), attributes, children);
  }
}
