package wire_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"sync"
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster/wire"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A world is a script that has run, and a worker: another engine, with another run.
type world struct {
	t      testing.TB
	script *engine.Result
	err    error // of the script
	host   *engine.Run
	enc    *wire.Encoder
	dec    *wire.Decoder
	back   *wire.Encoder // of the worker
	home   *wire.Decoder // of the script

	modules *wire.Modules // of the worker

	mu    sync.Mutex
	blobs map[wire.Hash][]byte
}

// extra has what some tests need beside the standard modules.
func extra() engine.Module {
	return engine.Module{Name: "extra", Globals: starlark.StringDict{
		"struct": starlark.NewBuiltin("struct", starlarkstruct.Make),
		"module": starlark.NewBuiltin("module", starlarkstruct.MakeModule),
		"socket": starlark.NewBuiltin("socket", newSocket),
		"vessel": starlark.NewBuiltin("vessel", newVessel),
	}}
}

func options() engine.Options {
	return engine.Options{Modules: append(builtins.Standard(), extra())}
}

// newWorld runs a script.
func newWorld(t testing.TB, src string) *world {
	w := newWorldWith(t, options(), "main.star", src, nil)
	require.NoError(t, w.err, traceback(w.err))
	return w
}

func newWorldWith(t testing.TB, o engine.Options, name, src string, files fs.FS) *world {
	t.Helper()
	o.FS = files
	eng, err := engine.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { eng.Close() })
	s, err := eng.Compile(name, []byte(src), "given")
	require.NoError(t, err)
	res, err := eng.Run(t.Context(), s, engine.Input{Args: []string{"a", "b"}, Vars: map[string]any{"given": map[string]int{"x": 1}}})
	require.NotNil(t, res, "%v", err)
	_ = res.Get("none", nil) // freezes
	return &world{t: t, script: res, err: err}
}

// worker gives the world one.
func (w *world) worker(o engine.Options) *world {
	eng, err := engine.New(o)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { eng.Close() })
	w.host, err = eng.NewHost(w.t.Context(), "worker")
	require.NoError(w.t, err)
	w.blobs = map[wire.Hash][]byte{}
	run := w.script.Run()
	w.enc = wire.NewEncoder(run, wire.EncoderOptions{Reference: reference})
	w.back = wire.NewEncoder(w.host, wire.EncoderOptions{Reference: reference})
	w.modules = wire.NewModules()
	w.dec = w.newDecoder()
	w.home = wire.NewDecoder(run, wire.DecoderOptions{Fetch: w.fetch, Resolve: resolve})
	return w
}

func (w *world) fetch(h wire.Hash) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if data, ok := w.blobs[h]; ok {
		return data, nil
	}
	return nil, errors.New("not found")
}

// carry keeps what a message refers to, where fetch finds it.
func (w *world) carry(m wire.Message) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range m.Blobs {
		w.blobs[b.Hash] = b.Data
	}
	return m.Data
}

// ship sends a call to the worker.
func (w *world) ship(fn starlark.Callable, args starlark.Tuple, kwargs []starlark.Tuple) (*wire.Task, error) {
	m, err := w.enc.Task(fn, args, kwargs)
	if err != nil {
		return nil, err
	}
	task, err := w.dec.Task(w.carry(m))
	if err != nil {
		w.t.Fatalf("%s: %v", fn.Name(), err)
	}
	return task, nil
}

// An outcome is all that can be seen of a call.
type outcome struct {
	Value, Error, Kind, Hint, Traceback, Printed string
	Frames                                       []engine.Frame
}

func outcomeOf(call func(engine.Outputs) (starlark.Value, error)) outcome {
	var out bytes.Buffer
	v, err := call(engine.Outputs{Stdout: &out})
	o := outcome{Printed: out.String()}
	if err == nil {
		o.Value = v.String()
		return o
	}
	o.Error = err.Error()
	if e := (*engine.Error)(nil); errors.As(err, &e) {
		o.Kind, o.Hint, o.Traceback, o.Frames = e.Kind, e.Hint, e.Traceback(), frames(e)
	}
	return o
}

// frames returns the frames of an error with positions that can be compared.
func frames(e *engine.Error) []engine.Frame {
	list := append([]engine.Frame(nil), e.Stack...)
	for i := range list {
		list[i].Name += " " + list[i].Pos.String() + " " + list[i].Start.String() + " " + list[i].End.String()
		list[i].Pos, list[i].Start, list[i].End = e.Pos, e.Pos, e.Pos
	}
	for i := range list {
		f := engine.Frame{Name: list[i].Name, Line: list[i].Line}
		list[i] = f
	}
	return list
}

// same calls a function here and on the worker, and sends back what comes of it.
func (w *world) same(fn starlark.Callable, args starlark.Tuple, kwargs []starlark.Tuple) outcome {
	w.t.Helper()
	task, err := w.ship(fn, args, kwargs)
	require.NoError(w.t, err, fn.Name())
	here := outcomeOf(func(to engine.Outputs) (starlark.Value, error) {
		return do(w.t.Context(), w.script.Run(), to, fn, args, kwargs)
	})
	there := outcomeOf(func(to engine.Outputs) (starlark.Value, error) { return w.remote(to, task) })
	require.Equal(w.t, here, there, "%s%v", fn.Name(), args)
	return here
}

// remote runs a task on the worker and sends its result home.
func (w *world) remote(to engine.Outputs, task *wire.Task) (starlark.Value, error) {
	v, err := do(context.Background(), w.host, to, task.Fn, task.Args, task.Kwargs)
	var e *engine.Error
	if errors.As(err, &e) {
		back, flaw := wire.ReadFailure(wire.Failure(e))
		require.NoError(w.t, flaw)
		return nil, back
	}
	if err != nil {
		return nil, err
	}
	m, err := w.back.Value(v)
	if err != nil {
		return v, nil // cannot be sent: it is looked at there
	}
	return w.home.Value(w.carry(m), false)
}

func (w *world) function(name string) starlark.Callable {
	fn, ok := w.script.Globals[name].(starlark.Callable)
	require.True(w.t, ok, name)
	return fn
}

func traceback(err error) string {
	if e := (*engine.Error)(nil); errors.As(err, &e) {
		return e.Traceback()
	}
	return ""
}

// newDecoder returns a decoder that has seen nothing, but has the modules of the worker's.
func (w *world) newDecoder() *wire.Decoder {
	return wire.NewDecoder(w.host, wire.DecoderOptions{Fetch: w.fetch, Resolve: resolve, Modules: w.modules})
}

// do makes one call for a host.
func do(ctx context.Context, host *engine.Run, to engine.Outputs, fn starlark.Callable, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	c := &engine.Call{Fn: fn, Args: args, Kwargs: kwargs}
	host.Do(ctx, to, c)
	return c.Value, c.Err
}
