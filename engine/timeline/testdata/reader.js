// What a reader does with the page of the run that helper_test.go calls ended. A claim
// that does not hold is an error of the page.
function claim(ok, what) {
  if (!ok) throw new Error("not so: " + what);
}

const box = () => chart.getBoundingClientRect();
function pointer(kind, x, y, more = {}) {
  chart.dispatchEvent(new PointerEvent(kind, { clientX: x, clientY: box().top + y, bubbles: true, ...more }));
}
function press(name, target = document.body) {
  target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
}
chart.setPointerCapture = overview.setPointerCapture = () => {}; // no pointer is real

// Points at the first attempt of the unit tests, at the head of a group, at a note.
const rowOf = (band, row) => model.bands[band].y + HEAD + (row + .5) * model.bands[band].h - view.scroll;
pointer("pointermove", xOf(500e3), rowOf(0, 1));
claim(!tip.hidden && tip.textContent.includes("unit tests") && tip.textContent.includes("2 of 113 tests failed"), "the tip tells of an attempt: " + tip.textContent);
claim(tip.textContent.includes("took450ms") && tip.textContent.includes("stood in line290ms"), "it tells times: " + tip.textContent);
pointer("pointermove", xOf(2300e3), rowOf(2, 2));
claim(tip.textContent.includes("started byus-east of deploy") && tip.textContent.includes("on /var/lib"), "it tells who started it: " + tip.textContent);
pointer("pointermove", xOf(2910e3), rowOf(1, 3));
claim(tip.textContent.includes("af-south") && tip.textContent.includes("skipped"), "it tells of what never began: " + tip.textContent);
pointer("pointermove", 200, model.bands[1].y + 5);
claim(tip.textContent.includes("5 tasks"), "it tells of a group");
pointer("pointermove", xOf(1400e3), 10);
claim(tip.textContent.includes("the cache was empty"), "it tells of a note");
pointer("pointermove", xOf(100), view.height - 2);
claim(tip.hidden, "there is nothing to tell");

// Keeps a tip open, and dismisses it.
pointer("pointerdown", xOf(500e3), rowOf(0, 1));
pointer("pointerup", xOf(500e3), rowOf(0, 1));
pointer("pointermove", 200, model.bands[1].y + 5);
claim(kept && tip.textContent.includes("unit tests"), "the tip is kept");
press("Escape");
claim(!kept && tip.hidden, "the tip is dismissed");

// Zooms, with what is under the pointer in place, and moves.
const t = timeOf(600);
chart.dispatchEvent(new WheelEvent("wheel", { deltaY: -100, clientX: 600, clientY: box().top + 50, cancelable: true }));
claim(view.to - view.from < whole && Math.abs(timeOf(600) - t) < 1, "the wheel zooms");
const from = view.from;
press("ArrowRight");
claim(view.from > from, "an arrow moves");
for (let i = 0; i < 200; i++) press("+");
claim(view.to - view.from >= 20 && view.from >= 0 && view.to <= whole, "zoomed in as far as it goes");
draw();
press("0");
claim(view.from === 0 && view.to === whole, "0 shows everything");
press("-");
claim(view.to === whole, "there is no more to see");

// Selects a second, and moves it.
pointer("pointerdown", xOf(1000e3), 200);
pointer("pointermove", xOf(2000e3), 200, { buttons: 1 });
draw();
pointer("pointerup", xOf(2000e3), 200);
claim(Math.abs(view.from - 1000e3) < 1 && Math.abs(view.to - 2000e3) < 1, "a drag selects: " + view.from + " " + view.to);
pointer("pointerdown", 600, 200, { shiftKey: true });
pointer("pointermove", 500, 200, { buttons: 1, shiftKey: true });
pointer("pointerup", 500, 200, { shiftKey: true });
claim(view.from > 1000e3 && Math.abs(view.to - view.from - 1000e3) < 1, "shift and a drag move");
overview.dispatchEvent(new PointerEvent("pointerdown", { clientX: 100, clientY: 10 }));
overview.dispatchEvent(new PointerEvent("pointerup", {}));
claim(view.from === 0 && Math.abs(view.to - 1000e3) < 1, "the overview moves");
press("0");

// Finds, filters, folds.
press("/");
claim(document.activeElement === search, "/ goes to the search field");
search.value = "WEB";
search.dispatchEvent(new Event("input"));
claim(byId("found").textContent === "4 tasks", "finds by part of a name: " + byId("found").textContent);
press("Enter", search);
claim(strings[model.taskName[model.task[view.hover]]].startsWith("web"), "enter shows the next one");
draw();
press("Escape", search);
claim(view.match === null && search.value === "", "escape ends the search");
for (const b of document.querySelectorAll("#legend button")) b.click();
claim(view.hidden.size === 7, "the legend hides: " + view.hidden.size);
draw();
for (const b of document.querySelectorAll("#legend button")) b.click();
claim(view.hidden.size === 0, "and shows");
press("0");
const full = view.full;
resize();
const head = Math.max(model.bands[0].y - view.scroll, AXIS) + 5; // it stays in sight
pointer("pointerdown", 200, head);
pointer("pointerup", 200, head);
claim(view.folded.has(0) && view.full < full, "a click on a head folds");
draw();
document.querySelector("#failures ol button").click();
claim(raw.ranks[model.status[view.hover]] >= 6, "the list of failures leads to them");
draw();
resize();
document.documentElement.dataset.read = "all";
