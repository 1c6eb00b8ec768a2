package sync

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// A mark stands in a key between the arguments by position and those by name.
type mark struct{ starlark.NoneType }

// keyOf returns the key of a call.
func (c *cached) keyOf(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key starlark.Value = args
	if c.key != nil {
		v, err := starlark.Call(thread, c.key, args, kwargs)
		if err != nil {
			return nil, err
		}
		key = v
	} else if len(kwargs) > 0 {
		named := slices.Clone(kwargs)
		slices.SortFunc(named, func(a, b starlark.Tuple) int {
			return strings.Compare(string(a[0].(starlark.String)), string(b[0].(starlark.String)))
		})
		all := append(slices.Clone(args), mark{})
		for _, kv := range named {
			all = append(all, kv...)
		}
		key = all
	}
	err := hashable(key)
	if err == nil {
		_, err = key.Hash()
	}
	if err == nil {
		return key, nil
	}
	if c.key != nil {
		return nil, fmt.Errorf("cache: %w; the function given as key must return something that can be a key of a dict", err)
	}
	return nil, fmt.Errorf("cache: %w; give cache(key=…) a function that makes a key of the arguments", err)
}

// maxKey is how many values there may be in one key: hashing cannot be stopped.
const maxKey = 100_000

// hashable returns an error for a key that it would take too long to hash: each
// mention of a tuple counts, as hashing it does.
func hashable(key starlark.Value) error {
	switch key.(type) {
	case starlark.Tuple, *starlarkstruct.Struct:
	default:
		return nil
	}
	todo := []starlark.Value{key}
	for seen := 0; len(todo) > 0; seen++ {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch v := v.(type) {
		case starlark.Tuple:
			todo = append(todo, v...)
		case *starlarkstruct.Struct:
			for i := range v.Len() {
				_, e := v.AttrAt(i)
				todo = append(todo, e)
			}
		}
		if seen+len(todo) > maxKey {
			return fmt.Errorf("a key of more than %d values cannot be hashed in time", maxKey)
		}
	}
	return nil
}
