package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
)

func session(t *testing.T, out *strings.Builder) *engine.Session {
	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Stdout: out, Grace: 100 * time.Millisecond})
	require.NoError(t, err)
	files := fstest.MapFS{"lib.star": {Data: []byte("def twice(x): return 2 * x\n")}}
	s, err := eng.NewSession(t.Context(), files, engine.Input{Vars: map[string]any{"given": 7}})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, s.Close())
		require.NoError(t, eng.Close())
	})
	return s
}

// Pieces are one module.
func TestSession(t *testing.T) {
	var out strings.Builder
	s := session(t, &out)
	for _, test := range []struct{ src, shown, err string }{
		{"x = 1", "", ""}, {"x + given", "8", ""}, {"_ * 10", "80", ""}, {"None", "", ""}, {"_", "80", ""}, {"print(x)", "", ""},
		{"def f():\n    return x\n", "", ""}, {"x = 2", "", ""}, {"f()", "2", ""}, // a function sees what was assigned since
		{"l = []", "", ""}, {"l.append(x)", "", ""}, {"l", "[2]", ""}, {"l.append(3); l", "[2, 3]", ""},
		{"def g():\n    return later\n", "", "undefined: later"}, {"y", "", "undefined: y"}, {"y = 1 +", "", "the expression ends"}, {"z = 5; fail('no')", "", "fail: no"}, {"z", "5", ""},
		{"load('lib.star', 'twice')", "", ""}, {"twice(x)", "4", ""}, {"load('other.star', 'a')", "", "other.star"},
		{"list = 3", "", ""}, {"list", "3", ""}, // a name of ours goes before a built-in
		{"g = threadgroup()", "", ""}, {"@g.register(5)\ndef task(n): return n * x", "", ""}, {"g.execute()", "[(function=task; result=10)]", ""},
		{"x = 100", "", ""}, {"g.execute().values()", "[500]", ""}, {"g.name", `"g"`, ""}, {"threadgroup().name", `"group 1"`, ""},
		{"g.map(lambda i: l[0] + i, range(3)).values()", "[2, 3, 4]", ""}, {"l.append(4)", "", "tasks were given it, so it is frozen"},
		{"g.map(lambda i: l.append(i), [1])", "", "1 of 1 tasks failed"}, {"defer(print, 'bye')", "", ""},
		{"for i in range(2):\n    print(i)\n", "", ""}, {"f'{x}!'", `"100!"`, ""}, {"assert x == 1", "", "left: 100"}, {"", "", ""}, {"# nothing", "", ""},
	} {
		shown, err := s.Exec(t.Context(), test.src)
		if test.err != "" {
			require.ErrorContains(t, err, test.err, test.src)
			continue
		}
		require.NoError(t, err, test.src)
		require.Equal(t, test.shown, shown, test.src)
	}
	require.Equal(t, "1\nbye\n0\n1\n", out.String())
	require.Subset(t, s.Names(), []string{"x", "twice", "threadgroup", "len", "given"})
	require.NotContains(t, strings.Join(s.Names(), " "), "@")
	require.NotNil(t, s.Lookup("f"))
	require.NotNil(t, s.Lookup("http"))
	require.Nil(t, s.Lookup("nothing"))
}

// A piece can be stopped, and the session goes on.
func TestSessionStopped(t *testing.T) {
	var out strings.Builder
	s := session(t, &out)
	for _, src := range []string{"while True: pass", "time.sleep(60)", "threadgroup().map(lambda i: time.sleep(60), range(10))", "g = threadgroup(); g.submit(time.sleep, 60)"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(50*time.Millisecond, func() { cancel(errors.New("stopped here")) })
		_, err := s.Exec(ctx, src)
		require.ErrorContains(t, err, "stopped here", src)
	}
	shown, err := s.Exec(t.Context(), "1 + 1")
	require.NoError(t, err)
	require.Equal(t, "2", shown)
	_, err = s.Exec(t.Context(), "exit(3)")
	var exit *engine.ExitError
	require.ErrorAs(t, err, &exit)
	require.Equal(t, 3, exit.Code)
	many := strings.Builder{}
	for i := range 20000 {
		many.WriteString("v" + strings.Repeat("a", i%7) + string(rune('a'+i%26)) + strings.Repeat("b", i/182) + " = 1\n")
	}
	_, err = s.Exec(t.Context(), many.String())
	require.ErrorContains(t, err, "more than")
}
