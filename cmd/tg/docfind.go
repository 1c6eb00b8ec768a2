package main

import (
	"fmt"
	"strings"

	"github.com/starlark-tg/tg/builtins/reference"
	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine"
)

// find returns the entry of a name; if there is none, that of a name which only has other
// capitals.
func (d *docPage) find(name string) (found reference.Entry, ok bool) {
	for _, e := range d.entries {
		switch {
		case e.Name == name:
			return e, true
		case !ok && strings.EqualFold(e.Name, name):
			found, ok = e, true
		}
	}
	return found, ok
}

// missing says that a name is not there, and which are near.
func (d *docPage) missing(name string) string {
	text := fmt.Sprintf("there is no %s in the reference", draw.OneLine(name))
	if near := d.near(name); len(near) > 0 {
		return text + "; did you mean " + either(near) + "?"
	}
	return text + "; tg doc lists what there is"
}

// near returns the names that may be meant: those that end like it, or else the most similar
// one, first of what it says that it belongs to.
func (d *docPage) near(name string) []string {
	owner, short, dotted := strings.Cut(name, ".")
	if !dotted {
		owner, short = "", name
	}
	var same, siblings, all []string
	for _, e := range d.entries {
		if e.Special() {
			continue
		}
		all = append(all, e.Name)
		if dotted && strings.EqualFold(e.Owner(), owner) {
			siblings = append(siblings, e.Short())
		}
		if e.Owner() != "" && strings.EqualFold(e.Short(), short) {
			same = append(same, e.Name)
		}
	}
	if best := engine.Nearest(short, siblings); best != "" {
		e, _ := d.find(owner + "." + best)
		return []string{e.Name}
	}
	if len(same) > 0 {
		return same[:min(len(same), 5)]
	}
	if best := engine.Nearest(name, all); best != "" {
		return []string{best}
	}
	return nil
}

// either joins names: a, b or c.
func either(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
