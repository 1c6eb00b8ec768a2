package main

import (
	"fmt"
	"math"
	"time"
)

// A kind is something that must not grow.
type kind struct {
	name  string
	unit  float64 // what one of it is shown as: 1, or 1 << 20 for MiB
	noise float64 // growth up to this is none
	share float64 // nor is growth by this share

	// counted is what runs leave none of, so that the end is compared with the base
	// line. Of memory something always moves: the floor of the last third of the time is
	// compared with that of the second one.
	counted bool
}

const mib = 1 << 20

// kinds are in the order of a sample's values.
var kinds = []kind{
	{name: "heap MiB", unit: mib, noise: mib / 2, share: 0.05},
	{name: "RSS MiB", unit: mib, noise: 8 * mib, share: 0.2},
	{name: "goroutines", unit: 1, noise: 1, counted: true},
	{name: "open files", unit: 1, noise: 1, counted: true},
	{name: "processes", unit: 1, counted: true},
	{name: "temporary files", unit: 1, counted: true},
}

const (
	heap = iota
	rss
	goroutines
	descriptors
	processes
	temporary
)

// unknown is the value of what this system does not tell.
const unknown = -1

// A sample is what was there at one moment at which nothing ran.
type sample struct {
	at     time.Duration // since the start
	laps   int
	values [temporary + 1]float64
}

// floor is the least value of a kind in the samples.
func floor(samples []sample, k int) float64 {
	least := math.Inf(1)
	for _, s := range samples {
		least = min(least, s.values[k])
	}
	return least
}

// A growth is how a kind has grown.
type growth struct {
	kind
	from, to float64
}

func (g growth) leak() bool {
	return g.to != unknown && g.to-g.from > max(g.noise, g.share*g.from)
}

func (g growth) String() string {
	since := "the second third"
	if g.counted {
		since = "the base line"
	}
	return fmt.Sprintf("%s grew from %s to %s since %s", g.name, g.show(g.from), g.show(g.to), since)
}

// show writes a value of the kind.
func (k kind) show(v float64) string {
	switch {
	case v == unknown:
		return "?"
	case k.unit == 1:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.1f", v/k.unit)
}

// growths compares the ends of the samples, of which the first one is the base line and
// at least three follow.
func growths(samples []sample) []growth {
	third := len(samples) / 3
	second, last := samples[third:2*third], samples[len(samples)-third:]
	list := make([]growth, len(kinds))
	for i, k := range kinds {
		list[i] = growth{k, floor(second, i), floor(last, i)}
		if k.counted {
			list[i].from = samples[0].values[i]
		}
	}
	return list
}
