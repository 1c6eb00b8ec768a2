package eval

import (
	"math"

	"go.starlark.net/starlark"
)

// A val is a value inside the evaluator: a starlark.Value, or an int of up to 64
// bits or a float that has no place on the heap. The zero val is no value: a
// variable that is not set yet, or an expression that failed.
//
// An int is kept as intTag whenever the evaluator has computed it, and mostly when
// it read it; a starlark.Int may stand for the same number, so operators accept
// both. So it is with floats.
type val struct {
	ref starlark.Value // nil: no value; *intTag, *floatTag: the number is in n; *bigInt
	n   uint64
}

// Tags are never seen outside: value replaces them.
type (
	intTag   struct{ starlark.NoneType }
	floatTag struct{ starlark.NoneType }
)

func intVal(i int64) val     { return val{(*intTag)(nil), uint64(i)} }
func floatVal(f float64) val { return val{(*floatTag)(nil), math.Float64bits(f)} }
func boolVal(b bool) val     { return val{ref: starlark.Bool(b)} }
func (v val) isInt() bool    { _, ok := v.ref.(*intTag); return ok }
func (v val) isFloat() bool  { _, ok := v.ref.(*floatTag); return ok }
func (v val) float() float64 { return math.Float64frombits(v.n) }

var none = val{ref: starlark.None}

// value returns v as everybody else knows it; nil for no value.
func (v val) value() starlark.Value {
	if v.isInt() {
		return starlark.MakeInt64(int64(v.n))
	}
	return v.other()
}

// other is value for what is not an int of 64 bits.
func (v val) other() starlark.Value {
	switch x := v.ref.(type) {
	case *floatTag:
		return starlark.Float(v.float())
	case *bigInt:
		return starlark.MakeBigInt(&x.i)
	}
	return v.ref
}

// valOf is the way in. Ints of more than 32 bits stay on the heap, where they are:
// taking them in would cost an allocation for each way out.
func valOf(x starlark.Value) val {
	if i, ok := x.(starlark.Int); ok {
		return intOf(x, i)
	}
	return val{ref: x}
}

func intOf(x starlark.Value, i starlark.Int) val {
	if n, ok := i.Int64(); ok && n == int64(int32(n)) {
		return intVal(n)
	}
	return val{ref: x}
}

// number returns v as it is inside the evaluator if it is an int or a float.
func (v val) number() val {
	switch x := v.ref.(type) {
	case starlark.Int:
		if n, ok := x.Int64(); ok {
			return intVal(n)
		}
		return bigFrom(x.BigInt())
	case starlark.Float:
		return floatVal(float64(x))
	}
	return v
}

// asFloat returns a number of 64 bits as a float, and whether it is one.
func (v val) asFloat() (f float64, floating, ok bool) {
	switch x := v.ref.(type) {
	case *floatTag:
		return v.float(), true, true
	case *intTag:
		return float64(int64(v.n)), false, true
	case starlark.Float:
		return float64(x), true, true
	}
	return 0, false, false
}

// truth is the truth value of v.
func (v val) truth() bool {
	switch x := v.ref.(type) {
	case starlark.Bool:
		return bool(x)
	case *intTag:
		return v.n != 0
	case *floatTag:
		return v.float() != 0
	case *bigInt:
		return true
	}
	return bool(v.ref.Truth())
}

// values returns the values of vs.
func values(vs []val) []starlark.Value {
	list := make([]starlark.Value, len(vs))
	for i, v := range vs {
		list[i] = v.value()
	}
	return list
}
