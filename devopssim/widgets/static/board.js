// widgets.board: the timeline of an event log. Python derives every move; this file shows the board at a moment.

const ROW = 24;
const MOST_ROWS = 14;
const SPEEDS = [[240, "whole film in 4 minutes"], [120, "in 2 minutes"], [60, "in 1 minute"], [30, "in 30 seconds"], [15, "in 15 seconds"]];
const SPOKEN_EACH = 5000; // ms between two texts for screen readers while the timeline plays

function boardView({ model, el }) {
  const send = (message) => model.send(message);
  const settings = model.get("settings");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const film = { now: null, time: 0, done: 0, where: [], columns: [] };
  let playing = null;
  let spoken = 0;

  const play = make("button", { type: "button", class: "dops-play", click: () => (playing ? pause() : start()) }, "Play");
  const back = make("button", { type: "button", click: () => step(-1) }, "One event back");
  const on = make("button", { type: "button", click: () => step(1) }, "One event on");
  const speed = make("select", { id: freshId("speed") }, ...SPEEDS.map(([seconds, words]) => make("option", { value: seconds, selected: seconds === 60 }, words)));
  const time = make("input", { id: freshId("time"), type: "range", min: 0, step: 1, value: 0, input: () => {
    const wanted = Number(time.value); // pausing redraws the board and resets the slider
    pause();
    seek(wanted, true);
  } });
  const replication = settings.replication === null ? null : numberField({
    id: freshId("replication"), max: settings.most, value: settings.replication,
    tell: (number) => { pause(); send({ do: "replication", number }); },
  });
  const moment = make("output", { class: "dops-moment", for: time.id });
  const service = make("span", { class: "dops-service" });
  const live = make("p", { role: "status", class: "dops-hidden" });
  const note = noteLine(model);
  const heads = make("div", { class: "dops-heads" });
  const stage = make("div", { class: "dops-stage" });
  const text = make("p", { class: "dops-said" });
  const area = make("div", { class: "dops-board", tabindex: 0, role: "group", keydown: keys, "data-lm-suppress-shortcuts": "",
    "aria-label": "The board. Space plays and pauses, the arrow keys go one event on or back, Home and End to the first and last moment, plus and minus change the speed." }, heads, stage);
  const root = make("section", { class: "dops dops-one", "aria-label": `Board of ${settings.name}` },
    make("div", { class: "dops-buttons" }, play, back, on,
      make("label", { for: speed.id }, "Speed"), speed,
      ...(replication ? [make("label", { for: replication.id }, "Replication"), replication] : [])),
    make("div", { class: "dops-seek" }, make("label", { for: time.id }, "Moment"), time, moment, service),
    note.element, area, text, live,
    make("p", { class: "dops-said", "aria-hidden": "true" }, make("span", { class: "dops-key", "data-working": "1" }, "W1"), " somebody works on it ", make("span", { class: "dops-key" }, "W2"), " it waits"),
    make("p", { class: "dops-said" }, settings.replication === null
      ? "This is one course of events; another could look different."
      : "This is one replication: one random future, which may be an outlier. Choose others, and look at the intervals of a comparison before you conclude."));

  function keys(event) {
    const act = { " ": () => (playing ? pause() : start()), ArrowRight: () => step(1), ArrowLeft: () => step(-1), Home: () => seek(0),
      End: () => seek(film.now.end), "+": () => faster(1), "-": () => faster(-1) }[event.key];
    if (!act || !film.now || event.target !== area) return;
    event.preventDefault();
    if (["Home", "End", "ArrowRight", "ArrowLeft"].includes(event.key)) pause();
    act();
  }

  function faster(by) {
    speed.selectedIndex = Math.max(0, Math.min(SPEEDS.length - 1, speed.selectedIndex + by));
  }

  function start() {
    if (!film.now) return;
    if (film.time >= film.now.end) seek(0);
    play.textContent = "Pause";
    root.dataset.playing = "yes";
    let last = performance.now();
    const tick = (now) => {
      // With reduced motion the board is redrawn once a second, at the same moments.
      if (!calm.matches || now - last >= 1000) {
        const until = film.time + ((now - last) / 1000 / Number(speed.value)) * film.now.end;
        last = now;
        seek(Math.min(until, film.now.end), now - spoken > SPOKEN_EACH);
        if (film.time >= film.now.end) { pause(); return; }
      }
      playing = requestAnimationFrame(tick);
    };
    playing = requestAnimationFrame(tick);
  }

  function pause() {
    if (playing) cancelAnimationFrame(playing);
    playing = null;
    play.textContent = "Play";
    root.dataset.playing = "no";
    if (film.now) show(true);
  }

  function step(by) {
    pause();
    const moves = film.now?.moves ?? [];
    const next = by > 0 ? moves[film.done] : moves.findLast((move) => move[0] < film.time);
    if (next) seek(next[0], true);
  }

  /** Show the board at a moment; going back replays from the start. */
  function seek(moment, aloud = false) {
    if (!film.now) return;
    if (moment < film.time) Object.assign(film, { done: 0, where: [], columns: film.now.columns.map(() => new Set()) });
    film.time = moment;
    const moves = film.now.moves;
    while (film.done < moves.length && moves[film.done][0] <= moment) {
      const [at, item, column, working] = moves[film.done];
      const before = film.where[item];
      if (before && before.column !== column) film.columns[before.column].delete(item);
      film.columns[column].add(item);
      film.where[item] = { column, working, since: before && before.column === column ? before.since : at };
      film.done += 1;
    }
    show(aloud);
  }

  function show(aloud) {
    const now = film.now;
    time.value = film.time;
    const words = clock(film.time, now);
    time.setAttribute("aria-valuetext", words);
    moment.textContent = words;
    const down = now.outages.some(([from, until]) => from <= film.time && film.time < until);
    const deployed = now.deployments.filter((at) => at <= film.time).length;
    service.textContent = `${down ? "\u25bc Service down" : "\u25b2 Service running"} \u00b7 ${deployed} ${deployed === 1 ? "deployment" : "deployments"}`;
    service.classList.toggle("dops-worse", down);
    const counts = film.columns.map((items) => [items.size, [...items].filter((item) => film.where[item].working).length]);
    [...heads.children].forEach((head, place) => { head.lastChild.textContent = counts[place][0]; });
    const said = `${words}. ${now.columns.map((name, place) => `${name}: ${counts[place][0]}${counts[place][1] ? ` (${counts[place][1]} worked on)` : ""}`).join(", ")}. Service ${down ? "down" : "running"}, ${deployed} ${deployed === 1 ? "deployment" : "deployments"}.`;
    text.textContent = said;
    if (aloud && live.textContent !== said) { live.textContent = said; spoken = performance.now(); }
    lay(stage, film);
  }

  const stops = [
    note.stop,
    follow(model, "film", (now) => {
      if (!now.moves) { text.textContent = "The simulation runs."; return; }
      pause();
      time.max = now.end;
      time.step = now.end / 500;
      Object.assign(film, { now, time: Infinity });
      heads.replaceChildren(...now.columns.map((name) => make("div", { class: "dops-head" }, make("span", {}, name), make("strong", {}, "0"))));
      stage.replaceChildren();
      seek(0);
      root.dataset.ready = String(now.replication ?? 0);
    }),
  ];
  const watch = new ResizeObserver(() => film.now && lay(stage, film));
  watch.observe(stage);
  el.replaceChildren(root);
  send({ do: "ready" });
  return () => { pause(); watch.disconnect(); stops.forEach((stop) => stop()); send({ do: "gone" }); };
}

function clock(hours, film) {
  if (film.end < 72) return new Date(hours * 3600000).toISOString().slice(11, 19);
  const weeks = Math.floor(hours / film.week);
  return `Week ${weeks + 1}, day ${Math.floor((hours - weeks * film.week) / 24) + 1}`;
}

/** Lay out the cards in rows of each column, newest first in the last one; a number stands for those that do not fit. */
function lay(stage, film) {
  const wide = stage.clientWidth / film.columns.length;
  const across = Math.max(1, Math.floor((wide - 8) / 52));
  const room = across * MOST_ROWS;
  const kept = new Set();
  const known = (stage.cards ??= new Map());
  stage.notes ??= film.columns.map(() => stage.appendChild(make("span", { class: "dops-more", "aria-hidden": "true" })));
  if (!stage.notes[0].isConnected) stage.append(...stage.notes);
  film.columns.forEach((items, column) => {
    const last = column === film.columns.length - 1;
    const all = last ? [...items].reverse() : [...items];
    const shown = all.slice(0, all.length > room ? room - across : room);
    shown.forEach((item, place) => {
      kept.add(item);
      const card = known.get(item) ?? newCard(stage, known, item, film.now.items[item]);
      if (!card.isConnected) stage.append(card);
      card.style.transform = `translate(${column * wide + 4 + (place % across) * 52}px, ${4 + Math.floor(place / across) * ROW}px)`;
      card.dataset.working = film.where[item].working;
      card.dataset.column = column;
    });
    const note = stage.notes[column];
    note.textContent = all.length > shown.length ? `+ ${all.length - shown.length} more` : "";
    note.style.transform = `translate(${column * wide + 6}px, ${4 + Math.ceil(shown.length / across) * ROW}px)`;
  });
  for (const [item, card] of known) {
    if (!kept.has(item)) {
      card.remove();
      known.delete(item);
    }
  }
  stage.style.setProperty("--dops-columns", film.columns.length);
}

function newCard(stage, known, item, name) {
  const card = make("span", { class: "dops-item", "aria-hidden": "true" }, name);
  known.set(item, card);
  stage.append(card);
  return card;
}
