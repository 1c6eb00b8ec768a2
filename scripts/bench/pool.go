package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// barePool calls a Starlark function n times from a worker for each core, with
// nothing else around it: what any engine on go.starlark.net could reach at best.
func barePool(_ *bench, n int) (sample, error) {
	globals, err := starlark.ExecFileOptions(&syntax.FileOptions{}, &starlark.Thread{}, "noop.star", "def noop(x):\n    return x\n", nil)
	if err != nil {
		return sample{}, err
	}
	globals.Freeze()
	noop := globals["noop"]
	runtime.GC()
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
	return sample{seconds: time.Since(began).Seconds()}, nil
}
