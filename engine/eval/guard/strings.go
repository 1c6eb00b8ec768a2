package guard

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

var stringMethods = map[string]func(call, string) (starlark.Value, error){
	"capitalize": cased,
	"endswith":   affix,
	"format":     formatMethod,
	"islower":    cased,
	"isupper":    cased,
	"join":       join,
	"lower":      cased,
	"lstrip":     strip,
	"replace":    replace,
	"rsplit":     split,
	"rstrip":     strip,
	"split":      split,
	"splitlines": splitLines,
	"startswith": affix,
	"strip":      strip,
	"title":      cased,
	"upper":      cased,
}

// cased is for methods that make a letter another: that may have three bytes for one.
func cased(c call, s string) (starlark.Value, error) {
	if n := int64(len(s)); n > min(c.b.Max, much)/3 && !isASCII(s) {
		if err := c.b.make("string", 3*n, 1); err != nil {
			return nil, err
		}
	}
	return c.plain()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func formatMethod(c call, s string) (starlark.Value, error) {
	r, err := c.b.build(func(t *text) error { return t.format(s, c.args, c.kwargs) })
	if err != nil {
		return nil, err
	}
	return starlark.String(r), nil
}

func replace(c call, s string) (starlark.Value, error) {
	if len(c.args) < 2 {
		return c.plain()
	}
	old, ok := starlark.AsString(c.args[0])
	by, ok2 := starlark.AsString(c.args[1])
	if !ok || !ok2 || len(by) <= len(old) {
		return c.plain()
	}
	grows := int64(len(by) - len(old))
	count := int64(math.MaxInt64)
	if len(c.args) > 2 {
		if n, ok := c.args[2].(starlark.Int); ok {
			if n, ok := n.Int64(); ok && n >= 0 {
				count = n
			}
		}
	}
	most := min(count, int64(len(s))/int64(max(len(old), 1))+1)
	if plus(int64(len(s)), times(most, grows)) > min(c.b.Max, much) {
		most = min(count, int64(strings.Count(s, old)))
		if err := c.b.make("string", plus(int64(len(s)), times(most, grows)), 1); err != nil {
			return nil, err
		}
	}
	return c.plain()
}

// perPart is what a part of a split string takes: in go.starlark.net's list, in that
// of package strings, and by itself.
const perPart = slot + 2*16

func split(c call, s string) (starlark.Value, error) {
	text := ""
	if len(c.args) > 0 && c.args[0] != starlark.None {
		var ok bool
		if text, ok = starlark.AsString(c.args[0]); !ok || text == "" {
			return c.plain()
		}
	}
	count := func() int {
		if text == "" {
			return fields(s)
		}
		return strings.Count(s, text)
	}
	if len(c.args) == 2 { // go.starlark.net makes room for so many
		if n, ok := c.args[1].(starlark.Int); ok {
			if n, ok := n.Int64(); ok && n > patience {
				c.args = starlark.Tuple{c.args[0], starlark.MakeInt(min(int(n), count()))}
			}
		}
	}
	if most := len(s)/max(len(text), 1) + 1; int64(most) > min(c.b.Max, much)/perPart {
		if err := c.b.make("list", int64(count())+1, perPart); err != nil {
			return nil, err
		}
	}
	return c.plain()
}

// fields returns in how many parts white space divides s.
func fields(s string) int {
	n := 0
	for range strings.FieldsSeq(s) {
		n++
	}
	return n
}

func splitLines(c call, s string) (starlark.Value, error) {
	if int64(len(s)) > min(c.b.Max, much)/perPart {
		if err := c.b.make("list", int64(strings.Count(s, "\n"))+1, perPart); err != nil {
			return nil, err
		}
	}
	return c.plain()
}

// strip looks runes up in a set. go.starlark.net goes through all of them for each
// rune of s.
func strip(c call, s string) (_ starlark.Value, err error) {
	if len(c.args) != 1 || len(c.kwargs) > 0 {
		return c.plain()
	}
	chars, ok := starlark.AsString(c.args[0])
	if !ok || times(int64(len(chars)), int64(len(s))) < 1<<20 || isASCII(chars) {
		return c.plain()
	}
	set := map[rune]bool{}
	for _, r := range chars {
		if err := c.b.spend(1); err != nil {
			return nil, err
		}
		set[r] = true
	}
	defer halted(&err)
	in := func(r rune) bool {
		if err := c.b.spend(1); err != nil {
			panic(halt{err})
		}
		return set[r]
	}
	switch c.fn.Name() {
	case "lstrip":
		s = strings.TrimLeftFunc(s, in)
	case "rstrip":
		s = strings.TrimRightFunc(s, in)
	default:
		s = strings.TrimFunc(s, in)
	}
	return starlark.String(s), nil
}

// affix is startswith and endswith, which may be asked for many long affixes.
func affix(c call, s string) (starlark.Value, error) {
	if len(c.args) == 0 {
		return c.plain()
	}
	list, ok := c.args[0].(starlark.Tuple)
	if !ok || len(list) <= 16 {
		return c.plain()
	}
	var x, lo, hi starlark.Value
	if !c.unpack(1, &x, &lo, &hi) {
		return c.plain()
	}
	start, end, err := indices(lo, hi, len(s))
	if err != nil {
		return c.plain()
	}
	s = s[start:max(start, end)]
	has := strings.HasPrefix
	if c.fn.Name() == "endswith" {
		has = strings.HasSuffix
	}
	for i, x := range list {
		t, ok := starlark.AsString(x)
		if !ok {
			return nil, fmt.Errorf("%s: want string, got %s, for element %d", c.fn.Name(), x.Type(), i)
		}
		if err := c.b.spend(1 + min(len(s), len(t))/perElement); err != nil {
			return nil, err
		}
		if has(s, t) {
			return starlark.True, nil
		}
	}
	return starlark.False, nil
}
