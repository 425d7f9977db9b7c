// A chart of lines with bands. Python computes points, limits of the axes and ticks; this file draws them.

const MARGIN = { left: 62, right: 150, top: 12, bottom: 44 };
const HEIGHT = 300;

/** A chart as wide as its container, redrawn when the width changes. */
function chart() {
  const element = make("div", { class: "dops-chart", role: "group", "aria-label": "Chart", "data-lm-suppress-shortcuts": "" });
  let data = null;
  const draw = () => {
    if (data) element.replaceChildren(drawing(data, Math.max(320, element.clientWidth)));
    scrolls(element);
  };
  const resizes = new ResizeObserver(draw);
  resizes.observe(element);
  const show = (next) => { data = next; draw(); };
  return { element, show, stop: () => resizes.disconnect() };
}

function drawing(data, width) {
  const svg = make("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img", "aria-label": data.text });
  if (!data.lines.length) {
    svg.append(make("text", { x: width / 2, y: HEIGHT / 2, "text-anchor": "middle" }, data.text));
    return svg;
  }
  const right = width < 480 ? 96 : MARGIN.right;
  const x = scale(data.x, MARGIN.left, width - right);
  const y = scale(data.y, HEIGHT - MARGIN.bottom, MARGIN.top);
  for (const [value, label] of data.y.ticks) {
    svg.append(make("line", { x1: MARGIN.left, x2: width - right, y1: y(value), y2: y(value), class: "dops-grid" }));
    svg.append(make("text", { x: MARGIN.left - 8, y: y(value), "text-anchor": "end", "dominant-baseline": "middle" }, label));
  }
  for (const [value, label] of data.x.ticks) {
    svg.append(make("text", { x: x(value), y: HEIGHT - MARGIN.bottom + 18, "text-anchor": "middle" }, label));
  }
  const middle = (MARGIN.left + width - right) / 2;
  svg.append(make("text", { x: middle, y: HEIGHT - 6, "text-anchor": "middle" }, data.x.label));
  const turned = `translate(12 ${(MARGIN.top + HEIGHT - MARGIN.bottom) / 2}) rotate(-90)`;
  svg.append(make("text", { transform: turned, "text-anchor": "middle" }, data.y.label));
  svg.append(make("line", { x1: MARGIN.left, x2: width - right, y1: y(data.y.low), y2: y(data.y.low), class: "dops-axis" }));
  const ends = [];
  for (const line of data.lines) {
    if (!line.baseline) svg.append(...bands(line, x, y));
    svg.append(...strokes(line, x, y));
    const end = line.points.findLast((point) => point[1] !== null);
    ends.push({ target: y(end[1]), name: line.name, colour: line.colour, baseline: line.baseline });
  }
  svg.append(...names(ends, width - right + 8));
  return svg;
}

/** Return the function from a value on an axis to a pixel. */
function scale(axis, from, to) {
  const transform = axis.log ? Math.log : (value) => value;
  const [low, high] = [transform(axis.low), transform(axis.high)];
  return (value) => from + ((transform(Math.max(value, axis.log ? axis.low : value)) - low) / (high - low || 1)) * (to - from);
}

/** Runs of consecutive points that have a value. */
function segments(points, hasValue) {
  const segments = [[]];
  for (const point of points) {
    if (hasValue(point)) segments.at(-1).push(point);
    else if (segments.at(-1).length) segments.push([]);
  }
  return segments.filter((segment) => segment.length);
}

function bands(line, x, y) {
  return segments(line.points, (point) => point[2] !== null).map((segment) => {
    const upper = segment.map((point) => `${x(point[0])},${y(point[3])}`);
    const lower = segment.map((point) => `${x(point[0])},${y(point[2])}`).reverse();
    return make("path", { d: `M${[...upper, ...lower].join("L")}Z`, fill: line.colour, class: "dops-band" });
  });
}

function strokes(line, x, y) {
  return segments(line.points, (point) => point[1] !== null).map((segment) => {
    const positions = segment.map((point) => `${x(point[0])},${y(point[1])}`);
    if (positions.length === 1) positions.push(positions[0]); // a round cap makes it a dot
    return make("polyline", { points: positions.join(" "), stroke: line.colour, class: line.baseline ? "dops-line dops-baseline" : "dops-line" });
  });
}

/** Names of the lines at their ends, moved apart where they would overlap. */
function names(ends, x) {
  const sorted = [...ends].sort((one, other) => one.target - other.target);
  let last = -Infinity;
  for (const end of sorted) {
    end.y = Math.max(end.target, last + 15);
    last = end.y;
  }
  const overflow = Math.max(0, last - (HEIGHT - MARGIN.bottom));
  return sorted.flatMap((end) => [
    make("line", { x1: x, x2: x + 12, y1: end.y - overflow, y2: end.y - overflow, stroke: end.colour, class: end.baseline ? "dops-line dops-baseline" : "dops-line" }),
    make("text", { x: x + 17, y: end.y - overflow, "dominant-baseline": "middle" }, end.name),
  ]);
}
