package log_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/builtins/log"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	startime "github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScripts(t *testing.T) {
	enginetest.Run(t, "testdata/*.star", threadgroup.Module(), startime.Module(), log.Module())
}

// run runs a script and returns what it logged from a level on.
func run(t *testing.T, level slog.Level, src string) string {
	t.Helper()
	var out bytes.Buffer // slog.TextHandler has a lock
	h := slog.NewTextHandler(&out, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})
	require.NoError(t, exec(t.Context(), slog.New(h), src))
	return out.String()
}

func exec(ctx context.Context, l *slog.Logger, src string) error {
	eng, err := engine.New(engine.Options{Modules: []engine.Module{threadgroup.Module(), startime.Module(), log.Module()}, Log: l})
	if err != nil {
		return err
	}
	script, err := eng.Compile("test.star", []byte(src))
	if err != nil {
		return err
	}
	_, err = eng.Run(ctx, script, engine.Input{})
	return err
}

func TestLog(t *testing.T) {
	require.Equal(t, `level=INFO msg="two words" n=3 f=1.5 ok=true none=<nil> s="a b" l="[1, 2]" big=1180591620717411303424
level=WARN msg="line\nbreak"
level=ERROR msg=5
`, run(t, slog.LevelInfo, `
log.debug("not shown", x=1)
log.info("two words", n=3, f=1.5, ok=True, none=None, s="a b", l=[1, 2], big=1 << 70)
log.warning("line\nbreak")
log.error(5)
`))
	require.Equal(t, "level=DEBUG msg=x\n", run(t, slog.LevelDebug, `log.debug("x")`))
}

// Lines of tasks are whole.
func TestTasks(t *testing.T) {
	out := run(t, slog.LevelInfo, `
def f(i):
    for n in range(100):
        log.info("from a task", i=i, n=n)
threadgroup(max_workers=20).map(f, range(20))
`)
	require.Equal(t, 2000, strings.Count(out, "\n"))
	for line := range strings.Lines(out) {
		require.Regexp(t, `^level=INFO msg="from a task" i=\d+ n=\d+\n$`, line)
	}
}

// Where nothing is logged to, nothing is.
func TestNowhere(t *testing.T) {
	require.NoError(t, exec(t.Context(), nil, `log.error("x", y=1)`))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("stopped"))
	require.ErrorContains(t, exec(ctx, nil, "while True:\n    log.info('x')"), "stopped")
}
