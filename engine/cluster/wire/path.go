package wire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// An Unsendable says what cannot be sent, why, and where it is: what it was found in,
// outermost first, as in
//
//	function bad → variable conn → ["list"] → [1]: a value of type "socket" cannot be sent to a worker
type Unsendable struct {
	Path []string
	Why  string
}

func (e *Unsendable) Error() string {
	if len(e.Path) == 0 {
		return e.Why
	}
	return strings.Join(shorten(e.Path), " → ") + ": " + e.Why
}

// maxPath is how much of a path is shown at each end.
const maxPath = 20

func shorten(path []string) []string {
	if n := len(path); n > 2*maxPath+1 {
		return slices.Concat(path[:maxPath], []string{"…"}, path[n-maxPath:])
	}
	return path
}

// refuse says that the part at of an item cannot be sent.
func (w *walk) refuse(from int32, at int, why string) error {
	return &Unsendable{append(w.path(from), w.step(from, at)...), why}
}

// refuseItem says that an item cannot be sent.
func (w *walk) refuseItem(i int32, why string) error { return &Unsendable{w.path(i), why} }

// path returns how an item was found.
func (w *walk) path(i int32) []string {
	var chain []int32
	for ; i >= 0; i = w.items[i].from {
		chain = append(chain, i)
	}
	var path []string
	for _, i := range slices.Backward(chain) {
		it := w.items[i]
		step := w.step(it.from, int(it.at))
		if fn, ok := it.v.(*eval.Function); ok {
			if len(step) == 1 && step[0] == "variable "+fn.Name() {
				step = nil
			}
			step = append(step, "function "+fn.Name())
		}
		if n := len(path); n > 0 && len(step) == 1 && step[0] == path[n-1] && fromFunction(step[0]) {
			continue // a decorated function within what it was decorated with
		}
		path = append(path, step...)
	}
	return path
}

// step says which part of an item something is.
func (w *walk) step(from int32, at int) []string {
	var text string
	if from < 0 {
		text = w.label(at)
	} else if in := w.items[from]; in.from < 0 || !isPortable(w.items[in.from].v) { // what a state is made of has no name
		text = part(in.v, at)
	}
	if text == "" {
		return nil
	}
	return []string{text}
}

func part(v starlark.Value, at int) string {
	switch v := v.(type) {
	case *starlark.List, starlark.Tuple:
		return fmt.Sprintf("[%d]", at)
	case *starlark.Set:
		return "element"
	case *starlark.Dict:
		return entry(v, at)
	case *eval.Function:
		return carried(v, at)
	case *starlarkstruct.Struct:
		if at == 0 {
			return "constructor"
		}
		name, _ := v.AttrAt(at - 1)
		return "." + name
	case *starlarkstruct.Module:
		if names := v.Members.Keys(); at > 0 {
			return "." + names[at-1]
		}
	case *starlark.Builtin:
		return "receiver of " + v.Name()
	}
	return ""
}

func fromFunction(step string) bool { return strings.HasPrefix(step, "function ") }

func isPortable(v starlark.Value) bool { _, ok := v.(engine.Portable); return ok }

// entry says which key or value of a dict something is.
func entry(d *starlark.Dict, at int) string {
	for k := range d.Entries() {
		switch at {
		case 0:
			return "key " + short(k)
		case 1:
			return "[" + short(k) + "]"
		}
		at -= 2
	}
	return ""
}

// short writes a key; not one that may be long.
func short(k starlark.Value) string {
	switch k := k.(type) {
	case starlark.String:
		if len(k) > 2*inline {
			k = starlark.String(strings.ToValidUTF8(string(k[:2*inline]), "") + "…")
		}
		return strconv.Quote(string(k))
	case starlark.Int:
		if n, ok := k.Int64(); ok {
			return strconv.FormatInt(n, 10)
		}
	case starlark.NoneType, starlark.Bool, starlark.Float:
		return k.String()
	}
	return "(" + k.Type() + ")"
}

func carried(fn *eval.Function, at int) string {
	for c := range fn.Carries {
		if at == 0 && c.Part == eval.Default {
			return "default of " + c.Name
		} else if at == 0 {
			return "variable " + c.Name
		}
		at--
	}
	return ""
}
