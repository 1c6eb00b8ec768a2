// Package log gives scripts a log of messages with fields, on log/slog. Where it goes,
// as what, and from which level on, is the host's decision.
package log

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// module log
//
// A log of messages with fields.

// Module returns the module log. It writes to [engine.Options.Log].
func Module() engine.Module {
	members := starlark.StringDict{}
	for name, level := range map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warning": slog.LevelWarn, "error": slog.LevelError,
	} {
		members[name] = starlark.NewBuiltin(name, write(level))
	}
	const outside = "info: what is shown is decided outside of the script"
	guesses := map[string]string{
		"warn": "warning", "critical": "error", "fatal": "error, and exit(1)", "exception": "error", "trace": "debug", "log": "info", "print": "info",
		"getLogger": "info: there is one log", "basicConfig": outside, "setLevel": outside, "level": outside,
	}
	return engine.Module{Name: "log", Globals: starlark.StringDict{
		"log": engine.NewNamespace("log", members, guesses),
	}}
}

// def debug(msg, /, **fields) -> None
// def info(msg, /, **fields) -> None
// def warning(msg, /, **fields) -> None
// def error(msg, /, **fields) -> None
//
// They write a message with fields: log.info("copied", files=3).
func write(level slog.Level) func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := check(args, kwargs); err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
		t := engine.Of(thread)
		if err := t.Cancelled(); err != nil {
			return nil, err
		}
		l := t.Run().Logger()
		if l == nil || !l.Enabled(t.Context(), level) {
			return starlark.None, nil
		}
		msg, err := text(t, args[0])
		if err != nil {
			return nil, err
		}
		attrs := make([]slog.Attr, len(kwargs))
		for i, kv := range kwargs {
			if attrs[i].Value, err = field(t, kv[1]); err != nil {
				return nil, err
			}
			attrs[i].Key = string(kv[0].(starlark.String))
		}
		l.LogAttrs(t.Context(), level, msg, attrs...)
		return starlark.None, nil
	}
}

// check looks at what was given; values are looked at only if they are written.
func check(args starlark.Tuple, kwargs []starlark.Tuple) error {
	switch len(args) {
	case 0:
		return errors.New("missing argument for msg")
	case 1:
	default:
		return errors.New("one message only: give fields by name, or write an f-string")
	}
	for _, kv := range kwargs {
		switch name := string(kv[0].(starlark.String)); name {
		case slog.TimeKey, slog.LevelKey, slog.MessageKey:
			return fmt.Errorf("a field cannot be called %s: every message has that", name)
		}
	}
	return nil
}

// text returns a value as print writes it.
func text(t *engine.Thread, v starlark.Value) (string, error) {
	if s, ok := starlark.AsString(v); ok {
		return s, nil
	}
	if err := t.Printable(v); err != nil {
		return "", err
	}
	return v.String(), nil
}

// field returns a value as the log has it: what the log has no type for as text.
func field(t *engine.Thread, v starlark.Value) (slog.Value, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return slog.AnyValue(nil), nil
	case starlark.Bool:
		return slog.BoolValue(bool(v)), nil
	case starlark.Float:
		return slog.Float64Value(float64(v)), nil
	case starlark.Int:
		if i, ok := v.Int64(); ok {
			return slog.Int64Value(i), nil
		}
	}
	s, err := text(t, v)
	return slog.StringValue(s), err
}
