package timeline

import "math/bits"

// Lanes hands out numbers, from 0: the lowest that is free. The zero value has given
// none.
type lanes struct {
	n    int32    // how many have been handed out at once, at most
	free []uint64 // bit i of word w: 64w+i has been given back
	low  int      // no word below it has a bit set
}

// take takes the lowest free number.
func (l *lanes) take() int32 {
	for ; l.low < len(l.free); l.low++ {
		if w := l.free[l.low]; w != 0 {
			i := bits.TrailingZeros64(w)
			l.free[l.low] &^= 1 << i
			return int32(l.low*64 + i)
		}
	}
	l.n++
	return l.n - 1
}

// give gives a number back.
func (l *lanes) give(i int32) {
	w := int(i / 64)
	for len(l.free) <= w {
		l.free = append(l.free, 0)
	}
	l.free[w] |= 1 << (i % 64)
	l.low = min(l.low, w)
}
