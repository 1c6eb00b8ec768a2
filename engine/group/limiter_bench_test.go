package group

import (
	"fmt"
	"testing"

	"github.com/starlark-tg/tg/engine/wait"
)

func BenchmarkPass(b *testing.B) {
	for _, limits := range []Limits{{Concurrency: 1}, {Rate: 1e9, Burst: 1e9}, {Rate: 1e9, Burst: 1e9, Concurrency: 1}} {
		b.Run(fmt.Sprintf("%+v", limits), func(b *testing.B) {
			var m wait.Monitor
			t := NewTicket(nil, NewLimiter(&m, limits).Gate(""))
			defer t.Close()
			b.ReportAllocs()
			for b.Loop() {
				if !t.Pass() {
					b.Fatal("there is room")
				}
				t.Leave()
			}
		})
	}
}

func BenchmarkTicket(b *testing.B) {
	var m wait.Monitor
	l := NewLimiter(&m, Limits{Concurrency: 2})
	b.ReportAllocs()
	for b.Loop() {
		t := NewTicket(nil, l.Gate(""))
		t.Pass()
		t.Close()
	}
}

// One operation is one ticket that stands in line behind, or before, 100,000 others,
// is called, passes and leaves.
func BenchmarkLine(b *testing.B) {
	const n = 100_000
	var m wait.Monitor
	l := NewLimiter(&m, Limits{Concurrency: 1})
	called := make([]int, 0, n)
	tickets := make([]*Ticket, n)
	for i := range tickets {
		tickets[i] = NewTicket(func() { called = append(called, i) }, l.Gate(""))
		tickets[i].Pass()
	}
	defer func() {
		for _, t := range tickets {
			t.Close()
		}
	}()
	inside := tickets[0]
	b.ReportAllocs()
	for b.Loop() {
		inside.Leave()
		next := tickets[called[0]]
		called = called[:0]
		if !next.Pass() || inside.Pass() {
			b.Fatal("the line is out of order")
		}
		inside = next
	}
}
