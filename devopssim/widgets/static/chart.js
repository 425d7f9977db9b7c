// A chart of lines with bands. Python computes points, ends of the axes and ticks; this file draws them.

const MARGIN = { left: 62, right: 150, top: 12, bottom: 44 };
const HEIGHT = 300;

/** A chart as wide as its container, redrawn when the width changes. */
function chart() {
  const element = make("div", { class: "dops-chart" });
  let last = null;
  const draw = () => last && element.replaceChildren(drawn(last, Math.max(320, element.clientWidth)));
  const watch = new ResizeObserver(draw);
  watch.observe(element);
  const show = (now) => { last = now; draw(); };
  return { element, show, stop: () => watch.disconnect() };
}

function drawn(now, width) {
  const svg = make("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img", "aria-label": now.text });
  if (!now.lines.length) {
    svg.append(make("text", { x: width / 2, y: HEIGHT / 2, "text-anchor": "middle" }, now.text));
    return svg;
  }
  const right = width < 480 ? 96 : MARGIN.right;
  const x = place(now.x, MARGIN.left, width - right);
  const y = place(now.y, HEIGHT - MARGIN.bottom, MARGIN.top);
  for (const [at, words] of now.y.ticks) {
    svg.append(make("line", { x1: MARGIN.left, x2: width - right, y1: y(at), y2: y(at), class: "dops-grid" }));
    svg.append(make("text", { x: MARGIN.left - 8, y: y(at), "text-anchor": "end", "dominant-baseline": "middle" }, words));
  }
  for (const [at, words] of now.x.ticks) {
    svg.append(make("text", { x: x(at), y: HEIGHT - MARGIN.bottom + 18, "text-anchor": "middle" }, words));
  }
  const middle = (MARGIN.left + width - right) / 2;
  svg.append(make("text", { x: middle, y: HEIGHT - 6, "text-anchor": "middle" }, now.x.label));
  const beside = `translate(12 ${(MARGIN.top + HEIGHT - MARGIN.bottom) / 2}) rotate(-90)`;
  svg.append(make("text", { transform: beside, "text-anchor": "middle" }, now.y.label));
  svg.append(make("line", { x1: MARGIN.left, x2: width - right, y1: y(now.y.low), y2: y(now.y.low), class: "dops-axis" }));
  const ends = [];
  for (const line of now.lines) {
    if (!line.before) svg.append(...bands(line, x, y));
    svg.append(...strokes(line, x, y));
    const end = line.points.findLast((point) => point[1] !== null);
    ends.push({ at: y(end[1]), name: line.name, colour: line.colour, before: line.before });
  }
  svg.append(...names(ends, width - right + 8));
  return svg;
}

function place(axis, from, to) {
  const turn = axis.log ? Math.log : (value) => value;
  const [low, high] = [turn(axis.low), turn(axis.high)];
  return (value) => from + ((turn(Math.max(value, axis.log ? axis.low : value)) - low) / (high - low || 1)) * (to - from);
}

/** Runs of consecutive points that have a value. */
function stretches(points, known) {
  const found = [[]];
  for (const point of points) {
    if (known(point)) found.at(-1).push(point);
    else if (found.at(-1).length) found.push([]);
  }
  return found.filter((each) => each.length);
}

function bands(line, x, y) {
  return stretches(line.points, (point) => point[2] !== null).map((part) => {
    const up = part.map((point) => `${x(point[0])},${y(point[3])}`);
    const down = part.map((point) => `${x(point[0])},${y(point[2])}`).reverse();
    return make("path", { d: `M${[...up, ...down].join("L")}Z`, fill: line.colour, class: "dops-band" });
  });
}

function strokes(line, x, y) {
  return stretches(line.points, (point) => point[1] !== null).map((part) => {
    const places = part.map((point) => `${x(point[0])},${y(point[1])}`);
    if (places.length === 1) places.push(places[0]); // a round cap makes it a dot
    return make("polyline", { points: places.join(" "), stroke: line.colour, class: line.before ? "dops-line dops-before" : "dops-line" });
  });
}

/** Names of the lines at their ends, moved apart where they would overlap. */
function names(ends, x) {
  const sorted = [...ends].sort((one, other) => one.at - other.at);
  let last = -Infinity;
  for (const end of sorted) {
    end.y = Math.max(end.at, last + 15);
    last = end.y;
  }
  const over = Math.max(0, last - (HEIGHT - MARGIN.bottom));
  return sorted.flatMap((end) => [
    make("line", { x1: x, x2: x + 12, y1: end.y - over, y2: end.y - over, stroke: end.colour, class: end.before ? "dops-line dops-before" : "dops-line" }),
    make("text", { x: x + 17, y: end.y - over, "dominant-baseline": "middle" }, end.name),
  ]);
}
