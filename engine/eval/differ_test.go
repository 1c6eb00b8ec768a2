package eval_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/starlark-tg/tg/engine/eval"
	"github.com/starlark-tg/tg/engine/eval/guard"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// Generated programs run in go.starlark.net's interpreter and in this evaluator. What
// they print, their globals, and the text, cause and call stack of their error must be
// the same. Left out are programs
//
//   - that crash the interpreter, or take one of the two more than maxSteps;
//   - that reach another limit here: the interpreter has none.
//
// And after a failed unpacking the interpreter leaves an iterator behind, on purpose we
// do not: programs end there.

// maxSteps bounds what a program may do.
const maxSteps = 100_000

// TestDiffer runs some random programs; DIFFER=N runs N, on all cores.
func TestDiffer(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("DIFFER"))
	if err != nil {
		n = 2000
	}
	base := rand.Uint64()
	t.Logf("seed %d", base)
	var next, compared atomic.Int64
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(n) && !t.Failed(); i = next.Add(1) {
				if differ(t, generate(newChoices(base+uint64(i), nil))) {
					compared.Add(1)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d of %d programs compared", compared.Load(), n)
	if !t.Failed() {
		require.Greater(t, compared.Load(), int64(n)*8/10, "too few programs could be compared")
	}
}

// FuzzDiffer generates programs from bytes that the fuzzer changes.
func FuzzDiffer(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, []byte{byte(seed), byte(3 * seed)})
	}
	f.Fuzz(func(t *testing.T, seed uint64, script []byte) { differ(t, generate(newChoices(seed, script))) })
}

// differ compares a program. It reports false if that is not possible.
func differ(t *testing.T, s sample) bool {
	want, got, ok := both(s)
	if !ok || want == got {
		return ok
	}
	s = smaller(s)
	want, got, _ = both(s)
	t.Errorf("%s\n%v\n--- the interpreter\n%s--- eval\n%s", s.main, s.modules, want, got)
	return true
}

func both(s sample) (want, got string, ok bool) {
	theirs, ours := new(outcome), new(outcome)
	ours.run(s, eval.Universe(), evaluated) // first: it refuses what would take all memory
	if !ours.unknown {
		theirs.run(s, starlark.Universe, interpreted)
	}
	return theirs.text.String(), ours.text.String(), !ours.unknown && !theirs.unknown
}

// smaller returns the program without what does not matter to its difference.
func smaller(s sample) sample {
	lines := strings.SplitAfter(s.main, "\n")
	for size := len(lines) / 2; size > 0; size /= 2 {
		for i := 0; i+size <= len(lines); {
			less := append(append([]string(nil), lines[:i]...), lines[i+size:]...)
			want, got, ok := both(sample{main: strings.Join(less, ""), modules: s.modules})
			if ok && want != got {
				lines = less
			} else {
				i++
			}
		}
	}
	s.main = strings.Join(lines, "")
	return s
}

// An outcome is all that can be seen of a program that ran.
type outcome struct {
	text    strings.Builder
	unknown bool // it is no use to compare
}

// A program is what both evaluators make of a file.
type program interface {
	Init(*starlark.Thread, starlark.StringDict) (starlark.StringDict, error)
}

// A compiler makes a program of a source text.
type compiler func(name, src string, has func(string) bool) (program, error)

func interpreted(name, src string, has func(string) bool) (program, error) {
	f, err := options.Parse(name, src, 0)
	if err != nil {
		return nil, err
	}
	return starlark.FileProgram(f, has)
}

func evaluated(name, src string, has func(string) bool) (program, error) {
	f, err := options.Parse(name, src, 0)
	if err != nil {
		return nil, err
	}
	return eval.Compile(f, has)
}

func (o *outcome) run(s sample, universe starlark.StringDict, compile compiler) {
	defer func() {
		if v := recover(); v != nil { // the interpreter's: here it would be an error
			o.unknown = true
		}
	}()
	thread := &starlark.Thread{Print: func(_ *starlark.Thread, msg string) { fmt.Fprintln(&o.text, msg) }}
	eval.Prepare(thread, eval.Settings{MaxDepth: 1000, MaxValue: 4 << 20})
	thread.SetMaxExecutionSteps(maxSteps)
	names := hostNames(thread)
	for name, v := range universe {
		if _, ok := v.(*starlark.Builtin); ok {
			names[name] = v
		}
	}
	run := func(name, src string) (starlark.StringDict, error) {
		p, err := compile(name, src, names.Has)
		if err != nil {
			return nil, err
		}
		return p.Init(thread, names)
	}
	loaded := map[string]starlark.StringDict{}
	thread.Load = func(_ *starlark.Thread, name string) (starlark.StringDict, error) {
		if g, ok := loaded[name]; ok {
			return g, nil
		}
		src, ok := s.modules[name]
		if !ok {
			return nil, errors.New("no such module")
		}
		g, err := run(name, src)
		if err == nil {
			g.Freeze()
			loaded[name] = g
		}
		return g, err
	}
	globals, err := run("main", s.main)
	o.end(globals, err)
}

func (o *outcome) end(globals starlark.StringDict, err error) {
	if err != nil {
		fmt.Fprintln(&o.text, describe(err))
	}
	for _, name := range globals.Keys() {
		fmt.Fprintln(&o.text, name, "=", globals[name])
	}
	text := o.text.String()
	var limit *guard.LimitError
	o.unknown = errors.As(err, &limit) || strings.Contains(text, "too many steps") || strings.Contains(text, "stack overflow") || limited(text)
}

// limited reports whether a limit was reached and caught.
func limited(text string) bool {
	for _, sign := range []string{"limit is", "more than 64 bits", "maximum recursion depth"} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

// describe writes an error and its call stack.
func describe(err error) string {
	var e *starlark.EvalError
	if !errors.As(err, &e) {
		return err.Error()
	}
	return fmt.Sprint(e.Msg, " | ", frames(e.CallStack), errors.Is(err, errBoom))
}
