package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// The garbage collector's percentage while there is much alive, and the heap that is not
// worth a cycle; see "Why a lazy garbage collector?" in the engine's RATIONALE.md.
const (
	seldom = 400
	young  = 64 << 20 // bytes
)

// collectSeldom has the garbage collector wait until the heap has grown to five times what is
// alive, and to 64 MiB more than that. Go's own least heap goes with its percentage, so that
// is set anew after a cycle that found another order of size. It must be called once.
func collectSeldom(limit int64) {
	p := &pacer{floor: min(young, limit/8), percent: -1}
	p.adapt()
}

type pacer struct {
	floor int64

	mu      sync.Mutex // guards what follows
	percent int
	stopped bool
}

// adapt sets the percentage, and is called again after the next cycle.
func (p *pacer) adapt() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	const least = 4 << 20 // what Go takes for alive at the least
	alive := int64(max(live[0].Value.Uint64(), least))
	if percent := int(max(seldom, p.floor*100/alive)); percent != p.percent {
		debug.SetGCPercent(percent)
		p.percent = percent
	}
	runtime.AddCleanup(new(sentinel), func(p *pacer) { p.adapt() }, p)
}

// A sentinel is garbage at once, and so found by the next cycle. It is no part of a block
// of tiny objects, which might live on.
type sentinel [32]byte
