package engine

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"weak"

	"github.com/starlark-tg/tg/engine/eval"
	"github.com/starlark-tg/tg/engine/eval/guard"
)

// A watchdog looks after the heap of a process while a run has a limit on memory.
// When it is too large, the thread whose script code has made most since the last
// look is stopped, and the run when that does not help.
type watchdog struct {
	run   *Run
	max   uint64
	timer atomic.Pointer[time.Timer]
	done  atomic.Bool

	mu      sync.Mutex // guards what follows
	threads []watched
	swept   int // len(threads) after those that are gone were left out

	stopped int // threads in a row that had to be stopped; of the timer's goroutine only
}

// A watched is a thread that may still run, and how much it had made at the last look.
type watched struct {
	thread weak.Pointer[Thread]
	made   int64
}

const (
	watchEvery = 20 * time.Millisecond // how often the heap is looked at
	patient    = 3                     // threads that are stopped before the run is
)

// watchMemory starts the run's watchdog, if it has a limit. It must be called before
// the run has threads.
func (r *Run) watchMemory() (stop func()) {
	max := r.engine.opts.MaxMemory
	if max <= 0 {
		return func() {}
	}
	w := &watchdog{run: r, max: uint64(max)}
	r.watchdog = w
	w.timer.Store(time.AfterFunc(watchEvery, w.look))
	return func() {
		w.done.Store(true)
		w.timer.Load().Stop()
	}
}

// watch has the watchdog know of a thread.
func (w *watchdog) watch(t *Thread) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.threads) > 2*w.swept+64 {
		w.threads = slices.DeleteFunc(w.threads, func(t watched) bool { return t.thread.Value() == nil })
		w.swept = len(w.threads)
	}
	w.threads = append(w.threads, watched{thread: weak.Make(t)})
}

// room returns what tells evaluators whether there is room for more at once; nil
// without a watchdog, which would come too late.
func (w *watchdog) room() func(n int64) error {
	if w == nil {
		return nil
	}
	return func(n int64) error {
		if heap()+uint64(n) <= w.max {
			return nil
		}
		runtime.GC() // what counts is what is in use
		used := heap()
		if used+uint64(n) <= w.max {
			return nil
		}
		return &LimitError{Msg: fmt.Sprintf("memory limit of %s reached: %s are in use, and %s more are needed at once",
			guard.Bytes(int64(w.max)), guard.Bytes(int64(used)), guard.Bytes(n))}
	}
}

func (w *watchdog) look() {
	if w.done.Load() {
		return
	}
	over := heap() > w.max
	if over {
		runtime.GC() // what counts is what is in use
		over = heap() > w.max
	}
	grown := w.grown()
	switch msg := "memory limit of " + guard.Bytes(int64(w.max)) + " reached"; {
	case !over:
		w.stopped = 0
	case grown == nil || w.stopped >= patient:
		w.run.cancel(&LimitError{Msg: msg})
		return
	default:
		w.stopped++
		grown.exceed(msg)
	}
	w.timer.Store(time.AfterFunc(watchEvery, w.look))
}

// grown returns the thread that has made most since it was called last, leaving out
// those that are being stopped; nil if none has made anything.
func (w *watchdog) grown() *Thread {
	w.mu.Lock()
	defer w.mu.Unlock()
	var most *Thread
	least := int64(0)
	for i := range w.threads {
		t := w.threads[i].thread.Value()
		if t == nil {
			continue
		}
		made := eval.Grown(t.star)
		if since := made - w.threads[i].made; since > least && t.limit.Load() == nil {
			most, least = t, since
		}
		w.threads[i].made = made
	}
	return most
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
