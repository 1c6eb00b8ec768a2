package guard

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

// format writes format.format(*args, **kwargs) as go.starlark.net does.
func (t *text) format(format string, args starlark.Tuple, kwargs []starlark.Tuple) error {
	var fields numbering
	for {
		if err := t.b.spend(1 + len(kwargs)/8); err != nil {
			return err
		}
		literal := format
		i := strings.IndexByte(format, '{')
		if i >= 0 {
			literal = format[:i]
		}
		if err := t.literal(literal); err != nil {
			return err
		}
		if i < 0 {
			return nil
		}
		if format = format[i+1:]; strings.HasPrefix(format, "{") {
			if err := t.add("{"); err != nil {
				return err
			}
			format = format[1:]
			continue
		}
		if i = strings.IndexByte(format, '}'); i < 0 {
			return errors.New("format: unmatched '{' in format")
		}
		name, conv, spec := field(format[:i])
		format = format[i+1:]
		arg, err := fields.argument(name, args, kwargs)
		if err != nil {
			return err
		}
		if spec != "" {
			return fmt.Errorf("format spec features not supported in replacement fields: %s", spec)
		}
		if conv != "s" && conv != "r" {
			return fmt.Errorf("format: unknown conversion %q", conv)
		}
		if err := t.plain(arg, conv == "s"); err != nil {
			return err
		}
	}
}

// literal writes what stands between fields, "}}" as "}".
func (t *text) literal(s string) error {
	for {
		j := strings.IndexByte(s, '}')
		if j < 0 {
			return t.add(s)
		}
		if err := t.b.spend(1); err != nil {
			return err
		}
		if !strings.HasPrefix(s[j+1:], "}") {
			return errors.New("format: single '}' in format")
		}
		if err := t.add(s[:j+1]); err != nil {
			return err
		}
		s = s[j+2:]
	}
}

// field takes "name!conv:spec" apart.
func field(s string) (name, conv, spec string) {
	name, rest, ok := strings.Cut(s, "!")
	if !ok {
		name, spec, _ = strings.Cut(s, ":")
		return name, "s", spec
	}
	conv, spec, _ = strings.Cut(rest, ":")
	return name, conv, spec
}

// A numbering knows which kinds of positional fields a format has had.
type numbering struct {
	auto, manual bool
	next         int
}

func (f *numbering) argument(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if name == "" {
		if f.manual {
			return nil, errors.New("format: cannot switch from manual field specification to automatic field numbering")
		}
		f.auto = true
		f.next++
		return at(args, f.next-1)
	}
	if i, ok := decimal(name); ok {
		if f.auto {
			return nil, errors.New("format: cannot switch from automatic field numbering to manual field specification")
		}
		f.manual = true
		return at(args, i)
	}
	for _, kv := range kwargs {
		if string(kv[0].(starlark.String)) == name {
			return kv[1], nil
		}
	}
	switch {
	case strings.Contains(name, "."):
		return nil, fmt.Errorf("format: attribute syntax x.y is not supported in replacement fields: %s", name)
	case strings.Contains(name, "["):
		return nil, fmt.Errorf("format: element syntax a[i] is not supported in replacement fields: %s", name)
	case strings.Contains(name, "{"):
		return nil, errors.New("format: nested replacement fields not supported")
	}
	return nil, fmt.Errorf("format: keyword %s not found", name)
}

func at(args starlark.Tuple, i int) (starlark.Value, error) {
	if i >= len(args) {
		return nil, errors.New("format: tuple index out of range")
	}
	return args[i], nil
}

func decimal(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		if n = n*10 + int(d); n < 0 {
			return 0, false
		}
	}
	return n, true
}
