package remote

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/wire"
	"github.com/starlark-tg/tg/engine/event"
	"go.starlark.net/starlark"
)

// A visit is one parcel in hand. Its calls are made one after the other:
//
//	begins → over, begins → over, …            until there are no more, or share is over
//	begins → …share is over: handBack… → over   nothing begins any more
type visit struct {
	host   *host
	line   cluster.Line
	orders []order
	end    time.Time // when nothing begins any more

	mu       sync.Mutex     // guards what follows
	ops      map[string]int // questions so far, by who asks
	place    int            // of the call that runs, or ran last
	begun    bool           // one of them has
	running  bool           // one of them is
	back     bool           // what was not begun has been handed back
	outcomes []outcome      // by place; of what has not ended: unbegun
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

// begins reports whether a call is to be made now. The first one is, in any case.
func (v *visit) begins(place int, tell bool) bool {
	v.mu.Lock()
	ok := !v.back && (!v.begun || time.Now().Before(v.end))
	if ok {
		v.place, v.begun, v.running = place, true, true
	}
	v.mu.Unlock()
	if ok && tell {
		v.say(frameStarted, place, v.host.name)
	}
	return ok
}

// over notes what came of a call.
func (v *visit) over(place int, c *engine.Call) {
	o := v.host.outcome(c)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.outcomes[place] = o
	v.running = false
}

// mostBack is how many bytes of outcomes are handed back early: what is more comes at the end.
const mostBack = 256 << 10

// handBack tells what came of the calls that have ended, and gives those back that were not
// begun, so that none waits for the one that takes long.
func (v *visit) handBack() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.running {
		return // the end is near
	}
	v.back = true
	b := appendFrame(nil, frameBack, 0)
	for i, o := range v.outcomes {
		if i == v.place && o.what == unbegun || len(b)+len(o.data) > mostBack {
			o = outcome{what: kept}
		}
		b = appendOutcome(b, o)
	}
	v.line.Say(b)
}

// now returns the place of the call that runs.
func (v *visit) now() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.place
}

func (v *visit) say(kind byte, place int, payload string) {
	b := appendFrame(make([]byte, 0, len(payload)+12), kind, place)
	v.line.Say(append(b, payload...))
}

// print takes what the calls print.
func (v *visit) print(e event.Event) { v.say(framePrinted, v.now(), e.Text) }

// log takes what they log.
func (v *visit) log(record []byte) { v.say(frameLogged, v.now(), string(record)) }

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
	place := v.now()
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
	r := reader{b: answer}
	what = r.byte()
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
