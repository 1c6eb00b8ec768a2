package re

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// def Pattern.sub(repl: str | Callable[[Match], str], string: str, count: int = 0) -> str
//
// sub returns the string with matches replaced, the first count of them if that is not
// 0. repl is a text in which \1, \g<1> and \g<name> stand for groups, or a function that
// is called with each match and returns a string.
func (p *pattern) sub(c *call) (starlark.Value, error) {
	var repl starlark.Value
	var text string
	count := 0
	p, err := c.unpack(p, "repl", &repl, "string", &text, "count?", &count)
	if err != nil {
		return nil, err
	}
	expand, err := p.replacer(c, repl, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.fn, err)
	}
	out := builder{t: c.t}
	last, n := 0, 0
	if count >= 0 {
		err = p.each(c.t, text, 0, func(caps []int) (bool, error) {
			if err := out.add(text[last:caps[0]]); err != nil {
				return false, err
			}
			last = caps[1]
			n++
			return n != count, expand(&out, caps)
		})
	}
	switch {
	case err != nil:
		return nil, err
	case n == 0:
		return starlark.String(text), nil
	}
	err = out.add(text[last:])
	return starlark.String(out.String()), err
}

// A builder is a text that grows, as far as there is room.
type builder struct {
	strings.Builder
	t *engine.Thread
}

// add appends s.
func (b *builder) add(s string) error {
	if n := b.Len() + len(s); n > b.Cap() && n > 1<<16 {
		if err := b.t.Room(2 * int64(n)); err != nil { // growing doubles
			return err
		}
	}
	b.WriteString(s)
	return nil
}

// replacer returns what writes what a match is replaced by.
func (p *pattern) replacer(c *call, repl starlark.Value, text string) (func(*builder, []int) error, error) {
	switch repl := repl.(type) {
	case starlark.String:
		t, err := p.template(string(repl))
		if err != nil {
			return nil, err
		}
		return func(out *builder, caps []int) error { return t.expand(out, text, caps) }, nil
	case starlark.Callable:
		in := &input{text, 0, len(text)}
		return func(out *builder, caps []int) error {
			v, err := starlark.Call(c.t.Starlark(), repl, starlark.Tuple{&match{re: p, input: in, caps: caps}}, nil)
			if err != nil {
				return err
			}
			s, ok := v.(starlark.String)
			if !ok {
				return fmt.Errorf("%s: %s must return a string, not %s", c.fn, repl.Name(), v.Type())
			}
			return out.add(string(s))
		}, nil
	}
	return nil, fmt.Errorf("repl must be a string or a function, not %s", repl.Type())
}

// A template is a replacement taken apart: texts, and groups between them.
type template []part

// A part is a text, or the group that has a number.
type part struct {
	text  string
	group int // -1: text
}

func (t template) expand(out *builder, text string, caps []int) error {
	for _, p := range t {
		s := p.text
		if p.group >= 0 {
			s = string(piece(text, caps[2*p.group], caps[2*p.group+1]))
		}
		if err := out.add(s); err != nil {
			return err
		}
	}
	return nil
}

// template reads a replacement.
func (p *pattern) template(src string) (template, error) {
	var t template
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			t = append(t, part{text.String(), -1})
			text.Reset()
		}
	}
	for i := 0; i < len(src); {
		next := strings.IndexByte(src[i:], '\\')
		if next < 0 {
			text.WriteString(src[i:])
			break
		}
		text.WriteString(src[i : i+next])
		i += next
		group, r, n, err := p.reference(src[i:])
		if err != nil {
			return nil, fmt.Errorf("%w at byte %d of the replacement", err, i)
		}
		if group >= 0 {
			flush()
			t = append(t, part{"", group})
		} else {
			text.WriteString(r)
		}
		i += n
	}
	flush()
	return t, nil
}

// reference reads what begins with a backslash: a group, or -1 and a text; n bytes.
func (p *pattern) reference(s string) (group int, text string, n int, err error) {
	if len(s) < 2 {
		return 0, "", 0, fmt.Errorf("bad escape (end of replacement)")
	}
	c := s[1]
	switch {
	case c == 'g':
		return p.named(s)
	case c == '0' || isOctal(s[1:]):
		r, n, ok := octal(s[1:])
		if !ok {
			return 0, "", 0, fmt.Errorf("octal escape value %s outside of range 0-0o377", s[:1+n])
		}
		return -1, string(r), 1 + n, nil
	case c >= '1' && c <= '9':
		end := 2
		if len(s) > 2 && s[2] >= '0' && s[2] <= '9' {
			end = 3
		}
		group, _ = strconv.Atoi(s[1:end]) // digits only
		return group, "", end, p.exists(group)
	}
	if r, ok := simpleEscapes[c]; ok {
		return -1, string(r), 2, nil
	}
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
		return 0, "", 0, fmt.Errorf("bad escape \\%c", c)
	}
	_, w := utf8.DecodeRuneInString(s[1:])
	return -1, s[:1+w], 1 + w, nil // Python keeps the backslash
}

func (p *pattern) exists(group int) error {
	if group > p.groups {
		return fmt.Errorf("invalid group reference %d: the pattern has %d groups", group, p.groups)
	}
	return nil
}

// named reads \g<name> or \g<1>.
func (p *pattern) named(s string) (group int, text string, n int, err error) {
	name, _, ok := strings.Cut(strings.TrimPrefix(s, `\g<`), ">")
	if !ok || !strings.HasPrefix(s, `\g<`) {
		return 0, "", 0, fmt.Errorf(`missing <name> after \g`)
	}
	n = len(name) + len(`\g<>`)
	if group, err := strconv.ParseUint(name, 10, 31); err == nil {
		return int(group), "", n, p.exists(int(group))
	}
	if group, ok := p.number(name); ok {
		return group, "", n, nil
	}
	return 0, "", 0, fmt.Errorf("unknown group name %q", name)
}
