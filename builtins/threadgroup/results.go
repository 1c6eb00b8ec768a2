package threadgroup

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Results are the results of a run in the order of its tasks, or a part of them.
// They are immutable; the values in them are the script's until it shares them.
type Results struct {
	list     []*Result
	duration time.Duration
	group    string
}

var (
	_ starlark.Sequence  = (*Results)(nil)
	_ starlark.Sliceable = (*Results)(nil)
	_ starlark.HasAttrs  = (*Results)(nil)
	_ starlark.HasBinary = (*Results)(nil)
	_ engine.Shareable   = (*Results)(nil)
)

func (rs *Results) String() string        { return repr(rs) }
func (rs *Results) Type() string          { return "Results" }
func (rs *Results) Freeze()               {} // immutable; Share publishes what it holds
func (rs *Results) Truth() starlark.Bool  { return len(rs.list) > 0 }
func (rs *Results) Hash() (uint32, error) { return 0, errors.New("unhashable type: Results") }

func (rs *Results) Len() int                   { return len(rs.list) }
func (rs *Results) Index(i int) starlark.Value { return rs.list[i] }
func (rs *Results) Iterate() starlark.Iterator { return &resultsIterator{rs.list} }

// Share publishes every result.
func (rs *Results) Share(visit func(starlark.Value)) {
	for _, r := range rs.list {
		visit(r)
	}
}

// Slice returns Results.
func (rs *Results) Slice(start, end, step int) starlark.Value {
	var list []*Result
	for i := start; step > 0 && i < end || step < 0 && i > end; i += step {
		list = append(list, rs.list[i])
	}
	return rs.part(list)
}

// Binary implements results + results and result in results.
func (rs *Results) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	if other, ok := y.(*Results); ok && op == syntax.PLUS && side == starlark.Left {
		list := append(append([]*Result{}, rs.list...), other.list...)
		return &Results{list: list, duration: rs.duration + other.duration, group: rs.group}, nil
	}
	if op != syntax.IN || side != starlark.Right {
		return nil, nil
	}
	for _, r := range rs.list {
		if r == y {
			return starlark.True, nil
		}
	}
	return starlark.False, nil
}

func (rs *Results) part(list []*Result) *Results {
	return &Results{list: list, duration: rs.duration, group: rs.group}
}

// where returns the results for which keep holds.
func (rs *Results) where(keep func(*Result) bool) *Results {
	var list []*Result
	for _, r := range rs.list {
		if keep(r) {
			list = append(list, r)
		}
	}
	return rs.part(list)
}

func (r *Result) isOK() bool { return r.task.Status() == group.OK }

type resultsIterator struct{ rest []*Result }

func (it *resultsIterator) Next(p *starlark.Value) bool {
	if len(it.rest) == 0 {
		return false
	}
	*p, it.rest = it.rest[0], it.rest[1:]
	return true
}
func (it *resultsIterator) Done() {}

// class Results
//
// Results are a sequence of Result: len, an index, a slice, +, in and for work. An attribute
// never waits.
//
//	ok: bool             whether every task succeeded
//	succeeded: Results   those that did
//	failed: Results      those that did not, whatever the reason
//	errors: list[Error]  of those that failed
//	duration: float      seconds that the run took
//
// def Results.__len__() -> int
// def Results.__iter__() -> Iterator[Result]
// def Results.__contains__(x: object) -> bool
// def Results.__add__(other: Results) -> Results
// def Results.__getitem__(index: int) -> Result
// def Results.__getitem__(index: slice) -> Results
var resultsAttrs = builtin.Attrs[*Results]{
	"ok": func(rs *Results) (starlark.Value, error) {
		return starlark.Bool(len(rs.where((*Result).isOK).list) == len(rs.list)), nil
	},
	"succeeded": func(rs *Results) (starlark.Value, error) { return rs.where((*Result).isOK), nil },
	"failed": func(rs *Results) (starlark.Value, error) {
		return rs.where(func(r *Result) bool { return !r.isOK() }), nil
	},
	"errors": func(rs *Results) (starlark.Value, error) {
		list := []starlark.Value{}
		for _, r := range rs.list {
			if r.seen() != group.OK && r.task.Status().Done() {
				list = append(list, r.failure)
			}
		}
		return starlark.NewList(list), nil
	},
	"duration": func(rs *Results) (starlark.Value, error) { return starlark.Float(rs.duration.Seconds()), nil },
	"get":      builtin.Method("get", (*Results).get),
	"asdict":   builtin.Method("asdict", (*Results).asdict),
	"values":   builtin.Method("values", (*Results).values),
	"check":    builtin.Method("check", (*Results).check),
	"summary":  builtin.Method("summary", (*Results).summary),
	"timeline": builtin.Method("timeline", (*Results).timeline),
}

func (rs *Results) Attr(name string) (starlark.Value, error) { return resultsAttrs.Get(rs, name, nil) }
func (rs *Results) AttrNames() []string                      { return resultsAttrs.Names() }

// def Results.get(name: str) -> Results
//
// get returns the Results of the tasks of this name.
func (rs *Results) get(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	if err := starlark.UnpackArgs("get", args, kwargs, "name", &name); err != nil {
		return nil, err
	}
	return rs.where(func(r *Result) bool { return r.spec.Name == name }), nil
}

// def Results.asdict() -> dict[str, list]
//
// asdict returns a dict of each name with the values of its tasks that succeeded.
func (rs *Results) asdict(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("asdict", args, kwargs); err != nil {
		return nil, err
	}
	lists := map[string]*starlark.List{}
	d := &starlark.Dict{}
	for _, r := range rs.list {
		if !r.isOK() {
			continue
		}
		list := lists[r.spec.Name]
		if list == nil {
			list = starlark.NewList(nil)
			lists[r.spec.Name] = list
			if err := d.SetKey(starlark.String(r.spec.Name), list); err != nil {
				return nil, err
			}
		}
		if err := list.Append(r.task.Value); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// def Results.values(default=…) -> list
//
// values returns the values, in order. Where a task has none, it is default; without that,
// the script stops with the first failure.
func (rs *Results) values(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var otherwise starlark.Value
	if err := starlark.UnpackArgs("values", args, kwargs, "default?", &otherwise); err != nil {
		return nil, err
	}
	list := make([]starlark.Value, len(rs.list))
	for i, r := range rs.list {
		switch {
		case r.seen() == group.OK:
			list[i] = r.task.Value
		case otherwise != nil:
			list[i] = otherwise
		default:
			return nil, r.check()
		}
	}
	return starlark.NewList(list), nil
}

// def Results.check() -> Results
//
// check returns the Results themselves, or stops the script with every failure.
func (rs *Results) check(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("check", args, kwargs); err != nil {
		return nil, err
	}
	return rs, rs.failure(rs.group)
}

// failure returns a *GroupError with every failed task, or nil.
func (rs *Results) failure(name string) error {
	e := &engine.GroupError{Group: name, Tasks: len(rs.list)}
	for i, r := range rs.list {
		if r.task.Status().Failure() {
			e.Failures = append(e.Failures, engine.Failure{Task: r.spec.Name, Index: i, Err: r.failure.err})
		}
	}
	if len(e.Failures) == 0 {
		return nil
	}
	return e
}

// unseen returns a *GroupError with the failed tasks that the script has not looked
// at, or nil.
func (rs *Results) unseen() error {
	hidden := rs.where(func(r *Result) bool { return r.live == nil || !r.live.looked.Load() })
	err := hidden.failure(rs.group)
	if e, ok := err.(*engine.GroupError); ok {
		e.Tasks = len(rs.list)
	}
	return err
}

// def Results.summary() -> str
//
// summary returns a line such as "5 tasks: 3 ok, 1 failed, 1 timed out in 1.2s".
func (rs *Results) summary(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("summary", args, kwargs); err != nil {
		return nil, err
	}
	var c group.Counts
	for _, r := range rs.list {
		c[r.task.Status()]++
	}
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{
		{c[group.OK], "ok"}, {c[group.Failed], "failed"}, {c[group.TimedOut], "timed out"}, {c[group.Cancelled], "cancelled"},
		{c[group.Skipped], "skipped"}, {c[group.Running], "running"}, {c[group.Pending], "pending"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	text := fmt.Sprintf("%d tasks", len(rs.list))
	if len(rs.list) == 1 {
		text = "1 task"
	}
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return starlark.String(fmt.Sprintf("%s in %.1fs", text, rs.duration.Seconds())), nil
}
