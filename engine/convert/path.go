package convert

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

// A PathError says where in a value a conversion failed.
type PathError struct {
	Path string // such as hosts[3]["port"]; it begins with the name that the caller gave
	Err  error
}

func (e *PathError) Error() string {
	if e.Path == "" {
		return e.Err.Error()
	}
	return e.Path + ": " + e.Err.Error()
}

// Unwrap returns what went wrong there.
func (e *PathError) Unwrap() error { return e.Err }

// cause returns err without its place.
func cause(err error) error {
	if at, ok := err.(*PathError); ok {
		return at.Err
	}
	return err
}

// A step leads from a value to one inside it.
type step struct {
	field string         // .field, if not ""
	key   starlark.Value // [key], if not nil
	index int            // else [index]
}

// Of a path with more steps than head and tail together, the middle is left out.
const (
	head = 16
	tail = 8
)

// writePath writes a name and the steps that follow it.
func writePath(name string, steps []step) string {
	var b strings.Builder
	b.WriteString(name)
	for i := 0; i < len(steps); i++ {
		if i == head && len(steps) > head+tail {
			b.WriteString("…")
			i = len(steps) - tail
		}
		switch s := steps[i]; {
		case s.field == "" && s.key == nil:
			fmt.Fprintf(&b, "[%d]", s.index)
		case s.field == "":
			b.WriteString("[" + keyText(s.key) + "]")
		case b.Len() == 0: // the caller gave no name
			b.WriteString(s.field)
		default:
			b.WriteString("." + s.field)
		}
	}
	return b.String()
}

// keyText writes a dict key in at most about 40 characters. The String method of
// a tuple could take as long as a script wants it to.
func keyText(key starlark.Value) string {
	switch key := key.(type) {
	case starlark.String:
		return starlark.String(shorten(string(key))).String()
	case starlark.Bytes:
		return starlark.Bytes(shorten(string(key))).String()
	case starlark.Int:
		return intText(key)
	case starlark.NoneType, starlark.Bool, starlark.Float:
		return key.String()
	}
	return "a " + key.Type()
}

func shorten(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > most-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// intText writes an int. Writing a huge one in decimal takes long.
func intText(i starlark.Int) string {
	if n, ok := i.Int64(); ok {
		return strconv.FormatInt(n, 10)
	}
	if b := i.BigInt(); b.BitLen() > 128 {
		return fmt.Sprintf("an int of %d bits", b.BitLen())
	}
	return i.String()
}
