package remote

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/wire"
	"github.com/starlark-tg/tg/engine/event"
	"go.starlark.net/starlark"
)

// A visit is one parcel in hand. Its calls are made one after the other.
type visit struct {
	host   *host
	line   cluster.Line
	orders []order
	place  atomic.Int64 // of the call that runs

	mu  sync.Mutex     // guards ops
	ops map[string]int // questions so far, by who asks
}

type visitKey struct{}

// visitOf returns the parcel that a thread works on, or belongs to what works on it.
func visitOf(t *starlark.Thread) (*visit, *engine.Thread) {
	own := engine.TryOf(t)
	if own == nil {
		return nil, nil
	}
	v, _ := own.Run().Context().Value(visitKey{}).(*visit)
	return v, own
}

// begin notes that a call begins.
func (v *visit) begin(place int, tell bool) {
	v.place.Store(int64(place))
	if tell {
		v.say(frameStarted, place, v.host.name)
	}
}

func (v *visit) say(kind byte, place int, payload string) {
	b := appendFrame(make([]byte, 0, len(payload)+12), kind, place)
	v.line.Say(append(b, payload...))
}

// print takes what the calls print.
func (v *visit) print(e event.Event) { v.say(framePrinted, int(v.place.Load()), e.Text) }

// log takes what they log.
func (v *visit) log(record []byte) { v.say(frameLogged, int(v.place.Load()), string(record)) }

func (v *visit) progress(place int, done, total float64) {
	b := binary.BigEndian.AppendUint64(nil, math.Float64bits(done))
	v.say(frameProgress, place, string(binary.BigEndian.AppendUint64(b, math.Float64bits(total))))
}

// patient is how long a task waits for an answer before it gives its slot to others.
const patient = 20 * time.Millisecond

// A rester is what a task's thread has in its Local: it can give its worker back while
// block is called.
type rester interface{ Rest(block func()) }

// call asks home to call a value, or its attribute of a name.
func (v *visit) call(t *engine.Thread, id uint64, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	m, err := v.host.enc.Value(packArgs(args, kwargs))
	if err != nil {
		return nil, t.Error(err)
	}
	place := int(v.place.Load())
	q := packQuestion(question{place: place, what: askCall, id: id, name: name, data: m.Data})
	op := v.op(t, place)
	ctx := t.Context()
	short, cancel := context.WithTimeout(ctx, patient)
	answer, err := v.line.Ask(short, op, q)
	cancel()
	if err != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		rest := func(block func()) { block() }
		if own, ok := t.Local.(rester); ok {
			rest = own.Rest
		}
		rest(func() {
			v.line.Rest(func() { answer, err = v.line.Ask(ctx, op, q) })
		})
	}
	if cause := t.Cancelled(); cause != nil {
		return nil, cause
	}
	if err != nil {
		return nil, err
	}
	_, x, err := v.open(answer)
	return x, err
}

// op names the next question of a thread: the same one when the task is run again, since
// a thread does the same things in the same order.
func (v *visit) op(t *engine.Thread, place int) string {
	who := ""
	if m, ok := t.Local.(engine.Marker); ok {
		var e event.Event
		m.Mark(&e)
		who = fmt.Sprintf("%s/%s/%d", e.Group, e.Task, e.Index)
	}
	who = fmt.Sprintf("%d/%s", v.orders[place].index, who)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.ops[who]++
	return fmt.Sprintf("%s/%d", who, v.ops[who])
}

// open reads an answer.
func (v *visit) open(answer []byte) (what byte, x starlark.Value, err error) {
	r := reader{answer}
	what, _ = r.byte()
	switch what {
	case apart:
		var hash cluster.Hash
		copy(hash[:], r.b)
		var data []byte
		if data, err = v.host.blob(hash); err == nil {
			what = returned
			x, err = v.host.dec.Value(data, false)
		}
	case returned:
		x, err = v.host.dec.Value(r.b, false)
	case failed:
		var e *engine.Error
		if e, err = wire.ReadFailure(r.b); err == nil {
			err = e
		}
	case method:
	default:
		err = errBroken
	}
	return what, x, err
}

// look asks home what needs no thread and changes nothing, on behalf of any task of
// the script: who looks at a value cannot be known.
func (h *host) look(q question, key starlark.Value) (what byte, x starlark.Value, err error) {
	if key != nil {
		m, err := h.enc.Value(key)
		if err != nil {
			return 0, nil, err
		}
		q.data = m.Data
	}
	ctx, cancel := context.WithTimeout(h.run.Context(), 30*time.Second)
	defer cancel()
	tried := map[*visit]bool{}
	err = errNoTask
	for v := h.anyVisit(tried); v != nil && ctx.Err() == nil; v = h.anyVisit(tried) {
		var answer []byte
		if answer, err = v.line.Ask(ctx, cluster.Idle+rand.Text(), packQuestion(q)); err == nil {
			return v.open(answer)
		}
		tried[v] = true // it has ended, or nobody wants it any more
	}
	return 0, nil, err
}
