package universe

import (
	"errors"
	"fmt"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

const (
	numbersPerCheck = 4096 // additions of numbers between two looks at the Canceller
	othersPerCheck  = 64   // the same for lists and others, where one addition may copy much
)

// def sum(xs: Iterable, start=0) -> Any
//
// sum returns start + xs[0] + xs[1] …, from left to right, each step as `+` does it. Floats
// are therefore added as a loop would add them, without the compensation that
// Python has had since 3.12: sum(xs) and the loop it replaces agree.
func sum(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var xs, start starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "xs", &xs, "start?", &start); err != nil {
		return nil, err
	}
	switch start.(type) {
	case nil:
		start = starlark.MakeInt(0)
	case starlark.String:
		return nil, errors.New(`sum: strings are not summed; use "".join(xs)`)
	case starlark.Bytes:
		return nil, errors.New("sum: bytes are not summed")
	}
	it, err := guard.Iterate(thread, xs)
	if err != nil {
		return nil, err
	}
	if it == nil {
		return nil, fmt.Errorf("sum: got %s, want an iterable", xs.Type())
	}
	defer it.Done()

	var acc total
	acc.set(start)
	var x starlark.Value
	for n, check := 0, 0; it.Next(&x); n++ {
		if check--; check < 0 {
			if err := cancelled(thread); err != nil {
				return nil, err
			}
			check = acc.interval()
		}
		if err := acc.add(x); err != nil {
			return nil, fmt.Errorf("sum: element %d: %w", n, err)
		}
	}
	if err := guard.Err(it); err != nil {
		return nil, err
	}
	return acc.value(), nil
}

// A total is a sum so far. The usual ones stay unboxed, so that adding to them
// allocates nothing.
type total struct {
	kind  totalKind
	whole int64
	float float64
	other starlark.Value // big ints, too
}

type totalKind int

const (
	other totalKind = iota
	whole
	float
)

func (t *total) set(v starlark.Value) {
	switch v := v.(type) {
	case starlark.Int:
		if n, ok := v.Int64(); ok {
			*t = total{kind: whole, whole: n}
			return
		}
	case starlark.Float:
		*t = total{kind: float, float: float64(v)}
		return
	}
	*t = total{other: v}
}

func (t *total) value() starlark.Value {
	switch t.kind {
	case whole:
		return starlark.MakeInt64(t.whole)
	case float:
		return starlark.Float(t.float)
	}
	return t.other
}

// add is t += x.
func (t *total) add(x starlark.Value) error {
	switch x := x.(type) {
	case starlark.Int:
		if n, ok := x.Int64(); ok && t.kind == whole {
			if sum := t.whole + n; (sum < t.whole) == (n < 0) { // no overflow
				t.whole = sum
				return nil
			}
		}
	case starlark.Float:
		if t.kind == float {
			t.float += float64(x)
			return nil
		}
	}
	v, err := starlark.Binary(syntax.PLUS, t.value(), x)
	if err == nil {
		t.set(v)
	}
	return err
}

// interval returns how many elements may be added before the next look at the
// Canceller.
func (t *total) interval() int {
	if t.kind == other {
		return othersPerCheck
	}
	return numbersPerCheck
}
