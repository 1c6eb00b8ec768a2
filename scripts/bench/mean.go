package main

import (
	"fmt"
	"math"
)

// means returns a line for each peer that has an aim for the geometric mean of
// its ratios over all lines of a row: one kind of work cannot make up for another
// as it would in a sum of times.
func means(lines []line) []line {
	type key struct{ row, peer string }
	ratios := map[key][]float64{}
	for _, l := range lines {
		if l.mean > 0 && l.Ratio > 0 {
			k := key{l.Row, l.Peer}
			ratios[k] = append(ratios[k], l.Ratio)
		}
	}
	var list []line
	for _, l := range lines { // for their order
		k := key{l.Row, l.Peer}
		values := ratios[k]
		if values == nil {
			continue
		}
		delete(ratios, k)
		m := line{Row: l.Row, What: fmt.Sprintf("geometric mean of the %d", len(values)), Peer: l.Peer, Ratio: geometric(values)}
		m.aim(l.mean)
		list = append(list, m)
	}
	return list
}

func geometric(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += math.Log(v)
	}
	return math.Exp(sum / float64(len(values)))
}
