package remote_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/remote"
	"github.com/stretchr/testify/require"
)

// A liar is a cluster whose workers say anything.
type liar struct {
	*hall
	data []byte
}

func (l *liar) Do(ctx context.Context, task cluster.Task, log cluster.Feed) (cluster.Outcome, error) {
	log(l.data)
	task.Answer(ctx, "?op", l.data)
	return cluster.Outcome{Data: l.data, Worker: "w", Attempt: 1}, nil
}

// FuzzHome has workers say anything: that is an error of the task, and nothing else.
func FuzzHome(f *testing.F) {
	for _, seed := range []string{"", "\x01\x05\x00", "p\x00hello", "g\x000123456789abcdef", `l` + "\x00" + `{"time":1,"level":"INFO","msg":"m","x":[1]}`,
		"\x00a\x01\x03add\x00", "\x00t\x01\x00\x00", "\x00n\x01\x00\x00", "\x00i\x01\x00\x00", "\x02\x80\x80\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := remote.NewCaller(&liar{newHall(t), data})
		defer c.Close()
		eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Remote: c, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		require.NoError(t, err)
		s, err := eng.Compile("x.star", []byte("c = counter()\nthreadgroup(check=False).submit(lambda: c.add(1)).wait()"))
		require.NoError(t, err)
		_, err = eng.Run(t.Context(), s, engine.Input{})
		require.NoError(t, err)
	})
}

// A deaf line has nobody at its end.
type deaf struct{}

func (deaf) Say([]byte)        {}
func (deaf) Rest(block func()) { block() }
func (deaf) Ask(context.Context, string, []byte) ([]byte, error) {
	return nil, cluster.ErrGone
}

// FuzzWorker has a worker take any bytes as a parcel: what comes of it is an outcome.
func FuzzWorker(f *testing.F) {
	h := newHall(f)
	h.worker("default", "w", engine.Options{})
	run(f, h, `
c = counter()
g = threadgroup()
def f(x, y=1): return c.add(x) if x > 5 else [x, y, len(box)]
box = {"a": (1, "b")}
g.map(f, range(10))
g.submit(f, 1, y=2).wait()
`, engine.Options{})
	for _, task := range h.sent {
		f.Add(task.Data)
	}
	w := h.desks("default")[0]
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		require.NotEmpty(t, w.Handle(ctx, cluster.Task{Run: "run", Data: data}, deaf{}))
	})
}
