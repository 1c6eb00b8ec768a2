package eval

import (
	"strings"

	"go.starlark.net/starlark"
)

// A quickMethod does what a method of a built-in type does in the plain case; no
// value: it is not plain, nothing was done, and the method itself must be called.
type quickMethod func(fr *frame, x starlark.Value, a, b val) val

// A signature is the name of a method and how many arguments it is given.
type signature struct {
	name string
	args int
}

var quickMethods = map[signature]quickMethod{
	{"append", 1}: func(fr *frame, x starlark.Value, a, _ val) val {
		l, ok := x.(*starlark.List)
		if !ok || fr.m.grows(l.Len(), 16) != nil || l.Append(a.value()) != nil {
			return val{}
		}
		fr.m.made += 16
		return none
	},
	{"get", 1}:        func(fr *frame, x starlark.Value, a, _ val) val { return dictGet(fr, x, a, none) },
	{"get", 2}:        dictGet,
	{"strip", 0}:      onString(strings.TrimSpace),
	{"upper", 0}:      onString(strings.ToUpper),
	{"lower", 0}:      onString(strings.ToLower),
	{"startswith", 1}: onStrings(func(s, t string) val { return boolVal(strings.HasPrefix(s, t)) }),
	{"endswith", 1}:   onStrings(func(s, t string) val { return boolVal(strings.HasSuffix(s, t)) }),
	{"find", 1}:       onStrings(func(s, t string) val { return intVal(int64(strings.Index(s, t))) }),
	{"count", 1}:      onStrings(func(s, t string) val { return intVal(int64(strings.Count(s, t))) }),
	{"partition", 1}: onStrings(func(s, t string) val {
		if t == "" {
			return val{}
		}
		before, after, found := strings.Cut(s, t)
		if !found {
			t = ""
		}
		return val{ref: starlark.Tuple{starlark.String(before), starlark.String(t), starlark.String(after)}}
	}),
	{"split", 0}: func(_ *frame, x starlark.Value, _, _ val) val {
		if s, ok := x.(starlark.String); ok && len(s) < small {
			return stringList(strings.Fields(string(s)))
		}
		return val{}
	},
	{"split", 1}: onStrings(func(s, t string) val {
		if t == "" {
			return val{}
		}
		return stringList(strings.Split(s, t))
	}),
	{"replace", 2}: func(_ *frame, x starlark.Value, a, b val) val {
		s, ok1 := x.(starlark.String)
		from, ok2 := a.ref.(starlark.String)
		to, ok3 := b.ref.(starlark.String)
		if !ok1 || !ok2 || !ok3 || len(s)+(len(s)+1)*len(to) >= small {
			return val{}
		}
		return changed(s, strings.ReplaceAll(string(s), string(from), string(to)))
	},
	{"join", 1}: func(fr *frame, x starlark.Value, a, _ val) val {
		s, ok1 := x.(starlark.String)
		l, ok2 := a.ref.(*starlark.List)
		if !ok1 || !ok2 {
			return val{}
		}
		return joined(fr, string(s), l)
	},
}

// dictGet is d.get(k, other).
func dictGet(fr *frame, x starlark.Value, k, other val) val {
	if d, ok := x.(*starlark.Dict); ok {
		key := k.value()
		if fr.m.hashable(key) == nil {
			if v, found, err := d.Get(key); err == nil && found {
				return valOf(v)
			} else if err == nil {
				return other
			}
		}
	}
	return val{}
}

// onString is a method without arguments of strings that are not too long.
func onString(do func(string) string) quickMethod {
	return func(_ *frame, x starlark.Value, _, _ val) val {
		if s, ok := x.(starlark.String); ok && len(s) < small {
			return changed(s, do(string(s)))
		}
		return val{}
	}
}

// changed returns t; if that is s, without a place of its own.
func changed(s starlark.String, t string) val {
	if len(s) == len(t) && string(s) == t {
		return val{ref: s}
	}
	return val{ref: starlark.String(t)}
}

// onStrings is a method with one argument, a string, of strings that are not too long.
func onStrings(do func(s, t string) val) quickMethod {
	return func(fr *frame, x starlark.Value, a, _ val) val {
		s, ok1 := x.(starlark.String)
		t, ok2 := a.ref.(starlark.String)
		if !ok1 || !ok2 || len(s) >= small {
			return val{}
		}
		fr.m.made += int64(len(s))
		return do(string(s), string(t))
	}
}

func stringList(words []string) val {
	list := make([]starlark.Value, len(words))
	for i, w := range words {
		list[i] = starlark.String(w)
	}
	return val{ref: starlark.NewList(list)}
}

// joined is s.join(l) for a list of strings, if it is not too long.
func joined(fr *frame, s string, l *starlark.List) val {
	n := len(s) * max(l.Len()-1, 0)
	for i := range l.Len() {
		w, ok := l.Index(i).(starlark.String)
		if !ok {
			return val{}
		}
		if n += len(w); n >= small {
			return val{}
		}
	}
	var b strings.Builder
	b.Grow(n)
	for i := range l.Len() {
		if i > 0 {
			b.WriteString(s)
		}
		b.WriteString(string(l.Index(i).(starlark.String)))
	}
	fr.m.made += int64(n)
	return val{ref: starlark.String(b.String())}
}
