// What is under the pointer, in words. Texts are only ever set as text.

let kept = false; // the tip stays until it is dismissed

// words lists how tasks have ended.
function words(tally) {
  return tally.map((n, s) => n ? `${count(n)} ${raw.statuses[s][1]}` : "").filter(Boolean).join(", ");
}

function headline(band) {
  let tasks = 0, from = Infinity, to = 0;
  for (const n of band.tally) tasks += n;
  for (const i of band.runs) {
    from = Math.min(from, raw.runs[i].begin);
    to = Math.max(to, raw.runs[i].end);
  }
  const list = [`${count(tasks)} task${tasks === 1 ? "" : "s"}`, words(band.tally), say(to - from)];
  if (band.runs.length > 1) list.push(`${count(band.runs.length)} runs`);
  return list.filter(Boolean).join("   ·   ");
}

// at returns what is at a point of the chart: {band, head}, {span, more}, {worker} or {note}.
function at(x, y) {
  if (y < AXIS) return { note: raw.notes.findIndex(([t]) => Math.abs(xOf(t) - x) < 6) };
  const deep = y + view.scroll, i = bandAt(deep), band = model.bands[i];
  if (!band || deep < band.y) return {};
  const stuck = Math.min(Math.max(band.y - view.scroll, AXIS), band.bottom - view.scroll - HEAD);
  if (y >= stuck && y < stuck + HEAD) return { band: i, head: true };
  const row = Math.floor((deep - band.y - HEAD) / band.h);
  if (view.folded.has(i) || row < 0 || row >= band.rows) return {};
  return x < view.edge ? { worker: model.worker[band.first + row] } : nearest(band.first + row, x);
}

// nearest returns the span of a row at x or next to it that asks most to be seen, and
// how many others there are.
function nearest(row, x) {
  const from = timeOf(x - 3), to = timeOf(x + 3), t = timeOf(x);
  let best = -1, rank = -1, more = -1;
  for (let k = firstIn(row, from); k < model.rowFirst[row + 1]; k++) {
    const i = model.byRow[k];
    if (model.begin[i] > to) break;
    more++;
    const inside = model.begin[i] <= t && t <= model.end[i] && xOf(model.end[i]) - xOf(model.begin[i]) > 3;
    const r = raw.ranks[model.status[i]] + (shown(i) ? 16 : 0) + (inside ? 32 : 0);
    if (r > rank) [best, rank] = [i, r];
  }
  return { span: best, more };
}

function element(parent, kind, text) {
  const e = document.createElement(kind);
  e.textContent = text;
  parent.append(e);
  return e;
}

// tellSpan fills the tip with what is known of a span and its task.
function tellSpan(i, more) {
  const task = model.task[i], r = raw.runs[model.taskRun[task]], band = model.bands[r.band], attempt = model.attempt[i];
  element(tip, "h2", title(task));
  const [, status, mark] = raw.statuses[model.status[i]];
  element(tip, "p", `${mark} ${status}` + (attempt > 1 || model.status[i] === STATUS.retried ? `, attempt ${attempt}` : ""));
  const list = element(tip, "dl", "");
  const fact = (k, v) => { element(list, "dt", k), element(list, "dd", v); };
  if (attempt > 0) fact("took", say(model.end[i] - model.begin[i]));
  fact(attempt > 0 ? "began after" : "ended after", say(model.begin[i]));
  if (attempt <= 1 && model.begin[i] > model.taskQueued[task]) fact("stood in line", say(model.begin[i] - model.taskQueued[task]));
  if (model.taskEnd[task] !== model.status[i]) fact("the task", raw.statuses[model.taskEnd[task]][1]);
  if (workerOf(i) >= 0) fact("on", strings[workerOf(i)]);
  fact("group", band.name + (band.runs.length > 1 ? `, run ${band.runs.indexOf(model.taskRun[task]) + 1} of ${band.runs.length}` : ""));
  if (r.by[0] >= 0) {
    const by = raw.runs[r.by[0]];
    fact("started by", `${title(by.firstTask + r.by[1])} of ${model.bands[by.band].name}`);
  }
  if (model.reason.has(i)) element(tip, "pre", strings[model.reason.get(i)]);
  if (more > 0) element(tip, "p", `and ${count(more)} more here: zoom in`);
}

function tellBand(i) {
  const band = model.bands[i];
  element(tip, "h2", band.name);
  element(tip, "p", headline(band));
}

// tell shows what is at a point, or hides the tip.
function tell(found, x, y) {
  if (kept) return;
  const any = found.span >= 0 || found.note >= 0 || found.worker >= 0 || found.head;
  tip.hidden = !any;
  if (!any) return;
  tip.replaceChildren();
  if (found.note >= 0) {
    element(tip, "h2", strings[raw.notes[found.note][1]]);
    element(tip, "p", "after " + say(raw.notes[found.note][0]));
  } else if (found.worker >= 0) element(tip, "h2", strings[found.worker]);
  else if (found.head) tellBand(found.band);
  else tellSpan(found.span, found.more);
  place(x, y);
}

// place puts the tip beside the pointer, where it does not leave the window.
function place(x, y) {
  const { width, height } = tip.getBoundingClientRect();
  const left = x + 16 + width > innerWidth ? x - width - 12 : x + 16;
  const top = y + 18 + height > innerHeight ? y - height - 12 : y + 18;
  tip.style.left = Math.max(4, left) + "px";
  tip.style.top = Math.max(4, top) + "px";
}

function keep(on) {
  kept = on && !tip.hidden;
  tip.classList.toggle("kept", kept);
  if (!on) tip.hidden = true;
}
