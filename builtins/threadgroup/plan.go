package threadgroup

import (
	"fmt"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// A plan says which registered tasks there are and what each waits for.
type plan struct {
	order []*registration // in order of registration
	needs [][]need        // of each: what must have succeeded before
}

// A need is a task that another one waits for.
type need struct {
	task int    // index in plan.order
	why  string // after, or the key of a vault
}

// planLocked makes the plan of a run, or says why there can be none. Group.mu is held.
func (g *Group) planLocked() (*plan, error) {
	if len(g.waiting) > 0 {
		d := g.waiting[0]
		return nil, fmt.Errorf("%s: %s was not applied to a function", d.pos, d.text())
	}
	p := &plan{order: append([]*registration(nil), g.registered...)}
	if !p.depends() {
		return p, nil
	}
	p.needs = make([][]need, len(p.order))
	for i, r := range p.order {
		for _, after := range r.o.after {
			found := p.find(after)
			if len(found) == 0 {
				return nil, p.unknown(g, r, after)
			}
			for _, j := range found {
				p.needs[i] = append(p.needs[i], need{j, "after"})
			}
		}
	}
	if err := p.flow(g); err != nil {
		return nil, err
	}
	if circle := p.circle(); circle != nil {
		return nil, fmt.Errorf("group %q can never run: %s", g.name, p.arrows(circle))
	}
	return p, nil
}

// depends reports whether a task may have to wait for another one.
func (p *plan) depends() bool {
	for _, r := range p.order {
		if _, flows := r.f.fn.(engine.Flow); flows || len(r.o.after) > 0 {
			return true
		}
	}
	return false
}

// find returns the tasks that are meant by a function or a name.
func (p *plan) find(after starlark.Value) []int {
	var list []int
	name, isName := starlark.AsString(after)
	for i, r := range p.order {
		if isName {
			if r.name() == name {
				list = append(list, i)
			}
		} else if same, err := starlark.Equal(r.f.fn, after); err == nil && same {
			list = append(list, i)
		}
	}
	return list
}

func (r *registration) name() string {
	if r.o.name != "" {
		return r.o.name
	}
	return r.f.fn.Name()
}

func (p *plan) unknown(g *Group, r *registration, after starlark.Value) error {
	name, ok := starlark.AsString(after)
	if !ok {
		name = after.(starlark.Callable).Name()
	}
	text := fmt.Sprintf("task %q runs after %q, which is not registered in group %q", r.name(), name, g.name)
	var names []string
	for _, other := range p.order {
		names = append(names, other.name())
	}
	if near := engine.Nearest(name, names); near != "" && near != name {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Errorf("%s", text)
}

// circle returns tasks each of which needs the next one, and the last one the first;
// nil if there is no such circle.
func (p *plan) circle() []int {
	const fresh, open, done = 0, 1, 2
	state := make([]uint8, len(p.order))
	var path []int
	for start := range p.order {
		// A stack of its own: a chain may be as long as there are tasks.
		type step struct{ task, next int }
		stack := []step{{start, 0}}
		for state[start] == fresh || len(path) > 0 {
			top := &stack[len(stack)-1]
			if state[top.task] == fresh {
				state[top.task] = open
				path = append(path, top.task)
			}
			if top.next == len(p.needs[top.task]) {
				state[top.task] = done
				path, stack = path[:len(path)-1], stack[:len(stack)-1]
				continue
			}
			need := p.needs[top.task][top.next].task
			top.next++
			switch state[need] {
			case fresh:
				stack = append(stack, step{need, 0})
			case open:
				for i, t := range path {
					if t == need {
						return path[i:]
					}
				}
			}
		}
	}
	return nil
}

// arrows writes a circle so that each task stands before one that waits for it.
func (p *plan) arrows(circle []int) string {
	var b strings.Builder
	for i := len(circle); i > 0; i-- {
		b.WriteString(p.order[circle[i%len(circle)]].name() + " → ")
	}
	return b.String() + p.order[circle[0]].name()
}

// sorted returns the tasks in an order in which one worker could run them: those that
// are ready by priority, then in order of registration.
func (p *plan) sorted() []int {
	n := len(p.order)
	waits, then := make([]int, n), make([][]int, n)
	for i, needs := range p.needs {
		waits[i] = len(needs)
		for _, n := range needs {
			then[n.task] = append(then[n.task], i)
		}
	}
	ready := &taskHeap{plan: p}
	for i := range n {
		if waits[i] == 0 {
			ready.push(i)
		}
	}
	var list []int
	for ready.Len() > 0 {
		i := ready.pop()
		list = append(list, i)
		for _, j := range then[i] {
			if waits[j]--; waits[j] == 0 {
				ready.push(j)
			}
		}
	}
	return list
}

// def Group.plan() -> str
//
// plan returns the order of the registered tasks and its reasons, as text.
func (g *Group) planMethod(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("plan", args, kwargs); err != nil {
		return nil, err
	}
	g.mu.Lock()
	p, err := g.planLocked()
	g.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return starlark.String(g.planText(p)), nil
}

func (g *Group) planText(p *plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "group %q: %s, %s", g.name, counted(len(p.order), "task"), g.bound(0))
	for n, i := range p.sorted() {
		r := p.order[i]
		fmt.Fprintf(&b, "\n%3d. %s", n+1, r.name())
		if r.o.priority != 0 {
			fmt.Fprintf(&b, " (priority %d)", r.o.priority)
		}
		if p.needs != nil {
			for _, n := range p.needs[i] {
				fmt.Fprintf(&b, "\n       %s → %s (%s)", p.order[n.task].name(), r.name(), n.why)
			}
		}
	}
	return b.String()
}

func counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
