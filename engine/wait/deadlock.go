package wait

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// confirm is how long nothing must have moved: a stop that is on its way to those
// who wait arrives meanwhile.
const confirm = 5 * time.Millisecond

// A Deadlock is the error of every thread that is part of one.
type Deadlock struct{ Report string }

func (d *Deadlock) Error() string { return d.Report }

// Kind returns "deadlock".
func (d *Deadlock) Kind() string { return "deadlock" }

// look ends the waits of a deadlock, if nothing has moved since. Until it is through
// nobody returns from Block, not even one who is stopped from outside: what threads are
// doing is read here.
func (m *Monitor) look(moves uint64) {
	m.quiet.Lock()
	defer m.quiet.Unlock()
	m.mu.Lock()
	if m.busy != 0 || m.moves != moves || len(m.waits) == 0 {
		m.mu.Unlock()
		return
	}
	all := slices.SortedFunc(maps.Keys(m.waits), func(a, b *Wait) int { return cmp.Compare(a.seq, b.seq) })
	notes := slices.Collect(maps.Keys(m.notes))
	m.mu.Unlock()
	// Nothing moves, so what they wait for can be asked about without the lock.
	if slices.ContainsFunc(all, (*Wait).stopped) {
		time.AfterFunc(confirm, func() { m.look(moves) })
		return
	}
	d := &Deadlock{report(all, notes)}
	victims := knot(all)

	m.mu.Lock()
	defer m.mu.Unlock()
	if m.moves != moves {
		return
	}
	for _, w := range victims {
		w.endLocked(d)
	}
}

// knot returns the waits that have to fail. Those that wait for the end of tasks
// go on when the tasks have failed, unless they wait for each other; one that cannot
// be given up never fails.
func knot(all []*Wait) []*Wait {
	var list []*Wait
	for _, w := range all {
		if w.Kind == Resource {
			list = append(list, w)
		}
	}
	if len(list) > 0 {
		return list
	}
	by := map[Party]*Wait{}
	for _, w := range all {
		by[w.Who] = w
	}
	for _, w := range all {
		if w.Kind == Join && w.Ctx != nil && circular(w, by) {
			list = append(list, w)
		}
	}
	if len(list) > 0 {
		return list
	}
	return slices.DeleteFunc(slices.Clone(all), func(w *Wait) bool { return w.Ctx == nil })
}

// circular reports whether w waits, over others, for its own thread.
func circular(w *Wait, by map[Party]*Wait) bool {
	seen := map[*Wait]bool{}
	var reach func(from *Wait) bool
	reach = func(from *Wait) bool {
		if from == nil || from.By == nil || seen[from] {
			return false
		}
		seen[from] = true
		for _, p := range from.By() {
			if p == w.Who || reach(by[p]) {
				return true
			}
		}
		return false
	}
	return reach(w)
}

// shown is how many waits a report lists.
const shown = 50

func report(all []*Wait, notes []*func() string) string {
	var b strings.Builder
	b.WriteString("deadlock: everybody waits, and nothing can change that")
	for i, w := range all {
		if i == shown {
			fmt.Fprintf(&b, "\n  … and %d more", len(all)-i)
			break
		}
		b.WriteString("\n  " + w.line())
	}
	var lines []string
	for _, n := range notes {
		if line := (*n)(); line != "" {
			lines = append(lines, "\n  "+line)
		}
	}
	slices.Sort(lines)
	return b.String() + strings.Join(lines, "")
}

func (w *Wait) line() string {
	text := w.Who.Party() + " waits for " + w.What
	if w.By != nil && w.Kind == Resource {
		var names []string
		for _, p := range w.By() {
			name := p.Party()
			if p == w.Who {
				name = "itself"
			}
			names = append(names, name)
		}
		if len(names) > 5 {
			names = append(names[:5], fmt.Sprintf("%d more", len(names)-5))
		}
		if len(names) > 0 {
			text += ", held by " + strings.Join(names, ", ")
		}
	}
	if w.Pos != "" {
		text += " (" + w.Pos + ")"
	}
	return text
}
