package re

import (
	"fmt"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// each calls f with every match in a text, from a position on, until f wants no more.
func (p *pattern) each(t *engine.Thread, text string, from int, f func(caps []int) (more bool, err error)) error {
	s, err := p.scan(text, t)
	if err != nil {
		return err
	}
	for w := (walk{scan: s, at: from}); ; {
		caps, err := w.step()
		if caps == nil || err != nil {
			return err
		}
		if more, err := f(caps); !more || err != nil {
			return err
		}
	}
}

// A results is a list that grows, as far as there is room.
type results struct {
	t    *engine.Thread
	list []starlark.Value
}

const perResult = 64 // bytes of one, with its share of what the list has to spare

func (r *results) add(values ...starlark.Value) error {
	if n := len(r.list); n>>16 != (n+len(values))>>16 {
		if err := r.t.Room(int64(n+len(values)) * perResult); err != nil {
			return err
		}
	}
	r.list = append(r.list, values...)
	return nil
}

// def Pattern.findall(string: str, pos: int = 0, endpos: int | None = None) -> list
//
// findall returns a list of all matches: the text of each, or of its group, or a tuple
// of its groups if there are several.
func (p *pattern) findall(c *call) (starlark.Value, error) {
	p, in, err := c.input(p)
	if err != nil {
		return nil, err
	}
	r := results{t: c.t}
	err = p.each(c.t, in.text[:in.to], in.from, func(caps []int) (bool, error) {
		return true, r.add(found(in.text, caps))
	})
	if err != nil {
		return nil, err
	}
	return starlark.NewList(r.list), nil
}

// found is what findall makes of a match.
func found(text string, caps []int) starlark.Value {
	if len(caps) <= 4 {
		return piece(text, caps[len(caps)-2], caps[len(caps)-1])
	}
	t := make(starlark.Tuple, len(caps)/2-1)
	for i := range t {
		t[i] = piece(text, caps[2*i+2], caps[2*i+3])
	}
	return t
}

// piece returns a part of the text, "" if it took no part in the match.
func piece(text string, from, to int) starlark.String {
	if from < 0 {
		return ""
	}
	return starlark.String(text[from:to])
}

// def Pattern.finditer(string: str, pos: int = 0, endpos: int | None = None) -> Iterable[Match]
//
// finditer returns what can be iterated over: each match is looked for when its turn
// comes.
func (p *pattern) finditer(c *call) (starlark.Value, error) {
	p, in, err := c.input(p)
	if err != nil {
		return nil, err
	}
	return &matches{re: p, input: in}, nil
}

// matches are those of a text. They are immutable, and may be iterated over many times.
type matches struct {
	*input
	re *pattern
}

var _ engine.Stream = (*matches)(nil)

func (m *matches) String() string        { return fmt.Sprintf("<matches of %v>", m.re) }
func (m *matches) Type() string          { return "re.matches" }
func (m *matches) Freeze()               {} // immutable
func (m *matches) Truth() starlark.Bool  { return true }
func (m *matches) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable type: %s", m.Type()) }

// Iterate is IterateOn for who has no thread, and cannot be stopped.
func (m *matches) Iterate() starlark.Iterator { return m.iterate(nil) }

// IterateOn returns an iterator that ends when the thread must stop.
func (m *matches) IterateOn(thread *starlark.Thread) (starlark.Iterator, error) {
	return m.iterate(engine.TryOf(thread)), nil
}

func (m *matches) iterate(t *engine.Thread) starlark.Iterator {
	it := &matchIterator{m: m}
	var s *scan
	if s, it.err = m.re.scan(m.text[:m.to], t); it.err == nil {
		it.walk = walk{scan: s, at: m.from}
	}
	return it
}

type matchIterator struct {
	m    *matches
	walk walk
	err  error
}

// Next looks for the next match.
func (it *matchIterator) Next(v *starlark.Value) bool {
	if it.err != nil {
		return false
	}
	var caps []int
	if caps, it.err = it.walk.step(); caps == nil {
		return false
	}
	*v = &match{re: it.m.re, input: it.m.input, caps: caps}
	return true
}

// Err returns why the thread must stop, if that is why there are no more.
func (it *matchIterator) Err() error { return it.err }

// Done does nothing.
func (it *matchIterator) Done() {}

// def Pattern.split(string: str, maxsplit: int = 0) -> list
//
// split returns a list of what lies between the matches, and of their groups. At most
// maxsplit matches count, if that is not 0.
func (p *pattern) split(c *call) (starlark.Value, error) {
	var text string
	most := 0
	p, err := c.unpack(p, "string", &text, "maxsplit?", &most)
	if err != nil {
		return nil, err
	}
	r := results{t: c.t}
	last, n := 0, 0
	if most >= 0 {
		err = p.each(c.t, text, 0, func(caps []int) (bool, error) {
			if err := r.add(starlark.String(text[last:caps[0]])); err != nil {
				return false, err
			}
			for i := 2; i < len(caps); i += 2 {
				var group starlark.Value = starlark.None
				if caps[i] >= 0 {
					group = piece(text, caps[i], caps[i+1])
				}
				if err := r.add(group); err != nil {
					return false, err
				}
			}
			last = caps[1]
			n++
			return n != most, nil
		})
	}
	if err != nil {
		return nil, err
	}
	return starlark.NewList(append(r.list, starlark.String(text[last:]))), nil
}
