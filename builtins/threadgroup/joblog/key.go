package joblog

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Key says which task a line is about, across runs: its group, its name, its
// arguments, and the how-manieth of the run's tasks it is that are equal in these, from
// 1. The code of its function is not part of it. Keys are made by [Keys].
type Key struct {
	Group, Task, Args string
	N                 int
}

// Keys makes the keys of one run. The zero value is ready. Safe for concurrent use;
// equal tasks are told apart by the order of the calls.
type Keys struct {
	mu   sync.Mutex
	seen map[Key]int // without N; guarded by mu
}

// Next returns the key of the run's next task with these names and arguments.
func (k *Keys) Next(group, task, args string) Key {
	key := Key{Group: fit(group), Task: fit(task), Args: fit(args)}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seen == nil {
		k.seen = map[Key]int{}
	}
	k.seen[key]++
	key.N = k.seen[key]
	return key
}

// ArgsText writes the arguments of a task as they stand in its key: ("a", 1), k=2.
// Those by name are sorted. repr writes a value; arguments are as equal as what it
// makes of them.
func ArgsText(args starlark.Tuple, kwargs []starlark.Tuple, repr func(starlark.Value) string) string {
	var b strings.Builder
	b.WriteByte('(')
	for i, v := range args {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(repr(v))
	}
	if len(args) == 1 {
		b.WriteByte(',')
	}
	b.WriteByte(')')
	named := make([]string, len(kwargs))
	for i, kv := range kwargs {
		named[i] = parameter(kv[0]) + "=" + repr(kv[1])
	}
	slices.Sort(named)
	for _, s := range named {
		b.WriteString(", " + s)
	}
	return b.String()
}

// parameter writes the name of an argument: quoted if only ** can give it.
func parameter(name starlark.Value) string {
	s, ok := starlark.AsString(name)
	if !ok {
		return name.String()
	}
	for i, r := range s {
		if r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || i > 0 && '0' <= r && r <= '9' {
			continue
		}
		return syntax.Quote(s, false)
	}
	if s == "" {
		return `""`
	}
	return s
}

const (
	longest = 1000 // bytes of a text that stands in the file as it is
	mark    = "… sha256:"
)

// fit returns s, or if it is too long, is no UTF-8 or looks like what fit has made, its
// beginning and its hash: texts that differ stay different.
func fit(s string) string {
	if len(s) <= longest && utf8.ValidString(s) && !strings.Contains(s, mark) {
		return s
	}
	return fmt.Sprintf("%s%s%x", cut(s), mark, sha256.Sum256([]byte(s)))
}

// cut returns the beginning of s, in valid UTF-8.
func cut(s string) string {
	if len(s) > longest {
		end := longest
		for end > longest-utf8.UTFMax && !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
