package cluster

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Why a task of a worker ends before its time: the cause of its context.
var (
	ErrCancelled = errors.New("the task was cancelled")
	ErrDeadRun   = errors.New("the run is over")
	ErrLeaving   = errors.New("the worker is leaving")
	ErrTimeout   = errors.New("the task's time was over")
)

// remember is how long a cancel is kept for a task that has not come yet.
const remember = 10 * time.Second

// Held is what a worker has in hand. The zero value is empty. Safe for concurrent
// use.
type Held struct {
	mu    sync.Mutex                        // guards the fields below
	tasks map[TaskRef]map[*holding]struct{} // the same task may be held twice, after a redelivery
	early map[TaskRef]time.Time             // cancelled before they came, and when
	runs  map[string]time.Time              // over, and since when
	swept time.Time                         // when forget last looked
}

type holding struct{ cancel context.CancelCauseFunc }

// Take puts a task in hand. Its context ends when it is cancelled, or at once if it
// has been already. drop is to be called when the task is done.
func (h *Held) Take(ctx context.Context, ref TaskRef, now time.Time) (task context.Context, drop func()) {
	task, cancel := context.WithCancelCause(ctx)
	mine := &holding{cancel}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.tasks == nil {
		h.tasks = map[TaskRef]map[*holding]struct{}{}
	}
	if h.tasks[ref] == nil {
		h.tasks[ref] = map[*holding]struct{}{}
	}
	h.tasks[ref][mine] = struct{}{}
	h.forget(now)
	if _, cancelled := h.early[ref]; cancelled {
		cancel(ErrCancelled)
	} else if _, over := h.runs[ref.Run]; over {
		cancel(ErrDeadRun)
	}
	return task, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.tasks[ref], mine)
		if len(h.tasks[ref]) == 0 {
			delete(h.tasks, ref)
		}
		cancel(context.Canceled)
	}
}

// Cancel ends a task, also one that is still to come.
func (h *Held) Cancel(ref TaskRef, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget(now)
	if h.early == nil {
		h.early = map[TaskRef]time.Time{}
	}
	h.early[ref] = now
	for holding := range h.tasks[ref] {
		holding.cancel(ErrCancelled)
	}
}

// End ends all tasks of a run, also those that are still to come.
func (h *Held) End(run string, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget(now)
	if h.runs == nil {
		h.runs = map[string]time.Time{}
	}
	h.runs[run] = now
	for ref, holdings := range h.tasks {
		for holding := range holdings {
			if ref.Run == run {
				holding.cancel(ErrDeadRun)
			}
		}
	}
}

// List returns what is in hand.
func (h *Held) List() []TaskRef {
	h.mu.Lock()
	defer h.mu.Unlock()
	refs := make([]TaskRef, 0, len(h.tasks))
	for ref := range h.tasks {
		refs = append(refs, ref)
	}
	return refs
}

// Runs returns the runs whose tasks are in hand.
func (h *Held) Runs() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	seen := map[string]bool{}
	var runs []string
	for ref := range h.tasks {
		if !seen[ref.Run] {
			seen[ref.Run] = true
			runs = append(runs, ref.Run)
		}
	}
	return runs
}

// forget drops what is no longer needed to know; h.mu is held.
func (h *Held) forget(now time.Time) {
	if now.Sub(h.swept) < time.Second {
		return
	}
	h.swept = now
	for ref, at := range h.early {
		if now.Sub(at) > remember {
			delete(h.early, ref)
		}
	}
	for run, at := range h.runs {
		if now.Sub(at) > remember {
			delete(h.runs, run)
		}
	}
}
