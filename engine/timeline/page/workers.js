// The names of workers, to the left of the rows that are theirs.

const MOST = 170; // how wide they are at most, in pixels

// widest returns how wide the names are; 0: there are none.
let nameWidth = -1;
function widest() {
  if (nameWidth >= 0) return nameWidth;
  const ctx = chart.getContext("2d");
  ctx.font = FONT;
  nameWidth = 0;
  for (const text of new Set(model.worker)) {
    if (text >= 0 && nameWidth < MOST) nameWidth = Math.min(Math.max(nameWidth, ctx.measureText(strings[text]).width), MOST);
  }
  return nameWidth;
}

// indent makes room for the names: no more than a quarter of the chart.
function indent() {
  const width = Math.ceil(Math.min(widest(), view.width / 4));
  view.edge = width && PAD + width + 4;
  view.left = view.edge + PAD;
}

// beside draws what must not cover the names.
function beside(ctx, drawing) {
  if (!view.edge) return drawing();
  ctx.save();
  ctx.beginPath();
  ctx.rect(view.edge, 0, view.width, view.height);
  ctx.clip();
  drawing();
  ctx.restore();
}

// drawWorkers writes the names of a band's workers and draws a line where the rows of
// one meet those of another. A name stays in sight while a row of its worker does.
function drawWorkers(ctx, band, top) {
  const sight = AXIS + HEAD - 4;
  let free = -Infinity;
  band.workers.forEach(([row, text], i) => {
    const y = top + row * band.h, end = top + (band.workers[i + 1]?.[0] ?? band.rows) * band.h;
    if (end < sight || y > view.height) return;
    ctx.fillStyle = colour.line;
    if (row > 0 && end - y > 8) ctx.fillRect(PAD, Math.round(y), view.width - 2 * PAD, 1);
    const at = Math.max(y, Math.min(sight, end - band.h)) + band.h / 2 + .5;
    if (text < 0 || at < free) return;
    free = at + 13;
    ctx.fillStyle = colour.soft;
    ctx.fillText(fitted(ctx, strings[text], view.edge - PAD - 4), PAD, at);
  });
}

// fitted shortens a text in its middle: names of workers differ at their ends.
function fitted(ctx, text, room) {
  const letters = [...text];
  let n = letters.length, short = text;
  while (n > 2 && ctx.measureText(short).width > room + .5) {
    n--;
    short = letters.slice(0, n >> 1).join("") + "…" + letters.slice(letters.length - n + (n >> 1) + 1).join("");
  }
  return short;
}

// workerOf returns the name of the worker that had a span, as an index of strings.
const workerOf = (span) => model.worker[model.row[span]];
