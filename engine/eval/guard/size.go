package guard

import (
	"reflect"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
)

// slot is what an element of a list or tuple takes.
const slot = 16

// sizeOf returns a sequence's name, length and bytes an element; "" for others.
func sizeOf(x starlark.Value) (what string, n, size int64) {
	switch x := x.(type) {
	case starlark.String:
		return "string", int64(len(x)), 1
	case starlark.Bytes:
		return "bytes", int64(len(x)), 1
	case *starlark.List:
		return "list", int64(x.Len()), slot
	case starlark.Tuple:
		return "tuple", int64(len(x)), slot
	}
	return "", 0, 0
}

// maxRepeat is the number of elements from which on go.starlark.net itself refuses
// to repeat.
const maxRepeat = 1 << 30

// Repeat says whether x * y may be computed for a sequence and an int, in either
// order. What go.starlark.net refuses is left to it.
func (b *Budget) Repeat(x, y starlark.Value) error {
	count, ok := y.(starlark.Int)
	if !ok {
		if count, ok = x.(starlark.Int); !ok {
			return nil
		}
		x = y
	}
	what, n, size := sizeOf(x)
	if what == "" {
		return nil
	}
	times, ok := count.Int64()
	if !ok || times != int64(int32(times)) || times < 1 || n >= maxRepeat || n*times >= maxRepeat {
		return nil
	}
	return b.make(what, n*times, size)
}

// Concat says whether x + y may be computed for two sequences.
func (b *Budget) Concat(x, y starlark.Value) error {
	what, n, size := sizeOf(x)
	if what == "" {
		return nil
	}
	if other, m, _ := sizeOf(y); other == what {
		return b.make(what, n+m, size)
	}
	return nil
}

// Slice says whether x may be asked for Slice(start, end, step), whose conditions
// hold: for the size of what that makes, and for a range, of which go.starlark.net
// multiplies the steps until they overflow to 0 and panics.
func (b *Budget) Slice(x starlark.Sliceable, start, end, step int) error {
	what, _, size := sizeOf(x)
	if what == "" {
		return b.sliceRange(x, step)
	}
	if _, list := x.(*starlark.List); step == 1 && !list {
		return nil // shares the memory of x
	}
	n := sliceLen(start, end, step)
	if step == 1 {
		return b.make(what, int64(n), size)
	}
	return b.grow(what, 0, int64(n), size)
}

func sliceLen(start, end, step int) int {
	switch {
	case step > 0 && end > start:
		return (end-start-1)/step + 1
	case step < 0 && start > end:
		return (start-end-1)/-step + 1
	}
	return 0
}

// Sliced is x.Slice(start, end, step) within the budget. It takes no more memory than
// the result needs; go.starlark.net takes up to twice as much on the way.
func (b *Budget) Sliced(x starlark.Sliceable, start, end, step int) (starlark.Value, error) {
	what, _, size := sizeOf(x)
	n := sliceLen(start, end, step)
	if what == "" || step == 1 || n <= 16 {
		if err := b.Slice(x, start, end, step); err != nil {
			return nil, err
		}
		return x.Slice(start, end, step), nil
	}
	if err := b.make(what, int64(n), size); err != nil {
		return nil, err
	}
	switch x := x.(type) {
	case starlark.String:
		return starlark.String(sliceText(string(x), start, n, step)), nil
	case starlark.Bytes:
		return starlark.Bytes(sliceText(string(x), start, n, step)), nil
	}
	list := make([]starlark.Value, n)
	for i := range list {
		list[i] = x.Index(start + i*step)
	}
	if what == "tuple" {
		return starlark.Tuple(list), nil
	}
	return starlark.NewList(list), nil
}

func sliceText(s string, start, n, step int) string {
	var b strings.Builder
	b.Grow(n)
	for i := range n {
		b.WriteByte(s[start+i*step])
	}
	return b.String()
}

var rangeType = func() reflect.Type {
	r, _ := starlark.Universe["range"].(*starlark.Builtin).CallInternal(nil, starlark.Tuple{starlark.MakeInt(1)}, nil)
	return reflect.TypeOf(r)
}()

func (b *Budget) sliceRange(x starlark.Sliceable, step int) error {
	if step == 1 || step == -1 || reflect.TypeOf(x) != rangeType {
		return nil
	}
	by := stepOf(x)
	if by >= 0 && by > maxInt/abs(step) || by < 0 && by < -maxInt/abs(step) {
		return &LimitError{Msg: "range whose step has more than 64 bits"}
	}
	return nil
}

const maxInt = int(^uint(0) >> 1)

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// stepOf returns the step of a range. A range of one element tells it by its text only.
func stepOf(x starlark.Value) int {
	parts := strings.Split(strings.TrimSuffix(x.String(), ")"), ", ")
	if len(parts) < 3 {
		return 1
	}
	by, _ := strconv.Atoi(parts[2])
	return by
}
