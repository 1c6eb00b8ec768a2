package re

import (
	"sync"

	"github.com/starlark-tg/tg/engine"
)

// A cache keeps the patterns that a run has compiled lately, so that re.search with a
// text for a pattern costs no compiling in a loop. It is safe for concurrent use.
type cache struct {
	mu       sync.Mutex // guards what follows
	patterns map[cacheKey]*pattern
	size     int // of all of them
}

type cacheKey struct {
	src   string
	flags int
}

const (
	maxCached = 512     // patterns, as in Python
	maxKept   = 1 << 16 // instructions of all of them, some 10 MB
)

type stateKey struct{}

func cacheOf(t *engine.Thread) *cache {
	return t.Run().State(stateKey{}, func() any { return &cache{patterns: map[cacheKey]*pattern{}} }).(*cache)
}

// pattern returns a compiled pattern. When there are too many, all are forgotten.
func (c *cache) pattern(src string, flags int) (*pattern, error) {
	key := cacheKey{src, flags}
	c.mu.Lock()
	p := c.patterns[key]
	c.mu.Unlock()
	if p != nil {
		return p, nil
	}
	program, err := compile(src, flags) // not under the lock: it takes its time
	if err != nil {
		return nil, err
	}
	p = &pattern{program}
	c.mu.Lock()
	defer c.mu.Unlock()
	if other := c.patterns[key]; other != nil { // compiled meanwhile
		return other, nil
	}
	if c.size += p.size; len(c.patterns) == maxCached || c.size > maxKept {
		clear(c.patterns)
		c.size = p.size
	}
	c.patterns[key] = p
	return p, nil
}
