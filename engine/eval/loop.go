package eval

import (
	"fmt"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A step is what a loop does for each element; b is what a comprehension has
// collected so far.
type step func(fr *frame, b *builder) ctl

func (c *compiler) forStmt(s *syntax.ForStmt) stmt {
	l := c.loop(s.X, s.Vars, spotOf(s.For))
	code := c.block(s.Body)
	l.body = func(fr *frame, _ *builder) ctl { return code(fr) }
	return func(fr *frame) ctl { return l.run(fr, nil) }
}

func (c *compiler) whileStmt(s *syntax.WhileStmt) stmt {
	cond, body, at := c.test(s.Cond), c.block(s.Body), spotOf(s.While)
	return func(fr *frame) ctl {
		for {
			switch cond(fr) {
			case no:
				return ctlNext
			case failed:
				return ctlFail
			}
			switch k := body(fr); k {
			case ctlBreak:
				return ctlNext
			case ctlReturn, ctlFail:
				return k
			}
			if fr.m.due() && !fr.tick(at) {
				return ctlFail
			}
		}
	}
}

// A loop is a for statement, or the for clause of a comprehension.
type loop struct {
	x      expr // what is iterated over; nil: a call of range
	fn     expr // range, if that is what the name stands for
	args   []operand
	paren  spot
	assign target                         // of the element
	local  int                            // the variable that assign sets, if that is all it does; or -1
	two    func(fr *frame, v, w val) bool // assigns the two halves of an element; nil: there are not two
	pairs  func(fr *frame) (pairs, val)   // what x makes, if that is pairs, without making them; nil: it does not
	body   step
	at     spot // of "for"
	only   bool // the only clause of a comprehension
}

// loop compiles all of a loop but its body. range(…) called there makes no value.
func (c *compiler) loop(x, vars syntax.Expr, at spot) *loop {
	l := &loop{at: at, local: -1}
	if call := rangeCall(x); call != nil {
		l.fn, l.paren = c.expr(call.Fn), spotOf(call.Lparen)
		for _, a := range call.Args {
			l.args = append(l.args, c.operand(a))
		}
	} else {
		l.x = c.expr(x)
	}
	l.assign, l.two = c.target(vars, at), c.two(vars, at)
	if l.two != nil {
		l.pairs = c.pairs(x)
	}
	if id, ok := unparen(vars).(*syntax.Ident); ok {
		if b := id.Binding.(*resolve.Binding); b.Scope == resolve.Local {
			l.local = b.Index
		}
	}
	return l
}

// rangeCall returns e if it is range(…) with one to three plain arguments, or nil.
func rangeCall(e syntax.Expr) *syntax.CallExpr {
	call, ok := unparen(e).(*syntax.CallExpr)
	if !ok || len(call.Args) < 1 || len(call.Args) > 3 || !positional(call.Args) {
		return nil
	}
	id, ok := call.Fn.(*syntax.Ident)
	if !ok || id.Name != "range" || id.Binding.(*resolve.Binding).Scope < resolve.Predeclared {
		return nil
	}
	return call
}

// positional reports whether all arguments are given by position, one by one.
func positional(args []syntax.Expr) bool {
	for _, a := range args {
		switch a := a.(type) {
		case *syntax.BinaryExpr:
			if a.Op == syntax.EQ {
				return false
			}
		case *syntax.UnaryExpr:
			if a.Op == syntax.STAR || a.Op == syntax.STARSTAR {
				return false
			}
		}
	}
	return true
}

func (l *loop) run(fr *frame, b *builder) ctl {
	if l.x != nil {
		if l.pairs != nil {
			p, v := l.pairs(fr)
			switch {
			case p != nil:
				return l.halves(fr, p, b)
			case v.ref == nil:
				return ctlFail
			}
			return l.over(fr, v.value(), b)
		}
		v := l.x(fr)
		if v.ref == nil {
			return ctlFail
		}
		return l.over(fr, v.value(), b)
	}
	f := l.fn(fr)
	if f.ref == nil {
		return ctlFail
	}
	var vals [3]val
	for i := range l.args {
		if vals[i] = l.args[i].get(fr); vals[i].ref == nil {
			l.args[i].miss(fr)
			return ctlFail
		}
	}
	if start, n, by, ok := rangeOf(f.ref, vals[:len(l.args)]); ok {
		return l.ints(fr, b, start, n, by)
	}
	v := fr.call(l.paren, f.value(), vals[:len(l.args)], nil)
	if v.ref == nil {
		return ctlFail
	}
	return l.over(fr, v.value(), b)
}

// round does one round: it assigns the element and runs the body.
func (l *loop) round(fr *frame, v val, b *builder) ctl {
	if l.local >= 0 {
		fr.loc[l.local] = v
	} else if !l.assign(fr, v) {
		return ctlFail
	}
	return l.rest(fr, b)
}

// rest is a round but the assignment.
func (l *loop) rest(fr *frame, b *builder) ctl {
	if k := l.body(fr, b); k != ctlNext && k != ctlContinue {
		return k
	}
	if fr.m.due() && !fr.tick(l.at) {
		return ctlFail
	}
	return ctlNext
}

// ints loops over n ints. It is round in a loop, written out.
func (l *loop) ints(fr *frame, b *builder, i int64, n uint64, by int64) ctl {
	m, local, body := fr.m, l.local, l.body
	if local < 0 {
		for ; n > 0; n-- {
			if k := l.round(fr, intVal(i), b); k != ctlNext {
				return afterLoop(k)
			}
			i += by
		}
		return ctlNext
	}
	l.expect(b, int(min(n, patience)))
	for ; n > 0; n-- {
		fr.loc[local] = intVal(i)
		if k := body(fr, b); k != ctlNext && k != ctlContinue {
			return afterLoop(k)
		}
		if m.due() && !fr.tick(l.at) {
			return ctlFail
		}
		i += by
	}
	return ctlNext
}

// over loops over the elements of x. While it does, x cannot be changed.
func (l *loop) over(fr *frame, x starlark.Value, b *builder) ctl {
	it, err := fr.iterate(x, l.at)
	if it == nil {
		if err == nil {
			err = fmt.Errorf("%s value is not iterable", x.Type())
		}
		fr.fail(l.at, err)
		return ctlFail
	}
	m := fr.m
	m.pushIter(it)
	k := ctlNext
	switch x := x.(type) {
	case *starlark.List:
		l.expect(b, x.Len())
		for i := 0; i < x.Len() && k == ctlNext; i++ {
			k = l.round(fr, valOf(x.Index(i)), b)
		}
	case starlark.Tuple:
		for i := 0; i < len(x) && k == ctlNext; i++ {
			k = l.round(fr, valOf(x[i]), b)
		}
	default:
		var e starlark.Value
		for k == ctlNext && it.Next(&e) {
			k = l.round(fr, valOf(e), b)
			fr.at = l.at // for the iterator
		}
		if k == ctlNext {
			if err := guard.Err(it); err != nil {
				fr.fail(l.at, err)
				k = ctlFail
			}
		}
	}
	m.popIter()
	return afterLoop(k)
}

// iterate returns an iterator of x for an operation at a position, or why there is
// none; nil, nil if x cannot be iterated over.
func (fr *frame) iterate(x starlark.Value, at spot) (starlark.Iterator, error) {
	if ours(x) {
		return starlark.Iterate(x), nil
	}
	fr.outside(at)
	return guard.Iterate(fr.m.thread, x)
}

// expect notes how many elements a comprehension will have: as many as its only loop
// has rounds.
func (l *loop) expect(b *builder, n int) {
	if l.only && n <= patience {
		b.few = n
	}
}

// afterLoop is how a loop ends whose last round ended with k.
func afterLoop(k ctl) ctl {
	if k == ctlBreak {
		return ctlNext
	}
	return k
}

// rangeOf returns first element, length and step of range(args…), if fn is range
// and the arguments are plain.
func rangeOf(fn starlark.Value, args []val) (start int64, n uint64, by int64, ok bool) {
	if b, is := fn.(*starlark.Builtin); !is || b != universe["range"] && b != starlark.Universe["range"] {
		return 0, 0, 0, false
	}
	start, by = 0, 1
	for _, a := range args {
		if !a.isInt() || int64(a.n) != int64(int32(a.n)) {
			return 0, 0, 0, false
		}
	}
	stop := int64(args[0].n)
	if len(args) > 1 {
		start, stop = stop, int64(args[1].n)
	}
	if len(args) > 2 {
		by = int64(args[2].n)
	}
	switch {
	case by > 0 && start < stop:
		n = uint64(stop-start-1)/uint64(by) + 1
	case by < 0 && start > stop:
		n = uint64(start-stop-1)/uint64(-by) + 1
	}
	return start, n, by, by != 0
}
