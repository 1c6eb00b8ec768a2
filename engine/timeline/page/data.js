"use strict";

// What went wrong is noted where a reader who opens no console finds it.
addEventListener("error", (e) => { document.documentElement.dataset.error = e.message; });

const opened = performance.now();
const raw = JSON.parse(document.getElementById("data").textContent);
const strings = raw.strings;
const STATUS = Object.fromEntries(raw.statuses.map(([key], i) => [key, i]));

// column reads a list of numbers; a single number stands for n of it. Steps are
// differences from the number before.
function column(col, n, into, at, steps) {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const v = typeof col === "number" ? col : col[i];
    sum = steps ? sum + v : v;
    into[at + i] = sum;
  }
}

// allocate makes the columns of all tasks and spans of all runs.
function allocate() {
  let tasks = 0, spans = 0;
  for (const r of raw.runs) {
    tasks += r.count[0];
    spans += r.count[1];
  }
  return {
    tasks, spans,
    taskName: new Int32Array(tasks), taskQueued: new Float64Array(tasks), taskEnd: new Uint8Array(tasks), taskRun: new Int32Array(tasks),
    begin: new Float64Array(spans), end: new Float64Array(spans), row: new Int32Array(spans), task: new Int32Array(spans),
    status: new Uint8Array(spans), attempt: new Int32Array(spans), reason: new Map(),
  };
}

// load fills the columns, run after run, and counts statuses of spans.
function load() {
  const m = allocate();
  m.bands = raw.bands.map((b) => ({ name: strings[b.group], depth: b.depth, rows: b.rows, tally: b.tally, runs: [], first: 0, workers: b.workers ?? [] }));
  m.rows = 0;
  for (const b of m.bands) {
    b.first = m.rows;
    m.rows += b.rows;
  }
  loadWorkers(m);
  let task = 0, span = 0;
  raw.runs.forEach((r, i) => {
    r.firstTask = task;
    m.bands[r.band].runs.push(i);
    loadTasks(m, r, i);
    loadSpans(m, r, span);
    task += r.count[0];
    span += r.count[1];
  });
  index(m);
  return m;
}

// loadWorkers notes whose each row is: an index of strings; -1: nobody's.
function loadWorkers(m) {
  m.worker = new Int32Array(m.rows).fill(-1);
  for (const b of m.bands) {
    b.workers.forEach(([row, text], i) => m.worker.fill(text, b.first + row, b.first + (b.workers[i + 1]?.[0] ?? b.rows)));
  }
}

function loadTasks(m, r, run) {
  const [n] = r.count, at = r.firstTask;
  column(r.names, n, m.taskName, at, false);
  column(r.queued, n, m.taskQueued, at, true);
  column(r.ends, n, m.taskEnd, at, false);
  m.taskRun.fill(run, at, at + n);
}

function loadSpans(m, r, at) {
  const n = r.count[1], top = m.bands[r.band].first + r.row;
  column(r.tasks, n, m.task, at, true);
  column(r.starts, n, m.begin, at, true);
  column(r.lengths, n, m.end, at, false);
  column(r.lanes, n, m.row, at, false);
  column(r.kinds, n, m.attempt, at, false);
  for (let i = at; i < at + n; i++) {
    m.task[i] += r.firstTask;
    m.end[i] += m.begin[i];
    m.row[i] += top;
    m.status[i] = m.attempt[i] & 15;
    m.attempt[i] >>= 4;
  }
  for (const [i, text] of r.reasons) m.reason.set(at + i, text);
}

// index lists the spans of each row in order of time: those of row r are
// byRow[rowFirst[r]] to byRow[rowFirst[r+1]-1]. In a row no span begins before the
// one in front of it has ended.
function index(m) {
  m.rowFirst = new Int32Array(m.rows + 1);
  m.byRow = new Int32Array(m.spans);
  m.counts = new Array(raw.statuses.length).fill(0);
  for (let i = 0; i < m.spans; i++) {
    m.rowFirst[m.row[i] + 1]++;
    m.counts[m.status[i]]++;
  }
  for (let r = 0; r < m.rows; r++) m.rowFirst[r + 1] += m.rowFirst[r];
  const next = m.rowFirst.slice();
  for (let i = 0; i < m.spans; i++) m.byRow[next[m.row[i]]++] = i;
}

// firstIn returns the first place in byRow of a row whose span ends at t or later.
function firstIn(row, t) {
  let lo = model.rowFirst[row], hi = model.rowFirst[row + 1];
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (model.end[model.byRow[mid]] < t) lo = mid + 1; else hi = mid;
  }
  return lo;
}

// say writes a time in microseconds as a person says it.
function say(us) {
  const three = (x) => x.toFixed(x < 10 ? 2 : x < 100 ? 1 : 0);
  if (us < 1e3) return Math.round(us) + "µs";
  if (us < 1e6) return three(us / 1e3) + "ms";
  if (us < 60e6) return three(us / 1e6) + "s";
  const s = Math.floor(us / 1e6), two = (x) => String(x).padStart(2, "0");
  if (s < 3600) return `${Math.floor(s / 60)}m${two(s % 60)}s`;
  return `${Math.floor(s / 3600)}h${two(Math.floor(s / 60) % 60)}m`;
}

// title is a task's name; where all tasks of a run have the same, its index stands
// behind it, as in results[2].
function title(task) {
  const r = raw.runs[model.taskRun[task]], name = strings[model.taskName[task]];
  return typeof r.names === "number" && r.count[0] > 1 ? `${name}[${task - r.firstTask}]` : name;
}

const count = (n) => n.toLocaleString("en");

const model = load();
