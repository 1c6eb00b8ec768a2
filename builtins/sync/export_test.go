package sync

import "go.starlark.net/starlark"

// Waiting returns how many threads wait for a value.
func Waiting(v starlark.Value) int {
	switch v := v.(type) {
	case *permits:
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.line.list.Len()
	case *queue:
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.getters.list.Len() + v.putters.list.Len()
	case *event:
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.line.list.Len()
	}
	panic(v.Type())
}
