// Package guard answers, before go.starlark.net's code is called, whether an
// operation would make something too big or nest too deep, and does what that code
// could not be stopped in.
//
// A function that only says whether something may be done (Concat, Repeat, Slice,
// Int, Interpolate, Printable, Hashable, Admit) costs a few nanoseconds for small
// operands and allocates nothing. A function that does it (Binary, Compare, Has,
// Call, Percent, Text, Sliced, Extend, Collect) gives what go.starlark.net gives, and
// the same errors.
//
// What is left: an operation that takes time in proportion to the memory of its
// operands and its result, which Max bounds, is not interrupted while
// go.starlark.net does it. That is copying and searching strings and lists (1 GB in
// a second, titles 10 ns a byte) and the growth of a dict or set (some 100 ns an
// element, at once, and quadratic where the script chose keys that collide). Host
// values are asked for their String, Hash and comparison without a guard.
package guard

import (
	"fmt"
	"math"
	"math/bits"
)

// A Budget bounds single operations of one thread. Not safe for concurrent use.
type Budget struct {
	Max  int64        // bytes of a single value
	Stop func() error // why the thread must stop, nil while it may go on; called now and then in long operations; may be nil

	// Room returns an error if there is no memory for n bytes more. It is asked before
	// that much is made at once, if it is a lot, and while a collection that is already
	// large grows: that is copied on the way. May be nil.
	Room func(n int64) error

	work  int   // done since Stop was asked
	spare *text // where short texts are written
}

// A LimitError says which limit was reached.
type LimitError struct{ Msg string }

func (e *LimitError) Error() string { return e.Msg }

// Kind returns "limit".
func (e *LimitError) Kind() string { return "limit" }

// Bytes writes a number of bytes as people do.
func Bytes(n int64) string {
	if n < 1<<10 {
		return fmt.Sprintf("%d bytes", n)
	}
	f, unit := float64(n)/(1<<10), 0
	for f >= 1024 && unit < 5 {
		f /= 1024
		unit++
	}
	return fmt.Sprintf("%.1f %ciB", f, "KMGTPE"[unit])
}

const (
	// patience is how much work is done between two looks at whether to stop: so
	// many elements, some 50 µs.
	patience = 1 << 12

	// perElement is how many bytes of a string are as much work as an element.
	perElement = 64

	// maxDepth bounds the nesting of values that go.starlark.net's recursive code
	// goes through; a goroutine's stack holds a million levels.
	maxDepth = 10_000
)

// spend takes n elements of work into account. It returns why to stop, if it asked.
func (b *Budget) spend(n int) error {
	if b.work += n; b.work < patience {
		return nil
	}
	return b.stopped()
}

func (b *Budget) stopped() error {
	b.work = 0
	if b.Stop == nil {
		return nil
	}
	return b.Stop()
}

// fits says whether a value of n elements, each of some bytes, may be made.
func (b *Budget) fits(what string, n, size int64) error {
	if need := times(max(n, 0), size); need <= b.Max {
		return nil
	}
	unit := "elements"
	if size == 1 {
		unit = "bytes"
	}
	return &LimitError{Msg: fmt.Sprintf("%s of %d %s needs %s, limit is %s", what, n, unit, Bytes(times(n, size)), Bytes(b.Max))}
}

// much is how many bytes are made without asking whether there is room for them.
const much = 8 << 20

// make says whether a value of n elements, each of some bytes, may be made at once.
func (b *Budget) make(what string, n, size int64) error {
	if err := b.fits(what, n, size); err != nil {
		return err
	}
	return b.room(times(max(n, 0), size))
}

// Bytes says whether a text of n bytes may be made at once.
func (b *Budget) Bytes(n int64) error { return b.make("string", n, 1) }

func (b *Budget) room(n int64) error {
	if n < much || b.Room == nil {
		return nil
	}
	return b.Room(n)
}

// often is how many elements a growing collection gets between two looks at whether
// there is room for more.
const often = 1 << 16

// grow says whether a collection of n elements may get more, to have to elements. Go
// makes it a quarter larger than it must be, and copies.
func (b *Budget) grow(what string, n, to, size int64) error {
	if err := b.fits(what, to, size); err != nil {
		return err
	}
	if n/often == to/often {
		return nil
	}
	return b.room(times(to, size) / 4 * 5)
}

// times and plus compute with numbers that are not negative; what has more than 63
// bits becomes the largest number.
func times(x, y int64) int64 {
	hi, lo := bits.Mul64(uint64(x), uint64(y))
	if hi != 0 || lo > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(lo)
}

func plus(x, y int64) int64 {
	if x > math.MaxInt64-y {
		return math.MaxInt64
	}
	return x + y
}
