package remote

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/wire"
	"go.starlark.net/starlark"
)

// An asked is a question of a task, and the answer once there is one.
type asked struct {
	question question
	done     chan struct{} // closed when data is there, with the item's mu
	data     []byte
}

// answer answers what a task of the parcel asks.
func (p *parcel) answer(ctx context.Context, op string, data []byte) []byte {
	q, ok := unpackQuestion(data)
	if !ok || q.place >= len(p.items) {
		return packFailure(errBroken)
	}
	it := p.items[q.place]
	if q.what != askCall {
		return it.home.look(ctx, it.put, q)
	}
	a := it.asked(op, q)
	if a == nil {
		return packFailure(errGone)
	}
	<-a.done
	return a.data
}

// asked puts a question, unless that was done before: a parcel that the item was in before
// may have. Nil: nobody waits for the item any more.
func (it *item) asked(op string, q question) *asked {
	it.mu.Lock()
	defer it.mu.Unlock()
	if a := it.answers[op]; a != nil {
		return a
	}
	if it.gone {
		return nil
	}
	a := &asked{question: q, done: make(chan struct{})}
	if it.call.Family != nil { // else it is in one parcel only
		if it.answers == nil {
			it.answers = map[string]*asked{}
		}
		it.answers[op] = a
	}
	it.asks = append(it.asks, a)
	it.tell()
	return a
}

// next returns a question for the item's thread to answer, if there is one, or that the
// outcome is there.
func (it *item) next() (a *asked, over bool) {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.over || len(it.asks) == 0 {
		return nil, it.over
	}
	return it.asks[0], false
}

// reply answers the first of the questions.
func (it *item) reply(a *asked, data []byte) {
	it.mu.Lock()
	defer it.mu.Unlock()
	it.asks = it.asks[1:]
	a.data = data
	close(a.done)
}

var errGone = errors.New("nobody waits for this task any more")

// serve makes a call that a task has asked for, on the thread that waits for the task.
func (it *item) serve(t *engine.Thread, q question) []byte {
	v, err := it.home.call(t, q)
	if err != nil {
		return packFailure(err)
	}
	return it.home.packValue(t.Context(), it.put, v)
}

func (h *home) call(t *engine.Thread, q question) (starlark.Value, error) {
	fn, err := h.value(q.id)
	if err == nil && q.name != "" {
		fn, err = attr(fn, q.name)
	}
	if err != nil {
		return nil, err
	}
	packed, err := h.dec.Value(q.data, true)
	if err != nil {
		return nil, err
	}
	args, kwargs, ok := unpackArgs(packed)
	if !ok {
		return nil, errBroken
	}
	return t.Call(fn, args, kwargs)
}

func attr(v starlark.Value, name string) (starlark.Value, error) {
	if x, ok := v.(starlark.HasAttrs); ok {
		a, err := x.Attr(name)
		if a != nil || err != nil {
			return a, err
		}
	}
	return nil, starlark.NoSuchAttrError(fmt.Sprintf("%s has no .%s attribute", v.Type(), name))
}

// look answers what needs no thread, and changes nothing.
func (h *home) look(ctx context.Context, put putter, q question) []byte {
	v, err := h.value(q.id)
	if err != nil {
		return packFailure(err)
	}
	v, err = h.lookAt(v, q)
	switch _, calls := v.(starlark.Callable); {
	case err != nil:
		return packFailure(err)
	case calls && q.what == askAttr:
		return []byte{method}
	}
	return h.packValue(ctx, put, v)
}

func (h *home) lookAt(v starlark.Value, q question) (starlark.Value, error) {
	var key starlark.Value
	if len(q.data) > 0 {
		var err error
		if key, err = h.dec.Value(q.data, true); err != nil {
			return nil, err
		}
	}
	if q.what == askAttr {
		return attr(v, q.name)
	}
	if q.what == askText {
		return starlark.String(v.String()), nil
	}
	switch x := v.(type) {
	case starlark.IterableMapping:
		return lookInto(x, q.what, key)
	case starlark.HasAttrs:
		if q.what == askNames {
			return texts(x.AttrNames()), nil
		}
	}
	return nil, errBroken
}

// lookInto answers what is asked about a mapping. A value is told with whether it is there.
func lookInto(m starlark.IterableMapping, what byte, key starlark.Value) (starlark.Value, error) {
	switch what {
	case askLen:
		return starlark.MakeInt(starlark.Len(m)), nil
	case askItems:
		var list starlark.Tuple
		for _, kv := range m.Items() {
			list = append(list, kv)
		}
		return list, nil
	case askNames:
		if x, ok := m.(starlark.HasAttrs); ok {
			return texts(x.AttrNames()), nil
		}
	case askGet:
		v, found, err := m.Get(key)
		if v == nil {
			v = starlark.None
		}
		return starlark.Tuple{v, starlark.Bool(found)}, err
	case askHas:
		if x, ok := m.(starlark.Container); ok {
			found, err := x.Has(key)
			return starlark.Bool(found), err
		}
	}
	return nil, errBroken
}

func texts(list []string) starlark.Tuple {
	t := make(starlark.Tuple, len(list))
	for i, s := range list {
		t[i] = starlark.String(s)
	}
	return t
}

// A putter has what an answer refers to where workers find it.
type putter func(ctx context.Context, blobs []wire.Blob) error

func (h *home) packValue(ctx context.Context, put putter, v starlark.Value) []byte {
	m, err := h.enc.Value(v)
	if err == nil {
		err = put(ctx, m.Blobs)
	}
	if err != nil {
		return packFailure(err)
	}
	if len(m.Data) < cluster.MaxQuestion {
		return append([]byte{returned}, m.Data...)
	}
	large := wire.Blob{Hash: wire.Hash(cluster.HashOf(m.Data)), Data: m.Data}
	if err := put(ctx, []wire.Blob{large}); err != nil {
		return packFailure(err)
	}
	return append([]byte{apart}, large.Hash[:]...)
}

func packFailure(err error) []byte { return append([]byte{failed}, wire.Failure(err)...) }

// packArgs makes one value of the arguments of a call.
func packArgs(args starlark.Tuple, kwargs []starlark.Tuple) starlark.Value {
	named := make(starlark.Tuple, len(kwargs))
	for i, kv := range kwargs {
		named[i] = kv
	}
	return starlark.Tuple{args, named}
}

// unpackArgs is the reverse of packArgs.
func unpackArgs(v starlark.Value) (args starlark.Tuple, kwargs []starlark.Tuple, ok bool) {
	both, _ := v.(starlark.Tuple)
	if len(both) != 2 {
		return nil, nil, false
	}
	args, ok = both[0].(starlark.Tuple)
	named, ok2 := both[1].(starlark.Tuple)
	for _, x := range named {
		kv, ok := x.(starlark.Tuple)
		if !ok || len(kv) != 2 || kv[0].Type() != "string" {
			return nil, nil, false
		}
		kwargs = append(kwargs, kv)
	}
	return args, kwargs, ok && ok2
}
