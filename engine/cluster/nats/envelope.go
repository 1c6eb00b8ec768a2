package nats

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/starlark-tg/tg/engine/cluster"
)

// wireVersion is that of the envelopes below.
const wireVersion = 1

// taskHead is what comes before a task's data.
type taskHead struct {
	key   string        // the public nkey that it is signed with
	task  cluster.Task  // without its data
	apart *cluster.Hash // of the data, if it is not in the message
}

func (h *taskHead) put(f *fields) {
	t := h.task
	for _, s := range []string{h.key, t.Run, t.ID, t.Queue, t.ABI} {
		f.putString(s)
	}
	f.putInt(int64(t.Tries))
	f.putInt(int64(t.Timeout))
	f.putInt(int64(len(t.Code)))
	for _, c := range t.Code {
		f.putBytes(c[:])
	}
	putHash(f, h.apart)
}

func (h *taskHead) get(f *fields) {
	t := &h.task
	for _, s := range []*string{&h.key, &t.Run, &t.ID, &t.Queue, &t.ABI} {
		*s = f.string()
	}
	t.Tries, t.Timeout = int(f.int()), time.Duration(f.int())
	for n := f.int(); n > 0 && !f.bad; n-- {
		var c cluster.Hash
		f.bad = copy(c[:], f.bytes()) != len(c) || f.bad
		t.Code = append(t.Code, c)
	}
	h.apart = getHash(f)
}

// outcomeHead is what comes before an outcome's frames and data.
type outcomeHead struct {
	worker  string
	attempt int
	nonce   string // names the attempt
	took    time.Duration
	lost    bool
	frames  int           // how many bytes of the payload
	apart   *cluster.Hash // of the payload, if it is not in the message
}

func (h *outcomeHead) put(f *fields) {
	f.putString(h.worker)
	f.putString(h.nonce)
	f.putInt(int64(h.attempt))
	f.putInt(int64(h.took))
	f.putInt(int64(h.frames))
	f.putBool(h.lost)
	putHash(f, h.apart)
}

func (h *outcomeHead) get(f *fields) {
	h.worker, h.nonce = f.string(), f.string()
	h.attempt, h.took, h.frames = int(f.int()), time.Duration(f.int()), int(f.int())
	h.lost = f.bool()
	h.apart = getHash(f)
}

// logHead is what comes before frames of a running task.
type logHead struct {
	nonce string
	first int // the number of the first frame
}

func (h *logHead) put(f *fields) { f.putString(h.nonce); f.putInt(int64(h.first)) }
func (h *logHead) get(f *fields) { h.nonce, h.first = f.string(), int(f.int()) }

// questionHead is what comes before a question.
type questionHead struct {
	op    string
	again bool // it was asked before, and the question left out
}

func (h *questionHead) put(f *fields) { f.putString(h.op); f.putBool(h.again) }
func (h *questionHead) get(f *fields) { h.op, h.again = f.string(), f.bool() }

// answerHead is what comes before an answer.
type answerHead struct{ verdict verdict }

// A verdict is what became of a question.
type verdict int

const (
	answered verdict = iota // the answer follows
	refused                 // there is none; why follows
	gone                    // there is nobody to answer it
	unheard                 // it must be asked with its text
)

func (h *answerHead) put(f *fields) { f.putInt(int64(h.verdict)) }
func (h *answerHead) get(f *fields) { h.verdict = verdict(f.int()) }

func putHash(f *fields, h *cluster.Hash) {
	if h == nil {
		f.putBytes(nil)
	} else {
		f.putBytes(h[:])
	}
}

func getHash(f *fields) *cluster.Hash {
	b := f.bytes()
	if len(b) == 0 {
		return nil
	}
	h := new(cluster.Hash)
	f.bad = copy(h[:], b) != len(h) || f.bad
	return h
}

// packFrames makes one text of frames: length, frame, length, frame, ….
func packFrames(frames [][]byte) []byte {
	var b []byte
	for _, f := range frames {
		b = binary.AppendUvarint(b, uint64(len(f)))
		b = append(b, f...)
	}
	return b
}

func unpackFrames(b []byte) ([][]byte, error) {
	var frames [][]byte
	for len(b) > 0 {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return nil, errors.New("frames that are cut short")
		}
		frames = append(frames, b[size:size+int(n)])
		b = b[size+int(n):]
	}
	return frames, nil
}
