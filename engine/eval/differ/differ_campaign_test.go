package differ_test

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A campaign runs many programs.
type campaign struct {
	good, failed, endless atomic.Int64

	mu       sync.Mutex // guards what follows
	invalid  []string
	found    map[string]*difference
	messages map[string]int // errors by kind; nil: not counted
}

// run runs programs on all cores. After some kinds of differences it stops.
func (c *campaign) run(seed uint64, count int) {
	c.found = map[string]*difference{}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			var current atomic.Uint64
			alarm := time.AfterFunc(time.Hour, func() {
				panic(fmt.Sprintf("the program of seed %d does not end:\n%s", current.Load(), generate(newChoices(current.Load(), nil))))
			})
			defer alarm.Stop()
			for i := int(next.Add(1)); i <= count; i = int(next.Add(1)) {
				current.Store(seed + uint64(i))
				alarm.Reset(time.Minute)
				if !c.one(seed + uint64(i)) {
					return
				}
			}
		})
	}
	wg.Wait()
}

// one runs the program of a seed; false: enough was found.
func (c *campaign) one(seed uint64) bool {
	s := generate(newChoices(seed, nil))
	d, want := differ(s)
	switch {
	case want.invalid != nil:
	case want.endless || want.panics:
		c.endless.Add(1)
	case want.err != "":
		c.failed.Add(1)
	default:
		c.good.Add(1)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if want.invalid != nil {
		c.invalid = append(c.invalid, fmt.Sprintf("seed %d: %v\n%s", seed, want.invalid, s))
	}
	if c.messages != nil {
		c.tally(&want)
	}
	if d != nil {
		if old := c.found[d.key()]; old != nil {
			old.count++
		} else {
			d.seed, d.count = seed, 1
			c.found[d.key()] = d
		}
	}
	return len(c.found) < 40 && len(c.invalid) < 5
}

var attempted = regexp.MustCompile(`\(False, "([^\[]*)\[`)

// tally counts the error that ended a program, and those that it printed.
func (c *campaign) tally(r *report) {
	if r.msg != "" {
		c.messages[cut(particular.ReplaceAllString(r.msg, "_"))]++
	}
	for _, m := range attempted.FindAllStringSubmatch(r.printed, -1) {
		c.messages[cut(particular.ReplaceAllString(m[1], "_"))]++
	}
}

// histogram is how often errors were met, the most frequent first.
func (c *campaign) histogram() string {
	list := slices.Collect(maps.Keys(c.messages))
	slices.SortFunc(list, func(a, b string) int {
		return cmp.Or(c.messages[b]-c.messages[a], cmp.Compare(a, b))
	})
	s := fmt.Sprintf("%d kinds of errors", len(list))
	for _, m := range list[:min(len(list), 80)] {
		s += fmt.Sprintf("\n%7d %s", c.messages[m], m)
	}
	return s
}

// sorted returns what was found, the most frequent first.
func (c *campaign) sorted() []*difference {
	return slices.SortedFunc(maps.Values(c.found), func(a, b *difference) int { return b.count - a.count })
}
