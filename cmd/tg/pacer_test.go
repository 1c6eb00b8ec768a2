package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The percentage follows what is alive: high for little, 400 for much.
func TestPacer(t *testing.T) {
	before := debug.SetGCPercent(-1)
	limit := debug.SetMemoryLimit(math.MaxInt64)
	t.Cleanup(func() { debug.SetMemoryLimit(limit) })
	percent := func() int {
		now := debug.SetGCPercent(-1)
		debug.SetGCPercent(now)
		return now
	}
	p := &pacer{floor: young, percent: -1}
	p.adapt()
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.stopped = true
		debug.SetGCPercent(before)
	})
	require.GreaterOrEqual(t, percent(), seldom)

	much := make([]byte, 100<<20)
	settles(t, func() bool { return percent() == seldom })
	runtime.KeepAlive(much)
	much = nil
	settles(t, func() bool { return percent() > seldom })
}

// settles waits until the cleanup of a cycle has done its work.
func settles(t *testing.T, done func() bool) {
	t.Helper()
	require.Eventually(t, func() bool { runtime.GC(); return done() }, 20*time.Second, time.Millisecond)
}
