package re

import (
	"errors"
	"fmt"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// A match is one that was found. It is immutable.
type match struct {
	*input
	re   *pattern
	caps []int // positions in bytes, of the whole and each group; -1: took no part
}

var (
	_ starlark.HasAttrs = (*match)(nil)
	_ starlark.Mapping  = (*match)(nil)
)

// class Match
//
// A Match is where a pattern matched. m[group] is m.group(group).
//
//	string: str            the text that was searched
//	pos: int               from where
//	endpos: int            up to where
//	re: Pattern            what matched
//	lastindex: int | None  number of the group that was closed last
//	lastgroup: str | None  its name
//
// def Match.__getitem__(group: int | str) -> Any
var matchAttrs = builtin.Attrs[*match]{
	"group":     builtin.Method("group", (*match).group),
	"groups":    builtin.Method("groups", (*match).groups),
	"groupdict": builtin.Method("groupdict", (*match).groupdict),
	"start":     builtin.Method("start", positionMethod("start", func(m *match, n int) starlark.Value { return starlark.MakeInt(m.caps[2*n]) })),
	"end":       builtin.Method("end", positionMethod("end", func(m *match, n int) starlark.Value { return starlark.MakeInt(m.caps[2*n+1]) })),
	"span": builtin.Method("span", positionMethod("span", func(m *match, n int) starlark.Value {
		return starlark.Tuple{starlark.MakeInt(m.caps[2*n]), starlark.MakeInt(m.caps[2*n+1])}
	})),
	"expand":    builtin.Method("expand", (*match).expand),
	"string":    func(m *match) (starlark.Value, error) { return starlark.String(m.text), nil },
	"pos":       func(m *match) (starlark.Value, error) { return starlark.MakeInt(m.from), nil },
	"endpos":    func(m *match) (starlark.Value, error) { return starlark.MakeInt(m.to), nil },
	"re":        func(m *match) (starlark.Value, error) { return m.re, nil },
	"lastindex": (*match).lastindex,
	"lastgroup": (*match).lastgroup,
}

var matchGuesses = map[string]string{
	"text": "group()", "value": "group()", "captures": "groups()", "named": "groupdict()", "index": "start()",
	"pattern": "re.pattern", "replace": "expand(…), or re.sub(…)",
}

func (m *match) Attr(name string) (starlark.Value, error) {
	return matchAttrs.Get(m, name, matchGuesses)
}
func (m *match) AttrNames() []string { return matchAttrs.Names() }

func (m *match) Type() string          { return "re.match" }
func (m *match) Freeze()               {} // immutable
func (m *match) Truth() starlark.Bool  { return true }
func (m *match) Hash() (uint32, error) { return 0, errors.New("unhashable type: re.match") }

// String prints as Python does, without a long end.
func (m *match) String() string {
	const long = 50
	text := m.text[m.caps[0]:m.caps[1]]
	dots := ""
	if len(text) > long {
		text, dots = text[:long], "…"
	}
	return fmt.Sprintf("<re.match span=(%d, %d) match=%s%s>", m.caps[0], m.caps[1], starlark.String(text), dots)
}

// Get returns a group by number or name: m[1], m["name"].
func (m *match) Get(key starlark.Value) (starlark.Value, bool, error) {
	n, err := m.number(key)
	if err != nil {
		return nil, false, err
	}
	return m.at(n, starlark.None), true, nil
}

// number returns the number of a group that exists.
func (m *match) number(key starlark.Value) (int, error) {
	switch key := key.(type) {
	case starlark.Int:
		if n, ok := key.Int64(); ok && n >= 0 && n <= int64(m.re.groups) {
			return int(n), nil
		}
		return 0, fmt.Errorf("no such group: %v; the pattern has %d", key, m.re.groups)
	case starlark.String:
		if n, ok := m.re.number(string(key)); ok {
			return n, nil
		}
		return 0, fmt.Errorf("no such group: %v", key)
	}
	return 0, fmt.Errorf("a group is a number or a name, not %s", key.Type())
}

// at returns the text of a group, or otherwise if it took no part.
func (m *match) at(n int, otherwise starlark.Value) starlark.Value {
	if m.caps[2*n] < 0 {
		return otherwise
	}
	return piece(m.text, m.caps[2*n], m.caps[2*n+1])
}

// def Match.group(*groups: int | str) -> Any
//
// group returns the text of a group, by number or name, of the whole match by default;
// a tuple of them if several are asked for. None: it took no part.
func (m *match) group(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("group", nil, kwargs); err != nil {
		return nil, err
	}
	if len(args) == 0 {
		return m.at(0, starlark.None), nil
	}
	t := make(starlark.Tuple, len(args))
	for i, key := range args {
		n, err := m.number(key)
		if err != nil {
			return nil, fmt.Errorf("group: %w", err)
		}
		t[i] = m.at(n, starlark.None)
	}
	if len(t) == 1 {
		return t[0], nil
	}
	return t, nil
}

// def Match.groups(default=None) -> tuple
//
// groups returns a tuple of all groups.
func (m *match) groups(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var otherwise starlark.Value = starlark.None
	if err := starlark.UnpackArgs("groups", args, kwargs, "default?", &otherwise); err != nil {
		return nil, err
	}
	t := make(starlark.Tuple, m.re.syntaxInfo.groups)
	for i := range t {
		t[i] = m.at(i+1, otherwise)
	}
	return t, nil
}

// def Match.groupdict(default=None) -> dict[str, Any]
//
// groupdict returns a dict of the groups that have names.
func (m *match) groupdict(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var otherwise starlark.Value = starlark.None
	if err := starlark.UnpackArgs("groupdict", args, kwargs, "default?", &otherwise); err != nil {
		return nil, err
	}
	d := starlark.NewDict(len(m.re.names))
	for _, g := range m.re.names {
		if err := d.SetKey(starlark.String(g.name), m.at(g.n, otherwise)); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// def Match.start(group: int | str = 0) -> int
// def Match.end(group: int | str = 0) -> int
// def Match.span(group: int | str = 0) -> tuple[int, int]
//
// They return where a group starts, ends, or both. Positions are in bytes, so that m.string[m.start():m.end()] is the match; -1 if the
// group took no part.
func positionMethod(name string, of func(m *match, n int) starlark.Value) builtin.MethodFunc[*match] {
	return func(m *match, _ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var key starlark.Value = starlark.MakeInt(0)
		if err := starlark.UnpackArgs(name, args, kwargs, "group?", &key); err != nil {
			return nil, err
		}
		n, err := m.number(key)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return of(m, n), nil
	}
}

// def Match.expand(template: str) -> str
//
// expand returns a replacement as sub makes it.
func (m *match) expand(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var src string
	if err := starlark.UnpackArgs("expand", args, kwargs, "template", &src); err != nil {
		return nil, err
	}
	t, err := m.re.template(src)
	if err != nil {
		return nil, fmt.Errorf("expand: %w", err)
	}
	out := &builder{t: engine.Of(thread)}
	if err := t.expand(out, m.text, m.caps); err != nil {
		return nil, err
	}
	return starlark.String(out.String()), nil
}

// last returns the number of the group that was closed last, 0 if there is none.
func (m *match) last() int {
	last, end := 0, -1
	for _, n := range m.re.closing {
		if m.caps[2*n+1] >= max(end, 0) {
			last, end = n, m.caps[2*n+1]
		}
	}
	return last
}

// lastindex is the number of the group that was closed last, or None.
func (m *match) lastindex() (starlark.Value, error) {
	if n := m.last(); n > 0 {
		return starlark.MakeInt(n), nil
	}
	return starlark.None, nil
}

// lastgroup is the name of the group that was closed last, or None.
func (m *match) lastgroup() (starlark.Value, error) {
	n := m.last()
	for _, g := range m.re.names {
		if g.n == n {
			return starlark.String(g.name), nil
		}
	}
	return starlark.None, nil
}
