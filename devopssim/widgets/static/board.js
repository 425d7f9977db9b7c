// widgets.board: the timeline of an event log. Python derives every move; this file shows the board at one point in time.

const ROW = 24;
const MOST_ROWS = 14;
const SPEEDS = [[240, "whole log in 4 minutes"], [120, "in 2 minutes"], [60, "in 1 minute"], [30, "in 30 seconds"], [15, "in 15 seconds"]];
const ANNOUNCE_EVERY = 5000; // ms between two texts for screen readers while the board plays

function boardView({ model, el }) {
  const send = (message) => model.send(message);
  const settings = model.get("settings");
  const reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
  const playback = { timeline: null, time: 0, applied: 0, cards: [], columns: [] };
  let frame = null;
  let announcedAt = 0;

  const playButton = make("button", { type: "button", class: "dops-play", click: () => (frame ? pause() : play()) }, "Play");
  const back = make("button", { type: "button", click: () => step(-1) }, "One event back");
  const forward = make("button", { type: "button", click: () => step(1) }, "One event forward");
  const speed = make("select", { id: freshId("speed") }, ...SPEEDS.map(([seconds, label]) => make("option", { value: seconds, selected: seconds === 60 }, label)));
  const slider = make("input", { id: freshId("time"), type: "range", min: 0, step: 1, value: 0, input: () => {
    const wanted = Number(slider.value); // pausing redraws the board and resets the slider
    pause();
    seek(wanted, true);
  } });
  const replication = settings.replication === null ? null : numberField({
    id: freshId("replication"), max: settings.last_replication, value: settings.replication,
    onChange: (number) => { pause(); send({ do: "replication", number }); },
  });
  const clockText = make("output", { class: "dops-time", for: slider.id });
  const service = make("span", { class: "dops-service" });
  const live = make("p", { role: "status", class: "dops-hidden" });
  const note = noteLine(model);
  const heads = make("div", { class: "dops-column-heads" });
  const lanes = make("div", { class: "dops-lanes" });
  const summary = make("p", { class: "dops-caption" });
  const columns = make("div", { class: "dops-columns", role: "region", "aria-label": "Columns of the board", "data-lm-suppress-shortcuts": "" }, heads, lanes);
  const area = make("div", { class: "dops-board", tabindex: 0, role: "group", keydown: keys, "data-lm-suppress-shortcuts": "",
    "aria-label": "Board. Space: play or pause. Left and right arrow: one event back or forward. Home and End: start and end of the log. Plus and minus: speed." }, columns);
  const root = make("section", { class: "dops dops-single", "aria-label": `Board of ${settings.name}` },
    make("div", { class: "dops-buttons" }, playButton, back, forward,
      make("label", { for: speed.id }, "Speed"), speed,
      ...(replication ? [make("label", { for: replication.id }, "Replication"), replication] : [])),
    make("div", { class: "dops-seek" }, make("label", { for: slider.id }, "Time"), slider, clockText, service),
    note.element, area, summary, live,
    make("p", { class: "dops-caption", "aria-hidden": "true" }, make("span", { class: "dops-legend", "data-working": "1" }, "W1"), " in progress ", make("span", { class: "dops-legend" }, "W2"), " waiting ",
      make("span", { class: "dops-legend", "data-production": "true" }, "W3"), " in use"),
    make("p", { class: "dops-caption" }, settings.replication === null
      ? "The board shows one event log."
      : "The board shows one replication, which may be an outlier. Try others, and use the confidence intervals of a comparison for conclusions."));

  function keys(event) {
    const act = { " ": () => (frame ? pause() : play()), ArrowRight: () => step(1), ArrowLeft: () => step(-1), Home: () => seek(0),
      End: () => seek(playback.timeline.end), "+": () => changeSpeed(1), "-": () => changeSpeed(-1) }[event.key];
    if (!act || !playback.timeline || event.target !== area) return;
    event.preventDefault();
    if (["Home", "End", "ArrowRight", "ArrowLeft"].includes(event.key)) pause();
    act();
  }

  function changeSpeed(by) {
    speed.selectedIndex = Math.max(0, Math.min(SPEEDS.length - 1, speed.selectedIndex + by));
  }

  function play() {
    if (!playback.timeline) return;
    if (playback.time >= playback.timeline.end) seek(0);
    playButton.textContent = "Pause";
    root.dataset.playing = "yes";
    let last = performance.now();
    const tick = (now) => {
      // With reduced motion the board is redrawn once a second, at the same times.
      if (!reducedMotion.matches || now - last >= 1000) {
        const until = playback.time + ((now - last) / 1000 / Number(speed.value)) * playback.timeline.end;
        last = now;
        seek(Math.min(until, playback.timeline.end), now - announcedAt > ANNOUNCE_EVERY);
        if (playback.time >= playback.timeline.end) { pause(); return; }
      }
      frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
  }

  function pause() {
    if (frame) cancelAnimationFrame(frame);
    frame = null;
    playButton.textContent = "Play";
    root.dataset.playing = "no";
    if (playback.timeline) show(true);
  }

  function step(by) {
    pause();
    const moves = playback.timeline?.moves ?? [];
    const next = by > 0 ? moves[playback.applied] : moves.findLast((move) => move[0] < playback.time);
    if (next) seek(next[0], true);
  }

  /** Show the board at a time; going back replays from the start. */
  function seek(wanted, announce = false) {
    const timeline = playback.timeline;
    if (!timeline) return;
    if (wanted < playback.time) Object.assign(playback, { applied: 0, cards: [], columns: timeline.columns.map(() => new Set()) });
    playback.time = wanted;
    const moves = timeline.moves;
    while (playback.applied < moves.length && moves[playback.applied][0] <= wanted) {
      const [time, item, column, working] = moves[playback.applied];
      const before = playback.cards[item];
      if (before && before.column !== column) playback.columns[before.column].delete(item);
      playback.columns[column].add(item);
      playback.cards[item] = { column, working, since: before && before.column === column ? before.since : time };
      playback.applied += 1;
    }
    show(announce);
  }

  function show(announce) {
    const timeline = playback.timeline;
    slider.value = playback.time;
    const time = clock(playback.time, timeline);
    slider.setAttribute("aria-valuetext", time);
    clockText.textContent = time;
    const down = timeline.outages.some(([start, end]) => start <= playback.time && playback.time < end);
    const count = timeline.deployments.filter((deployedAt) => deployedAt <= playback.time).length;
    const deployments = `${count} ${count === 1 ? "deployment" : "deployments"}`;
    service.textContent = `${down ? "\u25bc Service down" : "\u25b2 Service running"} \u00b7 ${deployments}`;
    service.classList.toggle("dops-worse", down);
    const counts = playback.columns.map((items) => [items.size, [...items].filter((item) => playback.cards[item].working).length]);
    [...heads.children].forEach((head, index) => { head.lastChild.textContent = counts[index][0]; });
    const columns = timeline.columns.map((name, index) => `${name}: ${counts[index][0]}${counts[index][1] ? ` (${counts[index][1]} in progress)` : ""}`);
    const text = `${time}. ${columns.join(", ")}. Service ${down ? "down" : "running"}, ${deployments}.`;
    summary.textContent = text;
    if (announce && live.textContent !== text) { live.textContent = text; announcedAt = performance.now(); }
    layOut(lanes, playback);
  }

  const stops = [
    note.stop,
    follow(model, "timeline", (timeline) => {
      if (!timeline.moves) { summary.textContent = "Running the simulation."; return; }
      pause();
      slider.max = timeline.end;
      slider.step = timeline.end / 500;
      Object.assign(playback, { timeline, time: Infinity });
      heads.replaceChildren(...timeline.columns.map((name) => make("div", { class: "dops-column-head" }, make("span", {}, name), make("strong", {}, "0"))));
      lanes.replaceChildren();
      seek(timeline.begin);
      root.dataset.ready = String(timeline.replication ?? 0);
    }),
  ];
  const resizes = new ResizeObserver(() => {
    scrolls(columns);
    if (playback.timeline) layOut(lanes, playback);
  });
  [columns, lanes].forEach((element) => resizes.observe(element));
  el.replaceChildren(root);
  send({ do: "ready" });
  return () => { pause(); resizes.disconnect(); stops.forEach((stop) => stop()); send({ do: "gone" }); };
}

function clock(hours, timeline) {
  if (timeline.end < 72) return new Date(hours * 3600000).toISOString().slice(11, 19);
  const weeks = Math.floor(hours / timeline.week);
  return `Week ${weeks + 1}, day ${Math.floor((hours - weeks * timeline.week) / 24) + 1}`;
}

/** Lay out the cards in rows of each column, newest first in production; a number stands for those that do not fit. */
function layOut(lanes, playback) {
  const width = lanes.clientWidth / playback.columns.length;
  const perRow = Math.max(1, Math.floor((width - 8) / 52));
  const capacity = perRow * MOST_ROWS;
  const visible = new Set();
  const elements = (lanes.cards ??= new Map());
  lanes.notes ??= playback.columns.map(() => lanes.appendChild(make("span", { class: "dops-more", "aria-hidden": "true" })));
  if (!lanes.notes[0].isConnected) lanes.append(...lanes.notes);
  playback.columns.forEach((items, column) => {
    const inProduction = column >= playback.timeline.production;
    const all = inProduction ? [...items].reverse() : [...items];
    const shown = all.slice(0, all.length > capacity ? capacity - perRow : capacity);
    shown.forEach((item, index) => {
      visible.add(item);
      const card = elements.get(item) ?? newCard(lanes, elements, item, playback.timeline.items[item]);
      if (!card.isConnected) lanes.append(card);
      card.style.transform = `translate(${column * width + 4 + (index % perRow) * 52}px, ${4 + Math.floor(index / perRow) * ROW}px)`;
      card.dataset.working = playback.cards[item].working;
      card.dataset.production = inProduction;
    });
    const note = lanes.notes[column];
    note.textContent = all.length > shown.length ? `+ ${all.length - shown.length} more` : "";
    note.style.transform = `translate(${column * width + 6}px, ${4 + Math.ceil(shown.length / perRow) * ROW}px)`;
  });
  for (const [item, card] of elements) {
    if (!visible.has(item)) {
      card.remove();
      elements.delete(item);
    }
  }
  lanes.style.setProperty("--dops-columns", playback.columns.length);
}

function newCard(lanes, elements, item, name) {
  const card = make("span", { class: "dops-item", "aria-hidden": "true" }, name);
  elements.set(item, card);
  lanes.append(card);
  return card;
}
