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
const formatVersion = 2

// ABI returns what a worker's engine and that at home must have in common, as one word.
func ABI(e *engine.Engine) string {
	abi := wire.ABI(e)
	sum := sha256.Sum256(append(abi[:], formatVersion))
	return hex.EncodeToString(sum[:16])
}

// A head says what the tasks of a parcel are at home.
type head struct {
	Script       string
	Group, Task  string
	Given        given
	Attempt, Max int
	Timeout      time.Duration
	Until        int64 // nanoseconds since 1970; 0: never
	Started      bool  // home wants to know of beginnings
}

// given is an engine.Given.
type given struct {
	Task, File string
	Line, Col  int32
}

func (h *head) texts() []*string {
	return []*string{&h.Script, &h.Group, &h.Task, &h.Given.Task, &h.Given.File}
}

func appendHead(b []byte, h *head) []byte {
	for _, s := range h.texts() {
		b = appendText(b, *s)
	}
	started := int64(0)
	if h.Started {
		started = 1
	}
	for _, n := range []int64{int64(h.Given.Line), int64(h.Given.Col), int64(h.Attempt), int64(h.Max), int64(h.Timeout), h.Until, started} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return b
}

func (r *reader) head() (*head, bool) {
	h := &head{}
	for _, s := range h.texts() {
		text, ok := r.bytes()
		if !ok {
			return nil, false
		}
		*s = string(text)
	}
	var n [7]int
	for i := range n {
		var ok bool
		if n[i], ok = r.number(); !ok {
			return nil, false
		}
	}
	h.Given.Line, h.Given.Col, h.Attempt, h.Max = int32(n[0]), int32(n[1]), n[2], n[3]
	h.Timeout, h.Until, h.Started = time.Duration(n[4]), int64(n[5]), n[6] == 1
	return h, true
}

// An order is one call of a parcel.
type order struct {
	index, worker int
	message       []byte // of package wire
}

var errBroken = errors.New("a parcel that is broken")

func packParcel(h *head, orders []order) []byte {
	size := 64
	for _, s := range h.texts() {
		size += len(*s) + 2
	}
	for _, o := range orders {
		size += len(o.message) + 16
	}
	b := appendHead(make([]byte, 0, size), h)
	for _, o := range orders {
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(o.index)), uint64(o.worker))
		b = appendBytes(b, o.message)
	}
	return b
}

func unpackParcel(data []byte) (*head, []order, error) {
	r := reader{data}
	h, ok := r.head()
	if !ok {
		return nil, nil, errBroken
	}
	var orders []order
	for len(r.b) > 0 {
		index, ok1 := r.number()
		worker, ok2 := r.number()
		message, ok3 := r.bytes()
		if !ok1 || !ok2 || !ok3 {
			return nil, nil, errBroken
		}
		orders = append(orders, order{index, worker, message})
	}
	if len(orders) == 0 {
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

func unpackOutcomes(data []byte, n int) ([]outcome, error) {
	r := reader{data}
	list := make([]outcome, n)
	for i := range list {
		what, ok1 := r.byte()
		took, ok2 := r.number()
		data, ok3 := r.bytes()
		if !ok1 || !ok2 || !ok3 || what > timedOut {
			return nil, errBroken
		}
		list[i] = outcome{what: what, took: time.Duration(took), data: data}
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
)

// appendFrame begins a frame about the call at a place in its parcel.
func appendFrame(b []byte, kind byte, place int) []byte {
	return binary.AppendUvarint(append(b, kind), uint64(place))
}

func unpackFrame(frame []byte) (kind byte, place int, payload []byte, ok bool) {
	r := reader{frame}
	kind, ok1 := r.byte()
	place, ok2 := r.number()
	return kind, place, r.b, ok1 && ok2
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
	r := reader{data}
	var oks [5]bool
	var name []byte
	var id int
	q.place, oks[0] = r.number()
	q.what, oks[1] = r.byte()
	id, oks[2] = r.number()
	name, oks[3] = r.bytes()
	q.data, oks[4] = r.bytes()
	q.id, q.name = uint64(id), string(name)
	return q, oks == [5]bool{true, true, true, true, true}
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendBytes(b, data []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(data))), data...)
}

// A reader reads what nobody has checked.
type reader struct{ b []byte }

func (r *reader) byte() (byte, bool) {
	if len(r.b) == 0 {
		return 0, false
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c, true
}

// number returns a number from 0.
func (r *reader) number() (int, bool) {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > 1<<62 {
		return 0, false
	}
	r.b = r.b[size:]
	return int(n), true
}

func (r *reader) bytes() ([]byte, bool) {
	n, ok := r.number()
	if !ok || n > len(r.b) {
		return nil, false
	}
	data := r.b[:n]
	r.b = r.b[n:]
	return data, true
}
