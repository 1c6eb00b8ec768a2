package eval

import (
	"sync/atomic"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Hooks are told of the statements of a program that was compiled with them
// ([CompileWith]): for profilers, coverage and debuggers. Programs compiled without
// them pay nothing. Any of the fields may be nil.
type Hooks struct {
	// Found is called by CompileWith for each statement of a program.
	Found func(at syntax.Position)

	// Before is called before each statement, on the goroutine that runs it. The
	// statement waits until it returns.
	Before func(p *Point)

	// Clock is a number that somebody increases. When it was increased during a
	// statement, Sample is called after it with how often: for the innermost statement
	// that ran, or waited, when that happened. Both must be given.
	Clock  *atomic.Int64
	Sample func(p *Point, ticks int64)
}

// A Point is where a thread is. It is good until the hook that got it returns.
type Point struct {
	fr *frame
	at spot
}

// Thread returns the thread that runs the statement.
func (p *Point) Thread() *starlark.Thread { return p.fr.m.thread }

// Function returns the function that the statement is in.
func (p *Point) Function() *Function { return p.fr.fn }

// Position returns where the statement begins.
func (p *Point) Position() syntax.Position { return p.at.in(p.fr.fn.code.pos) }

// CallStack returns the calls on the way to the statement, outermost first.
func (p *Point) CallStack() starlark.CallStack {
	p.fr.at = p.at
	p.fr.m.expose(p.fr)
	return p.fr.m.thread.CallStack()
}

// Locals returns the function's variables that are set, captured ones too.
func (p *Point) Locals() starlark.StringDict {
	d := starlark.StringDict{}
	add := func(b binding, v val) {
		if c, ok := v.ref.(*cell); ok {
			v = c.v
		}
		if x := v.value(); x != nil {
			d[b.name] = x
		}
	}
	for i, b := range p.fr.fn.code.locals {
		add(b, p.fr.loc[i])
	}
	for i, b := range p.fr.fn.code.freeVars {
		add(b, val{ref: p.fr.fn.free[i]})
	}
	return d
}

// hooked compiles a statement of a program with hooks.
func (c *compiler) hooked(s syntax.Stmt, code stmt) stmt {
	h := c.hooks
	start, _ := s.Span()
	at := spotOf(start)
	if h.Found != nil {
		h.Found(start)
	}
	if before := h.Before; before != nil {
		inner := code
		code = func(fr *frame) ctl {
			before(&Point{fr, at})
			return inner(fr)
		}
	}
	if h.Clock == nil || h.Sample == nil {
		return code
	}
	return func(fr *frame) ctl {
		k := code(fr)
		if now, m := h.Clock.Load(), fr.m; now != m.clock {
			ticks := now - m.clock
			m.clock = now
			h.Sample(&Point{fr, at}, ticks)
		}
		return k
	}
}
