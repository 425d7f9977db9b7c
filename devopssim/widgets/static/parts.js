// Parts that the widgets share: elements, sliders, KPI cards, sections of text, a scenario as TOML.
// Python computes all numbers, texts and positions.

let serial = 0;

const TAKES_KEYS = ["input", "button", "select", "textarea", "summary"];

/** Return a new element with attributes (functions become listeners) and children (elements or text).
 *  JupyterLab has shortcuts for arrow keys and the like: what takes keys itself keeps them to itself. */
function make(tag, attributes = {}, ...children) {
  const svg = ["svg", "g", "path", "line", "text", "polyline", "title", "desc"].includes(tag);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  if (TAKES_KEYS.includes(tag)) element.setAttribute("data-lm-suppress-shortcuts", "");
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

/** A field for a whole number, sent when the field loses the focus or on Enter. */
function numberField({ id, max, value, tell }) {
  let told = value;
  const change = () => {
    const now = Number(field.value);
    if (now !== told) tell(now);
    told = now;
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

/** A slider or list for one control; `update(knob)` shows another value, `said` its text while it moves. */
function knobControl(knob, send) {
  const id = freshId("knob");
  const words = make("output", { for: id, class: "dops-value" }, knob.said);
  const hint = make("span", { id: `${id}-hint`, class: "dops-hidden" }, `${knob.meaning}${knob.unit ? ` (${knob.unit})` : ""}`);
  const named = { id, "aria-describedby": `${id}-hint`, "data-knob": knob.name };
  let input;
  if (knob.choices.length) {
    const tell = () => send({ do: "set", name: knob.name, value: input.value });
    input = make("select", { ...named, change: tell }, ...knob.choices.map((each) => make("option", { value: each }, each)));
  } else {
    const ask = throttled((value) => send({ do: "set", name: knob.name, value }), 40);
    const moved = () => ask(Number(input.value));
    input = make("input", { ...named, type: "range", min: knob.low, max: knob.high, step: knob.step, input: moved });
  }
  const label = make("label", { for: id }, knob.label);
  const element = make("div", { class: "dops-knob", title: knob.meaning }, label, words, input, hint);
  const update = (now) => {
    if (!now.choices.length) {
      input.min = now.low;
      input.max = now.high;
      input.step = now.step;
      input.setAttribute("aria-valuetext", now.said);
    }
    if (document.activeElement !== input || Math.abs(Number(input.value) - now.value) > now.step || now.choices.length) {
      input.value = now.value;
    }
    words.textContent = now.said;
  };
  update(knob);
  return { element, update };
}

/** Groups of controls that follow the trait `knobs`; elements are reused, so that the focus stays where it is. */
function knobPanel(model, send, { remove = null } = {}) {
  const panel = make("div", { class: "dops-knobs" });
  let controls = new Map();
  const stop = follow(model, "knobs", (groups) => {
    const names = groups.flatMap((group) => group.knobs.map((knob) => knob.name)).join();
    if (panel.dataset.names !== names) {
      controls = new Map();
      panel.dataset.names = names;
      panel.replaceChildren(...groups.map((group) => fieldset(group, controls, send, remove)));
    }
    for (const group of groups) {
      for (const knob of group.knobs) controls.get(knob.name).update(knob);
      const legend = panel.querySelector(`[data-group="${group.key}"] > legend`);
      if (legend) legend.textContent = group.title;
    }
  });
  return { element: panel, stop };
}

function fieldset(group, controls, send, remove) {
  const rows = group.knobs.map((knob) => {
    const control = knobControl(knob, send);
    controls.set(knob.name, control);
    if (remove) {
      const words = `Remove the slider ${knob.label}`;
      const act = () => remove(knob.name);
      control.element.append(make("button", { type: "button", class: "dops-remove", "aria-label": words, title: words, click: act }, "\u00d7"));
    }
    return control.element;
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
        row.interval ? make("span", { class: "dops-interval" }, row.interval) : "",
        row.change ? make("span", { class: `dops-change dops-${row.verdict}` },
          row.sign ? make("span", { "aria-hidden": "true" }, `${row.sign} `) : "",
          row.said ? `${row.change}, ${row.said}` : row.change) : "")));
  return make("section", { class: "dops-card", "aria-label": `KPIs of ${card.scenario}`, style: `--dops-own: ${card.colour}; --dops-rows: ${card.rows.length + 1}` },
    make("h3", {}, card.scenario), make("dl", {}, ...rows));
}

/** Sections of text: a title, and parts of a heading and lines. */
function sections(element, told) {
  element.replaceChildren(...told.map((section) =>
    make("section", {}, make("h3", {}, section.title),
      ...section.parts.flatMap(([heading, said]) => [
        heading ? make("h4", {}, heading) : "",
        make("ul", {}, ...said.map((line) => make("li", {}, line))),
      ]).filter(Boolean))));
}

/** The scenario as TOML text, to copy and to load. */
function tomlBox(model, send) {
  const id = freshId("toml");
  const text = make("textarea", { id, rows: 12, spellcheck: "false" });
  const said = make("span", { role: "status" });
  const copy = async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      document.execCommand("copy"); // pages without permission for the clipboard
    }
    said.textContent = "Copied.";
  };
  const load = () => {
    said.textContent = "";
    send({ do: "load", text: text.value });
  };
  const label = make("label", { for: id });
  const box = make("details", { class: "dops-toml", toggle: () => box.open && send({ do: "toml" }) },
    make("summary", {}, "Copy or load this state as a scenario (TOML)"), label, text,
    make("div", { class: "dops-buttons" },
      make("button", { type: "button", click: copy }, "Copy"),
      make("button", { type: "button", click: load }, "Load what is written here"), said));
  const stops = [
    follow(model, "toml", (now) => { text.value = now.text ?? ""; label.textContent = `The scenario ${now.name ?? ""}`; }),
  ];
  return { element: box, stop: () => stops.forEach((stop) => stop()) };
}

/** A line for notes: errors, and actions without another visible effect. */
function noteLine(model) {
  const element = make("p", { role: "alert", class: "dops-note" });
  return { element, stop: follow(model, "note", (now) => { element.textContent = now; }) };
}

/** A line with the status of the estimate, and a hidden one that announces the final estimate to screen readers. */
function statusLine() {
  const words = make("span", {});
  const bar = make("progress", { "aria-label": "Replications done", max: 1, value: 0 });
  const spoken = make("span", { role: "status", class: "dops-hidden" });
  const element = make("p", { class: "dops-status" }, bar, words, spoken);
  const show = (status) => {
    words.textContent = status.text;
    element.dataset.stage = status.stage;
    bar.max = status.of || 1;
    bar.value = status.done;
    bar.hidden = status.stage === "final" || status.stage === "error";
    if (status.stage === "final" || status.stage === "error") spoken.textContent = status.text;
  };
  return { element, show };
}
