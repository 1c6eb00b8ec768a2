package engine

import (
	"reflect"
	"unsafe"

	"go.starlark.net/starlark"
)

// Where go.starlark.net keeps the frozen flags; -1 if it is not where it was.
var (
	listFrozen = flag(reflect.TypeFor[starlark.List](), "frozen")
	dictFrozen = flag(reflect.TypeFor[starlark.Dict](), "ht", "frozen")
	setFrozen  = flag(reflect.TypeFor[starlark.Set](), "ht", "frozen")
)

func flag(t reflect.Type, path ...string) int {
	offset := 0
	for _, name := range path {
		f, ok := t.FieldByName(name)
		if !ok {
			return -1
		}
		offset += int(f.Offset)
		t = f.Type
	}
	if t.Kind() != reflect.Bool {
		return -1
	}
	return offset
}

// freezeList freezes the list and nothing in it. List.Freeze would go on to the
// elements, and a nested function that names itself, anywhere below, sends
// go.starlark.net's Freeze round and round until the process dies of its stack;
// so does a structure that is millions deep. See "Why unsafe?" in RATIONALE.md.
func freezeList(l *starlark.List) { freezeFlag(unsafe.Pointer(l), listFrozen, l) }
func freezeDict(d *starlark.Dict) { freezeFlag(unsafe.Pointer(d), dictFrozen, d) }
func freezeSet(s *starlark.Set)   { freezeFlag(unsafe.Pointer(s), setFrozen, s) }

// FreezeShallow freezes a list, dict or set, but not what is in it, which is then its
// caller's to freeze; it does nothing to others.
func FreezeShallow(v starlark.Value) {
	switch v := v.(type) {
	case *starlark.List:
		freezeList(v)
	case *starlark.Dict:
		freezeDict(v)
	case *starlark.Set:
		freezeSet(v)
	}
}

func freezeFlag(p unsafe.Pointer, offset int, v starlark.Value) {
	if offset < 0 {
		v.Freeze()
		return
	}
	// Other threads read the flag of what is frozen already: never write it again.
	if frozen := (*bool)(unsafe.Add(p, offset)); !*frozen {
		*frozen = true
	}
}
