package nats

import (
	"bytes"
	"context"
	"sync"
	"time"
)

// gather is how long frames are gathered before they are sent.
const gather = 10 * time.Millisecond

// A speaker passes on what a running task says, and keeps it for the outcome:
// what is sent while it runs may not arrive.
type speaker struct {
	s       *shift
	subject string
	nonce   string

	mu     sync.Mutex // guards the fields below
	frames [][]byte   // all of them
	sent   int        // how many were sent
	timer  *time.Timer
	ended  bool
}

// Say is the task's Feed. After the end it does nothing.
func (sp *speaker) Say(frame []byte) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if sp.ended {
		return
	}
	sp.frames = append(sp.frames, bytes.Clone(frame))
	if sp.timer == nil {
		sp.timer = time.AfterFunc(gather, sp.flush)
	}
}

// flush sends what has not been sent; what is too large for a message comes with
// the outcome.
func (sp *speaker) flush() {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	sp.timer = nil
	for !sp.ended && sp.sent < len(sp.frames) {
		n, size := sp.sent, 0
		for n < len(sp.frames) && (n == sp.sent || size+len(sp.frames[n]) < maxMessage/2) {
			size += len(sp.frames[n])
			n++
		}
		if size > maxMessage {
			return // this one and all that follow
		}
		message := pack(&logHead{sp.nonce, sp.sent}, packFrames(sp.frames[sp.sent:n]))
		if sp.s.c.nc.Publish(sp.subject, message) != nil {
			return
		}
		sp.sent = n
	}
}

// end returns all frames.
func (sp *speaker) end() [][]byte {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	sp.ended = true
	if sp.timer != nil {
		sp.timer.Stop()
	}
	return sp.frames
}

// Ask is not there yet.
func (sp *speaker) Ask(context.Context, string, []byte) ([]byte, error) { panic("not there yet") }

// Rest calls block.
func (sp *speaker) Rest(block func()) { block() }
