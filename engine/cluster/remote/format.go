package remote

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster/wire"
)

// formatVersion counts up whenever what stands in this file changes.
const formatVersion = 3

// ABI returns what a worker's engine and that at home must have in common, as one word.
func ABI(e *engine.Engine) string {
	abi := wire.ABI(e)
	sum := sha256.Sum256(append(abi[:], formatVersion))
	return hex.EncodeToString(sum[:16])
}

// A head says what the tasks of a parcel have in common at home.
type head struct {
	Script, Group string
	Until         int64 // nanoseconds since 1970; 0: never
	Started       bool  // home wants to know of beginnings
	Kinds         []kind
}

// A kind is what many tasks of a parcel may be.
type kind struct {
	Task         string
	Given        given
	Attempt, Max int
	Timeout      time.Duration
}

// given is an engine.Given.
type given struct {
	Task, File string
	Line, Col  int32
}

// An order is one call of a parcel.
type order struct {
	kind          int
	index, worker int
	message       []byte // of package wire
}

var errBroken = errors.New("a parcel that is broken")

func packParcel(h *head, orders []order) []byte {
	size := 64 + len(h.Script) + len(h.Group) + 64*len(h.Kinds)
	for _, o := range orders {
		size += len(o.message) + 16
	}
	b := appendText(appendText(make([]byte, 0, size), h.Script), h.Group)
	started := 0
	if h.Started {
		started = 1
	}
	b = appendNumbers(b, int(h.Until), started, len(h.Kinds))
	for _, k := range h.Kinds {
		b = appendText(appendText(appendText(b, k.Task), k.Given.Task), k.Given.File)
		b = appendNumbers(b, int(k.Given.Line), int(k.Given.Col), k.Attempt, k.Max, int(k.Timeout))
	}
	for _, o := range orders {
		b = appendBytes(appendNumbers(b, o.kind, o.index, o.worker), o.message)
	}
	return b
}

func appendNumbers(b []byte, list ...int) []byte {
	for _, n := range list {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return b
}

func unpackParcel(data []byte) (*head, []order, error) {
	r := reader{b: data}
	h := &head{Script: r.text(), Group: r.text(), Until: int64(r.number()), Started: r.number() == 1}
	for n := r.number(); n > 0 && !r.bad; n-- {
		h.Kinds = append(h.Kinds, kind{
			Task: r.text(), Given: given{Task: r.text(), File: r.text(), Line: int32(r.number()), Col: int32(r.number())},
			Attempt: r.number(), Max: r.number(), Timeout: time.Duration(r.number()),
		})
	}
	var orders []order
	for len(r.b) > 0 && !r.bad {
		o := order{kind: r.number(), index: r.number(), worker: r.number(), message: r.bytes()}
		r.bad = r.bad || o.kind >= len(h.Kinds)
		orders = append(orders, o)
	}
	if r.bad || len(orders) == 0 {
		return nil, nil, errBroken
	}
	return h, orders, nil
}

// What came of a call, and of a question.
const (
	unbegun = iota
	returned
	failed
	timedOut
	method // what was asked for is something to be called
	apart  // a value, as a blob of this hash
	kept   // of a parcel that is handed back: it runs, or is told at the end
)

// An outcome is what came of one call.
type outcome struct {
	what byte
	took time.Duration
	data []byte // a value, or a failure
	err  error  // instead of all that: it never came to an end there
}

func appendOutcome(b []byte, o outcome) []byte {
	b = binary.AppendUvarint(append(b, o.what), uint64(o.took))
	return appendBytes(b, o.data)
}

// unpackOutcomes reads what came of n calls, or what is told of them while they run.
func unpackOutcomes(data []byte, n int, running bool) ([]outcome, error) {
	r := reader{b: data}
	list := make([]outcome, n)
	for i := range list {
		o := outcome{what: r.byte(), took: time.Duration(r.number()), data: r.bytes()}
		if r.bad || o.what > timedOut && !(running && o.what == kept) {
			return nil, errBroken
		}
		list[i] = o
	}
	if list[0].what == unbegun { // else parcels would go to and fro for ever
		return nil, errBroken
	}
	return list, nil
}

// What a frame is about.
const (
	framePrinted  = 'p' // a line
	frameLogged   = 'l' // a record, as JSON
	frameStarted  = 's' // name of the worker
	frameProgress = 'g' // done, total: 8 bytes each
	frameBack     = 'b' // outcomes so far: what was not begun is handed back
)

// appendFrame begins a frame about the call at a place in its parcel.
func appendFrame(b []byte, kind byte, place int) []byte {
	return binary.AppendUvarint(append(b, kind), uint64(place))
}

func unpackFrame(frame []byte) (kind byte, place int, payload []byte, ok bool) {
	r := reader{b: frame}
	kind, place = r.byte(), r.number()
	return kind, place, r.b, !r.bad
}

// A question is about a value that stays at home.
type question struct {
	place int    // which call of the parcel asks
	what  byte   // one of those below
	id    uint64 // of the value
	name  string // of an attribute
	data  []byte // arguments, or a key: of package wire
}

const (
	askCall  = 'c' // of the value itself, or of its attribute: done by the task's thread
	askAttr  = 'a'
	askNames = 'n' // of its attributes
	askText  = 't'
	askLen   = 'l'
	askGet   = 'g'
	askHas   = 'h'
	askItems = 'i'
)

func packQuestion(q question) []byte {
	b := binary.AppendUvarint(nil, uint64(q.place))
	b = binary.AppendUvarint(append(b, q.what), q.id)
	return appendBytes(appendBytes(b, []byte(q.name)), q.data)
}

func unpackQuestion(data []byte) (q question, ok bool) {
	r := reader{b: data}
	q = question{place: r.number(), what: r.byte(), id: uint64(r.number()), name: r.text(), data: r.bytes()}
	return q, !r.bad
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendBytes(b, data []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(data))), data...)
}

// A reader reads what nobody has checked.
type reader struct {
	b   []byte
	bad bool // something was missing; the rest is zero
}

func (r *reader) fail() { r.b, r.bad = nil, true }

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

// number returns a number from 0.
func (r *reader) number() int {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > 1<<62 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return int(n)
}

func (r *reader) bytes() []byte {
	n := r.number()
	if n > len(r.b) {
		r.fail()
	}
	if r.bad {
		return nil
	}
	data := r.b[:n]
	r.b = r.b[n:]
	return data
}

func (r *reader) text() string { return string(r.bytes()) }
