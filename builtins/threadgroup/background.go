package threadgroup

import (
	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// A Background runs functions beside the script, for other modules: each is a task of
// a group, which ends with the piece of work that made it. Safe for concurrent use.
type Background struct{ g *Group }

// NewBackground returns one whose tasks belong to a group of this name.
func NewBackground(t *engine.Thread, name string, maxWorkers int) *Background {
	return &Background{makeGroup(t, options{name: name, maxWorkers: maxWorkers, noCheck: true})}
}

// Submit starts a call of fn and returns at once. fn and its arguments are handed over,
// so t must be the calling thread. done is called on the task's thread with what came of
// it; its error makes the task failed.
func (b *Background) Submit(t *engine.Thread, fn starlark.Callable, args starlark.Tuple, kwargs []starlark.Tuple, done func(t *engine.Thread, v starlark.Value, err error) error) error {
	_, err := b.g.submitTask(t, &Function{fn: fn, args: args, kwargs: kwargs}, done)
	return err
}
