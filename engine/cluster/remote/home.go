package remote

import (
	"fmt"
	"strconv"
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster/wire"
	"go.starlark.net/starlark"
)

// A home is what a Caller has of one run of a script.
type home struct {
	abi string
	run *engine.Run
	enc *wire.Encoder
	dec *wire.Decoder

	mu     sync.Mutex      // guards what follows
	queues map[string]bool // that somebody looks after
	ids    map[starlark.Value]uint64
	values []starlark.Value // residents that were sent a name of, by id less 1
}

type homeKey struct{ c *Caller }

func (c *Caller) home(run *engine.Run) *home {
	return run.State(homeKey{c}, func() any {
		h := &home{abi: ABI(run.Engine()), run: run, queues: map[string]bool{}, ids: map[starlark.Value]uint64{}}
		h.enc = wire.NewEncoder(run, wire.EncoderOptions{Reference: h.reference})
		h.dec = wire.NewDecoder(run, wire.DecoderOptions{Fetch: h.fetch, Resolve: h.resolve})
		return h
	}).(*home)
}

// fetch returns the source of a function that was sent: others do not come back.
func (h *home) fetch(hash wire.Hash) ([]byte, error) {
	if data, ok := h.enc.Source(hash); ok {
		return data, nil
	}
	return nil, fmt.Errorf("the source %s is not one that was sent", hash)
}

// What a stand-in can do besides having attributes: the first letter of a reference's kind.
const (
	plainShape    = "o"
	callableShape = "c"
	mappingShape  = "m"
)

// reference names a value that stays here.
func (h *home) reference(v starlark.Value) (kind, name string, ok bool) {
	r, ok := v.(engine.Resident)
	if !ok || !r.Resident() {
		return "", "", false
	}
	shape := plainShape
	switch v.(type) {
	case starlark.Callable:
		shape = callableShape
	case starlark.IterableMapping:
		shape = mappingShape
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	id := h.ids[v]
	if id == 0 {
		h.values = append(h.values, v)
		id = uint64(len(h.values))
		h.ids[v] = id
	}
	return shape + v.Type(), strconv.FormatUint(id, 10), true
}

// resolve is the reverse of reference.
func (h *home) resolve(_, name string) (starlark.Value, error) {
	id, err := strconv.ParseUint(name, 10, 64)
	if err != nil {
		return nil, errBroken
	}
	return h.value(id)
}

func (h *home) value(id uint64) (starlark.Value, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if id == 0 || id > uint64(len(h.values)) {
		return nil, errBroken
	}
	return h.values[id-1], nil
}
