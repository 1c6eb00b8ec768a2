package dialect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// run executes a program with simple hidden built-ins and returns what it prints, one line each.
func run(t testing.TB, src string) (string, error) {
	t.Helper()
	f, problems := Parse("t.star", []byte(src))
	require.Empty(t, problems)
	env := hidden()
	prog, err := starlark.FileProgram(f.Syntax, env.Has)
	require.NoError(t, err)
	var out strings.Builder
	thread := &starlark.Thread{Print: func(_ *starlark.Thread, msg string) { out.WriteString(msg + "\n") }}
	_, err = prog.Init(thread, env)
	return strings.TrimSuffix(out.String(), "\n"), err
}

type builtin = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)

func hidden() starlark.StringDict {
	env := starlark.StringDict{}
	for name, fn := range map[string]builtin{
		NameDecorator: func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return args[0], nil
		},
		NameApply: func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return starlark.Call(thread, args[0], args[1:], nil)
		},
		NameFString: func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			s := ""
			for _, arg := range args {
				if str, ok := starlark.AsString(arg); ok {
					s += str
				} else {
					s += arg.String()
				}
			}
			return starlark.String(s), nil
		},
		NameFormat: func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return starlark.String(fmt.Sprintf("<%v|%s|%s>", args[0], string(args[1].(starlark.String)), string(args[2].(starlark.String)))), nil
		},
		NameAssert: func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			msg := string(args[0].(starlark.String))
			for _, kv := range kwargs {
				msg += fmt.Sprintf(" %s=%v", string(kv[0].(starlark.String)), kv[1])
			}
			return nil, fmt.Errorf("assertion failed: %s", msg)
		},
	} {
		env[name] = starlark.NewBuiltin(name, fn)
	}
	return env
}

// A program is source and what it prints.
type program struct{ name, src, want string }

func runAll(t *testing.T, programs []program) {
	t.Helper()
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			got, err := run(t, p.src)
			require.NoError(t, err)
			require.Equal(t, p.want, got)
		})
	}
}
