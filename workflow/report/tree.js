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

// A function that draws into the element `figure`. It takes whole thousandths of each column, null for
// one without a label (no band), and the positions of the columns in the sentence, both by who says it: `crowd`, `network`, or both; and of
// some of these `ranges`, the `lower` and `upper` ends of each column's interval.
function treeDrawing(questions, figure) {
  // The decision tree. Each question is a block in the column of its depth. A band flows in from the
  // answer that leads to it and splits among its answers. The width of a band is a probability: the
  // crowd's above the middle line, the network's below it.

  const COLUMN = 248;
  const ROW = 31;
  const FLOW = 14; // the width of a probability of 1 where two say something
  const FLOW_OF_ONE = 26; // and where only one does
  const LINE = 14;
  const TITLE_LETTERS = 34;
  const ENTRY = 4;
  const NODE = 46;
  const NODE_WIDTH = 4;
  const LABEL = 83;
  const GAP = 5;
  const LEAVE = 208;
  const CAP = 5;

  const pen = document.createElement("canvas").getContext("2d"); // measures names, at their boldest
  pen.font = `700 11.5px ${getComputedStyle(figure).fontFamily}`;

  const questionOf = new Map(
    questions.flatMap((question) => question.answers.map((_, k) => [question.first + k, question])),
  );
  const depthOf = (question) =>
    Math.max(0, ...question.parents.map((column) => 1 + depthOf(questionOf.get(column))));
  const ledToBy = (column) => questions.filter((question) => question.parents.includes(column));
  const withFollowing = (question) => [
    question,
    ...question.answers.flatMap((_, k) => ledToBy(question.first + k).flatMap(withFollowing)),
  ];

  const { blocks, rowOf, height, width } = layout();

  function layout() {
    const ends = [];
    const rowOf = new Map();
    const askedOfAll = questions.filter((question) => !question.parents.length);
    // A question with several parents stands once, where the last of them leads to it.
    const inOrder = askedOfAll.flatMap(withFollowing);
    const once = inOrder.filter((question, i) => inOrder.lastIndexOf(question) === i);
    const blocks = once.map((question) => {
      const depth = depthOf(question);
      const title = lines(`${question.number}. ${question.text}`);
      const start = ends[depth] ?? 0;
      const firstRow = start + LINE * title.length + 8;
      question.answers.forEach((_, k) => {
        rowOf.set(question.first + k, { x: depth * COLUMN, y: firstRow + ROW * (k + 0.5) });
      });
      const rowsHeight = ROW * question.answers.length;
      ends[depth] = firstRow + rowsHeight + 22;
      return { question, title, start, x: depth * COLUMN, middle: firstRow + rowsHeight / 2 };
    });
    return { blocks, rowOf, height: Math.max(...ends) - 16, width: (ends.length - 1) * COLUMN + LEAVE };
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

  let flow, top; // the width of a probability of 1, and where bands begin above or below the middle line

  return (values, paths, description, ranges = {}) => {
    const isAlone = Object.keys(values).length === 1;
    [flow, top] = isAlone ? [FLOW_OF_ONE, -FLOW_OF_ONE / 2] : [FLOW, 0];
    const bands = [];
    const texts = [];
    for (const { question, title, start, x, middle } of blocks) {
      title.forEach((line, i) => texts.push(label(line, x + ENTRY, start + LINE * (i + 1), "title")));
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
        texts.push(label(answer, x + LABEL, y + 4, said.length ? "said" : ""));
        for (const who of Object.keys(values)) {
          const value = values[who][column];
          const percent = value === null ? "–" : String(Math.round(value / 10));
          const kind = said.includes(who) ? "percent said" : "percent";
          const line = isAlone ? 4 : who === "crowd" ? -2 : 11;
          texts.push(label(percent, x + LABEL - 9, y + line, kind));
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
    const widths = question.answers.map((_, k) => (flow * probabilities[question.first + k]) / 1000);
    const total = widths.reduce((sum, one) => sum + one, 0);
    const found = [];
    let flownIn = 0;
    for (const parent of question.parents) {
      const from = rowOf.get(parent);
      const inflow = (flow * probabilities[parent]) / 1000;
      const there = [x + ENTRY, middle + top + side * flownIn];
      found.push(band(who, [from.x + LEAVE, from.y + top], there, side * inflow));
      flownIn += inflow;
    }
    let before = who === "crowd" ? total : 0;
    question.answers.forEach((answer, k) => {
      if (who === "crowd") before -= widths[k];
      const y = rowOf.get(question.first + k).y + top;
      const start = [x + ENTRY, middle + top + side * before];
      found.push(band(who, start, [x + NODE, y], side * widths[k]));
      // It goes on behind the answer's name, so that none is struck through.
      const on = LABEL + pen.measureText(answer).width + GAP;
      if (ledToBy(question.first + k).length && on < LEAVE) {
        found.push(band(who, [x + on, y], [x + LEAVE, y], side * widths[k]));
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

  // The interval of a band's width, with a cap at each end.
  function range(who, { lower, upper }, column, x, y) {
    const side = who === "crowd" ? -1 : 1;
    const [from, to] = [lower, upper].map((ends) => y + top + (side * flow * ends[column]) / 1000);
    const caps = [from, to].map((end) => `M${x - CAP} ${end}h${2 * CAP}`).join("");
    return svg("path", { class: `range ${who}`, d: `${caps}M${x} ${from}V${to}` });
  }

  function label(text, x, y, kind) {
    return svg("text", { x, y, class: kind }, [text]);
  }

  function svg(name, attributes, children = []) {
    return built(document.createElementNS(figure.namespaceURI, name), attributes, children);
  }
}
