package timeline_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/starlark-tg/tg/engine/event"
	"github.com/starlark-tg/tg/engine/timeline"
)

// BenchmarkTake is what a task costs, in groups of ten thousand: it is queued, begins
// and ends.
func BenchmarkTake(b *testing.B) {
	b.Run("here", func(b *testing.B) { take(b, []string{""}) })
	workers := make([]string, 100)
	for i := range workers {
		workers[i] = fmt.Sprint("worker-", i)
	}
	b.Run("workers", func(b *testing.B) { take(b, workers) })
}

func take(b *testing.B, workers []string) {
	const tasks = 10_000
	r := timeline.New()
	b.ReportAllocs()
	run, i := int64(0), tasks
	for b.Loop() {
		if i == tasks {
			r.Take(event.Event{Kind: event.GroupEnded, Run: run})
			run, i = run+1, 0
			r.Take(event.Event{Kind: event.GroupStarted, Run: run, Group: "g", Counts: event.Counts{Tasks: tasks}})
		}
		r.Take(event.Event{Kind: event.TaskQueued, Run: run, Task: "t", Index: i})
		r.Take(event.Event{Kind: event.TaskStarted, Run: run, Task: "t", Index: i, Attempts: 1, Worker: workers[i%len(workers)]})
		r.Take(event.Event{Kind: event.TaskEnded, Run: run, Task: "t", Index: i, Attempts: 1, Status: "ok"})
		i++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(3*b.N), "ns/event")
}

func BenchmarkWrite(b *testing.B) {
	s, away := crowd(100_000, 16), barges(100_000, 250)
	for name, write := range map[string]func(io.Writer) error{
		"html": s.WriteHTML, "svg": s.WriteSVG, "trace": s.WriteTrace,
		"workers/html": away.WriteHTML, "workers/svg": away.WriteSVG, "workers/trace": away.WriteTrace,
	} {
		b.Run(name, func(b *testing.B) {
			var n counter
			for b.Loop() {
				n = 0
				if err := write(&n); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/1e6, "MB")
		})
	}
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
