package eval

import (
	"fmt"
	"math"
	"math/big"
	"sync/atomic"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"go.starlark.net/starlark"
)

// Settings bound the work of a thread. The zero value stands for no limits but
// those on depth.
type Settings struct {
	MaxDepth int                 // calls within calls; 0: 10,000
	MaxValue int64               // bytes of one value; 0: 64 GiB
	Hooks    *Hooks              // nil: none
	Stop     func() error        // why the thread must stop; nil: only Thread.Cancel tells
	Room     func(n int64) error // whether n bytes more may be made at once; nil: they may
}

const (
	defaultDepth = 10_000
	defaultValue = 64 << 30 // no machine has that much, and Go ends the process when it does not get it

	// maxStack is what script code may take of a goroutine's stack. Go ends the
	// process at 1 GB; a function's share is an estimate of its deepest expression.
	maxStack = 400 << 20

	// slice is how many steps are made between two looks at the thread's limits.
	slice = 1024
)

// A machine runs the script code of one starlark.Thread. It belongs to the
// goroutine that the thread belongs to.
type machine struct {
	thread   *starlark.Thread
	stack    *hostStack
	cancel   *atomic.Pointer[string] // set: the thread must stop
	maxSteps *uint64

	fuel    int64 // steps left in this slice
	granted int64 // fuel that thread.Steps does not yet count
	depth   int   // calls of script functions within each other
	room    int   // bytes of maxStack left
	limits  Settings
	budget  guard.Budget
	made    int64        // bytes that the thread has made, about
	grown   atomic.Int64 // made, for other goroutines, some steps late

	text  []byte              // to write in what becomes a string
	spare big.Int             // to compute in
	err   error               // of the expression or statement that just failed
	base  frame               // below the outermost call
	top   *frame              // of the innermost call
	chunk *chunk              // where variables live
	iters []starlark.Iterator // being iterated over, innermost last
	owner *owner              // made when the first function is
	clock int64               // of Hooks, when it was looked at last
}

// An owner stands for one outermost call on a thread: the variables that it makes are
// its own to assign, and so are those that were handed back to it.
type owner struct{ _ byte }

const local = "tg.eval"

// Prepare gives a thread its settings. It must be called before the thread runs
// anything; a thread that was not prepared has the zero Settings.
func Prepare(thread *starlark.Thread, s Settings) { newMachine(thread, s) }

func newMachine(thread *starlark.Thread, s Settings) *machine {
	if s.MaxDepth == 0 {
		s.MaxDepth = defaultDepth
	}
	if s.MaxValue == 0 {
		s.MaxValue = defaultValue
	}
	m := &machine{
		thread: thread, stack: hostStackOf(thread), cancel: cancelReasonOf(thread), maxSteps: maxStepsOf(thread),
		limits: s, room: maxStack,
	}
	if *m.maxSteps == 0 { // starlark.Call does it for threads that nothing has run on
		*m.maxSteps = math.MaxUint64
	}
	m.budget = guard.Budget{Max: s.MaxValue, Stop: m.stopped, Room: s.Room}
	m.base.m, m.base.pushed = m, true
	m.top = &m.base
	m.chunk = &chunk{vals: make([]val, firstChunk)}
	thread.SetLocal(local, m)
	return m
}

// machineOf returns the machine of a thread.
func machineOf(thread *starlark.Thread) *machine {
	if m, ok := thread.Local(local).(*machine); ok {
		return m
	}
	return newMachine(thread, Settings{})
}

// Grown returns about how many bytes the script code of a thread has made so far.
// It may be called from any goroutine.
func Grown(thread *starlark.Thread) int64 { return machineOf(thread).grown.Load() }

// stopped returns why the thread must stop, or nil.
func (m *machine) stopped() error {
	if reason := m.cancel.Load(); reason != nil {
		return cancelled(*reason)
	}
	if m.limits.Stop != nil {
		return m.limits.Stop()
	}
	return nil
}

func cancelled(reason string) error { return fmt.Errorf("Starlark computation cancelled: %s", reason) }

// settle counts the steps that were made in thread.Steps.
func (m *machine) settle() {
	m.thread.Steps += uint64(m.granted - m.fuel)
	m.granted = m.fuel
}

// tick is called when the fuel is used up or the thread was cancelled.
func (m *machine) tick() error {
	m.settle()
	m.grown.Store(m.made)
	t := m.thread
	if t.Steps >= *m.maxSteps {
		if t.OnMaxSteps != nil {
			t.OnMaxSteps(t)
		} else {
			t.Cancel("too many steps")
		}
	}
	m.fuel = slice
	if max := *m.maxSteps; max > t.Steps {
		m.fuel = int64(min(slice, max-t.Steps))
	}
	m.granted = m.fuel
	if reason := m.cancel.Load(); reason != nil {
		return cancelled(*reason)
	}
	return nil
}

// due reports whether tick must be called, once for each step.
func (m *machine) due() bool {
	m.fuel--
	return m.fuel <= 0 || m.cancel.Load() != nil
}

// charge takes n bytes that an operation made into account: as growth, and as steps,
// for it took time.
func (m *machine) charge(n int) {
	m.made += int64(n)
	m.fuel -= int64(n >> 8)
}

// grows says whether a collection of n elements, each of some bytes, may get more, one
// by one: it is made anew as it grows. Only now and then does it take a look.
func (m *machine) grows(n int, size int64) error {
	if n&(often-1) != 0 || n == 0 || m.budget.Room == nil {
		return nil
	}
	return m.budget.Room(int64(n) / 4 * 5 * size)
}

// often is how many elements a collection gets between two looks.
const often = 1 << 16

// A chunk is a piece of the stack on which variables live.
type chunk struct {
	vals       []val
	used       int
	prev, next *chunk
}

const firstChunk = 16 // enough for a task that does little

// alloc returns room for n variables, all unset. It is to be released in reverse order.
func (m *machine) alloc(n int) []val {
	c := m.chunk
	at := c.used
	if at+n > len(c.vals) {
		c = m.nextChunk(n)
		at = 0
	}
	c.used = at + n
	return c.vals[at : at+n : at+n]
}

func (m *machine) nextChunk(n int) *chunk {
	c := m.chunk
	next := c.next
	if next == nil || len(next.vals) < n {
		next = &chunk{vals: make([]val, max(n, min(4*len(c.vals), 4096))), prev: c}
		c.next = next
	}
	m.chunk = next
	return next
}

// release gives back what alloc returned last.
func (m *machine) release(vars []val) {
	if len(vars) <= 8 {
		for i := len(vars) - 1; i >= 0; i-- { // for so few cheaper than clear
			vars[i] = val{}
		}
	} else {
		clear(vars)
	}
	c := m.chunk
	if c.used -= len(vars); c.used == 0 && c.prev != nil {
		m.chunk = c.prev
	}
}

// enter begins a call of script code with a frame below fr; leave ends it.
func (m *machine) enter(fr *frame, fn *Function) (*frame, error) {
	m.depth++
	m.room -= fn.code.cost
	if m.depth > m.limits.MaxDepth || m.room < 0 {
		m.depth--
		m.room += fn.code.cost
		return nil, &guard.LimitError{Msg: fmt.Sprintf("maximum recursion depth exceeded (%d calls)", m.depth)}
	}
	next := fr.next
	if next == nil {
		next = &frame{m: m, prev: fr}
		fr.next = next
	}
	next.fn, next.env = fn, fn.env
	return next, nil
}

func (m *machine) leave(fr *frame) {
	m.depth--
	m.room += fr.fn.code.cost
	if fr.pushed {
		fr.pushed = false
		m.stack.pop()
	}
}

// expose makes the calls up to fr known to host code. Calls between script
// functions are not until somebody may ask.
func (m *machine) expose(fr *frame) {
	if !fr.pushed {
		m.expose(fr.prev)
		m.stack.push(fr)
		fr.pushed = true
	}
}

// traced returns err with the call stack of the moment, as starlark.Call does it.
func (m *machine) traced(fr *frame, err error) error {
	if e, ok := err.(*starlark.EvalError); ok {
		return e
	}
	m.expose(fr)
	return m.tracedHere(err)
}

// tracedHere is traced for calls that host code knows already. Only starlark.Call
// can make an EvalError with a cause: it is asked to, and its own frame removed.
func (m *machine) tracedHere(err error) error {
	if e, ok := err.(*starlark.EvalError); ok {
		return e
	}
	_, err = starlark.Call(m.thread, thrower{err}, nil, nil)
	e := err.(*starlark.EvalError)
	e.CallStack = e.CallStack[:len(e.CallStack)-1]
	return e
}

// A thrower is a function that fails.
type thrower struct{ err error }

func (thrower) String() string        { return "thrower" }
func (thrower) Type() string          { return "function" }
func (thrower) Freeze()               {}
func (thrower) Truth() starlark.Bool  { return true }
func (thrower) Hash() (uint32, error) { return 0, nil }
func (thrower) Name() string          { return "thrower" }
func (t thrower) CallInternal(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return nil, t.err
}

func (m *machine) pushIter(it starlark.Iterator) { m.iters = append(m.iters, it) }

func (m *machine) popIter() {
	n := len(m.iters) - 1
	it := m.iters[n]
	m.iters[n] = nil
	m.iters = m.iters[:n]
	it.Done()
}
