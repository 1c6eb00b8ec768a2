package timeline_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/engine/event"
	"github.com/stretchr/testify/require"
)

// on starts an attempt on a worker.
func (s *stage) on(worker string, run int64, index, attempt int) {
	s.Take(event.Event{Kind: event.TaskStarted, Run: run, Index: index, Attempts: attempt, Worker: worker})
}

// fleet is a run on three workers of two slots and in this process. Tasks that are tried
// again move, and one is lost by its worker. Groups of one name come one after the other,
// and at once.
func fleet() *stage {
	s := newStage("fleet.star")
	s.group(1, "render", "intro", "credits", "scene 1", "scene 2", "scene 3", "scene 4", "scene 5", "scene 6", "poster")
	s.at(10).on("worker-10", 1, 0, 1)
	s.on("worker-2", 1, 1, 1)
	s.at(20).on("worker-2", 1, 2, 1)
	s.on("worker-1", 1, 3, 1)
	s.at(30).start(1, 4, 1)
	s.on("worker-1", 1, 5, 1)
	s.at(200).retry(1, 1, 1, "fail: out of memory")
	s.at(260).on("worker-10", 1, 1, 2) // moves
	s.on("worker-2", 1, 6, 1)          // where it was
	s.at(300).end(1, 3, 1, "ok", "")
	s.at(310).on("worker-1", 1, 7, 1)
	s.at(400).on("worker-1", 1, 2, 1) // worker-2 has lost it
	s.at(420).end(1, 5, 1, "failed", "fail: no such texture")
	s.end(1, 4, 1, "ok", "")
	s.at(600).end(1, 0, 1, "ok", "")
	s.end(1, 1, 2, "ok", "")
	s.at(620).retry(1, 7, 1, "fail: out of memory")
	s.at(650).start(1, 7, 2) // comes home
	s.at(700).end(1, 2, 1, "ok", "")
	s.end(1, 6, 1, "timed_out", "the task took longer than 440ms")
	s.at(810).end(1, 7, 2, "ok", "")
	s.end(1, 8, 0, "skipped", "too many tasks have failed")
	s.close(1)
	s.at(820).group(2, "render", "trailer", "teaser")
	s.on("worker-3", 2, 0, 1)
	s.on("worker-2", 2, 1, 1)
	s.at(830).group(3, "render", "again")
	s.on("worker-2", 3, 0, 1)
	s.group(4, "upload", "all")
	s.start(4, 0, 1)
	s.at(1000).end(3, 0, 1, "ok", "")
	s.close(3)
	return s
}

func TestGoldenWorkers(t *testing.T) {
	names := hostileWorkers()
	hostile := newStage("hostile.star")
	hostile.group(1, "g", names...)
	for i, n := range names {
		hostile.at(float64(10*i)).on(n, 1, i, 1)
	}
	for name, s := range map[string]*stage{"workers": fleet(), "hostile": hostile} {
		w := write(t, s.Recorder)
		golden(t, name+".svg", w.svg)
		golden(t, name+".json", w.trace)
		golden(t, name+".data", w.data()+"\n")
	}
}

func hostileWorkers() []string {
	return []string{
		`</script><script>alert(1)</script>`, `"quotes" & 'others'`, "two\nlines", "\xff\xfe", "\u202egnp.exe\u202c", "\u2028", "\x00\x1b[31m",
		"]]>", "<!--", "{data}{script}", "\ufffe", strings.Repeat("long ", 1000), " ", "日本語 🦊 worker of a long name 🦊🦊",
	}
}

func TestHostileWorkers(t *testing.T) {
	s := newStage("x.star")
	for i, n := range hostileWorkers() {
		run := int64(i + 1)
		s.group(run, "g", "a")
		s.on(n, run, 0, 1)
		s.at(float64(10*i)).on(n, run, 0, 1)
	}
	w := write(t, s.Recorder)
	for _, text := range []string{w.html, w.svg, w.trace, w.text} {
		require.NotContains(t, text, "\u202e")
		require.NotContains(t, text, "\x1b")
		require.Less(t, len(text), 200_000, "long names are cut")
	}
	require.NotContains(t, w.html+w.svg, "<script>alert")
}

// rowOf returns the row of an attempt, as the trace has it.
func rowOf(t *testing.T, w written, task string, begin int) (row int) {
	t.Helper()
	_, rest, ok := strings.Cut(w.trace, fmt.Sprintf(`{"name":%q,"cat":"attempt","ph":"X","ts":%d,`, task, begin*1000))
	require.True(t, ok, "%s at %d", task, begin)
	_, rest, _ = strings.Cut(rest, `"tid":`)
	_, err := fmt.Sscan(strings.NewReplacer(",", " ").Replace(rest[:8]), &row)
	require.NoError(t, err)
	return row
}

// Rows stand in order of the workers' names; an attempt on another worker moves.
func TestWorkerRows(t *testing.T) {
	w := write(t, fleet().Recorder)
	for _, a := range []struct {
		task  string
		begin int
		row   int
	}{
		{"scene 3", 30, 1},                     // here
		{"scene 6", 650, 1},                    // came home
		{"scene 2", 20, 2}, {"scene 4", 30, 3}, // worker-1
		{"scene 6", 310, 2}, {"scene 1", 400, 4}, // worker-1: both lanes were taken
		{"credits", 10, 5}, {"scene 1", 20, 6}, // worker-2
		{"scene 5", 260, 5},                   // worker-2, where credits was
		{"trailer", 820, 7},                   // worker-3, of a later run
		{"intro", 10, 8}, {"credits", 260, 9}, // worker-10
		{"poster", 810, 10}, {"again", 830, 11}, // never began; a run at the same time
	} {
		require.Equal(t, a.row, rowOf(t, w, a.task, a.begin), "%s at %d", a.task, a.begin)
	}
	for row, name := range []string{"lane 1", "worker-1 1", "worker-1 2", "worker-1 3", "worker-2 1", "worker-2 2", "worker-3 1", "worker-10 1", "worker-10 2", "lane 10", "worker-2 1"} {
		require.Contains(t, w.trace, fmt.Sprintf(`{"name":"thread_name","ph":"M","ts":0,"pid":2,"tid":%d,"args":{"name":%q}}`, row+1, name))
	}
	require.Contains(t, w.data(), `"peak":7`)
	require.Contains(t, w.trace, "it was started again, on worker-1")
	require.Contains(t, w.svg, "on worker-10\n")
	require.NotContains(t, write(t, deploy().Recorder).data(), "workers")
}

// A worker with four slots has four lanes, however many tasks it runs.
func TestWorkerSlots(t *testing.T) {
	const workers, slots, rounds = 50, 4, 20
	s := newStage("x.star")
	s.group(1, "g", make([]string, workers*slots*rounds)...)
	for round := range rounds {
		first := round * workers * slots
		for i := range workers * slots {
			s.at(float64(round)).on(fmt.Sprint("w", i%workers), 1, first+i, 1)
		}
		for i := range workers * slots {
			s.end(1, first+workers*slots-1-i, 1, "ok", "")
		}
	}
	w := write(t, s.at(100).Recorder)
	require.Contains(t, w.data(), fmt.Sprintf(`"rows":%d,`, workers*slots))
	require.Contains(t, w.trace, `"args":{"name":"w49 4"}`)
	require.NotContains(t, w.trace, `"args":{"name":"w49 5"}`)
}

// More workers than spans have numbers for share lanes.
func TestManyWorkers(t *testing.T) {
	const n = 1<<16 + 10
	s := newStage("x.star")
	s.group(1, "g", make([]string, n)...)
	for i := range n {
		s.on(fmt.Sprint(i), 1, i, 1)
	}
	var trace strings.Builder
	require.NoError(t, s.at(1).WriteTrace(&trace))
	require.Contains(t, trace.String(), `"args":{"name":"65533 1"}`)
	require.NotContains(t, trace.String(), `"args":{"name":"65534 1"}`)
	require.Contains(t, trace.String(), `"args":{"name":"other workers 12"}`)
}

// A reader finds the tasks of a worker, and sees where each attempt ran.
func TestPageWorkers(t *testing.T) {
	reader, err := os.ReadFile("testdata/workers.js")
	require.NoError(t, err)
	dom := browse(t, fleet(), string(reader), "--dump-dom")
	opened(t, dom)
	require.Regexp(t, `<html[^>]* data-read="all"`, dom[:min(len(dom), 500)])
}

func TestPageHostileWorkers(t *testing.T) {
	const name = `</script><script>document.documentElement.dataset.error = "ran"</script><img src=x onerror="document.documentElement.dataset.error='ran'">`
	s := newStage("x.star")
	s.group(1, "g", "a")
	s.on(name, 1, 0, 1)
	s.done(errors.New(name))
	dom := browse(t, s.at(10), `
		tell(at(40, AXIS + HEAD + 5), 40, 40);
		if (tip.textContent !== strings[model.worker[0]]) throw new Error("the tip says " + tip.textContent);`, "--dump-dom")
	opened(t, dom)
}

// barges is a run of n tasks on many workers of four slots.
func barges(n, workers int) *stage {
	s := newStage("crawl.star")
	s.group(1, "fetch", make([]string, n)...)
	for i := range n + workers*4 {
		s.at(float64(i) / 10)
		if done := i - workers*4; done >= 0 {
			s.result(done, float64(done*7919%10007)/10007)
		}
		if i < n {
			s.on(fmt.Sprint("worker-", i%workers+1), 1, i, 1)
		}
	}
	s.close(1)
	s.done(nil)
	return s
}

func TestPageManyWorkers(t *testing.T) {
	spans, took := opened(t, browse(t, barges(100_000, 250), "", "--dump-dom"))
	t.Logf("drawn after %s", took)
	require.Equal(t, 100_000, spans)
}
