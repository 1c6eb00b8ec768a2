package toml

import (
	"fmt"

	"github.com/pelletier/go-toml/v2/unstable"
	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// A kind says how a table came to be, and so who may put something into it.
type kind uint8

const (
	implied kind = iota // on the way to another: by [a] once, never by keys
	headed              // by [a]: no more
	dotted              // on the way of a dotted key: by other such keys
	closed              // {…}: no more
)

// maxPath is how many names a key may have.
const maxPath = 100

// A reader makes values of the expressions of a document.
type reader struct {
	t      *engine.Thread
	parser unstable.Parser
	root   *starlark.Dict
	at     *starlark.Dict // the table that keys go to
	seen   int
	kinds  map[*starlark.Dict]kind
	tables map[*starlark.List]bool // made by [[a]]
}

func newReader(t *engine.Thread) *reader {
	root := new(starlark.Dict)
	return &reader{t: t, root: root, at: root, kinds: map[*starlark.Dict]kind{root: headed}, tables: map[*starlark.List]bool{}}
}

// place returns where an expression is: at the first name of its key.
func (r *reader) place(n *unstable.Node) unstable.Range {
	if n.Kind == unstable.Comment {
		return n.Raw
	}
	it := n.Key()
	it.Next()
	return it.Node().Raw
}

// expression reads a key with its value, or the head of a table.
func (r *reader) expression(n *unstable.Node) error {
	switch n.Kind {
	case unstable.KeyValue:
		return r.pair(r.at, n)
	case unstable.Table, unstable.ArrayTable:
		path, err := path(n.Key())
		if err != nil {
			return err
		}
		d, err := r.walk(r.root, path[:len(path)-1])
		if err != nil {
			return err
		}
		if last := path[len(path)-1]; n.Kind == unstable.Table {
			return r.table(d, last)
		} else {
			return r.element(d, last)
		}
	}
	return nil // a comment
}

func path(it unstable.Iterator) ([]starlark.String, error) {
	var path []starlark.String
	for it.Next() {
		if len(path) == maxPath {
			return nil, fmt.Errorf("a key of more than %d names", maxPath)
		}
		path = append(path, starlark.String(it.Node().Data))
	}
	return path, nil
}

// newTable puts a table in another.
func (r *reader) newTable(d *starlark.Dict, name starlark.String, k kind) (*starlark.Dict, error) {
	next := new(starlark.Dict)
	r.kinds[next] = k
	return next, d.SetKey(name, next)
}

// walk returns the table at the path of a head, and makes what is not there.
func (r *reader) walk(d *starlark.Dict, path []starlark.String) (*starlark.Dict, error) {
	for _, name := range path {
		v, ok, _ := d.Get(name) // a string can be looked up
		if list, is := v.(*starlark.List); is && r.tables[list] {
			v = list.Index(list.Len() - 1)
		}
		next, is := v.(*starlark.Dict)
		var err error
		switch {
		case !ok:
			next, err = r.newTable(d, name, implied)
		case !is || r.kinds[next] == closed:
			err = fmt.Errorf("key %v is there already, and nothing can be added to it", name)
		}
		if err != nil {
			return nil, err
		}
		d = next
	}
	return d, nil
}

// table goes to the table of a head [a].
func (r *reader) table(d *starlark.Dict, name starlark.String) (err error) {
	v, ok, _ := d.Get(name)
	next, is := v.(*starlark.Dict)
	switch {
	case !ok:
		next, err = r.newTable(d, name, headed)
	case !is || r.kinds[next] != implied:
		err = fmt.Errorf("table %v is there already", name)
	}
	if err == nil {
		r.at, r.kinds[next] = next, headed
	}
	return err
}

// element goes to the next table of a head [[a]].
func (r *reader) element(d *starlark.Dict, name starlark.String) error {
	v, ok, _ := d.Get(name)
	list, is := v.(*starlark.List)
	switch {
	case !ok:
		list = starlark.NewList(nil)
		r.tables[list] = true
		if err := d.SetKey(name, list); err != nil {
			return err
		}
	case !is || !r.tables[list]:
		return fmt.Errorf("key %v is there already, and is no list of tables", name)
	}
	r.at = new(starlark.Dict)
	r.kinds[r.at] = headed
	return list.Append(r.at)
}

// pair reads a key with its value.
func (r *reader) pair(d *starlark.Dict, n *unstable.Node) error {
	path, err := path(n.Key())
	if err != nil {
		return err
	}
	v, err := r.value(n.Value())
	if err != nil {
		return err
	}
	for _, name := range path[:len(path)-1] {
		old, ok, _ := d.Get(name)
		next, is := old.(*starlark.Dict)
		switch {
		case !ok:
			next, err = r.newTable(d, name, dotted)
		case !is || r.kinds[next] != dotted:
			err = fmt.Errorf("key %v is there already, and nothing can be added to it", name)
		}
		if err != nil {
			return err
		}
		d = next
	}
	last := path[len(path)-1]
	if _, ok, _ := d.Get(last); ok {
		return fmt.Errorf("key %v is there already", last)
	}
	return d.SetKey(last, v)
}

func (r *reader) value(n *unstable.Node) (starlark.Value, error) {
	if r.seen++; r.seen%1000 == 0 {
		if err := r.t.Cancelled(); err != nil {
			return nil, err
		}
	}
	switch n.Kind {
	case unstable.String:
		return starlark.String(n.Data), nil
	case unstable.Bool:
		return starlark.Bool(string(n.Data) == "true"), nil
	case unstable.Integer:
		return integer(string(n.Data))
	case unstable.Float:
		return float(string(n.Data))
	case unstable.LocalDate, unstable.LocalTime, unstable.LocalDateTime, unstable.DateTime:
		return moment(string(n.Data))
	case unstable.Array:
		var list []starlark.Value
		for it := n.Children(); it.Next(); {
			if it.Node().Kind == unstable.Comment {
				continue
			}
			v, err := r.value(it.Node())
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return starlark.NewList(list), nil
	case unstable.InlineTable:
		d := new(starlark.Dict)
		r.kinds[d] = closed
		for it := n.Children(); it.Next(); {
			if it.Node().Kind != unstable.KeyValue {
				continue
			}
			if err := r.pair(d, it.Node()); err != nil {
				return nil, err
			}
		}
		return d, nil
	}
	return nil, fmt.Errorf("a %v is no value", n.Kind)
}
