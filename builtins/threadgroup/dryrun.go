package threadgroup

import (
	"fmt"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/group"
)

// pretend prints what would run, and ends the tasks without running them.
func (e *execution) pretend(results []*Result) {
	stop := &group.Stop{Kind: group.KindSkipped, Reason: "skipped: " + engine.ErrDryRun.Error(), Cause: engine.ErrDryRun}
	for _, r := range results {
		r.task.Finish(group.Skipped, nil, stop)
	}
	var text string
	switch {
	case e.plan != nil:
		text = e.group.planText(e.plan)
	case len(results) == 1 && e.grows:
		s := results[0].spec
		text = fmt.Sprintf("group %q: %s", e.group.name, callText(s.Name, s.args, s.kwargs))
	case len(results) > 0:
		s := results[0].spec
		text = fmt.Sprintf("group %q: %s %s, %s", e.group.name, counted(len(results), "task"), s.Name, e.group.bound(defaultWorkers()))
	default:
		return
	}
	e.say(text)
}

func (e *execution) say(text string) {
	star := e.thread.Starlark()
	star.Print(star, text)
}

// bound says how many tasks run at once; n is the bound where the group has none.
func (g *Group) bound(n int) string {
	if g.maxWorkers > 0 {
		n = g.maxWorkers
	}
	if n == 0 {
		return "all at once"
	}
	return fmt.Sprintf("at most %d at once", n)
}
