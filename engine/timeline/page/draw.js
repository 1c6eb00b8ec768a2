// The chart. How a bar is drawn says its status without colour, too: ok is a tint with
// an edge, failed and timed out are solid and have a sign, cancelled and skipped are
// outlines, a failed attempt with another one after it is hatched, a wait is dotted.

const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
const solid = (s) => s === STATUS.failed || s === STATUS.timed_out;
const hatch = new Map(); // patterns, by colour

function hatching(ctx, c) {
  if (!hatch.has(c)) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const t = tile.getContext("2d");
    t.strokeStyle = c;
    t.lineWidth = 1.4;
    for (const x of [-6, 0, 6]) {
      t.moveTo(x - 1, 7);
      t.lineTo(x + 7, -1);
    }
    t.stroke();
    hatch.set(c, ctx.createPattern(tile, "repeat"));
  }
  return hatch.get(c);
}

// box makes a path of a bar's outline.
function box(ctx, x, y, w, h) {
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, Math.min(3, w / 2, h / 2));
}

// bar draws a bar that is wide enough to have a look of its own.
function bar(ctx, status, x, y, w, h) {
  const c = colour.status[status];
  if (status === STATUS.waiting) {
    ctx.strokeStyle = c;
    ctx.setLineDash([2, 3]);
    ctx.beginPath();
    ctx.moveTo(x + 1, y + h / 2);
    ctx.lineTo(x + w - 1, y + h / 2);
    ctx.stroke();
    ctx.setLineDash([]);
    return;
  }
  const line = status === STATUS.cancelled || status === STATUS.skipped || status === STATUS.retried;
  box(ctx, line ? x + .5 : x, line ? y + .5 : y, Math.max(line ? w - 1 : w, .5), line ? h - 1 : h);
  ctx.fillStyle = ctx.strokeStyle = c;
  if (solid(status)) {
    ctx.fill();
  } else if (line) {
    if (status === STATUS.skipped) ctx.setLineDash([3, 2]);
    if (status === STATUS.retried) ctx.fillStyle = hatching(ctx, c), tinted(ctx, .32);
    ctx.stroke();
    ctx.setLineDash([]);
  } else {
    tinted(ctx, .26);
    ctx.fillRect(x, y, Math.min(2.5, w / 5), h);
    if (status === STATUS.running) openEnd(ctx, x, y, w, h);
  }
}

function tinted(ctx, alpha) {
  const before = ctx.globalAlpha;
  ctx.globalAlpha = before * alpha;
  ctx.fill();
  ctx.globalAlpha = before;
}

// openEnd marks the right end of a bar that goes on.
function openEnd(ctx, x, y, w, h) {
  const n = Math.min(3, Math.floor(w / 7));
  for (let i = 0; i < n; i++) ctx.fillRect(x + w - 5 * (n - i), y, 2, h);
}

// sign draws the small mark of a status, centred at x, y; r is half its size.
function sign(ctx, status, x, y, r) {
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  switch (status) {
  case STATUS.failed:
    ctx.moveTo(x - r, y - r), ctx.lineTo(x + r, y + r), ctx.moveTo(x + r, y - r), ctx.lineTo(x - r, y + r);
    break;
  case STATUS.timed_out:
    ctx.arc(x, y, r + 1, 0, 7), ctx.moveTo(x, y - r + 1), ctx.lineTo(x, y), ctx.lineTo(x + r - 1, y);
    break;
  case STATUS.cancelled:
    ctx.arc(x, y, r + 1, 0, 7), ctx.moveTo(x - r + 1, y + r - 1), ctx.lineTo(x + r - 1, y - r + 1);
    break;
  case STATUS.skipped:
    for (const d of [-r, .5]) ctx.moveTo(x + d, y - r), ctx.lineTo(x + d + r, y), ctx.lineTo(x + d, y + r);
    break;
  case STATUS.retried:
    ctx.arc(x, y, r, -.5, 4.4), ctx.moveTo(x - 2, y - r - 2.5), ctx.lineTo(x + 1, y - r + .5), ctx.lineTo(x - 2.5, y - r + 2.5);
    break;
  }
  ctx.stroke();
  ctx.lineWidth = 1;
}

const signed = (s) => s !== STATUS.ok && s !== STATUS.running && s !== STATUS.waiting;

// letter returns how wide a letter is, about.
let letterWidth = 0;
function letter(ctx) {
  if (!letterWidth) letterWidth = ctx.measureText("several words 0123").width / 18;
  return letterWidth;
}

// label writes the task's name into its bar as far as it fits, after the sign.
function label(ctx, span, x, y, w, h) {
  const status = model.status[span];
  const left = Math.max(x, view.left - 14), right = Math.min(x + w, view.width);
  let at = left + 8;
  if (right - left < 17 || h < 14 || status === STATUS.waiting) return;
  ctx.fillStyle = ctx.strokeStyle = solid(status) ? colour.on : status === STATUS.cancelled || status === STATUS.skipped ? colour.soft : colour.ink;
  if (signed(status)) {
    sign(ctx, status, left + 10, y + h / 2, 3.5);
    at += 11;
  }
  const room = Math.floor((right - at - 6) / letter(ctx));
  const name = title(model.task[span]);
  const text = model.attempt[span] > 1 ? `${name}  ·  try ${model.attempt[span]}` : name;
  if (room < Math.min(text.length, 5)) return;
  ctx.fillText(text.length > room ? text.slice(0, room - 1) + "…" : text, at, y + h / 2 + .5);
}

// outlined reports whether a span is picked: it is another part of the task under
// the pointer, or of the task that started that one's group.
function outlined(span) {
  if (view.hover < 0) return false;
  const task = model.task[view.hover], by = raw.runs[model.taskRun[task]].by;
  return model.task[span] === task || by[0] >= 0 && model.task[span] === raw.runs[by[0]].firstTask + by[1];
}

// drawRow draws what is seen of a row. Bars that are narrower than a pixel are drawn
// together, as the one of them that asks most to be seen.
function drawRow(ctx, row, y, h) {
  const end = model.rowFirst[row + 1], scale = inner() / (view.to - view.from);
  const gap = h > 14 ? 3 : h > 8 ? 2 : 1, top = y + gap, tall = h - 2 * gap;
  const cell = { x: -1, to: 0, rank: -1, status: 0, never: false, any: false };
  for (let k = firstIn(row, view.from - 4 / scale); k < end; k++) {
    const i = model.byRow[k];
    if (model.begin[i] > view.to) break;
    const x = view.left + (model.begin[i] - view.from) * scale, w = (model.end[i] - model.begin[i]) * scale;
    if (w < 3) {
      const at = Math.floor(x * 2) / 2;
      if (at > cell.x + (model.attempt[i] ? 1 : 12) || !cell.any) flush(ctx, cell, top, tall, at);
      join(cell, i, x + w);
      continue;
    }
    flush(ctx, cell, top, tall, -1);
    drawBar(ctx, i, x, top, w, tall);
  }
  flush(ctx, cell, top, tall, -1);
}

function drawBar(ctx, i, x, y, w, h) {
  const left = Math.max(x, view.edge - 20), right = Math.min(x + w, view.width + 20);
  ctx.globalAlpha = shown(i) ? 1 : .13;
  bar(ctx, model.status[i], left, y, Math.max(right - left - (w > 6 ? 1 : 0), 1), h);
  label(ctx, i, x, y, w, h);
  ctx.globalAlpha = 1;
  if (outlined(i)) outline(ctx, left, y, right - left, h);
}

function outline(ctx, x, y, w, h) {
  ctx.strokeStyle = colour.pick;
  ctx.lineWidth = 2;
  box(ctx, x - 1, y - 1, w + 1, h + 2);
  ctx.stroke();
  ctx.lineWidth = 1;
}

function join(cell, i, to) {
  const on = shown(i), rank = raw.ranks[model.status[i]] + (on ? 16 : 0) + (outlined(i) ? 32 : 0);
  if (rank > cell.rank) {
    cell.rank = rank;
    cell.status = model.status[i];
  }
  cell.to = Math.max(cell.to, to);
  cell.never = model.attempt[i] === 0;
  cell.any = true;
}

// flush draws the narrow bars that were joined. Failed ones are higher than others.
function flush(ctx, cell, y, h, next) {
  if (cell.any && cell.never && h > 8) {
    stamp(ctx, cell, y, h);
  } else if (cell.any) {
    ctx.globalAlpha = cell.rank < 16 ? .13 : cell.status === STATUS.waiting ? .35 : solid(cell.status) ? 1 : .55;
    ctx.fillStyle = cell.rank >= 32 ? colour.pick : colour.status[cell.status];
    const more = solid(cell.status) ? 2 : 0, thin = cell.status === STATUS.waiting ? h / 2 - .5 : 0;
    ctx.fillRect(cell.x, y - more + thin, Math.max(cell.to - cell.x, solid(cell.status) ? 2 : 1), h + 2 * more - 2 * thin);
    ctx.globalAlpha = 1;
  }
  cell.x = next;
  cell.to = next;
  cell.rank = -1;
  cell.any = false;
}

// stamp marks where tasks ended that had not begun: they have no length.
function stamp(ctx, cell, y, h) {
  ctx.globalAlpha = cell.rank < 16 ? .13 : 1;
  bar(ctx, cell.status, cell.x - 8, y, 16, h);
  ctx.strokeStyle = solid(cell.status) ? colour.on : colour.soft;
  if (h > 12) sign(ctx, cell.status, cell.x, y + h / 2, 3.5);
  ctx.globalAlpha = 1;
  if (cell.rank >= 32) outline(ctx, cell.x - 8, y, 16, h);
}

// drawRuns shades the time and the rows of each run of a band.
function drawRuns(ctx, band, y) {
  ctx.fillStyle = colour.run;
  let edge = new Map();
  for (const i of band.runs) {
    const r = raw.runs[i], x0 = Math.max(xOf(r.begin), view.edge - 5), x1 = Math.min(xOf(r.end), view.width + 5);
    if (x1 < 0 || x0 > view.width || x1 < (edge.get(r.row) ?? -9) + 1) continue;
    edge.set(r.row, x1);
    box(ctx, x0 - 1, y + HEAD + r.row * band.h, Math.max(x1 - x0 + 2, 1), Math.max(r.rows, .3) * band.h);
    ctx.fill();
  }
}

function drawBand(ctx, band, folded) {
  const y = band.y - view.scroll, top = y + HEAD;
  if (!folded) {
    drawWorkers(ctx, band, top);
    const first = Math.max(0, Math.floor((AXIS - top) / band.h)), last = Math.min(band.rows, Math.ceil((view.height - top) / band.h));
    beside(ctx, () => {
      drawRuns(ctx, band, y);
      for (let r = first; r < last; r++) drawRow(ctx, band.first + r, top + r * band.h, band.h);
    });
  }
  drawHead(ctx, band, folded, Math.min(Math.max(y, AXIS), band.bottom - view.scroll - HEAD));
}

// drawHead writes above a band what it is; it stays in sight while the band does.
function drawHead(ctx, band, folded, y) {
  ctx.fillStyle = colour.band;
  ctx.fillRect(0, y, view.width, HEAD - 4);
  const x = PAD + Math.min(band.depth, 8) * 16, middle = y + (HEAD - 4) / 2 + .5;
  ctx.fillStyle = colour.soft;
  ctx.beginPath();
  if (folded) ctx.moveTo(x, middle - 4), ctx.lineTo(x + 5, middle), ctx.lineTo(x, middle + 4);
  else ctx.moveTo(x - 1, middle - 2), ctx.lineTo(x + 7, middle - 2), ctx.lineTo(x + 3, middle + 3);
  ctx.fill();
  ctx.font = "600 " + FONT;
  ctx.fillStyle = colour.ink;
  const name = band.name.length > 60 ? band.name.slice(0, 59) + "…" : band.name;
  ctx.fillText(name, x + 13, middle);
  const at = x + 13 + ctx.measureText(name).width + 14;
  ctx.font = FONT;
  ctx.fillStyle = colour.soft;
  ctx.fillText(headline(band), at, middle);
}
