// What a reader does with the page of the run that workers_test.go calls fleet. A claim
// that does not hold is an error of the page.
function claim(ok, what) {
  if (!ok) throw new Error("not so: " + what);
}

const box = () => chart.getBoundingClientRect();
function pointer(x, y) {
  chart.dispatchEvent(new PointerEvent("pointermove", { clientX: x, clientY: box().top + y, bubbles: true }));
}
const rowOf = (band, row) => model.bands[band].y + HEAD + (row + .5) * model.bands[band].h - view.scroll;

claim(view.edge > 60 && view.left === view.edge + PAD && xOf(0) === view.left, "names have room: " + view.edge);
claim(Math.abs(xOf(raw.total) - (view.width - PAD)) < 1, "and the chart has the rest");

// Points at bars of workers, at one of this process, at a name.
pointer(xOf(500e3), rowOf(0, 8));
claim(tip.textContent.includes("credits") && tip.textContent.includes("attempt 2") && tip.textContent.includes("onworker-10"), "the tip tells where: " + tip.textContent);
pointer(xOf(100e3), rowOf(0, 5));
claim(tip.textContent.includes("scene 1") && tip.textContent.includes("onworker-2") && tip.textContent.includes("started again, on worker-1"), "it tells of a loss: " + tip.textContent);
pointer(xOf(100e3), rowOf(0, 0));
claim(tip.textContent.includes("scene 3") && !tip.textContent.includes("onworker"), "it tells of this process: " + tip.textContent);
pointer(PAD + 10, rowOf(0, 2));
claim(tip.textContent === "worker-1", "it tells a name: " + tip.textContent);
pointer(PAD + 10, rowOf(0, 0));
claim(tip.hidden, "this process has none");

// What is to the left of the piece of time that is seen is not found below the names.
show(300e3, 400e3);
pointer(PAD + 10, rowOf(0, 0));
claim(tip.hidden, "there is nothing below the names");
draw();
show(0, whole);

// Finds a worker's tasks.
search.value = "WORKER-10";
find();
claim(byId("found").textContent === "2 tasks", "finds by a worker's name: " + byId("found").textContent);
for (let i = 0; i < model.spans; i++) claim(shown(i) === (model.row[i] === 7 || model.row[i] === 8), "of attempts on it alone: " + i);
next();
claim(title(model.task[view.hover]) === "intro", "the first one");
next();
claim(title(model.task[view.hover]) === "credits" && model.attempt[view.hover] === 2, "and the next");
search.value = "scene 1";
find();
claim(byId("found").textContent === "1 task", "finds tasks as before: " + byId("found").textContent);
draw();

// A name is shortened in its middle.
const ctx = chart.getContext("2d");
const short = fitted(ctx, "a-machine-of-a-long-name-1234", 80);
claim(short.startsWith("a-m") && short.endsWith("234") && short.includes("…") && ctx.measureText(short).width <= 81, "shortened: " + short);
document.documentElement.dataset.read = "all";
