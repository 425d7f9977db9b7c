// Parts that the widgets share: elements, sliders, KPI cards, sections of text, a scenario as TOML.
// Python computes all numbers, texts and positions.

let serial = 0;

const HANDLES_KEYS = ["input", "button", "select", "textarea", "summary"];

/** Return a new element with attributes (functions become listeners) and children (elements or text).
 *  JupyterLab has shortcuts for arrow keys and the like: elements that handle keys hide them from JupyterLab. */
function make(tag, attributes = {}, ...children) {
  const svg = ["svg", "g", "path", "line", "text", "polyline", "title", "desc"].includes(tag);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  if (HANDLES_KEYS.includes(tag)) element.setAttribute("data-lm-suppress-shortcuts", "");
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function freshId(name) {
  serial += 1;
  return `dops-${name}-${serial}`;
}

/** Call `act` at once, and then at most every `pause` milliseconds, and always after the last call. */
function throttled(act, pause) {
  let waiting = null;
  let timer = null;
  const later = () => {
    timer = null;
    if (waiting) {
      act(...waiting);
      waiting = null;
      timer = setTimeout(later, pause);
    }
  };
  return (...values) => {
    waiting = values;
    if (timer === null) later();
  };
}

/** Let an element take the focus while it scrolls sideways, so that keys can scroll it. */
function scrolls(element) {
  element.tabIndex = element.scrollWidth > element.clientWidth ? 0 : -1;
}

/** A field for a whole number; `onChange` gets it when the field loses the focus or on Enter. */
function numberField({ id, max, value, onChange }) {
  let sent = value;
  const change = () => {
    const number = Number(field.value);
    if (number !== sent) onChange(number);
    sent = number;
  };
  const keydown = (event) => event.key === "Enter" && change();
  const field = make("input", { id, type: "number", min: 0, max, value, change, keydown });
  return field;
}

/** Call `show(value)` with the trait `name` of the model, now and after each change; return the function that stops this. */
function follow(model, name, show) {
  const react = () => show(model.get(name));
  model.on(`change:${name}`, react);
  react();
  return () => model.off(`change:${name}`, react);
}

/** A slider or list for one control; `update(control)` shows another value and its text. */
function controlElement(control, send) {
  const id = freshId("control");
  const valueText = make("output", { for: id, class: "dops-value" }, control.value_text);
  const hint = make("span", { id: `${id}-hint`, class: "dops-hidden" }, `${control.meaning}${control.unit ? ` (${control.unit})` : ""}`);
  const named = { id, "aria-describedby": `${id}-hint`, "data-control": control.name };
  let input;
  if (control.choices.length) {
    const request = () => send({ do: "set", name: control.name, value: input.value });
    input = make("select", { ...named, change: request }, ...control.choices.map((choice) => make("option", { value: choice }, choice)));
  } else {
    const request = throttled((value) => send({ do: "set", name: control.name, value }), 40);
    const moved = () => request(Number(input.value));
    input = make("input", { ...named, type: "range", min: control.low, max: control.high, step: control.step, input: moved });
  }
  const label = make("label", { for: id }, control.label);
  const element = make("div", { class: "dops-control", title: control.meaning }, label, valueText, input, hint);
  const update = (next) => {
    if (!next.choices.length) {
      input.min = next.low;
      input.max = next.high;
      input.step = next.step;
      input.setAttribute("aria-valuetext", next.value_text);
    }
    if (document.activeElement !== input || Math.abs(Number(input.value) - next.value) > next.step || next.choices.length) {
      input.value = next.value;
    }
    valueText.textContent = next.value_text;
  };
  update(control);
  return { element, update };
}

/** Groups of controls that follow the trait `controls`; elements are reused, so that the focus stays where it is. */
function controlPanel(model, send, { remove = null } = {}) {
  const panel = make("div", { class: "dops-controls" });
  let elements = new Map();
  const stop = follow(model, "controls", (groups) => {
    const names = groups.flatMap((group) => group.controls.map((control) => control.name)).join();
    if (panel.dataset.names !== names) {
      elements = new Map();
      panel.dataset.names = names;
      panel.replaceChildren(...groups.map((group) => fieldset(group, elements, send, remove)));
    }
    for (const group of groups) {
      for (const control of group.controls) elements.get(control.name).update(control);
      const legend = panel.querySelector(`[data-group="${group.key}"] > legend`);
      if (legend) legend.textContent = group.title;
    }
  });
  return { element: panel, stop };
}

function fieldset(group, elements, send, remove) {
  const rows = group.controls.map((control) => {
    const row = controlElement(control, send);
    elements.set(control.name, row);
    if (remove) {
      const label = `Remove the slider ${control.label}`;
      const act = () => remove(control.name);
      row.element.append(make("button", { type: "button", class: "dops-remove", "aria-label": label, title: label, click: act }, "\u00d7"));
    }
    return row.element;
  });
  return make("fieldset", { "data-group": group.key }, make("legend", {}, group.title), ...rows);
}

/** KPI cards, one for each scenario. */
function kpiCards(element, cards) {
  element.replaceChildren(...cards.map(kpiCard));
}

function kpiCard(card) {
  const rows = card.rows.map((row) =>
    make("div", { class: "dops-kpi", "data-kpi": row.kpi },
      make("dt", { title: row.definition }, row.title),
      make("dd", {},
        make("span", { class: "dops-number" }, row.value),
        row.interval ? make("span", { class: "dops-interval", title: row.reason || null }, row.interval) : "",
        row.change ? make("span", { class: `dops-change dops-${row.verdict}` },
          row.sign ? make("span", { "aria-hidden": "true" }, `${row.sign} `) : "",
          row.verdict_text ? `${row.change}, ${row.verdict_text}` : row.change) : "")));
  return make("section", { class: "dops-card", "aria-label": `KPIs of ${card.scenario}`, "data-changed": card.changed, style: `--dops-colour: ${card.colour}; --dops-rows: ${card.rows.length + 1}` },
    make("h2", {}, card.scenario, " ", make("span", { class: "dops-replications" }, card.replications)), make("dl", {}, ...rows));
}

/** A form for a guess, and a table of guesses beside results; `chosen()` returns the name of the scenario that is guessed about. */
function predictBox(model, send, kpis, chosen) {
  const [kpiId, guessId] = [freshId("kpi"), freshId("guess")];
  const kpi = make("select", { id: kpiId, change: () => label() }, ...kpis.map(([name, title]) => make("option", { value: name }, title)));
  const guess = make("input", { id: guessId, type: "number", step: "any", keydown: (event) => event.key === "Enter" && record() });
  const guessLabel = make("label", { for: guessId });
  const table = make("div", { class: "dops-table", tabindex: 0, role: "region", "aria-label": "Guesses and results", "data-lm-suppress-shortcuts": "" });
  const save = make("a", { download: "predictions.csv", href: "#" }, "Save as CSV");
  const result = make("div", {}, table, save);
  const record = () => {
    if (guess.value === "") return;
    send({ do: "predict", scenario: chosen(), kpi: kpi.value, guess: Number(guess.value) });
    guess.value = "";
  };
  const label = () => {
    const row = model.get("shown").cards?.flatMap((card) => card.rows).find((candidate) => candidate.kpi === kpi.value);
    guessLabel.textContent = row ? `will be (${row.unit})` : "will be";
  };
  const show = (rows) => {
    result.hidden = !rows.length;
    table.replaceChildren(make("table", {},
      make("thead", {}, make("tr", {}, ...["Scenario", "KPI", "Guess", "Result", "The guess is", "Change"].map((name) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...[row.scenario, row.kpi, row.guess, row.result, row.comparison, row.change].map((text) => make("td", {}, text)))))));
  };
  const stops = [
    follow(model, "shown", label),
    follow(model, "guesses", (guesses) => {
      show(guesses.rows ?? []);
      save.href = `data:text/csv;charset=utf-8,${encodeURIComponent(guesses.csv ?? "")}`;
    }),
  ];
  const element = make("section", { class: "dops-predict", "aria-label": "Predict" }, make("h2", {}, "Predict"),
    make("p", { class: "dops-caption" }, "Record a guess, then move a slider: the table shows both."),
    make("div", { class: "dops-buttons" }, make("label", { for: kpiId }, "KPI"), kpi, guessLabel, guess,
      make("button", { type: "button", click: record }, "Record the guess")), result);
  return { element, stop: () => stops.forEach((stop) => stop()) };
}

/** Sections of text: a title, and parts of a heading and lines. */
function sections(element, explanations) {
  element.replaceChildren(...explanations.map((section) =>
    make("section", {}, make("h3", {}, section.title),
      ...section.parts.flatMap(([heading, lines]) => [
        heading ? make("h4", {}, heading) : "",
        make("ul", {}, ...lines.map((line) => make("li", {}, line))),
      ]).filter(Boolean))));
}

/** The scenario as TOML text, to copy and to load. */
function tomlBox(model, send) {
  const id = freshId("toml");
  const text = make("textarea", { id, rows: 12, spellcheck: "false" });
  const result = make("span", { role: "status" });
  const copy = async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      document.execCommand("copy"); // pages without permission for the clipboard
    }
    result.textContent = "Copied.";
  };
  const load = () => {
    result.textContent = "";
    send({ do: "load", text: text.value });
  };
  const label = make("label", { for: id });
  const box = make("details", { class: "dops-toml", toggle: () => box.open && send({ do: "toml" }) },
    make("summary", {}, "Copy or load the scenario as TOML"), label, text,
    make("div", { class: "dops-buttons" },
      make("button", { type: "button", click: copy }, "Copy"),
      make("button", { type: "button", click: load }, "Load this text"), result));
  const stops = [
    follow(model, "toml", (toml) => { text.value = toml.text ?? ""; label.textContent = `Scenario ${toml.name ?? ""}`; }),
  ];
  return { element: box, stop: () => stops.forEach((stop) => stop()) };
}

/** A line for notes: errors, and actions without another visible effect. */
function noteLine(model) {
  const element = make("p", { role: "alert", class: "dops-note" });
  return { element, stop: follow(model, "note", (text) => { element.textContent = text; }) };
}

/** A line with the status of the estimate, and a hidden one that announces the final status to screen readers. */
function statusLine() {
  const text = make("span", {});
  const bar = make("progress", { "aria-label": "Finished replications", max: 1, value: 0 });
  const announcement = make("span", { role: "status", class: "dops-hidden" });
  const element = make("p", { class: "dops-status" }, bar, text, announcement);
  const show = (status) => {
    text.textContent = status.text;
    element.dataset.stage = status.stage;
    bar.max = status.of || 1;
    bar.value = status.done;
    bar.hidden = status.stage === "final" || status.stage === "error";
    if (status.stage === "final" || status.stage === "error") announcement.textContent = status.text;
  };
  return { element, show };
}
