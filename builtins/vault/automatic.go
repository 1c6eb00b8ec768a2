package vault

import (
	"cmp"
	"errors"
	"slices"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// An automatic is a function that runs by itself, once each time that one of its
// inputs was set and all are there. It is immutable.
type automatic struct {
	f         *vaulted
	condition starlark.Callable // nil: none
	order     int               // of declaration
}

func (a *automatic) share(visit func(starlark.Value)) {
	visit(a.f.fn)
	if a.condition != nil {
		visit(a.condition)
	}
}

// declare notes a vaulted function. An automatic one whose inputs are there runs.
func (v *vault) declare(t *engine.Thread, f *vaulted, condition starlark.Callable) {
	a := &automatic{f: f, condition: condition}
	if f.automatic {
		v.admit(t, a)
	}
	v.mu.Lock()
	v.declareLocked(f)
	started := f.automatic && v.watchLocked(a)
	v.mu.Unlock()
	if started {
		v.launch(t)
	}
}

// admit publishes what others may come to run while this thread goes on. As long as
// they cannot see the vault, it is published when they get to.
func (v *vault) admit(t *engine.Thread, a *automatic) {
	v.mu.Lock()
	reached := v.reached
	v.mu.Unlock()
	switch {
	case !reached:
	case t.Alone():
		t.Owe()
	default:
		t.HandOver(func(p *engine.Publication) { a.share(func(x starlark.Value) { p.Value(x) }) })
	}
}

// watchLocked has a run when its inputs are set, and reports whether it is due at once.
func (v *vault) watchLocked(a *automatic) bool {
	if v.watchers == nil {
		v.watchers = map[int][]*automatic{}
	}
	a.order = len(v.automatics)
	v.automatics = append(v.automatics, a)
	for _, k := range a.f.inputs {
		v.watchers[k.index] = append(v.watchers[k.index], a)
	}
	return v.addDueLocked(a)
}

// dueLocked is told what was set together. What has to run now is due with the values
// of this moment, in order of declaration.
func (v *vault) dueLocked(items []item) (due bool) {
	if len(v.watchers) == 0 {
		return false
	}
	var all []*automatic
	for _, it := range items {
		all = append(all, v.watchers[it.key.index]...)
	}
	slices.SortFunc(all, func(a, b *automatic) int { return cmp.Compare(a.order, b.order) })
	for _, a := range slices.Compact(all) {
		due = v.addDueLocked(a) || due
	}
	return due
}

func (v *vault) addDueLocked(a *automatic) bool {
	d := &due{a: a}
	for i, k := range slices.Concat(a.f.inputs, a.f.optional) {
		value := v.slots[k.index].value
		if value == nil && i < len(a.f.inputs) {
			return false
		}
		if value != nil {
			d.kwargs = append(d.kwargs, starlark.Tuple{starlark.String(k.name), value})
		}
	}
	v.dues = append(v.dues, d)
	v.running[d] = true
	return true
}

// A due is one run of an automatic function, with its inputs.
type due struct {
	a       *automatic
	run     *engine.Run    // that it was started in; guarded by the vault's mu
	thread  *engine.Thread // that it runs on; nil: it does not yet. Guarded by the vault's mu
	kwargs  []starlark.Tuple
	skipped bool // the condition did not hold; the task's thread's own
}

var (
	_ starlark.Callable = (*due)(nil)
	_ engine.Shareable  = (*due)(nil)
)

func (d *due) Name() string          { return d.a.f.Name() }
func (d *due) String() string        { return d.a.f.String() }
func (d *due) Type() string          { return "function" }
func (d *due) Freeze()               {} // nothing of it changes while others see it
func (d *due) Truth() starlark.Bool  { return true }
func (d *due) Hash() (uint32, error) { return 0, errors.New("unhashable type: function") }

// Share publishes the function and its vault. The inputs are published.
func (d *due) Share(visit func(starlark.Value)) { visit(d.a.f); d.a.share(visit) }

// CallInternal calls the function, if its condition holds.
func (d *due) CallInternal(thread *starlark.Thread, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	d.skipped = false
	d.began(engine.Of(thread))
	if d.a.condition != nil {
		answer, err := starlark.Call(thread, d.a.condition, nil, d.kwargs)
		if err != nil {
			return nil, err
		}
		if !answer.Truth() {
			d.skipped = true
			return starlark.None, nil
		}
	}
	kwargs := d.kwargs
	if inner, ok := d.a.f.fn.(engine.Flow); ok {
		var err error
		if kwargs, err = inner.Take(engine.Of(thread), kwargs); err != nil {
			return nil, err
		}
	}
	return starlark.Call(thread, d.a.f.Function(), nil, kwargs)
}

func (d *due) began(t *engine.Thread) {
	v := d.a.f.vault
	v.mu.Lock()
	defer v.mu.Unlock()
	d.thread = t
}

// launch starts what is due, in order. The caller holds no lock.
func (v *vault) launch(t *engine.Thread) {
	v.submits.Lock()
	defer v.submits.Unlock()
	for d := v.nextDue(t); d != nil; d = v.nextDue(t) {
		if t.Run().Options().DryRun {
			v.finish(t, d, nil)
			continue
		}
		done := func(t *engine.Thread, value starlark.Value, err error) error { return v.done(t, d, value, err) }
		if err := v.background.Submit(t, d, nil, nil, done); err != nil {
			v.finish(t, d, t.Error(err))
		}
	}
}

func (v *vault) nextDue(t *engine.Thread) *due {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.dues) == 0 {
		return nil
	}
	d := v.dues[0]
	v.dues = v.dues[1:]
	d.run = t.Run()
	if v.over {
		v.endWith(t)
	}
	return d
}

// done takes what a run has come to, on its own thread.
func (v *vault) done(t *engine.Thread, d *due, value starlark.Value, err error) error {
	if err == nil && !d.skipped {
		err = d.a.f.Give(t, value)
	}
	var e *engine.Error
	if err != nil && !errors.As(err, &e) {
		e = t.Error(err)
	}
	v.finish(t, d, e)
	return err
}
