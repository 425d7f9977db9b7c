// widgets.explore: sliders for any parameter, KPI cards, and figures to choose from.

function exploreView({ model, el }) {
  const send = (message) => model.send(message);
  const settings = model.get("settings");
  const status = statusLine();
  const cards = make("div", { class: "dops-cards" });
  const explanations = make("div", { class: "dops-explanations" });
  const controls = controlPanel(model, send, { remove: (name) => send({ do: "remove", name }) });
  const toml = tomlBox(model, send);
  const predict = predictBox(model, send, settings.kpis, () => settings.name);
  const note = noteLine(model);
  const figures = make("div", { class: "dops-figures" });
  const root = make("section", { class: "dops", "aria-label": `Scenario ${settings.name}` },
    make("div", { class: "dops-side" }, controls.element, adder(settings.parameters, (name) => send({ do: "add", name })),
      make("div", { class: "dops-buttons" },
        make("button", { type: "button", click: () => send({ do: "reset" }) }, "Reset to baseline"),
        make("button", { type: "button", click: () => send({ do: "pin" }) }, "Set as baseline"))),
    make("div", { class: "dops-main" }, status.element, note.element, cards, explanations, predict.element,
      figureChoice(model, settings.figures, send), figures, toml.element));
  const stops = [
    controls.stop, toml.stop, predict.stop, note.stop,
    follow(model, "shown", (shown) => {
      status.show(shown.status);
      if (!shown.cards) return;
      kpiCards(cards, shown.cards);
      sections(explanations, shown.explanations);
      root.dataset.estimates = String(Number(root.dataset.estimates ?? 0) + 1);
    }),
    follow(model, "drawn_figures", (drawn) => showFigures(figures, drawn)),
  ];
  el.replaceChildren(make("div", { class: "dops-frame" }, root));
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

function figureChoice(model, figures, send) {
  const boxes = new Map(figures.map(([name, title]) => [name, { title, input: make("input", { type: "checkbox", value: name }) }]));
  const request = () => send({ do: "figures", names: [...boxes].filter(([, box]) => box.input.checked).map(([name]) => name) });
  for (const [, box] of boxes) box.input.addEventListener("change", request);
  for (const name of model.get("figure_names")) boxes.get(name).input.checked = true;
  const id = freshId("replication");
  const number = numberField({ id, max: 999, value: 0, onChange: (replication) => send({ do: "replication", number: replication }) });
  return make("details", { class: "dops-figure-choice" },
    make("summary", {}, "Figures of one replication"),
    make("div", { class: "dops-checkboxes" }, ...[...boxes.values()].map((box) => make("label", {}, box.input, ` ${box.title}`))),
    make("label", { for: id }, "Replication "), number);
}

function showFigures(element, drawn) {
  if (!drawn.figures) {
    element.replaceChildren();
    return;
  }
  const weeks = Math.round(drawn.weeks);
  const caption = `Replication ${drawn.replication}, ${weeks} weeks. One replication may be an outlier.`;
  element.replaceChildren(make("p", { class: "dops-caption" }, caption), ...drawn.figures.map((figure) => {
    const image = make("div", { class: "dops-figure" });
    image.innerHTML = figure.svg; // drawn by devopssim.plots in this kernel
    const table = make("div", { class: "dops-table", tabindex: 0, "data-lm-suppress-shortcuts": "", role: "region", "aria-label": `Table of ${figure.title}` });
    table.innerHTML = figure.table;
    return make("figure", { "data-figure": figure.name }, image,
      make("figcaption", { id: `${figure.name.replaceAll("_", "")}-text` }, figure.text),
      make("details", {}, make("summary", {}, "Data of this figure"), table));
  }));
}
