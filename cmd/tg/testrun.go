package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/event"
)

// A tester is one run of tg test.
type tester struct {
	streams
	testFlags
	paint   draw.Paint // of standard output
	began   time.Time
	slots   chan struct{} // holds one for each test that runs now
	failed  atomic.Bool   // a test has
	files   []*testFile
	width   int       // of their longest name
	running sync.Map  // titles of tests
	cover   *coverage // nil without --coverage
	targets []target  // that are written in the end
	once    sync.Once // a run that has ended late may be given up at the same time
	exit    int       // status
}

// A testFile is one file with tests.
type testFile struct {
	source
	text  []byte
	eng   *engine.Engine
	close func() // of the folder that it loads from
	res   *engine.Result
	began time.Time

	ready  chan struct{} // closed when what follows is final
	cases  []*testCase
	all    int    // tests in the file, with those that --run leaves out
	output string // of the top level, if it came to its end

	done chan struct{} // closed when every test has ended, and what follows is final
	took time.Duration
}

func newTester(s streams, f testFlags) *tester {
	t := &tester{streams: s, testFlags: f, paint: draw.NewPaint(f.color, s.out.w), began: time.Now(), slots: make(chan struct{}, f.atOnce)}
	if f.coverage.on {
		t.cover = newCoverage()
	}
	for _, file := range []struct{ flag, name string }{{"--junit", f.junit}, {"--coverage", f.coverage.file}} {
		if file.name != "" {
			t.targets = append(t.targets, newTarget(file.flag, file.name))
		}
	}
	return t
}

// run runs the tests of paths and returns the exit status.
func (t *tester) run(ctx context.Context, paths []string) int {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	found, err := findTests(paths)
	if err != nil {
		t.complain(err)
		return exitUsage
	}
	for _, target := range t.targets {
		if err := target.check(); err != nil {
			t.complain(err)
			return exitError
		}
	}
	for _, src := range found {
		t.files = append(t.files, &testFile{source: src, ready: make(chan struct{}), done: make(chan struct{})})
		t.width = max(t.width, draw.Columns(draw.OneLine(src.name)))
	}
	setLimits(&t.limits)
	ctx, signals := watchSignals(ctx)
	defer signals.stop()
	t.out.onLost(signals.cancel)
	go signals.watch(ctx, time.Duration(t.grace), func() int { return t.giveUp(ctx) })
	go t.start(ctx)
	for _, f := range t.files {
		t.show(f)
	}
	for _, f := range t.files {
		<-f.done
	}
	return t.end(ctx)
}

// complain reports an error of tg itself.
func (t *tester) complain(err error) { draw.Report(t.err, draw.NewPaint(t.color, t.err), err) }

// start runs the files in order, as many at once as tests may.
func (t *tester) start(ctx context.Context) {
	room := make(chan struct{}, t.atOnce)
	for _, f := range t.files {
		room <- struct{}{}
		if !t.enter(ctx) {
			f.skip()
			<-room
			continue
		}
		go func() {
			defer func() { <-room }()
			t.runFile(ctx, f)
		}()
	}
}

// skip ends a file that is not run.
func (f *testFile) skip() {
	top := &testCase{done: make(chan struct{})}
	close(top.done)
	f.cases = []*testCase{top}
	close(f.ready)
	close(f.done)
}

// runFile runs the top level of a file, which has been let in, and then its tests.
func (t *tester) runFile(ctx context.Context, f *testFile) {
	defer close(f.done)
	defer f.end()
	f.began = time.Now()
	t.runTop(ctx, f)
	t.leave()
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, c := range f.cases {
		if c.ended() {
			t.note(c.err)
			continue
		}
		if !t.enter(ctx) {
			close(c.done)
			continue
		}
		wg.Go(func() {
			defer t.leave()
			t.runCase(ctx, f, c)
		})
	}
}

// end closes what the file needed.
func (f *testFile) end() {
	f.took = time.Since(f.began)
	if f.close != nil {
		f.close()
	}
	if f.eng != nil {
		_ = f.eng.Close()
	}
}

// enter waits until one more test may run, and reports whether it shall.
func (t *tester) enter(ctx context.Context) bool {
	select {
	case t.slots <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	if ctx.Err() != nil || t.failFast && t.failed.Load() {
		t.leave()
		return false
	}
	return true
}

func (t *tester) leave() { <-t.slots }

// note notes an error of a test.
func (t *tester) note(err error) {
	if err != nil {
		t.failed.Store(true)
	}
}

// runTop runs the top level of a file and finds its tests. If it fails, that is the
// only case of the file.
func (t *tester) runTop(ctx context.Context, f *testFile) {
	defer close(f.ready)
	top := &testCase{done: make(chan struct{})}
	defer t.started(f.title(top))()
	out := &capture{}
	var err error
	if f.eng, err = t.engine(f, out); err == nil {
		f.res, err = bounded(ctx, t.testFlags, func(ctx context.Context) (*engine.Result, error) { return t.load(ctx, f) })
	}
	top.output, top.took = out.String(), time.Since(f.began)
	if err == nil {
		f.output = top.output
		f.cases, f.all = f.testCases(f.res.Globals, t.match)
		return
	}
	t.note(err)
	top.end(ctx.Err() != nil, err)
	f.cases = []*testCase{top}
}

// engine returns an engine for one file, whose top level prints to out. It is tempting
// to give each test an engine, and its globals to change, but then the top level, which
// may start a server or read a large file, would run once for each test.
func (t *tester) engine(f *testFile, out io.Writer) (*engine.Engine, error) {
	folder, done := f.folder()
	f.close = done
	return engine.New(engine.Options{
		Modules: builtins.Standard(), Stdout: out, Log: slog.New(slog.NewTextHandler(out, nil)), FS: folder,
		Allow: t.allow, Env: t.env, Grace: time.Duration(t.grace), Limits: t.limits, Hooks: t.cover.hooks(),
		Events: event.Sink{Only: []event.Kind{event.Noted}, Take: func(e event.Event) {
			fmt.Fprintf(t.err, "%s %s: %s\n", draw.NewPaint(t.color, t.err).Blue("note:"), shown(f.name), draw.OneLine(e.Text))
		}},
	})
}

// started notes that a test runs, until ended is called.
func (t *tester) started(title string) (ended func()) {
	t.running.Store(title, nil)
	return func() { t.running.Delete(title) }
}

// load reads, compiles and runs a file.
func (t *tester) load(ctx context.Context, f *testFile) (*engine.Result, error) {
	text, err := f.read(ctx, t.limits.MaxSource)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %s", shown(f.name), reason(err))
	}
	script, err := f.eng.Compile(f.name, text)
	if err != nil {
		return nil, err
	}
	f.text = text
	return f.eng.Run(ctx, script, engine.Input{})
}
