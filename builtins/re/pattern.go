package re

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A pattern is a compiled one. It is immutable.
type pattern struct{ *program }

var (
	_ starlark.HasAttrs   = (*pattern)(nil)
	_ starlark.Comparable = (*pattern)(nil)
)

// class Pattern
//
// A Pattern is what re.compile returns. It is immutable, and all tasks may use it.
//
//	pattern: str                its text
//	flags: int                  of re.compile
//	groups: int                 how many groups it has
//	groupindex: dict[str, int]  numbers of the groups that have names
var patternAttrs = builtin.Attrs[*pattern]{
	"search":     bound("search", (*pattern).search),
	"match":      bound("match", (*pattern).match),
	"fullmatch":  bound("fullmatch", (*pattern).fullmatch),
	"findall":    bound("findall", (*pattern).findall),
	"finditer":   bound("finditer", (*pattern).finditer),
	"sub":        bound("sub", (*pattern).sub),
	"split":      bound("split", (*pattern).split),
	"pattern":    func(p *pattern) (starlark.Value, error) { return starlark.String(p.src), nil },
	"flags":      func(p *pattern) (starlark.Value, error) { return starlark.MakeInt(p.flags), nil },
	"groups":     func(p *pattern) (starlark.Value, error) { return starlark.MakeInt(p.groups), nil },
	"groupindex": (*pattern).groupindex,
}

var patternGuesses = map[string]string{
	"subn": "sub(…)", "replace": "sub(…)", "find": "search(…)", "find_all": "findall(…)", "test": "search(…)", "exec": "search(…)",
	"source": "pattern", "regex": "pattern", "scanner": "finditer(…)",
}

// bound makes a method of a pattern an attribute.
func bound(name string, method func(*pattern, *call) (starlark.Value, error)) func(*pattern) (starlark.Value, error) {
	return builtin.Method(name, func(p *pattern, thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return method(p, &call{t: engine.Of(thread), fn: name, args: args, kwargs: kwargs})
	})
}

func (p *pattern) Attr(name string) (starlark.Value, error) {
	return patternAttrs.Get(p, name, patternGuesses)
}
func (p *pattern) AttrNames() []string { return patternAttrs.Names() }

func (p *pattern) Type() string          { return "re.pattern" }
func (p *pattern) Freeze()               {} // immutable
func (p *pattern) Truth() starlark.Bool  { return true }
func (p *pattern) Hash() (uint32, error) { return starlark.String(p.src).Hash() }

// CompareSameType compares patterns by their text and flags.
func (p *pattern) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	q := y.(*pattern)
	return builtin.Equality(op, p.src == q.src && p.flags == q.flags, "patterns")
}

// String returns the call that makes it.
func (p *pattern) String() string {
	var names []string
	for _, f := range []struct {
		flag int
		name string
	}{{flagI, "re.IGNORECASE"}, {flagM, "re.MULTILINE"}, {flagS, "re.DOTALL"}, {flagX, "re.VERBOSE"}, {flagA, "re.ASCII"}} {
		if p.flags&f.flag != 0 {
			names = append(names, f.name)
		}
	}
	text := "re.compile(" + starlark.String(p.src).String()
	if len(names) > 0 {
		text += ", " + strings.Join(names, " | ")
	}
	return text + ")"
}

// groupindex returns the numbers of the groups that have names, in a fresh dict.
func (p *pattern) groupindex() (starlark.Value, error) {
	d := starlark.NewDict(len(p.names))
	for _, g := range p.names {
		if err := d.SetKey(starlark.String(g.name), starlark.MakeInt(g.n)); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// An input is what a method looks for matches in: the text up to to, from from on.
type input struct {
	text     string
	from, to int
}

// input takes the arguments string, and pos and endpos, which only methods have.
func (c *call) input(p *pattern) (*pattern, *input, error) {
	in := &input{}
	var pos, endpos starlark.Value
	pairs := []any{"string", &in.text}
	if !c.direct {
		pairs = append(pairs, "pos?", &pos, "endpos?", &endpos)
	}
	p, err := c.unpack(p, pairs...)
	if err != nil {
		return nil, nil, err
	}
	if in.from, err = in.position(c.fn, "pos", pos, 0); err != nil {
		return nil, nil, err
	}
	in.to, err = in.position(c.fn, "endpos", endpos, len(in.text))
	return p, in, err
}

// position brings a position into the text; one within a character moves to its end.
func (in *input) position(fn, name string, v starlark.Value, otherwise int) (int, error) {
	if v == nil || v == starlark.None {
		return otherwise, nil
	}
	i, ok := v.(starlark.Int)
	if !ok {
		return 0, fmt.Errorf("%s: %s must be an int, not %s", fn, name, v.Type())
	}
	at, ok := i.Int64()
	switch {
	case i.Sign() <= 0:
		return 0, nil
	case !ok || at > int64(len(in.text)):
		return len(in.text), nil
	}
	for at < int64(len(in.text)) && !utf8.RuneStart(in.text[at]) {
		at++
	}
	return int(at), nil
}

// def Pattern.search(string: str, pos: int = 0, endpos: int | None = None) -> Match | None
//
// search returns the first match, or None.
func (p *pattern) search(c *call) (starlark.Value, error) { return p.one(c, first) }

// def Pattern.match(string: str, pos: int = 0, endpos: int | None = None) -> Match | None
//
// match returns the match that begins at pos, or None.
func (p *pattern) match(c *call) (starlark.Value, error) { return p.one(c, only) }

// def Pattern.fullmatch(string: str, pos: int = 0, endpos: int | None = None) -> Match | None
//
// fullmatch returns the match of the whole string, or None.
func (p *pattern) fullmatch(c *call) (starlark.Value, error) { return p.one(c, whole) }

func (p *pattern) one(c *call, kind form) (starlark.Value, error) {
	p, in, err := c.input(p)
	if err != nil || in.from > in.to {
		return starlark.None, err
	}
	s, err := p.scan(in.text[:in.to], c.t)
	if err != nil {
		return nil, err
	}
	caps, err := s.find(kind, in.from)
	if caps == nil || err != nil {
		return starlark.None, err
	}
	return &match{re: p, input: in, caps: caps}, nil
}
