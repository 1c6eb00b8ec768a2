package remote

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/wire"
	"go.starlark.net/starlark"
)

// A host is what a worker has of one run of a script: its functions, and stand-ins.
type host struct {
	run    *engine.Run
	cancel context.CancelFunc
	enc    *wire.Encoder
	dec    *wire.Decoder
	blob   func(cluster.Hash) ([]byte, error)
	users  atomic.Int64 // parcels in hand
	name   string       // of the worker
	used   atomic.Int64 // when the last one left, in nanoseconds since 1970

	mu       sync.Mutex // guards what follows
	standins map[string]starlark.Value
	methods  map[string]bool // what is known to be one: type.name
	visits   map[*visit]bool
}

// keep is how long a host is kept that has nothing to do: its run may go on.
const keep = time.Minute

func (h *Handler) newHost(script string) (*host, error) {
	ctx, cancel := context.WithCancel(h.ctx)
	run, err := h.eng.NewHost(ctx, script)
	if err != nil {
		cancel()
		return nil, err
	}
	s := &host{run: run, cancel: cancel, name: h.name, standins: map[string]starlark.Value{}, methods: map[string]bool{}, visits: map[*visit]bool{}}
	s.blob = func(hash cluster.Hash) ([]byte, error) { return h.blob(ctx, hash) }
	s.enc = wire.NewEncoder(run, wire.EncoderOptions{Reference: s.reference})
	s.dec = wire.NewDecoder(run, wire.DecoderOptions{
		Modules: h.modules, Resolve: s.resolve,
		Fetch: func(hash wire.Hash) ([]byte, error) { return s.blob(cluster.Hash(hash)) },
	})
	return s, nil
}

func (h *host) leave() {
	h.used.Store(time.Now().UnixNano())
	h.users.Add(-1)
}

func (h *host) idle(now time.Time) bool {
	return h.users.Load() == 0 && now.UnixNano()-h.used.Load() > int64(keep)
}

func (h *host) enter(v *visit) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.visits[v] = true
}

func (h *host) exit(v *visit) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.visits, v)
}

// anyVisit returns one of the parcels in hand but those, or nil.
func (h *host) anyVisit(but map[*visit]bool) *visit {
	h.mu.Lock()
	defer h.mu.Unlock()
	for v := range h.visits {
		if !but[v] {
			return v
		}
	}
	return nil
}

// resolve returns what stands for a value that stays at home: for each one thing.
func (h *host) resolve(kind, name string) (starlark.Value, error) {
	id, err := strconv.ParseUint(name, 10, 64)
	if err != nil || kind == "" {
		return nil, errBroken
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if v, ok := h.standins[name]; ok {
		return v, nil
	}
	s := standin{host: h, id: id, kind: kind, typ: kind[1:]}
	var v starlark.Value
	switch {
	case strings.HasPrefix(kind, callableShape):
		v = &callable{s}
	case strings.HasPrefix(kind, mappingShape):
		v = &mapping{s}
	default:
		v = &s
	}
	h.standins[name] = v
	return v, nil
}

// reference is the reverse of resolve.
func (h *host) reference(v starlark.Value) (kind, name string, ok bool) {
	var s *standin
	switch v := v.(type) {
	case *standin:
		s = v
	case *callable:
		s = &v.standin
	case *mapping:
		s = &v.standin
	default:
		return "", "", false
	}
	return s.kind, strconv.FormatUint(s.id, 10), s.host == h
}
