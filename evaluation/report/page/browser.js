"use strict";
// The item browser: filters over the data that the page holds; text goes in as text, never as HTML.
(() => {
  const holder = document.getElementById("data");
  const target = document.getElementById("browser");
  if (!holder || !target) return;
  const data = JSON.parse(holder.textContent);
  const field = (name) => document.getElementById(name);
  const AT_ONCE = 20;
  const FILTERS = ["benchmark", "model", "condition", "result", "text"];
  let shown = AT_ONCE;

  const words = (text) => text.replaceAll("_", " ");
  const title = (benchmark) => data.titles[benchmark] || words(benchmark);
  // What has no form of its own gets one: control characters their pictures, halves of a surrogate pair a question mark.
  const legible = (text) => text.replace(/[\u0000-\u0008\u000b-\u001f]/g, (one) => String.fromCharCode(0x2400 + one.charCodeAt(0)))
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined && text !== null) element.textContent = legible(text);
    return element;
  };
  // Text of others: its direction is its own, and does not run into what stands beside it.
  const quote = (tag, className, text) => {
    const element = make(tag, className, text);
    element.dir = "auto";
    return element;
  };
  const fill = (select, values, first, name) => {
    select.append(new Option(first, ""));
    for (const value of values) select.append(new Option(legible(name(value)), value));
  };

  const answers = data.items.flatMap((item) => item.answers);
  fill(field("benchmark"), new Set(data.items.map((item) => item.benchmark)), "all", title);
  fill(field("model"), data.models.filter((name) => answers.some((answer) => answer.model === name)), "all", (name) => name);
  fill(field("condition"), new Set(answers.map((answer) => answer.condition)), "any way", words);
  if (answers.some((answer) => answer.condition === "sighted")) field("condition").value = "sighted";

  const verdict = (answer, item) => {
    if (item.type === "open") return "open";
    if (answer.correct) return "right";
    return answer.letter === null ? "undecided" : "wrong";
  };
  const corrected = (answer) => answer.corrected === null ? `left out: ${words(answer.exclusion || "no key")}` : answer.corrected ? "right" : "wrong";
  const differs = (answer, item) => item.type === "closed" && answer.corrected !== answer.correct;
  const mean = (parts) => (parts.reduce((sum, part) => sum + part, 0) / parts.length).toFixed(1);
  const visible = (item) => {
    const model = field("model").value, condition = field("condition").value, result = field("result").value;
    return item.answers.filter((answer) => (!model || answer.model === model) && (!condition || answer.condition === condition)
      && (!result || verdict(answer, item) === result || (result === "differs" && differs(answer, item))));
  };
  const matches = (item) => {
    const benchmark = field("benchmark").value, text = field("text").value.toLowerCase();
    if (benchmark && item.benchmark !== benchmark) return false;
    const found = visible(item);
    if (!found.length && ["model", "condition", "result"].some((name) => field(name).value) && answers.length) return false;
    return !text || [item.question, item.answer, item.key, item.unit, ...item.options.map((option) => option[1]),
      ...item.images.map((image) => image.name), ...found.map((answer) => answer.output.join(""))]
      .some((part) => part.toLowerCase().includes(text));
  };

  const drawOutput = (answer) => {
    const cell = quote("td", "output"), [before, span, after] = answer.output;
    if (before || span || after) cell.append(legible(before), span ? make("mark", "", span) : "", legible(after));
    else cell.append(make("i", "", "empty"));
    return cell;
  };
  const drawClosed = (answer, item) => {
    const kind = verdict(answer, item), second = corrected(answer);
    const letter = answer.meant !== null && answer.meant !== answer.letter ? `${answer.letter} (published ${answer.meant})` : answer.letter;
    const cell = make("td", "verdict");
    cell.append(make("b", kind, answer.letter === null ? "undecided" : `${letter}: ${kind}`), make("span", "", `corrected: ${second}${answer.rule ? `; rule: ${words(answer.rule)}` : ""}`));
    if (answer.span && !answer.output[1]) cell.append(quote("span", "", `read: ${answer.span}`));
    return cell;
  };
  const drawOpen = (answer) => {
    const cell = make("td", "verdict");
    if (!answer.parts) { cell.append(make("span", "", "not scored")); return cell; }
    cell.append(make("b", "", mean(answer.parts)), make("span", "", ["BERT recall", "BLEU", "ROUGE-L recall"].map((name, place) => `${name} ${answer.parts[place].toFixed(1)}`).join(", ")));
    return cell;
  };
  const drawAnswer = (answer, item) => {
    const row = make("tr"), head = make("th", "", answer.model);
    head.scope = "row";
    head.append(make("small", "", words(answer.condition) + (answer.variant ? `, variant ${answer.variant}` : "")));
    row.append(head, drawOutput(answer), item.type === "open" ? drawOpen(answer) : drawClosed(answer, item));
    return row;
  };
  const drawPictures = (item) => {
    const pictures = make("div", "pictures");
    item.images.forEach((image, place) => {
      const figure = make("figure");
      if (image.number === null) figure.append(make("div", "absent", "image not at hand"));
      else {
        const picture = make("img");
        picture.loading = "lazy";
        picture.alt = `image ${place + 1} of ${item.images.length}`;
        picture.src = data.images[image.number];
        figure.append(picture);
      }
      figure.append(make("figcaption", "", `image ${place + 1}: ${image.name}`));
      pictures.append(figure);
    });
    return pictures;
  };
  const drawItem = (item) => {
    const box = make("article", "item"), left = make("div"), right = make("div");
    left.append(drawPictures(item), make("p", "key", `benchmark ${item.benchmark}`), make("p", "key", `record ${item.key}`), make("p", "key", `unit ${item.unit}`));
    right.append(quote("h3", "question", item.question));
    if (item.type === "closed") {
      const list = make("ul", "options");
      for (const [letter, text] of item.options) list.append(quote("li", letter === item.letter ? "keyed" : "", `${letter}: ${text}`));
      right.append(list);
    }
    const isKeyed = item.options.some(([letter, text]) => letter === item.letter && text === item.answer);
    if (!isKeyed) right.append(quote("p", "", `Reference: ${item.letter === null ? "" : `${item.letter}: `}${item.answer}`));
    const table = make("table", "answers"), body = make("tbody");
    for (const answer of visible(item)) body.append(drawAnswer(answer, item));
    table.append(body);
    right.append(table);
    box.append(left, right);
    return box;
  };
  const draw = () => {
    const found = data.items.filter(matches);
    target.replaceChildren(...found.slice(0, shown).map(drawItem));
    field("count").textContent = `${Math.min(shown, found.length)} of ${found.length} found, ${data.items.length} in all`;
    field("more").hidden = found.length <= shown;
  };
  for (const name of FILTERS) field(name).addEventListener("input", () => { shown = AT_ONCE; draw(); });
  field("more").addEventListener("click", () => { shown += AT_ONCE; draw(); });
  draw();
})();
