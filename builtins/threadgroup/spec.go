package threadgroup

import (
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

// A spec is what a task is made from; the tasks of one map share theirs.
type spec struct {
	group.Spec
	fn      starlark.Callable
	args    starlark.Tuple   // of each task, or
	flat    []starlark.Value // of all tasks of a map, one task after the other,
	width   int              // this many for each
	kwargs  []starlark.Tuple
	remote  engine.Remote // makes the calls; nil: they are made here
	timeout time.Duration // of an attempt; Spec.Timeout, but for calls that are made elsewhere
	inert   bool          // handed over, and there are no functions among the arguments
	needs   bool          // there are Results among the arguments, in place of their values
	o       *options
	given   engine.Given
}

func newSpec(t *engine.Thread, f *Function, o *options) *spec {
	s := &spec{fn: f.fn, args: f.args, kwargs: f.kwargs, o: o}
	s.given = engine.Given{Task: f.fn.Name(), Pos: t.Caller()}
	s.Name, s.Priority, s.Limited, s.timeout = o.name, o.priority, len(o.limit) > 0, o.timeout
	if s.remote = remoteFor(t, f.fn); s.remote == nil {
		s.Timeout = s.timeout
	}
	if s.Name == "" {
		s.Name = f.fn.Name()
	}
	if t.Run().Options().Serial {
		s.Priority = 0
	}
	if o.retry != nil {
		s.Retry = &o.retry.Retry
	}
	return s
}

// handOver gives tasks what they are made from. All functions handed over at once
// agree about the names that they use.
func handOver(t *engine.Thread, specs []*spec) {
	t.HandOver(func(p *engine.Publication) {
		for _, s := range specs {
			s.fn = p.Callable(s.fn)
			s.args, s.flat = p.Tuple(s.args), p.Tuple(s.flat)
			s.kwargs = p.Kwargs(s.kwargs)
			s.o.share(func(v starlark.Value) { p.Value(v) })
			s.inert = s.isInert()
		}
	})
}

// isInert reports whether the arguments are plain values, and Results of such tasks or
// lists of them.
func (s *spec) isInert() bool {
	inert := func(v starlark.Value) bool {
		switch v.(type) {
		case starlark.NoneType, starlark.Bool, starlark.Int, starlark.Float, starlark.String, starlark.Bytes:
			return true
		}
		some, all := false, true
		each(v, func(r *Result) { some, all = true, all && r.live != nil && r.spec.inert })
		return some && all
	}
	for _, v := range s.args {
		if !inert(v) {
			return false
		}
	}
	for _, kv := range s.kwargs {
		if !inert(kv[1]) {
			return false
		}
	}
	return s.width == 0
}

// dependencies returns the tasks whose Results stand among the arguments, and notes
// that there are some.
func (s *spec) dependencies() []*group.Task[starlark.Value] {
	var list []*group.Task[starlark.Value]
	note := func(v starlark.Value) {
		each(v, func(r *Result) { list = append(list, &r.task) })
	}
	for _, v := range s.args {
		note(v)
	}
	for _, kv := range s.kwargs {
		note(kv[1])
	}
	s.needs = len(list) > 0
	return list
}

// each calls f for v if it is a Result, or for its elements if it is a list of them.
func each(v starlark.Value, f func(*Result)) {
	switch v := v.(type) {
	case *Result:
		f(v)
	case *Results:
		for _, r := range v.list {
			f(r)
		}
	case *starlark.List:
		if allResults(v) {
			for e := range v.Elements() {
				f(e.(*Result))
			}
		}
	case starlark.Tuple:
		if allResults(v) {
			for _, e := range v {
				f(e.(*Result))
			}
		}
	}
}

func allResults(list starlark.Indexable) bool {
	for i := range list.Len() {
		if _, ok := list.Index(i).(*Result); !ok {
			return false
		}
	}
	return list.Len() > 0
}

// valueOf returns an argument as the task gets it: the value in place of a Result.
func valueOf(v starlark.Value) starlark.Value {
	if r, ok := v.(*Result); ok {
		return r.task.Value
	}
	var values []starlark.Value
	each(v, func(r *Result) { values = append(values, r.task.Value) })
	switch v.(type) {
	case starlark.Tuple:
		if values != nil {
			return starlark.Tuple(values)
		}
	case *starlark.List, *Results:
		if values != nil {
			list := starlark.NewList(values)
			list.Freeze() // as other arguments are
			return list
		}
	}
	return v
}

// arguments returns what the function is called with.
func (r *Result) arguments() (starlark.Tuple, []starlark.Tuple) {
	s := r.spec
	if !s.needs {
		return r.args(), s.kwargs
	}
	args := make(starlark.Tuple, len(s.args))
	for i, v := range s.args {
		args[i] = valueOf(v)
	}
	kwargs := make([]starlark.Tuple, len(s.kwargs))
	for i, kv := range s.kwargs {
		kwargs[i] = starlark.Tuple{kv[0], valueOf(kv[1])}
	}
	return args, kwargs
}
