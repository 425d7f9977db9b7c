// widgets.explore: sliders of any parameter, KPI cards, figures of choice.

function exploreView({ model, el }) {
  const send = (message) => model.send(message);
  const settings = model.get("settings");
  const status = statusLine();
  const cards = make("div", { class: "dops-cards" });
  const words = make("div", { class: "dops-words" });
  const knobs = knobPanel(model, send, { remove: (name) => send({ do: "remove", name }) });
  const toml = tomlBox(model, send);
  const note = noteLine(model);
  const figures = make("div", { class: "dops-figures" });
  const root = make("section", { class: "dops", "aria-label": `Exploration of ${settings.name}` },
    make("div", { class: "dops-side" }, knobs.element, adder(settings.parameters, (name) => send({ do: "add", name })),
      make("div", { class: "dops-buttons" },
        make("button", { type: "button", click: () => send({ do: "reset" }) }, "Back to the start"),
        make("button", { type: "button", click: () => send({ do: "pin" }) }, "Make this the start"))),
    make("div", { class: "dops-main" }, status.element, note.element, cards, words,
      figureChoice(model, settings.figures, send), figures, toml.element));
  const stops = [
    knobs.stop, toml.stop, note.stop,
    follow(model, "shown", (shown) => {
      status.show(shown.status);
      if (!shown.cards) return;
      kpiCards(cards, shown.cards);
      sections(words, shown.words);
      root.dataset.answers = String(Number(root.dataset.answers ?? 0) + 1);
    }),
    follow(model, "pictures", (now) => showFigures(figures, now)),
  ];
  el.replaceChildren(root);
  send({ do: "ready" });
  return () => {
    stops.forEach((stop) => stop());
    send({ do: "gone" });
  };
}

function adder(parameters, add) {
  const id = freshId("add");
  const list = freshId("parameters");
  const act = () => {
    if (input.value) add(input.value.trim());
    input.value = "";
  };
  const keydown = (event) => event.key === "Enter" && act();
  const input = make("input", { id, list, type: "text", placeholder: "for example pipeline.build_time", keydown });
  return make("div", { class: "dops-add" },
    make("label", { for: id }, "Add a slider for any parameter"),
    make("datalist", { id: list }, ...parameters.map(([name, title, meaning]) => make("option", { value: name, label: `${title}: ${meaning}` }))),
    make("div", { class: "dops-buttons" },
      input, make("button", { type: "button", click: act }, "Add")));
}

function figureChoice(model, known, send) {
  const boxes = new Map(known.map(([name, title]) => [name, { title, input: make("input", { type: "checkbox", value: name }) }]));
  const tell = () => send({ do: "figures", names: [...boxes].filter(([, box]) => box.input.checked).map(([name]) => name) });
  for (const [, box] of boxes) box.input.addEventListener("change", tell);
  for (const name of model.get("figures")) boxes.get(name).input.checked = true;
  const id = freshId("replication");
  const number = numberField({ id, max: 999, value: 0, tell: (replication) => send({ do: "replication", number: replication }) });
  return make("details", { class: "dops-choose" },
    make("summary", {}, "Figures of one replication"),
    make("div", { class: "dops-boxes" }, ...[...boxes.values()].map((box) => make("label", {}, box.input, ` ${box.title}`))),
    make("label", { for: id }, "Replication: "), number);
}

function showFigures(element, now) {
  if (!now.figures) {
    element.replaceChildren();
    return;
  }
  const length = `${Math.round(now.weeks)} weeks`;
  const said = `Replication ${now.replication}, ${now.whole ? "the whole run" : "a glance at its first"}${now.whole ? ` of ${length}` : ` ${length}`}. One random future may be an outlier.`;
  element.replaceChildren(make("p", { class: "dops-said" }, said), ...now.figures.map((figure) => {
    const picture = make("div", { class: "dops-picture" });
    picture.innerHTML = figure.svg; // drawn by devopssim.plots in this kernel
    const table = make("div", { class: "dops-table", tabindex: 0, "data-lm-suppress-shortcuts": "", role: "region", "aria-label": `Table of ${figure.title}` });
    table.innerHTML = figure.table;
    return make("figure", { "data-figure": figure.name }, picture,
      make("figcaption", { id: `${figure.name.replaceAll("_", "")}-text` }, figure.text),
      make("details", {}, make("summary", {}, "The numbers behind it"), table));
  }));
}
