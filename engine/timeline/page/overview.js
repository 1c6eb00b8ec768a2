// The strip above the chart: how many tasks ran at each moment of the whole, where
// some failed, and which piece is seen below. Then the axis, and drawing all of it.

const TALL = 64;
let crowd = null; // how many tasks ran, by pixel; for one width

// busy returns how many tasks ran at each pixel, on average, and where some failed.
function busy() {
  const n = Math.max(1, Math.floor(inner()));
  if (crowd && crowd.n === n) return crowd;
  const part = new Float64Array(n + 1), step = new Float64Array(n + 2), bad = new Uint8Array(n + 1), scale = n / whole;
  for (let i = 0; i < model.spans; i++) {
    const s = model.status[i], a = model.begin[i] * scale, b = model.end[i] * scale, p = Math.min(n, Math.floor(a)), q = Math.min(n, Math.floor(b));
    if (solid(s)) bad[q] = 1;
    if (s === STATUS.waiting || model.attempt[i] === 0) continue;
    if (p === q) {
      part[p] += b - a;
      continue;
    }
    part[p] += p + 1 - a;
    part[q] += b - q;
    step[p + 1]++;
    step[q]--;
  }
  let all = 0, most = 0;
  for (let p = 0; p <= n; p++) {
    all += step[p];
    part[p] += all;
    if (part[p] > most) most = part[p];
  }
  return crowd = { n, part, bad, most };
}

function drawOverview() {
  const ctx = fitCanvas(overview, view.width, TALL), { n, part, bad, most } = busy(), floor = TALL - 6, high = floor - 24;
  ctx.fillStyle = colour.status[STATUS.ok];
  ctx.globalAlpha = .45;
  ctx.beginPath();
  ctx.moveTo(view.left, floor);
  for (let p = 0; p < n; p++) {
    const y = floor - part[p] / Math.max(most, 1e-9) * high;
    ctx.lineTo(view.left + p, y);
    ctx.lineTo(view.left + p + 1, y);
  }
  ctx.lineTo(view.left + n, floor);
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.fillStyle = colour.status[STATUS.failed];
  for (let p = 0; p <= n; p++) if (bad[p]) ctx.fillRect(view.left + p - .5, floor - high - 8, 2, 5);
  ctx.fillStyle = colour.line;
  ctx.fillRect(view.left, floor, inner(), 1);
  drawWindow(ctx, floor);
  ctx.font = FONT;
  ctx.textBaseline = "top";
  ctx.textAlign = "right";
  ctx.fillStyle = colour.soft;
  ctx.fillText(raw.peak ? `up to ${count(raw.peak)} at once` : "no task has run", view.width - PAD, 1);
}

// drawWindow dims what is not seen below.
function drawWindow(ctx, floor) {
  const a = view.left + view.from / whole * inner(), b = view.left + view.to / whole * inner();
  if (view.to - view.from >= whole) return;
  ctx.fillStyle = colour.paper;
  ctx.globalAlpha = .65;
  ctx.fillRect(0, 0, a, TALL);
  ctx.fillRect(b, 0, view.width - b, TALL);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = colour.pick;
  ctx.strokeRect(a - .5, 2.5, Math.max(b - a, 2), floor - 2);
}

// step returns how far apart the marks of the axis are: 1, 2 or 5 times a power of
// ten up to seconds, then what clocks have.
function axisStep() {
  const least = (view.to - view.from) / inner() * 90;
  for (const clock of [60e6, 120e6, 300e6, 600e6, 1800e6, 3600e6]) {
    if (least > 30e6 && clock >= least) return clock;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  for (const k of [1, 2, 5, 10]) if (k * power >= least) return k * power;
  return 10 * power;
}

// mark writes a time on the axis, as exactly as its step is; all in one unit.
function mark(t, step) {
  if (t === 0) return "0";
  if (step >= 60e6) return say(t);
  const [unit, name] = view.to < 1e3 ? [1, "µs"] : view.to < 1e6 ? [1e3, "ms"] : [1e6, "s"];
  return (t / unit).toFixed(Math.max(0, Math.ceil(Math.log10(unit / step) - 1e-9))) + name;
}

function drawAxis(ctx) {
  const step = axisStep();
  ctx.fillStyle = colour.paper;
  ctx.fillRect(0, 0, view.width, AXIS);
  for (let t = Math.ceil(view.from / step) * step; t <= view.to; t += step) {
    const x = Math.round(xOf(t));
    ctx.fillStyle = colour.line;
    ctx.fillRect(x, AXIS - 5, 1, 5);
    ctx.fillStyle = colour.soft;
    ctx.textAlign = x < view.left + 30 ? "left" : x > view.width - PAD - 30 ? "right" : "center";
    ctx.fillText(mark(t, step), x, 11);
  }
  ctx.textAlign = "left";
  ctx.fillStyle = colour.line;
  ctx.fillRect(0, AXIS - 1, view.width, 1);
}

function drawGrid(ctx) {
  const step = axisStep();
  ctx.fillStyle = colour.line;
  for (let t = Math.ceil(view.from / step) * step; t <= view.to; t += step) ctx.fillRect(Math.round(xOf(t)), AXIS, 1, view.height);
}

// drawNotes marks what was noted beside tasks.
function drawNotes(ctx) {
  raw.notes.forEach(([t], i) => {
    const x = xOf(t);
    if (x < 0 || x > view.width) return;
    ctx.fillStyle = i === view.over ? colour.pick : colour.match;
    ctx.beginPath();
    ctx.moveTo(x - 5, AXIS - 10), ctx.lineTo(x + 5, AXIS - 10), ctx.lineTo(x, AXIS - 2);
    ctx.fill();
    if (i === view.over) ctx.fillRect(x - .5, AXIS, 1, view.height);
  });
}

// drawQueued draws how long the task under the pointer stood in line.
function drawQueued(ctx) {
  if (view.hover < 0 || model.attempt[view.hover] > 1) return;
  const i = view.hover, b = model.bands[raw.runs[model.taskRun[model.task[i]]].band];
  const y = b.y - view.scroll + HEAD + (model.row[i] - b.first + .5) * b.h;
  const from = Math.max(xOf(model.taskQueued[model.task[i]]), view.edge - 5), to = xOf(model.begin[i]);
  if (to - from < 3) return;
  ctx.strokeStyle = colour.pick;
  ctx.setLineDash([1, 3]);
  ctx.beginPath();
  ctx.moveTo(from, y - 4), ctx.lineTo(from, y + 4), ctx.moveTo(from, y), ctx.lineTo(to, y);
  ctx.stroke();
  ctx.setLineDash([]);
}

function draw() {
  const ctx = fitCanvas(chart, view.width, view.height);
  ctx.textBaseline = "middle";
  ctx.font = FONT;
  drawGrid(ctx);
  for (let i = bandAt(view.scroll); i < model.bands.length && model.bands[i].y < view.scroll + view.height; i++) {
    drawBand(ctx, model.bands[i], view.folded.has(i));
  }
  beside(ctx, () => drawQueued(ctx));
  drawAxis(ctx);
  drawNotes(ctx);
  if (view.drag) {
    ctx.fillStyle = colour.pick;
    ctx.globalAlpha = .18;
    ctx.fillRect(Math.min(view.drag.from, view.drag.to), AXIS, Math.abs(view.drag.to - view.drag.from), view.height);
    ctx.globalAlpha = 1;
  }
  drawOverview();
}
