package guard

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// maxHash is how many values may be hashed for one key: a tenth of a second, in
// which nothing can stop go.starlark.net.
const maxHash = 10_000_000

// Hashable says whether v may be hashed: go.starlark.net goes through a tuple once
// for each time that it is mentioned, and does so recursively. nil does not mean
// that v has a hash. For a flat tuple it costs some nanoseconds an element.
func (b *Budget) Hashable(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.Tuple:
		if allFlat(v) {
			return nil
		}
	case *starlarkstruct.Struct:
	default:
		return nil
	}
	return b.hashable(v)
}

// allFlat reports whether a short tuple has elements of one piece only, none of
// them long.
func allFlat(t starlark.Tuple) bool {
	if len(t) > patience {
		return false
	}
	for _, x := range t {
		if !isFlat(x) {
			return false
		}
	}
	return true
}

func isFlat(x starlark.Value) bool {
	switch x := x.(type) {
	case starlark.String:
		return len(x) <= 1<<10
	case starlark.Int:
		return isSmall(x)
	case starlark.Float, starlark.Bool, starlark.NoneType:
		return true
	}
	return false
}

// A hashing is a tuple or a struct and how much of it has been looked at.
type hashing struct {
	tuple  starlark.Tuple
	fields *starlarkstruct.Struct
	next   int
}

func (h *hashing) step() starlark.Value {
	i := h.next
	h.next++
	if h.fields != nil {
		if i == h.fields.Len() {
			return nil
		}
		_, v := h.fields.AttrAt(i)
		return v
	}
	if i == len(h.tuple) {
		return nil
	}
	return h.tuple[i]
}

func (b *Budget) hashable(v starlark.Value) error {
	var stack []hashing
	for done := 0; ; {
		cost := 1
		switch v := v.(type) {
		case starlark.Tuple:
			stack = append(stack, hashing{tuple: v})
		case *starlarkstruct.Struct:
			stack = append(stack, hashing{fields: v})
		case *starlark.List, *starlark.Dict, *starlark.Set:
			return nil // go.starlark.net stops here, too
		case starlark.String:
			cost += len(v) / perElement
		case starlark.Bytes:
			cost += len(v) / perElement
		}
		if done += cost; done > maxHash {
			return &LimitError{Msg: fmt.Sprintf("hash of more than %d values", maxHash)}
		}
		if len(stack) > maxDepth {
			return &LimitError{Msg: fmt.Sprintf("hash of a value nested more than %d levels deep", maxDepth)}
		}
		if err := b.spend(cost); err != nil {
			return err
		}
		for v = nil; v == nil && len(stack) > 0; {
			if v = stack[len(stack)-1].step(); v == nil {
				stack = stack[:len(stack)-1]
			}
		}
		if v == nil {
			return nil
		}
	}
}
