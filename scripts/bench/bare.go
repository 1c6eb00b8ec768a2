package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlark-tg/tg/engine/dialect"
	"go.starlark.net/starlark"
)

// A pool is the bare go.starlark.net side of a row: workers that call one function
// with nothing else around it, which is what any engine on go.starlark.net could
// reach at best. It is to run in a fresh process, as its twins do: in one that has
// grown a heap already it takes half the time.
type pool struct {
	function starlark.Value
	workers  int
	size     starlark.Value // what each task gets; nil: its number
}

// bare does the work of n tasks and prints what a twin prints. Args are the
// kernel, how many run at once and the kernel's size, as for cpu.star; without
// args the tasks do nothing, on a worker for each core.
func bare(out io.Writer, n int, args []string) error {
	p, err := newPool(args)
	if err != nil {
		return err
	}
	began := time.Now()
	results, err := p.run(n)
	seconds := time.Since(began).Seconds()
	if err != nil {
		return err
	}
	fmt.Fprintln(out, seconds)
	if p.size == nil {
		return nil
	}
	for _, r := range results {
		if same, err := starlark.Equal(r, results[0]); !same || err != nil {
			return fmt.Errorf("answers differ: %v, %v", results[0], r)
		}
	}
	_, err = fmt.Fprintln(out, results[0])
	return err
}

func newPool(args []string) (*pool, error) {
	if len(args) == 0 {
		globals, err := load("noop.star", "def noop(x):\n    return x\n")
		return &pool{function: globals["noop"], workers: runtime.GOMAXPROCS(0)}, err
	}
	if len(args) != 3 {
		return nil, errors.New("-bare wants KERNEL WORKERS SIZE, or nothing")
	}
	workers, err := strconv.Atoi(args[1])
	if err != nil {
		return nil, err
	}
	size, err := strconv.Atoi(args[2])
	if err != nil {
		return nil, err
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(1600) // as tg has it for so little that is alive: what runs the kernels is to be compared
	}
	source, err := twins.ReadFile("kernels.star")
	if err != nil {
		return nil, err
	}
	globals, err := load("kernels.star", source)
	if err != nil {
		return nil, err
	}
	function, ok := globals[args[0]].(starlark.Callable)
	if !ok {
		return nil, fmt.Errorf("there is no kernel %q", args[0])
	}
	return &pool{function, workers, starlark.MakeInt(size)}, nil
}

// load runs a file as tg would read it, and freezes what it defines.
func load(name string, source any) (starlark.StringDict, error) {
	globals, err := starlark.ExecFileOptions(dialect.Options(), &starlark.Thread{}, name, source, nil)
	globals.Freeze()
	return globals, err
}

func (p *pool) run(n int) ([]starlark.Value, error) {
	results := make([]starlark.Value, n)
	errs := make([]error, n)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range p.workers {
		workers.Go(func() {
			thread := &starlark.Thread{}
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				results[i], errs[i] = starlark.Call(thread, p.function, starlark.Tuple{p.arg(i)}, nil)
			}
		})
	}
	workers.Wait()
	return results, errors.Join(errs...)
}

func (p *pool) arg(i int) starlark.Value {
	if p.size != nil {
		return p.size
	}
	return starlark.MakeInt(i)
}
