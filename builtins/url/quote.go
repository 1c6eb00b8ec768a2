package url

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// A function is what a module's name is bound to.
type function = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)

// stride is how many bytes are worked on between two looks at whether to stop.
const stride = 1 << 16

// def quote(string: str | bytes, safe: str = "/") -> str
// def quote_plus(string: str | bytes, safe: str = "") -> str
//
// They write what is neither a letter nor a digit of ASCII, nor one of "_.-~" or safe,
// as %XX; quote_plus writes a space as "+". They take strings or bytes.
func quoteFn(safe string, plus bool) function {
	return func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var v starlark.Value
		safe := safe
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "string", &v, "safe?", &safe); err != nil {
			return nil, err
		}
		q := quoter{t: engine.Of(thread), keep: keeping(safe, plus)}
		s, ok := builtin.Bytes(v)
		if !ok {
			return nil, fmt.Errorf("%s: string must be a string or bytes, not %s", b.Name(), v.Type())
		}
		err := q.add(s)
		return starlark.String(q.out.String()), err
	}
}

// keeping returns what brings back what must stay as it is from what url.QueryEscape makes.
func keeping(safe string, plus bool) *strings.Replacer {
	var pairs []string
	for _, c := range []byte(safe) {
		if c < 0x80 && c != ' ' {
			pairs = append(pairs, fmt.Sprintf("%%%02X", c), string(c))
		}
	}
	switch {
	case strings.Contains(safe, " "):
		pairs = append(pairs, "+", " ")
	case !plus:
		pairs = append(pairs, "+", "%20")
	}
	return strings.NewReplacer(pairs...)
}

// A quoter writes quoted text.
type quoter struct {
	t    *engine.Thread
	keep *strings.Replacer
	out  strings.Builder
}

// add appends s, quoted.
func (q *quoter) add(s string) error {
	if n := q.out.Len() + 3*len(s); n > q.out.Cap() {
		if err := q.t.Room(2 * int64(n)); err != nil {
			return err
		}
	}
	for s != "" {
		if err := q.t.Cancelled(); err != nil {
			return err
		}
		n := min(len(s), stride)
		_, _ = q.keep.WriteString(&q.out, url.QueryEscape(s[:n])) // never fails
		s = s[n:]
	}
	return nil
}

// def unquote(string: str) -> str
// def unquote_plus(string: str) -> str
//
// They read %XX as the bytes of UTF-8, what is not UTF-8 as U+FFFD; unquote_plus reads
// "+" as a space.
func unquoteFn(plus bool) function {
	return func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var s string
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "string", &s); err != nil {
			return nil, err
		}
		out, err := unquote(engine.Of(thread), s, plus)
		return starlark.String(out), err
	}
}

// unquote is lenient, as url.QueryUnescape is not: a "%" without two digits is one.
func unquote(t *engine.Thread, s string, plus bool) (string, error) {
	if err := t.Room(2 * int64(len(s))); err != nil {
		return "", err
	}
	if plus {
		s = strings.ReplaceAll(s, "+", " ")
	}
	var out strings.Builder
	for n := 0; ; n++ {
		before, rest, found := strings.Cut(s, "%")
		out.WriteString(before)
		if !found {
			return strings.ToValidUTF8(out.String(), "\ufffd"), nil
		}
		if n%stride == stride-1 {
			if err := t.Cancelled(); err != nil {
				return "", err
			}
		}
		c, err := hex.DecodeString(rest[:min(2, len(rest))])
		if err != nil || len(c) == 0 {
			c, s = []byte{'%'}, rest
		} else {
			s = rest[2:]
		}
		out.Write(c)
	}
}

// def urlencode(query: dict | list, doseq: bool = False, safe: str = "") -> str
//
// urlencode returns the query of a URL: of a dict, or of a list of pairs. doseq has each
// element of a list or tuple become a pair of its own.
func urlencode(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var query starlark.Value
	doseq, safe := false, ""
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "query", &query, "doseq?", &doseq, "safe?", &safe); err != nil {
		return nil, err
	}
	q := &quoter{t: engine.Of(thread), keep: keeping(safe, true)}
	if m, ok := query.(starlark.IterableMapping); ok {
		for _, kv := range m.Items() {
			if err := q.pair(kv[0], kv[1], doseq); err != nil {
				return nil, err
			}
		}
		return starlark.String(q.out.String()), nil
	}
	if _, ok := query.(starlark.Iterable); !ok {
		return nil, fmt.Errorf("%s: query must be a dict or a list of pairs, not %s", b.Name(), query.Type())
	}
	err := engine.Each(thread, query, func(x starlark.Value) error {
		kv, ok := x.(starlark.Indexable)
		if _, is := builtin.Bytes(x); !ok || is || kv.Len() != 2 {
			return fmt.Errorf("%s: query must be a dict or a list of pairs; %s is no pair", b.Name(), x.Type())
		}
		return q.pair(kv.Index(0), kv.Index(1), doseq)
	})
	return starlark.String(q.out.String()), err
}

// pair appends name=value.
func (q *quoter) pair(k, v starlark.Value, doseq bool) error {
	_, is := builtin.Bytes(v)
	if list, ok := v.(starlark.Indexable); ok && doseq && !is {
		for i := range list.Len() {
			if err := q.pair(k, list.Index(i), false); err != nil {
				return err
			}
		}
		return nil
	}
	if q.out.Len() > 0 {
		q.out.WriteByte('&')
	}
	if err := q.value(k); err != nil {
		return err
	}
	q.out.WriteByte('=')
	return q.value(v)
}

func (q *quoter) value(v starlark.Value) error {
	if s, ok := builtin.Bytes(v); ok {
		return q.add(s)
	}
	if err := q.t.Printable(v); err != nil {
		return err
	}
	return q.add(v.String())
}

// def parse_qs(qs: str, keep_blank_values: bool = False, strict_parsing: bool = False, separator: str = "&") -> dict[str, list[str]]
//
// parse_qs returns a dict of a query: each name with the list of its values.
func parseQS(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	d := new(starlark.Dict)
	return d, eachPair(thread, b.Name(), args, kwargs, func(k, v starlark.Value) error {
		if list, ok, _ := d.Get(k); ok { // a string can be looked up
			return list.(*starlark.List).Append(v)
		}
		return d.SetKey(k, starlark.NewList([]starlark.Value{v}))
	})
}

// def parse_qsl(qs: str, keep_blank_values: bool = False, strict_parsing: bool = False, separator: str = "&") -> list[tuple[str, str]]
//
// parse_qsl returns a list of names with values.
func parseQSL(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	list := starlark.NewList(nil)
	return list, eachPair(thread, b.Name(), args, kwargs, func(k, v starlark.Value) error { return list.Append(starlark.Tuple{k, v}) })
}

// eachPair calls f with the pairs of a query, in their order.
func eachPair(thread *starlark.Thread, fn string, args starlark.Tuple, kwargs []starlark.Tuple, f func(k, v starlark.Value) error) error {
	var qs string
	blank, strict, separator := false, false, "&"
	if err := starlark.UnpackArgs(fn, args, kwargs, "qs", &qs, "keep_blank_values?", &blank, "strict_parsing?", &strict, "separator?", &separator); err != nil {
		return err
	}
	if separator == "" {
		return fmt.Errorf("%s: separator must not be empty", fn)
	}
	t := engine.Of(thread)
	for pair := range strings.SplitSeq(qs, separator) {
		if err := t.Cancelled(); err != nil {
			return err
		}
		k, v, ok := strings.Cut(pair, "=")
		switch {
		case pair == "" && (!strict || qs == ""):
			continue
		case !ok && strict:
			return fmt.Errorf("%s: %.100q is no name=value", fn, pair)
		case v == "" && !blank:
			continue
		}
		name, err := unquote(t, k, true)
		if err != nil {
			return err
		}
		value, err := unquote(t, v, true)
		if err != nil {
			return err
		}
		if err := f(starlark.String(name), starlark.String(value)); err != nil {
			return err
		}
	}
	return nil
}
