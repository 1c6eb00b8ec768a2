// What a reader does: pointer, wheel, keys, the search field, the legend.

const search = byId("search");

function resize() {
  view.ratio = window.devicePixelRatio || 1;
  view.width = scroller.clientWidth;
  view.height = scroller.clientHeight;
  chart.style.height = view.height + "px";
  indent();
  arrange();
  draw();
}

// point notes what is under the pointer.
function point(e) {
  const found = at(e.clientX - chart.getBoundingClientRect().left, e.clientY - chart.getBoundingClientRect().top);
  const span = found.span ?? -1, note = found.note ?? -1;
  chart.style.cursor = found.head ? "pointer" : "default";
  if (!kept && (span !== view.hover || note !== view.over)) {
    view.hover = span;
    view.over = note;
    redraw();
  }
  tell(found, e.clientX, e.clientY);
  return found;
}

// drag follows the pointer while a button is pressed: it selects, or moves with shift
// or the middle button. A press without a move is a click.
function drag(e) {
  const left = chart.getBoundingClientRect().left, x0 = e.clientX - left;
  let last = e.clientX, moved = false;
  const moving = e.shiftKey || e.button === 1;
  e.preventDefault();
  scroller.focus({ preventScroll: true });
  const move = (m) => {
    moved ||= Math.abs(m.clientX - left - x0) > 4;
    if (!moved) return;
    keep(false);
    if (moving) pan(last - m.clientX);
    else view.drag = { from: x0, to: m.clientX - left };
    last = m.clientX;
    redraw();
  };
  const done = (m) => {
    chart.removeEventListener("pointermove", move);
    const d = view.drag;
    view.drag = null;
    if (d) show(timeOf(Math.min(d.from, d.to)), timeOf(Math.max(d.from, d.to)));
    else if (!moved) click(m);
    redraw();
  };
  chart.setPointerCapture(e.pointerId);
  chart.addEventListener("pointermove", move);
  chart.addEventListener("pointerup", done, { once: true });
}

function click(e) {
  keep(false);
  const found = point(e);
  if (!found.head) return keep(true);
  if (!view.folded.delete(found.band)) view.folded.add(found.band);
  arrange();
  redraw();
}

function wheel(e) {
  const size = e.deltaMode === 1 ? 16 : 1;
  if (e.shiftKey && !e.deltaX) scroller.scrollTop += e.deltaY * size;
  else if (Math.abs(e.deltaX) > Math.abs(e.deltaY)) pan(e.deltaX * size);
  else zoom(Math.exp(Math.min(Math.max(e.deltaY * size, -120), 120) * .0025), e.clientX - chart.getBoundingClientRect().left);
  e.preventDefault();
  point(e);
}

// dragWindow moves the piece that is seen, or selects one when all is.
function dragWindow(e) {
  const left = overview.getBoundingClientRect().left, time = (x) => (x - left - view.left) / inner() * whole;
  const t0 = time(e.clientX), all = view.to - view.from >= whole;
  const move = (m) => {
    const t = time(m.clientX), half = (view.to - view.from) / 2;
    if (all) show(Math.min(t0, t), Math.max(t0, t));
    else show(...within(t - half, t + half));
  };
  overview.setPointerCapture(e.pointerId);
  overview.addEventListener("pointermove", move);
  overview.addEventListener("pointerup", () => overview.removeEventListener("pointermove", move), { once: true });
  if (!all) move(e);
}

// within moves a piece of time into the whole.
function within(from, to) {
  const shift = Math.max(-from, 0) - Math.max(to - whole, 0);
  return [from + shift, to + shift];
}

const keys = {
  "+": () => zoom(1 / 1.5), "=": () => zoom(1 / 1.5), "-": () => zoom(1.5), "0": () => show(0, whole),
  ArrowLeft: () => pan(-inner() / 6), ArrowRight: () => pan(inner() / 6),
  ArrowUp: () => { scroller.scrollTop -= 66; }, ArrowDown: () => { scroller.scrollTop += 66; },
  PageUp: () => { scroller.scrollTop -= view.height - 60; }, PageDown: () => { scroller.scrollTop += view.height - 60; },
  "/": () => { search.focus(); search.select(); },
  Escape: () => { keep(false); search.value = ""; find(); },
};

function key(e) {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.target === search) {
    if (e.key === "Escape") search.blur(), keys.Escape();
    if (e.key === "Enter") next();
    return;
  }
  if (!keys[e.key] || e.target.closest("details") && e.key.startsWith("Arrow")) return;
  keys[e.key]();
  e.preventDefault();
}

// find looks for tasks whose names have the text of the search field in them, or that
// of a worker that had them.
function find() {
  const text = search.value.trim().toLowerCase();
  view.match = text ? Uint8Array.from(strings, (s) => s.toLowerCase().includes(text) ? 1 : 0) : null;
  const n = view.match ? countMatches() : 0;
  byId("found").textContent = text ? `${count(n)} task${n === 1 ? "" : "s"}` : "";
  redraw();
}

function countMatches() {
  const found = Uint8Array.from(model.taskName, (text) => view.match[text]);
  for (let i = 0; i < model.spans; i++) if (matches(i)) found[model.task[i]] = 1;
  return found.reduce((sum, one) => sum + one, 0);
}

// next shows the next span that is looked for.
function next() {
  if (!view.match) return;
  for (let k = 1; k <= model.spans; k++) {
    const i = (view.hover + k) % model.spans;
    if (shown(i)) return reveal(i);
  }
}

// addLegend makes a button for each status that there is.
function addLegend() {
  model.counts.forEach((n, s) => {
    if (n === 0) return;
    const b = element(byId("legend"), "button", ""), c = document.createElement("canvas");
    b.append(c, raw.statuses[s][1] + " ");
    element(b, "b", count(n));
    b.setAttribute("aria-pressed", "true");
    b.onclick = () => {
      if (!view.hidden.delete(s)) view.hidden.add(s);
      b.setAttribute("aria-pressed", String(!view.hidden.has(s)));
      redraw();
    };
    c.style.width = "26px", c.style.height = "16px";
    c.dataset.status = s;
  });
  drawLegend();
}

function drawLegend() {
  for (const c of document.querySelectorAll("#legend canvas")) {
    const s = Number(c.dataset.status), ctx = fitCanvas(c, 26, 16);
    bar(ctx, s, 1, 1, 24, 14);
    ctx.strokeStyle = solid(s) ? colour.on : colour.ink;
    if (signed(s)) sign(ctx, s, 13, 8, 3.5);
  }
}

// addFailures lists the first tasks that failed, and why.
function addFailures() {
  const box = byId("failures"), most = 200, bad = model.counts[STATUS.failed] + model.counts[STATUS.timed_out];
  if (bad === 0) return;
  box.hidden = false;
  box.firstElementChild.textContent = (bad === 1 ? "1 failure" : `${count(bad)} failures`) + " ▾";
  for (let i = 0, n = 0; i < model.spans && n < most; i++) {
    if (!solid(model.status[i])) continue;
    n++;
    const b = element(element(box.lastElementChild, "li", ""), "button", title(model.task[i]));
    element(b, "span", model.reason.has(i) ? strings[model.reason.get(i)] : raw.statuses[model.status[i]][1]);
    b.onclick = () => { box.open = false; reveal(i); };
  }
}

function listen() {
  new ResizeObserver(resize).observe(scroller); // what is above it may take more lines, too
  addEventListener("keydown", key);
  scroller.addEventListener("scroll", () => { view.scroll = scroller.scrollTop; redraw(); });
  chart.addEventListener("pointermove", (e) => { if (!e.buttons) point(e); });
  chart.addEventListener("pointerdown", (e) => { if (e.button < 2) drag(e); });
  chart.addEventListener("pointerleave", () => { if (!kept) tip.hidden = true, view.hover = -1, redraw(); });
  chart.addEventListener("wheel", wheel, { passive: false });
  overview.addEventListener("pointerdown", dragWindow);
  search.addEventListener("input", find);
  byId("in").onclick = keys["+"], byId("out").onclick = keys["-"], byId("fit").onclick = keys["0"];
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(), drawLegend(), redraw(); });
}

byId("main").hidden = false;
readColours();
addLegend();
addFailures();
listen();
resize();
document.documentElement.dataset.spans = model.spans;
document.documentElement.dataset.drawn = Math.round(performance.now() - opened);
