// What is seen: the piece of time, how far the chart is scrolled, what is picked.

const PAD = 20, AXIS = 26, HEAD = 28, GAP = 10;
const whole = Math.max(raw.total, 1);
const view = {
  from: 0, to: whole, // microseconds
  scroll: 0, width: 0, height: 0, ratio: 1,
  left: PAD, edge: 0, // where from is, and how far to the left bars reach: beyond are names of workers
  folded: new Set(),  // bands of which only the head is shown
  hidden: new Set(),  // statuses
  match: null,        // by string: 1 if it is looked for, as a name of tasks or of a worker; null: all are
  hover: -1, over: -1, // span and note under the pointer; -1: none
  drag: null,         // {from, to} in pixels: being selected
};

const byId = (id) => document.getElementById(id);
const chart = byId("chart"), overview = byId("overview"), scroller = byId("scroll"), tip = byId("tip");

const inner = () => Math.max(view.width - view.left - PAD, 1);
const xOf = (t) => view.left + (t - view.from) / (view.to - view.from) * inner();
const timeOf = (x) => view.from + (x - view.left) / inner() * (view.to - view.from);

// rowHeight is how high the rows of a band are: many are low.
function rowHeight(band) {
  if (band.rows <= 64) return 22;
  return band.rows <= 1000 ? 12 : 5;
}

// arrange gives each band its place from the top, and the chart its height.
function arrange() {
  let y = AXIS;
  model.bands.forEach((b, i) => {
    b.y = y;
    b.h = rowHeight(b);
    b.bottom = y + HEAD + (view.folded.has(i) ? 0 : b.rows * b.h);
    y = b.bottom + GAP;
  });
  view.full = y;
  byId("spacer").style.height = Math.max(view.full - view.height, 0) + "px";
}

// bandAt returns the index of the first band whose bottom is at y or below.
function bandAt(y) {
  let lo = 0, hi = model.bands.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (model.bands[mid].bottom < y) lo = mid + 1; else hi = mid;
  }
  return lo;
}

// show sets the piece of time that is seen, within the whole and not too short.
function show(from, to) {
  const least = Math.min(whole, 20);
  let length = Math.min(Math.max(to - from, least), whole);
  from = Math.min(Math.max(from + (to - from - length) / 2, 0), whole - length);
  view.from = from;
  view.to = from + length;
  redraw();
}

// zoom makes the piece of time longer or shorter; what is at x stays there.
function zoom(factor, x = view.left + inner() / 2) {
  const t = Math.min(Math.max(timeOf(x), view.from), view.to);
  show(t - (t - view.from) * factor, t + (view.to - t) * factor);
}

function pan(pixels) {
  const d = pixels / inner() * (view.to - view.from), length = view.to - view.from;
  const from = Math.min(Math.max(view.from + d, 0), whole - length);
  show(from, from + length);
}

// reveal shows a span, with some time around it.
function reveal(span) {
  const b = model.bands[raw.runs[model.taskRun[model.task[span]]].band];
  view.folded.delete(model.bands.indexOf(b));
  arrange();
  const length = Math.max((model.end[span] - model.begin[span]) * 8, (view.to - view.from) / 20, 100);
  const middle = (model.begin[span] + model.end[span]) / 2;
  scroller.scrollTop = b.y + HEAD + (model.row[span] - b.first) * b.h - view.height / 2;
  view.scroll = scroller.scrollTop;
  view.hover = span;
  show(middle - length / 2, middle + length / 2);
}

// shown reports whether a span is neither hidden nor beside what is looked for.
function shown(span) {
  if (view.hidden.size && view.hidden.has(model.status[span])) return false;
  return view.match === null || matches(span);
}

// matches reports whether the task of a span is looked for, or the worker that had it.
function matches(span) {
  return view.match[model.taskName[model.task[span]]] === 1 || view.match[workerOf(span)] === 1;
}

// The colours stand in page.css, by name.
let colour = {};
function readColours() {
  const css = getComputedStyle(document.documentElement);
  for (const name of ["paper", "panel", "ink", "soft", "faint", "line", "band", "run", "pick", "match", "on"]) colour[name] = css.getPropertyValue("--" + name).trim();
  colour.status = raw.statuses.map(([key]) => css.getPropertyValue("--" + key).trim());
  hatch.clear();
}

// fitCanvas makes a canvas as large as it is shown, in pixels of the screen.
function fitCanvas(canvas, width, height) {
  canvas.width = Math.round(width * view.ratio);
  canvas.height = Math.round(height * view.ratio);
  const ctx = canvas.getContext("2d");
  ctx.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
  return ctx;
}

let pending = false;
function redraw() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    draw();
  });
}
