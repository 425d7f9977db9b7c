// widgets.compare: scenarios side by side, sliders for the chosen one and for the parameters that all share.

function compareView({ model, el }) {
  const send = (message) => model.send(message);
  const settings = model.get("settings");
  const status = statusLine();
  const curveChart = chart();
  const cards = make("div", { class: "dops-cards" });
  const explanations = make("div", { class: "dops-explanations" });
  const controls = controlPanel(model, send);
  const toml = tomlBox(model, send);
  const predict = predictBox(model, send, settings.kpis, () => model.get("chosen"));
  const note = noteLine(model);
  const choice = radios("Set the practices of", settings.names, settings.colours, (name) => send({ do: "choose", name }));
  const chartId = freshId("curve");
  const curve = make("select", { id: chartId, change: () => send({ do: "curve", kpi: curve.value }) },
    ...settings.curves.map(([name, title]) => make("option", { value: name }, title)));
  const root = make("section", { class: "dops", "aria-label": `Comparison of ${settings.names.join(", ")}` },
    make("div", { class: "dops-side" }, choice.element, controls.element,
      make("div", { class: "dops-buttons" },
        make("button", { type: "button", click: () => send({ do: "reset" }) }, "Reset to baseline"),
        make("button", { type: "button", click: () => send({ do: "pin" }) }, "Set as baseline"))),
    make("div", { class: "dops-main" }, status.element, note.element, cards,
      make("div", { class: "dops-curve" }, make("label", { for: chartId }, "KPI over time:"), curve),
      curveChart.element, predict.element,
      make("section", { "aria-label": "What changed and why" }, make("h2", {}, "What changed and why"), explanations), toml.element));
  const stops = [
    controls.stop, toml.stop, predict.stop, note.stop, curveChart.stop,
    follow(model, "chosen", (name) => choice.show(name)),
    follow(model, "shown", (shown) => {
      status.show(shown.status);
      if (!shown.cards) return;
      kpiCards(cards, shown.cards);
      curve.value = shown.chart.kpi;
      curveChart.show(shown.chart);
      sections(explanations, shown.explanations);
      root.dataset.estimates = String(Number(root.dataset.estimates ?? 0) + 1);
    }),
  ];
  el.replaceChildren(make("div", { class: "dops-frame" }, root));
  send({ do: "ready" });
  return () => {
    stops.forEach((stop) => stop());
    send({ do: "gone" });
  };
}

function radios(legend, names, colours, choose) {
  const group = freshId("choice");
  const inputs = new Map(names.map((name) => [name, make("input", { type: "radio", name: group, value: name, change: () => choose(name) })]));
  const labels = names.map((name) => make("label", { style: `--dops-colour: ${colours[name]}` }, inputs.get(name), make("span", {}, name)));
  const element = make("fieldset", { class: "dops-choice" }, make("legend", {}, legend), ...labels);
  return { element, show: (name) => { inputs.get(name).checked = true; } };
}
