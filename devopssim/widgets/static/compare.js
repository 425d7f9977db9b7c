// widgets.compare: scenarios side by side, sliders for the chosen one and for what all of them share.

function compareView({ model, el }) {
  const send = (message) => model.send(message);
  const settings = model.get("settings");
  const status = statusLine();
  const picture = chart();
  const cards = make("div", { class: "dops-cards" });
  const words = make("div", { class: "dops-words", "data-words": "" });
  const knobs = knobPanel(model, send);
  const toml = tomlBox(model, send);
  const note = noteLine(model);
  const choice = radios("The sliders of practices belong to", settings.names, settings.colours, (name) => send({ do: "choose", name }));
  const chartId = freshId("curve");
  const curve = make("select", { id: chartId, change: () => send({ do: "curve", kpi: curve.value }) },
    ...settings.curves.map(([name, title]) => make("option", { value: name }, title)));
  const root = make("section", { class: "dops", "aria-label": `Comparison of ${settings.names.join(", ")}` },
    make("div", { class: "dops-side" }, choice.element, knobs.element,
      make("div", { class: "dops-buttons" },
        make("button", { type: "button", click: () => send({ do: "reset" }) }, "Back to the start"),
        make("button", { type: "button", click: () => send({ do: "pin" }) }, "Make this the start"))),
    make("div", { class: "dops-main" }, status.element, note.element, cards,
      make("div", { class: "dops-curve" }, make("label", { for: chartId }, "Curve over time:"), curve),
      picture.element,
      make("section", { "aria-label": "What changed and why" }, make("h2", {}, "What changed, and why"), words), toml.element));
  const stops = [
    knobs.stop, toml.stop, note.stop, picture.stop,
    follow(model, "chosen", (name) => choice.show(name)),
    follow(model, "shown", (shown) => {
      status.show(shown.status);
      if (!shown.cards) return;
      kpiCards(cards, shown.cards);
      curve.value = shown.chart.kpi;
      picture.show(shown.chart);
      sections(words, shown.words);
      root.dataset.answers = String(Number(root.dataset.answers ?? 0) + 1);
    }),
  ];
  el.replaceChildren(root);
  send({ do: "ready" });
  return () => {
    stops.forEach((stop) => stop());
    send({ do: "gone" });
  };
}

function radios(legend, names, colours, choose) {
  const group = freshId("choice");
  const inputs = new Map(names.map((name) => [name, make("input", { type: "radio", name: group, value: name, change: () => choose(name) })]));
  const labels = names.map((name) => make("label", { style: `--dops-own: ${colours[name]}` }, inputs.get(name), make("span", {}, name)));
  const element = make("fieldset", { class: "dops-choice" }, make("legend", {}, legend), ...labels);
  return { element, show: (name) => { inputs.get(name).checked = true; } };
}
