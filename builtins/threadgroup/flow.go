package threadgroup

import (
	"fmt"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// A port is a key of a store, for a map.
type port struct {
	store engine.Store
	key   string
}

// flow adds what tasks wait for because of what others give, or says what is wrong.
func (p *plan) flow(g *Group) error {
	givers := map[port]int{}
	for i, r := range p.order {
		f, ok := r.f.fn.(engine.Flow)
		if !ok {
			continue
		}
		for _, out := range f.Gives() {
			at := port{out.Store, out.Key}
			if j, taken := givers[at]; taken {
				return fmt.Errorf("tasks %q and %q of group %q both give %q to %s", p.order[j].name(), r.name(), g.name, out.Key, out.Store.Title())
			}
			givers[at] = i
			if err := out.Store.Check(out.Key); err != nil {
				return fmt.Errorf("%s of group %q: %w", r.name(), g.name, err)
			}
		}
	}
	for i, r := range p.order {
		f, ok := r.f.fn.(engine.Flow)
		if !ok {
			continue
		}
		for _, in := range f.Needs() {
			j, ok := givers[port{in.Store, in.Key}]
			switch {
			case ok:
				p.needs[i] = append(p.needs[i], need{j, in.Key})
			case !in.Optional && !in.Store.Has(in.Key):
				return fmt.Errorf("%s needs %q: no task of group %q outputs it and %s does not have it", r.name(), in.Key, g.name, in.Store.Title())
			}
		}
	}
	return nil
}

// call calls the task's function: one that flows gets its inputs first.
func (w *worker) call(r *Result) (starlark.Value, error) {
	args, kwargs := r.arguments()
	if f, ok := r.spec.fn.(engine.Flow); ok {
		return w.callFlow(r, f, args, kwargs)
	}
	if r.spec.remote != nil {
		return w.send(r, r.spec.fn, args, kwargs)
	}
	return w.thread.Call(r.spec.fn, args, kwargs)
}

func (w *worker) callFlow(r *Result, f engine.Flow, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	kwargs, err := f.Take(w.thread, kwargs)
	if err != nil {
		return nil, w.thread.Error(err)
	}
	if r.spec.remote != nil {
		return w.send(r, f.Function(), args, kwargs)
	}
	return w.thread.Call(f.Function(), args, kwargs)
}

// give puts the value of a task into the store that it belongs to, if there is one.
func (r *Result) give(t *engine.Thread, v starlark.Value) error {
	f, ok := r.spec.fn.(engine.Flow)
	if !ok {
		return nil
	}
	if err := f.Give(t, v); err != nil {
		return t.Error(err)
	}
	return nil
}

// decorated are the groups in which a decorator has just registered a function: one
// above it may replace that.
type decorated struct {
	fn     starlark.Callable
	groups []*Group
}

type decoratedKey struct{}

// noteDecorated notes that a decorator has registered fn.
func (g *Group) noteDecorated(t *engine.Thread, fn starlark.Callable) {
	d := t.State(decoratedKey{}, func() any {
		d := &decorated{}
		t.OnReplaced(d.replace)
		return d
	}).(*decorated)
	if d.fn == nil || !same(d.fn, fn) {
		d.fn, d.groups = fn, d.groups[:0]
	}
	d.groups = append(d.groups, g)
}

// replace has new stand for the function that was registered last.
func (d *decorated) replace(old, new starlark.Callable) {
	if d.fn == nil || !same(d.fn, old) {
		return
	}
	for _, g := range d.groups {
		g.replace(old, new)
	}
	d.fn = new
}

func (g *Group) replace(old, new starlark.Callable) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, r := range g.registered {
		if same(r.f.fn, old) {
			g.registered[i] = register(new, r.f.args, r.f.kwargs, r.o)
		}
	}
}
