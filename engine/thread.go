package engine

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/eval"
	"github.com/starlark-tg/tg/engine/universe"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Life bounds the work of a thread.
type Life interface {
	Context() context.Context // ends when the work must stop
	Cause() error             // why it must stop; nil: it may go on
}

type ctxLife struct{ ctx context.Context }

func (l ctxLife) Context() context.Context { return l.ctx }
func (l ctxLife) Cause() error             { return context.Cause(l.ctx) }

// A Thread is the engine's side of one starlark.Thread. Only Stop may be called
// from another goroutine than its own.
type Thread struct {
	Local any // what the room that made the thread keeps in it

	run       *Run
	star      *starlark.Thread
	life      Life
	deferring bool  // runs what was deferred
	alone     bool  // the script's own thread
	final     bool  // the run has ended, and what is published is for good
	age       int64 // of what it has handed over: another one when some of that took in more; 0: it never does
	given     *Given
	defers    []deferred
	atEnd     []func(error) error
	atLast    []func() error
	state     map[any]any
	replaced  []func(old, new starlark.Callable)
	held      map[any]func()             // how to give back what it holds
	steps     uint64                     // of star when what it does now began
	limit     atomic.Pointer[LimitError] // reached; nil: none

	yielded time.Time // when it last let others run
}

// A Given tells what a task's thread was given, for error texts.
type Given struct {
	Task string          // name of its function
	Pos  syntax.Position // where it was handed over
}

const local = "tg.thread"

// Of returns the engine's side of a thread, for built-ins. It panics for a
// thread that no engine made.
func Of(t *starlark.Thread) *Thread { return t.Local(local).(*Thread) }

// TryOf is Of, but returns nil for a thread that no engine made.
func TryOf(t *starlark.Thread) *Thread {
	own, _ := t.Local(local).(*Thread)
	return own
}

// Owe notes that a Shareable that others can see took in something that is not
// published, as it may from a thread that is alone: it will be when it is handed over.
func (t *Thread) Owe() { t.age++ }

// NewThread returns a thread for another goroutine, such as a task's. If the thread
// that starts it does not wait for it, [Run.Beside] must be called before.
func (r *Run) NewThread(name string, life Life) *Thread { return r.newThread(name, life) }

// Beside notes that a thread is going to run beside the one that runs the script's top
// level, until ended is called.
func (r *Run) Beside() (ended func()) {
	r.beside.Add(1)
	return func() { r.beside.Add(-1) }
}

func (r *Run) newThread(name string, life Life) *Thread {
	star := &starlark.Thread{Name: name, Print: r.print}
	t := &Thread{run: r, star: star, life: life}
	star.SetLocal(local, t)
	star.SetLocal(universe.LocalCancel, t)
	star.OnMaxSteps = t.tick
	l := &r.engine.opts.Limits
	eval.Prepare(star, eval.Settings{MaxDepth: l.MaxDepth, MaxValue: l.maxValue(), Hooks: r.engine.opts.Hooks, Room: r.watchdog.room()})
	t.nextSlice()
	r.watchdog.watch(t)
	return t
}

// Printable returns an error if the text of one of the values would be too deep or
// too long to be written, or the thread is stopped while they are looked at. A
// built-in that writes a value out asks first: it could not be stopped.
func (t *Thread) Printable(values ...starlark.Value) error {
	return eval.BudgetOf(t.star).Printable(values...)
}

// Starlark returns go.starlark.net's side of the thread.
func (t *Thread) Starlark() *starlark.Thread { return t.star }

// Run returns the run that the thread belongs to.
func (t *Thread) Run() *Run { return t.run }

// Context ends when the thread must stop: host calls that block must heed it.
func (t *Thread) Context() context.Context { return t.life.Context() }

// Cancelled returns why the thread must stop, or nil while it may go on.
func (t *Thread) Cancelled() error { return t.life.Cause() }

// Alone reports whether no other thread of the script runs while this one does:
// it is the one that runs the script's top level, and waits for what it starts. What
// it puts into shared values needs to be published only when it is handed over.
func (t *Thread) Alone() bool { return t.alone && t.run.beside.Load() == 0 }

// Stopping returns why the whole run is being stopped, or nil: known before it has
// come down to this thread. Deferred calls have time of their own.
func (t *Thread) Stopping() error {
	if t.deferring || t.run.ctx.Err() == nil {
		return nil
	}
	return context.Cause(t.run.ctx)
}

// Give notes what the thread, a task's, was given.
func (t *Thread) Give(g *Given) { t.given = g }

// Stop makes the Starlark code of the thread fail at its next step.
func (t *Thread) Stop(cause error) { t.star.Cancel(cause.Error()) }

// Resume undoes Stop.
func (t *Thread) Resume() { t.star.Uncancel() }

// stopAfter has the thread stopped when ctx ends. After release it is not
// stopped any more, not even by a call that was on its way.
func (t *Thread) stopAfter(ctx context.Context) (release func()) {
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		t.Stop(context.Cause(ctx))
		close(stopped)
	})
	return func() {
		if !stop() {
			<-stopped
		}
	}
}

// Call calls fn on this thread. It blocks until fn returns; a panic becomes an
// error. The error is an *Error; a *GroupError, an *ExitError and a host
// function's own error are found in it by errors.As.
func (t *Thread) Call(fn starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	outermost := t.star.CallStackDepth() == 0
	v, err := eval.Call(t.star, fn, args, kwargs)
	if err != nil {
		v, err = nil, t.Error(err)
	}
	if outermost {
		t.renew()
	}
	return v, err
}

// init runs the top level of a file.
func (t *Thread) init(f *file) (starlark.StringDict, error) {
	t.star.Load = func(_ *starlark.Thread, name string) (starlark.StringDict, error) { return t.load(name) }
	return f.prog.Init(t.star, t.run.predeclared())
}

// Caller returns where the script called the built-in that runs now.
func (t *Thread) Caller() syntax.Position {
	for depth := 1; depth < t.star.CallStackDepth(); depth++ {
		if pos := t.star.CallFrame(depth).Pos; pos.Line > 0 {
			return pos
		}
	}
	return syntax.Position{}
}

// AssignedName returns the name of the variable to which the script assigns the
// result of the built-in that runs now, as in NAME = f(…); "" if it does not.
func (t *Thread) AssignedName() string {
	pos := t.Caller()
	if f := t.run.file(pos.Filename()); f != nil {
		if name := f.assigned(pos); !dialect.Hidden(name) {
			return name
		}
	}
	return ""
}

type deferred struct {
	fn     starlark.Value
	args   starlark.Tuple
	kwargs []starlark.Tuple
}

// Defer has fn called by RunDefers.
func (t *Thread) Defer(fn starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) {
	t.defers = append(t.defers, deferred{fn, args, kwargs})
}

// Deferred reports whether RunDefers has something to do.
func (t *Thread) Deferred() bool { return len(t.defers) > 0 }

// RunDefers calls what was deferred, last in first out, even after Stop, within
// Options.Grace, and ends what that has started. It returns the first error, or nil.
func (t *Thread) RunDefers() error {
	if len(t.defers) == 0 {
		return nil
	}
	life := t.life
	ctx, cancel := t.graceful()
	defer cancel()
	t.star.Uncancel()
	t.renew()
	t.life, t.deferring = ctxLife{ctx}, true
	release := t.stopAfter(ctx)
	defer func() {
		release()
		t.star.Uncancel()
		t.life, t.deferring = life, false
	}()
	var first error
	for len(t.defers) > 0 { // a deferred call may defer another
		if ctx.Err() != nil {
			t.defers = nil
			return t.endAll(cmp.Or(first, context.Cause(ctx)))
		}
		d := t.defers[len(t.defers)-1]
		t.defers = t.defers[:len(t.defers)-1]
		if _, err := t.Call(d.fn, d.args, d.kwargs); err != nil && first == nil {
			first = err
		}
	}
	return t.endAll(first)
}

type lastKey struct{}

// graceful returns the context of deferred calls: of a fresh grace period. What they start
// may defer calls of its own, and so on without end; all of that together has one grace
// period more.
func (t *Thread) graceful() (context.Context, context.CancelFunc) {
	grace := t.run.engine.opts.Grace
	end := time.Now().Add(grace)
	last, nested := t.life.Context().Value(lastKey{}).(time.Time)
	if !nested {
		last = end.Add(grace)
	} else if last.Before(end) {
		end = last
	}
	ctx := context.WithValue(context.WithoutCancel(t.run.ctx), lastKey{}, last)
	return context.WithDeadlineCause(ctx, end, errGrace)
}

var errGrace = errors.New("the grace period for deferred calls is over")
