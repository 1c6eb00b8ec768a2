package main

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// barePool calls a Starlark function n times from a worker for each core, with
// nothing else around it: what any engine on go.starlark.net could reach at best.
// It is to run in a fresh process, as its twins do: in one that has grown a heap
// already it takes half the time.
func barePool(n int) (seconds float64, err error) {
	globals, err := starlark.ExecFileOptions(&syntax.FileOptions{}, &starlark.Thread{}, "noop.star", "def noop(x):\n    return x\n", nil)
	if err != nil {
		return 0, err
	}
	globals.Freeze()
	noop := globals["noop"]
	began := time.Now()
	results := make([]starlark.Value, n)
	errs := make([]error, n)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			thread := &starlark.Thread{}
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				results[i], errs[i] = starlark.Call(thread, noop, starlark.Tuple{starlark.MakeInt(i)}, nil)
			}
		})
	}
	workers.Wait()
	return time.Since(began).Seconds(), errors.Join(errs...)
}
